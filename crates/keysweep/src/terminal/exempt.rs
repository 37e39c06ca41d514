//! The violations that are exempted, by policy.

use keysweep_model::{Exempted, ExemptionId, Finding, Status};

use super::{
    group,
    page::{Look, Page},
    table::Row,
    text,
};

/// Writes the counts by policy, where there are any; every finding where the user asked for all.
pub(super) fn write(page: &mut Page<'_>, findings: &[Finding]) {
    let exempt: Vec<&Finding> = findings.iter().filter(|finding| finding.status == Status::Exempt).collect();
    if exempt.is_empty() {
        return;
    }
    let said = format!("{} exempted", text::count(exempt.len() as u64, "violation"));
    page.section("EXEMPT", Look::Bold, &said, Look::Bold);
    let groups = group::by(exempt, |finding| finding.policy.clone());
    if !page.shows_all() {
        return page.rows(2, groups.iter().map(|(policy, findings)| summary(policy.as_str(), findings)).collect());
    }
    for (policy, findings) in groups {
        page.text(2, Look::Plain, &format!("{policy}: {}", counted(&findings)));
        page.rows(4, findings.into_iter().map(row).collect());
    }
}

/// The row of a finding, with its exemption where that is one of the register.
fn row(finding: &Finding) -> Row {
    let row = group::row(finding);
    match register(finding) {
        Some(id) => Row { text: format!("{} (exemption {id})", row.text), ..row },
        None => row,
    }
}

/// The exemption of the register; none where the policy's own script exempts it.
fn register(finding: &Finding) -> Option<&ExemptionId> {
    match &finding.exemption {
        Some(Exempted::Register { id, .. }) => Some(id),
        Some(Exempted::Policy { .. }) | None => None,
    }
}

fn summary(policy: &str, findings: &[&Finding]) -> Row {
    let reasons = group::by(findings, |finding| (finding.message.as_str(), register(finding)));
    let text = match reasons.as_slice() {
        [((reason, Some(id)), _)] => format!("{reason} (exemption {id})"),
        [((reason, None), _)] => (*reason).to_owned(),
        several => format!("for {}", text::count(several.len() as u64, "reason")),
    };
    Row { cells: vec![policy.to_owned(), counted(findings)], text }
}

fn counted(findings: &[&Finding]) -> String {
    format!("{} {}", text::thousands(findings.len() as u64), group::in_accounts(findings))
}
