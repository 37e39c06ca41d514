//! How a finding of a scan stands in the history.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::word::words;

words! {
    /// What became of a finding in a run.
    ChangeKind, "change", {
        /// It was reported for the first time.
        New = "new",
        /// It was resolved, and is reported again.
        Reopened = "reopened",
        /// Its status, its severity or what exempts it is another.
        Changed = "changed",
        /// Its resource was judged again and it is not reported any more, or its resource or account is gone.
        Resolved = "resolved",
        /// Its resource was read, and could not be judged as it was before. Its state is that of the last time.
        NotJudged = "not_judged",
        /// It is judged again, and is as it was.
        JudgedAgain = "judged_again",
    }
}

/// How a finding of a scan stands in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When it was first reported: the time at which that run began to read.
    pub first_seen_at: Timestamp,
    /// What became of it since it was last judged; none where it is as it was.
    pub change: Option<ChangeKind>,
}
