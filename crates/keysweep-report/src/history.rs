//! Documents of the history that a store keeps: its runs, its findings over time, what changed and how it develops.
//!
//! - [`runs_json`]: the runs, `keysweep.runs/v1`, and one of them, `keysweep.run/v1`.
//! - [`findings_json`] and [`findings_csv`]: findings, or how many there are of each group: `keysweep.findings/v1` and CSV.
//! - [`finding_json`]: one finding with its changes, `keysweep.finding/v1`.
//! - [`diff_json`]: what changed between two runs, `keysweep.diff/v1`.
//! - [`trend_json`]: how findings develop over months, `keysweep.trend/v1`.
//! - [`store_json`]: the store in numbers, `keysweep.store_info/v1`.
//!
//! Times are RFC 3339 in UTC, such as `2026-11-22T08:00:00Z`, with milliseconds at most. Keys are always there: what is not
//! known is `null`.

pub mod diff_json;
pub mod finding_json;
pub mod findings_csv;
pub mod findings_json;
mod parts;
pub mod runs_json;
pub mod store_json;
#[cfg(test)]
mod tests;
pub mod trend_json;

use std::io;

use jiff::Timestamp;
use keysweep_model::{FindingFilter, FindingGroup, RecordedFinding, RecordedRun};

/// Takes one finding of many.
pub type Take<'a> = dyn FnMut(RecordedFinding) -> io::Result<()> + 'a;

/// Gives findings one at a time, so that any number of them needs little memory. It ends with the error of what takes them.
pub type Each<'a> = dyn FnMut(&mut Take<'_>) -> io::Result<()> + 'a;

/// What is said of findings beside each of them.
#[derive(Debug, Clone, Copy)]
pub struct FindingList<'a> {
    /// When they were asked for. What is open has been open until then.
    pub as_of: Timestamp,
    /// The newest complete run; none where there is none yet.
    pub run: Option<&'a RecordedRun>,
    /// Which were asked for.
    pub filter: &'a FindingFilter,
    /// All that match, however many of them are shown; none where no finding matches.
    pub total: Option<&'a FindingGroup>,
}

/// How long a finding has been open `as_of` that time, or was open until it was resolved: see [`days_between`].
#[must_use]
pub fn open_days(finding: &RecordedFinding, as_of: Timestamp) -> i64 {
    let end = finding.resolved.as_ref().map_or(as_of, |resolved| resolved.moment.at);
    days_between(finding.opened.at, end)
}

/// The days from one time to a later one, rounded, as runs of two nights are never a day apart to the second. Where a clock
/// was set back, none.
#[must_use]
pub fn days_between(start: Timestamp, end: Timestamp) -> i64 {
    ((end.duration_since(start).as_hours() + 12) / 24).max(0)
}
