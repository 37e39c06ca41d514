//! Records a run: each account as it is done, and all of it once the run is complete.

mod apply;
mod credentials;
mod findings;
mod known;
mod last_seen;
mod pending;
mod policies;
mod state;
mod trend;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    time::Duration,
};

use jiff::Timestamp;
use keysweep_model::{
    Account, AccountFacts, AccountGap, AccountId, AccountOutcome, Finding, Moment, Partition, PolicyId, PolicySummary,
    RecordedRun, RunSelection, RunSource, RunStatus, ScanResult, Status, UserName,
};

use self::{
    known::KnownAccount,
    pending::{AccountSteps, Pending},
    policies::RunPolicies,
};
pub(crate) use self::{last_seen::LastSeen, trend::Histogram};
use crate::{
    Access, Store, StoreError,
    db::{Db, Value, values},
    query,
    store::lock,
};

/// A run that begins.
#[derive(Debug, Clone)]
pub struct NewRun {
    /// Its id.
    pub id: String,
    /// What is judged.
    pub source: RunSource,
    /// The version of Keysweep.
    pub version: String,
    /// When what is judged began to be read.
    pub started_at: Timestamp,
    /// The time as of which is judged.
    pub as_of: Timestamp,
    /// The organization; none where the accounts come from a file.
    pub organization_id: Option<String>,
    /// The organization's management account.
    pub management_account_id: Option<AccountId>,
    /// The partition.
    pub partition: Partition,
    /// What it is narrowed to.
    pub selection: RunSelection,
    /// The policies that it judges by.
    pub policies: Vec<PolicySummary>,
    /// The tag of users that says who answers for them, whatever the case of its letters.
    pub owner_tag: String,
}

/// An account that was read.
#[derive(Debug, Clone, Copy)]
pub struct ScannedFacts<'a> {
    /// The account.
    pub account: &'a Account,
    /// All that was read in it.
    pub facts: &'a AccountFacts,
    /// The verdicts that rest on its credential report, by user and policy; without a user for the account itself.
    pub by_report: &'a BTreeSet<(Option<UserName>, PolicyId)>,
}

/// A run that is being recorded.
pub struct Recorder {
    store: Store,
    run: NewRun,
    number: i64,
    /// The newest complete run before it.
    previous: Option<RecordedRun>,
    policies: RunPolicies,
    last_seen: LastSeen,
    pending: Pending,
    /// The rows of accounts that are done and not written yet.
    done: Vec<Vec<Value>>,
    /// Whether the connection was cut, and the store could not be had again: then it is not this process that changes it.
    is_lost: bool,
}

/// So many accounts are written at a time, while a run goes on.
const ACCOUNTS: usize = 50;

/// The columns of an account of a run.
const ACCOUNT_COLUMNS: &[&str] = &["account", "run", "outcome", "name", "step", "reason"];

impl Recorder {
    /// Begins to record `run` in `store`, as the only process that does so. `temporary` is an empty file, which holds what is
    /// to be written. A run that was being recorded and did not end is marked as interrupted.
    ///
    /// # Errors
    /// When another process is recording and does not end in time, when the store is of another organization, or when an
    /// inventory is older than the newest run.
    pub fn begin(mut store: Store, run: NewRun, temporary: File) -> Result<Self, StoreError> {
        let Store { db, waiting, options } = &mut store;
        let (number, previous, policies) = waiting.wait(async {
            lock(db, options).await?;
            let begun = begin(db, &run, &options.process).await;
            if begun.is_err() {
                db.roll_back().await;
                db.unlock().await.ok();
            }
            begun
        })?;
        Ok(Self {
            store,
            run,
            number,
            previous,
            policies,
            last_seen: LastSeen::default(),
            pending: Pending::new(temporary),
            done: Vec::new(),
            is_lost: false,
        })
    }

    /// The newest complete run before this one: what it is compared with.
    #[must_use]
    pub fn previous(&self) -> Option<&RecordedRun> {
        self.previous.as_ref()
    }

    /// Takes an account that was read, with all of its findings, and notes on each how it stands in the history.
    ///
    /// # Errors
    /// When the store cannot be read, also not over a new connection, or the temporary file cannot be written.
    pub fn scanned(&mut self, scanned: ScannedFacts<'_>, findings: &mut [Finding]) -> Result<(), StoreError> {
        let steps = self.with_store(async |recorder| recorder.compare(scanned, findings).await)?;
        self.pending.add(&steps).map_err(StoreError::Temporary)?;
        let id = scanned.account.id.to_string();
        self.done.push(
            values![id, self.number, AccountOutcome::Scanned.as_str(), None::<&str>, None::<&str>, None::<&str>]
                .to_vec(),
        );
        self.write_done(ACCOUNTS)
    }

    /// Takes an account that was not read.
    ///
    /// # Errors
    /// When the store cannot be written to.
    pub fn not_scanned(&mut self, outcome: AccountOutcome, gap: &AccountGap) -> Result<(), StoreError> {
        // What is about no account is part of the result.
        let Some(id) = gap.account_id else { return Ok(()) };
        let (name, step, reason) = (gap.account_name.as_str(), gap.step.as_str(), gap.reason.as_str());
        self.done.push(values![id.to_string(), self.number, outcome.as_str(), name, step, reason].to_vec());
        self.write_done(ACCOUNTS)
    }

    /// Writes all that differs, and makes the run part of the history. Gives the run as it is recorded.
    ///
    /// # Errors
    /// When the store cannot be written to. Then the history is as it was before the run, which is marked as interrupted.
    pub fn finish(mut self, result: &ScanResult) -> Result<(Store, RecordedRun), StoreError> {
        let written = self.write_done(1).and_then(|()| self.with_store(async |recorder| recorder.apply(result).await));
        match written {
            Ok(run) => {
                // The run is recorded now. Where this fails the connection is cut, and the lock has gone with it.
                self.with_store(async |recorder| recorder.store.db.unlock().await).ok();
                Ok((self.store, run))
            }
            Err(error) => {
                self.interrupt();
                Err(error)
            }
        }
    }

    /// Gives the run up: it is kept as interrupted, with the accounts that were done.
    pub fn interrupt(mut self) {
        // Where this cannot be written, the next process that records does it.
        if self.is_lost {
            return;
        }
        self.write_done(1).ok();
        let number = self.number;
        let Store { db, waiting, .. } = &mut self.store;
        waiting.wait(async {
            db.roll_back().await;
            let sql = "UPDATE runs SET status = 'interrupted' WHERE number = $1 AND status = 'running'";
            db.run(sql, &values![number]).await.ok();
            db.unlock().await.ok();
        });
    }

    /// Writes the accounts that are done, where there are so many.
    fn write_done(&mut self, least: usize) -> Result<(), StoreError> {
        if self.done.len() < least {
            return Ok(());
        }
        self.with_store(async |recorder| {
            // A statement of its own each time, which is whole or not there; after a cut connection it may be there already.
            let first = recorder.done.first().map(|row| row[0].clone());
            let sql = "SELECT count(*) FROM run_accounts WHERE run = $1 AND account = $2";
            let number = Value::from(recorder.number);
            let db = &mut recorder.store.db;
            if let Some(first) = first
                && db.number(sql, &[number, first]).await? == 0
            {
                db.begin().await?;
                db.insert("run_accounts", ACCOUNT_COLUMNS, &recorder.done).await?;
                db.commit().await?;
            }
            Ok(())
        })?;
        self.done.clear();
        Ok(())
    }

    /// Does `work`, and once more over a new connection where the server could not be reached.
    fn with_store<T>(
        &mut self,
        mut work: impl AsyncFnMut(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        // The runtime is taken out, so that the work may have all the rest.
        let waiting = std::mem::replace(&mut self.store.waiting, crate::store::Waiting::none());
        let done = waiting.wait(async {
            match work(self).await {
                Err(StoreError::Unreachable { .. }) if !self.store.db.is_sqlite() && !self.is_lost => {
                    self.is_lost = true;
                    self.reconnect().await?;
                    self.is_lost = false;
                    work(self).await
                }
                done => {
                    if done.is_err() {
                        self.store.db.roll_back().await;
                    }
                    done
                }
            }
        });
        self.store.waiting = waiting;
        done
    }

    /// Connects again, for as long as another process would be waited for, and becomes the one that records again.
    async fn reconnect(&mut self) -> Result<(), StoreError> {
        let Store { db, options, .. } = &mut self.store;
        let place = db.place().clone();
        tracing::warn!(store = %place, "lost the connection: connecting again");
        let mut connected = Db::connect(&place, Access::Write, options.timeout).await;
        let again = async {
            while connected.is_err() {
                tokio::time::sleep(Duration::from_secs(1)).await;
                connected = Db::connect(&place, Access::Write, options.timeout).await;
            }
        };
        // Where it is not there in time, the last error says why.
        tokio::time::timeout(options.timeout, again).await.ok();
        *db = connected?;
        lock(db, options).await?;
        let newest = query::run::newest_complete(db).await?;
        let status = status(db, self.number).await?;
        // Another process that has the lock marks this run as interrupted.
        let is_ours = match status {
            Some(RunStatus::Running) => newest == self.previous.as_ref().map(|previous| previous.number.cast_signed()),
            Some(RunStatus::Complete) => newest == Some(self.number),
            Some(RunStatus::Interrupted) | None => false,
        };
        if is_ours { Ok(()) } else { Err(StoreError::Overtaken { place: place.to_string() }) }
    }

    /// Compares an account with what the store holds.
    async fn compare(
        &mut self,
        scanned: ScannedFacts<'_>,
        findings: &mut [Finding],
    ) -> Result<AccountSteps, StoreError> {
        let ScannedFacts { account, facts, by_report } = scanned;
        let db = &mut self.store.db;
        let id = account.id.to_string();
        let before = known::account(db, &id).await?;
        let is_new = before.place.is_none();
        let KnownAccount { place: known_place, read, has_left, findings: mut known, credentials: held, messages: said } =
            before;
        if !is_new {
            let open: BTreeSet<String> = known.iter().map(|known| known.id.clone()).collect();
            for finding in findings.iter().filter(|finding| !open.contains(finding.id.as_str())) {
                known.extend(known::closed_finding(db, finding.id.as_str()).await?);
            }
        }
        let is_undecided = |status: Status| matches!(status, Status::Unknown | Status::Error);
        let open: HashMap<String, bool> = known
            .iter()
            .filter(|known| !known.is_closed())
            .map(|known| (known.id.clone(), !is_undecided(known.standing().status)))
            .collect();
        let read_at = read.map(|read| read.at);
        let judged = findings::Judged {
            run: Moment { run: self.number.cast_unsigned(), at: self.run.started_at },
            policies: &self.policies,
            facts,
            by_report,
            read_at,
            owner_tag: &self.run.owner_tag,
        };
        let mut steps = findings::compare(&judged, findings, known);
        let credentials = credentials::compare(facts, held, read_at);
        let read = read.map(|read| read.run);
        self.last_seen.fill(db, &id, read, &mut steps, &self.policies).await?;
        // What was said of findings that are not reported, or not as they stand, stays until they are resolved.
        let mut messages: BTreeMap<_, _> =
            open.keys().filter_map(|id| Some((id.clone(), said.get(id)?.clone()))).collect();
        for finding in &*findings {
            let is_decided = open.get(finding.id.as_str()).copied().unwrap_or(false);
            if !(is_decided && is_undecided(finding.status)) {
                messages.insert(finding.id.to_string(), finding.message.clone());
            }
        }
        let place = (account.name.clone(), account.ou_path.value().cloned().or_else(|| known_place.clone()?.1));
        Ok(AccountSteps {
            account: id,
            place: (known_place.as_ref() != Some(&place) || has_left).then_some(place),
            is_new,
            findings: steps,
            credentials,
            // Of each account there is a row, which is changed from then on.
            messages: (is_new || messages != said).then_some(messages),
        })
    }
}

/// Checks that the run belongs into the store, and writes that it has begun.
async fn begin(
    db: &mut Db,
    run: &NewRun,
    process: &str,
) -> Result<(i64, Option<RecordedRun>, RunPolicies), StoreError> {
    let place = db.place().to_string();
    let stored = db.first("SELECT organization_id FROM store", &[], |row| row.optional_text(0)).await?.flatten();
    if let (Some(stored), Some(found)) = (stored, run.organization_id.clone())
        && stored != found
    {
        return Err(StoreError::OtherOrganization { place, stored, found });
    }
    let previous = match query::run::newest_complete(db).await? {
        Some(number) => query::run::by_number(db, number).await?,
        None => None,
    };
    if run.source == RunSource::Inventory {
        let sql = "SELECT count(*) FROM runs WHERE status = 'complete' AND started_at > $1";
        if db.number(sql, &values![run.started_at.as_millisecond()]).await? > 0 {
            return Err(StoreError::TooOld { place });
        }
    }
    db.begin().await?;
    interrupt_all(db).await?;
    let number = db.number("SELECT max(number) FROM runs", &[]).await? + 1;
    let row = values![
        number,
        run.id.as_str(),
        RunStatus::Running.as_str(),
        run.source.as_str(),
        run.version.as_str(),
        run.started_at.as_millisecond(),
        run.as_of.as_millisecond(),
        run.organization_id.as_deref(),
        run.management_account_id.map(|id| id.to_string()),
        run.partition.as_str(),
        process,
        serde_json::to_string(&run.selection).unwrap_or_default(),
    ];
    db.run(
        "INSERT INTO runs (number, id, status, source, version, started_at, as_of, organization_id, management_account, \
         aws_partition, process, selection) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        &row,
    )
    .await?;
    db.commit().await?;
    let policies = RunPolicies::find(db, &run.policies).await?;
    Ok((number, previous, policies))
}

/// Marks every run that is being recorded as interrupted: the one process that records is this one.
async fn interrupt_all(db: &mut Db) -> Result<(), StoreError> {
    db.run("UPDATE runs SET status = 'interrupted' WHERE status = 'running'", &[]).await.map(drop)
}

async fn status(db: &mut Db, number: i64) -> Result<Option<RunStatus>, StoreError> {
    db.first("SELECT status FROM runs WHERE number = $1", &values![number], |row| row.word(0)).await
}
