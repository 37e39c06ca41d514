//! The end of the page: what was asked of AWS, and everything in one line.

use std::{cmp::Reverse, collections::BTreeMap};

use keysweep_model::{ApiCalls, ScanResult, Service, Severity, StatusCounts, Summary, Throttling};

use super::{
    page::{GUTTER, Look, Page},
    text,
};

/// Writes the requests by what AWS throttles together, and where the user asked for all by action too, the most frequent
/// first.
pub(super) fn api_calls(page: &mut Page<'_>, calls: &ApiCalls) {
    let total = text::thousands(calls.total());
    if calls.total() == 0 {
        return page.section("API CALLS", Look::Bold, &total, Look::Plain);
    }
    page.section("API CALLS", Look::Bold, &format!("{total}: {}", throttling(calls)), Look::Plain);
    if page.shows_all() {
        let mut actions: Vec<_> = calls.by_action.iter().collect();
        actions.sort_by_key(|(_, count)| Reverse(**count));
        let actions: Vec<_> =
            actions.iter().map(|(action, count)| format!("{action} {}", text::thousands(**count))).collect();
        page.text(GUTTER, Look::Plain, &actions.join(", "));
    }
}

/// What throttling did to the calls: "iam 1,041 (12 throttled in 1 account, 1.5 s waited), sts 6 (0 throttled)".
fn throttling(calls: &ApiCalls) -> String {
    let services = Service::ALL.iter().map(|service| {
        let Throttling { throttles, waited } = calls.throttling(*service);
        let accounts = match service {
            Service::Iam if throttles > 0 => {
                format!(" in {}", text::count(calls.throttled_accounts.len() as u64, "account"))
            }
            Service::Iam | Service::Organizations | Service::Sts => String::new(),
        };
        let waited = if throttles > 0 { format!(", {} waited", text::duration(waited)) } else { String::new() };
        let (calls, throttles) = (text::thousands(calls.of_service(*service)), text::thousands(throttles));
        format!("{service} {calls} ({throttles} throttled{accounts}{waited})")
    });
    services.collect::<Vec<_>>().join(", ")
}

/// Writes the totals. The label tells whether they are those of the whole organization.
pub(super) fn write(page: &mut Page<'_>, result: &ScanResult) {
    let (label, look) = if result.is_complete() { ("TOTAL", Look::Bold) } else { ("PARTIAL", Look::Loud) };
    let summary = &result.summary;
    let read = [
        text::count(result.coverage.scanned, "account"),
        users(summary),
        text::count(summary.access_keys, "access key"),
    ];
    let said = format!(
        "{}: {}; took {}",
        read.join(", "),
        judged(&summary.by_status, &summary.by_severity),
        text::duration(result.run.finished_at.duration_since(result.run.started_at)),
    );
    page.section(label, look, &said, Look::Bold);
}

/// The users, and how many of the report's are gone or have another name, where there are any.
fn users(summary: &Summary) -> String {
    let changed = [(summary.users_gone, "gone"), (summary.users_renamed, "renamed")];
    let changed = changed.iter().filter(|(count, _)| *count > 0);
    let changed: Vec<String> = changed.map(|(count, word)| format!("{} {word}", text::thousands(*count))).collect();
    let users = text::count(summary.users, "user");
    if changed.is_empty() { users } else { format!("{users} ({} since the report)", changed.join(", ")) }
}

/// The judgements: "12 violations (3 high, 9 medium), 1 unknown, 0 in error, 2 exempt, 7,710 passed".
pub(super) fn judged(counts: &StatusCounts, by_severity: &BTreeMap<Severity, u64>) -> String {
    let StatusCounts { pass, fail, exempt, unknown, error } = *counts;
    let mut said = vec![violations(fail, by_severity)];
    let others = [(unknown, "unknown"), (error, "in error"), (exempt, "exempt"), (pass, "passed")];
    said.extend(others.iter().map(|(count, word)| format!("{} {word}", text::thousands(*count))));
    said.join(", ")
}

/// A number of violations with their severities: "12 violations (3 high, 9 medium)".
pub(super) fn violations(number: u64, by_severity: &BTreeMap<Severity, u64>) -> String {
    let worst_first = by_severity.iter().rev().filter(|(_, count)| **count > 0);
    let counted: Vec<_> =
        worst_first.map(|(severity, count)| format!("{} {severity}", text::thousands(*count))).collect();
    let counted = if counted.is_empty() { String::new() } else { format!(" ({})", counted.join(", ")) };
    format!("{}{counted}", text::count(number, "violation"))
}
