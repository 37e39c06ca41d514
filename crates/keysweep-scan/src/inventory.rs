//! Judges what an earlier scan has saved, without AWS.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{
    AccountFacts, AccountGap, ApiCalls, Finding, Missing, Partition, Run, SavedAccount, ScanResult, Step,
};
use keysweep_policy::Policy;

use crate::{
    collect::Collected,
    exemptions::{ExemptionOptions, Register, Scope},
    judge::{Judge, Look, Source},
    progress::Progress,
    select::gap,
    subject::Subject,
    tally::Tally,
};

/// Judges `accounts` as of the time of `run`. Makes no call: what was not read when they were saved is unknown to whoever
/// asks for it, and what a credential report said is taken as it stands. An account whose users were not read fails
/// where a policy judges users or what they have.
///
/// The accounts that were in the organization then are not known here, so that nothing is said of exemptions for
/// accounts that are gone.
#[must_use]
pub fn judge_inventory(
    accounts: impl IntoIterator<Item = SavedAccount>,
    policies: &[Policy],
    exemptions: &ExemptionOptions,
    run: Run,
) -> ScanResult {
    let progress = Progress::default();
    let judge = Judge {
        policies,
        register: &exemptions.register,
        partition: &run.partition,
        as_of: run.as_of,
        source: Source::Inventory,
        shows_passes: false,
    };
    let mut collected = Collected::new(&progress, policies, exemptions);
    for account in accounts {
        match account {
            SavedAccount::Read(facts) => match judge.saved(&Arc::new(*facts)) {
                Ok(tally) => collected.scanned(tally, Vec::new()),
                Err(gap) => collected.failed(gap),
            },
            SavedAccount::Failed(gap) => collected.failed(gap),
            SavedAccount::Skipped(gap) => collected.skipped(gap),
        }
    }
    let scope = Scope { is_whole: false, accounts: None };
    collected.into_result(run.clone(), &scope, ApiCalls::default())
}

/// Judges one account of an inventory by one policy, as of this time and without exemptions. Every result is a finding,
/// passes too.
///
/// # Errors
/// When the users of the account were not read, and the policy judges users or what they have.
pub fn try_policy(
    facts: &Arc<AccountFacts>,
    policy: &Policy,
    partition: &Partition,
    as_of: Timestamp,
) -> Result<Vec<Finding>, AccountGap> {
    let register = Register::default();
    let policies = std::slice::from_ref(policy);
    let source = Source::Inventory;
    let judge = Judge { policies, register: &register, partition, as_of, source, shows_passes: true };
    judge.saved(facts).map(|tally| tally.findings)
}

impl Judge<'_> {
    fn saved(&self, facts: &Arc<AccountFacts>) -> Result<Tally, AccountGap> {
        let mut tally = Tally::new(self.policies, self.register);
        let judges_users = self.policies.iter().any(|policy| !policy.metadata().resource.is_of_account());
        let reason = match facts.users.as_ref().get() {
            Ok(_) => None,
            Err(Missing::NotRead(_)) => Some("the users had not been read when the inventory was saved".to_owned()),
            Err(Missing::Unreadable(why)) => Some(why.to_string()),
        };
        if let Some(reason) = reason.filter(|_| judges_users) {
            return Err(gap(&facts.account, Step::ReadUsers, reason));
        }
        let users = facts.users.value().into_iter().flatten();
        let subjects: Vec<_> = users.map(|user| Subject::saved(Arc::clone(user))).collect();
        for subject in &subjects {
            tally.add_user(subject);
            add_settled(&mut tally, self.user(&facts.account, subject));
        }
        let subjects: Vec<_> = subjects.iter().collect();
        add_settled(&mut tally, self.account(facts, &subjects));
        Ok(tally)
    }
}

/// Nothing can be read from an inventory, so that nothing is ever wanted there.
fn add_settled<W>(tally: &mut Tally, look: Look<W>) {
    match look {
        Look::Settled(judged) => tally.add(judged),
        Look::Wants(_) => {}
    }
}
