//! The accounts file: the accounts to scan where AWS Organizations may not be called.
//!
//! As YAML it is a list, as CSV a table with a header; either names `id`, and where wanted `name`, `email` and
//! `ou_path`. Every account of it is taken to be active, because listing it asks for a scan of it.

use std::{collections::BTreeSet, path::Path};

use keysweep_files::{FileKind, Found, UserFile, yaml::parse_file};
use keysweep_model::{Account, AccountId, AccountState, Facet, Fact};
use serde::Deserialize;

use crate::{config::Text, exit::Failure};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: Text<AccountId>,
    #[serde(default)]
    name: String,
    email: Option<String>,
    ou_path: Option<String>,
}

/// The accounts of the file at `path`, which was `found`: CSV where its name ends so, else YAML.
///
/// # Errors
/// When the file cannot be read, is not of that form, names an account twice, or names none.
pub fn read(path: &Path, found: Found<'_>) -> Result<Vec<Account>, Failure> {
    let file = keysweep_files::read(FileKind::Accounts, path, found).map_err(Failure::usage)?;
    let wrong = |error: AccountsError| {
        let error = if file.is_own { error } else { AccountsError::Concealed };
        Failure::usage(format!("accounts file `{}`: {error}", path.display()))
    };
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let rows = if is_csv { from_csv(&file.text).map_err(wrong)? } else { from_yaml(path, &file)? };
    accounts(rows).map_err(wrong)
}

/// Why a file is not a list of accounts.
#[derive(Debug, thiserror::Error)]
enum AccountsError {
    #[error(transparent)]
    Csv(#[from] csv::Error),
    #[error("{}it names account {id} twice", line.map_or(String::new(), |line| format!("line {line}: ")))]
    Twice { line: Option<u64>, id: AccountId },
    #[error("it names no account")]
    Empty,
    /// It may be a file of others, of which nothing is shown.
    #[error("it is not a list of accounts")]
    Concealed,
}

/// A row, and in a table the line that it stands in.
type Placed = (Option<u64>, Row);

fn from_yaml(path: &Path, file: &UserFile) -> Result<Vec<Placed>, Failure> {
    let rows = parse_file(&path.display().to_string(), &file.text);
    let rows: Vec<Row> = rows.map_err(|error| Failure::listing(file.error(error)))?;
    Ok(rows.into_iter().map(|row| (None, row)).collect())
}

fn from_csv(text: &str) -> Result<Vec<Placed>, AccountsError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers()?.clone();
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record?;
        Ok((record.position().map(csv::Position::line), record.deserialize(Some(&header))?))
    };
    Ok(reader.records().map(row).collect::<Result<_, csv::Error>>()?)
}

fn accounts(rows: Vec<Placed>) -> Result<Vec<Account>, AccountsError> {
    let mut accounts = Vec::new();
    let mut seen = BTreeSet::new();
    for (line, row) in rows {
        let Text(id) = row.id;
        if !seen.insert(id) {
            return Err(AccountsError::Twice { line, id });
        }
        accounts.push(Account {
            id,
            name: row.name,
            email: row.email.filter(|email| !email.is_empty()),
            state: AccountState::Active,
            ou_path: row
                .ou_path
                .filter(|path| !path.is_empty())
                .map_or(Fact::NotRead(Facet::OrganizationalUnits), Fact::Live),
        });
    }
    if accounts.is_empty() { Err(AccountsError::Empty) } else { Ok(accounts) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(name: &str, text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let shown = |error: Failure| error.to_string().replace(&folder.path().display().to_string(), "DIR");
        let accounts = read(&path, Found::Named).map_err(shown)?;
        Ok(accounts.iter().map(|account| format!("{} {}", account.id, account.name)).collect())
    }

    #[test]
    fn yaml_and_csv_give_the_same_accounts_and_keep_leading_zeros() {
        let expected = Ok(vec!["001122334455 data".to_owned(), "111122223333 ".to_owned()]);
        assert_eq!(read_text("a.yaml", "- id: 001122334455\n  name: data\n- id: '111122223333'\n"), expected);
        assert_eq!(read_text("a.csv", "id, name\n001122334455, data\n111122223333,\n"), expected);
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let error = |name: &str, text: &str| read_text(name, text).unwrap_err();
        insta::assert_snapshot!(
            [
                error("a.yaml", "- id: 123\n"),
                error("a.yaml", "- id: 111122223333\n  nmae: x\n"),
                error("a.csv", "id,name\n111122223333,a\n111122223333,b\n"),
                error("a.csv", "name\nx\n"),
                error("a.yaml", "[]\n"),
            ]
            .join("\n---\n"),
            @"
        error[malformed-yaml]: `123` is not an AWS account id (12 digits)
         --> DIR/a.yaml:1:7
          |
        1 | - id: 123
          |       ^^^
        ---
        error[unknown-field]: unknown field `nmae`, expected one of id, name, email, ou_path
         --> DIR/a.yaml:2:3
          |
        2 |   nmae: x
          |   ^^^^
          = help: did you mean `name`?
        ---
        error: accounts file `DIR/a.csv`: line 3: it names account 111122223333 twice
        ---
        error: accounts file `DIR/a.csv`: CSV deserialize error: record 1 (line: 2, byte: 5): missing field `id`
        ---
        error: accounts file `DIR/a.yaml`: it names no account
        "
        );
    }
}
