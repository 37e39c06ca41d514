//! Findings of a store, or how many there are of each group, as one JSON document, `keysweep.findings/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.findings/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `as_of` | time | when they were asked for; what is open has been open until then |
//! | `run` | object or null | the newest complete run: `number`, `id`, `started_at`; null where there is none yet |
//! | `filter` | object | which were asked for: `status`, the arrays of strings `policies`, `severities`, `accounts`, `ous` and `owners` (empty for all), and `since` and `opened_before`, a time or null |
//! | `summary.findings` | integer | how many match, however many of them are listed |
//! | `summary.by_severity` | object | the same by severity, worst first; every severity is there |
//! | `summary.oldest` | time or null | when the oldest of them was opened; null where none matches |
//! | `group_by` | string or null | `owner`, `ou`, `account` or `policy`; null where each finding is listed |
//! | `groups` | array or null | the groups, the largest first; null where each finding is listed |
//! | `findings` | array or null | the findings, the worst first, then those that have been open for longest; null where they are counted by group |
//!
//! A group:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `key` | string or null | what they have in common: an owner, the path of an organizational unit, an account id or a policy id; null where there is none, or where it is not known |
//! | `label` | string | the name of the account, the title of the policy, or why `key` is null; may be empty |
//! | `findings`, `by_severity`, `oldest` | | as in `summary` |
//!
//! A finding:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id` | string | stable from run to run for the same policy, account and resource |
//! | `policy`, `policy_title` | string | the policy, and what it demands in one line |
//! | `state` | string | `open`, `exempt` or `resolved` |
//! | `status` | string | how it was reported last: `fail`, `unknown`, `error` or `exempt` |
//! | `severity`, `first_severity` | string | how bad it is, and how bad it was when it was first seen: `critical`, `high`, `medium`, `low` or `info` |
//! | `account_id`, `account_name` | string | the account; the name may be empty |
//! | `ou_path` | string or null | the organizational units above it, such as `Root/Prod`; null where they could not be read |
//! | `resource_type`, `resource_arn`, `resource_id`, `user_name` | string or null | what was judged, as in `keysweep.scan/v1` |
//! | `owner` | string or null | the value of the tag that names the owner; null where there is none, or where the tags could not be read: see `owner_known` |
//! | `owner_known` | boolean | whether the tags that name the owner could be read |
//! | `message` | string | what was said of it last |
//! | `remedy` | string | what the policy proposes: `none`, `notify`, `rotate`, `deactivate` or `delete` |
//! | `exemption` | object or null | what exempts it, where `status` is `exempt`: `by` is `policy` or `register`, `id` the exemption's id in the register or null, `until` a time or null |
//! | `first_seen` | moment | when it was first reported |
//! | `opened` | moment | when it was reported for the first time since it was last resolved |
//! | `open_days` | integer | days, rounded, from `opened` until `as_of`, or until it was resolved |
//! | `last_seen` | moment | when it was last reported |
//! | `not_judged` | string or null | why the newest run says nothing of it, where that is so and it is not resolved |
//! | `resolved` | object or null | `run`, `at` and `reason` of its end; null where it is not resolved |
//!
//! A moment is an object: the number of a `run`, and the time `at` which that run began to read.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    io::{self, Write},
};

use jiff::Timestamp;
use keysweep_model::{FindingFilter, FindingGroup, GroupBy, RecordedRun, Severity};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeSeq},
};

use super::{
    Each, FindingList,
    parts::{Finding, Group},
};
use crate::{
    document,
    parts::{BySeverity, to_millisecond},
    tool::{KEYSWEEP, Tool},
};

/// Writes the findings that `each` gives as one pretty-printed document with a final newline. They are written as they come,
/// so that a document of any size needs little memory.
///
/// # Errors
/// When `out` refuses what is written, or `each` fails.
pub fn write(list: &FindingList<'_>, each: &mut Each<'_>, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let findings = Findings { each: RefCell::new(each), as_of: list.as_of };
    document::write(&Document { findings: Some(findings), ..Document::new(list) }, out)
}

/// Writes how many findings there are of each group as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write_groups(
    list: &FindingList<'_>,
    by: GroupBy,
    groups: &[FindingGroup],
    out: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let groups = Some(groups.iter().map(Group::new).collect());
    document::write(&Document { group_by: Some(by.as_str()), groups, ..Document::new(list) }, out)
}

#[derive(Serialize)]
struct Document<'a, 'b> {
    schema: &'static str,
    tool: Tool,
    as_of: Timestamp,
    run: Option<Run<'a>>,
    filter: Filter<'a>,
    summary: Summary<'a>,
    group_by: Option<&'static str>,
    groups: Option<Vec<Group<'a>>>,
    findings: Option<Findings<'a, 'b>>,
}

impl<'a> Document<'a, '_> {
    fn new(list: &FindingList<'a>) -> Self {
        Self {
            schema: "keysweep.findings/v1",
            tool: KEYSWEEP,
            as_of: to_millisecond(list.as_of),
            run: list.run.map(Run::new),
            filter: Filter::new(list.filter),
            summary: Summary::new(list.total),
            group_by: None,
            groups: None,
            findings: None,
        }
    }
}

#[derive(Serialize)]
struct Run<'a> {
    number: u64,
    id: &'a str,
    started_at: Timestamp,
}

impl<'a> Run<'a> {
    fn new(run: &'a RecordedRun) -> Self {
        Self { number: run.number, id: &run.id, started_at: to_millisecond(run.started_at) }
    }
}

#[derive(Serialize)]
struct Filter<'a> {
    status: &'static str,
    policies: Vec<&'a str>,
    severities: Vec<&'static str>,
    accounts: Vec<String>,
    ous: &'a [String],
    owners: &'a [String],
    since: Option<Timestamp>,
    opened_before: Option<Timestamp>,
}

impl<'a> Filter<'a> {
    fn new(filter: &'a FindingFilter) -> Self {
        Self {
            status: filter.states.as_str(),
            policies: filter.policies.iter().map(|id| id.as_str()).collect(),
            severities: filter.severities.iter().map(|severity| severity.as_str()).collect(),
            accounts: filter.accounts.iter().map(ToString::to_string).collect(),
            ous: &filter.ous,
            owners: &filter.owners,
            since: filter.since.map(to_millisecond),
            opened_before: filter.opened_before.map(to_millisecond),
        }
    }
}

/// The counts of all that match.
#[derive(Serialize)]
struct Summary<'a> {
    findings: u64,
    by_severity: BySeverity<'a>,
    oldest: Option<Timestamp>,
}

impl<'a> Summary<'a> {
    fn new(total: Option<&'a FindingGroup>) -> Self {
        static NONE: BTreeMap<Severity, u64> = BTreeMap::new();
        Self {
            findings: total.map_or(0, |group| group.findings),
            by_severity: BySeverity(total.map_or(&NONE, |group| &group.by_severity)),
            oldest: total.map(|group| group.oldest),
        }
    }
}

/// Findings that are written as they come.
struct Findings<'a, 'b> {
    each: RefCell<&'a mut Each<'b>>,
    as_of: Timestamp,
}

impl Serialize for Findings<'_, '_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut out = out.serialize_seq(None)?;
        let mut refused = None;
        let given = (self.each.borrow_mut())(&mut |finding| {
            out.serialize_element(&Finding::new(&finding, self.as_of)).map_err(|error| {
                let told = io::Error::other(error.to_string());
                refused = Some(error);
                told
            })
        });
        match (refused, given) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(S::Error::custom(error)),
            (None, Ok(())) => out.end(),
        }
    }
}
