//! Faults of AWS: an account is either judged as it is, or reported as not read.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use keysweep::exit::Exit;
use orgsim::{
    AccountFields, Fault, World,
    fault::{Calls, FaultKind, Latency},
    world::{ORGANIZATION_ROLE, Role, Tags},
};

use crate::{
    harness::{Outcome, Scene, action, denied, error, parameter},
    worlds::{FIRST, Key, key, organization, spotless, user, young},
};

/// Two member accounts, of which the first has something wrong with it: an old key, an unused key, and a user with two.
fn world() -> World {
    let ann = user("ann", [key("OLD", 400.0).used(1.0)]);
    let bob = user("bob", [key("UNUSED", 80.0).used(60.0), key("SECOND", 5.0).used(1.0)]);
    organization([vec![ann, bob, user("cyd", [young(1)])], vec![user("dan", [young(2)])]])
}

fn first(fault: Fault) -> Fault {
    fault.account(FIRST.parse().unwrap())
}

/// The results of a scan by report and of a fresh one with the fault in the first member account; of a result without a
/// difference to one without faults, only the notes.
async fn both(fault: Fault) -> String {
    let healthy = Scene::of(world()).scan().await.text();
    let short = |text: String| {
        let (notes, rest): (Vec<_>, Vec<_>) = text.lines().partition(|line| line.starts_with("noted "));
        match (rest.join("\n") == healthy, notes.as_slice()) {
            (true, []) => "no difference".to_owned(),
            (true, notes) => format!("{}, no other difference", notes.join(", ")),
            (false, _) => text,
        }
    };
    let by_report = short(Scene::of(world()).with(first(fault.clone())).scan().await.text());
    let fresh = short(Scene::of(world()).with(first(fault)).fresh().scan().await.text());
    if by_report == fresh { format!("either way: {fresh}") } else { format!("by report: {by_report}\nfresh: {fresh}") }
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_wrong() {
    let slow = both(Fault::new(FaultKind::Latency(Latency::FixedMs(200)))).await;
    insta::assert_snapshot!([Scene::of(world()).scan().await.text(), slow].join("\n"), @"
    3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob AKIAUNUSEDXXXXXXXXXX access-key-unused fail: unused for 60 days, limit 45
    100000000001 bob AKIAUNUSEDXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    exit 1
    either way: no difference
    ");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_does_not_exist() {
    let mut world = world();
    world.accounts[1].roles = Some(Vec::new());
    insta::assert_snapshot!(Scene::of(world).scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000001:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_asks_for_another_external_id() {
    let mut world = world();
    for role in world.accounts[1].roles.iter_mut().flatten() {
        role.external_id = Some("the-right-one".into());
    }
    let scene = Scene::of(world).asking(|settings| {
        let role = std::sync::Arc::make_mut(&mut settings.scan.roles.default);
        role.external_id = Some("a-wrong-one".to_owned());
    });
    insta::assert_snapshot!(scene.scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000001:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_role_that_may_do_nothing() {
    let mut world = world();
    let management = world.accounts[0].id;
    let role = Role::organization(management, world.epoch);
    world.accounts[1].roles = Some(vec![Role { actions: Some(Vec::new()), name: ORGANIZATION_ROLE.into(), ..role }]);
    insta::assert_snapshot!(Scene::of(world).scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers was denied: User: arn:aws:sts::100000000001:assumed-role/OrganizationAccountAccessRole/keysweep is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::100000000001:user/ because no identity-based policy allows the iam:ListUsers action (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_denied() {
    insta::assert_snapshot!(both(error(403, "AccessDenied").action("GenerateCredentialReport")).await, @"
    by report: noted 100000000001: the users were read one by one: iam:GenerateCredentialReport was denied: as the test wants it (AccessDenied), no other difference
    fresh: no difference
    ");
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_never_ready() {
    insta::assert_snapshot!(both(Fault::new(FaultKind::ReportNeverReady)).await, @"
    by report: noted 100000000001: the users were read one by one: the credential report was not ready after 129 seconds, no other difference
    fresh: no difference
    ");
}

#[tokio::test(start_paused = true)]
async fn reports_that_aws_has_no_capacity_for() {
    let for_a_while = Fault::new(FaultKind::ReportLimitExceeded).calls(Calls::First(4));
    let for_ever = Fault::new(FaultKind::ReportLimitExceeded);
    let scan = async |fault| Scene::of(world()).with(first(fault)).scan().await;
    let (in_the_end, never) = (scan(for_a_while).await, scan(for_ever).await);
    assert_eq!(in_the_end.findings, never.findings);
    let reason = never.result.coverage.notes[0].reason.clone();
    insta::assert_snapshot!([reason, in_the_end.calls(FIRST), never.calls(FIRST)].join("\n"), @"
    the users were read one by one: AWS had no capacity to make the credential report within 129 seconds
    AssumeRole 1, GenerateCredentialReport 3, GetCredentialReport 1, ListAccessKeys 2, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 18, GetAccessKeyLastUsed 4, ListAccessKeys 3, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_report_and_users_that_are_denied() {
    let users = first(error(403, "AccessDenied").action("ListUsers"));
    let report = first(error(403, "AccessDenied").action("GetCredentialReport"));
    insta::assert_snapshot!(Scene::of(world()).with(users).with(report).scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn the_keys_of_one_user_that_are_denied() {
    let scene = || {
        Scene::of(world()).after(|request, response| {
            let is_bob = parameter(request, "UserName").as_deref() == Some("bob");
            if action(request) == "ListAccessKeys" && is_bob { denied() } else { response }
        })
    };
    let (by_report, fresh) = (scene().scan().await.text(), scene().fresh().scan().await.text());
    insta::assert_snapshot!([by_report, fresh].join("\n\n"), @"
    3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: no (AccessDenied)
    100000000001 bob (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: no (AccessDenied)
    exit 3

    3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys was denied: no (AccessDenied)
    100000000001 bob (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: no (AccessDenied)
    100000000001 bob (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: no (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_denied() {
    insta::assert_snapshot!(both(error(403, "AccessDenied").action("ListAccessKeys")).await, @"
    by report: 3 of 3 accounts scanned
    100000000001 ann (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 bob (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 bob (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    exit 3
    fresh: 3 of 3 accounts scanned
    100000000001 ann (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 bob (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 bob (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 bob (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 cyd (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 cyd (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    100000000001 cyd (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn last_uses_that_are_denied() {
    insta::assert_snapshot!(both(error(403, "AccessDenied").action("GetAccessKeyLastUsed")).await, @"
    by report: no difference
    fresh: 3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed was denied: as the test wants it (AccessDenied)
    100000000001 bob AKIASECONDXXXXXXXXXX access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed was denied: as the test wants it (AccessDenied)
    100000000001 bob AKIAUNUSEDXXXXXXXXXX access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed was denied: as the test wants it (AccessDenied)
    100000000001 bob AKIAUNUSEDXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    100000000001 cyd AKIAYOUNG1XXXXXXXXXX access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn tags_that_are_denied() {
    let details = first(error(403, "AccessDenied").action("GetAccountAuthorizationDetails"));
    let tags = first(error(403, "AccessDenied").action("ListUserTags"));
    let mut world = world();
    let ann = world.accounts[1].user_mut("ann").unwrap();
    ann.tags = Tags::new(vec![("service-account".into(), "true".into())]);
    insta::assert_snapshot!(Scene::of(world).by_example().with(details).with(tags).scan().await.text(), @"
    3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age-with-service-accounts unknown: user tags could not be read: iam:ListUserTags was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn thirty_throttles_in_a_row() {
    let thirty = || Fault::new(FaultKind::Throttle).calls(Calls::First(30));
    let mut texts = vec![both(thirty()).await];
    for action in ["GenerateCredentialReport", "ListAccessKeys"] {
        texts.push(format!("{action} {}", both(thirty().action(action)).await));
    }
    insta::assert_snapshot!(texts.join("\n\n"), @"
    either way: no difference

    GenerateCredentialReport either way: no difference

    ListAccessKeys either way: no difference
    ");
}

#[tokio::test(start_paused = true)]
async fn answers_that_break_off() {
    let broken = || Fault::new(FaultKind::Truncate { keep_bytes: 120 });
    let once = both(broken().calls(Calls::First(1))).await;
    let for_ever = both(broken()).await;
    insta::assert_snapshot!([once, for_ever].join("\n\n"), @"
    either way: no difference

    either way: 2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole could not reach AWS: connection reset by peer. Check the network and run again
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn connections_that_are_reset() {
    let once = both(Fault::new(FaultKind::Reset).calls(Calls::First(3))).await;
    let for_ever = both(Fault::new(FaultKind::Reset)).await;
    insta::assert_snapshot!([once, for_ever].join("\n\n"), @"
    either way: no difference

    either way: 2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole could not reach AWS: connection reset by peer. Check the network and run again
    exit 3
    ");
}

/// One request in flight, three seconds each: most of them wait far longer for their turn than for their answer.
#[tokio::test(start_paused = true)]
async fn requests_that_wait_for_their_turn() {
    let slow = Fault::new(FaultKind::Latency(Latency::FixedMs(3_000)));
    let outcome =
        Scene::of(spotless(60)).with(slow).asking(|settings| settings.connection.max_requests = 1).scan().await;
    let attempts = outcome.sim.calls().action("AssumeRole");
    assert_eq!((outcome.result.coverage.scanned, outcome.exit(), attempts), (61, Exit::Clean, 60));
}

#[tokio::test(start_paused = true)]
async fn answers_that_come_too_late() {
    let late = || Fault::new(FaultKind::Latency(Latency::FixedMs(60_001))).action("ListUsers");
    assert_eq!(both(late().calls(Calls::First(2))).await, both(late().calls(Calls::First(0))).await);
    insta::assert_snapshot!(Scene::of(world()).with(first(late())).fresh().scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers got no answer in time: no answer in 60 seconds
    exit 3
    ");
}

/// Forty users, a call at a time, half a minute each: the session has to be renewed.
fn slow_world() -> Scene {
    let users = (0..40).map(|number| user(&format!("user{number:02}"), [young(number)])).collect();
    let slow = first(Fault::new(FaultKind::Latency(Latency::FixedMs(30_000)))).action("ListAccessKeys");
    Scene::of(organization([users]))
        .with(slow)
        .fresh()
        .asking(|settings| settings.scan.concurrency.calls_per_account = 1)
}

#[tokio::test(start_paused = true)]
async fn a_session_that_runs_out() {
    let outcome = slow_world().scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    2 of 2 accounts scanned
    exit 0
    AssumeRole 2, GetAccessKeyLastUsed 40, ListAccessKeys 40, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_runs_out_and_cannot_be_renewed() {
    let refused = first(error(403, "AccessDenied").action("AssumeRole").calls(Calls::From(2)));
    let outcome = slow_world().with(refused).scan().await;
    let unknown = outcome.result.summary.by_status.unknown;
    let first = &outcome.findings[0];
    insta::assert_snapshot!(format!("{unknown} like this: {}\nexit {}", first.message, outcome.exit() as u8), @"
    64 like this: access key last used could not be read: sts:AssumeRole was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn sessions_that_aws_ends_in_mid_scan() {
    let asked = AtomicUsize::new(0);
    let scene = Scene::of(world()).fresh().before(move |handle, request| {
        if action(request) == "ListAccessKeys" && asked.fetch_add(1, Ordering::Relaxed) == 2 {
            handle.sim.expire_sessions();
        }
    });
    let outcome = scene.scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    3 of 3 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob AKIAUNUSEDXXXXXXXXXX access-key-unused fail: unused for 60 days, limit 45
    100000000001 bob AKIAUNUSEDXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    exit 1
    AssumeRole 2, GetAccessKeyLastUsed 4, ListAccessKeys 4, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_accounts_that_breaks_off() {
    let denied = error(400, "AccessDeniedException").action("ListAccounts").calls(Calls::From(2));
    let scene = Scene::of(spotless(45)).with(denied).serving(|options| options.empty_pages = false);
    insta::assert_snapshot!(scene.scan().await.text(), @"
    20 of 21 accounts scanned
    failed (accounts not listed) at list_accounts: organizations:ListAccounts was denied: as the test wants it (AccessDeniedException)
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_accounts_that_is_denied() {
    let denied = error(400, "AccessDeniedException").action("ListAccounts");
    insta::assert_snapshot!(Scene::of(world()).with(denied).refused().await, @"
    error: could not list the accounts of the organization: organizations:ListAccounts was denied: as the test wants it (AccessDeniedException)
    hint: run as the management account or a delegated administrator, or name the accounts with --accounts-file
    ");
}

#[tokio::test(start_paused = true)]
async fn units_that_are_denied() {
    for action in ["ListRoots", "ListOrganizationalUnitsForParent"] {
        let mut world = world();
        world.accounts[1].ou = "Workloads".into();
        let denied = error(400, "AccessDeniedException").action(action);
        let outcome = Scene::of(world).with(denied).scan().await;
        let paths: Vec<_> = outcome.findings.iter().map(|finding| finding.ou_path.clone()).collect();
        assert_eq!((outcome.exit(), paths), (Exit::Findings, vec![None; 3]), "{action}");
    }
}

/// With every fault of every action, the findings are those of a scan without faults, or the scan is incomplete.
#[tokio::test(start_paused = true)]
async fn no_fault_makes_an_account_clean() {
    let actions = [
        "AssumeRole",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "ListUsers",
        "ListAccessKeys",
        "GetAccessKeyLastUsed",
        "ListUserTags",
        "GetAccountAuthorizationDetails",
    ];
    let scenes: [fn() -> Scene; 4] = [
        || Scene::of(world()),
        || Scene::of(world()).fresh(),
        || Scene::of(world()).by_example(),
        || Scene::of(world()).by_example().fresh(),
    ];
    let mut recovered = 0;
    for scene in scenes {
        let truth = fails(&scene().scan().await);
        assert!(!truth.is_empty());
        for (action, kind) in actions.iter().flat_map(|action| kinds().into_iter().map(move |kind| (*action, kind))) {
            for calls in [Calls::Always, Calls::First(2), Calls::From(2)] {
                let fault = first(Fault::new(kind.clone())).action(action).calls(calls);
                let scene = scene().with(fault.clone());
                // The account timeout ends an endless throttling.
                let scene = scene.asking(|settings| settings.scan.account_timeout = Duration::from_secs(300));
                let outcome = scene.scan().await;
                let is_whole = fails(&outcome) == truth;
                recovered += usize::from(is_whole);
                let says_so = outcome.exit() == Exit::Incomplete;
                assert!(is_whole || says_so, "{fault:?}\n{}", outcome.text());
            }
        }
    }
    assert!(recovered > 300, "only {recovered} scans recovered");
}

/// The same for the calls that find the accounts; here a scan may also fail to start.
#[tokio::test(start_paused = true)]
async fn no_fault_makes_the_organization_smaller() {
    let actions = [
        "GetCallerIdentity",
        "DescribeOrganization",
        "ListRoots",
        "ListOrganizationalUnitsForParent",
        "ListAccounts",
        "ListAccountsForParent",
    ];
    // The excluded accounts do not matter here and need not be read.
    let excluded: BTreeSet<_> =
        (2..30).map(|number| (100_000_000_000_u64 + number).to_string().parse().unwrap()).collect();
    let scene = || {
        let old_fields = |options: &mut orgsim::SimOptions| options.account_fields = AccountFields::StatusOnly;
        let scene = Scene::of(spotless(30)).serving(old_fields);
        scene.asking(|settings| settings.scan.selection.excluded = excluded.clone())
    };
    let truth = scene().scan().await.text();
    let (mut not_started, mut incomplete, mut whole) = (0, 0, 0);
    for (action, kind) in actions.iter().flat_map(|action| kinds().into_iter().map(move |kind| (*action, kind))) {
        for calls in [Calls::Always, Calls::First(2), Calls::From(2)] {
            let fault = Fault::new(kind.clone()).action(action).calls(calls);
            match scene().with(fault.clone()).start().await.try_scan().await {
                Err(_) => not_started += 1,
                Ok(outcome) if outcome.exit() == Exit::Incomplete => incomplete += 1,
                Ok(outcome) => {
                    assert_eq!(outcome.text(), truth, "{fault:?}");
                    whole += 1;
                }
            }
        }
    }
    assert!(not_started > 30 && incomplete > 5 && whole > 50, "{not_started}, {incomplete}, {whole}");
}

fn kinds() -> Vec<FaultKind> {
    let error = |status, code| error(status, code).kind;
    let mut kinds = vec![error(403, "AccessDenied"), error(500, "InternalFailure"), error(404, "NoSuchEntity")];
    kinds.extend([FaultKind::Reset, FaultKind::Throttle]);
    kinds.extend([0, 40, 200, 330].map(|keep_bytes| FaultKind::Truncate { keep_bytes }));
    kinds
}

/// The violations in the first member account.
fn fails(outcome: &Outcome) -> Vec<String> {
    let findings = outcome.findings.iter().filter(|it| it.account_id.to_string() == FIRST);
    findings
        .map(|it| format!("{} {} {:?} {}", it.policy, it.user_name.as_ref().unwrap(), it.access_key_id(), it.status))
        .collect()
}
