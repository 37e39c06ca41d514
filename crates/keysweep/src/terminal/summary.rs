//! The one screen that a result ends with: the violations by policy, and the accounts with the most of them.

use keysweep_model::ScanResult;

use super::{
    group,
    page::{Look, Page},
    table::{Row, right_aligned},
    text, totals,
    violations::Violations,
};

/// How many policies are shown: as many as leave room on a screen for the rest.
const POLICIES: usize = 16;
/// How many accounts are shown.
const ACCOUNTS: usize = 5;

/// Writes both tables, or that no violation was found.
pub(super) fn write(page: &mut Page<'_>, result: &ScanResult, violations: Violations) {
    let number = &violations.number;
    if number.findings == 0 {
        let said = if result.is_complete() { "no violations" } else { "no violations in what could be judged" };
        return page.section("RESULT", Look::Bold, said, Look::Bold);
    }
    let each = if violations.shows_each(page) { "" } else { "; --all shows each" };
    let said = format!("{} {}{each}", text::thousands(number.findings), number.in_accounts());
    page.section("VIOLATIONS", Look::Bold, &said, Look::Bold);
    by_policy(page, &violations);
    page.section("ACCOUNTS", Look::Bold, "with the most violations", Look::Bold);
    by_account(page, violations);
}

/// One row for each severity and policy, the most severe first, then the most frequent.
fn by_policy(page: &mut Page<'_>, violations: &Violations) {
    let mut groups = violations.groups();
    let hidden = groups.split_off(page.limit(groups.len(), POLICIES));
    let numbers =
        groups.iter().map(|(_, group)| [group.number.findings, group.number.accounts].map(text::thousands).to_vec());
    let numbers: Vec<_> =
        std::iter::once(["VIOLATIONS", "ACCOUNTS"].map(str::to_owned).to_vec()).chain(numbers).collect();
    let words = groups.iter().map(|((severity, policy), _)| vec![severity.to_string(), policy.to_string()]);
    let words = std::iter::once(["SEVERITY", "POLICY"].map(str::to_owned).to_vec()).chain(words);
    let mut rows = words.zip(right_aligned(&numbers)).map(|(words, numbers)| Row::of_cells([words, numbers].concat()));
    let header = rows.next();
    page.table(2, header, rows.collect());
    if !hidden.is_empty() {
        let violations = hidden.iter().map(|(_, group)| group.number.findings).sum();
        let violations = text::count(violations, "violation");
        let policies = text::thousands(hidden.len() as u64);
        page.text(2, Look::Dim, &format!("... and {violations} of {policies} more policies: --all shows each"));
    }
}

/// One row for each of the accounts with the most violations, with how severe they are.
fn by_account(page: &mut Page<'_>, violations: Violations) {
    let accounts = group::largest_first(violations.by_account, |by_severity| by_severity.values().sum());
    let rows = accounts.into_iter().take(ACCOUNTS).map(|((id, name), by_severity)| {
        let text = totals::violations(by_severity.values().sum(), &by_severity);
        Row { cells: vec![id.to_string(), name], text }
    });
    page.rows(2, rows.collect());
}
