//! When findings were reported last. That is not written with every run: it follows from the runs that have read the account
//! and judged by the policy.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use jiff::Timestamp;
use keysweep_model::{Moment, PolicyId};

use super::{findings::Step, policies::RunPolicies};
use crate::{
    StoreError,
    db::{Db, values},
};

/// What was looked up so far.
#[derive(Debug, Default)]
pub(crate) struct LastSeen {
    /// The policies of each run.
    policies: HashMap<u64, HashSet<PolicyId>>,
    times: HashMap<u64, Timestamp>,
    slow: HashMap<(String, PolicyId), Option<Moment>>,
}

impl LastSeen {
    /// Looks up when the findings of `account` were reported last that are about to be closed, or marked as not judged.
    pub(crate) async fn fill(
        &mut self,
        db: &mut Db,
        account: &str,
        read: Option<u64>,
        steps: &mut [Step],
        policies: &RunPolicies,
    ) -> Result<(), StoreError> {
        for state in steps.iter_mut().filter_map(Step::unseen) {
            let Some(id) = policies.id_of(state.policy) else { continue };
            let moment = self.moment(db, account, read, id).await?;
            state.seen = moment.map(|moment| (moment.run.cast_signed(), moment.at.as_millisecond()));
        }
        Ok(())
    }

    /// The newest complete run that has read `account`, last by `read`, and judged by `policy`.
    pub(crate) async fn moment(
        &mut self,
        db: &mut Db,
        account: &str,
        read: Option<u64>,
        policy: &PolicyId,
    ) -> Result<Option<Moment>, StoreError> {
        let Some(read) = read else { return Ok(None) };
        if self.policies_of(db, read).await?.contains(policy) {
            let at = self.time_of(db, read).await?;
            return Ok(Some(Moment { run: read, at }));
        }
        let key = (account.to_owned(), policy.clone());
        if let Some(found) = self.slow.get(&key) {
            return Ok(*found);
        }
        let sql = "SELECT r.number, r.started_at FROM runs r \
                   JOIN run_accounts a ON a.run = r.number AND a.account = $1 AND a.outcome = 'scanned' \
                   WHERE r.status = 'complete' AND r.number IN \
                   (SELECT rp.run FROM run_policies rp JOIN policies p ON p.number = rp.policy WHERE p.id = $2) \
                   ORDER BY r.number DESC LIMIT 1";
        let found = db
            .first(sql, &values![account, policy.as_str()], |row| {
                Ok(Moment { run: row.int(0)?.cast_unsigned(), at: row.time(1)? })
            })
            .await?;
        self.slow.insert(key, found);
        Ok(found)
    }

    /// The policies that a run has judged by.
    pub(crate) async fn policies_of(&mut self, db: &mut Db, run: u64) -> Result<&HashSet<PolicyId>, StoreError> {
        if let Entry::Vacant(entry) = self.policies.entry(run) {
            let sql = "SELECT p.id FROM run_policies rp JOIN policies p ON p.number = rp.policy WHERE rp.run = $1";
            let ids = db.rows(sql, &values![run.cast_signed()], |row| row.word(0)).await?;
            entry.insert(ids.into_iter().collect());
        }
        Ok(self.policies.entry(run).or_default())
    }

    async fn time_of(&mut self, db: &mut Db, run: u64) -> Result<Timestamp, StoreError> {
        if let Some(at) = self.times.get(&run) {
            return Ok(*at);
        }
        let sql = "SELECT started_at FROM runs WHERE number = $1";
        let at = db.first(sql, &values![run.cast_signed()], |row| row.time(0)).await?.unwrap_or_default();
        self.times.insert(run, at);
        Ok(at)
    }
}
