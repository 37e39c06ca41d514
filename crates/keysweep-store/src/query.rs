//! What is asked of the history. Only complete runs are part of it.

pub(crate) mod difference;
pub(crate) mod filter;
pub(crate) mod finding;
pub(crate) mod not_judged;
pub(crate) mod run;
pub(crate) mod trend;
