//! How a scan stands in the history of its store: what has changed since the run before, and which findings are new.

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

/// The kinds of changes in the order in which they are shown, each with its word.
const KINDS: [(ChangeKind, &str); 6] = [
    (ChangeKind::New, "new"),
    (ChangeKind::Reopened, "reopened"),
    (ChangeKind::Resolved, "resolved"),
    (ChangeKind::Changed, "changed"),
    (ChangeKind::NotJudged, "no longer judged"),
    (ChangeKind::JudgedAgain, "judged again"),
];

/// The line of a night of the demo, of which no more is shown.
#[must_use]
pub fn night(number: u32, of: u32, at: Timestamp, result: &ScanResult, recorded: Option<&Recorded>) -> String {
    let violations = text::count(result.summary.by_status.fail, "violation");
    let change = recorded.map(said).unwrap_or_else(|| "not recorded".to_owned());
    format!("night {number} of {of}, {}: {violations}; {change}", minute(at))
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
            let changes = run.result.as_ref().map(counted).unwrap_or_default();
            format!("since run {} of {}: {changes}", before.number, minute(before.started_at))
        }
    }
}

/// How many findings have changed, by kind: "12 new, 40 resolved".
fn counted(result: &RunResult) -> String {
    let number = |kind| result.changes.get(&kind).copied().unwrap_or_default();
    let kinds = KINDS.iter().map(|(kind, word)| (number(*kind), word)).filter(|(number, _)| *number > 0);
    let counted: Vec<_> = kinds.map(|(number, word)| format!("{} {word}", text::thousands(number))).collect();
    if counted.is_empty() { "nothing".to_owned() } else { counted.join(", ") }
}

fn minute(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M")
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
