//! Which accounts were judged, and which were not and why.

use keysweep_model::{AccountGap, Coverage};

use super::{
    group,
    page::{Look, Page},
    reason,
    table::Row,
    text,
};

/// How many reasons are shown.
const REASONS: usize = 10;
/// How many of the accounts are shown that should have been read.
const FAILED: usize = 5;
/// How many of the accounts are shown that were not to be read.
const SKIPPED: usize = 3;

/// Writes the counts, then every reason with its accounts.
pub(super) fn write(page: &mut Page<'_>, coverage: &Coverage) {
    let said = format!(
        "{} of {} scanned, {} failed, {} skipped",
        text::thousands(coverage.scanned),
        text::count(coverage.expected(), "account"),
        text::thousands(coverage.failed.len() as u64),
        text::thousands(coverage.skipped.len() as u64),
    );
    let look = if coverage.failed.is_empty() { Look::Bold } else { Look::Loud };
    page.section("COVERAGE", look, &said, Look::Bold);
    gaps(page, "failed", &coverage.failed, FAILED);
    gaps(page, "skipped", &coverage.skipped, SKIPPED);
}

fn gaps(page: &mut Page<'_>, word: &str, gaps: &[AccountGap], few: usize) {
    let groups = group::by(gaps, |gap| (gap.step, pattern(gap)));
    let mut groups = reason::shared(groups, |gap| &gap.reason);
    let hidden = groups.split_off(page.limit(groups.len(), REASONS));
    for (step, shared) in groups {
        let count = text::thousands(shared.members.len() as u64);
        let step = step.as_str().replace('_', " ");
        page.hanging(2, &format!("{count} {word}"), &format!("{step}: {}", shared.reason));

        let mut accounts = shared.members;
        accounts.sort_by_key(|gap| gap.account_id);
        let rest = accounts.split_off(page.limit(accounts.len(), few));
        page.rows(6, accounts.into_iter().map(row).collect());
        group::more(page, 6, rest.len(), "");
    }
    let accounts: usize = hidden.iter().map(|(_, shared)| shared.members.len()).sum();
    let accounts = text::count(accounts as u64, &format!("{word} account"));
    group::more(page, 2, hidden.len(), &format!(" reasons for {accounts}"));
}

fn pattern(gap: &AccountGap) -> String {
    let id = gap.account_id.map(|id| id.to_string()).unwrap_or_default();
    reason::pattern(&gap.reason, &[(&id, "<account>"), (&gap.account_name, "<name>")])
}

fn row(gap: &AccountGap) -> Row {
    let id = gap.account_id.map_or_else(|| "id not listed".to_owned(), |id| id.to_string());
    Row::of_cells(vec![id, gap.account_name.clone()])
}
