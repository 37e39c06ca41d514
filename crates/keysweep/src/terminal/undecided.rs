//! What could not be judged, by reason: because a fact could not be read, or because the policy failed. Neither is a pass.

use std::{collections::BTreeMap, io};

use keysweep_model::{AccountId, Finding, PolicyId, ResourceType, Status};
use keysweep_report::{Findings, Place};

use super::{
    group::{self, Number},
    page::{Look, Page},
    reason,
    table::Row,
    text,
};

/// How many reasons are shown.
const REASONS: usize = 3;
/// How many users or keys are shown of each.
const EXAMPLES: usize = 1;

/// The judgements of one status that could not be made, counted.
#[derive(Debug, Default)]
pub(super) struct Undecided {
    number: Number,
    by_reason: BTreeMap<String, Group>,
}

/// The judgements that could not be made for one reason.
#[derive(Debug, Default)]
struct Group {
    number: u64,
    reason: reason::Shared,
    by_policy: BTreeMap<PolicyId, u64>,
    subjects: Subjects,
}

/// What judgements are about. Several policies ask the same of one key: it is one subject.
#[derive(Debug, Default)]
struct Subjects {
    number: usize,
    /// Those that are shown, each by a finding about it.
    shown: Vec<Place>,
    /// Those of the account that is counted.
    current: BTreeMap<Row, Place>,
    account: Option<AccountId>,
}

impl Subjects {
    fn add(&mut self, page: &Page<'_>, finding: &Finding, place: Place) {
        if self.account.replace(finding.account_id) != Some(finding.account_id) {
            self.end_account(page);
        }
        self.current.entry(group::subject(finding)).or_insert(place);
    }

    fn end_account(&mut self, page: &Page<'_>) {
        let current = std::mem::take(&mut self.current);
        self.number += current.len();
        self.shown.extend(current.into_values());
        if !page.shows_all() {
            self.shown.truncate(EXAMPLES + 1);
        }
    }
}

impl Undecided {
    /// Counts a judgement.
    pub(super) fn add(&mut self, page: &Page<'_>, finding: &Finding, place: Place) {
        self.number.add(finding);
        let group = self.by_reason.entry(pattern(finding)).or_default();
        group.number += 1;
        group.reason.add(&finding.message);
        *group.by_policy.entry(finding.policy.clone()).or_default() += 1;
        group.subjects.add(page, finding, place);
    }

    /// Writes a section, where there are any: `what` says why they were not made.
    pub(super) fn write(self, page: &mut Page<'_>, findings: &Findings, status: Status, what: &str) -> io::Result<()> {
        if self.number.findings == 0 {
            return Ok(());
        }
        let judgements = text::count(self.number.findings, "judgement");
        let said = format!("{judgements} {} {what}", self.number.in_accounts());
        page.section(&status.as_str().to_uppercase(), Look::Loud, &said, Look::Bold);

        let mut reasons = group::largest_first(self.by_reason, |group| group.number);
        let hidden = reasons.split_off(page.limit(reasons.len(), REASONS));
        for (pattern, mut group) in reasons {
            group.subjects.end_account(page);
            group.write(page, findings, status, &pattern)?;
        }
        let judgements = hidden.iter().map(|(_, group)| group.number).sum();
        group::more(page, 2, hidden.len(), &format!(" reasons for {}", text::count(judgements, "judgement")));
        Ok(())
    }
}

impl Group {
    fn write(self, page: &mut Page<'_>, findings: &Findings, status: Status, pattern: &str) -> io::Result<()> {
        page.hanging(2, &format!("{} {status}", text::thousands(self.number)), self.reason.text(pattern));
        page.text(6, Look::Plain, &format!("asked by {}", policies(self.by_policy)));
        let shown = page.limit(self.subjects.number, EXAMPLES);
        group::rows(page, 6, findings, &self.subjects.shown[..shown], group::row_of_subject)?;
        group::more(page, 6, self.subjects.number - shown, "");
        Ok(())
    }
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

/// The policies that asked, with how often each did where there are several.
fn policies(by_policy: BTreeMap<PolicyId, u64>) -> String {
    let by_policy = group::largest_first(by_policy, |number| *number);
    if let [(policy, _)] = by_policy.as_slice() {
        return policy.to_string();
    }
    let said: Vec<_> =
        by_policy.iter().map(|(policy, number)| format!("{policy} ({})", text::thousands(*number))).collect();
    said.join(", ")
}
