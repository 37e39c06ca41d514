//! Judges the resources of one user.

use std::{collections::BTreeSet, sync::Arc};

use keysweep_model::{Account, Facet, FacetSet, Facts, Missing, Origin, Owner, Resource, ResourceType, User};
use keysweep_policy::{Evaluation, Outcome};

use super::{Judge, Judged, Look, is_pass, needs};
use crate::{
    exemptions::Ruling,
    subject::{Origins, Subject, Wants},
};

/// What became of the evaluation of one resource.
enum Step {
    /// It holds.
    Holds,
    /// These facts must be read first.
    Wants(Wants),
    /// It rests on what cannot be read; the reason.
    Unknown(String),
    /// It cannot be said which resources of the kind there are; the reason.
    Unlisted(String),
}

/// A user that is judged.
struct Judging<'a> {
    subject: &'a Subject,
    /// The user, as what its resources are of.
    owner: Owner,
    origins: Origins,
    /// The facets whose facts are those of a credential report, wherever they were saved.
    from_report: FacetSet,
    judged: Judged,
    wants: Wants,
}

/// A resource of a user, among those of its kind.
struct Item<'a> {
    subject: &'a Subject,
    origins: &'a Origins,
    resource: &'a Resource,
}

impl Judge<'_> {
    /// Judges everything that `subject`, a user of `account`, has and that is not of the account as a whole.
    pub(crate) fn user(&self, account: &Arc<Account>, subject: &Subject) -> Look<Wants> {
        let mut judging = Judging {
            subject,
            owner: Owner::User(Arc::clone(account), Arc::clone(&subject.user)),
            origins: self.origins(&subject.user),
            from_report: reported(&subject.user),
            judged: Judged::default(),
            wants: Wants::default(),
        };
        for (index, policy) in self.policies.iter().enumerate() {
            if !policy.metadata().resource.is_of_account() {
                self.by_policy(index, &mut judging);
            }
        }
        if judging.wants.is_empty() { Look::Settled(judging.judged) } else { Look::Wants(judging.wants) }
    }

    fn by_policy(&self, index: usize, judging: &mut Judging<'_>) {
        let kind = self.policies[index].metadata().resource;
        let reason = match Resource::of(&judging.owner, kind).get() {
            Ok(resources) => {
                let list = list_of(kind);
                if !judging.from_report.intersection(list).is_empty() {
                    judging.judged.by_report.push(index);
                }
                return self.each(index, &resources, judging);
            }
            Err(Missing::Unreadable(why)) => why.to_string(),
            Err(Missing::NotRead(facet)) => {
                let facets = FacetSet::of(&[facet]);
                let wanted = judging.subject.wants(facets, &judging.origins);
                if !wanted.is_empty() {
                    return judging.wants.add(wanted);
                }
                self.source.cannot_read(facets)
            }
        };
        let finding = self.unlisted(index, &Resource::new(judging.owner.clone(), kind, 0));
        self.add_unknown(&mut judging.judged, index, finding, reason);
    }

    /// Judges each of `resources`. Where the list of them could not be read live, what the report alone could settle
    /// stands: a policy that passes every resource of the report passes. Any other policy has one finding on the user.
    fn each(&self, index: usize, resources: &[Resource], judging: &mut Judging<'_>) {
        let mut judged = Judged::default();
        let mut unlisted = None;
        for resource in resources {
            let evaluation = self.policies[index].evaluate(resource, self.as_of);
            let item = Item { subject: judging.subject, origins: &judging.origins, resource };
            match self.step(&item, &evaluation) {
                Step::Wants(wanted) => judging.wants.add(wanted),
                Step::Unlisted(reason) => unlisted = Some((resource, reason)),
                // A resource that may not exist and passes is nothing to count.
                Step::Holds | Step::Unknown(_) if resource.is_possible() => {}
                Step::Holds => {
                    let ruling = self.ruling(index, resource, &evaluation);
                    let wanted = match &ruling {
                        Ruling::Needs(facets) => item.wants(*facets),
                        Ruling::None | Ruling::Exempt(_) | Ruling::Expired(_) | Ruling::Unknown { .. } => {
                            Wants::default()
                        }
                    };
                    if wanted.is_empty() {
                        if !evaluation.reads.intersection(judging.from_report).is_empty() {
                            judged.by_report.push(index);
                        }
                        self.conclude(&mut judged, index, resource, evaluation, ruling);
                    } else {
                        judging.wants.add(wanted);
                    }
                }
                Step::Unknown(reason) => {
                    let finding = self.finding(index, resource, evaluation.evidence);
                    self.add_unknown(&mut judged, index, finding, reason);
                }
            }
        }
        if let Some((resource, reason)) = unlisted {
            if judging.origins.why_unconfirmed(list_of(resource.kind())).is_some() {
                judged = Judged::default();
            }
            self.add_unknown(&mut judged, index, self.unlisted(index, resource), reason);
        }
        judging.judged.append(judged);
    }

    fn step(&self, item: &Item<'_>, evaluation: &Evaluation) -> Step {
        let needed = item.wants(needs(evaluation));
        if !needed.is_empty() {
            return Step::Wants(needed);
        }
        let list = list_of(item.resource.kind());
        let unsure = item.unsure(evaluation);
        let exhausted = item.subject.exhausted(unsure, item.origins);
        let unlisted = exhausted.intersection(list);
        if !unlisted.is_empty() {
            return Step::Unlisted(self.why(item.origins, unlisted));
        }
        if exhausted.is_empty() && !unsure.is_empty() {
            return Step::Wants(item.wants(unsure));
        }
        // Only the live list gives the resource a name.
        if !unsure.intersection(list).is_empty() {
            return Step::Wants(item.wants(list));
        }
        if !exhausted.is_empty() {
            return Step::Unknown(self.why(item.origins, exhausted));
        }
        match &evaluation.outcome {
            Outcome::Needs { facet, .. } => Step::Unknown(self.why(item.origins, FacetSet::of(&[*facet]))),
            Outcome::Verdict(_) | Outcome::Unknown(_) | Outcome::Error(_) => Step::Holds,
        }
    }

    /// Why `facets` cannot be read.
    fn why(&self, origins: &Origins, facets: FacetSet) -> String {
        origins.why_unconfirmed(facets).map_or_else(|| self.source.cannot_read(facets), ToString::to_string)
    }
}

impl Item<'_> {
    /// The facets of a report that `evaluation` rests on and may not.
    ///
    /// A pass may rest on a report. A slot that may be empty is good for judging that one resource only: a policy that
    /// counts or goes through the list must have the list as it is, for a pass too.
    fn unsure(&self, evaluation: &Evaluation) -> FacetSet {
        let list = list_of(self.resource.kind());
        let own = if list.contains(Facet::AccessKeys) { list.with(Facet::AccessKeyLastUsed) } else { list };
        let possible = evaluation.reads.intersection(self.origins.possible.difference(own));
        if is_pass(evaluation) {
            return possible;
        }
        if self.resource.is_possible() {
            return list;
        }
        // The resource itself may be gone by now.
        possible.union(evaluation.reads.union(list).intersection(self.origins.reported))
    }

    /// What of `facets` can still be read. The last use of a key is asked for the key that is judged.
    fn wants(&self, facets: FacetSet) -> Wants {
        let mut wants = self.subject.wants(facets, self.origins);
        let place = self.resource.index();
        if self.resource.kind() == ResourceType::AccessKey && wants.last_used_of.contains(&place) {
            wants.last_used_of = BTreeSet::from([place]);
        }
        wants
    }
}

/// The facets of a user whose facts are from a credential report.
pub(super) fn reported(user: &User) -> FacetSet {
    let mut facets = FacetSet::default();
    user.each(&mut |facet, origin| {
        if matches!(origin, Origin::Reported(_) | Origin::Possible) {
            facets = facets.with(facet);
        }
    });
    facets
}

/// The facet that tells which resources of a kind a user has.
fn list_of(kind: ResourceType) -> FacetSet {
    kind.listed_by().into_iter().collect()
}
