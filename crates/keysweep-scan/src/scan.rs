//! The scan as a whole: a queue of accounts, a window of tasks, and what happens when the user interrupts.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    io,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures::{Stream, StreamExt};
use keysweep_aws::{Aws, CallError, ListedAccount};
use keysweep_model::{Account, AccountGap, AccountId, Run, ScanResult, Step};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    account::Context,
    collect::Collector,
    discover::{self, Preflight, StartError},
    evidence::Evidence,
    exemptions::Scope,
    options::ScanOptions,
    progress::Progress,
    select::{Choice, Remaining, Selection, gap, not_listed, unmatched_exclusions},
    sink::{AccountResult, ScanError, ScannedAccount, Sink},
};

/// Scans, as the run that `run_id` names, and gives each account to `sink` as it is done. When `stop` is cancelled the scan
/// ends at once: what was read has gone to the sink, and every other account goes there as interrupted. The sink is given
/// back with the result.
///
/// # Errors
/// When the scan cannot even start, or the sink does not take an account. Whatever else fails is in the result's coverage.
pub async fn scan<S: Sink>(
    aws: &Aws,
    run_id: String,
    options: &ScanOptions,
    progress: &Progress,
    stop: &CancellationToken,
    sink: S,
) -> Result<(ScanResult, S), ScanError> {
    let started_at = aws.clock().now();
    let as_of = options.as_of.unwrap_or(started_at);
    let preflight = discover::preflight(aws, &options.source, &options.selection);
    let preflight = stop.run_until_cancelled(preflight).await.ok_or(StartError::Interrupted)??;
    let mut accounts = pin!(discover::accounts(aws, &options.source, &preflight).peekable());
    let first = stop.run_until_cancelled(accounts.as_mut().peek()).await.ok_or(StartError::Interrupted)?;
    if let Some(Err(error)) = first {
        return Err(discover::organization_error(aws, error.clone()).into());
    }
    let run = Run {
        id: run_id,
        started_at,
        finished_at: started_at,
        as_of,
        organization_id: preflight.organization.as_ref().map(|organization| organization.id.clone()),
        management_account_id: preflight.organization.as_ref().map(|organization| organization.management_account),
        partition: preflight.caller.partition.clone(),
    };
    let sink = begin(sink, run.clone(), stop).await?;
    let context = Arc::new(Context {
        aws: aws.clone(),
        caller: preflight.caller.clone(),
        options: options.clone(),
        as_of,
        evidence: Evidence::default(),
        keeps_facts: sink.wants_facts(),
        reads_owners: sink.wants_owners(),
    });
    let collector = Collector::new(progress, &options.policies, &options.exemptions);
    let mut scheduler = Scheduler::new(&preflight, context, collector);
    let sink = scheduler.work(accounts, stop, sink).await?;
    let scope = scheduler.scope();
    let run = Run { finished_at: aws.clock().now(), ..run };
    Ok((scheduler.collector.into_result(run, scope, aws.calls().snapshot()), sink))
}

/// How long a sink may go on taking the run after an interrupt.
const TO_BEGIN: Duration = Duration::from_secs(1);

/// Lets the sink take the run, in a thread that may wait for a disk; or for another process, which an interrupt ends.
async fn begin<S: Sink>(mut sink: S, run: Run, stop: &CancellationToken) -> Result<S, ScanError> {
    let taking = tokio::task::spawn_blocking(move || sink.begin(&run).map(|()| sink));
    let interrupted = async {
        stop.cancelled().await;
        tokio::time::sleep(TO_BEGIN).await;
    };
    tokio::select! {
        biased;
        taken = taking => taken.map_err(io::Error::from).flatten().map_err(ScanError::Begin),
        () = interrupted => Err(StartError::Interrupted.into()),
    }
}

/// Lets the sink take accounts, in a thread that may wait for a disk.
async fn hand_over<S: Sink>(mut sink: S, accounts: Vec<AccountResult>) -> Result<S, ScanError> {
    let taken = move || accounts.into_iter().try_for_each(|account| sink.account(account)).map(|()| sink);
    let taken = tokio::task::spawn_blocking(taken).await.map_err(io::Error::from);
    taken.flatten().map_err(ScanError::Sink)
}

/// The accounts that wait, the accounts that are being read, and those that are done.
struct Scheduler<'a> {
    preflight: &'a Preflight,
    context: Arc<Context>,
    collector: Collector<'a>,
    waiting: VecDeque<Arc<Account>>,
    running: JoinSet<Result<ScannedAccount, AccountGap>>,
    names: HashMap<Id, Arc<Account>>,
    /// The accounts that the sink has not taken yet.
    done: Vec<AccountResult>,
    /// The accounts that the user named and that were not listed yet.
    missing: BTreeSet<AccountId>,
    /// The accounts that were listed.
    seen: BTreeSet<AccountId>,
    /// The accounts that the selection has left of them.
    remaining: Remaining,
    /// Whether the list was read to its end.
    listed_all: bool,
}

impl<'a> Scheduler<'a> {
    fn new(preflight: &'a Preflight, context: Arc<Context>, collector: Collector<'a>) -> Self {
        Self {
            preflight,
            collector,
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            names: HashMap::new(),
            done: Vec::new(),
            missing: context.options.selection.accounts.clone(),
            seen: BTreeSet::new(),
            remaining: Remaining::default(),
            listed_all: false,
            context,
        }
    }

    /// Reads the accounts and gives each to the sink.
    async fn work<S: Sink>(
        &mut self,
        mut accounts: impl Stream<Item = Result<ListedAccount, CallError>> + Unpin,
        stop: &CancellationToken,
        mut sink: S,
    ) -> Result<S, ScanError> {
        let mut listing = true;
        let calls = self.context.aws.calls().clone();
        loop {
            // Once every account that the user named was found, the rest of a long list tells nothing.
            listing &= !(self.context.options.selection.names_accounts_only() && self.missing.is_empty());
            self.fill_window();
            if !listing && self.running.is_empty() {
                break;
            }
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    self.interrupt(listing);
                    self.missing.clear();
                    break;
                }
                Some(joined) = self.running.join_next_with_id(), if !self.running.is_empty() => {
                    self.joined(joined);
                    // The accounts that are skipped as they are listed take little memory, and wait until here.
                    sink = hand_over(sink, std::mem::take(&mut self.done)).await?;
                }
                () = calls.account_throttled(), if !self.waiting.is_empty() => {}
                next = accounts.next(), if listing => listing = self.listed(next),
            }
        }
        self.collector.progress.finish_listing();
        for id in std::mem::take(&mut self.missing) {
            self.add(AccountResult::Failed(not_listed(id)));
        }
        self.check_scope();
        hand_over(sink, std::mem::take(&mut self.done)).await
    }

    /// Takes the result of an account.
    fn add(&mut self, account: AccountResult) {
        self.collector.add(&account);
        self.done.push(account);
    }

    fn fill_window(&mut self) {
        let most = self.context.options.concurrency.accounts;
        let throttled = self.context.aws.calls().throttled_accounts();
        while self.running.len() < most + throttled.min(most) {
            let Some(account) = self.waiting.pop_front() else { return };
            let (context, task_account) = (Arc::clone(&self.context), Arc::clone(&account));
            let task = self.running.spawn(async move { context.scan(task_account).await });
            self.names.insert(task.id(), account);
        }
    }

    /// Takes in what the list of accounts gave, and says whether more may follow.
    fn listed(&mut self, next: Option<Result<ListedAccount, CallError>>) -> bool {
        match next {
            None => {
                self.listed_all = true;
                self.collector.progress.finish_listing();
                false
            }
            Some(Err(error)) => {
                self.add(AccountResult::Failed(rest_of_list(Step::ListAccounts, error.to_string())));
                self.missing.clear();
                false
            }
            Some(Ok(listed)) => {
                self.missing.remove(&listed.account.id);
                // A list that changes while it is read may name an account on two pages.
                if self.seen.insert(listed.account.id) {
                    self.choose(listed);
                }
                true
            }
        }
    }

    fn choose(&mut self, listed: ListedAccount) {
        let choice = self.context.options.selection.choose(&listed, &self.preflight.selected_units);
        self.remaining.count(&choice);
        if choice != Choice::OutOfScope {
            self.collector.progress.add_listed();
        }
        match choice {
            Choice::OutOfScope => {}
            Choice::Skip(gap) => self.add(AccountResult::Skipped(gap)),
            Choice::Fail(gap) => self.add(AccountResult::Failed(gap)),
            Choice::Read => self.waiting.push_back(Arc::new(listed.account)),
        }
    }

    /// Takes the result of a task.
    fn joined(&mut self, joined: Result<(Id, Result<ScannedAccount, AccountGap>), JoinError>) {
        let id = joined.as_ref().map_or_else(JoinError::id, |(id, _)| *id);
        let Some(account) = self.names.remove(&id) else { return };
        self.add(match joined {
            Ok((_, Ok(account))) => AccountResult::Scanned(account),
            Ok((_, Err(gap))) => AccountResult::Failed(gap),
            Err(error) => {
                let reason = format!("Keysweep itself failed, please report it: {error}");
                AccountResult::Failed(gap(&account, Step::ReadUsers, reason))
            }
        });
    }

    /// What the accounts together are. Only Organizations tells which accounts there are; an accounts file may be about
    /// some of them.
    fn scope(&self) -> Scope {
        let is_whole = self.listed_all && self.context.options.selection == Selection::default();
        let is_organization = self.preflight.organization.is_some();
        Scope { is_whole, accounts: (is_organization && self.listed_all).then(|| self.seen.clone()) }
    }

    /// Reports a selection that leaves no account to read, unless it is known already why nothing was read; and notes
    /// the exclusions that match no account, where all accounts were listed.
    fn check_scope(&mut self) {
        if self.listed_all {
            let unmatched = unmatched_exclusions(&self.context.options.selection, |id| self.seen.contains(id));
            unmatched.for_each(|note| self.collector.add_note(note));
        }
        if self.collector.has_failures() {
            return;
        }
        if let Some(gap) = self.remaining.nothing_left(&self.context.options.selection) {
            self.add(AccountResult::Failed(gap));
        }
    }

    /// Stops everything and names what was not read.
    fn interrupt(&mut self, listing: bool) {
        self.running.abort_all();
        let reading = self.names.drain().map(|(_, account)| (account, "interrupted while the account was being read"));
        let waiting = self.waiting.drain(..).map(|account| (account, "interrupted before the account was read"));
        let unread: Vec<_> = reading.chain(waiting).collect();
        for (account, reason) in unread {
            self.add(AccountResult::Failed(gap(&account, Step::Interrupted, reason.to_owned())));
        }
        if listing {
            let reason = "interrupted before all accounts were listed";
            self.add(AccountResult::Failed(rest_of_list(Step::Interrupted, reason.to_owned())));
        }
    }
}

/// The entry for the accounts whose names are not known.
fn rest_of_list(step: Step, reason: String) -> AccountGap {
    AccountGap { account_id: None, account_name: "(accounts not listed)".to_owned(), step, reason }
}
