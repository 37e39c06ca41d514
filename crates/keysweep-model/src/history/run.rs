//! Runs, as the history has them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AccountOutcome, RunSource, RunStatus};
use crate::{AccountGap, AccountId, ChangeKind, Partition, PolicyId, Severity, StatusCounts, Step};

/// What a run was narrowed to. Everything that is empty was not narrowed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunSelection {
    /// The accounts that were named.
    pub accounts: Vec<AccountId>,
    /// The organizational units that were named.
    pub ous: Vec<String>,
    /// The accounts that were excluded.
    pub excluded_accounts: Vec<AccountId>,
    /// The policies that were named.
    pub policies: Vec<PolicyId>,
}

/// A run of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordedRun {
    /// Its number in the store: 1 for the first. Runs are ordered by it, as clocks may step back.
    pub number: u64,
    /// Its id, which the result of the scan has too.
    pub id: String,
    /// How far it came.
    pub status: RunStatus,
    /// What it has judged.
    pub source: RunSource,
    /// The version of Keysweep that recorded it.
    pub version: String,
    /// When it began to read.
    pub started_at: Timestamp,
    /// When it ended; none where it was interrupted, or is still running.
    pub finished_at: Option<Timestamp>,
    /// The time as of which it judged.
    pub as_of: Timestamp,
    /// The organization; none where the accounts came from a file.
    pub organization_id: Option<String>,
    /// The organization's management account, where it is known.
    pub management_account_id: Option<AccountId>,
    /// The partition.
    pub partition: Partition,
    /// What it was narrowed to.
    pub selection: RunSelection,
    /// The process that records it or was recording it when it was interrupted, such as `host:1234`.
    pub process: String,
    /// How many accounts there are of each outcome, those included that a failed listing did not name. Of a run that is
    /// not complete: as far as it came.
    pub accounts: BTreeMap<AccountOutcome, u64>,
    /// What else is known of it once it is complete.
    pub result: Option<RunResult>,
}

/// The result of a complete run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// How many accounts there are of each outcome.
    #[serde(default)]
    pub accounts: BTreeMap<AccountOutcome, u64>,
    /// The judgements, passes included.
    pub by_status: StatusCounts,
    /// The violations by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// How many findings have changed in it, by kind.
    pub changes: BTreeMap<ChangeKind, u64>,
    /// The violations that were none when they were judged last, by severity: new ones, reopened ones, and those that were
    /// exempted or could not be judged until then.
    pub new_violations: BTreeMap<Severity, u64>,
    /// The gaps in its coverage that are about no account that is known.
    pub unlisted: Vec<AccountGap>,
}

/// An account in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAccount {
    /// The account; none for accounts that a failed listing did not name.
    pub account_id: Option<AccountId>,
    /// Its name.
    pub account_name: String,
    /// Its result.
    pub outcome: AccountOutcome,
    /// How far it came, and why no further; none where it was scanned.
    pub gap: Option<(Step, String)>,
}

/// A policy as a run judged by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedPolicy {
    /// Its id.
    pub id: PolicyId,
    /// What it demands, in one line.
    pub title: String,
    /// The severity of its findings.
    pub severity: Severity,
    /// The parameters that it ran with, as JSON.
    pub params: BTreeMap<String, String>,
}

/// A run with its accounts and policies.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    /// The run.
    pub run: RecordedRun,
    /// The accounts that were not scanned: failed ones first, each by id.
    pub gaps: Vec<RecordedAccount>,
    /// What it judged by, by id.
    pub policies: Vec<RecordedPolicy>,
}
