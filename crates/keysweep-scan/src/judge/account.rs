//! Judges an account as a whole, and its root user.

use std::sync::Arc;

use keysweep_model::{AccountFacts, Facet, FacetSet, Origin, Owner, Resource};
use keysweep_policy::Evaluation;

use super::{Judge, Judged, Look, Source, is_pass, needs, user::reported};
use crate::subject::{Origins, Subject, Wants};

/// What must be read before an account can be judged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountWants {
    /// Of the account itself.
    pub(crate) of_account: FacetSet,
    /// Of its users, by place.
    pub(crate) of_users: Vec<Wants>,
}

/// The users of an account, each with the origins of its facts.
type Users<'a> = Vec<(&'a Subject, Origins)>;

impl AccountWants {
    fn is_empty(&self) -> bool {
        self.of_account.is_empty() && self.of_users.iter().all(Wants::is_empty)
    }

    fn add(&mut self, other: Self) {
        self.of_account = self.of_account.union(other.of_account);
        if self.of_users.is_empty() {
            self.of_users = other.of_users;
        } else {
            for (wants, more) in self.of_users.iter_mut().zip(other.of_users) {
                wants.add(more);
            }
        }
    }
}

impl Judge<'_> {
    /// Judges `facts`, an account with the users of `subjects` in their order, and its root user.
    pub(crate) fn account(&self, facts: &Arc<AccountFacts>, subjects: &[&Subject]) -> Look<AccountWants> {
        let mut judged = Judged::default();
        let mut wants = AccountWants::default();
        let users: Users<'_> = subjects.iter().map(|subject| (*subject, self.origins(&subject.user))).collect();
        for (index, policy) in self.policies.iter().enumerate() {
            let kind = policy.metadata().resource;
            if !kind.is_of_account() {
                continue;
            }
            let resource = Resource::new(Owner::Account(Arc::clone(facts)), kind, 0);
            let evaluation = policy.evaluate(&resource, self.as_of);
            let wanted = self.account_wants(facts, &users, &evaluation);
            if !wanted.is_empty() {
                wants.add(wanted);
            } else if let Some(reason) = self.why_not(&users, &evaluation) {
                let finding = self.finding(index, &resource, evaluation.evidence);
                self.add_unknown(&mut judged, index, finding, reason);
            } else {
                let ruling = self.ruling(index, &resource, &evaluation);
                if rests_on_report(facts, &users, &evaluation) {
                    judged.by_report.push(index);
                }
                self.conclude(&mut judged, index, &resource, evaluation, ruling);
            }
        }
        if wants.is_empty() { Look::Settled(judged) } else { Look::Wants(wants) }
    }

    /// What would bring `evaluation` further. What is asked of one user is asked of all, because the policy goes through
    /// them all. Where a part of it cannot be read, the rest is not worth its calls.
    fn account_wants(&self, facts: &AccountFacts, users: &Users<'_>, evaluation: &Evaluation) -> AccountWants {
        let needs = needs(evaluation);
        let of_account = match self.source {
            Source::Aws => needs.intersection(not_read_of_account(facts)),
            Source::Inventory => FacetSet::default(),
        };
        let needed =
            |(subject, origins): &(&Subject, Origins)| subject.wants(needs.intersection(origins.not_read), origins);
        let wants = AccountWants { of_account, of_users: users.iter().map(needed).collect() };
        let is_exhausted = |(subject, origins): &(&Subject, Origins)| {
            !subject.exhausted(unsure(origins, evaluation), origins).is_empty()
        };
        if !wants.is_empty() || users.iter().any(is_exhausted) {
            return wants;
        }
        let unsure = |(subject, origins): &(&Subject, Origins)| subject.wants(unsure(origins, evaluation), origins);
        AccountWants { of_users: users.iter().map(unsure).collect(), ..wants }
    }

    /// Why `evaluation` holds for nothing, although there is no more to be read.
    fn why_not(&self, users: &Users<'_>, evaluation: &Evaluation) -> Option<String> {
        let needs = needs(evaluation);
        users.iter().find_map(|(subject, origins)| {
            let facets = subject.exhausted(unsure(origins, evaluation).union(needs), origins);
            let why = || origins.why_unconfirmed(facets).map(ToString::to_string);
            (!facets.is_empty()).then(|| why().unwrap_or_else(|| self.source.cannot_read(facets)))
        })
    }
}

/// The facets that would tell more of an account and its root user, its users aside.
fn not_read_of_account(facts: &AccountFacts) -> FacetSet {
    let AccountFacts { account: _, root_credentials, root_has_virtual_mfa, root_activity, password_policy, users } =
        facts;
    let origins = [
        root_credentials.origin(),
        root_has_virtual_mfa.origin(),
        root_activity.origin(),
        password_policy.origin(),
        users.origin(),
    ];
    let not_read = |origin| if let Origin::NotRead(facet) = origin { Some(facet) } else { None };
    origins.into_iter().filter_map(not_read).collect()
}

/// Whether `evaluation` has looked at a fact of a credential report.
fn rests_on_report(facts: &AccountFacts, users: &Users<'_>, evaluation: &Evaluation) -> bool {
    let looked_at_root = matches!(facts.root_activity.origin(), Origin::Reported(_))
        && evaluation.reads.contains(Facet::CredentialReport);
    looked_at_root
        || users.iter().any(|(subject, _)| !reported(&subject.user).intersection(evaluation.reads).is_empty())
}

/// The facets of a report that `evaluation` rests on and may not, where it goes through the users.
fn unsure(origins: &Origins, evaluation: &Evaluation) -> FacetSet {
    let unsure = if is_pass(evaluation) { origins.possible } else { origins.possible.union(origins.reported) };
    evaluation.reads.intersection(unsure)
}
