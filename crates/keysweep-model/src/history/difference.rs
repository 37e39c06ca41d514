//! What changed between two runs.

use std::collections::BTreeMap;

use super::{AccountOutcome, RecordedFinding, RecordedRun, Standing};
use crate::{AccountId, ChangeKind, PolicyId, Severity};

/// What changed from one run to a later one.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The earlier run.
    pub from: RecordedRun,
    /// The later run.
    pub to: RecordedRun,
    /// How many findings have changed, by kind.
    pub counts: BTreeMap<ChangeKind, u64>,
    /// The violations that are new, reopened or were something else before, by severity.
    pub new_violations: BTreeMap<Severity, u64>,
    /// The findings that differ: the worst first, then the oldest; no more than were asked for of each kind.
    pub findings: Vec<ChangedFinding>,
    /// The open findings of the earlier run that the later one says nothing of, because it did not read or judge so much.
    pub not_judged: Vec<NotJudgedGroup>,
    /// The accounts whose outcome is another, by id.
    pub coverage: Vec<CoverageChange>,
}

/// A finding that differs between two runs.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedFinding {
    /// The difference.
    pub kind: ChangeKind,
    /// How it was reported in the earlier run; none where it was not.
    pub before: Option<Standing>,
    /// How it is reported in the later run; none where it is not.
    pub after: Option<Standing>,
    /// Why, or what was said of it.
    pub reason: String,
    /// The finding as it is now.
    pub finding: RecordedFinding,
}

/// Findings of which a run says nothing, for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJudgedGroup {
    /// The reason, in words.
    pub reason: String,
    /// The account, where the reason is about one.
    pub account_id: Option<AccountId>,
    /// The policy, where the reason is about one.
    pub policy: Option<PolicyId>,
    /// How many findings.
    pub findings: u64,
}

/// An account whose outcome in two runs is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageChange {
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub account_name: String,
    /// Its outcome in the earlier run; none where that run had nothing to do with it.
    pub before: Option<AccountOutcome>,
    /// Its outcome in the later run; none where that run had nothing to do with it.
    pub after: Option<AccountOutcome>,
    /// Why, where it was not scanned in the later run.
    pub reason: Option<String>,
}
