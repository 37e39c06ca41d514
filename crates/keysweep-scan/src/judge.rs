//! Judges resources by what is known, and says what must be read where that is not enough. No call is made here.
//!
//! A report settles nothing but passes: before anything else is said of a resource, every fact of a report that it rests
//! on is read live, where a call can tell it, and the resource is judged again. A violation that stands is shown to the
//! register of exemptions.

mod account;
mod finding;
#[cfg(test)]
mod tests;
mod user;

use jiff::Timestamp;
use keysweep_model::{EvidenceValue, Exempted, FacetSet, Finding, Partition, Resource, Status, User, Verdict};
use keysweep_policy::{Evaluation, Outcome, Policy};

pub(crate) use account::AccountWants;

use crate::{
    exemptions::{Register, Ruling},
    subject::Origins,
};

/// What to judge by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) policies: &'a [Policy],
    pub(crate) register: &'a Register,
    pub(crate) partition: &'a Partition,
    pub(crate) as_of: Timestamp,
    pub(crate) source: Source,
    /// Whether a pass makes a finding too, as a person wants who tries a policy.
    pub(crate) shows_passes: bool,
}

/// Where facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// From AWS: more can be read.
    Aws,
    /// From an inventory that was saved: there is no more than it holds.
    Inventory,
}

/// The result of a look at what is known.
#[derive(Debug)]
pub(crate) enum Look<W> {
    /// Every policy has judged.
    Settled(Judged),
    /// These facts must be read first.
    Wants(W),
}

/// The results of all policies on the resources of one user, or on an account and its root user.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The policies that passed a resource, by their place, once for each.
    pub(crate) passes: Vec<usize>,
    /// The findings, each with the place of its policy.
    pub(crate) findings: Vec<(usize, Finding)>,
    /// The exemptions that are about a violation, by their place, once for each. They exempt it or have expired.
    pub(crate) exemptions: Vec<usize>,
    /// The policies with a verdict that rests on a credential report, or on a list that is from one, by their place.
    pub(crate) by_report: Vec<usize>,
}

impl Judge<'_> {
    /// What the register says of an evaluation that holds.
    fn ruling(&self, policy: usize, resource: &Resource, evaluation: &Evaluation) -> Ruling {
        match &evaluation.outcome {
            Outcome::Verdict(Verdict::Fail { .. }) => {
                self.register.rule(self.policies[policy].id(), resource, self.as_of)
            }
            Outcome::Verdict(Verdict::Pass { .. } | Verdict::Exempt { .. })
            | Outcome::Needs { .. }
            | Outcome::Unknown(_)
            | Outcome::Error(_) => Ruling::None,
        }
    }

    /// Adds an evaluation that holds, with what the register says of it.
    fn conclude(
        &self,
        judged: &mut Judged,
        policy: usize,
        resource: &Resource,
        evaluation: Evaluation,
        ruling: Ruling,
    ) {
        if let Outcome::Verdict(Verdict::Pass { .. }) = evaluation.outcome {
            judged.passes.push(policy);
            if !self.shows_passes {
                return;
            }
        }
        let Evaluation { outcome, mut evidence, reads: _ } = evaluation;
        let (mut severity, mut exemption) = (None, None);
        let (status, message) = match outcome {
            Outcome::Verdict(Verdict::Pass { note }) => (Status::Pass, note.unwrap_or_default()),
            Outcome::Verdict(Verdict::Fail { message, severity: own, evidence: added }) => {
                severity = own;
                evidence.extend(added);
                (Status::Fail, message)
            }
            Outcome::Verdict(Verdict::Exempt { reason, until }) => {
                exemption = Some(Exempted::Policy { until });
                (Status::Exempt, reason)
            }
            Outcome::Unknown(why) => (Status::Unknown, why.to_string()),
            Outcome::Needs { facet, .. } => (Status::Unknown, self.source.cannot_read(FacetSet::of(&[facet]))),
            Outcome::Error(error) => (Status::Error, error.to_string()),
        };
        let mut finding = self.finding(policy, resource, evidence);
        finding.set(status, message);
        finding.severity = severity.unwrap_or(finding.severity);
        finding.exemption = exemption;
        self.apply(ruling, &mut finding, judged);
        judged.findings.push((policy, finding));
    }

    /// Applies what the register says of a violation. What is no longer reported as one keeps it as evidence.
    fn apply(&self, ruling: Ruling, finding: &mut Finding, judged: &mut Judged) {
        let (status, message) = match ruling {
            Ruling::None => return,
            Ruling::Expired(index) => return judged.exemptions.push(index),
            Ruling::Exempt(index) => {
                let exemption = &self.register.exemptions()[index];
                finding.exemption = Some(Exempted::Register { id: exemption.id.clone(), until: exemption.expires });
                judged.exemptions.push(index);
                (Status::Exempt, exemption.reason.clone())
            }
            Ruling::Needs(facets) => {
                let why = self.source.cannot_read(facets);
                (Status::Unknown, format!("whether an exemption applies is unknown: {why}"))
            }
            Ruling::Unknown { index, why } => {
                let id = &self.register.exemptions()[index].id;
                (Status::Unknown, format!("whether exemption `{id}` applies is unknown: {why}"))
            }
        };
        let violation = std::mem::take(&mut finding.message);
        finding.evidence.insert("violation".to_owned(), EvidenceValue::Text(violation));
        finding.set(status, message);
    }

    /// Where the facts of a user come from. An inventory holds no more than a report said, so that it is taken as it stands.
    fn origins(&self, user: &User) -> Origins {
        let origins = Origins::of(user);
        match self.source {
            Source::Aws => origins,
            Source::Inventory => origins.taken_as_they_stand(),
        }
    }

    /// Adds that a policy cannot judge a resource, or the resources of its kind that cannot be listed.
    fn add_unknown(&self, judged: &mut Judged, policy: usize, mut finding: Finding, reason: String) {
        finding.set(Status::Unknown, reason);
        judged.findings.push((policy, finding));
    }
}

impl Judged {
    fn append(&mut self, mut other: Self) {
        self.passes.append(&mut other.passes);
        self.findings.append(&mut other.findings);
        self.exemptions.append(&mut other.exemptions);
        self.by_report.append(&mut other.by_report);
    }
}

impl Source {
    /// Why `facets` stay unread.
    fn cannot_read(self, facets: FacetSet) -> String {
        let facets: Vec<_> = facets.iter().map(|facet| facet.phrase()).collect();
        let facets = facets.join(" and ");
        match self {
            Self::Aws => format!("{facets} could not be read in this scan"),
            Self::Inventory => format!("{facets} had not been read when the inventory was saved"),
        }
    }
}

fn is_pass(evaluation: &Evaluation) -> bool {
    matches!(evaluation.outcome, Outcome::Verdict(Verdict::Pass { .. }))
}

/// The facets that an evaluation stopped at.
fn needs(evaluation: &Evaluation) -> FacetSet {
    match &evaluation.outcome {
        Outcome::Needs { facet, .. } => FacetSet::of(&[*facet]),
        Outcome::Verdict(_) | Outcome::Unknown(_) | Outcome::Error(_) => FacetSet::default(),
    }
}
