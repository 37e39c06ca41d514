//! Why a run says nothing of a finding that it neither reports nor resolves: it did not read the account, or did not judge by
//! the policy. That is not written for each finding; it follows from the run.

use std::collections::{HashMap, HashSet};

use keysweep_model::{AccountId, AccountOutcome, PolicyId, RecordedRun};

use super::run;
use crate::{
    StoreError,
    db::{Db, values},
};

/// A complete run: which accounts it has read and which policies it judged by.
#[derive(Debug)]
pub(crate) struct Newest {
    run: Option<RecordedRun>,
    policies: HashSet<PolicyId>,
    accounts: HashMap<AccountId, Option<String>>,
}

impl Newest {
    /// The newest complete run.
    pub(crate) async fn of(db: &mut Db) -> Result<Self, StoreError> {
        let run = match run::newest_complete(db).await? {
            Some(number) => run::by_number(db, number).await?,
            None => None,
        };
        Self::of_run(db, run).await
    }

    /// This run.
    pub(crate) async fn of_run(db: &mut Db, run: Option<RecordedRun>) -> Result<Self, StoreError> {
        let mut policies = HashSet::new();
        if let Some(run) = &run {
            let sql = "SELECT p.id FROM run_policies rp JOIN policies p ON p.number = rp.policy WHERE rp.run = $1";
            policies = db.rows(sql, &values![run.number.cast_signed()], |row| row.word(0)).await?.into_iter().collect();
        }
        Ok(Self { run, policies, accounts: HashMap::new() })
    }

    /// Why the run says nothing of the findings of `policy` in `account`, where that is so.
    pub(crate) async fn why_not(
        &mut self,
        db: &mut Db,
        account: AccountId,
        policy: &PolicyId,
    ) -> Result<Option<String>, StoreError> {
        if let Some(why) = self.why_not_account(db, account).await? {
            return Ok(Some(why));
        }
        Ok(self.why_not_policy(policy))
    }

    /// Why the run has not judged by `policy`, where that is so.
    pub(crate) fn why_not_policy(&self, policy: &PolicyId) -> Option<String> {
        let run = self.run.as_ref()?;
        if self.policies.contains(policy) {
            return None;
        }
        let why = if run.selection.policies.is_empty() { "is disabled or gone" } else { "was not selected" };
        Some(format!("policy `{policy}` {why} in run {}", run.number))
    }

    /// Why the run has not read `account`, where that is so.
    pub(crate) async fn why_not_account(
        &mut self,
        db: &mut Db,
        account: AccountId,
    ) -> Result<Option<String>, StoreError> {
        let Some(run) = &self.run else { return Ok(None) };
        if let Some(why) = self.accounts.get(&account) {
            return Ok(why.clone());
        }
        let sql = "SELECT outcome, reason FROM run_accounts WHERE account = $1 AND run = $2";
        let row = values![account.to_string(), run.number.cast_signed()];
        let found = db.first(sql, &row, |row| Ok((row.word::<AccountOutcome>(0)?, row.optional_text(1)?))).await?;
        let number = run.number;
        let why = match found {
            Some((AccountOutcome::Scanned, _)) => None,
            Some((AccountOutcome::Failed, reason)) => {
                Some(format!("account {account} could not be read in run {number}: {}", reason.unwrap_or_default()))
            }
            Some((AccountOutcome::Skipped, reason)) => {
                Some(format!("account {account} was skipped in run {number}: {}", reason.unwrap_or_default()))
            }
            None if run.selection.accounts.is_empty() && run.selection.ous.is_empty() => {
                Some(format!("account {account} was not listed in run {number}"))
            }
            None => Some(format!("account {account} was not selected in run {number}")),
        };
        self.accounts.insert(account, why.clone());
        Ok(why)
    }
}
