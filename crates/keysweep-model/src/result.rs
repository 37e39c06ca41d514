//! The result of a scan beside its findings: counts, and what was asked of AWS.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::AddAssign,
};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    AccountId, Coverage, ExemptionId, Partition, PolicyId, PolicySummary, Severity, Status, Step, word::words,
};

/// The result of a scan. Its findings are not held in memory: they go to the sinks of the scan.
#[derive(Debug, Clone, PartialEq)]
pub struct ScanResult {
    /// When, where and as of when.
    pub run: Run,
    /// Which accounts were judged, and which were not.
    pub coverage: Coverage,
    /// The policies that ran, by id.
    pub policies: Vec<PolicySummary>,
    /// The counts.
    pub summary: Summary,
    /// The requests that were sent to AWS.
    pub api_calls: ApiCalls,
    /// The exemptions of the register, each with its result, in its order.
    pub exemptions: Vec<ExemptionUse>,
    /// Every account of the organization, where Organizations listed them to the end.
    pub listed: Option<BTreeSet<AccountId>>,
}

/// The result of an exemption of the register in a scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExemptionUse {
    /// Which.
    pub id: ExemptionId,
    /// Who answers for it.
    pub owner: String,
    /// Until when it holds.
    pub expires: Timestamp,
    /// How many violations it exempted; of one that has expired, how many it would have exempted.
    pub matched: u64,
    /// What the owner of the register should look at: that it has expired, matched nothing, matched too much, or
    /// names an account that is gone. Each a sentence.
    pub problems: Vec<String>,
}

impl ScanResult {
    /// Whether every account in scope was read and every policy gave a verdict on every resource.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let undecided = self.summary.by_status.unknown + self.summary.by_status.error;
        self.coverage.failed.is_empty() && undecided == 0
    }

    /// Whether it was ended before all accounts were read.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.coverage.failed.iter().any(|gap| gap.step == Step::Interrupted)
    }
}

/// The circumstances of a scan.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Unique to this run, and sortable by time.
    pub id: String,
    /// When the scan began.
    pub started_at: Timestamp,
    /// When the scan ended.
    pub finished_at: Timestamp,
    /// The time as of which keys were judged.
    pub as_of: Timestamp,
    /// The organization; none where the accounts came from a file.
    pub organization_id: Option<String>,
    /// The organization's management account; none where the accounts came from a file.
    pub management_account_id: Option<AccountId>,
    /// The partition of the caller.
    pub partition: Partition,
}

impl Run {
    /// Whether `as_of` is not about the time `read_at`, at which the facts were read. Then the result tells what would be so,
    /// and not what is.
    #[must_use]
    pub fn is_what_if(as_of: Timestamp, read_at: Timestamp) -> bool {
        as_of.duration_since(read_at).abs() > SignedDuration::from_hours(1)
    }
}

/// The counts of a result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Every judgement, passes included, by policy.
    pub by_policy: BTreeMap<PolicyId, StatusCounts>,
    /// Every judgement, passes included.
    pub by_status: StatusCounts,
    /// The violations by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// The users that were read.
    pub users: u64,
    /// The users of a credential report, or of a list of users, that were deleted since, as far as the scan asked.
    pub users_gone: u64,
    /// The users of a credential report that have another name now. They are among `users` by their new names.
    pub users_renamed: u64,
    /// The access keys that were judged.
    pub access_keys: u64,
}

/// How many judgements there are of each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusCounts {
    /// Nothing to report.
    pub pass: u64,
    /// Violations.
    pub fail: u64,
    /// Exempted.
    pub exempt: u64,
    /// Could not be judged for want of a fact.
    pub unknown: u64,
    /// Could not be judged because the policy failed.
    pub error: u64,
}

impl StatusCounts {
    /// Counts one result.
    pub fn count(&mut self, status: Status) {
        match status {
            Status::Fail => self.fail += 1,
            Status::Exempt => self.exempt += 1,
            Status::Unknown => self.unknown += 1,
            Status::Error => self.error += 1,
            Status::Pass => self.pass += 1,
        }
    }
}

impl AddAssign for StatusCounts {
    fn add_assign(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.exempt += other.exempt;
        self.unknown += other.unknown;
        self.error += other.error;
    }
}

/// The requests that were sent to AWS, retries included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ApiCalls {
    /// By action, such as `iam:ListAccessKeys`.
    pub by_action: BTreeMap<String, u64>,
    /// What throttling did to them, by service. A service that did not throttle is missing.
    pub by_service: BTreeMap<Service, Throttling>,
    /// The accounts whose IAM throttled, the most often throttled first.
    pub throttled_accounts: Vec<ThrottledAccount>,
}

impl ApiCalls {
    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_action.values().sum()
    }

    /// Those to one service.
    #[must_use]
    pub fn of_service(&self, service: Service) -> u64 {
        let is_of = |action: &str| action.split_once(':').is_some_and(|(prefix, _)| prefix == service.as_str());
        self.by_action.iter().filter(|(action, _)| is_of(action)).map(|(_, calls)| calls).sum()
    }

    /// What throttling did to the calls of one service.
    #[must_use]
    pub fn throttling(&self, service: Service) -> Throttling {
        self.by_service.get(&service).copied().unwrap_or_default()
    }
}

words! {
    /// The AWS services that are called, by the prefix of their actions.
    Service, "service", {
        /// AWS Organizations, which throttles its calls by the organization's caller.
        Organizations = "organizations",
        /// STS, which throttles its calls by the caller's account and Region.
        Sts = "sts",
        /// IAM, which throttles its calls by the account that is read.
        Iam = "iam",
    }
}

/// What throttling did to calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Throttling {
    /// How many requests AWS answered with a throttle. Each was sent again.
    pub throttles: u64,
    /// How long requests were held back. Time in which several requests to the same account wait counts once.
    pub waited: SignedDuration,
}

impl AddAssign for Throttling {
    fn add_assign(&mut self, other: Self) {
        self.throttles += other.throttles;
        self.waited = self.waited.saturating_add(other.waited);
    }
}

/// An account whose IAM throttled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThrottledAccount {
    /// The account.
    pub account_id: AccountId,
    /// What that did to the calls there.
    pub throttling: Throttling,
}
