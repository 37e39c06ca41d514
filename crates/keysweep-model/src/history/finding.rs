//! Findings, as the history has them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FindingState, Moment};
use crate::{
    AccountId, ChangeKind, Exempted, FindingId, PolicyId, Remedy, ResourceType, Severity, Status, UserName, word::words,
};

/// Who answers for a resource: what the owner tag of its user says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ResourceOwner {
    /// The tag's value.
    Named(String),
    /// The user has no such tag, or the resource is of no user.
    None,
    /// The tags of the user were not read, or could not be.
    Unknown,
}

/// A finding as the history has it.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedFinding {
    /// Its id, the same from run to run.
    pub id: FindingId,
    /// The policy.
    pub policy: PolicyId,
    /// What the policy demands, in one line.
    pub policy_title: String,
    /// How it was reported last: fail, unknown, error or exempt.
    pub status: Status,
    /// How bad it is.
    pub severity: Severity,
    /// How bad it was when it was first seen.
    pub first_severity: Severity,
    /// The account.
    pub account_id: AccountId,
    /// Its name.
    pub account_name: String,
    /// Where it is in the organization; none where that could not be read.
    pub ou_path: Option<String>,
    /// What was judged.
    pub resource_type: ResourceType,
    /// The ARN that names the resource.
    pub resource_arn: String,
    /// What names it within its user, where it has such a name.
    pub resource_id: Option<String>,
    /// The user; none for an account and its root user.
    pub user_name: Option<UserName>,
    /// Who answers for it.
    pub owner: ResourceOwner,
    /// What was said of it last.
    pub message: String,
    /// What the policy proposes.
    pub remedy: Remedy,
    /// What exempts it, where its status is exempt.
    pub exemption: Option<Exempted>,
    /// When it was first reported.
    pub first_seen: Moment,
    /// When it was reported for the first time since it was last resolved.
    pub opened: Moment,
    /// When it was last reported.
    pub last_seen: Moment,
    /// Why the newest run says nothing of it, where that is so and it is not resolved.
    pub not_judged: Option<String>,
    /// When and why it was resolved, where it is.
    pub resolved: Option<Resolved>,
}

impl RecordedFinding {
    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> FindingState {
        match (&self.resolved, self.status) {
            (Some(_), _) => FindingState::Resolved,
            (None, Status::Exempt) => FindingState::Exempt,
            (None, Status::Fail | Status::Unknown | Status::Error | Status::Pass) => FindingState::Open,
        }
    }
}

/// The end of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// When.
    pub moment: Moment,
    /// Why, in words.
    pub reason: String,
}

/// How a finding stands in the result of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Fail, unknown, error or exempt.
    pub status: Status,
    /// How bad.
    pub severity: Severity,
    /// What exempts it: `policy`, or the id of an exemption of the register.
    pub exempted_by: Option<String>,
}

/// One change of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The run, and its time.
    pub moment: Moment,
    /// The id of the run; none where the run was removed from the store.
    pub run_id: Option<String>,
    /// What happened.
    pub kind: ChangeKind,
    /// How it was reported before; none where it was not.
    pub before: Option<Standing>,
    /// How it is reported since; none where it is not.
    pub after: Option<Standing>,
    /// Why, or what was said of it then.
    pub reason: String,
}

/// A finding with all that happened to it, the oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingHistory {
    /// The finding as it is now.
    pub finding: RecordedFinding,
    /// What happened.
    pub changes: Vec<Change>,
}

/// Which findings are wanted: those that meet all that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FindingFilter {
    /// Those in this state.
    pub states: FindingStates,
    /// Those of any of these policies; empty for all.
    pub policies: Vec<PolicyId>,
    /// Those of any of these severities; empty for all.
    pub severities: Vec<Severity>,
    /// Those in any of these accounts; empty for all.
    pub accounts: Vec<AccountId>,
    /// Those in or below any of these organizational units, such as `Root/Workloads`; empty for all.
    pub ous: Vec<String>,
    /// Those that any of these answers for; empty for all.
    pub owners: Vec<String>,
    /// Those that were opened then or later; of resolved ones, those that were resolved then or later.
    pub since: Option<Timestamp>,
    /// Those that were opened before then.
    pub opened_before: Option<Timestamp>,
}

words! {
    /// Findings of which state are wanted.
    #[derive(Default)]
    FindingStates, "status", {
        /// Those that are open.
        #[default]
        Open = "open",
        /// Those that are resolved.
        Resolved = "resolved",
        /// Those that are exempted.
        Exempt = "exempt",
        /// All.
        All = "all",
    }
}

words! {
    /// What findings may be counted by.
    GroupBy, "grouping", {
        /// Who answers for the resource.
        Owner = "owner",
        /// The organizational unit of the account.
        Ou = "ou",
        /// The account.
        Account = "account",
        /// The policy.
        Policy = "policy",
    }
}

/// Findings that have something in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingGroup {
    /// What they have in common: an owner, the path of an organizational unit, an account id or a policy id; none where
    /// it is not known, or where there is none.
    pub key: Option<String>,
    /// A description of the key: the account's name or the policy's title, or empty. Where there is no key, why.
    pub label: String,
    /// How many there are.
    pub findings: u64,
    /// How many there are by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// When the oldest of them was opened.
    pub oldest: Timestamp,
}
