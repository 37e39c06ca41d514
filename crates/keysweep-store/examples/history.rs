//! How long a store takes to record nights of an organization with a million access keys and 300,000 findings, of which one in
//! a hundred changes from night to night, and to answer questions about them. Run it by `cargo xtask bench store`. With no nights
//! it only asks.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and ends where its own data are wrong"
)]

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, ApiCalls, Coverage, CredentialStatus, Fact, Finding, FindingFilter,
    FindingId, GroupBy, LastUsed, ParamValue, PolicySummary, Remedy, ResourceType, Run, RunSelection, RunSource,
    ScanResult, Severity, Status, Summary, User,
};
use keysweep_store::{Access, NewRun, Options, Place, Recorder, RunName, ScannedFacts, Store};

/// The users of an account, each with two keys.
const USERS: usize = 100;

/// A finding is resolved for so many nights, and one in so many of them each night.
const RESOLVED_FOR: usize = 20;
const ONE_IN: usize = 200;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = Place::parse(&arguments.next().unwrap_or_else(|| "target/bench-store.db".to_owned())).unwrap();
    let nights: usize = arguments.next().map_or(3, |nights| nights.parse().unwrap());
    let accounts: usize = arguments.next().map_or(5_000, |accounts| accounts.parse().unwrap());
    let world = World { accounts };
    println!(
        "{place}: {} access keys, {} findings, {nights} nights",
        accounts * USERS * 2,
        accounts * USERS * 2 * 3 / 10
    );
    let mut before = 0;
    for night in 0..nights {
        let (compared, written) = world.record(&place, night);
        let took = compared + written;
        let bytes = open(&place, Access::Read).info().unwrap().bytes;
        #[expect(clippy::cast_precision_loss, reason = "a percentage of a size")]
        let growth = (bytes as f64 / before.max(1) as f64 - 1.0) * 100.0;
        let growth = if night == 0 { String::new() } else { format!(", {growth:+.2} %") };
        if night < 5 || night % 30 == 0 || night + 1 == nights {
            println!(
                "night {night:3}: {took:.2?} (compared in {compared:.2?}, written in {written:.2?}), {} MiB{growth}, peak memory {}",
                bytes >> 20,
                peak()
            );
        }
        before = bytes;
    }
    questions(&place);
}

fn open(place: &Place, access: Access) -> Store {
    let options = Options {
        process: "bench".to_owned(),
        timeout: Duration::from_secs(60),
        now: Timestamp::UNIX_EPOCH,
        new_id: "bench".to_owned(),
    };
    Store::open(place, access, options).unwrap()
}

/// Asks what people ask in the morning.
fn questions(place: &Place) {
    let open_ones = FindingFilter::default();
    let asked = |name: &str, ask: &mut dyn FnMut(&mut Store)| {
        let begin = Instant::now();
        let mut store = open(place, Access::Read);
        ask(&mut store);
        println!("{name:42} {:.3?}", begin.elapsed());
    };
    asked("findings: the worst 50, and counts", &mut |store| {
        store.groups(&open_ones, None).unwrap();
        store.findings(&open_ones, Some(50), &mut |_| Ok(())).unwrap();
    });
    let one = FindingFilter { accounts: vec![id(7)], ..FindingFilter::default() };
    asked("findings of one account", &mut |store| store.findings(&one, None, &mut |_| Ok(())).unwrap());
    for by in GroupBy::ALL {
        asked(&format!("findings by {by}"), &mut |store| drop(store.groups(&open_ones, Some(*by)).unwrap()));
    }
    asked("findings: all of them", &mut |store| store.findings(&open_ones, None, &mut |_| Ok(())).unwrap());
    if open(place, Access::Read).runs(Some(2)).unwrap().len() > 1 {
        asked("diff of the last two runs", &mut |store| drop(store.difference(None, None, Some(50)).unwrap()));
        let first = RunName::Number(1);
        asked("diff of the first and the last run", &mut |store| {
            store.difference(Some(&first), None, Some(50)).unwrap();
        });
    }
    asked("trend", &mut |store| drop(store.trend(12, true).unwrap()));
    asked("runs", &mut |store| drop(store.runs(None).unwrap()));
    println!("peak memory {}", peak());
}

/// The most memory that this process had, where the system tells.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "unknown".to_owned(), |line| line.trim().to_owned())
}

fn id(account: usize) -> keysweep_model::AccountId {
    format!("{:012}", 100_000_000_000 + account).parse().unwrap()
}

/// An organization of so many accounts.
struct World {
    accounts: usize,
}

impl World {
    /// Records a night, and tells how long the store took to compare and to write: the making of the world is not counted.
    fn record(&self, place: &Place, night: usize) -> (Duration, Duration) {
        let started_at =
            "2026-01-01T02:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_hours(24 * night as i64);
        let run = NewRun {
            id: format!("{night:08x}-0000-7000-8000-000000000000"),
            source: RunSource::Aws,
            version: "bench".to_owned(),
            started_at,
            as_of: started_at,
            organization_id: Some("o-bench".to_owned()),
            management_account_id: Some(id(0)),
            partition: "aws".parse().unwrap(),
            selection: RunSelection::default(),
            policies: vec![policy()],
            owner_tag: "owner".to_owned(),
        };
        let begin = Instant::now();
        let temporary = tempfile::tempfile().unwrap();
        let mut recorder = Recorder::begin(open(place, Access::Write), run.clone(), temporary).unwrap();
        let mut took = begin.elapsed();
        let by_report = BTreeSet::new();
        for account in 0..self.accounts {
            let (facts, mut findings) = (facts(account, night), findings(account, night));
            let begin = Instant::now();
            let scanned = ScannedFacts { account: &facts.account, facts: &facts, by_report: &by_report };
            recorder.scanned(scanned, &mut findings).unwrap();
            took += begin.elapsed();
        }
        let result = ScanResult {
            run: Run {
                id: run.id,
                started_at,
                finished_at: started_at,
                as_of: started_at,
                organization_id: run.organization_id,
                management_account_id: run.management_account_id,
                partition: run.partition,
            },
            coverage: Coverage { scanned: self.accounts as u64, ..Coverage::default() },
            policies: run.policies,
            summary: Summary::default(),
            api_calls: ApiCalls::default(),
            exemptions: Vec::new(),
            listed: Some((0..self.accounts).map(id).collect()),
        };
        let begin = Instant::now();
        let (store, _) = recorder.finish(&result).unwrap();
        store.close().unwrap();
        (took, begin.elapsed())
    }
}

fn policy() -> PolicySummary {
    PolicySummary {
        id: "access-key-max-age".parse().unwrap(),
        title: "Access keys are rotated every 90 days or less".to_owned(),
        severity: Severity::Medium,
        resource: ResourceType::AccessKey,
        remedy: Remedy::Rotate,
        params: [("max_age_days".to_owned(), ParamValue::Integer(90))].into(),
        frameworks: [].into(),
        source: "shipped".to_owned(),
        script_digest: "bench".to_owned(),
    }
}

/// The place of a key among all.
fn number(account: usize, user: usize, key: usize) -> usize {
    (account * USERS + user) * 2 + key
}

/// An id that looks as random as one of AWS.
fn key_id(number: usize) -> String {
    let mut state = number as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut letter = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(state >> 59) as usize])
    };
    let letters: String = (0..16).map(|_| letter()).collect();
    format!("AKIA{letters}")
}

/// When the use of a key was last recorded: it changes every hundredth night.
fn last_used(number: usize, night: usize) -> Timestamp {
    let last = night.saturating_sub((night + number) % 100);
    Timestamp::from_second(1_767_000_000 + last as i64 * 86_400 + number as i64 % 80_000).unwrap()
}

fn facts(account: usize, night: usize) -> AccountFacts {
    let ou_path = Fact::Live(format!("Root/Workloads/unit-{}", account % 40));
    let of =
        Account { ou_path, ..Account::unread(id(account), format!("account-{account}"), None, AccountState::Active) };
    let users = (0..USERS).map(|user| {
        let name = format!("svc-{user:03}-deploy");
        let arn = format!("arn:aws:iam::{}:user/{name}", id(account));
        let key = |key| {
            let number = number(account, user, key);
            AccessKey {
                id: Fact::Live(key_id(number).parse().unwrap()),
                status: Fact::Live(CredentialStatus::Active),
                created_at: Fact::Live(Timestamp::from_second(1_700_000_000 + number as i64).unwrap()),
                last_used: Fact::Live(LastUsed::At {
                    at: last_used(number, night),
                    service: Some("s3".to_owned()),
                    region: Some("eu-central-1".to_owned()),
                }),
            }
        };
        let tags = [("owner".to_owned(), format!("team-{}", number(account, user, 0) % 300))].into();
        let bare = User::unread(name.parse().unwrap(), arn, "/".to_owned());
        Arc::new(User { access_keys: Fact::Live(vec![key(0), key(1)]), tags: Fact::Live(tags), ..bare })
    });
    let users = Fact::Live(users.collect());
    AccountFacts { users, ..AccountFacts::unread(Arc::new(of)) }
}

/// Three keys of ten violate the policy, but for those that are resolved for some nights.
fn findings(account: usize, night: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    for user in 0..USERS {
        for key in 0..2 {
            let number = number(account, user, key);
            let slot = (number / 10) % ONE_IN;
            let is_resolved = night > 0 && (night + ONE_IN - slot) % ONE_IN < RESOLVED_FOR && night >= slot;
            if number % 10 < 3 && !is_resolved {
                findings.push(finding(account, user, number, night));
            }
        }
    }
    findings
}

fn finding(account: usize, user: usize, number: usize, night: usize) -> Finding {
    let (policy, account_id) = ("access-key-max-age".parse().unwrap(), id(account));
    let (name, key) = (format!("svc-{user:03}-deploy"), key_id(number));
    Finding {
        id: FindingId::new(&policy, account_id, &key),
        policy,
        status: Status::Fail,
        severity: Severity::ALL[number / 10 % 5],
        account_id,
        account_name: format!("account-{account}"),
        ou_path: None,
        resource_type: ResourceType::AccessKey,
        resource_arn: format!("arn:aws:iam::{account_id}:user/{name}"),
        resource_id: Some(key),
        user_name: Some(name.parse().unwrap()),
        message: format!("active for {} days, limit 90", 91 + number % 900 + night),
        evidence: [].into(),
        exemption: None,
        remedy: Remedy::Rotate,
        seen: None,
    }
}
