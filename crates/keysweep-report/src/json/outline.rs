//! The document as a whole: everything but the findings, which it streams.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    self as model, AccountGap, AccountNote, ExemptionUse, PolicySummary, ScanResult, Service, Throttling,
};
use serde::{Serialize, Serializer};

use super::finding;
use crate::{
    Findings,
    parts::{BySeverity, Policy, to_millisecond},
    tool::{KEYSWEEP, Tool},
};

/// The document, borrowing all that it can from the result.
#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    run: Run<'a>,
    coverage: Coverage<'a>,
    #[serde(serialize_with = "each_policy")]
    policies: &'a [PolicySummary],
    summary: Summary<'a>,
    api_calls: ApiCalls<'a>,
    exemptions: Vec<Exemption<'a>>,
    #[serde(serialize_with = "finding::each")]
    findings: &'a Findings,
}

impl<'a> Document<'a> {
    /// The document of a result with its findings.
    pub(super) fn new(result: &'a ScanResult, findings: &'a Findings) -> Self {
        Self {
            schema: "keysweep.scan/v1",
            tool: KEYSWEEP,
            run: Run::new(&result.run),
            coverage: Coverage::new(&result.coverage),
            policies: &result.policies,
            summary: Summary::new(result),
            api_calls: ApiCalls::new(&result.api_calls),
            exemptions: result.exemptions.iter().map(Exemption::new).collect(),
            findings,
        }
    }
}

#[derive(Serialize)]
struct Run<'a> {
    id: &'a str,
    started_at: Timestamp,
    finished_at: Timestamp,
    as_of: Timestamp,
    organization_id: Option<&'a str>,
    management_account_id: Option<String>,
    partition: &'a str,
}

impl<'a> Run<'a> {
    fn new(run: &'a model::Run) -> Self {
        Self {
            id: &run.id,
            started_at: to_millisecond(run.started_at),
            finished_at: to_millisecond(run.finished_at),
            as_of: to_millisecond(run.as_of),
            organization_id: run.organization_id.as_deref(),
            management_account_id: run.management_account_id.map(|id| id.to_string()),
            partition: run.partition.as_str(),
        }
    }
}

#[derive(Serialize)]
struct Coverage<'a> {
    expected: u64,
    scanned: u64,
    failed: Vec<Gap<'a>>,
    skipped: Vec<Gap<'a>>,
    notes: Vec<Note<'a>>,
}

impl<'a> Coverage<'a> {
    fn new(coverage: &'a model::Coverage) -> Self {
        Self {
            expected: coverage.expected(),
            scanned: coverage.scanned,
            failed: coverage.failed.iter().map(Gap::new).collect(),
            skipped: coverage.skipped.iter().map(Gap::new).collect(),
            notes: coverage.notes.iter().map(Note::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct Gap<'a> {
    account_id: Option<String>,
    account_name: &'a str,
    step: &'static str,
    reason: &'a str,
}

impl<'a> Gap<'a> {
    fn new(gap: &'a AccountGap) -> Self {
        Self {
            account_id: gap.account_id.map(|id| id.to_string()),
            account_name: &gap.account_name,
            step: gap.step.as_str(),
            reason: &gap.reason,
        }
    }
}

#[derive(Serialize)]
struct Note<'a> {
    account_id: String,
    account_name: &'a str,
    reason: &'a str,
}

impl<'a> Note<'a> {
    fn new(note: &'a AccountNote) -> Self {
        Self { account_id: note.account_id.to_string(), account_name: &note.account_name, reason: &note.reason }
    }
}

fn each_policy<S: Serializer>(policies: &[PolicySummary], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(policies.iter().map(Policy::new))
}

#[derive(Serialize)]
struct Summary<'a> {
    by_policy: BTreeMap<&'a str, Counts>,
    by_status: Counts,
    by_severity: BySeverity<'a>,
    users: u64,
    users_gone: u64,
    users_renamed: u64,
    access_keys: u64,
}

impl<'a> Summary<'a> {
    fn new(result: &'a ScanResult) -> Self {
        let summary = &result.summary;
        // A policy that ran and had nothing to judge is there too, so that a reader need not tell "no key" from "no fail".
        let ran = result.policies.iter().map(|policy| (policy.id.as_str(), Counts::default()));
        let judged = summary.by_policy.iter().map(|(id, counts)| (id.as_str(), Counts::new(counts)));
        Self {
            by_policy: ran.chain(judged).collect(),
            by_status: Counts::new(&summary.by_status),
            by_severity: BySeverity(&summary.by_severity),
            users: summary.users,
            users_gone: summary.users_gone,
            users_renamed: summary.users_renamed,
            access_keys: summary.access_keys,
        }
    }
}

#[derive(Serialize, Default)]
struct Counts {
    pass: u64,
    fail: u64,
    exempt: u64,
    unknown: u64,
    error: u64,
}

impl Counts {
    fn new(counts: &model::StatusCounts) -> Self {
        let model::StatusCounts { pass, fail, exempt, unknown, error } = *counts;
        Self { pass, fail, exempt, unknown, error }
    }
}

/// How many of the accounts are listed that were throttled: with thousands of them the document would grow for little.
const MOST_THROTTLED: usize = 10;

#[derive(Serialize)]
struct ApiCalls<'a> {
    total: u64,
    by_action: &'a BTreeMap<String, u64>,
    by_domain: BTreeMap<&'static str, Domain>,
    throttled_accounts: usize,
    most_throttled: Vec<ThrottledAccount>,
}

impl<'a> ApiCalls<'a> {
    fn new(calls: &'a model::ApiCalls) -> Self {
        let most = calls.throttled_accounts.iter().take(MOST_THROTTLED);
        Self {
            total: calls.total(),
            by_action: &calls.by_action,
            by_domain: Service::ALL.iter().map(|service| (service.as_str(), Domain::new(calls, *service))).collect(),
            throttled_accounts: calls.throttled_accounts.len(),
            most_throttled: most.map(ThrottledAccount::new).collect(),
        }
    }
}

#[derive(Serialize)]
struct Domain {
    calls: u64,
    throttles: u64,
    seconds_waited: f64,
}

impl Domain {
    fn new(calls: &model::ApiCalls, service: Service) -> Self {
        let Throttling { throttles, waited } = calls.throttling(service);
        Self { calls: calls.of_service(service), throttles, seconds_waited: seconds(waited) }
    }
}

#[derive(Serialize)]
struct ThrottledAccount {
    account_id: String,
    throttles: u64,
    seconds_waited: f64,
}

impl ThrottledAccount {
    fn new(account: &model::ThrottledAccount) -> Self {
        let Throttling { throttles, waited } = account.throttling;
        Self { account_id: account.account_id.to_string(), throttles, seconds_waited: seconds(waited) }
    }
}

/// Seconds to the millisecond.
fn seconds(duration: SignedDuration) -> f64 {
    (duration.as_secs_f64() * 1_000.0).round() / 1_000.0
}

#[derive(Serialize)]
struct Exemption<'a> {
    id: &'a str,
    owner: &'a str,
    expires: Timestamp,
    matched: u64,
    problems: &'a [String],
}

impl<'a> Exemption<'a> {
    fn new(used: &'a ExemptionUse) -> Self {
        Self {
            id: used.id.as_str(),
            owner: &used.owner,
            expires: used.expires,
            matched: used.matched,
            problems: &used.problems,
        }
    }
}
