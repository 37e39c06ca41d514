//! The report's CSV: columns by name, values that this code does not know treated as not read.
//!
//! AWS adds columns, leaves some out, and writes the same thing in several ways (`TRUE`, `true`). A column of users or
//! access keys that is missing makes the report unusable. A cell with an unknown text, and any other column that is
//! missing, makes that one fact not read, so that the call that knows it is made where a policy asks; and unreadable
//! where no call does. No cell ever becomes "none" because it was not understood.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use csv::StringRecord;
use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, AccountId, CredentialStatus, Facet, Fact, Facts, IdError, LastUsed, Partition, Password, Report,
    RootActivity, SigningCertificate, User, UserName,
};

mod root;

use crate::answer::{self, known_text};

/// The row of the account's root user, which is not an IAM user.
const ROOT: &str = "<root_account>";

/// AWS's word for "nothing to say here".
const NOT_APPLICABLE: &str = "N/A";

/// AWS's word for "no use is on record".
const NO_INFORMATION: &str = "no_information";

/// AWS records the first use of a key within a span of this length.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
const USE_SPAN: SignedDuration = SignedDuration::from_mins(15);

/// What a report tells.
pub(super) struct Parsed {
    pub(super) users: Vec<User>,
    pub(super) root: Fact<RootActivity>,
}

/// Why a report, or its row of the root user, cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// AWS gave no report.
    #[error("it has no content or no time")]
    Absent,
    /// It is not CSV.
    #[error(transparent)]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("it has no column `{0}`")]
    NoColumn(String),
    /// A row ends before this column.
    #[error("a row has no cell in column `{0}`")]
    NoCell(String),
    /// A name or an ARN is malformed.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The ARN of a user is that of something else.
    #[error("`{0}` is not the ARN of a user")]
    NotAUser(String),
    /// A user has two rows.
    #[error("it has two rows for the user `{0}`")]
    TwoRows(UserName),
    /// The root user is that of another account.
    #[error("its root user is `{}`", .0.escape_default())]
    OtherRoot(String),
    /// There is no row for the root user.
    #[error("it has no row for the root user")]
    NoRoot,
    /// A cell is not understood.
    #[error("it has the unknown value `{}` in column `{column}`", .text.escape_default())]
    UnknownText {
        /// The cell's column.
        column: String,
        /// The cell.
        text: String,
    },
}

/// The users and the root user of a report that AWS made at this time.
pub(super) fn parse(csv: &[u8], account: AccountId, generated_at: Timestamp) -> Result<Parsed, TableError> {
    let report = Arc::new(Report::new(generated_at));
    let mut reader = csv::Reader::from_reader(csv);
    let columns = Columns::new(reader.headers()?);
    let mut users = Vec::new();
    let mut root = unreadable(TableError::NoRoot);
    for record in reader.records() {
        let row = Row { columns: &columns, record: record? };
        if row.cell("user")? == ROOT {
            // What is within it is of the report with it: files keep it bare.
            root =
                root::activity(&row, account).map_or_else(unreadable, |root| Fact::Reported(root, Arc::clone(&report)));
        } else {
            users.push(row.user()?);
        }
    }
    let mut names = HashSet::new();
    if let Some(twice) = users.iter().find(|row| !names.insert(&row.name)) {
        return Err(TableError::TwoRows(twice.name.clone()));
    }
    drop_disproved(&mut users);
    users.each_mut(&mut |_, fact| fact.set_reported(&report));
    Ok(Parsed { users, root })
}

/// Why the report's dates are not those of the keys' creation, where a key of `user` shows it. AWS documents
/// `last_rotated` as "created or last changed", and only the first of the two is of use. A use that was before it is
/// the proof; but AWS records a use with the beginning of its span, so that a key's first use may seem a little older
/// than the key.
pub(super) fn used_before_made(user: &User) -> Option<String> {
    user.access_keys.value()?.iter().find_map(|key| match (key.created_at.value(), key.last_used.value()) {
        (Some(made), Some(LastUsed::At { at, .. })) if *at + USE_SPAN < *made => Some(format!(
            "it gives {made} as the date of a key of `{}` that was used at {at}, so that its dates are not those of the \
             keys' creation",
            user.name
        )),
        _ => None,
    })
}

/// Where the report dates any inactive key, it dates them all, and an undated slot is empty; so for certificates.
fn drop_disproved(users: &mut [User]) {
    let dated = |status: &Fact<CredentialStatus>, created_at: &Fact<Timestamp>| {
        status.value() == Some(&CredentialStatus::Inactive) && created_at.value().is_some()
    };
    let dates_keys = keys(users).any(|key| dated(&key.status, &key.created_at));
    let dates_certificates = certificates(users).any(|of| dated(&of.status, &of.created_at));
    for user in users {
        if let Some(keys) = user.access_keys.value_mut().filter(|_| dates_keys) {
            keys.retain(|key| !key.is_possible());
        }
        if let Some(certificates) = user.signing_certificates.value_mut().filter(|_| dates_certificates) {
            certificates.retain(|certificate| !certificate.is_possible());
        }
    }
}

fn keys(users: &[User]) -> impl Iterator<Item = &AccessKey> {
    users.iter().filter_map(|user| user.access_keys.value()).flatten()
}

fn certificates(users: &[User]) -> impl Iterator<Item = &SigningCertificate> {
    users.iter().filter_map(|user| user.signing_certificates.value()).flatten()
}

struct Columns(HashMap<String, usize>);

impl Columns {
    fn new(header: &StringRecord) -> Self {
        Self(header.iter().enumerate().map(|(index, name)| (name.to_owned(), index)).collect())
    }
}

struct Row<'a> {
    columns: &'a Columns,
    record: StringRecord,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> Result<&str, TableError> {
        let index = self.columns.0.get(column).ok_or_else(|| TableError::NoColumn(column.to_owned()))?;
        self.record.get(*index).ok_or_else(|| TableError::NoCell(column.to_owned()))
    }

    fn user(&self) -> Result<User, TableError> {
        let arn = self.cell("arn")?;
        let (_, _, resource) = Partition::split_arn(arn)?;
        let path = resource.strip_prefix("user").and_then(|rest| rest.rfind('/').map(|end| &rest[..=end]));
        let path = path.ok_or_else(|| TableError::NotAUser(arn.to_owned()))?.to_owned();
        // Those that are there come first.
        let (dated, possible): (Vec<_>, Vec<_>) =
            [self.slot(1)?, self.slot(2)?].into_iter().partition(|slot| !slot.is_possible());
        let tells_of_more = self.tells_of_more();
        let keys = dated.into_iter().chain(tells_of_more.then(further_key)).chain(possible).collect();
        let name = self.cell("user")?.parse()?;
        Ok(User {
            created_at: user_created_at(self.cell("user_creation_time")?),
            access_keys: Fact::Live(keys),
            password: self.password(),
            has_mfa: self.flag("mfa_active", Facet::MfaDevices),
            signing_certificates: self.certificates(tells_of_more),
            ..User::unread(name, arn.to_owned(), path)
        })
    }

    /// The user's password. Source of the words: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    fn password(&self) -> Fact<Option<Password>> {
        self.flag("password_enabled", Facet::LoginProfile).map(|enabled| {
            enabled.then(|| Password {
                changed_at: self
                    .cell("password_last_changed")
                    .and_then(|cell| cell.parse().map_err(|_| unknown_text("password_last_changed", cell)))
                    .map_or_else(unreadable, Fact::Live),
                last_used: match self.cell("password_last_used") {
                    Ok(NO_INFORMATION) => Fact::Live(None),
                    Ok(cell) => time(cell, Facet::PasswordLastUsed).map(Some),
                    Err(_) => Fact::NotRead(Facet::PasswordLastUsed),
                },
            })
        })
    }

    /// The certificates of both slots. Those that are there come first.
    fn certificates(&self, tells_of_more: bool) -> Fact<Vec<SigningCertificate>> {
        let (mut certificates, mut possible) = (Vec::new(), Vec::new());
        for number in [1, 2] {
            let active = self.flag(&format!("cert_{number}_active"), Facet::SigningCertificates);
            match (active.value(), self.cell(&format!("cert_{number}_last_rotated"))) {
                (Some(false), Ok(NOT_APPLICABLE)) => possible.push(SigningCertificate::possible()),
                (Some(active), Ok(rotated)) => certificates.push(SigningCertificate {
                    status: Fact::Live(if *active { CredentialStatus::Active } else { CredentialStatus::Inactive }),
                    created_at: time(rotated, Facet::SigningCertificates),
                    ..SigningCertificate::unread()
                }),
                (None, _) | (_, Err(_)) => return Fact::NotRead(Facet::SigningCertificates),
            }
        }
        if tells_of_more {
            return Fact::NotRead(Facet::SigningCertificates);
        }
        certificates.append(&mut possible);
        Fact::Live(certificates)
    }

    /// The truth of a cell; not read where it is neither true nor false, or where there is no such column.
    fn flag(&self, column: &str, facet: Facet) -> Fact<bool> {
        match self.cell(column).map(str::to_ascii_lowercase).as_deref() {
            Ok("true") => Fact::Live(true),
            Ok("false") => Fact::Live(false),
            Ok(_) | Err(_) => Fact::NotRead(facet),
        }
    }

    /// Whether the user has more keys or certificates than the row has room for. The quota is two, but more have been
    /// seen, and this column is documented to tell of them.
    fn tells_of_more(&self) -> bool {
        self.cell("additional_credentials_info").is_ok_and(|info| !["", NOT_APPLICABLE].contains(&info))
    }

    /// The key of slot `number`: a possible one where the slot looks empty.
    fn slot(&self, number: u8) -> Result<AccessKey, TableError> {
        let cell = |name: &str| self.cell(&format!("access_key_{number}_{name}"));
        let active = cell("active")?;
        let (rotated, used) = (cell("last_rotated")?, cell("last_used_date")?);
        let status = match active.to_ascii_lowercase().as_str() {
            "true" => Fact::Live(CredentialStatus::Active),
            "false" => Fact::Live(CredentialStatus::Inactive),
            _ => Fact::NotRead(Facet::AccessKeys),
        };
        if status == Fact::Live(CredentialStatus::Inactive) && rotated == NOT_APPLICABLE && used == NOT_APPLICABLE {
            return Ok(AccessKey::possible());
        }
        let last_used = match used {
            NOT_APPLICABLE => Fact::Live(LastUsed::Never),
            _ => time(used, Facet::AccessKeyLastUsed).map(|at| LastUsed::At {
                at,
                service: cell("last_used_service").ok().and_then(known_text),
                region: cell("last_used_region").ok().and_then(known_text),
            }),
        };
        Ok(AccessKey { status, created_at: time(rotated, Facet::AccessKeys), last_used, ..AccessKey::unread() })
    }
}

/// A key of which the report tells no more than that it may be there: whatever a policy asks of it, the list is read.
fn further_key() -> AccessKey {
    AccessKey { last_used: Fact::NotRead(Facet::AccessKeys), ..AccessKey::unread() }
}

/// No call reads this one fact again, so an unknown text is unreadable.
fn user_created_at(cell: &str) -> Fact<Timestamp> {
    cell.parse().map_or_else(|_| unreadable(unknown_text("user_creation_time", cell)), Fact::Live)
}

fn unknown_text(column: &str, cell: &str) -> TableError {
    TableError::UnknownText { column: column.to_owned(), text: cell.to_owned() }
}

fn unreadable<T>(error: TableError) -> Fact<T> {
    answer::unreadable(Facet::CredentialReport, error)
}

fn time(cell: &str, facet: Facet) -> Fact<Timestamp> {
    cell.parse().map_or(Fact::NotRead(facet), Fact::Live)
}

#[cfg(test)]
mod tests;
