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
    AccessKey, Account, CredentialStatus, Facet, Fact, LastUsed, Partition, Password, RootActivity, SigningCertificate,
    Unreadable, User,
};

mod root;

use super::ReportUser;
use crate::answer::known_text;

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
    pub(super) users: Vec<ReportUser>,
    pub(super) root: Fact<RootActivity>,
}

/// The users and the root user of a report.
pub(super) fn parse(account: &Arc<Account>, csv: &[u8]) -> Result<Parsed, String> {
    let mut reader = csv::Reader::from_reader(csv);
    let columns = Columns::new(reader.headers().map_err(|error| error.to_string())?);
    let mut users = Vec::new();
    let mut root = unreadable("it has no row for the root user".to_owned());
    for record in reader.records() {
        let row = Row { columns: &columns, record: record.map_err(|error| error.to_string())? };
        if row.cell("user")? == ROOT {
            root = root::activity(&row, account.id).map_or_else(unreadable, Fact::Known);
        } else {
            users.push(row.user(account)?);
        }
    }
    let mut names = HashSet::new();
    if let Some(twice) = users.iter().find(|row| !names.insert(&row.user.name)) {
        return Err(format!("it has two rows for the user `{}`", twice.user.name));
    }
    drop_disproved(&mut users);
    Ok(Parsed { users, root })
}

/// Why the report's dates are not those of the keys' creation, where a key of `user` shows it. AWS documents
/// `last_rotated` as "created or last changed", and only the first of the two is of use. A use that was before it is
/// the proof; but AWS records a use with the beginning of its span, so that a key's first use may seem a little older
/// than the key.
pub(super) fn used_before_made(user: &User) -> Option<String> {
    user.access_keys.known()?.iter().find_map(|key| match (key.created_at.known(), key.last_used.known()) {
        (Some(made), Some(LastUsed::At { at, .. })) if *at + USE_SPAN < *made => Some(format!(
            "it gives {made} as the date of a key of `{}` that was used at {at}, so that its dates are not those of the \
             keys' creation",
            user.name
        )),
        _ => None,
    })
}

/// Where the report dates any inactive key, it dates them all, and an undated slot is empty; so for certificates.
fn drop_disproved(users: &mut [ReportUser]) {
    let inactive = |status: &Fact<CredentialStatus>| status.known() == Some(&CredentialStatus::Inactive);
    let keys = |user: &User| user.access_keys.known().cloned().unwrap_or_default();
    let certificates = |user: &User| user.signing_certificates.known().cloned().unwrap_or_default();
    let dates_keys = users
        .iter()
        .any(|row| keys(&row.user).iter().any(|key| inactive(&key.status) && key.created_at.known().is_some()));
    let dates_certificates = users
        .iter()
        .any(|row| certificates(&row.user).iter().any(|of| inactive(&of.status) && of.created_at.known().is_some()));
    for row in users {
        if dates_keys {
            row.possible_keys = 0;
        }
        if dates_certificates {
            row.possible_certificates = 0;
        }
    }
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
    fn cell(&self, column: &str) -> Result<&str, String> {
        let index = self.columns.0.get(column).ok_or_else(|| format!("it has no column `{column}`"))?;
        self.record.get(*index).ok_or_else(|| format!("a row has no cell in column `{column}`"))
    }

    fn user(&self, account: &Arc<Account>) -> Result<ReportUser, String> {
        let arn = self.cell("arn")?;
        let (_, _, resource) = Partition::split_arn(arn).map_err(|error| error.to_string())?;
        let path = resource.strip_prefix("user").and_then(|rest| rest.rfind('/').map(|end| &rest[..=end]));
        let path = path.ok_or_else(|| format!("`{arn}` is not the ARN of a user"))?.to_owned();
        let slots = [self.slot(1)?, self.slot(2)?];
        let possible_keys = slots.iter().filter(|slot| slot.is_none()).count();
        let tells_of_more = self.tells_of_more();
        let keys = slots.into_iter().flatten().chain(tells_of_more.then(further_key)).collect();
        let name = self.cell("user")?.parse().map_err(|error| format!("{error}"))?;
        let (signing_certificates, possible_certificates) = self.certificates(tells_of_more);
        let user = User {
            created_at: user_created_at(self.cell("user_creation_time")?),
            access_keys: Fact::Known(keys),
            password: self.password(),
            has_mfa: self.flag("mfa_active", Facet::MfaDevices),
            signing_certificates,
            ..User::unread(account, name, arn.to_owned(), path)
        };
        Ok(ReportUser { user, possible_keys, possible_certificates })
    }

    /// The user's password. Source of the words: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
    fn password(&self) -> Fact<Option<Password>> {
        self.flag("password_enabled", Facet::LoginProfile).map(|enabled| {
            enabled.then(|| Password {
                changed_at: self
                    .cell("password_last_changed")
                    .and_then(|cell| cell.parse().map_err(|_| unknown_text("password_last_changed", cell)))
                    .map_or_else(unreadable, Fact::Known),
                last_used: match self.cell("password_last_used") {
                    Ok(NO_INFORMATION) => Fact::Known(None),
                    Ok(cell) => time(cell, Facet::PasswordLastUsed).map(Some),
                    Err(_) => Fact::NotRead(Facet::PasswordLastUsed),
                },
            })
        })
    }

    /// The certificates of both slots, and how many further ones there may be.
    fn certificates(&self, tells_of_more: bool) -> (Fact<Vec<SigningCertificate>>, usize) {
        let mut certificates = Vec::new();
        let mut possible = 0;
        for number in [1, 2] {
            let active = self.flag(&format!("cert_{number}_active"), Facet::SigningCertificates);
            let rotated = self.cell(&format!("cert_{number}_last_rotated"));
            match (active, rotated) {
                (Fact::Known(false), Ok(NOT_APPLICABLE)) => possible += 1,
                (Fact::Known(active), Ok(rotated)) => certificates.push(SigningCertificate {
                    id: Fact::NotRead(Facet::SigningCertificates),
                    status: Fact::Known(if active { CredentialStatus::Active } else { CredentialStatus::Inactive }),
                    created_at: time(rotated, Facet::SigningCertificates),
                }),
                (Fact::NotRead(_) | Fact::Unreadable(_), _) | (_, Err(_)) => {
                    return (Fact::NotRead(Facet::SigningCertificates), 0);
                }
            }
        }
        if tells_of_more {
            return (Fact::NotRead(Facet::SigningCertificates), 0);
        }
        (Fact::Known(certificates), possible)
    }

    /// The truth of a cell; not read where it is neither true nor false, or where there is no such column.
    fn flag(&self, column: &str, facet: Facet) -> Fact<bool> {
        match self.cell(column).map(str::to_ascii_lowercase).as_deref() {
            Ok("true") => Fact::Known(true),
            Ok("false") => Fact::Known(false),
            Ok(_) | Err(_) => Fact::NotRead(facet),
        }
    }

    /// Whether the user has more keys or certificates than the row has room for. The quota is two, but more have been
    /// seen, and this column is documented to tell of them.
    fn tells_of_more(&self) -> bool {
        self.cell("additional_credentials_info").is_ok_and(|info| !["", NOT_APPLICABLE].contains(&info))
    }

    /// The key of slot `number`; none where the slot looks empty.
    fn slot(&self, number: u8) -> Result<Option<AccessKey>, String> {
        let cell = |name: &str| self.cell(&format!("access_key_{number}_{name}"));
        let active = cell("active")?;
        let (rotated, used) = (cell("last_rotated")?, cell("last_used_date")?);
        let status = match active.to_ascii_lowercase().as_str() {
            "true" => Fact::Known(CredentialStatus::Active),
            "false" => Fact::Known(CredentialStatus::Inactive),
            _ => Fact::NotRead(Facet::AccessKeys),
        };
        if status == Fact::Known(CredentialStatus::Inactive) && rotated == NOT_APPLICABLE && used == NOT_APPLICABLE {
            return Ok(None);
        }
        let last_used = match used {
            NOT_APPLICABLE => Fact::Known(LastUsed::Never),
            _ => time(used, Facet::AccessKeyLastUsed).map(|at| LastUsed::At {
                at,
                service: cell("last_used_service").ok().and_then(known_text),
                region: cell("last_used_region").ok().and_then(known_text),
            }),
        };
        Ok(Some(AccessKey {
            id: Fact::NotRead(Facet::AccessKeys),
            status,
            created_at: time(rotated, Facet::AccessKeys),
            last_used,
        }))
    }
}

/// A key of which the report tells no more than that it may be there: whatever a policy asks of it, the list is read.
fn further_key() -> AccessKey {
    AccessKey {
        id: Fact::NotRead(Facet::AccessKeys),
        status: Fact::NotRead(Facet::AccessKeys),
        created_at: Fact::NotRead(Facet::AccessKeys),
        last_used: Fact::NotRead(Facet::AccessKeys),
    }
}

/// No call reads this one fact again, so an unknown text is unreadable.
fn user_created_at(cell: &str) -> Fact<Timestamp> {
    cell.parse().map_or_else(|_| unreadable(unknown_text("user_creation_time", cell)), Fact::Known)
}

fn unknown_text(column: &str, cell: &str) -> String {
    format!("it says `{}` in `{column}`", cell.escape_default())
}

fn unreadable<T>(reason: String) -> Fact<T> {
    Fact::Unreadable(Arc::new(Unreadable { facet: Facet::CredentialReport, reason }))
}

fn time(cell: &str, facet: Facet) -> Fact<Timestamp> {
    cell.parse().map_or(Fact::NotRead(facet), Fact::Known)
}

#[cfg(test)]
mod tests;
