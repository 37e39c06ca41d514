//! The age and the last use of console passwords, which several sources give.

use orgsim::world::User;

use crate::{
    harness::Scene,
    worlds::{days_ago, organization, password, user},
};

#[tokio::test(start_paused = true)]
async fn a_password_that_was_made_again_since_the_report_is_as_old_as_the_new_one() {
    let mut ann = user("ann", []);
    ann.password = Some(password(1000.0, None));
    let mut bob = user("bob", []);
    bob.password = Some(password(1000.0, None));
    let lab = Scene::of(organization([vec![ann, bob]])).by(&["password-unused", "password-max-age"]).start().await;
    let outcome = lab.an_hour_later(|account| {
        let mut again = password(-0.02, None);
        again.created_at = Some(days_ago(-0.02));
        account.user_mut("ann").unwrap().password = Some(again);
    });
    insta::assert_snapshot!(outcome.await.details(), @"
    2 of 2 accounts scanned
    100000000001 bob password password-max-age fail: not changed for 1001 days and used without MFA, limit 90
    100000000001 bob password password-unused fail: never used in the 1001 days since it was set, limit 45
    exit 1
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetLoginProfile 2, ListMFADevices 2, ListUsers 1
    ");
}

/// One that was made after the report, one that got its first password after it, and one that was renamed.
#[tokio::test(start_paused = true)]
async fn a_fresh_scan_knows_the_age_of_a_password_that_is_newer_than_the_report() {
    let console = |name: &str, age: f64| {
        let mut user = User { id: Some(format!("AIDA{name}").into()), ..user(name, []) };
        user.created_at = days_ago(age);
        user.password = Some(password(age.min(300.0), None));
        user
    };
    let lab = Scene::of(organization([vec![console("old", 900.0), user("late", [])]]));
    let lab = lab.by(&["password-max-age", "password-unused"]).fresh().start().await;
    let outcome = lab.an_hour_later(|account| {
        let mut late = password(-0.02, None);
        late.created_at = Some(days_ago(-0.02));
        account.user_mut("late").unwrap().password = Some(late);
        account.user_mut("old").unwrap().name = "renamed".into();
        account.users.push(console("new", -0.02));
    });
    insta::assert_snapshot!(outcome.await.details(), @"
    2 of 2 accounts scanned
    100000000001 renamed password password-max-age fail: not changed for 301 days and used without MFA, limit 90
    100000000001 renamed password password-unused fail: never used in the 301 days since it was set, limit 45
    exit 1
    4 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetLoginProfile 3, ListMFADevices 1, ListUsers 1
    ");
}

/// Where the report should have a password and has not, no age is assumed.
#[tokio::test(start_paused = true)]
async fn an_old_password_that_is_not_in_the_report_is_unknown() {
    let mut bob = user("bob", []);
    bob.password = Some(password(10.0, None));
    let world = organization([vec![user("ann", []), bob]]);
    let lab = Scene::of(world).by(&["password-max-age"]).fresh().start().await;
    let outcome = lab.an_hour_later(|account| {
        account.user_mut("ann").unwrap().password = Some(password(500.0, None));
    });
    insta::assert_snapshot!(outcome.await.text(), @"
    2 of 2 accounts scanned
    100000000001 ann password password-max-age unknown: credential report could not be read: the report of 2026-11-01T00:00:00Z has no password of the user
    exit 3
    ");
}

/// It is in the list of users.
#[tokio::test(start_paused = true)]
async fn the_last_use_of_a_password_takes_no_call_for_each_user() {
    let users = (0..30).map(|number| {
        let mut user = user(&format!("user{number:02}"), []);
        user.password = Some(password(100.0, Some(if number == 7 { 80.0 } else { 1.0 })));
        user
    });
    let world = organization([users.collect()]);
    let by_report = Scene::of(world.clone()).by(&["password-unused"]).scan().await;
    let fresh = Scene::of(world).by(&["password-unused"]).fresh().scan().await;
    insta::assert_snapshot!([by_report.details(), fresh.details()].join("\n\n"), @"
    2 of 2 accounts scanned
    100000000001 user07 password password-unused fail: unused for 80 days, limit 45
    exit 1
    31 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetLoginProfile 1, ListUsers 1

    2 of 2 accounts scanned
    100000000001 user07 password password-unused fail: unused for 80 days, limit 45
    exit 1
    31 users, 0 gone, 0 renamed
    AssumeRole 1, GetLoginProfile 30, ListUsers 1
    ");
}
