//! One account: its session, and its rounds of judging and reading.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use keysweep_aws::{AccountSession, AssumeError, Aws, Caller, Deadline, RoleOptions};
use keysweep_model::{Account, AccountFacts, AccountGap, AccountId, AccountState, Step};

use crate::{
    evidence::Evidence,
    judge::{Judge, Source},
    options::{Roles, ScanOptions},
    read::Reader,
    rounds::Rounds,
    select::gap,
    sink::ScannedAccount,
};

/// What every account's task needs.
pub(crate) struct Context {
    pub(crate) aws: Aws,
    pub(crate) caller: Caller,
    pub(crate) options: ScanOptions,
    pub(crate) as_of: Timestamp,
    pub(crate) evidence: Evidence,
    /// Whether all that was read is wanted.
    pub(crate) keeps_facts: bool,
    /// Whether the tags of users with findings are wanted.
    pub(crate) reads_owners: bool,
}

/// Opens a session in `account`: with the caller's own credentials where the caller is in it and no role is configured
/// for it, else by assuming its role. `timeout` from now its calls are given up.
pub(crate) async fn open_session(
    aws: &Aws,
    caller: &Caller,
    roles: &Roles,
    account: AccountId,
    timeout: Duration,
) -> Result<AccountSession, AssumeError> {
    let deadline = Deadline::after(aws.clock(), timeout);
    let configured = roles.by_account.get(&account);
    if account == caller.account && configured.is_none() {
        return Ok(aws.own_session(account, deadline));
    }
    let role = configured.map_or_else(
        || Arc::clone(&roles.default),
        |name| Arc::new(RoleOptions { name: name.clone(), ..(*roles.default).clone() }),
    );
    aws.assume_role(&caller.partition, account, role, deadline).await
}

impl Context {
    /// Scans one account, or says at which step it was lost.
    pub(crate) async fn scan(&self, account: Arc<Account>) -> Result<ScannedAccount, AccountGap> {
        let options = &self.options;
        let session = open_session(&self.aws, &self.caller, &options.roles, account.id, options.account_timeout)
            .await
            .map_err(|error| lost(&account, Step::AssumeRole, error.to_string()))?;
        let at_once = options.concurrency.calls_per_account;
        let rounds = Rounds {
            judge: Judge {
                policies: &options.policies,
                register: &options.exemptions.register,
                as_of: self.as_of,
                partition: &self.caller.partition,
                source: Source::Aws,
                shows_passes: false,
            },
            reader: Reader::new(&session, &account, self.aws.clock(), &self.evidence, options.reading, at_once),
            extent: options.extent,
            keeps_facts: self.keeps_facts,
            reads_owners: self.reads_owners,
        };
        let facts = AccountFacts::unread(Arc::clone(&account));
        rounds.run(facts).await.map_err(|error| lost(&account, Step::ReadUsers, error.to_string()))
    }
}

/// The entry for an account that was to be read and could not be. A state that this version does not know may be why.
fn lost(account: &Account, step: Step, mut reason: String) -> AccountGap {
    if let AccountState::Other(state) = &account.state {
        reason += &format!(". The state of the account is `{state}`, which Keysweep does not know");
    }
    gap(account, step, reason)
}
