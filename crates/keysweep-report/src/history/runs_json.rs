//! The runs of a store as one JSON document, `keysweep.runs/v1`, and one of them, `keysweep.run/v1`.
//!
//! `keysweep.runs/v1`:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.runs/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `runs` | array of runs | the newest first; also those that were interrupted, and those that are still recorded |
//!
//! A run:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `number` | integer | its number in the store: 1 for the first |
//! | `id` | string | unique; also the `run.id` of the result of the scan |
//! | `status` | string | `running`, `complete` or `interrupted` |
//! | `source` | string | what was judged: `aws` or `inventory` |
//! | `version` | string | the version of Keysweep that recorded it |
//! | `started_at` | time | when it began to read |
//! | `finished_at` | time or null | when it ended; null where it was interrupted, and while it is recorded |
//! | `as_of` | time | the time as of which it judged |
//! | `organization_id` | string or null | the organization; null where the accounts came from a file |
//! | `management_account_id` | string or null | its management account, where it is known |
//! | `partition` | string | the AWS partition, such as `aws` |
//! | `selection` | object | what it was narrowed to: the arrays of strings `accounts`, `ous`, `excluded_accounts` and `policies`; what is empty was not narrowed |
//! | `process` | string | the process that recorded it |
//! | `accounts` | object | how many accounts were `scanned`, `failed` and `skipped` |
//! | `result` | object or null | what else is known of a complete run; null for others |
//! | `result.by_status` | object | the counts of judgements: `pass`, `fail`, `exempt`, `unknown`, `error` |
//! | `result.by_severity` | object | `fail`s by severity, worst first; every severity is there |
//! | `result.changes` | object | how many findings are `new`, `reopened`, `changed`, `resolved`, `not_judged` and `judged_again` |
//! | `result.new_violations` | object | by severity, the violations that were none when they were judged last |
//!
//! `keysweep.run/v1` has `schema`, `tool` and:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `run` | object | the run, as above |
//! | `gaps` | array | the accounts that were not scanned, failed ones first |
//! | `policies` | array | what it judged by |
//!
//! A gap:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `account_id` | string or null | twelve digits; null for accounts that a failed listing did not name |
//! | `account_name` | string | its name; may be empty |
//! | `outcome` | string | `failed` or `skipped` |
//! | `step` | string or null | how far it came, as in `keysweep.scan/v1`; null where that is not known |
//! | `reason` | string or null | why it went no further; null where that is not known |
//!
//! A policy:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id`, `title` | string | its name, and what it demands in one line |
//! | `severity` | string | `critical`, `high`, `medium`, `low` or `info` |
//! | `params` | object | the parameters that it ran with |

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use keysweep_model::{RecordedAccount, RecordedPolicy, RecordedRun, RunDetail};
use serde::Serialize;
use serde_json::Value;

use super::parts::Run;
use crate::{
    document,
    tool::{KEYSWEEP, Tool},
};

/// Writes the runs as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(runs: &[RecordedRun], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Runs { schema: "keysweep.runs/v1", tool: KEYSWEEP, runs: runs.iter().map(Run::new).collect() };
    document::write(&document, out)
}

/// Writes one run as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write_one(detail: &RunDetail, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Detail {
        schema: "keysweep.run/v1",
        tool: KEYSWEEP,
        run: Run::new(&detail.run),
        gaps: detail.gaps.iter().map(Gap::new).collect(),
        policies: detail.policies.iter().map(Policy::new).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Runs<'a> {
    schema: &'static str,
    tool: Tool,
    runs: Vec<Run<'a>>,
}

#[derive(Serialize)]
struct Detail<'a> {
    schema: &'static str,
    tool: Tool,
    run: Run<'a>,
    gaps: Vec<Gap<'a>>,
    policies: Vec<Policy<'a>>,
}

#[derive(Serialize)]
struct Gap<'a> {
    account_id: Option<String>,
    account_name: &'a str,
    outcome: &'static str,
    step: Option<&'static str>,
    reason: Option<&'a str>,
}

impl<'a> Gap<'a> {
    fn new(account: &'a RecordedAccount) -> Self {
        Self {
            account_id: account.account_id.map(|id| id.to_string()),
            account_name: &account.account_name,
            outcome: account.outcome.as_str(),
            step: account.gap.as_ref().map(|(step, _)| step.as_str()),
            reason: account.gap.as_ref().map(|(_, reason)| reason.as_str()),
        }
    }
}

#[derive(Serialize)]
struct Policy<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    params: BTreeMap<&'a str, Value>,
}

impl<'a> Policy<'a> {
    fn new(policy: &'a RecordedPolicy) -> Self {
        Self {
            id: policy.id.as_str(),
            title: &policy.title,
            severity: policy.severity.as_str(),
            params: policy.params.iter().map(|(name, json)| (name.as_str(), param(json))).collect(),
        }
    }
}

/// The value of a parameter that was recorded as JSON.
fn param(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}
