//! The scan as a whole: a queue of accounts, a window of tasks, and what happens when the user interrupts.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use futures::{Stream, StreamExt};
use jiff::Timestamp;
use keysweep_aws::{Aws, CallError, ListedAccount, ReportWait, RoleOptions};
use keysweep_model::{Account, AccountFacts, AccountGap, AccountId, Run, ScanResult, Step};
use keysweep_policy::Policy;
use tokio::{
    sync::mpsc::UnboundedSender,
    task::{Id, JoinSet},
};
use tokio_util::sync::CancellationToken;

use crate::{
    account::Context,
    collect::Collected,
    discover::{self, AccountSource, Ground, StartError},
    evidence::Evidence,
    exemptions::{ExemptionOptions, Scope},
    progress::Progress,
    rounds::Outcome,
    select::{Choice, Remaining, Selection, gap, not_listed, unmatched_exclusions},
};

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The policies to judge by.
    pub policies: Vec<Policy>,
    /// Judge as of this time instead of now. It has no part in signing or waiting.
    pub as_of: Option<Timestamp>,
    /// Where the accounts come from.
    pub source: AccountSource,
    /// Which of them are wanted.
    pub selection: Selection,
    /// The roles to assume.
    pub roles: Roles,
    /// How the users of an account are read.
    pub reading: Reading,
    /// How much is read.
    pub extent: Extent,
    /// The register of exemptions.
    pub exemptions: ExemptionOptions,
    /// Where each account goes with all that was read in it, as soon as it is done. Accounts that are not scanned are in
    /// the result's coverage.
    pub inventory: Option<UnboundedSender<AccountFacts>>,
    /// How much is done at once.
    pub concurrency: Concurrency,
    /// How long one account may take: after that, what was not read of it is unknown.
    pub account_timeout: Duration,
}

/// The roles to assume.
#[derive(Debug, Clone)]
pub struct Roles {
    /// In every account,
    pub default: Arc<RoleOptions>,
    /// but for these, which have a role of another name.
    pub by_account: BTreeMap<AccountId, String>,
}

/// How the users of an account are read.
#[derive(Debug, Clone, Copy)]
pub enum Reading {
    /// By the credential report, and live where a verdict other than a pass depends on it. Without a usable report,
    /// live throughout.
    Report(ReportWait),
    /// Live throughout. The report is only asked for where nothing else tells what a policy wants.
    Fresh(ReportWait),
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What the policies ask for.
    Asked,
    /// Every facet of every user and account, live where a call can tell it: for an inventory that any policy can be
    /// tried on.
    Everything,
}

/// How much is done at once.
#[derive(Debug, Clone, Copy)]
pub struct Concurrency {
    /// How many accounts are read at once: 1 or more; and at most as many beside them that AWS throttles, which mostly
    /// wait.
    pub accounts: usize,
    /// How many calls are made at once in one account: 1 or more.
    pub calls_per_account: usize,
}

/// Scans, as the run that `run_id` names. When `stop` is cancelled the scan ends at once: what was read is in the result,
/// and every other account is in its coverage as interrupted.
///
/// # Errors
/// When the scan cannot even start. Whatever fails later is in the result's coverage.
pub async fn scan(
    aws: &Aws,
    run_id: String,
    options: &ScanOptions,
    progress: &Progress,
    stop: &CancellationToken,
) -> Result<ScanResult, StartError> {
    let started_at = aws.clock().now();
    let as_of = options.as_of.unwrap_or(started_at);
    let ground = discover::survey(aws, &options.source, &options.selection);
    let ground = stop.run_until_cancelled(ground).await.ok_or(StartError::Interrupted)??;
    let mut accounts = pin!(discover::accounts(aws, &options.source, &ground).peekable());
    let first = stop.run_until_cancelled(accounts.as_mut().peek()).await.ok_or(StartError::Interrupted)?;
    if let Some(Err(error)) = first {
        return Err(discover::organization_error(aws, error.clone()));
    }
    let context = Arc::new(Context {
        aws: aws.clone(),
        caller: ground.caller.clone(),
        options: options.clone(),
        as_of,
        evidence: Evidence::default(),
    });
    let collected = Collected::new(progress, &options.policies, &options.exemptions);
    let mut crew = Crew::new(&ground, context, collected);
    crew.work(accounts, stop).await;
    crew.check_scope();
    let scope = crew.scope();
    let run = Run {
        id: run_id,
        started_at,
        finished_at: aws.clock().now(),
        as_of,
        organization_id: ground.organization.as_ref().map(|organization| organization.id.clone()),
        management_account_id: ground.organization.as_ref().map(|organization| organization.management_account),
        partition: ground.caller.partition.clone(),
    };
    Ok(crew.collected.into_result(run, &scope, aws.calls().snapshot()))
}

/// The accounts that wait, the accounts that are being read, and what came of the others.
struct Crew<'a> {
    ground: &'a Ground,
    context: Arc<Context>,
    collected: Collected<'a>,
    waiting: VecDeque<Arc<Account>>,
    running: JoinSet<Result<Outcome, AccountGap>>,
    names: HashMap<Id, Arc<Account>>,
    /// The accounts that the user named and that were not listed yet.
    missing: BTreeSet<AccountId>,
    /// The accounts that were listed.
    seen: BTreeSet<AccountId>,
    /// What the selection has left of them.
    remaining: Remaining,
    /// Whether the list came to its end.
    listed_all: bool,
}

impl<'a> Crew<'a> {
    fn new(ground: &'a Ground, context: Arc<Context>, collected: Collected<'a>) -> Self {
        Self {
            ground,
            collected,
            waiting: VecDeque::new(),
            running: JoinSet::new(),
            names: HashMap::new(),
            missing: context.options.selection.accounts.clone(),
            seen: BTreeSet::new(),
            remaining: Remaining::default(),
            listed_all: false,
            context,
        }
    }

    async fn work(
        &mut self,
        mut accounts: impl Stream<Item = Result<ListedAccount, CallError>> + Unpin,
        stop: &CancellationToken,
    ) {
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
                () = stop.cancelled() => return self.interrupt(listing),
                Some(done) = self.running.join_next_with_id(), if !self.running.is_empty() => self.done(done),
                () = calls.account_throttled(), if !self.waiting.is_empty() => {}
                next = accounts.next(), if listing => listing = self.listed(next),
            }
        }
        self.collected.progress.finish_listing();
        for id in std::mem::take(&mut self.missing) {
            self.collected.failed(not_listed(id));
        }
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
                self.collected.progress.finish_listing();
                false
            }
            Some(Err(error)) => {
                self.collected.failed(rest_of_list(Step::ListAccounts, error.to_string()));
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
        let choice = self.context.options.selection.choose(&listed, &self.ground.selected_units);
        self.remaining.count(&choice);
        if choice != Choice::OutOfScope {
            self.collected.progress.add_listed();
        }
        match choice {
            Choice::OutOfScope => {}
            Choice::Skip(gap) => self.collected.skipped(gap),
            Choice::Fail(gap) => self.collected.failed(gap),
            Choice::Read => self.waiting.push_back(Arc::new(listed.account)),
        }
    }

    fn done(&mut self, done: Result<(Id, Result<Outcome, AccountGap>), tokio::task::JoinError>) {
        match done {
            Ok((id, outcome)) => {
                self.names.remove(&id);
                match outcome {
                    Ok(Outcome { tally, saved, notes }) => {
                        self.collected.scanned(tally, notes);
                        if let (Some(inventory), Some(facts)) = (&self.context.options.inventory, saved) {
                            // Whoever has stopped listening knows why.
                            inventory.send(facts).ok();
                        }
                    }
                    Err(gap) => self.collected.failed(gap),
                }
            }
            Err(error) => {
                if let Some(account) = self.names.remove(&error.id()) {
                    let reason = format!("Keysweep itself failed, please report it: {error}");
                    self.collected.failed(gap(&account, Step::ReadUsers, reason));
                }
            }
        }
    }

    /// What the accounts together are. Only Organizations tells which accounts there are; an accounts file may be about
    /// some of them.
    fn scope(&self) -> Scope {
        let is_whole = self.listed_all && self.context.options.selection == Selection::default();
        let is_organization = self.ground.organization.is_some();
        Scope { is_whole, accounts: (is_organization && self.listed_all).then(|| self.seen.clone()) }
    }

    /// Reports a selection that leaves no account to read, unless it is known already why nothing was read; and notes
    /// the exclusions that match no account, where all accounts were listed.
    fn check_scope(&mut self) {
        if self.listed_all {
            let unmatched = unmatched_exclusions(&self.context.options.selection, |id| self.seen.contains(id));
            unmatched.for_each(|note| self.collected.noted(note));
        }
        if self.collected.has_failures() {
            return;
        }
        if let Some(gap) = self.remaining.nothing_left(&self.context.options.selection) {
            self.collected.failed(gap);
        }
    }

    /// Stops everything and names what was not read.
    fn interrupt(&mut self, listing: bool) {
        self.running.abort_all();
        let reading = self.names.drain().map(|(_, account)| (account, "interrupted while the account was being read"));
        let waiting = self.waiting.drain(..).map(|account| (account, "interrupted before the account was read"));
        for (account, reason) in reading.chain(waiting) {
            self.collected.failed(gap(&account, Step::Interrupted, reason.to_owned()));
        }
        if listing {
            let reason = "interrupted before all accounts were listed";
            self.collected.failed(rest_of_list(Step::Interrupted, reason.to_owned()));
        }
    }
}

/// The entry for the accounts that nobody could name.
fn rest_of_list(step: Step, reason: String) -> AccountGap {
    AccountGap { account_id: None, account_name: "(accounts not listed)".to_owned(), step, reason }
}
