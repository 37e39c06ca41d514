//! The end of the page: what was asked of AWS, and everything in one line.

use std::cmp::Reverse;

use keysweep_model::{ApiCalls, ScanResult, Severity, StatusCounts};

use super::{
    page::{Look, Page},
    text,
};

/// Writes the requests by action, the most frequent first.
pub(super) fn api_calls(page: &mut Page<'_>, calls: &ApiCalls) {
    let mut actions: Vec<_> = calls.by_action.iter().collect();
    actions.sort_by_key(|(_, count)| Reverse(**count));
    let actions: Vec<String> =
        actions.iter().map(|(action, count)| format!("{action} {}", text::thousands(**count))).collect();
    let total = text::thousands(calls.total());
    let said = if actions.is_empty() { total } else { format!("{total}: {}", actions.join(", ")) };
    page.section("API CALLS", Look::Bold, &said, Look::Plain);
}

/// Writes the totals. The label tells whether they are those of the whole organization.
pub(super) fn write(page: &mut Page<'_>, result: &ScanResult) {
    let (label, look) = if result.is_complete() { ("TOTAL", Look::Bold) } else { ("PARTIAL", Look::Loud) };
    let summary = &result.summary;
    let read = [
        text::count(result.coverage.scanned, "account"),
        text::count(summary.users, "user"),
        text::count(summary.access_keys, "access key"),
    ];
    let said = format!(
        "{}: {}; took {}",
        read.join(", "),
        judged(result, &summary.by_status),
        text::duration(result.run.finished_at.duration_since(result.run.started_at)),
    );
    page.section(label, look, &said, Look::Bold);
}

fn judged(result: &ScanResult, counts: &StatusCounts) -> String {
    let StatusCounts { pass, fail, exempt, unknown, error } = *counts;
    let mut said = vec![format!("{}{}", text::count(fail, "violation"), severities(result))];
    let others = [(unknown, "unknown"), (error, "in error"), (exempt, "exempt"), (pass, "passed")];
    said.extend(others.iter().map(|(count, word)| format!("{} {word}", text::thousands(*count))));
    said.join(", ")
}

/// The violations by severity: " (3 high, 9 medium)".
fn severities(result: &ScanResult) -> String {
    let worst_first = Severity::ALL.iter().rev();
    let counted: Vec<String> = worst_first
        .filter_map(|severity| result.summary.by_severity.get(severity).map(|count| (severity, *count)))
        .filter(|(_, count)| *count > 0)
        .map(|(severity, count)| format!("{} {severity}", text::thousands(count)))
        .collect();
    if counted.is_empty() { String::new() } else { format!(" ({})", counted.join(", ")) }
}
