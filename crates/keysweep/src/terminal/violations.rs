//! Every violation: by severity and policy, the worst first.

use std::{cmp::Reverse, collections::BTreeMap, io};

use keysweep_model::{AccountId, EvidenceValue, Finding, PolicyId, PolicySummary, Severity};
use keysweep_report::{Findings, Place};

use super::{
    group::{self, Number},
    page::{GUTTER, Look, Page},
    text,
};

/// As many violations are shown one by one even where the user did not ask for all: they fit on a screen.
const FEW: u64 = 10;

/// The violations of a result, counted.
#[derive(Debug, Default)]
pub(super) struct Violations {
    pub(super) number: Number,
    by_policy: BTreeMap<(Severity, PolicyId), Group>,
    pub(super) by_account: BTreeMap<(AccountId, String), BTreeMap<Severity, u64>>,
}

/// The violations of one severity and policy.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) number: Number,
    /// Those that are shown, each with the days that the policy looked at.
    shown: Vec<(Option<i64>, Place)>,
}

impl Violations {
    /// Counts a violation.
    pub(super) fn add(&mut self, page: &Page<'_>, finding: &Finding, place: Place) {
        self.number.add(finding);
        let group = self.by_policy.entry((finding.severity, finding.policy.clone())).or_default();
        group.number.add(finding);
        if self.number.findings <= FEW || page.shows_all() {
            let days = days(finding, "idle_days").or_else(|| days(finding, "age_days"));
            group.shown.push((days, place));
        }
        let account = (finding.account_id, finding.account_name.clone());
        *self.by_account.entry(account).or_default().entry(finding.severity).or_default() += 1;
    }

    /// Whether each of them is shown.
    pub(super) fn shows_each(&self, page: &Page<'_>) -> bool {
        page.shows_all() || self.number.findings <= FEW
    }

    /// The groups, the most severe first, then the largest.
    pub(super) fn groups(&self) -> Vec<((Severity, &PolicyId), &Group)> {
        let by_policy = self.by_policy.iter().map(|((severity, policy), group)| ((*severity, policy), group));
        let mut groups = group::largest_first(by_policy.collect(), |group: &&Group| group.number.findings);
        groups.sort_by_key(|((severity, _), _)| Reverse(*severity));
        groups
    }

    /// Writes every group of violations, where the user asked for all or where there are few. In a group those with the
    /// most days come first, then they are in the order of `findings`.
    pub(super) fn write(&self, page: &mut Page<'_>, findings: &Findings, policies: &[PolicySummary]) -> io::Result<()> {
        if !self.shows_each(page) {
            return Ok(());
        }
        for ((severity, policy), group) in self.groups() {
            heading(page, severity, policy, &group.number);
            if let Some(policy) = policies.iter().find(|known| known.id == *policy) {
                page.text(GUTTER, Look::Plain, &policy.title);
            }
            let mut shown = group.shown.clone();
            shown.sort_by_key(|(days, _)| Reverse(*days));
            let places: Vec<_> = shown.into_iter().map(|(_, place)| place).collect();
            group::rows(page, 2, findings, &places, group::row)?;
        }
        Ok(())
    }
}

fn heading(page: &mut Page<'_>, severity: Severity, policy: &PolicyId, number: &Number) {
    let violations = text::count(number.findings, "violation");
    let said = format!("{policy}: {violations} {}", number.in_accounts());
    page.section(&severity.as_str().to_uppercase(), Look::Severity(severity), &said, Look::Bold);
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
