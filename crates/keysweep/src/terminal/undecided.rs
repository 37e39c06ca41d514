//! What could not be judged, by reason: for want of a fact, or because the policy failed. Neither is a pass.

use std::collections::BTreeSet;

use keysweep_model::{Finding, ResourceType, Status};

use super::{
    group,
    page::{Look, Page},
    reason, text,
};

/// How many reasons are shown.
const REASONS: usize = 3;
/// How many users or keys are shown of each.
const EXAMPLES: usize = 1;

/// Writes a section for what is unknown and one for what failed, where there is any.
pub(super) fn write(page: &mut Page<'_>, findings: &[Finding]) {
    section(page, findings, Status::Unknown, "not made, as facts could not be read: not a pass");
    section(page, findings, Status::Error, "not made, as the policy failed: not a pass");
}

fn section(page: &mut Page<'_>, findings: &[Finding], status: Status, what: &str) {
    let findings: Vec<&Finding> = findings.iter().filter(|finding| finding.status == status).collect();
    if findings.is_empty() {
        return;
    }
    let judgements = text::count(findings.len() as u64, "judgement");
    let said = format!("{judgements} {} {what}", group::in_accounts(&findings));
    page.section(&status.as_str().to_uppercase(), Look::Loud, &said, Look::Bold);

    let mut reasons = reason::shared(group::by(findings, |finding| ((), pattern(finding))), |finding| &finding.message);
    let hidden = reasons.split_off(page.limit(reasons.len(), REASONS));
    for ((), shared) in reasons {
        one_reason(page, status, &shared);
    }
    group::more(page, 2, hidden.len(), &more_reasons(&hidden));
}

fn pattern(finding: &Finding) -> String {
    let account = finding.account_id.to_string();
    let resource = finding.resource_id.as_deref().unwrap_or_default();
    let user = finding.user_name.as_ref().map_or("", |name| name.as_str());
    let names = [
        (finding.resource_arn.as_str(), "<arn>"),
        (account.as_str(), "<account>"),
        (resource, if finding.resource_type == ResourceType::AccessKey { "<access key>" } else { "<id>" }),
        (user, "<user>"),
    ];
    reason::pattern(&finding.message, &names)
}

fn one_reason(page: &mut Page<'_>, status: Status, shared: &reason::Shared<&Finding>) {
    let count = text::thousands(shared.members.len() as u64);
    page.hanging(2, &format!("{count} {status}"), &shared.reason);
    page.text(6, Look::Plain, &format!("asked by {}", policies(&shared.members)));

    // Several policies ask the same of one key: it is one example.
    let subjects: BTreeSet<_> = shared.members.iter().map(|finding| group::subject(finding)).collect();
    let shown = page.limit(subjects.len(), EXAMPLES);
    let hidden = subjects.len() - shown;
    page.rows(6, subjects.into_iter().take(shown).collect());
    group::more(page, 6, hidden, "");
}

/// The policies that asked, with how often each did where there are several.
fn policies(findings: &[&Finding]) -> String {
    let by_policy = group::by(findings, |finding| &finding.policy);
    if let [(policy, _)] = by_policy.as_slice() {
        return policy.to_string();
    }
    let counted = |findings: &[_]| text::thousands(findings.len() as u64);
    let said: Vec<_> = by_policy.iter().map(|(policy, findings)| format!("{policy} ({})", counted(findings))).collect();
    said.join(", ")
}

fn more_reasons(hidden: &[((), reason::Shared<&Finding>)]) -> String {
    let judgements: usize = hidden.iter().map(|((), shared)| shared.members.len()).sum();
    format!(" reasons for {}", text::count(judgements as u64, "judgement"))
}
