//! Answers of AWS that are late or lack something.

use std::time::Duration;

use keysweep::exit::Exit;
use keysweep_aws::ReportWait;
use keysweep_scan::Reading;
use orgsim::{
    Fault,
    fault::FaultKind,
    world::{RootMfa, User},
};

use crate::{
    harness::{Scene, action, replaced},
    worlds::{FIRST, Key, completed, key, member, old, organization, user, young},
};

fn waiting(seconds: u64) -> ReportWait {
    ReportWait { timeout: Duration::from_secs(seconds), ..ReportWait::default() }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_arrives_after_the_wait_is_used() {
    let scene = Scene::of(organization([vec![old("ann"), user("bob", [young(1)])]]))
        // After the wait, and before the last request, which is 2.6 to 3.5 seconds after the first.
        .serving(|options| options.report_time = Duration::from_millis(2_500))
        .asking(|settings| settings.scan.reading = Reading::Report(waiting(2)));
    let outcome = scene.scan().await;
    assert_eq!(outcome.result.coverage.notes, []);
    insta::assert_snapshot!(outcome.calls(FIRST), @"AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 3, ListAccessKeys 1, ListUsers 1");
}

#[tokio::test(start_paused = true)]
async fn a_fresh_scan_waits_for_a_report_no_longer_than_configured() {
    for seconds in [10, 50] {
        let scene = Scene::of(organization([vec![user("ann", [])]])).by(&["root-used"]).fresh();
        let scene = scene.with(Fault::new(FaultKind::ReportNeverReady));
        let scene = scene.asking(|settings| settings.scan.reading = Reading::Fresh(waiting(seconds)));
        let started = tokio::time::Instant::now();
        assert_eq!(scene.scan().await.exit(), Exit::Incomplete);
        let took = started.elapsed().as_secs();
        assert!((seconds..seconds + 12).contains(&took), "{took} of {seconds}");
    }
}

/// Neither is judged by what the summary has about the other.
#[tokio::test(start_paused = true)]
async fn an_incomplete_summary_is_used_for_what_it_has() {
    let mut account = member(1);
    account.root.password = true;
    account.root.mfa = RootMfa::None;
    account.root.keys = vec![key("ROOT", 10.0)];
    let mut world = organization([]);
    world.accounts.push(account);
    let scene = |name: &'static str| {
        let world = completed(&world);
        let scene = Scene::of(world).by(&["root-access-key", "root-mfa"]);
        let scene = scene.asking(|settings| settings.scan.selection.accounts = [FIRST.parse().unwrap()].into());
        scene.after(move |request, response| match action(request).as_str() {
            "GetAccountSummary" => replaced(response, name, "SomethingElse"),
            _ => response,
        })
    };
    let mut all = Vec::new();
    for name in ["AccountPasswordPresent", "AccountAccessKeysPresent", "AccountMFAEnabled"] {
        all.push(scene(name).scan().await.text());
    }
    insta::assert_snapshot!(all.join("\n\n"), @"
    1 of 1 accounts scanned
    100000000001 (no user) root root-access-key fail: the root user has an access key
    100000000001 (no user) root root-mfa unknown: account summary could not be read: iam:GetAccountSummary got an answer that cannot be used: no AccountPasswordPresent in it
    exit 3

    1 of 1 accounts scanned
    100000000001 (no user) root root-access-key unknown: account summary could not be read: iam:GetAccountSummary got an answer that cannot be used: no AccountAccessKeysPresent in it
    100000000001 (no user) root root-mfa fail: the root user has a password and no MFA device
    exit 3

    1 of 1 accounts scanned
    100000000001 (no user) root root-access-key fail: the root user has an access key
    100000000001 (no user) root root-mfa unknown: account summary could not be read: iam:GetAccountSummary got an answer that cannot be used: no AccountMFAEnabled in it
    exit 3
    ");
}

/// A group that is deleted between two pages of the answer, or a document that is not one, affects only its users.
#[tokio::test(start_paused = true)]
async fn what_the_details_lack_is_unknown_for_the_users_concerned_only() {
    let with = |name: &str, group: &str| User {
        groups: vec![group.into()],
        ..user(name, [key(&name.to_uppercase(), 10.0).used(1.0)])
    };
    let mut admin = user("admin", [young(9)]);
    admin.attached_policies = vec!["AdministratorAccess".into()];
    let mut broken = user("broken", [young(8)]);
    broken.inline_policies = serde_yaml::from_str("[{ name: own, actions: ['s3:*'] }]").unwrap();
    let world = organization([vec![with("ann", "kept"), with("cyd", "vanished"), admin, broken]]);
    let scene = Scene::of(world).by(&["access-key-of-administrator"]).after(|request, response| {
        if action(request) != "GetAccountAuthorizationDetails" {
            return response;
        }
        let body = String::from_utf8_lossy(response.body()).into_owned();
        if !body.contains("<GroupName>vanished<") {
            return response;
        }
        let response = replaced(response, "<GroupName>vanished<", "<GroupName>other<");
        replaced(response, "s3%3A", "%22")
    });
    insta::assert_snapshot!(scene.scan().await.text(), @"
    2 of 2 accounts scanned
    100000000001 admin AKIAYOUNG9XXXXXXXXXX access-key-of-administrator fail: its user is an administrator
    100000000001 broken AKIAYOUNG8XXXXXXXXXX access-key-of-administrator unknown: authorization details could not be read: iam:GetAccountAuthorizationDetails got an answer that cannot be used: an IAM policy is not JSON: expected `,` or `]` at line 1 column 68
    100000000001 cyd AKIACYDXXXXXXXXXXXXX access-key-of-administrator unknown: authorization details could not be read: iam:GetAccountAuthorizationDetails got an answer that cannot be used: the group `vanished` is not in it
    exit 3
    ");
}
