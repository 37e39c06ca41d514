//! Findings: what a policy has to report on one resource.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{AccessKeyId, AccountId, FindingId, PolicyId, Remedy, Severity, UserName, word::words};

/// What a policy has to report on one resource. Passing resources make no finding; they are counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Stable from run to run.
    pub id: FindingId,
    /// The policy that judged.
    pub policy: PolicyId,
    /// What it came to.
    pub status: FindingStatus,
    /// How bad it is.
    pub severity: Severity,
    /// The account of the resource.
    pub account_id: AccountId,
    /// Its name.
    pub account_name: String,
    /// Where it is in the organization; none where that could not be read.
    pub ou_path: Option<String>,
    /// What was judged.
    pub resource_type: ResourceType,
    /// The ARN that names the resource: for an access key the ARN of its user, because AWS gives access keys none.
    pub resource_arn: String,
    /// The user.
    pub user_name: UserName,
    /// The access key; none where the keys of the user could not be listed.
    pub access_key_id: Option<AccessKeyId>,
    /// What is wrong, why the resource is let off, or why nothing can be said.
    pub message: String,
    /// When the key was made, and the facts that the policy looked at, by the names that it used.
    pub evidence: Evidence,
    /// What the policy proposes.
    pub remedy: Remedy,
}

words! {
    /// What the judgement of a resource came to, other than a pass. In the order in which they are reported.
    FindingStatus, "finding status", {
        /// The policy is violated.
        Fail = "fail",
        /// A fact that the policy asked for could not be read.
        Unknown = "unknown",
        /// The policy itself failed.
        Error = "error",
        /// The policy is violated, but the resource is let off.
        Exempt = "exempt",
    }
}

words! {
    /// The kinds of resource that policies judge.
    ResourceType, "resource", {
        /// One access key of an IAM user.
        AccessKey = "access_key",
    }
}

/// The facts that a policy looked at, by the names that it used, such as `age_days` or `user.tag(owner)`.
pub type Evidence = BTreeMap<String, EvidenceValue>;

/// One fact as evidence.
#[derive(Debug, Clone, PartialEq)]
pub enum EvidenceValue {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A point in time.
    Time(Timestamp),
    /// It could not be read; the reason.
    Unreadable(String),
}
