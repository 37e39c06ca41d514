//! Which requests a fault hits, and how hard.

use jiff::SignedDuration;

use super::*;

const DERIVE: u64 = 7;

fn account(number: u64) -> AccountId {
    AccountId::from_number(number)
}

fn target(account: AccountId, action: &str) -> Target<'_> {
    Target { account: Some(account), service: Service::Iam, action }
}

/// Which of 12 requests of an account are refused, as a row of marks.
fn hits(injector: &mut FaultInjector, of: AccountId) -> String {
    let effects = |injector: &mut FaultInjector| {
        injector.inject(Derive::new(DERIVE), &target(of, "ListUsers"), Timestamp::UNIX_EPOCH)
    };
    (0..12).map(|_| if effects(injector).failure.is_some() { 'x' } else { '.' }).collect()
}

fn with(fault: Fault) -> FaultInjector {
    let mut injector = FaultInjector::default();
    injector.add(fault);
    injector
}

#[test]
fn a_fault_hits_the_calls_it_says() {
    let all = [Calls::Always, Calls::First(3), Calls::Nth(2), Calls::From(10), Calls::Probability(0.3)];
    let rows = all.map(|calls| hits(&mut with(Fault::new(FaultKind::Throttle).calls(calls)), account(1)));
    insta::assert_snapshot!(rows.join("\n"), @"
    xxxxxxxxxxxx
    xxx.........
    .x..........
    .........xxx
    .xxxx.xx....
    ");
}

#[test]
fn each_account_is_counted_by_itself() {
    let mut injector = with(Fault::new(FaultKind::Reset).calls(Calls::First(2)));
    assert_eq!(hits(&mut injector, account(1)), "xx..........");
    assert_eq!(hits(&mut injector, account(2)), "xx..........");
}

#[test]
fn chance_does_not_depend_on_what_other_accounts_do() {
    let fault = Fault::new(FaultKind::Throttle).calls(Calls::Probability(0.5));
    let alone = hits(&mut with(fault.clone()), account(2));
    let mut shared = with(fault);
    hits(&mut shared, account(1));
    assert_eq!(hits(&mut shared, account(2)), alone);
}

#[test]
fn a_fault_leaves_other_accounts_and_actions_alone() {
    let mut injector = with(Fault::new(FaultKind::Throttle).account(account(1)).action("ListUsers"));
    let mut effects = |target: &Target<'_>| injector.inject(Derive::new(DERIVE), target, Timestamp::UNIX_EPOCH);
    assert_eq!(effects(&target(account(2), "ListUsers")), Effects::default());
    assert_eq!(effects(&target(account(1), "GetUser")), Effects::default());
    assert_eq!(
        effects(&target(account(1), "ListUsers")).failure,
        Some(Failure::Error(ApiError::new(400, "Throttling", "Rate exceeded")))
    );
}

#[test]
fn a_token_bucket_fills_with_the_clock() {
    let mut injector = with(Fault::new(FaultKind::RateLimit { per_second: 2.0, burst: 3.0 }));
    let mut passes = |millis: i64| {
        let now = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(millis);
        let effects = injector.inject(Derive::new(DERIVE), &target(account(1), "ListUsers"), now);
        effects.failure.is_none()
    };
    assert_eq!([0, 0, 0, 0].map(&mut passes), [true, true, true, false]);
    assert_eq!([400, 500, 500].map(&mut passes), [false, true, false]);
    assert_eq!([60_000; 4].map(&mut passes), [true, true, true, false]);
}

#[test]
fn latencies_follow_their_distribution_and_add_up() {
    let mut injector = with(Fault::new(FaultKind::Latency(Latency::FixedMs(5))));
    injector.add(Fault::new(FaultKind::Latency(Latency::UniformMs { from: 10, to: 20 })));
    let mut delay = || injector.inject(Derive::new(DERIVE), &target(account(1), "A"), Timestamp::UNIX_EPOCH).delay;
    let delays: Vec<Duration> = (0..500).map(|_| delay()).collect();
    assert!(delays.iter().all(|delay| (15..=25).contains(&delay.as_millis())));
    assert!(delays.iter().any(|delay| delay.as_millis() < 17) && delays.iter().any(|delay| delay.as_millis() > 22));

    let mut injector = with(Fault::new(FaultKind::Latency(Latency::LogNormalMs { median: 40.0, sigma: 0.5 })));
    let mut delay = || injector.inject(Derive::new(DERIVE), &target(account(1), "A"), Timestamp::UNIX_EPOCH).delay;
    let mut delays: Vec<Duration> = (0..2001).map(|_| delay()).collect();
    delays.sort();
    assert!((36..=44).contains(&delays[1000].as_millis()), "median {:?}", delays[1000]);
    // The 97.7th percentile of a log-normal distribution is its median times e to the power of two sigma.
    assert!((95..=125).contains(&delays[1955].as_millis()), "97.7th percentile {:?}", delays[1955]);
}
