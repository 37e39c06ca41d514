//! What would be a violation and is let off, by policy.

use keysweep_model::{Finding, FindingStatus};

use super::{
    group,
    page::{Look, Page},
    table::Row,
    text,
};

/// Writes the counts by policy, where there are any; every finding where the user asked for all.
pub(super) fn write(page: &mut Page<'_>, findings: &[Finding]) {
    let exempt: Vec<&Finding> = findings.iter().filter(|finding| finding.status == FindingStatus::Exempt).collect();
    if exempt.is_empty() {
        return;
    }
    let said = format!("{} let off", text::count(exempt.len() as u64, "violation"));
    page.section("EXEMPT", Look::Bold, &said, Look::Bold);
    let groups = group::by(exempt, |finding| finding.policy.clone());
    if !page.shows_all() {
        return page.rows(2, groups.iter().map(|(policy, findings)| summary(policy.as_str(), findings)).collect());
    }
    for (policy, findings) in groups {
        page.text(2, Look::Plain, &format!("{policy}: {}", counted(&findings)));
        page.rows(4, findings.into_iter().map(group::row).collect());
    }
}

fn summary(policy: &str, findings: &[&Finding]) -> Row {
    let reasons = group::by(findings, |finding| finding.message.as_str());
    let text = match reasons.as_slice() {
        [(reason, _)] => (*reason).to_owned(),
        several => format!("for {}", text::count(several.len() as u64, "reason")),
    };
    Row { cells: vec![policy.to_owned(), counted(findings)], text }
}

fn counted(findings: &[&Finding]) -> String {
    format!("{} {}", text::thousands(findings.len() as u64), group::in_accounts(findings))
}
