//! Writes a complete run: all that differs, in one transaction.

use std::collections::{BTreeMap, HashMap};

use keysweep_model::{
    AccountGap, AccountOutcome, ChangeKind, RecordedRun, RunResult, RunStatus, ScanResult, Severity, Standing, Status,
};

use super::{
    LastSeen, Recorder,
    credentials::CredentialStep,
    findings::{self, Changed, Step},
    known::{self, CredentialState},
    pending::AccountSteps,
    policies::RunPolicies,
    state::State,
    trend::Month,
};
use crate::{
    StoreError,
    db::{Db, Value, values},
    query,
};

/// So many rows are sent to the database at a time.
const BATCH: usize = 5_000;

/// Why the findings of an account are closed that is no longer in the organization.
const LEFT: &str = "the account has left the organization";

/// What never changes of a finding.
const FIXED: &[&str] = &["number", "id", "account", "resource_type", "first_severity", "first_run", "first_at"];

/// What may change of a finding.
const STATE: &[&str] = &[
    "policy",
    "user_name",
    "resource_id",
    "resource_arn",
    "owner",
    "status",
    "severity",
    "exempted_by",
    "exempted_until",
    "opened_run",
    "opened_at",
    "seen_run",
    "seen_at",
    "not_judged",
    "closed_run",
    "closed_at",
    "closed_reason",
];
const CHANGE: &[&str] = &[
    "finding",
    "run",
    "at",
    "kind",
    "status_before",
    "severity_before",
    "exempted_before",
    "status",
    "severity",
    "exempted_by",
    "reason",
];

/// What never changes of a credential.
const CREDENTIAL: &[&str] = &["number", "account", "user_name", "resource_type", "first_run", "first_at"];

/// What may change of a credential.
const CREDENTIAL_STATE: &[&str] =
    &["id", "status", "created_at", "used", "used_at", "used_service", "used_region", "origin"];

/// A run that is being written.
struct Writing<'a> {
    db: &'a mut Db,
    run: i64,
    at: i64,
    next_finding: i64,
    next_credential: i64,
    /// The rows that wait, by table.
    findings: Vec<Vec<Value>>,
    finding_updates: Vec<Vec<Value>>,
    changes: Vec<Vec<Value>>,
    credentials: Vec<Vec<Value>>,
    credential_updates: Vec<Vec<Value>>,
    gone: Vec<Vec<Value>>,
    messages: Vec<Vec<Value>>,
    message_updates: Vec<Vec<Value>>,
    accounts: Vec<Vec<Value>>,
    counts: BTreeMap<ChangeKind, u64>,
    new_violations: BTreeMap<Severity, u64>,
    month: Month,
    /// Where the accounts are that have been written.
    ous: HashMap<String, Option<String>>,
}

impl Recorder {
    /// Writes the run, unless an earlier try has done so and only its answer was lost.
    pub(super) async fn apply(&mut self, result: &ScanResult) -> Result<RecordedRun, StoreError> {
        if super::status(&mut self.store.db, self.number).await? != Some(RunStatus::Complete) {
            self.store.db.begin().await?;
            self.write(result).await?;
            self.store.db.commit().await?;
        }
        let place = self.store.db.place().to_string();
        if !self.store.db.is_there() {
            return Err(StoreError::Replaced { place });
        }
        let run = query::run::by_number(&mut self.store.db, self.number).await?;
        run.ok_or_else(|| StoreError::Damaged { place, why: "the run that was written is not there".to_owned() })
    }

    async fn write(&mut self, result: &ScanResult) -> Result<(), StoreError> {
        let mut writing = Writing::new(&mut self.store.db, self.number, self.run.started_at.as_millisecond()).await?;
        for account in self.pending.each().map_err(StoreError::Temporary)? {
            writing.account(account.map_err(StoreError::Temporary)?).await?;
        }
        writing.flush(1).await?;
        if let Some(listed) = &result.listed {
            let is_listed = |id: &str| id.parse().is_ok_and(|id| listed.contains(&id));
            writing.left(&mut self.last_seen, &self.policies, is_listed).await?;
            writing.flush(1).await?;
        }
        self.policies.write(writing.db, writing.run).await?;
        std::mem::take(&mut writing.month).write(writing.db, self.run.started_at).await?;
        if let Some(organization) = &self.run.organization_id {
            let sql = "UPDATE store SET organization_id = $1 WHERE organization_id IS NULL";
            writing.db.run(sql, &values![organization.as_str()]).await?;
        }
        writing.complete(result).await
    }
}

impl<'a> Writing<'a> {
    async fn new(db: &'a mut Db, run: i64, at: i64) -> Result<Self, StoreError> {
        let next_finding = db.number("SELECT max(number) FROM findings", &[]).await? + 1;
        let next_credential = db.number("SELECT max(number) FROM credentials", &[]).await? + 1;
        Ok(Self {
            db,
            run,
            at,
            next_finding,
            next_credential,
            findings: Vec::new(),
            finding_updates: Vec::new(),
            changes: Vec::new(),
            credentials: Vec::new(),
            credential_updates: Vec::new(),
            gone: Vec::new(),
            messages: Vec::new(),
            message_updates: Vec::new(),
            accounts: Vec::new(),
            counts: BTreeMap::new(),
            new_violations: BTreeMap::new(),
            month: Month::default(),
            ous: HashMap::new(),
        })
    }

    /// Marks the run as complete, with its counts, and the accounts that it has read.
    async fn complete(self, result: &ScanResult) -> Result<(), StoreError> {
        let finished_at = result.run.finished_at.as_millisecond().max(self.at);
        let read = "UPDATE accounts SET read_run = $1, read_at = $2, left_run = NULL \
                    WHERE id IN (SELECT account FROM run_accounts WHERE run = $1 AND outcome = $3)";
        self.db.run(read, &values![self.run, finished_at, AccountOutcome::Scanned.as_str()]).await?;
        let coverage = &result.coverage;
        let accounts = [
            (AccountOutcome::Scanned, coverage.scanned),
            (AccountOutcome::Failed, coverage.failed.len() as u64),
            (AccountOutcome::Skipped, coverage.skipped.len() as u64),
        ];
        let unlisted = |gap: &&AccountGap| gap.account_id.is_none();
        let stored = RunResult {
            accounts: accounts.into_iter().filter(|(_, number)| *number > 0).collect(),
            by_status: result.summary.by_status,
            by_severity: result.summary.by_severity.clone(),
            changes: self.counts,
            new_violations: self.new_violations,
            unlisted: coverage.failed.iter().filter(unlisted).cloned().collect(),
        };
        let stored = serde_json::to_string(&stored).unwrap_or_default();
        let done = "UPDATE runs SET status = 'complete', finished_at = $2, result = $3 WHERE number = $1";
        self.db.run(done, &values![self.run, finished_at, stored]).await.map(drop)
    }

    async fn account(&mut self, steps: AccountSteps) -> Result<(), StoreError> {
        let AccountSteps { account, place, is_new, findings, credentials, messages } = steps;
        self.place(&account, place, is_new).await?;
        for step in findings {
            self.finding(&account, step).await?;
        }
        for step in credentials {
            self.credential(&account, step);
        }
        if let Some(messages) = messages {
            let messages = serde_json::to_string(&messages).unwrap_or_default();
            let rows = if is_new { &mut self.messages } else { &mut self.message_updates };
            rows.push(values![account, messages].to_vec());
        }
        self.flush(BATCH).await
    }

    async fn place(
        &mut self,
        account: &str,
        place: Option<(String, Option<String>)>,
        is_new: bool,
    ) -> Result<(), StoreError> {
        let Some((name, ou_path)) = place else { return Ok(()) };
        if is_new {
            self.accounts.push(values![account, name, ou_path.as_deref()].to_vec());
        } else {
            let sql = "UPDATE accounts SET name = $2, ou_path = $3 WHERE id = $1";
            self.db.run(sql, &values![account, name, ou_path.as_deref()]).await?;
        }
        self.ous.insert(account.to_owned(), ou_path);
        Ok(())
    }

    /// Where an account is.
    async fn ou_path(&mut self, account: &str) -> Result<Option<String>, StoreError> {
        if !self.ous.contains_key(account) {
            let sql = "SELECT ou_path FROM accounts WHERE id = $1";
            let ou_path = self.db.first(sql, &values![account], |row| row.optional_text(0)).await?.flatten();
            self.ous.insert(account.to_owned(), ou_path);
        }
        Ok(self.ous.get(account).cloned().flatten())
    }

    async fn finding(&mut self, account: &str, step: Step) -> Result<(), StoreError> {
        let (number, change) = match step {
            Step::Add { id, resource_type, state, message } => {
                let number = self.next_finding;
                self.next_finding += 1;
                let severity = state.standing.severity.as_str();
                let fixed = values![number, id, account, resource_type.as_str(), severity, self.run, self.at];
                let after = Some(state.standing.clone());
                self.findings.push([&fixed[..], &row(state)].concat());
                (number, Some(Changed { kind: ChangeKind::New, before: None, after, reason: message }))
            }
            Step::Update { number, state, change } => {
                let is_resolved = change.as_ref().is_some_and(|change| change.kind == ChangeKind::Resolved);
                if is_resolved && state.standing.status == Status::Fail {
                    let ou_path = self.ou_path(account).await?;
                    self.month.resolve(ou_path.as_deref(), state.standing.severity, self.at - state.opened.1);
                }
                self.finding_updates.push([&values![number][..], &row(state)].concat());
                (number, change)
            }
        };
        if let Some(change) = change {
            self.change(number, change);
        }
        Ok(())
    }

    /// Keeps a change of a finding, and counts it.
    fn change(&mut self, number: i64, change: Changed) {
        let Changed { kind, before, after, reason } = change;
        *self.counts.entry(kind).or_default() += 1;
        let is_violation = |standing: &Option<Standing>| standing.as_ref().is_some_and(|it| it.status == Status::Fail);
        if let Some(after) = after.as_ref().filter(|_| is_violation(&after) && !is_violation(&before)) {
            *self.new_violations.entry(after.severity).or_default() += 1;
        }
        let parts = |standing: Option<Standing>| {
            let (status, severity) = standing.as_ref().map(|it| (it.status.as_str(), it.severity.as_str())).unzip();
            values![status, severity, standing.and_then(|it| it.exempted_by)]
        };
        let row =
            [&values![number, self.run, self.at, kind.as_str()][..], &parts(before), &parts(after), &values![reason]];
        self.changes.push(row.concat());
    }

    fn credential(&mut self, account: &str, step: CredentialStep) {
        match step {
            CredentialStep::Add { user_name, state } => {
                let number = self.next_credential;
                self.next_credential += 1;
                let fixed = values![number, account, user_name, state.kind.as_str(), self.run, self.at];
                self.credentials.push([&fixed[..], &credential_row(state)].concat());
            }
            CredentialStep::Update { number, state } => {
                self.credential_updates.push([&values![number][..], &credential_row(state)].concat());
            }
            CredentialStep::Remove { number } => self.gone.push(values![number, self.run, self.at].to_vec()),
        }
    }

    /// Closes the findings of accounts that are not in the organization any more.
    async fn left(
        &mut self,
        last_seen: &mut LastSeen,
        policies: &RunPolicies,
        is_listed: impl Fn(&str) -> bool,
    ) -> Result<(), StoreError> {
        let sql = "SELECT id, read_run FROM accounts WHERE left_run IS NULL";
        let known = self.db.rows(sql, &[], |row| Ok((row.text(0)?, row.optional_int(1)?))).await?;
        for (account, read) in known.into_iter().filter(|(id, _)| !is_listed(id)) {
            self.close_all(last_seen, policies, &account, read.map(i64::cast_unsigned)).await?;
            let sql = "UPDATE credentials SET gone_run = $2, gone_at = $3 WHERE account = $1 AND gone_run IS NULL";
            self.db.run(sql, &values![account.as_str(), self.run, self.at]).await?;
            let sql = "UPDATE accounts SET left_run = $2 WHERE id = $1";
            self.db.run(sql, &values![account.as_str(), self.run]).await?;
        }
        Ok(())
    }

    /// Closes the findings of an account that was read last by the run `read`.
    async fn close_all(
        &mut self,
        last_seen: &mut LastSeen,
        policies: &RunPolicies,
        account: &str,
        read: Option<u64>,
    ) -> Result<(), StoreError> {
        let open = known::open_findings(self.db, account).await?;
        let mut steps: Vec<_> = open.iter().map(|known| findings::resolve(known, (self.run, self.at), LEFT)).collect();
        last_seen.fill(self.db, account, read, &mut steps, policies).await?;
        for step in steps {
            // Nothing was mended, so that the month does not count it.
            if let Step::Update { number, state, change: Some(change) } = step {
                self.finding_updates.push([&values![number][..], &row(state)].concat());
                self.change(number, change);
            }
        }
        Ok(())
    }

    /// Sends the rows that wait, of each table where there are so many.
    async fn flush(&mut self, least: usize) -> Result<(), StoreError> {
        let new = [
            ("findings", &[FIXED, STATE].concat()[..], &mut self.findings),
            ("changes", CHANGE, &mut self.changes),
            ("credentials", &[CREDENTIAL, CREDENTIAL_STATE].concat()[..], &mut self.credentials),
            ("messages", &["account", "messages"][..], &mut self.messages),
            ("accounts", &["id", "name", "ou_path"][..], &mut self.accounts),
        ];
        for (table, columns, rows) in new {
            if rows.len() >= least {
                self.db.insert(table, columns, rows).await?;
                rows.clear();
            }
        }
        let changed = [
            ("findings", "number", STATE, &mut self.finding_updates),
            ("credentials", "number", CREDENTIAL_STATE, &mut self.credential_updates),
            ("credentials", "number", &["gone_run", "gone_at"][..], &mut self.gone),
            ("messages", "account", &["messages"][..], &mut self.message_updates),
        ];
        for (table, key, columns, rows) in changed {
            if rows.len() >= least {
                self.db.update(table, key, columns, rows).await?;
                rows.clear();
            }
        }
        Ok(())
    }
}

/// The columns of [`STATE`].
fn row(state: State) -> Vec<Value> {
    let State { standing, opened, seen, closed, .. } = state;
    let (seen_run, seen_at) = seen.unzip();
    let (closed, closed_reason) = closed.unzip();
    let (closed_run, closed_at) = closed.unzip();
    values![
        state.policy,
        state.user_name,
        state.resource_id,
        state.resource_arn,
        state.owner,
        standing.status.as_str(),
        standing.severity.as_str(),
        standing.exempted_by,
        state.exempted_until,
        opened.0,
        opened.1,
        seen_run,
        seen_at,
        state.not_judged,
        closed_run,
        closed_at,
        closed_reason,
    ]
    .to_vec()
}

/// The columns of [`CREDENTIAL_STATE`].
fn credential_row(state: CredentialState) -> Vec<Value> {
    let CredentialState { kind: _, id, status, created_at, used, used_at, used_service, used_region, origin } = state;
    values![id, status, created_at, used, used_at, used_service, used_region, origin].to_vec()
}
