//! What throttling does to a scan: it costs time, and nothing else. All of it in virtual time, so that figures are exact.

use std::{io, time::Duration};

use keysweep::exit::Exit;
use keysweep_model::{Service, Status, Step};
use keysweep_scan::{AccountResult, Sink};
use orgsim::{
    Fault,
    fault::{Calls, FaultKind, Latency},
    world::User,
};
use tokio::time::Instant;

use crate::{
    harness::{Outcome, Scene, action, error},
    worlds::{FIRST, MANAGEMENT, completed, key, organization, spotless, user},
};

const PER_SECOND: f64 = 10.0;
const BURST: f64 = 20.0;

fn limit(per_second: f64, burst: f64) -> Fault {
    Fault::new(FaultKind::RateLimit { per_second, burst })
}

fn limited(account: &str) -> Fault {
    limit(PER_SECOND, BURST).account(account.parse().unwrap())
}

fn latency() -> Fault {
    Fault::new(FaultKind::Latency(Latency::FixedMs(50)))
}

/// So many users with an old key each, which the report alone does not settle.
fn users(number: usize) -> Vec<User> {
    users_of(1, number)
}

/// The same in the account of that number.
fn users_of(account: usize, number: usize) -> Vec<User> {
    let old = |index: usize| key(&format!("OLD{account}X{index}"), 400.0);
    (0..number).map(|index| user(&format!("user{index:04}"), [old(index)])).collect()
}

fn seconds(outcome: &Outcome) -> f64 {
    outcome.result.run.finished_at.duration_since(outcome.result.run.started_at).as_secs_f64()
}

/// The first member account has so many users, and AWS allows ten calls a second there. Asserts that all is judged and that
/// it takes little longer than the limit allows.
async fn completes(number: usize, change: impl FnOnce(Scene) -> Scene) -> f64 {
    let scene = Scene::of(organization([users(number)])).with(limited(FIRST)).with(latency());
    let outcome = change(scene).scan().await;
    let statuses = outcome.result.summary.by_status;
    assert_eq!((outcome.exit(), statuses.unknown, statuses.error), (Exit::Findings, 0, 0));
    assert!(statuses.fail >= number as u64);
    let calls = outcome.sim.calls().account(FIRST.parse().unwrap());
    let throttles = outcome.result.api_calls.throttling(Service::Iam).throttles;
    let allowed = ((calls - throttles) as f64 - BURST) / PER_SECOND;
    let times = seconds(&outcome) / allowed;
    println!("{} s where the limit allows {allowed} s: {times:.3} times", seconds(&outcome));
    assert!(times <= 1.15, "{} s where the limit allows {allowed} s: {times}", seconds(&outcome));
    assert!(throttles < calls / 5, "{throttles} of {calls} calls were throttled");
    times
}

#[tokio::test(start_paused = true)]
async fn a_large_account_that_is_throttled_is_read_to_its_end() {
    completes(1_000, |scene| scene).await;
}

#[tokio::test(start_paused = true)]
async fn a_large_account_that_is_throttled_is_read_to_its_end_live_throughout() {
    completes(1_000, Scene::fresh).await;
}

#[tokio::test(start_paused = true)]
async fn more_attempts_make_no_difference_to_a_throttled_account() {
    let usual = completes(300, |scene| scene).await;
    for attempts in [1, 50] {
        let other = completes(300, |scene| scene.asking(|settings| settings.connection.max_attempts = attempts)).await;
        assert!((other - usual).abs() < 0.001, "{attempts} attempts: {other}, else {usual}");
    }
}

#[tokio::test(start_paused = true)]
async fn more_calls_at_once_make_no_difference_to_a_throttled_account() {
    for at_once in [1, 64] {
        completes(300, |scene| scene.asking(|settings| settings.scan.concurrency.calls_per_account = at_once)).await;
    }
}

/// So many accounts of which every fifth is throttled, and how many users each of these and of the others has.
#[derive(Clone, Copy)]
struct Size {
    accounts: usize,
    throttled_users: usize,
    other_users: usize,
}

fn is_throttled(account: &str) -> bool {
    account != MANAGEMENT && ["0", "5"].iter().any(|end| account.ends_with(end))
}

/// When the last account was done that is not throttled.
struct Others {
    last: Instant,
}

impl Sink for Others {
    fn account(&mut self, account: AccountResult) -> io::Result<()> {
        match account {
            AccountResult::Scanned(account) if is_throttled(&account.account.id.to_string()) => {}
            AccountResult::Scanned(_) | AccountResult::Failed(_) | AccountResult::Skipped(_) => {
                self.last = Instant::now();
            }
        }
        Ok(())
    }
}

/// When the last of the accounts that are not throttled was done, in seconds, where `with_throttled` leaves the others in.
async fn others_take(size: Size, with_throttled: bool, concurrency: usize, requests: usize) -> f64 {
    let users = |account| users_of(account, if account % 5 == 0 { size.throttled_users } else { size.other_users });
    let mut world = organization((1..=size.accounts).map(users));
    world.accounts.retain(|account| with_throttled || !is_throttled(&account.id.to_string()));
    let throttled = world.accounts.iter().filter(|account| is_throttled(&account.id.to_string()));
    let faults: Vec<_> = throttled.map(|account| limited(&account.id.to_string())).collect();
    let start = Instant::now();
    let scene = faults.into_iter().fold(Scene::of(world).with(latency()), Scene::with);
    let scene = scene.asking(|settings| {
        settings.scan.concurrency.accounts = concurrency;
        settings.connection.max_requests = requests;
    });
    let (result, Others { last }) = scene.start().await.scan_into(Others { last: start }).await.unwrap();
    assert!(result.is_complete() && result.summary.by_status.fail > 0);
    (last - start).as_secs_f64()
}

/// Where requests or accounts at once are few, the throttled accounts must not hold the places of the others. The size can
/// be set: with `KEYSWEEP_TEST_ACCOUNTS=500` they are scanned by default settings, and the throttled ones are large.
#[tokio::test(start_paused = true)]
async fn accounts_that_are_not_throttled_lose_no_time_to_those_that_are() {
    let accounts = std::env::var("KEYSWEEP_TEST_ACCOUNTS").ok().map(|number| number.parse().unwrap());
    let (size, settings) = match accounts {
        None => (Size { accounts: 10, throttled_users: 250, other_users: 250 }, vec![(512, 4), (2, 64)]),
        Some(accounts) => (Size { accounts, throttled_users: 1_000, other_users: 400 }, vec![(512, 128)]),
    };
    for (concurrency, requests) in settings {
        let alone = others_take(size, false, concurrency, requests).await;
        let beside = others_take(size, true, concurrency, requests).await;
        let text = format!("{concurrency} accounts, {requests} requests at once: {beside} s, and {alone} s without");
        println!("{text}");
        assert!(beside <= 1.05 * alone, "{text}");
    }
}

const MINUTE: u64 = 60;

fn for_ever(action: &str) -> Fault {
    Fault::new(FaultKind::Throttle).action(action)
}

/// The statuses of the findings, and the exit code.
fn counted(outcome: &Outcome) -> String {
    let statuses = outcome.result.summary.by_status;
    let notes = outcome.result.coverage.notes.iter().map(|note| format!("{}: {}\n", note.account_id, note.reason));
    let notes: String = notes.collect();
    format!("{notes}{} fail, {} unknown, exit {}", statuses.fail, statuses.unknown, outcome.exit() as u8)
}

/// 800 users need more than a minute at ten calls a second.
#[tokio::test(start_paused = true)]
async fn what_the_account_timeout_leaves_unread_is_unknown() {
    let scene = Scene::of(organization([users(800), users_of(2, 3)])).with(limited(FIRST)).with(latency());
    let outcome = scene.asking(|settings| settings.scan.account_timeout = Duration::from_secs(MINUTE)).scan().await;
    let unknown = outcome.findings.iter().find(|finding| finding.status == Status::Unknown).unwrap();
    insta::assert_snapshot!([counted(&outcome), unknown.message.clone()].join("\n"), @"
    100000000001: the account timeout of 1 minute was reached: what was not read by then is unknown
    1230 fail, 376 unknown, exit 3
    access keys could not be read: iam:ListAccessKeys was given up: the account timeout of 1 minute was reached (--account-timeout)
    ");
    assert!(seconds(&outcome) < 61.0, "{} s", seconds(&outcome));
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_users_are_not_listed_in_its_time_fails() {
    let outcome = async |action: &str| {
        let fault = for_ever(action).account(FIRST.parse().unwrap());
        let scene = Scene::of(organization([users(3), users_of(2, 1)])).with(fault).fresh();
        scene.asking(|settings| settings.scan.account_timeout = Duration::from_secs(90)).scan().await
    };
    insta::assert_snapshot!([outcome("ListUsers").await.text(), outcome("AssumeRole").await.text()].join("\n"), @"
    2 of 3 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers was given up: the account timeout of 90 seconds was reached (--account-timeout)
    100000000002 user0000 AKIAOLD2X0XXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000002 user0000 AKIAOLD2X0XXXXXXXXXX access-key-unused fail: never used in 400 days, limit 45
    exit 3
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was given up: the account timeout of 90 seconds was reached (--account-timeout). Run again later, or with a longer --account-timeout
    100000000002 user0000 AKIAOLD2X0XXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000002 user0000 AKIAOLD2X0XXXXXXXXXX access-key-unused fail: never used in 400 days, limit 45
    exit 3
    ");
}

/// Once STS has answered nothing but throttles for the time of an account, the accounts that are left fail at once.
#[tokio::test(start_paused = true)]
async fn sts_that_throttles_for_ever_ends_the_scan() {
    let scene = Scene::of(spotless(40)).with(for_ever("AssumeRole"));
    let scene = scene.asking(|settings| settings.scan.concurrency.accounts = 4);
    let outcome = scene.scan().await;
    let failed = &outcome.result.coverage.failed;
    let reasons = [failed[0].reason.as_str(), failed[39].reason.as_str()].join("\n");
    insta::assert_snapshot!(format!("{} failed\n{reasons}", failed.len()), @"
    40 failed
    sts:AssumeRole was given up: the account timeout of 30 minutes was reached (--account-timeout). Run again later, or with a longer --account-timeout
    sts:AssumeRole was throttled and given up: AWS has answered nothing but throttles for 30 minutes (--account-timeout). Something else uses up the limit of STS in this account and Region: run again later
    ");
    assert!(seconds(&outcome) < 31.0 * MINUTE as f64, "{} s", seconds(&outcome));
    assert!(outcome.sim.calls().action("AssumeRole") < 600, "{}", outcome.sim.calls().action("AssumeRole"));
}

#[tokio::test(start_paused = true)]
async fn organizations_that_throttle_for_ever_end_the_scan() {
    let start = Instant::now();
    let text = Scene::of(spotless(1)).with(for_ever("ListAccounts")).refused().await;
    insta::assert_snapshot!(text, @"
    error: could not list the accounts of the organization: organizations:ListAccounts was throttled and given up: AWS has answered nothing but throttles for 30 minutes (--account-timeout)
    hint: something else uses up AWS's limit: run again later
    ");
    assert!(start.elapsed().as_secs() <= 31 * MINUTE);
}

#[tokio::test(start_paused = true)]
async fn many_units_at_a_low_rate_are_listed() {
    let mut world = organization((1..=150).map(|account| users_of(account, 1)));
    for (index, account) in world.accounts.iter_mut().enumerate().skip(1) {
        account.ou = format!("Unit{index:03}").into();
    }
    let mut scene = Scene::of(completed(&world)).with(latency());
    for action in ["ListRoots", "ListOrganizationalUnitsForParent"] {
        scene = scene.with(limit(2.0, 2.0).action(action));
    }
    let outcome = scene.asking(|settings| settings.scan.selection.units = vec!["Root/Unit007".to_owned()]).scan().await;
    let calls = outcome.sim.calls().action("ListOrganizationalUnitsForParent");
    let throttles = outcome.result.api_calls.throttling(Service::Organizations).throttles;
    let allowed = (calls - throttles) as f64 / 2.0;
    assert_eq!((outcome.result.coverage.scanned, outcome.exit()), (1, Exit::Findings));
    assert!(calls - throttles >= 150 && seconds(&outcome) < 1.15 * allowed, "{} s of {allowed}", seconds(&outcome));
}

/// The server asks to wait for seven seconds: nothing is sent to the account in that time.
#[tokio::test(start_paused = true)]
async fn retry_after_is_respected() {
    let once = Fault::new(FaultKind::Throttle).action("ListUsers").calls(Calls::First(1)).retry_after(7);
    let outcome = Scene::of(organization([users(3)])).fresh().with(once.account(FIRST.parse().unwrap())).scan().await;
    let waited = outcome.result.api_calls.throttling(Service::Iam).waited.as_secs_f64();
    assert_eq!(outcome.exit(), Exit::Findings);
    assert!((7.0..9.0).contains(&seconds(&outcome)), "{} s", seconds(&outcome));
    assert!((7.0..9.0).contains(&waited), "{waited} s waited");
}

/// Attempts that fail for reasons other than throttling count, those that are throttled do not.
#[tokio::test(start_paused = true)]
async fn throttles_take_no_attempts() {
    let scan = async |failures: u64| {
        let of_first = |fault: Fault| fault.action("ListUsers").account(FIRST.parse().unwrap());
        let throttles = of_first(Fault::new(FaultKind::Throttle)).calls(Calls::First(20));
        let failures = of_first(error(500, "InternalFailure")).calls(Calls::First(20 + failures));
        let scene = Scene::of(organization([users(3)])).fresh().with(throttles).with(failures);
        scene.asking(|settings| settings.connection.max_attempts = 3).scan().await
    };
    assert_eq!((scan(2).await.exit(), scan(3).await.exit()), (Exit::Findings, Exit::Incomplete));
    assert_eq!(scan(2).await.sim.calls().count(FIRST.parse().unwrap(), "ListUsers"), 23);
}

/// The scan ends at once while it waits for a pace.
#[tokio::test(start_paused = true)]
async fn an_interrupt_ends_the_waiting() {
    let fault = for_ever("ListUsers").account(FIRST.parse().unwrap()).retry_after(200);
    let scene = Scene::of(organization([users(3)])).fresh().with(fault).before(|handle, request| {
        if action(request) == "ListUsers" {
            let stop = handle.stop.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_secs(2)).await;
                stop.cancel();
            });
        }
    });
    let outcome = scene.scan().await;
    assert_eq!(outcome.result.coverage.failed[0].step, Step::Interrupted);
    assert!(seconds(&outcome) < 3.0, "{} s", seconds(&outcome));
}

/// The counts that the document and the text show.
#[tokio::test(start_paused = true)]
async fn calls_throttles_and_waits_are_counted_by_domain() {
    let scene = Scene::of(organization([users(60), users_of(2, 3)])).with(limited(FIRST)).with(latency());
    let outcome = scene.scan().await;
    let calls = &outcome.result.api_calls;
    let [organizations, sts, iam] = [Service::Organizations, Service::Sts, Service::Iam].map(|it| calls.of_service(it));
    assert_eq!(organizations + sts + iam, calls.total());
    assert_eq!(calls.total(), outcome.sim.calls().total());
    let iam = calls.throttling(Service::Iam);
    let [throttled] = calls.throttled_accounts.as_slice() else { panic!("{:?}", calls.throttled_accounts) };
    assert_eq!((throttled.account_id.to_string().as_str(), throttled.throttling), (FIRST, iam));
    assert!(iam.throttles > 0 && iam.waited.as_secs_f64() > 0.8 * seconds(&outcome) - 3.0, "{iam:?}");
    assert!(iam.waited.as_secs_f64() < seconds(&outcome), "time counts once");
    assert_eq!(calls.throttling(Service::Sts).throttles, 0);
}
