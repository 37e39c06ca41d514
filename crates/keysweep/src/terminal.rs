//! What people read: results rendered as text for a terminal, or for a file when there is none.
//!
//! Three promises hold for everything that is printed:
//!
//! - **Ten thousand findings stay readable.** A result ends with one screen: its violations counted by policy and by
//!   account, what is unknown, coverage. `--all` shows each finding above it.
//! - **What one would copy is whole.** Ids, ARNs and names are never cut or broken; the layout gives way instead.
//! - **Text from AWS cannot steer the terminal.** Everyone who may name a user or tag it writes into this output, so
//!   a page, the only door to it, escapes control and invisible characters.
//!
//! This module must not know the terminal itself: width and colour are values that the edge of the program found out.

mod accounts;
mod coverage;
mod evaluated;
mod exempt;
mod exemptions;
mod group;
mod page;
mod policy;
mod reason;
mod register;
mod summary;
mod table;
mod text;
mod totals;
mod undecided;
mod violations;

#[cfg(test)]
mod tests;

pub use accounts::accounts;
pub use evaluated::{Change, changes, evaluated};
pub use exemptions::exemptions;
use jiff::SignedDuration;
use keysweep_model::{Run, ScanResult};
pub(crate) use policy::show;
pub use policy::{policies, policy};
pub(crate) use text::count;

use self::page::{Look, Page};

/// How to render.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The width to fit, in columns. Less than 40 is taken as 40.
    pub width: usize,
    /// Whether to colour by ANSI escape codes. Without, the text holds no control character but newlines.
    pub color: bool,
    /// Whether to show every finding and every account, however many.
    pub all: bool,
}

/// The result of a scan: each violation where all are wanted or there are few, then the screen that every result ends
/// with: what is exempted, exemptions to look at, what could not be judged, API calls, violations by policy and the accounts
/// with the most, coverage and the totals. What matters most is last, where a terminal shows it. Each line ends in a
/// newline.
#[must_use]
pub fn scan(result: &ScanResult, view: &View) -> String {
    let mut page = Page::new(view);
    as_of(&mut page, &result.run);
    violations::write(&mut page, result);
    exempt::write(&mut page, &result.findings);
    register::write(&mut page, &result.exemptions);
    undecided::write(&mut page, &result.findings);
    totals::api_calls(&mut page, &result.api_calls);
    summary::write(&mut page, result);
    coverage::write(&mut page, &result.coverage);
    totals::write(&mut page, result);
    page.finish()
}

/// The totals of a scan in one line.
#[must_use]
pub fn totals(result: &ScanResult, view: &View) -> String {
    let mut page = Page::new(view);
    totals::write(&mut page, result);
    page.finish()
}

/// Says that the keys were not judged by the time of the scan, where they were not: otherwise the ages below it mislead.
fn as_of(page: &mut Page<'_>, run: &Run) {
    let distance = run.as_of.duration_since(run.started_at).abs();
    if distance > SignedDuration::from_hours(1) {
        page.section("AS OF", Look::Bold, &format!("{}, not the time of the scan", run.as_of), Look::Plain);
    }
}
