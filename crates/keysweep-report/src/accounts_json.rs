//! The accounts of the organization as one JSON document, `keysweep.accounts/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.accounts/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `summary` | object | the counts below |
//! | `summary.accounts` | integer | all accounts of the list: `in_scope` + `out_of_scope` |
//! | `summary.in_scope` | integer | the accounts that a scan would read |
//! | `summary.out_of_scope` | integer | the accounts that a scan would leave out |
//! | `summary.role_ok` | integer or null | the accounts whose role could be assumed; null where no role was tried |
//! | `summary.role_failed` | integer or null | the accounts whose role could not; null where no role was tried |
//! | `problems` | array of strings | why a scan would be incomplete, beside what is said of each account: a named account that is not there, a selection that leaves none |
//! | `notes` | array of strings | the exclusions that match no account |
//! | `accounts` | array | the accounts, in the order in which they were listed |
//!
//! Each account:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id` | string | twelve digits |
//! | `name` | string | the account's name; may be empty |
//! | `ou_path` | string or null | the organizational units above it, such as `Root/Prod`; null where they were not read |
//! | `state` | string | the state in AWS's words, such as `ACTIVE` or `SUSPENDED`; AWS may add others |
//! | `in_scope` | boolean | whether a scan would read the account |
//! | `scope_reason` | string or null | why it would not; null where it would |
//! | `role` | string or null | `ok` or `failed`; null where the role was not tried |
//! | `role_reason` | string or null | why the role could not be assumed; null otherwise |

use std::io::{self, Write};

use keysweep_model::RoleCheck;
use serde::{Serialize, Serializer};

use crate::{
    AccountList, AccountRow, Scope, document,
    tool::{KEYSWEEP, Tool},
};

/// Writes the list as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(list: &AccountList, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    document::write(&Document::new(list), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    summary: Summary,
    problems: &'a [String],
    notes: &'a [String],
    #[serde(serialize_with = "each_account")]
    accounts: &'a [AccountRow],
}

impl<'a> Document<'a> {
    fn new(list: &'a AccountList) -> Self {
        let AccountList { accounts, problems, notes } = list;
        Self {
            schema: "keysweep.accounts/v1",
            tool: KEYSWEEP,
            summary: Summary::new(accounts),
            problems,
            notes,
            accounts,
        }
    }
}

#[derive(Serialize)]
struct Summary {
    accounts: usize,
    in_scope: usize,
    out_of_scope: usize,
    role_ok: Option<usize>,
    role_failed: Option<usize>,
}

impl Summary {
    fn new(rows: &[AccountRow]) -> Self {
        let in_scope = rows.iter().filter(|row| row.scope == Scope::In).count();
        let tried = rows.iter().filter(|row| row.role != RoleCheck::NotTried).count();
        let ok = rows.iter().filter(|row| row.role == RoleCheck::Assumed).count();
        Self {
            accounts: rows.len(),
            in_scope,
            out_of_scope: rows.len() - in_scope,
            role_ok: (tried > 0).then_some(ok),
            role_failed: (tried > 0).then_some(tried - ok),
        }
    }
}

#[derive(Serialize)]
struct Account<'a> {
    id: String,
    name: &'a str,
    ou_path: Option<&'a str>,
    state: &'a str,
    in_scope: bool,
    scope_reason: Option<&'a str>,
    role: Option<&'static str>,
    role_reason: Option<&'a str>,
}

impl<'a> Account<'a> {
    fn new(row: &'a AccountRow) -> Self {
        let (in_scope, scope_reason) = match &row.scope {
            Scope::In => (true, None),
            Scope::Out { reason } => (false, Some(reason.as_str())),
        };
        let (role, role_reason) = match &row.role {
            RoleCheck::NotTried => (None, None),
            RoleCheck::Assumed => (Some("ok"), None),
            RoleCheck::Failed { reason } => (Some("failed"), Some(reason.as_str())),
        };
        Self {
            id: row.id.to_string(),
            name: &row.name,
            ou_path: row.ou_path.as_deref(),
            state: row.state.as_str(),
            in_scope,
            scope_reason,
            role,
            role_reason,
        }
    }
}

fn each_account<S: Serializer>(rows: &[AccountRow], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(rows.iter().map(Account::new))
}

#[cfg(test)]
mod tests;
