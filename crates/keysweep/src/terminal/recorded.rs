//! How a scan stands in the history of its store: what has changed since the run before, and which findings are new.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keysweep_model::{ChangeKind, Finding, RecordedRun, RunResult, ScanResult};

use super::{
    page::{Look, Page},
    text,
};

/// How a scan stands in the history of its store.
#[derive(Debug)]
pub enum Recorded {
    /// It is the newest run there.
    Complete {
        /// The run.
        run: Box<RecordedRun>,
        /// The complete run before it; none where it is the first.
        before: Option<Box<RecordedRun>>,
    },
    /// It is kept as interrupted, and has changed nothing else there.
    Interrupted,
}

impl Recorded {
    /// The result of the run, where it is part of the history.
    #[must_use]
    pub fn result(&self) -> Option<&RunResult> {
        match self {
            Self::Complete { run, .. } => run.result.as_ref(),
            Self::Interrupted => None,
        }
    }
}

/// The line of a night of the demo, of which no more is shown.
#[must_use]
pub fn night(number: u32, of: u32, at: Timestamp, result: &ScanResult, recorded: Option<&Recorded>) -> String {
    let violations = text::count(result.summary.by_status.fail, "violation");
    let change = recorded.map(said).unwrap_or_else(|| "not recorded".to_owned());
    format!("night {number} of {of}, {}: {violations}; {change}", text::minute(at))
}

/// Writes what has changed since the run before.
pub(super) fn write(page: &mut Page<'_>, recorded: &Recorded) {
    page.section("CHANGE", Look::Bold, &said(recorded), Look::Bold);
}

fn said(recorded: &Recorded) -> String {
    match recorded {
        Recorded::Interrupted => "not known: the scan was interrupted, and is not part of the history".to_owned(),
        Recorded::Complete { before: None, .. } => "first run in this store".to_owned(),
        Recorded::Complete { run, before: Some(before) } => {
            let changes = run.result.as_ref().map(|result| changes(&result.changes)).unwrap_or_default();
            format!("since run {} of {}: {changes}", before.number, text::minute(before.started_at))
        }
    }
}

/// What became of a finding, in words.
pub(super) fn change(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "new",
        ChangeKind::Reopened => "reopened",
        ChangeKind::Changed => "changed",
        ChangeKind::Resolved => "resolved",
        ChangeKind::NotJudged => "no longer judged",
        ChangeKind::JudgedAgain => "judged again",
    }
}

/// How many findings have changed, by kind: "12 new, 40 resolved".
pub(super) fn changes(counts: &BTreeMap<ChangeKind, u64>) -> String {
    let counts = counts.iter().filter(|(_, count)| **count > 0);
    let counted: Vec<_> =
        counts.map(|(kind, count)| format!("{} {}", text::thousands(*count), change(*kind))).collect();
    if counted.is_empty() { "no finding has changed".to_owned() } else { counted.join(", ") }
}

/// What is said of a finding, marked where it is new or has returned.
pub(super) fn marked(finding: &Finding, said: &str) -> String {
    let mark = match finding.seen.and_then(|seen| seen.change) {
        Some(ChangeKind::New) => "NEW",
        Some(ChangeKind::Reopened) => "REOPENED",
        Some(ChangeKind::Changed | ChangeKind::Resolved | ChangeKind::NotJudged | ChangeKind::JudgedAgain) | None => "",
    };
    [mark, said].join(" ").trim().to_owned()
}
