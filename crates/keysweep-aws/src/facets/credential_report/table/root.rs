//! The row of the root user.

use jiff::Timestamp;
use keysweep_model::{AccountId, Fact, LastUsed, Partition, RootActivity};

use super::{NO_INFORMATION, NOT_APPLICABLE, Row, TableError, unknown_text};
use crate::answer::known_text;

/// When the root user was made and used, or what in its row is not understood. An old report has no password columns
/// for it, but always tells when the password was last used.
pub(super) fn activity(row: &Row<'_>, account: AccountId) -> Result<RootActivity, TableError> {
    let arn = row.cell("arn")?;
    if !Partition::split_arn(arn).is_ok_and(|(_, there, _)| there == account) {
        return Err(TableError::OtherRoot(arn.to_owned()));
    }
    let created_at = row.cell("user_creation_time")?;
    let created_at = created_at.parse().map_err(|_| unknown_text("user_creation_time", created_at))?;
    let access_keys_last_used = [1, 2]
        .into_iter()
        .map(|number| {
            let column = |name: &str| format!("access_key_{number}_{name}");
            let part = |name: &str| row.cell(&column(name)).ok().and_then(known_text);
            Ok(match used(row, &column("last_used_date"))? {
                None => LastUsed::Never,
                Some(at) => LastUsed::At { at, service: part("last_used_service"), region: part("last_used_region") },
            })
        })
        .collect::<Result<_, TableError>>()?;
    Ok(RootActivity {
        created_at: Fact::Live(created_at),
        password_last_used: Fact::Live(used(row, "password_last_used")?),
        access_keys_last_used: Fact::Live(access_keys_last_used),
    })
}

/// When something was last used; none where there is no use on record.
fn used(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, TableError> {
    match row.cell(column)? {
        NO_INFORMATION | NOT_APPLICABLE => Ok(None),
        cell => cell.parse().map(Some).map_err(|_| unknown_text(column, cell)),
    }
}
