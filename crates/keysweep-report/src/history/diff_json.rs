//! What changed from one run of a store to a later one, as one JSON document, `keysweep.diff/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.diff/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `as_of` | time | when it was asked for |
//! | `from`, `to` | object | the earlier and the later run, as in `keysweep.runs/v1` |
//! | `summary.changes` | object | how many findings are `new`, `reopened`, `changed`, `resolved`, `not_judged` and `judged_again` |
//! | `summary.new_violations` | object | by severity, the violations that are new, reopened or were something else before |
//! | `changes` | array | the findings that differ, the worst first, then the oldest |
//! | `not_judged` | array | the open findings of the earlier run that the later one says nothing of, because it did not read or judge so much |
//! | `coverage` | array | the accounts whose outcome is another |
//!
//! A change:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `kind` | string | as in `summary.changes` |
//! | `before`, `after` | object or null | how the earlier and the later run report it: `status`, `severity`, and `exempted_by`, which is `policy`, the id of an exemption of the register, or null; null as a whole where a run does not report it |
//! | `reason` | string | why, or what was said of it |
//! | `finding` | object | the finding as it is now, as in `keysweep.findings/v1` |
//!
//! An entry of `not_judged`:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `reason` | string | why they were not judged |
//! | `account_id` | string or null | the account, where the reason is about one |
//! | `policy` | string or null | the policy, where the reason is about one |
//! | `findings` | integer | how many findings |
//!
//! An entry of `coverage`:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `account_id`, `account_name` | string | the account; the name may be empty |
//! | `before`, `after` | string or null | `scanned`, `failed` or `skipped`; null where the run had nothing to do with it |
//! | `reason` | string or null | why, where it was not scanned in the later run |

use std::io::{self, Write};

use jiff::Timestamp;
use keysweep_model::{ChangedFinding, CoverageChange, Difference, NotJudgedGroup};
use serde::Serialize;

use super::parts::{ByChange, Finding, Run, Standing};
use crate::{
    document,
    parts::{BySeverity, to_millisecond},
    tool::{KEYSWEEP, Tool},
};

/// Writes the difference as one pretty-printed document with a final newline. What is open has been open until `as_of`.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(difference: &Difference, as_of: Timestamp, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Document {
        schema: "keysweep.diff/v1",
        tool: KEYSWEEP,
        as_of: to_millisecond(as_of),
        from: Run::new(&difference.from),
        to: Run::new(&difference.to),
        summary: Summary {
            changes: ByChange(&difference.counts),
            new_violations: BySeverity(&difference.new_violations),
        },
        changes: difference.findings.iter().map(|changed| Change::new(changed, as_of)).collect(),
        not_judged: difference.not_judged.iter().map(NotJudged::new).collect(),
        coverage: difference.coverage.iter().map(Coverage::new).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    as_of: Timestamp,
    from: Run<'a>,
    to: Run<'a>,
    summary: Summary<'a>,
    changes: Vec<Change<'a>>,
    not_judged: Vec<NotJudged<'a>>,
    coverage: Vec<Coverage<'a>>,
}

#[derive(Serialize)]
struct Summary<'a> {
    changes: ByChange<'a>,
    new_violations: BySeverity<'a>,
}

#[derive(Serialize)]
struct Change<'a> {
    kind: &'static str,
    before: Option<Standing<'a>>,
    after: Option<Standing<'a>>,
    reason: &'a str,
    finding: Finding<'a>,
}

impl<'a> Change<'a> {
    fn new(changed: &'a ChangedFinding, as_of: Timestamp) -> Self {
        Self {
            kind: changed.kind.as_str(),
            before: changed.before.as_ref().map(Standing::new),
            after: changed.after.as_ref().map(Standing::new),
            reason: &changed.reason,
            finding: Finding::new(&changed.finding, as_of),
        }
    }
}

#[derive(Serialize)]
struct NotJudged<'a> {
    reason: &'a str,
    account_id: Option<String>,
    policy: Option<&'a str>,
    findings: u64,
}

impl<'a> NotJudged<'a> {
    fn new(group: &'a NotJudgedGroup) -> Self {
        Self {
            reason: &group.reason,
            account_id: group.account_id.map(|id| id.to_string()),
            policy: group.policy.as_ref().map(|id| id.as_str()),
            findings: group.findings,
        }
    }
}

#[derive(Serialize)]
struct Coverage<'a> {
    account_id: String,
    account_name: &'a str,
    before: Option<&'static str>,
    after: Option<&'static str>,
    reason: Option<&'a str>,
}

impl<'a> Coverage<'a> {
    fn new(change: &'a CoverageChange) -> Self {
        Self {
            account_id: change.account_id.to_string(),
            account_name: &change.account_name,
            before: change.before.map(|outcome| outcome.as_str()),
            after: change.after.map(|outcome| outcome.as_str()),
            reason: change.reason.as_deref(),
        }
    }
}
