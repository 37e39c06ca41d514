//! History: runs, findings over time and what changed, as a store keeps them.
//!
//! A run is visible in the history once it is complete: it was carried to its end, whatever it could not read. A finding
//! is open until a run has judged its resource again and reports it no more, or its resource or account is gone.

mod difference;
mod finding;
mod run;
mod store;
mod trend;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use self::{
    difference::{ChangedFinding, CoverageChange, Difference, NotJudgedGroup},
    finding::{
        Change, FindingFilter, FindingGroup, FindingHistory, FindingStates, GroupBy, RecordedFinding, Resolved,
        ResourceOwner, Standing,
    },
    run::{RecordedAccount, RecordedPolicy, RecordedRun, RunDetail, RunResult, RunSelection},
    store::{Pruned, StoreInfo},
    trend::{Days, TrendMonth},
};
use crate::word::words;

words! {
    /// How far a run came.
    RunStatus, "run status", {
        /// It is being recorded.
        Running = "running",
        /// It was carried to its end.
        Complete = "complete",
        /// It ended before that. Nothing that it has read is part of the history.
        Interrupted = "interrupted",
    }
}

words! {
    /// What a run has judged.
    RunSource, "run source", {
        /// What AWS answered.
        Aws = "aws",
        /// A saved inventory.
        Inventory = "inventory",
    }
}

words! {
    /// The result of one account in a run.
    AccountOutcome, "account outcome", {
        /// It was read and judged.
        Scanned = "scanned",
        /// It should have been read and could not be.
        Failed = "failed",
        /// It was not to be read.
        Skipped = "skipped",
    }
}

words! {
    /// Where a finding stands.
    FindingState, "finding state", {
        /// It is reported: a violation, or what could not be judged.
        Open = "open",
        /// It is reported as exempted.
        Exempt = "exempt",
        /// It is reported no more.
        Resolved = "resolved",
    }
}

/// A point in the history: a run, and its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The number of the run.
    pub run: u64,
    /// When it began to read.
    pub at: Timestamp,
}
