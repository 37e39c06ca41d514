//! What a store holds, in numbers.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{FindingState, RecordedRun, RunStatus};

/// A store in numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreInfo {
    /// Where it is: a file, or a URL without its password.
    pub place: String,
    /// `SQLite` or `PostgreSQL`, with its version.
    pub engine: String,
    /// Its own id.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The version of its tables.
    pub schema: u64,
    /// Its size, in bytes.
    pub bytes: u64,
    /// The organization whose history it holds, once a run has told that.
    pub organization_id: Option<String>,
    /// The runs, by how far they came.
    pub runs: BTreeMap<RunStatus, u64>,
    /// The findings, by where they stand.
    pub findings: BTreeMap<FindingState, u64>,
    /// The changes of findings.
    pub changes: u64,
    /// The accounts that are in the organization as far as is known.
    pub accounts: u64,
    /// The credentials that are there as far as they were read.
    pub credentials: u64,
    /// The newest run.
    pub last_run: Option<RecordedRun>,
}

/// What was removed from a store, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs.
    pub runs: u64,
    /// Resolved findings, each with its changes.
    pub findings: u64,
    /// Changes, those of removed findings included.
    pub changes: u64,
    /// Credentials that are gone.
    pub credentials: u64,
}
