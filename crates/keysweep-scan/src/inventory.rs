//! Judges what an earlier scan has saved, without AWS.

use std::sync::Arc;

use keysweep_model::{AccountFacts, AccountGap, ApiCalls, Fact, Run, ScanResult, Step};
use keysweep_policy::Policy;

use crate::{
    collect::Collected,
    exemptions::{ExemptionOptions, Scope},
    judge::{Judge, Look, Source},
    progress::Progress,
    select::gap,
    subject::Subject,
    tally::Tally,
};

/// One account of an inventory.
#[derive(Debug, Clone, PartialEq)]
pub enum InventoryAccount {
    /// It was read.
    Read(Box<AccountFacts>),
    /// It should have been read and could not be.
    Failed(AccountGap),
    /// It was not to be read.
    Skipped(AccountGap),
}

/// Judges `accounts` as of the time of `run`. Makes no call: what was not read when they were saved is unknown to whoever
/// asks for it, and what a credential report said is taken as it stands. An account whose users were not read fails
/// where a policy judges users or what they have.
///
/// The accounts that were in the organization then are not known here, so that nothing is said of exemptions for
/// accounts that are gone.
#[must_use]
pub fn judge_inventory(
    accounts: impl IntoIterator<Item = InventoryAccount>,
    policies: &[Policy],
    exemptions: &ExemptionOptions,
    run: Run,
) -> ScanResult {
    let progress = Progress::default();
    let judge = Judge { policies, register: &exemptions.register, as_of: run.as_of, source: Source::Inventory };
    let mut collected = Collected::new(&progress, policies, exemptions);
    for account in accounts {
        match account {
            InventoryAccount::Read(facts) => match judge.saved(*facts, &run) {
                Ok(tally) => collected.scanned(tally, Vec::new()),
                Err(gap) => collected.failed(gap),
            },
            InventoryAccount::Failed(gap) => collected.failed(gap),
            InventoryAccount::Skipped(gap) => collected.skipped(gap),
        }
    }
    let scope = Scope { is_whole: false, accounts: None };
    collected.into_result(run, &scope, ApiCalls::default())
}

impl Judge<'_> {
    fn saved(&self, facts: AccountFacts, run: &Run) -> Result<Tally, AccountGap> {
        let mut tally = Tally::new(self.policies, self.register);
        let facts = Arc::new(facts);
        let subjects: Vec<_> = match &facts.users {
            Fact::Known(users) => users.iter().map(|user| Subject::saved(Arc::clone(user))).collect(),
            Fact::NotRead(_) | Fact::Unreadable(_) => Vec::new(),
        };
        let judges_users = self.policies.iter().any(|policy| !policy.metadata().resource.is_of_account());
        let reason = match &facts.users {
            Fact::NotRead(_) => Some("the users had not been read when the inventory was saved".to_owned()),
            Fact::Unreadable(why) => Some(why.to_string()),
            Fact::Known(_) => None,
        };
        if let Some(reason) = reason.filter(|_| judges_users) {
            return Err(gap(&facts.account, Step::ReadUsers, reason));
        }
        for subject in &subjects {
            tally.add_user(subject);
            self.add_settled(&mut tally, self.user(subject), run);
        }
        let subjects: Vec<_> = subjects.iter().collect();
        self.add_settled(&mut tally, self.account(&facts, &subjects), run);
        Ok(tally)
    }

    /// Nothing can be read from an inventory, so that nothing is ever wanted there.
    fn add_settled<W>(&self, tally: &mut Tally, look: Look<W>, run: &Run) {
        match look {
            Look::Settled(judgement) => tally.add(judgement, self.policies, &run.partition),
            Look::Wants(_) => {}
        }
    }
}

/// An account with all that was read in it, as it is saved. What a report said and could not be read live, although a
/// verdict rested on it, is saved as unreadable.
pub(crate) fn saved(mut facts: AccountFacts, subjects: Vec<Subject>) -> AccountFacts {
    if let Fact::Known(users) = &mut facts.users {
        *users = subjects.into_iter().map(Subject::into_confirmed).collect();
        users.sort_by(|a, b| a.name.cmp(&b.name));
    }
    facts
}
