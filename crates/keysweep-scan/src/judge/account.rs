//! Judges an account as a whole, and its root user.

use std::sync::Arc;

use keysweep_model::{AccountFacts, FacetSet, Resource, ResourceType};
use keysweep_policy::Evaluation;

use super::{About, Judge, Judgement, Look, Source, is_pass, needs};
use crate::{
    facts,
    subject::{Subject, Wants},
};

/// What must be read before an account can be judged.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct AccountWants {
    /// Of the account itself.
    pub(crate) of_account: FacetSet,
    /// Of its users, by place.
    pub(crate) of_users: Vec<Wants>,
}

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
        let mut judgement = Judgement::default();
        let mut wants = AccountWants::default();
        for (index, policy) in self.policies.iter().enumerate() {
            let resource = match policy.metadata().resource {
                ResourceType::Account => Resource::Account(Arc::clone(facts)),
                ResourceType::Root => Resource::Root(Arc::clone(facts)),
                ResourceType::AccessKey
                | ResourceType::User
                | ResourceType::Password
                | ResourceType::Mfa
                | ResourceType::ServiceCredential
                | ResourceType::SigningCertificate
                | ResourceType::SshKey => continue,
            };
            let evaluation = policy.evaluate(&resource, self.as_of);
            let wanted = self.account_wants(facts, subjects, &evaluation);
            if !wanted.is_empty() {
                wants.add(wanted);
            } else if let Some(reason) = self.why_not(subjects, &evaluation) {
                judgement.add_unknown(index, About::Resource(resource), reason, evaluation.evidence);
            } else {
                let ruling = self.ruling(index, &resource, &evaluation);
                self.conclude(&mut judgement, index, resource, evaluation, ruling);
            }
        }
        if wants.is_empty() { Look::Settled(judgement) } else { Look::Wants(wants) }
    }

    /// What would bring `evaluation` further. What is asked of one user is asked of all, because the policy goes through
    /// them all. Where a part of it cannot be read, the rest is not worth its calls.
    fn account_wants(&self, facts: &AccountFacts, subjects: &[&Subject], evaluation: &Evaluation) -> AccountWants {
        let needs = needs(evaluation);
        let of_account = match self.source {
            Source::Aws => needs.intersection(facts::unread_of_account(facts)),
            Source::Inventory => FacetSet::default(),
        };
        let needed = |subject: &&Subject| subject.wants(needs.intersection(facts::unread(&subject.user)));
        let wants = AccountWants { of_account, of_users: subjects.iter().map(needed).collect() };
        let is_exhausted = |subject: &&Subject| !subject.exhausted(unsure(subject, evaluation)).is_empty();
        if !wants.is_empty() || subjects.iter().any(is_exhausted) {
            return wants;
        }
        let unsure = |subject: &&Subject| subject.wants(unsure(subject, evaluation));
        AccountWants { of_users: subjects.iter().map(unsure).collect(), ..wants }
    }

    /// Why `evaluation` holds for nothing, although there is no more to be read.
    fn why_not(&self, subjects: &[&Subject], evaluation: &Evaluation) -> Option<String> {
        let needs = needs(evaluation);
        let unsure = subjects.iter().map(|subject| (*subject, unsure(subject, evaluation)));
        let stuck = unsure.map(|(subject, facets)| (subject, subject.exhausted(facets.union(needs))));
        let mut stuck = stuck.filter(|(_, facets)| !facets.is_empty());
        let (subject, facets) = stuck.next()?;
        let why = subject.why_unconfirmed(facets).map(ToString::to_string);
        Some(why.unwrap_or_else(|| self.source.cannot_read(facets)))
    }
}

/// The facets of a report that `evaluation` rests on and may not, where it goes through the users.
fn unsure(subject: &Subject, evaluation: &Evaluation) -> FacetSet {
    let unsure = if is_pass(evaluation) { subject.guessed() } else { subject.guessed().union(subject.reported) };
    evaluation.reads.intersection(unsure)
}
