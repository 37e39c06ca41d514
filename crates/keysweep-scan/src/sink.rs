//! Where the accounts of a scan go as they are done.

use std::{collections::BTreeSet, io, sync::Arc};

use keysweep_model::{Account, AccountFacts, AccountGap, AccountNote, Finding, PolicyId, Run, UserName};
use keysweep_policy::Policy;

use crate::{counts::Counts, discover::StartError, judge::Judged};

/// Takes the accounts of a scan as they are done, in any order. A scan keeps none of them.
pub trait Sink: Send + 'static {
    /// Whether it wants all that was read in the accounts.
    fn wants_facts(&self) -> bool {
        false
    }

    /// Whether it wants the tags of every user that a finding is about, which tell who answers for the user.
    fn wants_owners(&self) -> bool {
        false
    }

    /// Takes the run, before its first account. When the run ends is not known yet: it is taken to end when it began.
    ///
    /// # Errors
    /// When the result of this run cannot be kept: the scan ends before any account is read.
    fn begin(&mut self, _run: &Run) -> io::Result<()> {
        Ok(())
    }

    /// Takes an account. The scan waits meanwhile, so that a slow sink slows it down and fills no memory.
    ///
    /// # Errors
    /// When the account cannot be kept: the scan ends, as its result would not be whole.
    fn account(&mut self, account: AccountResult) -> io::Result<()>;
}

/// The result of one account.
#[derive(Debug)]
pub enum AccountResult {
    /// It was read and judged.
    Scanned(ScannedAccount),
    /// It should have been read and could not be.
    Failed(AccountGap),
    /// It was not to be read.
    Skipped(AccountGap),
}

/// An account that was read and judged.
#[derive(Debug)]
pub struct ScannedAccount {
    /// The account.
    pub account: Arc<Account>,
    /// What was judged in it.
    pub counts: Counts,
    /// Its findings, in the order of [`Finding::sort_key`].
    pub findings: Vec<Finding>,
    /// All that was read in it, where the sink wants that.
    pub facts: Option<Box<AccountFacts>>,
    /// The verdicts that rest on the credential report, or on a list that is from it: by user and policy, without a user for
    /// the account and its root user. Where the sink wants what was read.
    pub by_report: BTreeSet<(Option<UserName>, PolicyId)>,
    /// What should be known about how it was read.
    pub notes: Vec<AccountNote>,
}

/// Why a scan gave no result.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    /// It could not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The sink did not take the run.
    #[error("could not begin to keep the result: {0}")]
    Begin(#[source] io::Error),
    /// The sink did not take an account.
    #[error("could not keep the result of an account: {0}")]
    Sink(#[source] io::Error),
    /// The threads that judge could not be started.
    #[error("could not start a thread: {0}")]
    Thread(#[source] io::Error),
}

impl ScannedAccount {
    /// An account of which nothing was judged yet.
    pub(crate) fn new(account: Arc<Account>, counts: Counts) -> Self {
        Self { account, counts, findings: Vec::new(), facts: None, by_report: BTreeSet::new(), notes: Vec::new() }
    }

    /// Takes the results of all policies on something in it.
    pub(crate) fn add(&mut self, judged: Judged) {
        self.counts.add(&judged);
        self.findings.extend(judged.findings.into_iter().map(|(_, finding)| finding));
    }

    /// Keeps which of the results of `policies` on a user, or on the account, rest on the credential report.
    pub(crate) fn note_report(&mut self, policies: &[Policy], user: Option<&UserName>, judged: &Judged) {
        let policies = judged.by_report.iter().map(|index| policies[*index].id().clone());
        self.by_report.extend(policies.map(|policy| (user.cloned(), policy)));
    }

    /// The account with its findings in their order.
    pub(crate) fn sorted(mut self) -> Self {
        self.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self
    }
}
