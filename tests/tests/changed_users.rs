//! Users and keys that change between the credential report and the scan, or while the scan runs.

use std::sync::atomic::{AtomicBool, Ordering};

use orgsim::{
    Fault, World,
    fault::Calls,
    world::{Account, ServiceCredential, User},
};

use crate::{
    demand::script,
    harness::{ACCESS_KEY_POLICIES, Scene, action, error, parameter},
    worlds::{FIRST, Key, days_ago, first_member, key, old, organization, user, young},
};

#[tokio::test(start_paused = true)]
async fn a_user_that_was_renamed_is_read_by_its_new_name() {
    let lab = Scene::of(organization([vec![old("ann"), user("bob", [young(1)])]])).start().await;
    let outcome = lab.an_hour_later(|account| account.user_mut("ann").unwrap().name = "zoe".into()).await;
    insta::assert_snapshot!(outcome.details(), @"
    2 of 2 accounts scanned
    100000000001 zoe AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 401 days, limit 90
    exit 1
    3 users, 0 gone, 1 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 1, ListUsers 2
    ");
}

#[tokio::test(start_paused = true)]
async fn a_user_that_was_made_since_the_report_is_read() {
    let policies =
        [ACCESS_KEY_POLICIES, &["access-key-of-administrator", "service-credential-without-expiry"]].concat();
    let lab = Scene::of(organization([vec![user("bob", [young(1)])]])).by(&policies).start().await;
    let outcome = lab.an_hour_later(|account| {
        let mut eve = User { created_at: days_ago(-0.01), ..user("eve", [key("EVE", -0.02)]) };
        eve.attached_policies = vec!["AdministratorAccess".into()];
        let text = "{ service: bedrock, created_at: 2026-11-01T00:40:00Z }";
        eve.service_credentials = vec![serde_yaml::from_str::<ServiceCredential>(text).unwrap()];
        account.users.push(eve);
    });
    insta::assert_snapshot!(outcome.await.details(), @"
    2 of 2 accounts scanned
    100000000001 eve AKIAEVEXXXXXXXXXXXXX access-key-of-administrator fail: its user is an administrator
    100000000001 eve ACCATHHDXTS2AWJXESPP7 service-credential-without-expiry fail: a credential for bedrock that never expires, limit 365 days
    exit 1
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetAccountAuthorizationDetails 1, GetCredentialReport 1, ListAccessKeys 1, ListServiceSpecificCredentials 1, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn users_that_were_deleted_or_made_again_are_counted_and_not_judged_by_the_report() {
    let again = User { created_at: days_ago(500.0), ..user("again", [young(1)]) };
    let lab = Scene::of(organization([vec![old("gone"), again, user("bob", [young(2)])]])).start().await;
    let outcome = lab.an_hour_later(|account| {
        account.users.retain(|user| &*user.name == "bob");
        // The report knows it with a young key.
        account.users.push(User { created_at: days_ago(450.0), ..old("again") });
    });
    insta::assert_snapshot!(outcome.await.details(), @"
    2 of 2 accounts scanned
    100000000001 again AKIAAGAINXXXXXXXXXXX access-key-max-age fail: active for 401 days, limit 90
    exit 1
    3 users, 2 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 1, ListUsers 2
    ");
}

#[tokio::test(start_paused = true)]
async fn a_user_that_only_the_report_has_is_read_by_name() {
    // ListUsers omits an existing user, as an outdated answer of an eventually consistent service does.
    let scene = |denied: bool| {
        let scene =
            Scene::of(organization([vec![old("ann"), user("bob", [young(1)])]])).after(
                |request, response| match action(request).as_str() {
                    "ListUsers" if String::from_utf8_lossy(response.body()).contains(">ann<") => {
                        without(response, "ann")
                    }
                    _ => response,
                },
            );
        if denied { scene.with(error(403, "AccessDenied").action("GetUser")) } else { scene }
    };
    insta::assert_snapshot!([scene(false).scan().await.details(), scene(true).scan().await.details()].join("\n\n"), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 1, ListUsers 1

    2 of 2 accounts scanned
    100000000001 ann (no key) access-key-max-age unknown: users could not be read: the credential report has the user, iam:ListUsers has not, and then iam:GetUser was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) access-key-unused unknown: users could not be read: the credential report has the user, iam:ListUsers has not, and then iam:GetUser was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) single-active-access-key unknown: users could not be read: the credential report has the user, iam:ListUsers has not, and then iam:GetUser was denied: as the test wants it (AccessDenied)
    exit 3
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetUser 1, ListUsers 1
    ");
}

/// The first list misses a user that had got another name between two of its pages, and has another one by a name that
/// it lost before the report was made.
#[tokio::test(start_paused = true)]
async fn a_user_that_is_renamed_while_the_users_are_listed_is_read_once() {
    let world = || organization([vec![old("ann"), user("bob", [young(1)])]]);
    let lists = AtomicBool::new(false);
    let by_list = Scene::of(world()).after(move |request, response| {
        let is_first = action(request) == "ListUsers" && String::from_utf8_lossy(response.body()).contains(">ann<");
        if is_first && !lists.swap(true, Ordering::Relaxed) { without(response, "ann") } else { response }
    });
    // The report knows ann, no user has the name any more, and the first list has neither name.
    let by_list = by_list.with(not_found().action("GetUser")).scan().await;
    insta::assert_snapshot!(by_list.details(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    3 users, 0 gone, 1 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 1, ListUsers 2
    ");
    // The list has the old name, and the report the new one.
    let is_done = AtomicBool::new(false);
    let scene = Scene::of(world()).asking(|settings| settings.scan.concurrency.calls_per_account = 1);
    let scene = scene.before(move |handle, request| {
        let is_report = action(request) == "GenerateCredentialReport";
        if is_report && !is_done.swap(true, Ordering::Relaxed) {
            handle.sim.with_world_mut(|world| first_member(world).user_mut("ann").unwrap().name = "zoe".into());
        }
    });
    insta::assert_snapshot!(scene.scan().await.details(), @"
    2 of 2 accounts scanned
    100000000001 zoe AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 1, ListUsers 1
    ");
}

/// The answer to ListUsers without one user.
fn without(response: http::Response<bytes::Bytes>, name: &str) -> http::Response<bytes::Bytes> {
    let (head, body) = response.into_parts();
    let body = String::from_utf8(body.to_vec()).unwrap();
    let at = body.find(&format!("<UserName>{name}<")).unwrap();
    let (from, to) = (body[..at].rfind("<member>").unwrap(), at + body[at..].find("</member>").unwrap() + 9);
    http::Response::from_parts(head, format!("{}{}", &body[..from], &body[to..]).into())
}

fn not_found() -> Fault {
    error(404, "NoSuchEntity").account(FIRST.parse().unwrap())
}

/// IAM is eventually consistent: what is there may not be found for a while.
#[tokio::test(start_paused = true)]
async fn a_user_that_is_not_found_at_first_is_not_lost() {
    let world = || organization([vec![old("ann"), user("bob", [young(1)])]]);
    let policies = [ACCESS_KEY_POLICIES, &["user-without-owner-tag", "console-user-without-mfa"]].concat();
    for fresh in [false, true] {
        let scene = || if fresh { Scene::of(world()).by(&policies).fresh() } else { Scene::of(world()).by(&policies) };
        let truth = scene().scan().await.text();
        assert!(truth.contains("exit 1"), "{truth}");
        for action in ["ListAccessKeys", "ListUserTags", "GetLoginProfile", "ListMFADevices"] {
            for calls in [Calls::First(1), Calls::First(3)] {
                let outcome = scene().with(not_found().action(action).calls(calls)).scan().await;
                assert_eq!(outcome.text(), truth, "{action} {calls:?} {fresh}");
                assert_eq!(outcome.users(), "3 users, 0 gone, 0 renamed");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_that_is_listed_and_never_found_is_unknown() {
    let world = organization([vec![old("ann"), user("bob", [young(1)])]]);
    let outcome = Scene::of(world).with(not_found().action("ListAccessKeys")).scan().await;
    insta::assert_snapshot!(outcome.details(), @"
    2 of 2 accounts scanned
    100000000001 ann (no key) access-key-max-age unknown: access keys could not be read: iam:ListAccessKeys found nothing: as the test wants it (NoSuchEntity), although iam:ListUsers lists the user
    exit 3
    3 users, 0 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 4, ListUsers 4
    ");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_when_a_user_is_not_found_leaves_it_unknown() {
    let world = organization([vec![old("ann"), user("bob", [young(1)])]]);
    let scene = Scene::of(world).with(not_found().action("ListAccessKeys").calls(Calls::First(1)));
    let denied = error(403, "AccessDenied").action("ListUsers").account(FIRST.parse().unwrap()).calls(Calls::From(2));
    insta::assert_snapshot!(scene.with(denied).scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 ann (no key) access-key-max-age unknown: users could not be read: AWS finds no such user, and then iam:ListUsers was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) access-key-unused unknown: users could not be read: AWS finds no such user, and then iam:ListUsers was denied: as the test wants it (AccessDenied)
    100000000001 ann (no key) single-active-access-key unknown: users could not be read: AWS finds no such user, and then iam:ListUsers was denied: as the test wants it (AccessDenied)
    exit 3
    ");
}

/// A policy for accounts that counts users and reads a property of each.
fn counting() -> String {
    let body = "let old = account.users.filter(|user| user.access_keys.some(|key| key.age_days > 90)); \
        fail(`${account.users.len} users, ${old.len} with old keys`)";
    script("account", body)
}

/// Changes the first member account when the keys of `ann` are asked for the first time.
fn in_mid_scan(world: World, change_account: impl Fn(&mut Account) + Send + Sync + 'static) -> Scene {
    let is_done = AtomicBool::new(false);
    Scene::of(world).before(move |handle, request| {
        let is_first = action(request) == "ListAccessKeys" && parameter(request, "UserName").as_deref() == Some("ann");
        if is_first && !is_done.swap(true, Ordering::Relaxed) {
            handle.sim.with_world_mut(|world| change_account(first_member(world)));
        }
    })
}

#[tokio::test(start_paused = true)]
async fn a_user_that_is_renamed_in_mid_scan_is_read_by_its_new_name() {
    let rename = |account: &mut Account| account.user_mut("ann").unwrap().name = "zoe".into();
    let world = organization([vec![old("ann"), user("bob", [young(1)])]]);
    let by_report = in_mid_scan(world.clone(), rename).scan().await;
    let fresh = in_mid_scan(world, rename).fresh().scan().await;
    assert_eq!((by_report.text(), by_report.users()), (fresh.text(), fresh.users()));
    insta::assert_snapshot!(by_report.details(), @"
    2 of 2 accounts scanned
    100000000001 zoe AKIAANNXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    3 users, 0 gone, 1 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, ListAccessKeys 2, ListUsers 2
    ");
}

/// It is neither counted nor read, also not for a policy for accounts.
#[tokio::test(start_paused = true)]
async fn a_user_that_is_deleted_in_mid_scan_is_gone() {
    let delete = |account: &mut Account| account.users.retain(|user| &*user.name != "ann");
    let world = organization([vec![old("ann"), old("bob")]]);
    let scene = |fresh: bool| {
        let scene = in_mid_scan(world.clone(), delete).by_scripts(&[&counting()]);
        if fresh { scene.fresh() } else { scene }
    };
    let (by_report, fresh) = (scene(false).scan().await, scene(true).scan().await);
    assert_eq!((by_report.text(), by_report.users()), (fresh.text(), fresh.users()));
    insta::assert_snapshot!(by_report.details(), @"
    2 of 2 accounts scanned
    100000000000 (no user) account test fail: 1 users, 0 with old keys
    100000000001 (no user) account test fail: 1 users, 1 with old keys
    exit 1
    2 users, 1 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 2, ListUsers 2
    ");
}

#[tokio::test(start_paused = true)]
async fn a_user_that_is_made_again_in_mid_scan_is_read_as_the_new_one() {
    let remake = |account: &mut Account| {
        account.users.retain(|user| &*user.name != "ann");
        let again = User { id: Some("AIDAAGAIN".into()), ..user("ann", [key("AGAIN", 200.0).used(1.0)]) };
        account.users.push(again);
    };
    let mut ann = old("ann");
    // The simulator returns the new user at once, so the first answer must be that there is no such user.
    ann.keys = vec![key("ANN", 400.0)];
    let world = organization([vec![ann, user("bob", [young(1)])]]);
    let scene = in_mid_scan(world, remake).with(not_found().action("ListAccessKeys").calls(Calls::First(1)));
    insta::assert_snapshot!(scene.scan().await.details(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIAAGAINXXXXXXXXXXX access-key-max-age fail: active for 200 days, limit 90
    exit 1
    3 users, 1 gone, 0 renamed
    AssumeRole 1, GenerateCredentialReport 1, GetAccessKeyLastUsed 1, GetCredentialReport 1, GetUser 1, ListAccessKeys 2, ListUsers 2
    ");
}

/// For a key that does not exist, AWS denies the request as for a caller without permission.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_deleted_before_its_last_use_is_read_is_gone() {
    let world = || organization([vec![user("ann", [key("GONE", 80.0).used(60.0), key("STAYS", 70.0).used(50.0)])]]);
    let scene = |answer: Option<Fault>| {
        let scene = Scene::of(world()).fresh().by(&["access-key-unused"]);
        let scene = scene.asking(|settings| settings.scan.concurrency.calls_per_account = 1);
        let scene = match answer {
            Some(fault) => scene.with(fault.action("GetAccessKeyLastUsed").calls(Calls::First(1))),
            None => scene,
        };
        scene.before(move |handle, request| {
            let is_asked = action(request) == "GetAccessKeyLastUsed";
            if is_asked && parameter(request, "AccessKeyId").is_some_and(|id| id.contains("GONE")) {
                handle.sim.with_world_mut(|world| {
                    first_member(world).users[0].keys.retain(|key| !key.id.contains("GONE"));
                });
            }
        })
    };
    let as_aws = scene(None).scan().await;
    let as_moto = scene(Some(not_found())).scan().await;
    assert_eq!(as_aws.text(), as_moto.text());
    insta::assert_snapshot!(as_aws.details(), @"
    2 of 2 accounts scanned
    100000000001 ann AKIASTAYSXXXXXXXXXXX access-key-unused fail: unused for 50 days, limit 45
    exit 1
    2 users, 0 gone, 0 renamed
    AssumeRole 1, GetAccessKeyLastUsed 2, ListAccessKeys 2, ListUsers 1
    ");
}
