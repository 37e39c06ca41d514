//! Faults as a client meets them, and the counts of what it asked.

use orgsim::fault::{Calls, Fault, FaultKind, Latency};
use orgsim::{Outcome, Sim};

use crate::client::{Client, MANAGEMENT, MEMBER, ROLE, WORLD, sim, sim_with};

fn told(sim: &Sim, fault: Fault) -> String {
    sim.add_fault(fault);
    let caller = Client::caller(sim);
    let told = [
        caller.iam(sim, "ListUsers", &[]).error(),
        caller.sts(sim, "GetCallerIdentity", &[]).error(),
        caller.organizations(sim, "ListRoots", "{}").error(),
    ];
    sim.clear_faults();
    told.join(" | ")
}

#[test]
fn each_service_has_its_own_throttling_error() {
    let (sim, _) = sim();
    insta::assert_snapshot!(told(&sim, Fault::new(FaultKind::Throttle)), @"400 Throttling: Rate exceeded | 400 Throttling: Rate exceeded | 400 TooManyRequestsException: Rate exceeded");
    let error = FaultKind::Error { status: 503, code: "ServiceUnavailable".into(), message: "try later".into() };
    insta::assert_snapshot!(told(&sim, Fault::new(error).action("ListUsers")), @"503 ServiceUnavailable: try later | 200 | 200");
}

#[test]
fn a_fault_of_assume_role_is_addressed_to_the_account_of_the_role() {
    let (sim, _) = sim();
    sim.add_fault(Fault::new(FaultKind::Throttle).account(MEMBER.parse().unwrap()));
    let assume = |role: &str| {
        let parameters = [("RoleArn", role), ("RoleSessionName", "test")];
        Client::caller(&sim).sts(&sim, "AssumeRole", &parameters).error()
    };
    assert_eq!(assume(ROLE), "400 Throttling: Rate exceeded");
    assert_eq!(assume("arn:aws:iam::333333333333:role/OrganizationAccountAccessRole"), "200");
}

#[test]
fn a_lost_request_is_not_acted_on_and_a_lost_answer_is() {
    let (sim, _) = sim();
    let member = Client::member(&sim);
    let keys_of_bob = || sim.with_world(|world| world.accounts[1].user("bob").unwrap().keys.len());
    let create = || sim.handle(&member.query("iam", "2010-05-08", "CreateAccessKey", &[("UserName", "bob")]));
    sim.add_fault(Fault::new(FaultKind::Reset).calls(Calls::First(1)));
    assert!(matches!(create().outcome, Outcome::Reset));
    assert_eq!(keys_of_bob(), 0);
    sim.clear_faults();
    sim.add_fault(Fault::new(FaultKind::Truncate { keep_bytes: 10 }));
    sim.add_fault(Fault::new(FaultKind::Latency(Latency::FixedMs(250))));
    let reply = create();
    assert!(matches!(reply.outcome, Outcome::Truncated { keep_bytes: 10, .. }));
    assert_eq!((reply.delay.as_millis(), keys_of_bob()), (250, 1));
}

#[test]
fn faults_are_read_with_the_world() {
    let faults = "
faults:
  - { account: '222222222222', action: ListUsers, calls: { first: 1 }, kind: throttle }
  - { calls: { probability: 0.5 }, kind: { latency: { log_normal_ms: { median: 20, sigma: 0.4 } } } }
  - { action: ListUsers, calls: { nth: 2 }, kind: { error: { status: 500, code: InternalFailure, message: oops } } }
  - { kind: { rate_limit: { per_second: 100, burst: 50 } } }
";
    let (sim, _) = sim_with(&format!("{WORLD}{faults}"), |_| {});
    let member = Client::member(&sim);
    let told = [(); 3].map(|()| member.iam(&sim, "ListUsers", &[]).error());
    insta::assert_snapshot!(told.join("\n"), @"
    400 Throttling: Rate exceeded
    500 InternalFailure: oops
    200
    ");
    let again = orgsim::World::from_yaml(&sim.with_world(|world| world.to_yaml().unwrap())).unwrap();
    assert_eq!(sim.with_world(|world| world.faults.clone()), again.faults);
}

#[test]
fn every_request_is_counted_whatever_its_outcome() {
    let (sim, _) = sim();
    let caller = Client::caller(&sim);
    let member = caller.assume(&sim, ROLE);
    member.iam(&sim, "ListUsers", &[]);
    member.iam(&sim, "ListUsers", &[("MaxItems", "0")]);
    member.iam(&sim, "NoSuchAction", &[]);
    caller.organizations(&sim, "ListRoots", "{}");
    Client::of_key(&sim, "AKIAUNKNOWN000000001").iam(&sim, "ListUsers", &[]);
    sim.add_fault(Fault::new(FaultKind::Reset));
    sim.handle(&member.query("iam", "2010-05-08", "ListUsers", &[]));
    let calls = sim.calls();
    let row = |(account, action, count): &(Option<orgsim::world::AccountId>, &str, u64)| {
        format!("{} {action} {count}", account.map_or("unknown".to_owned(), |account| account.to_string()))
    };
    insta::assert_snapshot!(calls.rows().iter().map(row).collect::<Vec<_>>().join("\n"), @"
    unknown ListUsers 1
    111111111111 ListRoots 1
    222222222222 AssumeRole 1
    222222222222 ListUsers 3
    222222222222 NoSuchAction 1
    ");
    assert_eq!(calls.total(), 7);
    assert_eq!(calls.count(MEMBER.parse().unwrap(), "ListUsers"), 3);
    assert_eq!((calls.account(MANAGEMENT.parse().unwrap()), calls.action("ListUsers")), (1, 4));
    sim.forget_calls();
    assert_eq!(sim.calls().total(), 0);
}
