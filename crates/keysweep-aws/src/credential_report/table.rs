//! The report's CSV: columns by name, values that this code does not know treated as not read.
//!
//! AWS adds columns, leaves some out, and writes the same thing in several ways (`TRUE`, `true`). A column that is
//! needed and missing makes the report unusable; a cell with an unknown text makes that one fact not read, so that
//! the call that knows it is made where a policy asks. No cell ever becomes "none" because it was not understood.

use std::{collections::HashMap, sync::Arc};

use csv::StringRecord;
use jiff::Timestamp;
use keysweep_model::{AccessKey, AccessKeyStatus, Account, Facet, Fact, LastUsed, Partition, Unreadable, User};

use super::ReportUser;
use crate::access_keys::known_text;

/// The row of the account's root user, which is no IAM user.
const ROOT: &str = "<root_account>";

/// AWS's word for "nothing to say here".
const NOT_APPLICABLE: &str = "N/A";

/// The users of a report.
pub(super) fn parse(account: &Arc<Account>, csv: &[u8]) -> Result<Vec<ReportUser>, String> {
    let mut reader = csv::Reader::from_reader(csv);
    let columns = Columns::new(reader.headers().map_err(|error| error.to_string())?);
    let mut users = Vec::new();
    for record in reader.records() {
        let row = Row { columns: &columns, record: record.map_err(|error| error.to_string())? };
        if row.cell("user")? != ROOT {
            users.push(row.user(account)?);
        }
    }
    drop_disproved_keys(&mut users);
    Ok(users)
}

/// Where the report dates any inactive key, it dates them all, and an undated slot is empty.
fn drop_disproved_keys(users: &mut [ReportUser]) {
    let dates_inactive_keys = users
        .iter()
        .flat_map(|row| &row.user.access_keys)
        .any(|key| key.status == Fact::Known(AccessKeyStatus::Inactive) && key.created_at.known().is_some());
    if dates_inactive_keys {
        for row in users {
            row.possible_keys = 0;
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
        let slots = [self.slot(1)?, self.slot(2)?];
        let possible_keys = slots.iter().filter(|slot| slot.is_none()).count();
        let further = self.tells_of_more().then(further_key);
        let user = User {
            account: Arc::clone(account),
            name: self.cell("user")?.parse().map_err(|error| format!("{error}"))?,
            arn: arn.to_owned(),
            path: path.ok_or_else(|| format!("`{arn}` is not the ARN of a user"))?.to_owned(),
            created_at: user_created_at(self.cell("user_creation_time")?),
            tags: Fact::NotRead(Facet::UserTags),
            access_keys: slots.into_iter().flatten().chain(further).collect(),
        };
        Ok(ReportUser { user, possible_keys })
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
            "true" => Fact::Known(AccessKeyStatus::Active),
            "false" => Fact::Known(AccessKeyStatus::Inactive),
            _ => Fact::NotRead(Facet::AccessKeys),
        };
        if status == Fact::Known(AccessKeyStatus::Inactive) && rotated == NOT_APPLICABLE && used == NOT_APPLICABLE {
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
    cell.parse().map_or_else(
        |_| {
            let reason = format!("it says `{}` in `user_creation_time`", cell.escape_default());
            Fact::Unreadable(Arc::new(Unreadable { facet: Facet::CredentialReport, reason }))
        },
        Fact::Known,
    )
}

fn time(cell: &str, facet: Facet) -> Fact<Timestamp> {
    cell.parse().map_or(Fact::NotRead(facet), Fact::Known)
}

#[cfg(test)]
mod tests;
