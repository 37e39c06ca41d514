//! Findings: what a policy has to report on one resource.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Evidence, ExemptionId, FindingId, PolicyId, Remedy, ResourceType, Seen, Severity, UserName, word::words,
};

/// What a policy has to report on one resource. Passing resources make no finding; they are counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable from run to run.
    pub id: FindingId,
    /// The policy that judged.
    pub policy: PolicyId,
    /// The result of judging.
    pub status: Status,
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
    /// The ARN that names the resource: for what has none of its own that of its user, and for an account and its root
    /// user that of the root user.
    pub resource_arn: String,
    /// What names it within its user, such as an access key's id; none where it has no such name, and where it could
    /// not be read.
    pub resource_id: Option<String>,
    /// The user; none for an account and its root user.
    pub user_name: Option<UserName>,
    /// What is wrong, why the resource is exempted, or why nothing can be said.
    pub message: String,
    /// When the resource was made, the facts that the policy looked at by the names that it used, and what it added.
    pub evidence: Evidence,
    /// What exempts it, where its status is exempt.
    pub exemption: Option<Exempted>,
    /// What the policy proposes.
    pub remedy: Remedy,
    /// How it stands in the history, where the run is recorded.
    pub seen: Option<Seen>,
}

impl Finding {
    /// Sets the result, and what is to be said about it.
    pub fn set(&mut self, status: Status, message: String) {
        self.status = status;
        self.message = message;
    }

    /// What orders the findings of a result: account, user, resource and policy.
    #[must_use]
    pub fn sort_key(&self) -> impl Ord + use<'_> {
        let Self { account_id, user_name, resource_type, resource_id, policy, id, .. } = self;
        (account_id, user_name, resource_type, resource_id, policy, id)
    }

    /// The access key, where it is about one that is known.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.resource_id.as_deref().filter(|_| self.resource_type == ResourceType::AccessKey)
    }
}

/// What exempts a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exempted {
    /// The policy's own script.
    Policy {
        /// Until when; none for good.
        until: Option<Timestamp>,
    },
    /// An exemption of the register.
    Register {
        /// Which.
        id: ExemptionId,
        /// Until when.
        until: Timestamp,
    },
}

words! {
    /// The result of judging a resource by a policy. In the order in which they are reported.
    Status, "status", {
        /// The policy is violated.
        Fail = "fail",
        /// A fact that the policy asked for could not be read.
        Unknown = "unknown",
        /// The policy itself failed.
        Error = "error",
        /// The policy is violated, but the resource is exempted.
        Exempt = "exempt",
        /// There is nothing to report.
        Pass = "pass",
    }
}
