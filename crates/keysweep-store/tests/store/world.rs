//! Small worlds: a night is a few lines, and is recorded as a scan would be.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountGap, AccountId, AccountOutcome, AccountState, ApiCalls, Coverage,
    CredentialStatus, Exempted, Facet, Fact, Finding, FindingFilter, FindingId, FindingStates, LastUsed, ParamValue,
    PolicyId, PolicySummary, RecordedRun, Remedy, Report, ResourceType, Run, RunSelection, RunSource, ScanResult,
    Severity, Status, Step, Summary, Unreadable, User, UserName,
};
#[cfg(feature = "postgres-tests")]
use sqlx::{Connection, PgConnection};

use keysweep_store::{Access, NewRun, Options, Place, Recorder, ScannedFacts, Store, StoreError};

/// A place for a store, which goes with it.
pub(crate) struct Home {
    pub(crate) place: Place,
    pub(crate) folder: tempfile::TempDir,
}

impl Home {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keysweep.db");
        Self { place: Place::parse(path.to_str().unwrap()).unwrap(), folder }
    }

    /// The store in a folder that is there.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let place = Place::parse(folder.join("keysweep.db").to_str().unwrap()).unwrap();
        Self { place, folder: tempfile::tempdir().unwrap() }
    }

    #[cfg(feature = "postgres-tests")]
    pub(crate) fn postgres() -> Self {
        Self::at(&crate::postgres_server::shared().fresh_database())
    }

    #[cfg(feature = "postgres-tests")]
    pub(crate) fn at(url: &str) -> Self {
        Self { place: Place::parse(url).unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    /// Removes all that was recorded, which is faster than another database.
    #[cfg(feature = "postgres-tests")]
    pub(crate) fn empty(&self) {
        self.try_open(Access::Write).unwrap().close().unwrap();
        let Place::Server(options) = &self.place else { panic!("{:?} is a file", self.place) };
        let tables = "SELECT string_agg('DELETE FROM keysweep.' || tablename, ';') FROM pg_tables \
                      WHERE schemaname = 'keysweep' AND tablename NOT IN ('store', '_sqlx_migrations')";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut connection = PgConnection::connect_with(options).await.unwrap();
            let tables: String = sqlx::query_scalar(tables).fetch_one(&mut connection).await.unwrap();
            let all = format!("{tables}; UPDATE keysweep.store SET organization_id = NULL");
            sqlx::raw_sql(sqlx::AssertSqlSafe(all)).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        });
    }

    pub(crate) fn try_open(&self, access: Access) -> Result<Store, StoreError> {
        Store::open(&self.place, access, options("1 on test"))
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open(Access::Read).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Records a night.
    pub(crate) fn record(&self, night: &Night) -> RecordedRun {
        self.try_record(night).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_record(&self, night: &Night) -> Result<RecordedRun, StoreError> {
        self.record_seen(night).map(|(run, _)| run)
    }

    /// Records a night, and gives its findings with how they stand in the history.
    pub(crate) fn record_seen(&self, night: &Night) -> Result<(RecordedRun, Vec<Finding>), StoreError> {
        let mut recorder = self.begin(night)?;
        let findings = night.give(&mut recorder)?;
        let (store, run) = recorder.finish(&night.result())?;
        store.close()?;
        Ok((run, findings))
    }

    pub(crate) fn begin(&self, night: &Night) -> Result<Recorder, StoreError> {
        let store = self.try_open(Access::Write)?;
        Recorder::begin(store, night.new_run(), tempfile::tempfile().unwrap())
    }

    /// Every finding with its changes, a line each.
    pub(crate) fn history(&self) -> String {
        let mut store = self.open();
        let filter = FindingFilter { states: FindingStates::All, ..FindingFilter::default() };
        let mut ids = Vec::new();
        let take = &mut |finding: keysweep_model::RecordedFinding| {
            ids.push((finding.account_id, finding.resource_id.clone(), finding.policy.clone(), finding.id.to_string()));
            Ok(())
        };
        store.findings(&filter, None, take).unwrap();
        ids.sort();
        let mut text = String::new();
        for (.., id) in ids {
            let history = store.finding(&id).unwrap();
            let it = &history.finding;
            let (account, key) = (it.account_id.to_string(), it.resource_id.as_deref().unwrap_or("-"));
            write!(text, "{} {key} {}: {} {} {}", &account[11..], it.policy, it.state(), it.status, it.severity)
                .unwrap();
            write!(text, ", seen {}-{}", it.first_seen.run, it.last_seen.run).unwrap();
            if let Some(why) = &it.not_judged {
                write!(text, ", not judged: {why}").unwrap();
            }
            text.push('\n');
            for change in history.changes {
                writeln!(text, "  {} {}: {}", change.moment.run, change.kind, change.reason).unwrap();
            }
        }
        text
    }

    /// What is wrong with the store.
    pub(crate) fn problems(&self) -> Vec<String> {
        self.open().check().unwrap()
    }
}

pub(crate) fn options(process: &str) -> Options {
    Options {
        process: process.to_owned(),
        // A server takes a moment to notice that a process is gone.
        timeout: Duration::from_secs(20),
        now: "2026-11-01T00:00:00Z".parse().unwrap(),
        new_id: "0193-store".to_owned(),
    }
}

/// What a policy says of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Says {
    Fail(Severity),
    Exempt,
    ExemptByPolicy,
    Unknown,
    Error,
}

/// What a night finds in an account.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    Scanned {
        users: Vec<Keys>,
        /// How old the credential report is, in hours, that the users rest on who have no findings; none where all was read
        /// live.
        report: Option<i64>,
    },
    /// The account was read, and its users could not be listed: then there is one finding on it for each policy.
    NoUsers,
    Failed,
    Skipped,
}

/// A user with its keys.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    pub(crate) user: String,
    pub(crate) owner: Option<String>,
    /// Each key with what policies say of it; a policy that is not named passes it.
    pub(crate) keys: Vec<(String, Vec<(String, Says)>)>,
    /// Whether the keys could not be listed: then there is one finding on the user for each policy.
    pub(crate) is_unlisted: bool,
}

/// One night's scan.
#[derive(Debug, Clone)]
pub(crate) struct Night {
    pub(crate) at: Timestamp,
    pub(crate) accounts: BTreeMap<u8, Found>,
    /// The policies with their limits.
    pub(crate) policies: BTreeMap<String, i64>,
    /// The scripts of policies that have another one than usual.
    pub(crate) scripts: BTreeMap<String, String>,
    pub(crate) selection: RunSelection,
    pub(crate) is_listed: bool,
    /// The accounts that are in the organization and were not selected.
    pub(crate) beside: BTreeSet<u8>,
    /// The number of the scan, for its id.
    pub(crate) number: u32,
}

pub(crate) const AGE: &str = "access-key-max-age";
pub(crate) const UNUSED: &str = "access-key-unused";

/// The night of this number, at two o'clock, which scans all accounts by two policies.
pub(crate) fn night(number: u32) -> Night {
    let first: Timestamp = "2026-11-01T02:00:00Z".parse().unwrap();
    Night {
        at: first + SignedDuration::from_hours(24 * i64::from(number - 1)),
        accounts: BTreeMap::new(),
        policies: [(AGE.to_owned(), 90), (UNUSED.to_owned(), 45)].into(),
        scripts: BTreeMap::new(),
        selection: RunSelection::default(),
        is_listed: true,
        beside: BTreeSet::new(),
        number,
    }
}

/// The id of an account.
pub(crate) fn account(number: u8) -> AccountId {
    format!("11112222{number:04}").parse().unwrap()
}

/// A user `u` with keys, each with what the policy for the age of keys says of it.
pub(crate) fn keys(keys: &[(&str, Option<Says>)]) -> Vec<Keys> {
    let key = |(id, says): &(&str, Option<Says>)| {
        ((*id).to_owned(), says.iter().map(|says| (AGE.to_owned(), *says)).collect())
    };
    vec![Keys { user: "u".to_owned(), owner: None, keys: keys.iter().map(key).collect(), is_unlisted: false }]
}

impl Night {
    /// With an account that was read live.
    pub(crate) fn with(self, number: u8, users: Vec<Keys>) -> Self {
        self.and(number, Found::Scanned { users, report: None })
    }

    pub(crate) fn and(mut self, number: u8, found: Found) -> Self {
        self.accounts.insert(number, found);
        self
    }

    /// With other parameters of a policy.
    pub(crate) fn limit(mut self, policy: &str, limit: i64) -> Self {
        self.policies.insert(policy.to_owned(), limit);
        self
    }

    /// Without a policy.
    pub(crate) fn without(mut self, policy: &str) -> Self {
        self.policies.remove(policy);
        self
    }

    pub(crate) fn new_run(&self) -> NewRun {
        NewRun {
            id: format!("{:08x}-0000-7000-8000-000000000000", self.number),
            source: RunSource::Aws,
            version: "0.1.0".to_owned(),
            started_at: self.at,
            as_of: self.at,
            organization_id: Some("o-example".to_owned()),
            management_account_id: Some(account(0)),
            partition: "aws".parse().unwrap(),
            selection: self.selection.clone(),
            policies: self.policies.iter().map(|(id, limit)| self.policy(id, *limit)).collect(),
            owner_tag: "owner".to_owned(),
        }
    }

    /// Gives every account to `recorder`, and gives the findings back.
    pub(crate) fn give(&self, recorder: &mut Recorder) -> Result<Vec<Finding>, StoreError> {
        let mut all = Vec::new();
        for (number, found) in &self.accounts {
            all.append(&mut self.give_one(recorder, *number, found)?);
        }
        Ok(all)
    }

    /// Gives one account to `recorder`, and gives its findings back.
    pub(crate) fn give_one(
        &self,
        recorder: &mut Recorder,
        number: u8,
        found: &Found,
    ) -> Result<Vec<Finding>, StoreError> {
        let (facts, mut findings, by_report) = match found {
            Found::Scanned { users, report } => {
                let facts = self.facts(number, Some(users), *report);
                (facts, self.findings(number, users), self.by_report(users, *report))
            }
            Found::NoUsers => {
                let policies = self.policies.keys();
                let findings = policies.map(|policy| finding(number, None, None, policy, Says::Unknown)).collect();
                (self.facts(number, None, None), findings, BTreeSet::new())
            }
            Found::Failed => {
                recorder.not_scanned(AccountOutcome::Failed, &gap(number, Step::AssumeRole, "denied"))?;
                return Ok(Vec::new());
            }
            Found::Skipped => {
                recorder.not_scanned(AccountOutcome::Skipped, &gap(number, Step::State, "SUSPENDED"))?;
                return Ok(Vec::new());
            }
        };
        let scanned = ScannedFacts { account: &facts.account, facts: &facts, by_report: &by_report };
        recorder.scanned(scanned, &mut findings)?;
        Ok(findings)
    }

    /// What is read of an account that was scanned, and its findings.
    pub(crate) fn scanned_one(&self, number: u8) -> (AccountFacts, Vec<Finding>) {
        match &self.accounts[&number] {
            Found::Scanned { users, report } => {
                (self.facts(number, Some(users), *report), self.findings(number, users))
            }
            found => panic!("{found:?}"),
        }
    }

    fn facts(&self, number: u8, users: Option<&[Keys]>, report: Option<i64>) -> AccountFacts {
        let state = AccountState::Active;
        let mut it = Account::unread(account(number), format!("account-{number}"), None, state);
        it.ou_path = Fact::Live(format!("Root/ou-{}", number % 2));
        let mut facts = AccountFacts::unread(Arc::new(it));
        facts.users = match users {
            Some(users) => Fact::Live(users.iter().map(|user| Arc::new(self.user(number, user, report))).collect()),
            None => unreadable(Facet::Users, "iam:ListUsers was denied"),
        };
        facts
    }

    /// Whether all of a user is from the credential report: what has findings is read live before it is reported.
    pub(crate) fn is_reported(&self, user: &Keys) -> bool {
        let is_found = |(policy, _): &(String, Says)| self.policies.contains_key(policy);
        !user.is_unlisted && !user.keys.iter().any(|(_, says)| says.iter().any(is_found))
    }

    fn user(&self, number: u8, keys: &Keys, report: Option<i64>) -> User {
        let report = report.filter(|_| self.is_reported(keys));
        let arn = format!("arn:aws:iam::{}:user/{}", account(number), keys.user);
        let mut user = User::unread(keys.user.parse().unwrap(), arn, "/".to_owned());
        let tags = keys.owner.iter().map(|owner| ("Owner".to_owned(), owner.clone())).collect();
        user.tags = Fact::Live(tags);
        let list: Vec<_> = keys.keys.iter().map(|(id, _)| self.key(id, report)).collect();
        user.access_keys = if keys.is_unlisted {
            unreadable(Facet::AccessKeys, "iam:ListAccessKeys was denied")
        } else {
            self.fact(list, report)
        };
        user
    }

    fn key(&self, id: &str, report: Option<i64>) -> AccessKey {
        let mut key = AccessKey::unread();
        if report.is_none() {
            key.id = Fact::Live(format!("AKIA{id:0>16}").parse().unwrap());
        }
        key.created_at = self.fact(made_at(id), report);
        key.status = self.fact(CredentialStatus::Active, report);
        key.last_used = self.fact(LastUsed::Never, report);
        key
    }

    fn fact<T>(&self, value: T, report: Option<i64>) -> Fact<T> {
        match report {
            None => Fact::Live(value),
            Some(hours) => {
                let generated_at = self.at - SignedDuration::from_hours(hours);
                Fact::Reported(value, Arc::new(Report { generated_at, unconfirmed: None }))
            }
        }
    }

    fn by_report(&self, users: &[Keys], report: Option<i64>) -> BTreeSet<(Option<UserName>, PolicyId)> {
        let policies = || self.policies.keys().map(|id| id.parse().unwrap());
        let of_user = |user: &Keys| {
            let name: UserName = user.user.parse().unwrap();
            policies().map(move |policy| (Some(name.clone()), policy)).collect::<Vec<_>>()
        };
        let reported = users.iter().filter(|user| report.is_some() && self.is_reported(user));
        reported.flat_map(of_user).collect()
    }

    /// The findings of an account.
    fn findings(&self, number: u8, users: &[Keys]) -> Vec<Finding> {
        let mut findings = Vec::new();
        for user in users {
            for policy in self.policies.keys() {
                if user.is_unlisted {
                    findings.push(finding(number, Some(&user.user), None, policy, Says::Unknown));
                    continue;
                }
                for (id, says) in &user.keys {
                    let says = says.iter().find(|(of, _)| of == policy).map(|(_, says)| *says);
                    findings.extend(says.map(|says| finding(number, Some(&user.user), Some(id), policy, says)));
                }
            }
        }
        findings
    }

    pub(crate) fn result(&self) -> ScanResult {
        let new = self.new_run();
        let gaps = |outcome: fn(&Found) -> bool, step| {
            let of = self.accounts.iter().filter(|(_, found)| outcome(found));
            of.map(|(number, _)| gap(*number, step, "")).collect::<Vec<_>>()
        };
        let is_scanned = |found: &&Found| matches!(found, Found::Scanned { .. } | Found::NoUsers);
        let scanned = self.accounts.values().filter(is_scanned).count() as u64;
        ScanResult {
            run: Run {
                id: new.id,
                started_at: self.at,
                finished_at: self.at + SignedDuration::from_mins(5),
                as_of: self.at,
                organization_id: new.organization_id,
                management_account_id: new.management_account_id,
                partition: new.partition,
            },
            coverage: Coverage {
                scanned,
                failed: gaps(|found| matches!(found, Found::Failed), Step::AssumeRole),
                skipped: gaps(|found| matches!(found, Found::Skipped), Step::State),
                notes: Vec::new(),
            },
            policies: new.policies,
            summary: Summary::default(),
            api_calls: ApiCalls::default(),
            exemptions: Vec::new(),
            listed: self
                .is_listed
                .then(|| self.accounts.keys().chain(&self.beside).map(|number| account(*number)).collect()),
        }
    }

    fn policy(&self, id: &str, limit: i64) -> PolicySummary {
        PolicySummary {
            id: id.parse().unwrap(),
            title: format!("Title of {id}"),
            severity: Severity::Medium,
            resource: ResourceType::AccessKey,
            remedy: Remedy::Rotate,
            params: [("limit".to_owned(), ParamValue::Integer(limit))].into(),
            frameworks: [].into(),
            source: "shipped".to_owned(),
            script_digest: self.scripts.get(id).map_or("script", String::as_str).to_owned(),
        }
    }
}

/// When a key was made: each has a second of its own, by which a report tells it.
pub(crate) fn made_at(id: &str) -> Timestamp {
    let made = id.bytes().fold(0, |sum, byte| sum * 131 % 99_991 + i64::from(byte));
    Timestamp::from_second(1_700_000_000 + made).unwrap()
}

fn unreadable<T>(facet: Facet, reason: &str) -> Fact<T> {
    Fact::Unreadable(Arc::new(Unreadable { facet, reason: reason.to_owned() }))
}

fn gap(number: u8, step: Step, reason: &str) -> AccountGap {
    let account_name = format!("account-{number}");
    AccountGap { account_id: Some(account(number)), account_name, step, reason: reason.to_owned() }
}

/// The finding on a key, on a user, or on an account where there is neither.
fn finding(number: u8, user: Option<&str>, key: Option<&str>, policy: &str, says: Says) -> Finding {
    let (policy, account_id): (PolicyId, _) = (policy.parse().unwrap(), account(number));
    let resource = user.map_or("root".to_owned(), |user| format!("user/{user}"));
    let arn = format!("arn:aws:iam::{account_id}:{resource}");
    let key = key.map(|id| format!("AKIA{id:0>16}"));
    let (status, severity, exemption) = match says {
        Says::Fail(severity) => (Status::Fail, severity, None),
        Says::Exempt => {
            let id = "EX-1".parse().unwrap();
            (Status::Exempt, Severity::Medium, Some(Exempted::Register { id, until: Timestamp::UNIX_EPOCH }))
        }
        Says::ExemptByPolicy => (Status::Exempt, Severity::Medium, Some(Exempted::Policy { until: None })),
        Says::Unknown => (Status::Unknown, Severity::Medium, None),
        Says::Error => (Status::Error, Severity::Medium, None),
    };
    Finding {
        id: FindingId::new(&policy, account_id, key.as_deref().unwrap_or(&arn)),
        policy,
        status,
        severity,
        account_id,
        account_name: format!("account-{number}"),
        ou_path: Some(format!("Root/ou-{}", number % 2)),
        resource_type: ResourceType::AccessKey,
        resource_arn: arn,
        resource_id: key,
        user_name: user.map(|user| user.parse().unwrap()),
        message: format!("says {status}"),
        evidence: [].into(),
        exemption,
        remedy: Remedy::Rotate,
        seen: None,
    }
}
