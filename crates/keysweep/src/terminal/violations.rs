//! Every violation: by severity and policy, the worst first.

use std::cmp::Reverse;

use keysweep_model::{EvidenceValue, Finding, PolicyId, ScanResult, Severity, Status};

use super::{
    group,
    page::{GUTTER, Look, Page},
    text,
};

/// As many violations are shown one by one even where the user did not ask for all: they fit on a screen.
const FEW: usize = 10;

/// Whether each of so many violations is shown.
pub(super) fn shows_each(page: &Page<'_>, violations: usize) -> bool {
    page.shows_all() || violations <= FEW
}

/// Writes every group of violations, where the user asked for all or where there are few.
pub(super) fn write(page: &mut Page<'_>, result: &ScanResult) {
    let fails: Vec<_> = result.findings.iter().filter(|finding| finding.status == Status::Fail).collect();
    if !shows_each(page, fails.len()) {
        return;
    }
    let mut groups = group::by(fails, |finding| (finding.severity, &finding.policy));
    groups.sort_by_key(|((severity, _), _)| Reverse(*severity));
    for ((severity, policy), mut findings) in groups {
        heading(page, severity, policy, &findings);
        if let Some(policy) = result.policies.iter().find(|known| known.id == *policy) {
            page.text(GUTTER, Look::Plain, &policy.title);
        }
        findings.sort_by_cached_key(worst_first);
        page.rows(2, findings.into_iter().map(group::row).collect());
    }
}

fn heading(page: &mut Page<'_>, severity: Severity, policy: &PolicyId, findings: &[&Finding]) {
    let violations = text::count(findings.len() as u64, "violation");
    let said = format!("{policy}: {violations} {}", group::in_accounts(findings));
    page.section(&severity.as_str().to_uppercase(), Look::Severity(severity), &said, Look::Bold);
}

/// Orders findings by the days that the policy looked at, most days first, then by account, user and key.
fn worst_first<'a>(finding: &&'a Finding) -> impl Ord + use<'a> {
    let days = days(finding, "idle_days").or_else(|| days(finding, "age_days"));
    (Reverse(days), finding.account_id, &finding.user_name, &finding.resource_id)
}

/// The days by that name in the evidence, which policies may reach by way of another name: `key.age_days`.
fn days(finding: &Finding, name: &str) -> Option<i64> {
    finding.evidence.iter().find_map(|(path, value)| match value {
        EvidenceValue::Integer(days) if path.rsplit('.').next() == Some(name) => Some(*days),
        EvidenceValue::Integer(_)
        | EvidenceValue::Boolean(_)
        | EvidenceValue::Number(_)
        | EvidenceValue::List(_)
        | EvidenceValue::Text(_)
        | EvidenceValue::Time(_)
        | EvidenceValue::Unreadable(_) => None,
    })
}
