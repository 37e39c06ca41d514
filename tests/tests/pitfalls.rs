//! What goes wrong in tools of this kind, each a test that fails as soon as it goes wrong here.

use orgsim::{
    AccountFields, Fault, InactiveKeys, World,
    fault::{Calls, FaultKind},
    world::{AccountState, KeyStatus, LastUsed},
};

use crate::{
    harness::{Scene, action, error, replaced},
    worlds::{FIRST, Key, SECOND, days_ago, key, organization, spotless, user, young},
};

#[tokio::test(start_paused = true)]
async fn the_unit_is_one_key() {
    let ann = user("ann", [key("OLD", 400.0).used(1.0), key("NEW", 5.0).used(1.0).inactive()]);
    let bob = user("bob", [key("UNUSED", 60.0), key("FINE", 5.0).used(1.0)]);
    insta::assert_snapshot!(Scene::of(organization([vec![ann, bob]])).scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob AKIAUNUSEDXXXXXXXXXX access-key-unused fail: never used in 60 days, limit 45
    100000000001 bob AKIAUNUSEDXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    exit 1
    ");
}

#[tokio::test(start_paused = true)]
async fn ages_are_durations_and_not_whole_days() {
    let ann = |days: f64| vec![user("ann", [key("AGED", days).used(1.0)])];
    let bob = |days: f64| vec![user("bob", [key("IDLE", 80.0).used(days)])];
    let text = async |users| Scene::of(organization([users])).scan().await.text();
    insta::assert_snapshot!(
        [text(ann(90.25)).await, text(ann(89.75)).await, text(bob(45.25)).await, text(bob(44.75)).await].join("\n"),
        @"
    2 of 2 accounts scanned
    100000000001 ann AKIAAGEDXXXXXXXXXXXX access-key-max-age fail: active for 91 days, limit 90
    exit 1
    2 of 2 accounts scanned
    exit 0
    2 of 2 accounts scanned
    100000000001 bob AKIAIDLEXXXXXXXXXXXX access-key-unused fail: unused for 46 days, limit 45
    exit 1
    2 of 2 accounts scanned
    exit 0
    "
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_never_used_is_idle_since_it_was_made() {
    let users = vec![user("ann", [key("OVER", 45.25)]), user("bob", [key("UNDER", 44.75)])];
    insta::assert_snapshot!(Scene::of(organization([users])).scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAOVERXXXXXXXXXXXX access-key-unused fail: never used in 46 days, limit 45
    exit 1
    ");
}

#[tokio::test(start_paused = true)]
async fn inactive_keys_are_not_flagged() {
    let ann = user("ann", [key("OFF", 400.0).inactive(), key("OFFTOO", 300.0).used(200.0).inactive()]);
    let world = organization([vec![ann]]);
    let undated = Scene::of(world.clone()).serving(|it| it.report_style.inactive_keys = InactiveKeys::NotApplicable);
    let scenes = [Scene::of(world.clone()), undated, Scene::of(world).fresh()];
    for scene in scenes {
        assert_eq!(scene.scan().await.text(), "2 of 2 accounts scanned\nexit 0");
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_read_neither_ends_the_run_nor_passes() {
    let mut world = spotless(3);
    world.accounts[1].roles = Some(Vec::new());
    insta::assert_snapshot!(Scene::of(world).scan().await.text(), @"
    3 of 4 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Check that arn:aws:iam::100000000001:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id if it asks for one
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_spotless_account_takes_three_calls_and_a_session_whatever_the_regions() {
    let outcome = Scene::of(spotless(2)).scan().await;
    assert_eq!(
        [outcome.calls(FIRST), outcome.calls(SECOND)],
        ["AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListUsers 1"; 2]
    );
}

#[tokio::test(start_paused = true)]
async fn a_fresh_scan_reads_each_user_and_only_the_last_uses_it_needs() {
    let users = vec![user("ann", [young(1)]), user("bob", [key("OLD", 400.0).used(1.0)]), user("cyd", [])];
    let outcome = Scene::of(organization([users])).fresh().scan().await;
    assert_eq!(outcome.calls(FIRST), "AssumeRole 1, GetAccessKeyLastUsed 2, ListAccessKeys 3, ListUsers 1");
}

#[tokio::test(start_paused = true)]
async fn tags_are_read_where_the_policy_needs_them_in_as_few_calls_as_possible() {
    let old = |name: &str| user(name, [key(&name.to_uppercase(), 400.0).used(1.0)]);
    let mut service = old("dan");
    service.path = "/service/".into();
    let one = Scene::of(organization([vec![old("ann"), service, user("bob", [young(1)])]])).by_example().scan().await;
    let two =
        Scene::of(organization([vec![old("ann"), old("cyd"), user("bob", [young(1)])]])).by_example().scan().await;
    insta::assert_snapshot!([one.calls(FIRST), two.calls(FIRST)].join("\n"), @"
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 2, ListUserTags 1, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 1, GetAccountAuthorizationDetails 1, GetCredentialReport 1, ListAccessKeys 2, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn users_beyond_the_first_page_are_read() {
    let mut users: Vec<_> = (0..1050).map(|number| user(&format!("user{number:04}"), [])).collect();
    users[1049].keys.push(key("LAST", 400.0).used(1.0));
    insta::assert_snapshot!(Scene::of(organization([users])).fresh().scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 user1049 AKIALASTXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    ");
}

#[tokio::test(start_paused = true)]
async fn keys_beyond_the_first_page_are_read() {
    let mut keys: Vec<_> = (0..1050).map(|number| key(&format!("N{number:04}"), 10.0).inactive()).collect();
    keys.push(key("ZLAST", 400.0).used(1.0));
    insta::assert_snapshot!(Scene::of(organization([vec![user("ann", keys)]])).fresh().scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAZLASTXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    ");
}

#[tokio::test(start_paused = true)]
async fn tags_beyond_the_first_page_are_read() {
    let mut users: Vec<_> = (0..1050).map(|number| user(&format!("user{number:04}"), [])).collect();
    for index in [0, 1, 1049] {
        users[index].keys.push(key(&format!("N{index}"), 200.0).used(1.0));
        users[index].tags = orgsim::world::Tags::new(vec![("service-account".into(), "true".into())]);
    }
    let outcome = Scene::of(organization([users])).by_example().scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    2 of 2 accounts scanned
    100000000001 user0000 AKIAN0XXXXXXXXXXXXXX access-key-max-age-with-service-accounts exempt: service accounts replace their keys within 365 days
    100000000001 user0001 AKIAN1XXXXXXXXXXXXXX access-key-max-age-with-service-accounts exempt: service accounts replace their keys within 365 days
    100000000001 user1049 AKIAN1049XXXXXXXXXXX access-key-max-age-with-service-accounts exempt: service accounts replace their keys within 365 days
    exit 0
    AssumeRole 1, GenerateCredentialReport 1, GetAccountAuthorizationDetails 2, GetCredentialReport 1, ListAccessKeys 3, ListUsers 2
    ");
}

#[tokio::test(start_paused = true)]
async fn accounts_and_units_beyond_the_first_page_are_read() {
    let world = many_units();
    for fields in [AccountFields::All, AccountFields::StatusOnly] {
        let outcome = Scene::of(world.clone())
            .serving(|options| options.account_fields = fields)
            .asking(|settings| settings.scan.selection.units = vec!["Root/Unit44".to_owned()])
            .scan()
            .await;
        assert_eq!(outcome.text(), "1 of 1 accounts scanned\nexit 0", "{fields:?}");
        let outcome = Scene::of(world.clone()).serving(|options| options.account_fields = fields).scan().await;
        assert_eq!(outcome.text(), "46 of 46 accounts scanned\nexit 0", "{fields:?}");
    }
}

/// 45 accounts, each in a unit of its own, all of them below the root.
fn many_units() -> World {
    let mut world = spotless(45);
    for (number, account) in world.accounts.iter_mut().enumerate().skip(1) {
        account.ou = format!("Unit{:02}", number - 1).into();
    }
    crate::worlds::completed(&world)
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_with_a_token_is_not_the_end() {
    let mut pages = Vec::new();
    for seed in 0..3 {
        let mut world = spotless(45);
        world.seed = seed;
        let outcome = Scene::of(world).scan().await;
        assert_eq!(outcome.text(), "46 of 46 accounts scanned\nexit 0");
        pages.push(outcome.sim.calls().action("ListAccounts"));
    }
    // Three pages hold them all: what is more was empty.
    assert!(pages.iter().any(|pages| *pages > 3), "{pages:?}");
}

#[tokio::test(start_paused = true)]
async fn the_state_of_an_account_wins_over_its_older_status() {
    let mut world = spotless(2);
    world.accounts[1].state = AccountState::Suspended;
    let scene = Scene::of(world).after(|request, response| match action(request).as_str() {
        "ListAccounts" => replaced(response, r#""Status":"SUSPENDED""#, r#""Status":"ACTIVE""#),
        _ => response,
    });
    insta::assert_snapshot!(scene.scan().await.text(), @"
    2 of 3 accounts scanned
    skipped 100000000001 at state: the account is SUSPENDED
    exit 0
    ");
}

#[tokio::test(start_paused = true)]
async fn a_report_in_progress_is_awaited_without_a_busy_loop() {
    let scene = Scene::of(spotless(1)).serving(|it| it.report_time = std::time::Duration::from_secs(60));
    let outcome = scene.scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    2 of 2 accounts scanned
    exit 0
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 10, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn an_expired_report_is_requested_again() {
    for code in ["ReportExpired", "ReportNotPresent"] {
        let fault = error(410, code).action("GetCredentialReport").calls(Calls::First(1));
        let outcome = Scene::of(spotless(1)).with(fault).scan().await;
        assert_eq!(outcome.text(), "2 of 2 accounts scanned\nexit 0");
        assert_eq!(
            outcome.calls(FIRST),
            "AssumeRole 1, GenerateCredentialReport 2, GetCredentialReport 2, ListUsers 1",
            "{code}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_old_report_is_not_used() {
    let world = organization([vec![user("ann", [key("OLD", 400.0).used(1.0)])]]);
    let scene = Scene::of(world).after(|request, response| match action(request).as_str() {
        "GetCredentialReport" => replaced(response, "<GeneratedTime>2026-11-01", "<GeneratedTime>2026-10-01"),
        _ => response,
    });
    let outcome = scene.scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    2 of 2 accounts scanned
    noted 100000000000: the users were read one by one: the credential report was made at 2026-10-01T00:00:00Z, which is too long ago
    noted 100000000001: the users were read one by one: the credential report was made at 2026-10-01T00:00:00Z, which is too long ago
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1
    ");
}

/// A key that the report shows as unused was used since.
#[tokio::test(start_paused = true)]
async fn the_last_use_is_read_before_a_key_is_reported_as_unused() {
    let lab = Scene::of(organization([vec![user("ann", [key("IDLE", 80.0).used(60.0)])]])).start().await;
    let first = lab.scan().await;
    lab.change(|world| world.accounts[1].users[0].keys[0].last_used = used_now());
    lab.sim.forget_calls();
    let second = lab.wait(16 * 60).await.scan().await;
    insta::assert_snapshot!([first.text(), second.text(), second.calls(FIRST)].join("\n"), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAIDLEXXXXXXXXXXXX access-key-unused fail: unused for 60 days, limit 45
    exit 1
    2 of 2 accounts scanned
    exit 0
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1
    ");
}

/// A report of the last 15 minutes knows as much of last uses as AWS itself.
#[tokio::test(start_paused = true)]
async fn a_fresh_report_is_used_for_last_uses() {
    let world = organization([vec![user("ann", [key("IDLE", 80.0).used(60.0)])]]);
    let outcome = Scene::of(world).scan().await;
    assert_eq!(
        outcome.calls(FIRST),
        "AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1"
    );
}

fn used_now() -> Option<LastUsed> {
    Some(LastUsed { at: days_ago(0.0), service: "s3".into(), region: "eu-west-1".into() })
}

/// An hour after a report was made it is still the one that AWS gives. A user of the report is looked at as it is
/// now.
#[tokio::test(start_paused = true)]
async fn changes_since_the_report_are_read_before_anything_is_reported() {
    let old = |name: &str| user(name, [key(&name.to_uppercase(), 400.0).used(1.0)]);
    let mut reactivated = old("reactivated");
    reactivated.keys.push(key("OFF", 300.0).used(1.0).inactive());
    let users = vec![old("deactivated"), old("deleted"), old("gone"), old("made"), reactivated, old("same")];
    let lab = Scene::of(organization([users])).start().await;
    let before = lab.scan().await.text();
    lab.change(|world| {
        let account = &mut world.accounts[1];
        account.user_mut("deactivated").unwrap().keys[0].status = KeyStatus::Inactive;
        account.user_mut("deleted").unwrap().keys.clear();
        account.user_mut("made").unwrap().keys.push(key("NEW", 0.0));
        account.user_mut("reactivated").unwrap().keys[1].status = KeyStatus::Active;
        account.users.retain(|user| &*user.name != "gone");
    });
    let after = lab.wait(3600).await.scan().await.text();
    insta::assert_snapshot!([before, after].join("\n\n"), @"
    2 of 2 accounts scanned
    100000000001 deactivated AKIADEACTIVATEDXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 deleted AKIADELETEDXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 gone AKIAGONEXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 made AKIAMADEXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 reactivated AKIAREACTIVATEDXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 same AKIASAMEXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1

    2 of 2 accounts scanned
    100000000001 made AKIAMADEXXXXXXXXXXXX access-key-max-age fail: active for 401 days, limit 90
    100000000001 made AKIAMADEXXXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    100000000001 reactivated AKIAOFFXXXXXXXXXXXXX access-key-max-age fail: active for 301 days, limit 90
    100000000001 reactivated AKIAREACTIVATEDXXXXX access-key-max-age fail: active for 401 days, limit 90
    100000000001 reactivated AKIAREACTIVATEDXXXXX single-active-access-key fail: the user has a newer active key
    100000000001 same AKIASAMEXXXXXXXXXXXX access-key-max-age fail: active for 401 days, limit 90
    exit 1
    ");
}

/// Two keys made in the same second, and a list that has them the other way round than the report: which of the two was
/// used can only be asked.
#[tokio::test(start_paused = true)]
async fn on_a_tie_no_last_use_is_put_on_the_wrong_key() {
    let ann = user("ann", [key("USED", 59.5).used(1.0), key("UNUSED", 59.5)]);
    let lab = Scene::of(organization([vec![ann]])).start().await;
    let first = lab.scan().await.text();
    lab.change(|world| world.accounts[1].users[0].keys.reverse());
    lab.sim.forget_calls();
    let second = lab.scan().await;
    assert_eq!(first, second.text());
    insta::assert_snapshot!([second.text(), second.calls(FIRST)].join("\n"), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAUNUSEDXXXXXXXXXX access-key-unused fail: never used in 60 days, limit 45
    100000000001 ann AKIAUNUSEDXXXXXXXXXX single-active-access-key fail: the user has a newer active key
    exit 1
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 2, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn a_read_that_failed_is_not_an_empty_answer() {
    let world = organization([vec![user("ann", [key("OLD", 400.0).used(1.0)])]]);
    let mut texts = Vec::new();
    for action in ["ListUsers", "ListAccessKeys", "GetAccessKeyLastUsed"] {
        let fault = Fault::new(FaultKind::Truncate { keep_bytes: 150 }).action(action);
        texts.push(Scene::of(world.clone()).with(fault).fresh().scan().await.text());
    }
    insta::assert_snapshot!(texts.join("\n\n"), @"
    0 of 2 accounts scanned
    failed 100000000000 at read_users: iam:ListUsers could not reach AWS: connection reset by peer
    failed 100000000001 at read_users: iam:ListUsers could not reach AWS: connection reset by peer
    exit 3

    2 of 2 accounts scanned
    100000000000 security-scanner (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    100000000000 security-scanner (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    100000000000 security-scanner (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    100000000001 ann (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    100000000001 ann (no key) access-key-unused unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    100000000001 ann (no key) single-active-access-key unknown: access keys could not be read: iam:ListAccessKeys could not reach AWS: connection reset by peer
    exit 3

    2 of 2 accounts scanned
    100000000000 security-scanner AKIAROSDW5AAKY62S5K5 access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed could not reach AWS: connection reset by peer
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 ann AKIAOLDXXXXXXXXXXXXX access-key-unused unknown: access key last used could not be read: iam:GetAccessKeyLastUsed could not reach AWS: connection reset by peer
    exit 3
    ");
}
