//! Credential reports that are wrong about a key: a scan finds out and uses nothing of them.

use keysweep::exit::Exit;
use orgsim::{InactiveKeys, World, world::User};

use crate::{
    harness::{ACCESS_KEY_POLICIES, Scene, action},
    worlds::{FIRST, Key, SECOND, days_ago, first_member, key, old, organization, user, young},
};

/// A user with an old key that was changed lately, so that the report shows it as young.
fn changed(name: &str, used: f64) -> User {
    let mut user = old(name);
    user.keys = vec![key(&name.to_uppercase(), 400.0).used(used)];
    user.keys[0].changed_at = Some(days_ago(60.0));
    user
}

/// The report is trusted about bob's key, which passes by it, until ann's key is read live, which was changed as well and
/// was not used since.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_older_than_the_report_says_makes_the_report_worthless() {
    let world = || organization([vec![changed("ann", 59.0), changed("bob", 1.0), user("cyd", [young(1)])]]);
    let alone = Scene::of(world()).scan().await;
    let policies = [ACCESS_KEY_POLICIES, &["stale-access-key-share"]].concat();
    let with_accounts = Scene::of(world()).by(&policies).scan().await;
    assert_eq!(alone.text(), with_accounts.text());
    insta::assert_snapshot!(alone.details(), @"
    2 of 2 accounts scanned
    noted 100000000001: the users were read one by one: the credential report cannot be used: of the user `ann` it says that a key was made at 2026-09-02T00:00:00Z, and AWS says 2025-09-27T00:00:00Z
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-unused fail: unused for 59 days, limit 45
    100000000001 bob AKIABOBXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    4 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 3, GetCredentialReport 1, ListAccessKeys 3, ListUsers 1
    ");
    let truth = Scene::of(world()).fresh().scan().await;
    assert_eq!(alone.findings, truth.findings);
}

/// What only a report has is unknown then.
#[tokio::test(start_paused = true)]
async fn a_worthless_report_is_not_used_for_root_either() {
    let world = organization([vec![changed("ann", 59.0)]]);
    let policies = [ACCESS_KEY_POLICIES, &["root-used"]].concat();
    insta::assert_snapshot!(Scene::of(world).by(&policies).scan().await.text(), @"
    2 of 2 accounts scanned
    noted 100000000001: the users were read one by one: the credential report cannot be used: of the user `ann` it says that a key was made at 2026-09-02T00:00:00Z, and AWS says 2025-09-27T00:00:00Z
    100000000001 (no user) root root-used unknown: credential report could not be read: the credential report cannot be used: of the user `ann` it says that a key was made at 2026-09-02T00:00:00Z, and AWS says 2025-09-27T00:00:00Z
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-unused fail: unused for 59 days, limit 45
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_used_before_the_report_says_it_was_made_shows_it_without_a_call() {
    // By the report nothing would have to be read live.
    let world = organization([vec![changed("ann", 61.0), changed("bob", 1.0)]]);
    let scene = |used: f64| {
        let mut world = world.clone();
        first_member(&mut world).users[0].keys[0] = key("ANN", 400.0).used(used);
        first_member(&mut world).users[0].keys[0].changed_at = Some(days_ago(40.0));
        Scene::of(world)
    };
    insta::assert_snapshot!(scene(41.0).scan().await.details(), @"
    2 of 2 accounts scanned
    noted 100000000001: the users were read one by one: the credential report cannot be used: it gives 2026-09-22T00:00:00Z as the date of a key of `ann` that was used at 2026-09-21T00:00:00Z, so that its dates are not those of the keys' creation
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    100000000001 bob AKIABOBXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 2, GetCredentialReport 1, ListAccessKeys 2, ListUsers 1
    ");
    // The beginning of a span of 15 minutes is what AWS records of a use.
    let within_the_span = scene(40.0 + 14.0 / 1440.0).by(&["access-key-max-age"]).scan().await;
    assert_eq!(within_the_span.text(), "2 of 2 accounts scanned\nexit 0");
}

/// A hundred and fifty tidy users in each of two accounts, and a third account with or without a user that has an
/// inactive key.
fn tidy(inactive: bool) -> World {
    let users =
        |account: usize| (0..150).map(move |number| user(&format!("user{number:03}"), [young(account * 200 + number)]));
    let mut some = vec![user("ann", [young(999)])];
    if inactive {
        some.push(user("bob", [key("OFF", 30.0).used(20.0).inactive()]));
    }
    organization([some, users(1).collect(), users(2).collect()])
}

/// An undated slot may hold an inactive key, which is old for all that is known.
#[tokio::test(start_paused = true)]
async fn an_inactive_key_that_a_report_dates_spares_tidy_users_elsewhere_a_call() {
    let scene = |inactive, style: InactiveKeys| {
        let scene = Scene::of(tidy(inactive)).by(&["access-key-inactive-too-long", "access-key-max-age"]);
        let scene = scene.serving(|options| options.report_style.inactive_keys = style);
        scene.asking(|settings| settings.scan.concurrency.accounts = 1)
    };
    let with = scene(true, InactiveKeys::Dated).scan().await;
    let without = scene(false, InactiveKeys::Dated).scan().await;
    let undated = scene(true, InactiveKeys::NotApplicable).scan().await;
    assert!([&with, &without, &undated].iter().all(|outcome| outcome.exit() == Exit::Clean));
    insta::assert_snapshot!(
        [with.calls(FIRST), with.calls(SECOND), without.calls(SECOND), undated.calls(SECOND)].join("\n"),
        @"
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 150, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 150, ListUsers 1
    "
    );
}

/// The evidence of one account is compared with every live list of another.
#[tokio::test(start_paused = true)]
async fn a_key_that_contradicts_what_other_reports_show_makes_the_report_worthless() {
    // The second account's report has no date for the inactive key of cyd, which is old; dan is read live anyway.
    let cyd = user("cyd", [young(1), key("OLDOFF", 300.0).inactive()]);
    let dan = user("dan", [key("DAN", 200.0).used(1.0), key("DANOFF", 300.0).inactive()]);
    let bob = user("bob", [key("OFF", 30.0).used(20.0).inactive()]);
    let scene = Scene::of(organization([vec![bob], vec![cyd, dan]]))
        .by(&["access-key-inactive-too-long", "access-key-max-age"])
        .asking(|settings| settings.scan.concurrency.accounts = 1)
        .after(|request, response| match action(request).as_str() {
            "GetCredentialReport" => undated(response),
            _ => response,
        });
    let outcome = scene.scan().await;
    insta::assert_snapshot!([outcome.text(), outcome.calls(SECOND)].join("\n"), @"
    3 of 3 accounts scanned
    noted 100000000002: the users were read one by one: the credential report cannot be used: of the user `dan` it has no date for a key that was made at 2026-01-05T00:00:00Z
    100000000002 cyd AKIAOLDOFFXXXXXXXXXX access-key-inactive-too-long fail: inactive and unused for 300 days, limit 90
    100000000002 dan AKIADANOFFXXXXXXXXXX access-key-inactive-too-long fail: inactive and unused for 300 days, limit 90
    100000000002 dan AKIADANXXXXXXXXXXXXX access-key-max-age fail: active for 200 days, limit 90
    exit 1
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 2, GetCredentialReport 1, ListAccessKeys 2, ListUsers 1
    ");
}

/// The report of the second member account as the documentation has it: without the dates of inactive keys.
fn undated(response: http::Response<bytes::Bytes>) -> http::Response<bytes::Bytes> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let (before, rest) = body.split_once("<Content>").unwrap();
    let (content, after) = rest.split_once("</Content>").unwrap();
    let report = String::from_utf8(STANDARD.decode(content).unwrap()).unwrap();
    if !report.contains(SECOND) {
        return http::Response::from_parts(head, body.into());
    }
    let rows = report.lines().map(|row| {
        let mut cells: Vec<_> = row.split(',').collect();
        if cells[13] == "false" {
            cells[14..18].fill("N/A");
        }
        cells.join(",")
    });
    let report = STANDARD.encode(rows.collect::<Vec<_>>().join("\n"));
    http::Response::from_parts(head, format!("{before}<Content>{report}</Content>{after}").into())
}
