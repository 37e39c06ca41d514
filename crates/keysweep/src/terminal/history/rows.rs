//! How a finding of the history stands in a row, and what is said of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keysweep_model::{
    ChangeKind, Exempted, FindingState, FindingStates, RecordedFinding, RecordedRun, Resolved, ResourceOwner, Severity,
    Standing, Status,
};
use keysweep_report::history::open_days;

use crate::terminal::{group, recorded::changes, table::Row, text};

/// What a finding is about: policy, account, user and credential.
pub(super) fn subject(finding: &RecordedFinding) -> Vec<String> {
    let user = finding.user_name.as_ref().map_or_else(|| group::whole(finding.resource_type), ToString::to_string);
    vec![
        finding.policy.to_string(),
        finding.account_id.to_string(),
        finding.account_name.clone(),
        user,
        finding.resource_id.clone().unwrap_or_default(),
    ]
}

/// The row of a finding: what it is about, how long it has been open, and what there is to say of it.
pub(super) fn row(finding: &RecordedFinding, now: Timestamp) -> Row {
    Row { cells: subject(finding), text: sentence(finding, now) }
}

/// What there is to say of a finding, its id last.
fn sentence(finding: &RecordedFinding, now: Timestamp) -> String {
    let days = text::days(open_days(finding, now));
    let state = match finding.state() {
        FindingState::Open => format!("open {days}"),
        FindingState::Exempt => format!("exempt {days}"),
        FindingState::Resolved => format!("was open {days}"),
    };
    let undecided = match finding.status {
        Status::Unknown => ", unknown",
        Status::Error => ", in error",
        Status::Fail | Status::Exempt | Status::Pass => "",
    };
    let parts = [
        Some(format!("{state}{undecided}: {}", finding.message)),
        finding.exemption.as_ref().map(exempted),
        owner(&finding.owner),
        finding.not_judged.as_ref().map(|why| format!("not judged by the newest run: {why}")),
        finding.resolved.as_ref().map(resolved),
    ];
    format!("{} ({})", parts.into_iter().flatten().collect::<Vec<_>>().join("; "), finding.id)
}

/// "owner billing", where it is known.
fn owner(owner: &ResourceOwner) -> Option<String> {
    match owner {
        ResourceOwner::Named(name) => Some(format!("owner {name}")),
        ResourceOwner::None | ResourceOwner::Unknown => None,
    }
}

/// By what a finding is exempted, and until when.
pub(super) fn exempted(exempted: &Exempted) -> String {
    match exempted {
        Exempted::Policy { until: None } => "exempted by the policy itself".to_owned(),
        Exempted::Policy { until: Some(until) } => {
            format!("exempted by the policy itself until {}", text::minute(*until))
        }
        Exempted::Register { id, until } => format!("exempted by {id} until {}", text::minute(*until)),
    }
}

/// When and why a finding was resolved.
pub(super) fn resolved(resolved: &Resolved) -> String {
    format!("resolved by run {} of {}: {}", resolved.moment.run, text::minute(resolved.moment.at), resolved.reason)
}

/// How a finding is reported: "fail (high)", "exempt by EX-17".
pub(super) fn standing(standing: &Standing) -> String {
    match (standing.status, &standing.exempted_by) {
        (Status::Exempt, Some(by)) => format!("exempt by {by}"),
        (Status::Exempt | Status::Fail | Status::Unknown | Status::Error | Status::Pass, _) => {
            format!("{} ({})", standing.status, standing.severity)
        }
    }
}

/// From what to what a finding has changed: "fail (medium) -> fail (high)".
pub(super) fn transition(before: Option<&Standing>, after: Option<&Standing>) -> String {
    match (before, after) {
        (None, None) => String::new(),
        (None, Some(only)) | (Some(only), None) => standing(only),
        (Some(before), Some(after)) if before == after => standing(after),
        (Some(before), Some(after)) => format!("{} -> {}", standing(before), standing(after)),
    }
}

/// Findings of these states: "12 open findings".
pub(super) fn counted(count: u64, states: FindingStates) -> String {
    let what = match states {
        FindingStates::Open => "open finding",
        FindingStates::Resolved => "resolved finding",
        FindingStates::Exempt => "exempted finding",
        FindingStates::All => "finding",
    };
    text::count(count, what)
}

/// Counts by severity, the worst first: "3 high, 9 medium".
pub(super) fn by_severity(counts: &BTreeMap<Severity, u64>) -> String {
    let worst_first = counts.iter().rev().filter(|(_, count)| **count > 0);
    let counted: Vec<_> =
        worst_first.map(|(severity, count)| format!("{} {severity}", text::thousands(*count))).collect();
    counted.join(", ")
}

/// How many findings have changed, by kind, and how many violations are new: those that were none when they were judged
/// last.
pub(super) fn changes_and_violations(
    counts: &BTreeMap<ChangeKind, u64>,
    new_violations: &BTreeMap<Severity, u64>,
) -> String {
    match new_violations.values().sum() {
        0 => format!("{}; no new violations", changes(counts)),
        new => {
            format!("{}; {} ({})", changes(counts), text::count(new, "new violation"), by_severity(new_violations))
        }
    }
}

/// "run 12 of 2026-11-27 02:00".
pub(super) fn named(run: &RecordedRun) -> String {
    format!("run {} of {}", run.number, text::minute(run.started_at))
}
