//! Runs.

use std::{collections::BTreeMap, fmt, str::FromStr};

use keysweep_model::{AccountOutcome, RecordedAccount, RecordedPolicy, RecordedRun, RunDetail, RunResult, RunStatus};

use crate::{
    Store, StoreError,
    db::{Db, Row, Value, values},
};

/// What a user calls a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunName {
    /// Its number in the store.
    Number(u64),
    /// Its id, or the beginning of it that no other run has.
    Id(String),
}

/// A text that names no run.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not the number of a run, nor the beginning of its id")]
pub struct RunNameError(String);

impl FromStr for RunName {
    type Err = RunNameError;

    /// Numbers of up to seven digits are numbers of runs: the ids of runs begin with eight digits.
    fn from_str(text: &str) -> Result<Self, RunNameError> {
        let is_id = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
        match text.parse() {
            Ok(number) if text.len() <= 7 => Ok(Self::Number(number)),
            _ if !text.is_empty() && is_id(text) => Ok(Self::Id(text.to_ascii_lowercase())),
            _ => Err(RunNameError(text.to_owned())),
        }
    }
}

impl fmt::Display for RunName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(out),
            Self::Id(id) => out.write_str(id),
        }
    }
}

const RUN: &str = "SELECT number, id, status, source, version, started_at, finished_at, as_of, organization_id, \
     management_account, aws_partition, process, selection, result FROM runs ";

impl Store {
    /// The runs, the newest first, those included that were interrupted or are being recorded.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs(&mut self, limit: Option<u64>) -> Result<Vec<RecordedRun>, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            let sql = format!("{RUN} ORDER BY number DESC LIMIT $1");
            let limit = limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(i64::MAX);
            let runs = db.rows(&sql, &values![limit], of).await?;
            with_accounts(db, runs).await
        })
    }

    /// The newest complete run.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn newest_complete(&mut self) -> Result<Option<RecordedRun>, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            match newest_complete(db).await? {
                Some(number) => by_number(db, number).await,
                None => Ok(None),
            }
        })
    }

    /// A run with its accounts and policies.
    ///
    /// # Errors
    /// When the store has no run of this name, or several that it may mean; or when the store cannot be read.
    pub fn run(&mut self, name: &RunName) -> Result<RunDetail, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            let run = named(db, name, false).await?;
            detail(db, run).await
        })
    }
}

/// The number of the newest complete run.
pub(crate) async fn newest_complete(db: &mut Db) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT max(number) FROM runs WHERE status = 'complete'";
    Ok(db.first(sql, &[], |row| row.optional_int(0)).await?.flatten())
}

/// The run with this number.
pub(crate) async fn by_number(db: &mut Db, number: i64) -> Result<Option<RecordedRun>, StoreError> {
    let sql = format!("{RUN} WHERE number = $1");
    let runs = db.rows(&sql, &values![number], of).await?;
    Ok(with_accounts(db, runs).await?.pop())
}

/// The run that `name` means, among the complete ones or all.
pub(crate) async fn named(db: &mut Db, name: &RunName, is_complete: bool) -> Result<RecordedRun, StoreError> {
    let only = if is_complete { "AND status = 'complete'" } else { "" };
    let (sql, value) = match name {
        RunName::Number(number) => {
            (format!("{RUN} WHERE number = $1 {only}"), Value::from(i64::try_from(*number).unwrap_or(i64::MAX)))
        }
        RunName::Id(id) => {
            (format!("{RUN} WHERE substr(id, 1, length($1)) = $1 {only} LIMIT 2"), Value::from(id.as_str()))
        }
    };
    let runs = db.rows(&sql, &[value], of).await?;
    if runs.len() > 1 {
        return Err(StoreError::Ambiguous { name: name.to_string(), what: "runs" });
    }
    let run = with_accounts(db, runs).await?.pop();
    run.ok_or_else(|| StoreError::NoSuchRun { place: db.place().to_string(), name: name.to_string(), is_complete })
}

fn of(row: &Row) -> Result<RecordedRun, sqlx::Error> {
    Ok(RecordedRun {
        number: row.int(0)?.cast_unsigned(),
        id: row.text(1)?,
        status: row.word(2)?,
        source: row.word(3)?,
        version: row.text(4)?,
        started_at: row.time(5)?,
        finished_at: row.optional_time(6)?,
        as_of: row.time(7)?,
        organization_id: row.optional_text(8)?,
        management_account_id: row.optional_word(9)?,
        partition: row.word(10)?,
        process: row.text(11)?,
        selection: row.json(12)?,
        accounts: BTreeMap::new(),
        result: row.optional_json::<RunResult>(13)?,
    })
}

/// Counts the accounts of the runs: of those that are not complete, as far as they came.
async fn with_accounts(db: &mut Db, mut runs: Vec<RecordedRun>) -> Result<Vec<RecordedRun>, StoreError> {
    for run in &mut runs {
        // The process that was recording it may have ended without a word.
        if run.status == RunStatus::Running && !db.is_held().await? {
            run.status = RunStatus::Interrupted;
        }
        match &run.result {
            Some(result) => run.accounts.clone_from(&result.accounts),
            None => {
                let sql = "SELECT outcome, count(*) FROM run_accounts WHERE run = $1 GROUP BY outcome";
                let number = values![run.number.cast_signed()];
                let counted = db.rows(sql, &number, |row| Ok((row.word(0)?, row.int(1)?.cast_unsigned()))).await?;
                run.accounts = counted.into_iter().collect();
            }
        }
    }
    Ok(runs)
}

async fn detail(db: &mut Db, run: RecordedRun) -> Result<RunDetail, StoreError> {
    let number = values![run.number.cast_signed()];
    let sql = "SELECT account, name, outcome, step, reason FROM run_accounts WHERE run = $1 AND outcome <> 'scanned' \
               ORDER BY outcome, account";
    let mut gaps = db
        .rows(sql, &number, |row| {
            Ok(RecordedAccount {
                account_id: Some(row.word(0)?),
                account_name: row.optional_text(1)?.unwrap_or_default(),
                outcome: row.word(2)?,
                gap: Some((row.word(3)?, row.text(4)?)),
            })
        })
        .await?;
    let unlisted = run.result.iter().flat_map(|result| &result.unlisted);
    gaps.extend(unlisted.map(|gap| RecordedAccount {
        account_id: None,
        account_name: gap.account_name.clone(),
        outcome: AccountOutcome::Failed,
        gap: Some((gap.step, gap.reason.clone())),
    }));
    gaps.sort_by_key(|gap| (gap.outcome, gap.account_id.is_none(), gap.account_id));
    let sql = "SELECT p.id, p.title, p.severity, p.params FROM run_policies rp JOIN policies p ON p.number = rp.policy \
               WHERE rp.run = $1 ORDER BY p.id";
    let policies = db
        .rows(sql, &number, |row| {
            Ok(RecordedPolicy { id: row.word(0)?, title: row.text(1)?, severity: row.word(2)?, params: row.json(3)? })
        })
        .await?;
    Ok(RunDetail { run, gaps, policies })
}
