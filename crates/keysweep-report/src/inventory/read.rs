//! Reads inventories, one account after another, and trusts none that is not whole.

use std::{
    collections::BTreeMap,
    io::{self, BufRead},
};

use keysweep_model::{AccountId, Run, SavedAccount};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    SCHEMA,
    line::{End, Header, Line},
    lines::{HEADER, LineError, Lines, Parsed, RECORD},
    write::hex,
};

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It could not be read.
    #[error("the inventory could not be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("the file is not an inventory: its first line does not say `{SCHEMA}`")]
    NoInventory,
    /// It was written by a program that knows more.
    #[error(
        "the inventory has the format `{schema}`, and this program reads `{SCHEMA}`: use the version that wrote it"
    )]
    OtherVersion {
        /// The format that it says it has.
        schema: String,
    },
    /// A line cannot be understood.
    #[error("the inventory is damaged in line {line}: {reason}")]
    Damaged {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Its end is missing.
    #[error("the inventory is truncated: it ends after line {line} without its last line")]
    Truncated {
        /// The last line that is there, counted from 1.
        line: u64,
    },
    /// An account is in it twice.
    #[error("account {account} is in the inventory twice, in lines {first} and {second}: a scan writes each once")]
    Twice {
        /// The account.
        account: AccountId,
        /// The line that has it first, counted from 1.
        first: u64,
        /// The line that has it again.
        second: u64,
    },
    /// Its lines are not those that were written.
    #[error("the inventory was altered after it was written: its lines do not fit the checksum in the last one")]
    Altered,
}

/// Reads an inventory. Only when it has come to its end without an error was everything as it was written.
#[derive(Debug)]
pub struct Reader<R: BufRead> {
    lines: Lines<R>,
    run: Run,
    /// The accounts that were read, each with its line.
    accounts: BTreeMap<AccountId, u64>,
    records: u64,
    done: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none, or one of another version.
    pub fn open(input: R) -> Result<Self, InventoryError> {
        let mut lines = Lines::new(input);
        let header: Value = match lines.next(HEADER) {
            Ok(Parsed { value, .. }) => value,
            Err(LineError::Read(error)) => return Err(InventoryError::Read(error)),
            Err(LineError::Cut | LineError::TooMuch(_) | LineError::Wrong(_)) => {
                return Err(InventoryError::NoInventory);
            }
        };
        match header.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("keysweep.inventory/") => {
                return Err(InventoryError::OtherVersion { schema: other.to_owned() });
            }
            Some(_) | None => return Err(InventoryError::NoInventory),
        }
        let damaged = |reason| InventoryError::Damaged { line: 1, reason };
        let header: Header = serde_json::from_value(header).map_err(|error| damaged(error.to_string()))?;
        let run = header.run();
        Ok(Self { lines, run, accounts: BTreeMap::new(), records: 0, done: false })
    }

    /// The run that wrote it. When that ended is not known: it is taken to have ended when it began.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    fn next_record(&mut self) -> Result<Option<SavedAccount>, InventoryError> {
        let line = self.lines.number();
        let damaged = |reason| InventoryError::Damaged { line: line + 1, reason };
        let Parsed { value, before } = self.lines.next(RECORD).map_err(|error| match error {
            LineError::Read(error) => InventoryError::Read(error),
            LineError::Cut => InventoryError::Truncated { line },
            LineError::TooMuch(_) | LineError::Wrong(_) => damaged(error.to_string()),
        })?;
        let record = match value {
            Line::Account(record) => record,
            Line::End(end) => return self.check_end(&end, &before).map(|()| None),
        };
        self.check_account(&record)?;
        self.records += 1;
        Ok(Some(record))
    }

    /// An account that is there twice would count twice, and might be judged by facts that were never true together.
    fn check_account(&mut self, record: &SavedAccount) -> Result<(), InventoryError> {
        let account = match record {
            SavedAccount::Read(facts) => Some(facts.account.id),
            SavedAccount::Failed(gap) | SavedAccount::Skipped(gap) => gap.account_id,
        };
        let second = self.lines.number();
        match account.and_then(|account| Some((account, self.accounts.insert(account, second)?))) {
            Some((account, first)) => Err(InventoryError::Twice { account, first, second }),
            None => Ok(()),
        }
    }

    fn check_end(&mut self, end: &End, before: &Sha256) -> Result<(), InventoryError> {
        if end.records != self.records || end.sha256 != hex(&before.clone().finalize()) {
            return Err(InventoryError::Altered);
        }
        if self.lines.is_at_end()? {
            return Ok(());
        }
        Err(InventoryError::Damaged {
            line: self.lines.number() + 1,
            reason: "there is more after the last line".to_owned(),
        })
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<SavedAccount, InventoryError>;

    /// The next account. After an error, and after the end, there is none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_record().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}
