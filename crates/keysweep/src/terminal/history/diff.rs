//! What changed from one run to a later one.

use keysweep_model::{AccountOutcome, ChangeKind, ChangedFinding, CoverageChange, Difference, NotJudgedGroup};

use super::rows;
use crate::terminal::{
    View, group,
    page::{Look, Page},
    table::Row,
    text,
};

/// How many reasons and accounts are shown where not all are wanted.
const FEW: usize = 20;

/// The findings that differ, by kind of change; what is no longer judged, and why; the accounts whose outcome is another;
/// the totals.
#[must_use]
pub fn diff(difference: &Difference, view: &View) -> String {
    let mut page = Page::new(view);
    let runs = format!("from {} to {}", rows::named(&difference.from), rows::named(&difference.to));
    page.section("DIFF", Look::Bold, &runs, Look::Bold);
    for kind in ChangeKind::ALL {
        changed(&mut page, difference, *kind);
    }
    not_judged(&mut page, &difference.not_judged);
    coverage(&mut page, &difference.coverage);
    let total = rows::changes_and_violations(&difference.counts, &difference.new_violations);
    page.section("TOTAL", Look::Bold, &total, Look::Bold);
    page.finish()
}

/// Writes the findings that have changed in one way, where there are any.
fn changed(page: &mut Page<'_>, difference: &Difference, kind: ChangeKind) {
    let all = difference.counts.get(&kind).copied().unwrap_or_default();
    if all == 0 {
        return;
    }
    let (label, look, what) = match kind {
        ChangeKind::New => ("NEW", Look::Loud, "reported for the first time"),
        ChangeKind::Reopened => ("REOPENED", Look::Loud, "reported again after they were resolved"),
        ChangeKind::Changed => ("CHANGED", Look::Bold, "of another status, severity or exemption"),
        ChangeKind::Resolved => ("RESOLVED", Look::Bold, "no longer reported"),
        ChangeKind::NotJudged => {
            ("UNDECIDED", Look::Loud, "that could not be judged as before: the earlier state holds")
        }
        ChangeKind::JudgedAgain => ("AGAIN", Look::Bold, "judged again, and as they were"),
    };
    page.section(label, look, &format!("{} {what}", text::count(all, "finding")), Look::Bold);
    let shown: Vec<_> = difference.findings.iter().filter(|changed| changed.kind == kind).collect();
    let hidden = usize::try_from(all).unwrap_or(usize::MAX).saturating_sub(shown.len());
    page.sentences(2, shown.into_iter().map(row).collect());
    group::more(page, 2, hidden, "");
}

/// The row of a finding that has changed.
fn row(changed: &ChangedFinding) -> Row {
    let ChangedFinding { kind, before, after, reason, finding } = changed;
    let said = match kind {
        ChangeKind::Changed => format!("{}: {reason}", rows::transition(before.as_ref(), after.as_ref())),
        ChangeKind::New
        | ChangeKind::Reopened
        | ChangeKind::Resolved
        | ChangeKind::NotJudged
        | ChangeKind::JudgedAgain => reason.clone(),
    };
    Row { cells: rows::subject(finding), text: format!("{}: {said} ({})", finding.severity, finding.id) }
}

/// Writes why findings of the earlier run were not judged by the later one.
fn not_judged(page: &mut Page<'_>, groups: &[NotJudgedGroup]) {
    if groups.is_empty() {
        return;
    }
    let all = groups.iter().map(|group| group.findings).sum();
    let said = format!("{} of the earlier run, of which the later one says nothing", text::count(all, "open finding"));
    page.section("NOT JUDGED", Look::Loud, &said, Look::Bold);
    let shown = page.limit(groups.len(), FEW);
    let rows = groups[..shown].iter().map(|group| {
        let account = group.account_id.map(|id| id.to_string());
        let subject = account.or_else(|| group.policy.as_ref().map(ToString::to_string)).unwrap_or_default();
        Row { cells: vec![text::count(group.findings, "finding"), subject], text: group.reason.clone() }
    });
    page.rows(2, rows.collect());
    group::more(page, 2, groups.len() - shown, " reasons");
}

/// Writes the accounts whose outcome is another.
fn coverage(page: &mut Page<'_>, accounts: &[CoverageChange]) {
    if accounts.is_empty() {
        return;
    }
    let said = format!("{} with another outcome", text::count(accounts.len() as u64, "account"));
    page.section("COVERAGE", Look::Bold, &said, Look::Bold);
    let shown = page.limit(accounts.len(), FEW);
    let rows = accounts[..shown].iter().map(|change| Row {
        cells: vec![
            change.account_id.to_string(),
            change.account_name.clone(),
            format!("{} -> {}", outcome(change.before), outcome(change.after)),
        ],
        text: change.reason.clone().unwrap_or_default(),
    });
    page.rows(2, rows.collect());
    group::more(page, 2, accounts.len() - shown, "");
}

fn outcome(outcome: Option<AccountOutcome>) -> &'static str {
    outcome.map_or("not in the run", AccountOutcome::as_str)
}
