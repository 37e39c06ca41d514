//! Removes what is old and what nothing that is open needs.

use jiff::Timestamp;
use keysweep_model::Pruned;

use crate::{
    Store, StoreError,
    db::{Db, Value, values},
    store::lock,
};

/// Resolved findings that were closed before the first value.
const FINDINGS: &str = "closed_run IS NOT NULL AND closed_at < $1";

/// Complete and interrupted runs that began before the first value, that no finding or credential which stays was seen,
/// opened, closed or changed by, by which no account was read last, and that are not among the last two complete ones.
const RUNS: &str = "started_at < $1 AND status <> 'running' \
     AND number NOT IN (SELECT number FROM runs WHERE status = 'complete' ORDER BY number DESC LIMIT 2) \
     AND NOT EXISTS (SELECT 1 FROM accounts WHERE read_run = runs.number OR left_run = runs.number) \
     AND number NOT IN (SELECT run FROM changes) \
     AND number NOT IN (SELECT seen_run FROM findings WHERE seen_run IS NOT NULL) \
     AND number NOT IN (SELECT first_run FROM credentials WHERE gone_run IS NULL)";

/// Runs whose accounts stay, one by one: those since the first value, the last two complete ones, and those from which it
/// follows when findings were seen last. Of the others the counts are enough.
const DETAILED: &str = "started_at >= $1 OR status = 'running' \
     OR number IN (SELECT number FROM runs WHERE status = 'complete' ORDER BY number DESC LIMIT 2) \
     OR number IN (SELECT read_run FROM accounts WHERE read_run IS NOT NULL) \
     OR number IN (SELECT max(rp.run) FROM run_policies rp JOIN policies p ON p.number = rp.policy GROUP BY p.id)";

impl Store {
    /// Removes the findings that were resolved before a time, the credentials that were gone by then, and the runs before it
    /// that nothing which stays refers to; or says how many that would be. All that an open finding needs stays.
    ///
    /// # Errors
    /// When another process records, or the store cannot be written to. Then nothing is removed.
    pub fn prune(&mut self, before: Timestamp, dry_run: bool) -> Result<Pruned, StoreError> {
        let Self { db, waiting, options } = self;
        waiting.wait(async {
            lock(db, options).await?;
            let pruned = transaction(db, before, dry_run).await;
            if let (Ok(_), false) = (&pruned, dry_run) {
                db.compact().await?;
            }
            db.unlock().await?;
            pruned
        })
    }
}

async fn transaction(db: &mut Db, before: Timestamp, dry_run: bool) -> Result<Pruned, StoreError> {
    db.begin().await?;
    let pruned = prune(db, &values![before.as_millisecond()]).await;
    match &pruned {
        Ok(_) if !dry_run => db.commit().await?,
        Ok(_) | Err(_) => db.roll_back().await,
    }
    pruned
}

async fn prune(db: &mut Db, before: &[Value]) -> Result<Pruned, StoreError> {
    let changes = format!("DELETE FROM changes WHERE finding IN (SELECT number FROM findings WHERE {FINDINGS})");
    let changes = db.run_made(changes, before).await?;
    let findings = db.run_made(format!("DELETE FROM findings WHERE {FINDINGS}"), before).await?;
    let credentials = db.run("DELETE FROM credentials WHERE gone_run IS NOT NULL AND gone_at < $1", before).await?;
    let runs = db.run_made(format!("DELETE FROM runs WHERE {RUNS}"), before).await?;
    db.run_made(
        format!("DELETE FROM run_accounts WHERE run NOT IN (SELECT number FROM runs WHERE {DETAILED})"),
        before,
    )
    .await?;
    db.run("DELETE FROM run_policies WHERE run NOT IN (SELECT number FROM runs)", &[]).await?;
    let unused = "DELETE FROM policies WHERE number NOT IN (SELECT policy FROM run_policies) \
                  AND number NOT IN (SELECT policy FROM findings)";
    db.run(unused, &[]).await?;
    Ok(Pruned { runs, findings, changes, credentials })
}
