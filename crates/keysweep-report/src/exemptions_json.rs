//! The exemptions of the register as one JSON document, `keysweep.exemptions/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.exemptions/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `as_of` | time | when the days were counted that each has left |
//! | `exemptions` | array | the exemptions, those that end first at the top |
//!
//! Each exemption:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id` | string | what the register names it |
//! | `policies` | array of strings | the policies whose violations it exempts |
//! | `accounts` | array of strings | the accounts that it is for; empty for all |
//! | `ou` | string or null | the organizational unit that it is for, with everything below it; null for all |
//! | `user`, `access_key_id` | string or null | globs for the users and the access keys that it is for; null for all |
//! | `tags` | object | the tags that a user must have, each with its value |
//! | `reason` | string | why it is granted |
//! | `owner` | string | who answers for it |
//! | `ticket`, `approved_by` | string or null | where it was asked for, and who granted it; null where the register does not say |
//! | `expires` | time | when it ends |
//! | `expired` | boolean | whether it has ended |
//! | `days_left` | integer | the days until then, the last one included; 0 where it has ended |

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use jiff::Timestamp;
use keysweep_model::{AccountId, ExemptionId, PolicyId};
use serde::Serialize;

use crate::{
    document,
    parts::to_millisecond,
    tool::{KEYSWEEP, Tool},
};

/// One exemption of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionRow {
    /// What the register names it.
    pub id: ExemptionId,
    /// The policies whose violations it exempts.
    pub policies: Vec<PolicyId>,
    /// The accounts that it is for; empty for all.
    pub accounts: Vec<AccountId>,
    /// The organizational unit that it is for; none for all.
    pub ou: Option<String>,
    /// A glob for the users that it is for; none for all.
    pub user: Option<String>,
    /// A glob for the access keys that it is for; none for all.
    pub access_key_id: Option<String>,
    /// The tags that a user must have, each with its value.
    pub tags: Vec<(String, String)>,
    /// Why it is granted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where it was asked for; none where the register does not say.
    pub ticket: Option<String>,
    /// Who granted it; none where the register does not say.
    pub approved_by: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
    /// Whether it has ended.
    pub expired: bool,
    /// The days until then; 0 where it has ended.
    pub days_left: i64,
}

/// Writes the list as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(rows: &[ExemptionRow], as_of: Timestamp, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Document {
        schema: "keysweep.exemptions/v1",
        tool: KEYSWEEP,
        as_of: to_millisecond(as_of),
        exemptions: rows.iter().map(Exemption::new).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    as_of: Timestamp,
    exemptions: Vec<Exemption<'a>>,
}

#[derive(Serialize)]
struct Exemption<'a> {
    id: &'a str,
    policies: Vec<&'a str>,
    accounts: Vec<String>,
    ou: Option<&'a str>,
    user: Option<&'a str>,
    access_key_id: Option<&'a str>,
    tags: BTreeMap<&'a str, &'a str>,
    reason: &'a str,
    owner: &'a str,
    ticket: Option<&'a str>,
    approved_by: Option<&'a str>,
    expires: Timestamp,
    expired: bool,
    days_left: i64,
}

impl<'a> Exemption<'a> {
    fn new(row: &'a ExemptionRow) -> Self {
        Self {
            id: row.id.as_str(),
            policies: row.policies.iter().map(|id| id.as_str()).collect(),
            accounts: row.accounts.iter().map(ToString::to_string).collect(),
            ou: row.ou.as_deref(),
            user: row.user.as_deref(),
            access_key_id: row.access_key_id.as_deref(),
            tags: row.tags.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect(),
            reason: &row.reason,
            owner: &row.owner,
            ticket: row.ticket.as_deref(),
            approved_by: row.approved_by.as_deref(),
            expires: row.expires,
            expired: row.expired,
            days_left: row.days_left,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exemption_with_all_that_it_may_have() {
        let row = ExemptionRow {
            id: "EX-17".parse().unwrap(),
            policies: vec!["access-key-max-age".parse().unwrap()],
            accounts: vec!["000000000012".parse().unwrap()],
            ou: Some("Root/Prod".to_owned()),
            user: Some("svc-*".to_owned()),
            access_key_id: None,
            tags: vec![("team".to_owned(), "billing".to_owned())],
            reason: "the vendor rotates these keys itself".to_owned(),
            owner: "billing".to_owned(),
            ticket: Some("SEC-1042".to_owned()),
            approved_by: None,
            expires: "2027-03-01T00:00:00Z".parse().unwrap(),
            expired: false,
            days_left: 94,
        };
        let mut out = Vec::new();
        write(&[row], "2026-11-27T08:00:00.123456Z".parse().unwrap(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]");
        insta::assert_snapshot!(text, @r#"
        {
          "schema": "keysweep.exemptions/v1",
          "tool": {
            "name": "keysweep",
            "version": "[version]"
          },
          "as_of": "2026-11-27T08:00:00.123Z",
          "exemptions": [
            {
              "id": "EX-17",
              "policies": [
                "access-key-max-age"
              ],
              "accounts": [
                "000000000012"
              ],
              "ou": "Root/Prod",
              "user": "svc-*",
              "access_key_id": null,
              "tags": {
                "team": "billing"
              },
              "reason": "the vendor rotates these keys itself",
              "owner": "billing",
              "ticket": "SEC-1042",
              "approved_by": null,
              "expires": "2027-03-01T00:00:00Z",
              "expired": false,
              "days_left": 94
            }
          ]
        }
        "#);
    }
}
