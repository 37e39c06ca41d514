//! What several documents of the history have in common.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keysweep_model::{
    self as model, AccountOutcome, ChangeKind, Exempted, FindingGroup, FindingState, RecordedFinding, RecordedRun,
    ResourceOwner, RunStatus,
};
use serde::{Serialize, Serializer};

use crate::parts::{BySeverity, to_millisecond};

/// A run, and its time.
#[derive(Serialize)]
pub(super) struct Moment {
    run: u64,
    at: Timestamp,
}

impl Moment {
    pub(super) fn new(moment: model::Moment) -> Self {
        Self { run: moment.run, at: moment.at }
    }
}

macro_rules! counts {
    ($(#[doc = $doc:literal] $Counts:ident of $Word:ident;)*) => {$(
        #[doc = $doc]
        pub(super) struct $Counts<'a>(pub(super) &'a BTreeMap<$Word, u64>);

        impl Serialize for $Counts<'_> {
            fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
                out.collect_map($Word::ALL.iter().map(|word| (word.as_str(), self.0.get(word).copied().unwrap_or(0))))
            }
        }
    )*};
}

counts! {
    /// Counts by what became of findings. Every kind of change is there.
    ByChange of ChangeKind;
    /// Counts by the result of accounts. Every outcome is there.
    ByOutcome of AccountOutcome;
    /// Counts by how far runs came. Every status is there.
    ByRunStatus of RunStatus;
    /// Counts by where findings stand. Every state is there.
    ByState of FindingState;
}

/// A run.
#[derive(Serialize)]
pub(super) struct Run<'a> {
    number: u64,
    id: &'a str,
    status: &'static str,
    source: &'static str,
    version: &'a str,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    as_of: Timestamp,
    organization_id: Option<&'a str>,
    management_account_id: Option<String>,
    partition: &'a str,
    selection: Selection<'a>,
    process: &'a str,
    accounts: ByOutcome<'a>,
    result: Option<RunResult<'a>>,
}

impl<'a> Run<'a> {
    pub(super) fn new(run: &'a RecordedRun) -> Self {
        Self {
            number: run.number,
            id: &run.id,
            status: run.status.as_str(),
            source: run.source.as_str(),
            version: &run.version,
            started_at: to_millisecond(run.started_at),
            finished_at: run.finished_at.map(to_millisecond),
            as_of: to_millisecond(run.as_of),
            organization_id: run.organization_id.as_deref(),
            management_account_id: run.management_account_id.map(|id| id.to_string()),
            partition: run.partition.as_str(),
            selection: Selection::new(&run.selection),
            process: &run.process,
            accounts: ByOutcome(&run.accounts),
            result: run.result.as_ref().map(RunResult::new),
        }
    }
}

#[derive(Serialize)]
struct Selection<'a> {
    accounts: Vec<String>,
    ous: &'a [String],
    excluded_accounts: Vec<String>,
    policies: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    fn new(selection: &'a model::RunSelection) -> Self {
        Self {
            accounts: selection.accounts.iter().map(ToString::to_string).collect(),
            ous: &selection.ous,
            excluded_accounts: selection.excluded_accounts.iter().map(ToString::to_string).collect(),
            policies: selection.policies.iter().map(|id| id.as_str()).collect(),
        }
    }
}

#[derive(Serialize)]
struct RunResult<'a> {
    by_status: ByStatus,
    by_severity: BySeverity<'a>,
    changes: ByChange<'a>,
    new_violations: BySeverity<'a>,
}

impl<'a> RunResult<'a> {
    fn new(result: &'a model::RunResult) -> Self {
        Self {
            by_status: ByStatus::new(result.by_status),
            by_severity: BySeverity(&result.by_severity),
            changes: ByChange(&result.changes),
            new_violations: BySeverity(&result.new_violations),
        }
    }
}

#[derive(Serialize)]
struct ByStatus {
    pass: u64,
    fail: u64,
    exempt: u64,
    unknown: u64,
    error: u64,
}

impl ByStatus {
    fn new(counts: model::StatusCounts) -> Self {
        let model::StatusCounts { pass, fail, exempt, unknown, error } = counts;
        Self { pass, fail, exempt, unknown, error }
    }
}

/// A finding, as the history has it.
#[derive(Serialize)]
pub(super) struct Finding<'a> {
    id: &'a str,
    policy: &'a str,
    policy_title: &'a str,
    state: &'static str,
    status: &'static str,
    severity: &'static str,
    first_severity: &'static str,
    account_id: String,
    account_name: &'a str,
    ou_path: Option<&'a str>,
    resource_type: &'static str,
    resource_arn: &'a str,
    resource_id: Option<&'a str>,
    user_name: Option<&'a str>,
    owner: Option<&'a str>,
    owner_known: bool,
    message: &'a str,
    remedy: &'static str,
    exemption: Option<Exemption<'a>>,
    first_seen: Moment,
    opened: Moment,
    open_days: i64,
    last_seen: Moment,
    not_judged: Option<&'a str>,
    resolved: Option<Resolved<'a>>,
}

impl<'a> Finding<'a> {
    pub(super) fn new(finding: &'a RecordedFinding, as_of: Timestamp) -> Self {
        Self {
            id: finding.id.as_str(),
            policy: finding.policy.as_str(),
            policy_title: &finding.policy_title,
            state: finding.state().as_str(),
            status: finding.status.as_str(),
            severity: finding.severity.as_str(),
            first_severity: finding.first_severity.as_str(),
            account_id: finding.account_id.to_string(),
            account_name: &finding.account_name,
            ou_path: finding.ou_path.as_deref(),
            resource_type: finding.resource_type.as_str(),
            resource_arn: &finding.resource_arn,
            resource_id: finding.resource_id.as_deref(),
            user_name: finding.user_name.as_ref().map(|name| name.as_str()),
            owner: owner(&finding.owner),
            owner_known: finding.owner != ResourceOwner::Unknown,
            message: &finding.message,
            remedy: finding.remedy.as_str(),
            exemption: finding.exemption.as_ref().map(Exemption::new),
            first_seen: Moment::new(finding.first_seen),
            opened: Moment::new(finding.opened),
            open_days: super::open_days(finding, as_of),
            last_seen: Moment::new(finding.last_seen),
            not_judged: finding.not_judged.as_deref(),
            resolved: finding.resolved.as_ref().map(Resolved::new),
        }
    }
}

/// The name of who answers for a resource, where there is one.
pub(super) fn owner(owner: &ResourceOwner) -> Option<&str> {
    match owner {
        ResourceOwner::Named(name) => Some(name),
        ResourceOwner::None | ResourceOwner::Unknown => None,
    }
}

/// What exempts a finding.
#[derive(Serialize)]
pub(super) struct Exemption<'a> {
    pub(super) by: &'static str,
    pub(super) id: Option<&'a str>,
    pub(super) until: Option<Timestamp>,
}

impl<'a> Exemption<'a> {
    pub(super) fn new(exempted: &'a Exempted) -> Self {
        match exempted {
            Exempted::Policy { until } => Self { by: "policy", id: None, until: *until },
            Exempted::Register { id, until } => Self { by: "register", id: Some(id.as_str()), until: Some(*until) },
        }
    }
}

#[derive(Serialize)]
struct Resolved<'a> {
    run: u64,
    at: Timestamp,
    reason: &'a str,
}

impl<'a> Resolved<'a> {
    fn new(resolved: &'a model::Resolved) -> Self {
        Self { run: resolved.moment.run, at: resolved.moment.at, reason: &resolved.reason }
    }
}

/// How a finding stands in the result of a run.
#[derive(Serialize)]
pub(super) struct Standing<'a> {
    status: &'static str,
    severity: &'static str,
    exempted_by: Option<&'a str>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(standing: &'a model::Standing) -> Self {
        Self {
            status: standing.status.as_str(),
            severity: standing.severity.as_str(),
            exempted_by: standing.exempted_by.as_deref(),
        }
    }
}

/// Findings that have something in common.
#[derive(Serialize)]
pub(super) struct Group<'a> {
    key: Option<&'a str>,
    label: &'a str,
    findings: u64,
    by_severity: BySeverity<'a>,
    oldest: Timestamp,
}

impl<'a> Group<'a> {
    pub(super) fn new(group: &'a FindingGroup) -> Self {
        Self {
            key: group.key.as_deref(),
            label: &group.label,
            findings: group.findings,
            by_severity: BySeverity(&group.by_severity),
            oldest: group.oldest,
        }
    }
}
