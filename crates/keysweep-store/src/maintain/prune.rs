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
     AND number NOT IN (SELECT first_run FROM credentials WHERE gone_run IS NULL) \
     AND number NOT IN (SELECT run FROM last_seen)";

/// The newest complete runs that have read an account and judged by a policy which the newest run that has read the account
/// did not judge by: from them it follows when its open findings were seen last.
const LAST_SEEN: &str = "CREATE TEMPORARY TABLE last_seen AS SELECT DISTINCT max(s.run) AS run FROM \
     (SELECT DISTINCT f.account, p.id FROM findings f JOIN policies p ON p.number = f.policy \
     JOIN accounts a ON a.id = f.account WHERE f.closed_run IS NULL AND f.seen_run IS NULL AND NOT EXISTS \
     (SELECT 1 FROM run_policies rp JOIN policies q ON q.number = rp.policy WHERE rp.run = a.read_run AND q.id = p.id)) o \
     JOIN policies p ON p.id = o.id JOIN run_policies rp ON rp.policy = p.number \
     JOIN run_accounts s ON s.run = rp.run AND s.account = o.account AND s.outcome = 'scanned' \
     JOIN runs r ON r.number = s.run AND r.status = 'complete' GROUP BY o.account, o.id";

/// Runs whose accounts stay, one by one: those since the first value, the last two complete ones, and those from which it
/// follows when findings were seen last. Of the others the counts are enough.
const DETAILED: &str = "started_at >= $1 OR status = 'running' \
     OR number IN (SELECT number FROM runs WHERE status = 'complete' ORDER BY number DESC LIMIT 2) \
     OR number IN (SELECT read_run FROM accounts WHERE read_run IS NOT NULL) \
     OR number IN (SELECT run FROM last_seen)";

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
    db.run(LAST_SEEN, &[]).await?;
    let runs = db.run_made(format!("DELETE FROM runs WHERE {RUNS}"), before).await?;
    db.run_made(
        format!("DELETE FROM run_accounts WHERE run NOT IN (SELECT number FROM runs WHERE {DETAILED})"),
        before,
    )
    .await?;
    db.run("DROP TABLE last_seen", &[]).await?;
    db.run("DELETE FROM run_policies WHERE run NOT IN (SELECT number FROM runs)", &[]).await?;
    let unused = "DELETE FROM policies WHERE number NOT IN (SELECT policy FROM run_policies) \
                  AND number NOT IN (SELECT policy FROM findings)";
    db.run(unused, &[]).await?;
    Ok(Pruned { runs, findings, changes, credentials })
}
