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
pub mod history;
mod page;
mod policy;
mod reason;
mod recorded;
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
use std::io;

use keysweep_model::{Run, ScanResult, Status};
use keysweep_report::Findings;
pub(crate) use policy::show;
pub use policy::{policies, policy};
pub use recorded::{Recorded, night};
pub(crate) use text::count;

use self::{
    exempt::Exempt,
    page::{Look, Page},
    undecided::Undecided,
    violations::Violations,
};
use crate::output::Print;

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

/// Prints the result of a scan: each violation where all are wanted or there are few, then the screen that every result
/// ends with: what is exempted, exemptions to look at, what could not be judged, API calls, violations by policy and the
/// accounts with the most, coverage and the totals, and where the scan was recorded what has changed. What matters most is
/// last, where a terminal shows it. Each line ends in a newline. The findings are counted in one pass, and those that are
/// shown are read again.
///
/// # Errors
/// When the findings cannot be read, or `print` fails.
pub fn scan<'a>(
    result: &ScanResult,
    findings: &Findings,
    recorded: Option<&Recorded>,
    view: &'a View,
    print: &'a mut Print<'a>,
) -> io::Result<()> {
    let mut page = Page::printed(view, print);
    let (mut violations, mut exempt) = (Violations::default(), Exempt::default());
    let (mut unknown, mut failed) = (Undecided::default(), Undecided::default());
    for finding in findings.iter() {
        let (place, finding) = finding?;
        match finding.status {
            Status::Fail => violations.add(&page, &finding, place),
            Status::Unknown => unknown.add(&page, &finding, place),
            Status::Error => failed.add(&page, &finding, place),
            Status::Exempt => exempt.add(&page, &finding, place),
            Status::Pass => {}
        }
    }
    as_of(&mut page, &result.run);
    violations.write(&mut page, findings, &result.policies)?;
    exempt.write(&mut page, findings)?;
    register::write(&mut page, &result.exemptions);
    let because = "not made, as facts could not be read: not a pass";
    unknown.write(&mut page, findings, Status::Unknown, because)?;
    failed.write(&mut page, findings, Status::Error, "not made, as the policy failed: not a pass")?;
    totals::api_calls(&mut page, &result.api_calls);
    summary::write(&mut page, result, violations);
    coverage::write(&mut page, &result.coverage);
    totals::write(&mut page, result);
    if let Some(recorded) = recorded {
        recorded::write(&mut page, recorded);
    }
    page.end()
}

/// The totals of a scan in one line, and in another what has changed, where it was recorded.
#[must_use]
pub fn totals(result: &ScanResult, recorded: Option<&Recorded>, view: &View) -> String {
    let mut page = Page::new(view);
    totals::write(&mut page, result);
    let mut change = Page::new(view);
    if let Some(recorded) = recorded {
        recorded::write(&mut change, recorded);
    }
    [page.finish(), change.finish()].concat()
}

/// Says that the keys were not judged by the time of the scan, where they were not: otherwise the ages below it mislead.
fn as_of(page: &mut Page<'_>, run: &Run) {
    if Run::is_what_if(run.as_of, run.started_at) {
        page.section("AS OF", Look::Bold, &format!("{}, not the time of the scan", run.as_of), Look::Plain);
    }
}
