//! How many findings there are of each owner, organizational unit, account or policy.

use keysweep_model::{FindingGroup, GroupBy, Severity};
use keysweep_report::history::FindingList;

use super::findings::{since, total};
use crate::terminal::{
    View,
    page::{Look, Page},
    table::{Row, right_aligned},
    text,
};

/// The groups, the largest first, with their counts by severity and their oldest finding; then the totals. No more than
/// `limit` groups are shown.
#[must_use]
pub fn groups(list: &FindingList<'_>, by: GroupBy, groups: &[FindingGroup], limit: Option<u64>, view: &View) -> String {
    let mut page = Page::new(view);
    let few = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX).min(groups.len());
    if few > 0 {
        let is_found = |severity: &&Severity| groups.iter().any(|group| count(group, **severity) > 0);
        let severities: Vec<Severity> = Severity::ALL.iter().rev().filter(is_found).copied().collect();
        table(&mut page, list, by, (&groups[..few], &severities));
    }
    if few < groups.len() {
        let findings = groups[few..].iter().map(|group| group.findings).sum();
        let more = text::thousands((groups.len() - few) as u64);
        let said = format!("... and {more} more with {}: --all shows each", text::count(findings, "finding"));
        page.text(0, Look::Dim, &said);
    }
    total(&mut page, list);
    page.finish()
}

/// Writes a row for each of these groups, with a column for each of these severities.
fn table(
    page: &mut Page<'_>,
    list: &FindingList<'_>,
    by: GroupBy,
    (groups, severities): (&[FindingGroup], &[Severity]),
) {
    let titles = [vec!["FINDINGS".to_owned()], severities.iter().map(|it| it.as_str().to_uppercase()).collect()];
    let numbers = groups.iter().map(|group| {
        let by_severity = severities.iter().map(|severity| text::thousands(count(group, *severity)));
        let oldest = since(group.oldest, list.as_of);
        [text::thousands(group.findings)].into_iter().chain(by_severity).chain([oldest]).collect()
    });
    let numbers: Vec<Vec<String>> =
        [[titles.concat(), vec!["OLDEST".to_owned()]].concat()].into_iter().chain(numbers).collect();
    let (key, label) = match by {
        GroupBy::Owner => ("OWNER", ""),
        GroupBy::Ou => ("OU PATH", ""),
        GroupBy::Account => ("ACCOUNT", "NAME"),
        GroupBy::Policy => ("POLICY", "DEMANDS"),
    };
    let keys = groups.iter().map(|group| (group.key.clone().unwrap_or_default(), group.label.clone()));
    let keys = [(key.to_owned(), label.to_owned())].into_iter().chain(keys);
    let mut rows = keys
        .zip(right_aligned(&numbers))
        .map(|((key, text), numbers)| Row { cells: [vec![key], numbers].concat(), text });
    let header = rows.next();
    page.table(0, header, rows.collect());
}

fn count(group: &FindingGroup, severity: Severity) -> u64 {
    group.by_severity.get(&severity).copied().unwrap_or_default()
}
