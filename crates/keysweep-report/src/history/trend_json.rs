//! How the findings of a store develop over months, as one JSON document, `keysweep.trend/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.trend/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `months` | array | the oldest month first; where they are wanted by organizational unit, one entry for each unit after the one for all |
//!
//! Each month:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `month` | string | in UTC, such as `2026-11` |
//! | `ou_path` | string or null | the organizational unit; null for all together |
//! | `open` | object | the violations that were open after the last run of the month, by severity, worst first; every severity is there |
//! | `age` | object or null | how long those had been open: the `mean_days`, and the `p90_days` that nine of ten did not exceed; null where there are none |
//! | `resolved` | integer | how many were resolved in the month, accounts that left the organization aside |
//! | `time_to_resolve` | object or null | how long those had been open, as `age` |

use std::io::{self, Write};

use keysweep_model::{self as model, TrendMonth};
use serde::Serialize;

use crate::{
    document,
    parts::BySeverity,
    tool::{KEYSWEEP, Tool},
};

/// Writes the months as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(months: &[TrendMonth], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document =
        Document { schema: "keysweep.trend/v1", tool: KEYSWEEP, months: months.iter().map(Month::new).collect() };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    months: Vec<Month<'a>>,
}

#[derive(Serialize)]
struct Month<'a> {
    month: String,
    ou_path: Option<&'a str>,
    open: BySeverity<'a>,
    age: Option<Days>,
    resolved: u64,
    time_to_resolve: Option<Days>,
}

impl<'a> Month<'a> {
    fn new(month: &'a TrendMonth) -> Self {
        Self {
            month: month.month.strftime("%Y-%m").to_string(),
            ou_path: month.ou_path.as_deref(),
            open: BySeverity(&month.open),
            age: month.age.map(Days::new),
            resolved: month.resolved,
            time_to_resolve: month.time_to_resolve.map(Days::new),
        }
    }
}

#[derive(Serialize)]
struct Days {
    mean_days: f64,
    p90_days: u64,
}

impl Days {
    /// The mean to a hundredth of a day.
    fn new(days: model::Days) -> Self {
        Self { mean_days: (days.mean * 100.0).round() / 100.0, p90_days: days.p90 }
    }
}
