//! Judges the resources of one user.

use std::{collections::BTreeSet, sync::Arc};

use keysweep_model::{Evidence, Facet, FacetSet, Fact, Resource, ResourceType};
use keysweep_policy::{Evaluation, Outcome};

use super::{About, Judge, Judgement, Look, is_pass, needs};
use crate::{
    exemptions::Ruling,
    subject::{Subject, Wants},
};

/// What became of the evaluation of one resource.
enum Step {
    /// It holds.
    Holds,
    /// These facts must be read first.
    Wants(Wants),
    /// It rests on what cannot be read; the reason.
    Unknown(String),
    /// Nobody can say which resources of the kind there are; the reason.
    Unlisted(String),
}

/// A resource of a user, among those of its kind.
struct Item<'a> {
    subject: &'a Subject,
    kind: ResourceType,
    place: usize,
    /// Whether the report only leaves room for it.
    is_guess: bool,
}

impl Judge<'_> {
    /// Judges everything that `subject` has and that is not of the account as a whole.
    pub(crate) fn user(&self, subject: &Subject) -> Look<Wants> {
        let mut judgement = Judgement::default();
        let mut wants = Wants::default();
        for (index, policy) in self.policies.iter().enumerate() {
            if !policy.metadata().resource.is_of_account() {
                self.by_policy(index, subject, &mut judgement, &mut wants);
            }
        }
        if wants.is_empty() { Look::Settled(judgement) } else { Look::Wants(wants) }
    }

    fn by_policy(&self, index: usize, subject: &Subject, judgement: &mut Judgement, wants: &mut Wants) {
        let kind = self.policies[index].metadata().resource;
        let reason = match Resource::of_user(kind, &subject.user) {
            Fact::Known(resources) => return self.each(index, resources, subject, judgement, wants),
            Fact::Unreadable(why) => why.to_string(),
            Fact::NotRead(facet) => {
                let facets = FacetSet::of(&[facet]);
                let wanted = subject.wants(facets);
                if !wanted.is_empty() {
                    return wants.add(wanted);
                }
                self.source.cannot_read(facets)
            }
        };
        judgement.add_unlisted(index, kind, subject, reason);
    }

    /// Judges each of `resources`. Where the list of them could not be read live, what the report alone could settle
    /// stands: a policy that passes every resource of the report passes. Any other policy has one finding on the user.
    fn each(
        &self,
        index: usize,
        resources: Vec<Resource>,
        subject: &Subject,
        judgement: &mut Judgement,
        wants: &mut Wants,
    ) {
        let kind = self.policies[index].metadata().resource;
        let mut judged = Judgement::default();
        let mut unlisted = None;
        for (place, resource) in resources.into_iter().enumerate() {
            let evaluation = self.policies[index].evaluate(&resource, self.as_of);
            let item = Item { subject, kind, place, is_guess: subject.is_guess(kind, place) };
            match self.step(&item, &evaluation) {
                Step::Wants(wanted) => wants.add(wanted),
                Step::Unlisted(reason) => unlisted = Some(reason),
                // A guess that passes is nothing to count.
                Step::Holds | Step::Unknown(_) if item.is_guess => {}
                Step::Holds => {
                    let ruling = self.ruling(index, &resource, &evaluation);
                    let wanted = match &ruling {
                        Ruling::Needs(facets) => item.wants(*facets),
                        Ruling::None | Ruling::Exempt(_) | Ruling::Expired(_) | Ruling::Unknown { .. } => {
                            Wants::default()
                        }
                    };
                    if wanted.is_empty() {
                        self.conclude(&mut judged, index, resource, evaluation, ruling);
                    } else {
                        wants.add(wanted);
                    }
                }
                Step::Unknown(reason) => {
                    judged.add_unknown(index, About::Resource(resource), reason, evaluation.evidence);
                }
            }
        }
        if let Some(reason) = unlisted {
            if subject.why_unconfirmed(list_of(kind)).is_some() {
                judged = Judgement::default();
            }
            judged.add_unlisted(index, kind, subject, reason);
        }
        judgement.append(judged);
    }

    fn step(&self, item: &Item<'_>, evaluation: &Evaluation) -> Step {
        let needed = item.wants(needs(evaluation));
        if !needed.is_empty() {
            return Step::Wants(needed);
        }
        let list = list_of(item.kind);
        let unsure = item.unsure(evaluation);
        let exhausted = item.subject.exhausted(unsure);
        let unlisted = exhausted.intersection(list);
        if !unlisted.is_empty() {
            return Step::Unlisted(self.why(item.subject, unlisted));
        }
        if exhausted.is_empty() && !unsure.is_empty() {
            return Step::Wants(item.wants(unsure));
        }
        // Only the live list gives the resource a name.
        if !unsure.intersection(list).is_empty() {
            return Step::Wants(item.wants(list));
        }
        if !exhausted.is_empty() {
            return Step::Unknown(self.why(item.subject, exhausted));
        }
        match &evaluation.outcome {
            Outcome::Needs(facets) => Step::Unknown(self.why(item.subject, *facets)),
            Outcome::Verdict(_) | Outcome::Unknown(_) | Outcome::Error(_) => Step::Holds,
        }
    }

    /// Why `facets` cannot be read.
    fn why(&self, subject: &Subject, facets: FacetSet) -> String {
        subject.why_unconfirmed(facets).map_or_else(|| self.source.cannot_read(facets), ToString::to_string)
    }
}

impl Judgement {
    fn add_unlisted(&mut self, policy: usize, kind: ResourceType, subject: &Subject, reason: String) {
        self.add_unknown(policy, About::Unlisted(kind, Arc::clone(&subject.user)), reason, Evidence::new());
    }
}

impl Item<'_> {
    /// The facets of a report that `evaluation` rests on and may not.
    ///
    /// A pass may rest on a report. What stands in a report's list as a guess is good for judging that one resource
    /// only: whoever counts or goes through the list must have the list as it is, for a pass too.
    fn unsure(&self, evaluation: &Evaluation) -> FacetSet {
        let own = match self.kind {
            ResourceType::AccessKey => FacetSet::of(&[Facet::AccessKeys, Facet::AccessKeyLastUsed]),
            ResourceType::SigningCertificate => FacetSet::of(&[Facet::SigningCertificates]),
            ResourceType::Account
            | ResourceType::Root
            | ResourceType::User
            | ResourceType::Password
            | ResourceType::Mfa
            | ResourceType::ServiceCredential
            | ResourceType::SshKey => FacetSet::default(),
        };
        let guessed = evaluation.reads.intersection(self.subject.guessed().difference(own));
        if is_pass(evaluation) {
            return guessed;
        }
        let list = list_of(self.kind);
        if self.is_guess {
            return list;
        }
        // The resource itself may be gone by now.
        guessed.union(evaluation.reads.union(list).intersection(self.subject.reported))
    }

    /// What of `facets` can still be read. The last use of a key is asked for the key that is judged.
    fn wants(&self, facets: FacetSet) -> Wants {
        let mut wants = self.subject.wants(facets);
        if self.kind == ResourceType::AccessKey && wants.last_used_of.contains(&self.place) {
            wants.last_used_of = BTreeSet::from([self.place]);
        }
        wants
    }
}

/// The facet that tells which resources of a kind a user has.
fn list_of(kind: ResourceType) -> FacetSet {
    kind.listed_by().into_iter().collect()
}
