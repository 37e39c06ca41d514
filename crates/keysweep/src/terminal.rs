//! What people read: results rendered as text for a terminal, or for a file when there is none.
//!
//! Three promises hold for everything that is printed:
//!
//! - **Ten thousand findings stay readable.** Findings are grouped and each group shows its worst; the rest is counted,
//!   never dropped without a word, and `--all` shows it.
//! - **What one would copy is whole.** Ids, ARNs and names are never cut or broken; the layout gives way instead.
//! - **Text from AWS cannot steer the terminal.** Whoever may name a user or tag it writes into this output, so
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
mod table;
mod text;
mod totals;
mod undecided;
mod violations;

#[cfg(test)]
mod tests;

pub use accounts::accounts;
pub use evaluated::{Change, Evaluated, changes, evaluated};
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
    /// Whether to show every finding and every account, however many, instead of the worst of each group.
    pub all: bool,
}

/// The result of a scan: violations by severity and policy with the worst first, what could not be judged, what was let
/// off, exemptions to look at, coverage, API calls and the totals, each line ending in a newline.
#[must_use]
pub fn scan(result: &ScanResult, view: &View) -> String {
    let mut page = Page::new(view);
    as_of(&mut page, &result.run);
    violations::write(&mut page, result);
    undecided::write(&mut page, &result.findings);
    exempt::write(&mut page, &result.findings);
    register::write(&mut page, &result.exemptions);
    coverage::write(&mut page, &result.coverage);
    totals::api_calls(&mut page, &result.api_calls);
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

/// The text with every character escaped that could steer the terminal, line by line.
#[must_use]
pub fn printable(text: &str) -> String {
    text.split('\n').map(text::clean).collect::<Vec<_>>().join("\n")
}

/// Says that the keys were not judged by the time of the scan, where they were not: otherwise the ages below it mislead.
fn as_of(page: &mut Page<'_>, run: &Run) {
    let distance = run.as_of.duration_since(run.started_at).abs();
    if distance > SignedDuration::from_hours(1) {
        page.section("AS OF", Look::Bold, &format!("{}, not the time of the scan", run.as_of), Look::Plain);
    }
}
