//! What a policy does not ask for is not read: the calls of a scan are those of the branches that its scripts take.

use orgsim::{
    World,
    world::{Account, KeyStatus, MfaDevice, MfaKind, PublicKey, ServiceCredential},
};

use crate::{
    harness::Scene,
    worlds::{FIRST, Key, days_ago, key, member, organization, password, user, young},
};

/// A policy of one line.
pub(crate) fn script(resource: &str, body: &str) -> String {
    let object = if resource == "access_key" { "key" } else { resource };
    format!(
        "//! id: test\n//! title: Test\n//! severity: low\n//! resource: {resource}\n//! remedy: none\n\
         fn check({object}, params) {{ {body} }}"
    )
}

/// Twenty users with a young key each, of whom `old` have an old one.
fn twenty(old: usize) -> World {
    let users = (0..20).map(|index| {
        let name = format!("user{index:02}");
        let key = if index < old { key(&format!("OLD{index:02}"), 200.0).used(1.0) } else { young(index) };
        user(&name, [key])
    });
    organization([users.collect()])
}

/// The calls to the first member account, where `world` is judged by this script.
async fn calls(world: World, resource: &str, body: &str) -> String {
    let outcome = Scene::of(world).by_scripts(&[&script(resource, body)]).scan().await;
    let calls = outcome.calls(FIRST);
    let undecided = outcome.result.summary.by_status.unknown + outcome.result.summary.by_status.error;
    assert_eq!(undecided, 0, "{}", outcome.text());
    calls.replace("AssumeRole 1, ", "")
}

#[tokio::test(start_paused = true)]
async fn a_tag_costs_calls_only_for_the_users_that_reach_its_branch() {
    let last = "if key.age_days <= 90 { return pass(); } if key.user.tag(\"x\") == \"\" { return pass(); } pass()";
    let first = "if key.user.tag(\"x\") == \"y\" { return pass(); } if key.age_days > 90 { return pass(); } pass()";
    insta::assert_snapshot!(
        [
            calls(twenty(0), "access_key", last).await,
            calls(twenty(1), "access_key", last).await,
            // For more than one user a single call for the whole account is cheaper.
            calls(twenty(3), "access_key", last).await,
            calls(twenty(3), "access_key", first).await,
            calls(twenty(3), "access_key", "if key.age_days > 400 { fail(\"old\") } else { pass() }").await,
        ]
        .join("\n"),
        @"
    GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 20, ListUserTags 1, ListUsers 1
    GenerateCredentialReport 1, GetAccountAuthorizationDetails 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    GenerateCredentialReport 1, GetAccountAuthorizationDetails 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    "
    );
}

#[tokio::test(start_paused = true)]
async fn a_root_policy_lists_no_user_and_asks_for_no_report() {
    let body = "if root.has_access_key { fail(\"key\") } else { pass() }";
    let hardware = "if !root.has_mfa { return pass(); } if root.has_hardware_mfa { pass() } else { pass() }";
    let rules = "if account.password_policy.minimum_length >= 8 { pass() } else { fail(\"short\") }";
    insta::assert_snapshot!(
        [
            calls(twenty(3), "root", body).await,
            calls(twenty(3), "root", hardware).await,
            calls(twenty(3), "account", rules).await,
        ]
        .join("\n"),
        @"
    GetAccountSummary 1
    GetAccountSummary 1
    GetAccountPasswordPolicy 1
    "
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_read_for_the_account_is_read_once() {
    let administrators = "if user.is_administrator { pass() } else { pass(`${user.groups.len} ${user.tag(\"x\")}`) }";
    let credentials = "if service_credential.has_expiry { pass() } else { pass() }";
    insta::assert_snapshot!(
        [
            calls(twenty(3), "user", administrators).await,
            calls(twenty(3), "service_credential", credentials).await,
            calls(twenty(3), "account", "if account.users.len == 20 { pass() } else { fail(\"users\") }").await,
            calls(twenty(3), "account", "if account.access_keys.filter(|key| key.age_days > 90).len == 3 { pass() } else { fail(\"keys\") }").await,
            calls(twenty(3), "account", "if account.access_keys.filter(|key| key.age_days > 90).len > 0 { fail(\"old\") } else { pass() }").await,
        ]
        .join("\n"),
        @"
    GenerateCredentialReport 1, GetAccountAuthorizationDetails 1, GetCredentialReport 1, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListServiceSpecificCredentials 1, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    GenerateCredentialReport 1, GetCredentialReport 1, ListAccessKeys 20, ListUsers 1
    "
    );
}

/// An account with one resource of each kind, each of which violates a policy.
fn full() -> Account {
    let mut account = member(1);
    let mut bob = user("bob", [key("BOB", 200.0).used(100.0)]);
    bob.password = Some(password(300.0, Some(100.0)));
    bob.attached_policies = vec!["AdministratorAccess".into()];
    let mut eve = user("eve", []);
    eve.mfa_devices = vec![MfaDevice::new(MfaKind::Hardware, days_ago(50.0))];
    let (id, status, uploaded_at) = (|| "".into(), KeyStatus::Active, days_ago(500.0));
    eve.signing_certificates = vec![PublicKey { id: id(), status, uploaded_at }];
    eve.ssh_keys = vec![PublicKey { id: id(), status, uploaded_at }];
    let (service, created_at) = ("bedrock".into(), days_ago(10.0));
    eve.service_credentials = vec![ServiceCredential { id: id(), service, status, created_at, expires_at: None }];
    account.users = vec![bob, eve];
    account.root.keys = vec![key("ROOT", 900.0)];
    account.root.password = true;
    account
}

/// Each resource with a property of it, as a violation whose message has its value.
const ANSWERS: [(&str, &str); 9] = [
    ("access_key", "fail(`${key.id} ${key.minutes_after_user} ${key.last_used_service} ${key.user.groups.len}`)"),
    ("user", "fail(`${user.has_password} ${user.has_mfa} ${user.is_administrator} ${user.access_keys.len}`)"),
    ("account", "fail(`${account.users.len} ${account.password_policy.is_set} ${account.root.has_access_key}`)"),
    ("root", "fail(`${root.has_access_key} ${root.has_mfa} ${root.has_hardware_mfa} ${root.never_used}`)"),
    ("password", "fail(`${password.age_days} ${password.idle_days} ${password.user.name}`)"),
    ("mfa", "fail(`${mfa.kind} ${mfa.age_days}`)"),
    ("service_credential", "fail(`${service_credential.service} ${service_credential.has_expiry}`)"),
    ("signing_certificate", "fail(`${signing_certificate.active} ${signing_certificate.age_days}`)"),
    ("ssh_key", "fail(`${ssh_key.active} ${ssh_key.age_days}`)"),
];

async fn answers(fresh: bool) -> String {
    let mut texts = Vec::new();
    for (resource, body) in ANSWERS {
        let mut world = organization([]);
        world.accounts.push(full());
        let scene = Scene::of(crate::worlds::completed(&world)).by_scripts(&[&script(resource, body)]);
        let scene = scene.asking(|settings| settings.scan.selection.accounts = [FIRST.parse().unwrap()].into());
        let outcome = if fresh { scene.fresh() } else { scene }.scan().await;
        texts.push(outcome.text());
    }
    texts.join("\n")
}

#[tokio::test(start_paused = true)]
async fn every_kind_of_resource_is_judged_by_what_aws_says() {
    let by_report = answers(false).await;
    assert_eq!(by_report, answers(true).await);
    insta::assert_snapshot!(by_report, @"
    1 of 1 accounts scanned
    100000000001 bob AKIABOBXXXXXXXXXXXXX test fail: AKIABOBXXXXXXXXXXXXX 1152000 s3 0
    exit 1
    1 of 1 accounts scanned
    100000000001 bob user test fail: true false true 1
    100000000001 eve user test fail: false true false 0
    exit 1
    1 of 1 accounts scanned
    100000000001 (no user) account test fail: 2 false true
    exit 1
    1 of 1 accounts scanned
    100000000001 (no user) root test fail: true false false true
    exit 1
    1 of 1 accounts scanned
    100000000001 bob password test fail: 300 100 bob
    exit 1
    1 of 1 accounts scanned
    100000000001 eve GAHT58265935 test fail: hardware 50
    exit 1
    1 of 1 accounts scanned
    100000000001 eve ACCATHHDXTS2AWJXESPP7 test fail: bedrock false
    exit 1
    1 of 1 accounts scanned
    100000000001 eve JCANWM2JPU2SF3AVSBBKJSIYWWOW test fail: true 500
    exit 1
    1 of 1 accounts scanned
    100000000001 eve APKA24VUQOU63CMQB76VA test fail: true 500
    exit 1
    ");
}
