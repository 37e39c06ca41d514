//! How findings develop over months.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::Severity;

/// The open violations at the end of a month, and those that were resolved in it.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendMonth {
    /// The first day of the month, in UTC.
    pub month: Date,
    /// The organizational unit; none for all together.
    pub ou_path: Option<String>,
    /// The violations that were open after the last run of the month, by severity.
    pub open: BTreeMap<Severity, u64>,
    /// How long those had been open.
    pub age: Option<Days>,
    /// How many were resolved in the month, accounts that left the organization aside.
    pub resolved: u64,
    /// How long those had been open.
    pub time_to_resolve: Option<Days>,
}

/// How long things took, in days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Days {
    /// The mean.
    pub mean: f64,
    /// Nine of ten took no longer, rounded to days.
    pub p90: u64,
}
