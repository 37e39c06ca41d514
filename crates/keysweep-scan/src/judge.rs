//! Judges resources by what is known, and says what must be read where that is not enough. No call is made here.
//!
//! A report settles nothing but passes: before anything else is said of a resource, every fact of a report that it rests
//! on is read live, where a call can tell it, and the resource is judged again. A violation that stands is shown to the
//! register of exemptions.

mod account;
#[cfg(test)]
mod tests;
mod user;

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{Evidence, EvidenceValue, Exempted, FacetSet, Resource, ResourceType, Severity, User, Verdict};
use keysweep_policy::{Evaluation, Outcome, Policy};

pub(crate) use account::AccountWants;

use crate::exemptions::{Register, Ruling};

/// What to judge by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) policies: &'a [Policy],
    pub(crate) register: &'a Register,
    pub(crate) as_of: Timestamp,
    pub(crate) source: Source,
}

/// Where facts come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// From AWS: more can be read.
    Aws,
    /// From an inventory that was saved: there is no more than it holds.
    Inventory,
}

/// What a look came to.
#[derive(Debug)]
pub(crate) enum Look<W> {
    /// Every policy came to its end.
    Settled(Judgement),
    /// These facts must be read first.
    Wants(W),
}

/// What all policies came to on the resources of one user, or on an account and its root user.
#[derive(Debug, Default)]
pub(crate) struct Judgement {
    /// The policies that passed a resource, by their place, once for each.
    pub(crate) passes: Vec<usize>,
    /// Everything else.
    pub(crate) others: Vec<Conclusion>,
    /// The exemptions that are about a violation, by their place, once for each. They let it off or have expired.
    pub(crate) exemptions: Vec<usize>,
}

/// What a policy came to on a resource, other than a pass.
#[derive(Debug)]
pub(crate) struct Conclusion {
    /// The policy, by its place.
    pub(crate) policy: usize,
    pub(crate) about: About,
    pub(crate) status: Status,
    /// The severity, where the verdict has one of its own.
    pub(crate) severity: Option<Severity>,
    /// What is wrong, why the resource is let off, or why nothing can be said.
    pub(crate) message: String,
    pub(crate) evidence: Evidence,
}

/// What a conclusion is about.
#[derive(Debug)]
pub(crate) enum About {
    Resource(Resource),
    /// The resources of a kind that a user has, which nobody can name.
    Unlisted(ResourceType, Arc<User>),
}

#[derive(Debug)]
pub(crate) enum Status {
    Fail,
    Exempt(Exempted),
    Unknown,
    Error,
}

impl Judge<'_> {
    /// What the register says of an evaluation that holds.
    fn ruling(&self, policy: usize, resource: &Resource, evaluation: &Evaluation) -> Ruling {
        match &evaluation.outcome {
            Outcome::Verdict(Verdict::Fail { .. }) => {
                self.register.rule(self.policies[policy].id(), resource, self.as_of)
            }
            Outcome::Verdict(Verdict::Pass { .. } | Verdict::Exempt { .. })
            | Outcome::Needs(_)
            | Outcome::Unknown(_)
            | Outcome::Error(_) => Ruling::None,
        }
    }

    /// Adds an evaluation that holds, with what the register says of it.
    fn conclude(
        &self,
        judgement: &mut Judgement,
        policy: usize,
        resource: Resource,
        evaluation: Evaluation,
        ruling: Ruling,
    ) {
        let about = About::Resource(resource);
        let mut conclusion = Conclusion::new(policy, about, Status::Unknown, String::new(), evaluation.evidence);
        (conclusion.status, conclusion.message) = match evaluation.outcome {
            Outcome::Verdict(Verdict::Pass { .. }) => return judgement.passes.push(policy),
            Outcome::Verdict(Verdict::Fail { message, severity, evidence }) => {
                conclusion.evidence.extend(evidence);
                conclusion.severity = severity;
                (Status::Fail, message)
            }
            Outcome::Verdict(Verdict::Exempt { reason, until }) => (Status::Exempt(Exempted::Policy { until }), reason),
            Outcome::Unknown(why) => (Status::Unknown, why.to_string()),
            Outcome::Needs(facets) => (Status::Unknown, self.source.cannot_read(facets)),
            Outcome::Error(error) => (Status::Error, error.to_string()),
        };
        match ruling {
            Ruling::None => {}
            Ruling::Expired(index) => judgement.exemptions.push(index),
            Ruling::Exempt(index) => {
                let exemption = &self.register.exemptions()[index];
                let by = Exempted::Register { id: exemption.id.clone(), until: exemption.expires };
                conclusion.let_off(Status::Exempt(by), exemption.reason.clone());
                judgement.exemptions.push(index);
            }
            Ruling::Needs(facets) => {
                let reason = format!("whether an exemption applies is unknown: {}", self.source.cannot_read(facets));
                conclusion.let_off(Status::Unknown, reason);
            }
            Ruling::Unknown { index, why } => {
                let id = &self.register.exemptions()[index].id;
                conclusion.let_off(Status::Unknown, format!("whether exemption `{id}` applies is unknown: {why}"));
            }
        }
        judgement.others.push(conclusion);
    }
}

impl Conclusion {
    fn new(policy: usize, about: About, status: Status, message: String, evidence: Evidence) -> Self {
        Self { policy, about, status, severity: None, message, evidence }
    }

    /// Makes a violation something else, and keeps what it is as evidence.
    fn let_off(&mut self, status: Status, message: String) {
        let violation = std::mem::replace(&mut self.message, message);
        self.evidence.insert("violation".to_owned(), EvidenceValue::Text(violation));
        self.status = status;
    }
}

impl Judgement {
    fn add_unknown(&mut self, policy: usize, about: About, reason: String, evidence: Evidence) {
        self.others.push(Conclusion::new(policy, about, Status::Unknown, reason, evidence));
    }

    fn append(&mut self, mut other: Self) {
        self.passes.append(&mut other.passes);
        self.others.append(&mut other.others);
        self.exemptions.append(&mut other.exemptions);
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
        Outcome::Needs(facets) => *facets,
        Outcome::Verdict(_) | Outcome::Unknown(_) | Outcome::Error(_) => FacetSet::default(),
    }
}
