//! Judges what an earlier scan has saved, without AWS.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, SyncSender},
    },
    thread,
};

use jiff::Timestamp;
use keysweep_model::{
    AccountFacts, AccountGap, ApiCalls, Finding, Missing, Partition, Run, SavedAccount, ScanResult, Step,
};
use keysweep_policy::{EVALUATION_STACK, Policy};

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
    let judged = |account| match account {
        SavedAccount::Read(facts) => judge.saved(&Arc::new(*facts)).map_or_else(Judged::Failed, Judged::Scanned),
        SavedAccount::Failed(gap) => Judged::Failed(gap),
        SavedAccount::Skipped(gap) => Judged::Skipped(gap),
    };
    on_all_cores(accounts, judged, |judged| match judged {
        Judged::Scanned(tally) => collected.scanned(tally, Vec::new()),
        Judged::Failed(gap) => collected.failed(gap),
        Judged::Skipped(gap) => collected.skipped(gap),
    });
    let scope = Scope { is_whole: false, accounts: None };
    collected.into_result(run.clone(), &scope, ApiCalls::default())
}

/// The result of one account.
enum Judged {
    Scanned(Tally),
    Failed(AccountGap),
    Skipped(AccountGap),
}

/// The items that are in work at once, for each core.
const IN_WORK: usize = 4;

/// Does the `work` on all cores, and takes the results in, in the order of the items, on this thread. It takes the next
/// item only where few are in work, so that memory does not grow with their number.
fn on_all_cores<T: Send, R: Send>(
    items: impl IntoIterator<Item = T>,
    work: impl Fn(T) -> R + Sync,
    mut take_in: impl FnMut(R),
) {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (queue, waiting) = mpsc::sync_channel::<(T, SyncSender<R>)>(cores * IN_WORK);
    // Only the threads that work hold it, so that sending fails where none is left.
    let waiting = Arc::new(Mutex::new(waiting));
    let work = &work;
    thread::scope(|scope| {
        let spawn = |_: &usize| {
            let waiting = Arc::clone(&waiting);
            let next = move || waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let worker = move || {
                while let Ok((item, done)) = next() {
                    // Fails only where nothing is taken in any more.
                    let _ = done.send(work(item));
                }
            };
            thread::Builder::new().stack_size(EVALUATION_STACK).spawn_scoped(scope, worker).is_ok()
        };
        let workers = (0..cores).filter(spawn).count();
        drop(waiting);
        let mut results = VecDeque::new();
        for item in items {
            // Without threads this one does the work.
            if workers == 0 {
                take_in(work(item));
                continue;
            }
            let (done, result) = mpsc::sync_channel(1);
            if queue.send((item, done)).is_ok() {
                results.push_back(result);
            }
            if results.len() >= cores * IN_WORK {
                results.pop_front().and_then(|result| result.recv().ok()).into_iter().for_each(&mut take_in);
            }
        }
        drop(queue);
        results.into_iter().filter_map(|result| result.recv().ok()).for_each(&mut take_in);
    });
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    use super::*;

    #[test]
    fn results_come_in_order_and_few_items_are_in_work() {
        let (taken, begun) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let most = 2 * IN_WORK * thread::available_parallelism().map_or(1, usize::from);
        let items = (0..500).inspect(|_| {
            let in_work = begun.fetch_add(1, SeqCst) - taken.load(SeqCst);
            assert!(in_work <= most, "{in_work}");
        });
        let work = |item: u64| {
            thread::sleep(std::time::Duration::from_micros(item * 7 % 100));
            item
        };
        let mut results = Vec::new();
        on_all_cores(items, work, |result| {
            taken.fetch_add(1, SeqCst);
            results.push(result);
        });
        assert_eq!(results, (0..500).collect::<Vec<_>>());
    }
}
