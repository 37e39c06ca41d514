//! The history: runs, findings over time, what changed between runs, how findings develop, and the store itself.
//!
//! Times are in UTC, to the minute. Ages are in whole days.

mod diff;
mod finding;
mod findings;
mod groups;
mod rows;
mod runs;
mod store;
mod trend;

#[cfg(test)]
mod tests;

pub use self::{
    diff::diff,
    finding::finding,
    findings::findings,
    groups::groups,
    runs::{run, runs},
    store::{problems, pruned, store},
    trend::trend,
};
