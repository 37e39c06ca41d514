//! Judges what an earlier scan has saved, without AWS.

use std::{sync::Arc, thread};

use jiff::Timestamp;
use keysweep_aws::Clock;
use keysweep_model::{
    AccountFacts, AccountGap, ApiCalls, Finding, Missing, Partition, Run, SavedAccount, ScanResult, Step, UserName,
};
use keysweep_policy::Policy;

use crate::{
    collect::Collector,
    counts::Counts,
    exemptions::{ExemptionOptions, Register, Scope},
    judge::{Judge, Look, Source},
    parallel::in_order,
    progress::Progress,
    select::gap,
    sink::{AccountResult, ScanError, ScannedAccount, Sink},
    subject::Subject,
};

/// Judges `accounts` as of the time of `run`, in so many `threads`, and gives them to `sink` in their order. Makes no call:
/// what was not read when they were saved is unknown to a policy that asks for it, and what a credential report said is
/// taken as it stands. An account whose users were not read fails where a policy judges users or what they have.
///
/// The accounts that were in the organization then are not known here, so that nothing is said of exemptions for
/// accounts that are gone. `clock` tells when the run ends.
///
/// # Errors
/// When the sink does not take an account, or a thread could not be started.
pub fn judge_inventory(
    accounts: impl Iterator<Item = SavedAccount> + Send,
    policies: &[Policy],
    exemptions: &ExemptionOptions,
    run: Run,
    clock: &Clock,
    threads: usize,
    sink: &mut impl Sink,
) -> Result<ScanResult, ScanError> {
    let progress = Progress::default();
    let judge = Judge {
        policies,
        register: &exemptions.register,
        partition: &run.partition,
        as_of: run.as_of,
        source: Source::Inventory,
        shows_passes: false,
    };
    sink.begin(&run).map_err(ScanError::Begin)?;
    let mut collector = Collector::new(&progress, policies, exemptions);
    let keeps_facts = sink.wants_facts();
    let work = |account| judge.result(account, keeps_facts);
    thread::scope(|scope| {
        in_order(scope, threads, accounts, &work).map_err(ScanError::Thread)?.try_for_each(|account| {
            collector.add(&account);
            sink.account(account).map_err(ScanError::Sink)
        })
    })?;
    let scope = Scope { is_whole: false, accounts: None };
    Ok(collector.into_result(Run { finished_at: clock.now(), ..run.clone() }, scope, ApiCalls::default()))
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
    judge.saved(facts).map(|account| account.findings)
}

impl Judge<'_> {
    fn result(&self, account: SavedAccount, keeps_facts: bool) -> AccountResult {
        match account {
            SavedAccount::Read(facts) => {
                let facts = Arc::new(*facts);
                match self.saved(&facts) {
                    Ok(account) => {
                        let facts = keeps_facts.then(|| Box::new(Arc::unwrap_or_clone(facts)));
                        AccountResult::Scanned(ScannedAccount { facts, ..account.sorted() })
                    }
                    Err(gap) => AccountResult::Failed(gap),
                }
            }
            SavedAccount::Failed(gap) => AccountResult::Failed(gap),
            SavedAccount::Skipped(gap) => AccountResult::Skipped(gap),
        }
    }

    fn saved(&self, facts: &Arc<AccountFacts>) -> Result<ScannedAccount, AccountGap> {
        let judges_users = self.policies.iter().any(|policy| !policy.metadata().resource.is_of_account());
        let reason = match facts.users.as_ref().get() {
            Ok(_) => None,
            Err(Missing::NotRead(_)) => Some("the users had not been read when the inventory was saved".to_owned()),
            Err(Missing::Unreadable(why)) => Some(why.to_string()),
        };
        if let Some(reason) = reason.filter(|_| judges_users) {
            return Err(gap(&facts.account, Step::ReadUsers, reason));
        }
        let counts = Counts::new(self.policies, self.register);
        let mut account = ScannedAccount::new(Arc::clone(&facts.account), counts);
        let users = facts.users.value().into_iter().flatten();
        let subjects: Vec<_> = users.map(|user| Subject::saved(Arc::clone(user))).collect();
        for subject in &subjects {
            account.counts.add_user(subject);
            add_settled(&mut account, self, Some(&subject.user.name), self.user(&facts.account, subject));
        }
        let subjects: Vec<_> = subjects.iter().collect();
        add_settled(&mut account, self, None, self.account(facts, &subjects));
        Ok(account)
    }
}

/// Nothing can be read from an inventory, so that nothing is ever wanted there.
fn add_settled<W>(account: &mut ScannedAccount, judge: &Judge<'_>, user: Option<&UserName>, look: Look<W>) {
    match look {
        Look::Settled(judged) => {
            account.note_report(judge.policies, user, &judged);
            account.add(judged);
        }
        Look::Wants(_) => {}
    }
}
