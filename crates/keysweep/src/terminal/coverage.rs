//! Which accounts were judged, and which were not and why.

use std::collections::BTreeMap;

use keysweep_model::{AccountGap, AccountId, AccountNote, Coverage, Step};

use super::{
    group,
    page::{Look, Page},
    reason,
    table::Row,
    text,
};

/// How many reasons are shown.
const REASONS: usize = 3;
/// How many of the accounts are shown that should have been read.
const FAILED: usize = 3;
/// How many of the accounts are shown that were not to be read.
const SKIPPED: usize = 3;
/// How many of the accounts are shown of which something should be known.
const NOTED: usize = 3;

/// Writes the counts, then every reason with its accounts, then what should be known of accounts that were read.
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
    entries(page, "failed", coverage.failed.iter().map(Entry::of_gap).collect(), FAILED);
    entries(page, "skipped", coverage.skipped.iter().map(Entry::of_gap).collect(), SKIPPED);
    entries(page, "noted", coverage.notes.iter().map(Entry::of_note).collect(), NOTED);
}

/// An account with what is said of it.
struct Entry<'a> {
    account: Option<AccountId>,
    name: &'a str,
    /// The step that it was lost at; none where it was read.
    step: Option<Step>,
    reason: &'a str,
}

impl<'a> Entry<'a> {
    fn of_gap(gap: &'a AccountGap) -> Self {
        let AccountGap { account_id, account_name, step, reason } = gap;
        Self { account: *account_id, name: account_name, step: Some(*step), reason }
    }

    fn of_note(note: &'a AccountNote) -> Self {
        let AccountNote { account_id, account_name, reason } = note;
        Self { account: Some(*account_id), name: account_name, step: None, reason }
    }

    /// The reason with the names of this account replaced by what they name.
    fn pattern(&self) -> String {
        let id = self.account.map(|id| id.to_string()).unwrap_or_default();
        reason::pattern(self.reason, &[(&id, "<account>"), (self.name, "<name>")])
    }

    fn row(&self) -> Row {
        let id = self.account.map_or_else(|| "id not listed".to_owned(), |id| id.to_string());
        Row::of_cells(vec![id, self.name.to_owned()])
    }
}

fn entries(page: &mut Page<'_>, word: &str, entries: Vec<Entry<'_>>, few: usize) {
    let mut groups: BTreeMap<_, (reason::Shared, Vec<_>)> = BTreeMap::new();
    for entry in entries {
        let (shared, accounts) = groups.entry((entry.step, entry.pattern())).or_default();
        shared.add(entry.reason);
        accounts.push(entry);
    }
    let mut groups = group::largest_first(groups, |(_, accounts)| accounts.len() as u64);
    let hidden = groups.split_off(page.limit(groups.len(), REASONS));
    for ((step, pattern), (shared, mut accounts)) in groups {
        let count = text::thousands(accounts.len() as u64);
        let step = step.map(|step| format!("{}: ", step.as_str().replace('_', " "))).unwrap_or_default();
        page.hanging(2, &format!("{count} {word}"), &format!("{step}{}", shared.text(&pattern)));

        accounts.sort_by_key(|entry| entry.account);
        let rest = accounts.split_off(page.limit(accounts.len(), few));
        page.rows(6, accounts.iter().map(Entry::row).collect());
        group::more(page, 6, rest.len(), "");
    }
    let accounts: usize = hidden.iter().map(|(_, (_, accounts))| accounts.len()).sum();
    let accounts = text::count(accounts as u64, &format!("{word} account"));
    group::more(page, 2, hidden.len(), &format!(" reasons for {accounts}"));
}
