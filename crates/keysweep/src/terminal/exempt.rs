//! The violations that are exempted, by policy.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use keysweep_model::{Exempted, ExemptionId, Finding, PolicyId};
use keysweep_report::{Findings, Place};

use super::{
    group::{self, Number},
    page::{Look, Page},
    table::Row,
    text,
};

/// The violations that are exempted, counted.
#[derive(Debug, Default)]
pub(super) struct Exempt {
    number: Number,
    by_policy: BTreeMap<PolicyId, Group>,
}

#[derive(Debug, Default)]
struct Group {
    number: Number,
    /// The reasons, each with its exemption of the register; none where all findings are shown.
    reasons: BTreeSet<(String, Option<ExemptionId>)>,
    /// The findings that are shown.
    shown: Vec<Place>,
}

impl Exempt {
    /// Counts a violation.
    pub(super) fn add(&mut self, page: &Page<'_>, finding: &Finding, place: Place) {
        self.number.add(finding);
        let group = self.by_policy.entry(finding.policy.clone()).or_default();
        group.number.add(finding);
        if page.shows_all() {
            group.shown.push(place);
        } else {
            group.reasons.insert((finding.message.clone(), register(finding).cloned()));
        }
    }

    /// Writes the counts by policy, where there are any; every finding where the user asked for all.
    pub(super) fn write(self, page: &mut Page<'_>, findings: &Findings) -> io::Result<()> {
        if self.number.findings == 0 {
            return Ok(());
        }
        let said = format!("{} exempted", text::count(self.number.findings, "violation"));
        page.section("EXEMPT", Look::Bold, &said, Look::Bold);
        let groups = group::largest_first(self.by_policy, |group| group.number.findings);
        if !page.shows_all() {
            page.rows(2, groups.iter().map(|(policy, group)| summary(policy, group)).collect());
            return Ok(());
        }
        for (policy, group) in groups {
            page.text(2, Look::Plain, &format!("{policy}: {}", counted(&group.number)));
            group::rows(page, 4, findings, &group.shown, row)?;
        }
        Ok(())
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

fn summary(policy: &PolicyId, group: &Group) -> Row {
    let text = match group.reasons.first() {
        Some((reason, Some(id))) if group.reasons.len() == 1 => format!("{reason} (exemption {id})"),
        Some((reason, None)) if group.reasons.len() == 1 => reason.clone(),
        Some(_) | None => format!("for {}", text::count(group.reasons.len() as u64, "reason")),
    };
    Row { cells: vec![policy.to_string(), counted(&group.number)], text }
}

fn counted(number: &Number) -> String {
    format!("{} {}", text::thousands(number.findings), number.in_accounts())
}
