//! Findings: the worst first, then those that have been open for longest; the totals last.

use std::io;

use jiff::Timestamp;
use keysweep_model::Severity;
use keysweep_report::history::{
    days_between, {Each, FindingList},
};

use super::rows;
use crate::{
    output::Print,
    terminal::{
        View,
        page::{Look, Page},
        table::{Row, Widths},
        text,
    },
};

/// So many rows are aligned with each other before the first of them is printed.
const ROWS: usize = 1_000;

/// Prints the findings that `each` gives, by severity, and then how many there are in all and how many of them are not shown.
/// They are printed as they come, so that any number of them needs little memory.
///
/// # Errors
/// When `each` or `print` fails.
pub fn findings<'a>(
    list: &FindingList<'_>,
    each: &mut Each<'_>,
    view: &'a View,
    print: &'a mut Print<'a>,
) -> io::Result<()> {
    let mut page = Page::printed(view, print);
    let mut section = Section { severity: None, widths: Widths::of_sentences(), rows: Vec::new() };
    let mut shown = 0;
    each(&mut |finding| {
        shown += 1;
        section.begin(&mut page, list, finding.severity)?;
        section.rows.push(rows::row(&finding, list.as_of));
        if section.rows.len() >= ROWS { section.write(&mut page) } else { Ok(()) }
    })?;
    section.write(&mut page)?;
    let all = list.total.map_or(0, |total| total.findings);
    if all > shown {
        let hidden = format!("... and {} more: --all shows each", text::thousands(all - shown));
        page.text(2, Look::Dim, &hidden);
    }
    total(&mut page, list);
    page.end()
}

/// The findings of one severity, of which the last are not written yet.
struct Section {
    severity: Option<Severity>,
    widths: Widths,
    rows: Vec<Row>,
}

impl Section {
    /// Begins the section of `severity`, where it is not that one already.
    fn begin(&mut self, page: &mut Page<'_>, list: &FindingList<'_>, severity: Severity) -> io::Result<()> {
        if self.severity.replace(severity) == Some(severity) {
            return Ok(());
        }
        self.write(page)?;
        self.widths = Widths::of_sentences();
        let all = list.total.and_then(|total| total.by_severity.get(&severity)).copied().unwrap_or_default();
        let said = rows::counted(all, list.filter.states);
        page.section(&severity.as_str().to_uppercase(), Look::Severity(severity), &said, Look::Bold);
        Ok(())
    }

    fn write(&mut self, page: &mut Page<'_>) -> io::Result<()> {
        page.piece(2, &mut self.widths, std::mem::take(&mut self.rows))
    }
}

/// Writes how many findings match, and as of which run.
pub(super) fn total(page: &mut Page<'_>, list: &FindingList<'_>) {
    let as_of = match list.run {
        Some(run) => format!("as of {}", rows::named(run)),
        None => "no run is complete yet".to_owned(),
    };
    let said = match list.total {
        Some(total) => format!(
            "{} ({}), the oldest {}; {as_of}",
            rows::counted(total.findings, list.filter.states),
            rows::by_severity(&total.by_severity),
            since(total.oldest, list.as_of),
        ),
        None => format!("{} match; {as_of}", rows::counted(0, list.filter.states)),
    };
    page.section("TOTAL", Look::Bold, &said, Look::Bold);
}

/// How long ago a finding was opened: "41 d".
pub(super) fn since(opened: Timestamp, now: Timestamp) -> String {
    text::days(days_between(opened, now))
}
