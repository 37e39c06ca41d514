//! Judges a user's keys by what is known, and says what must be read where that is not enough. No call is made here.

use jiff::Timestamp;
use keysweep_model::{Facet, FacetSet, Verdict};
use keysweep_policy::{Evaluation, Outcome, Policy};

use crate::subject::{Keys, Subject, Wants};

/// Every key of a user by every policy.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// By key, then by policy.
    pub(crate) evaluations: Vec<Vec<Evaluation>>,
}

/// What a look at a user came to.
#[derive(Debug)]
pub(crate) enum Look {
    /// Every policy came to its end.
    Settled(Judgement),
    /// These facts must be read first.
    Wants(Wants),
}

/// Judges all keys of `subject` as of `as_of`.
pub(crate) fn look(subject: &Subject, policies: &[Policy], as_of: Timestamp) -> Look {
    if let Keys::Unlisted = subject.keys {
        return Look::Wants(Wants { facets: FacetSet::default().with(Facet::AccessKeys), ..Wants::default() });
    }
    let keys = 0..subject.user.access_keys.len();
    let evaluations: Vec<Vec<_>> =
        keys.map(|key| policies.iter().map(|policy| policy.evaluate(&subject.user, key, as_of)).collect()).collect();
    let wants = match subject.keys {
        Keys::Reported { .. } => wants_of_report(&evaluations),
        Keys::Live => wants_of_live(subject, &evaluations),
        Keys::Unlisted | Keys::Unreadable { .. } => Wants::default(),
    };
    if wants.facets.is_empty() { Look::Settled(Judgement { evaluations }) } else { Look::Wants(wants) }
}

/// A report settles nothing but passes: before anything else is said of a key, the list of keys is read live. The tags
/// alone can be read without it, because they may still make the verdict a pass.
fn wants_of_report(evaluations: &[Vec<Evaluation>]) -> Wants {
    let mut facets = FacetSet::default();
    for evaluation in evaluations.iter().flatten() {
        let wanted = match &evaluation.outcome {
            Outcome::Verdict(Verdict::Pass { .. }) => FacetSet::default(),
            Outcome::Needs(needs) if *needs == tags() => tags(),
            Outcome::Needs(needs) => needs.with(Facet::AccessKeys),
            Outcome::Verdict(Verdict::Fail { .. } | Verdict::Exempt { .. })
            | Outcome::Unknown(_)
            | Outcome::Error(_) => FacetSet::default().with(Facet::AccessKeys),
        };
        facets = facets.union(wanted);
    }
    // Which key's last use is wanted is only known once the keys have ids.
    let readable = [Facet::AccessKeys, Facet::UserTags].into_iter().filter(|facet| facets.contains(*facet));
    Wants { facets: readable.fold(FacetSet::default(), FacetSet::with), ..Wants::default() }
}

fn wants_of_live(subject: &Subject, evaluations: &[Vec<Evaluation>]) -> Wants {
    let mut wants = Wants::default();
    for (key, evaluations) in evaluations.iter().enumerate() {
        for evaluation in evaluations {
            let Outcome::Needs(needs) = &evaluation.outcome else { continue };
            if needs.contains(Facet::AccessKeyLastUsed) && subject.user.access_keys[key].last_used.is_not_read() {
                wants.facets = wants.facets.with(Facet::AccessKeyLastUsed);
                wants.last_used_of.insert(key);
            }
            if needs.contains(Facet::UserTags) && !subject.read.contains(Facet::UserTags) {
                wants.facets = wants.facets.with(Facet::UserTags);
            }
        }
    }
    wants
}

fn tags() -> FacetSet {
    FacetSet::default().with(Facet::UserTags)
}
