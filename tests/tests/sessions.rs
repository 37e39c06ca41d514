//! Sessions: who is asked for what, and what one account may take from another.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use orgsim::{
    Fault, Generate, World,
    fault::{Calls, FaultKind},
    world::{Partition, Role},
};

use crate::{
    harness::{Scene, action, denied, error, parameter, replaced},
    worlds::{FIRST, Key, MANAGEMENT, SECOND, key, organization, spotless, user, young},
};

/// One that is throttled for ever is tried until its time is over, and the other loses nothing by that.
#[tokio::test(start_paused = true)]
async fn a_throttled_account_takes_no_retries_from_another() {
    let users = |team: usize| (0..20).map(|n| user(&format!("user{n:02}"), [young(team * 100 + n)])).collect();
    let world = organization([users(1), users(2)]);
    let throttle = |account: &str| Fault::new(FaultKind::Throttle).account(account.parse().unwrap());
    let scene = Scene::of(world)
        .fresh()
        .asking(|settings| settings.scan.concurrency.accounts = 1)
        .with(throttle(FIRST).action("ListAccessKeys"))
        .with(throttle(SECOND).action("AssumeRole").calls(Calls::First(7)))
        .with(throttle(SECOND).action("ListUsers").calls(Calls::First(7)));
    let outcome = scene.scan().await;
    let unknown =
        |account: &str| outcome.findings.iter().filter(|finding| finding.account_id.to_string() == account).count();
    let calls = [outcome.calls(FIRST), outcome.calls(SECOND)].join("\n");
    insta::assert_snapshot!(format!("{calls}\nunknown: {} and {}", unknown(FIRST), unknown(SECOND)), @"
    AssumeRole 3, ListAccessKeys 386, ListUsers 1
    AssumeRole 8, GetAccessKeyLastUsed 20, ListAccessKeys 20, ListUsers 8
    unknown: 60 and 0
    ");
}

/// The SDK's identity cache holds 64 identities.
#[tokio::test(start_paused = true)]
async fn a_role_is_assumed_once_however_many_accounts_there_are() {
    let outcome = Scene::of(spotless(150)).scan().await;
    let calls = outcome.sim.calls();
    let assumed: Vec<_> = calls.rows().into_iter().filter(|row| row.1 == "AssumeRole").map(|row| row.2).collect();
    assert_eq!(assumed, vec![1; 150]);
}

#[tokio::test(start_paused = true)]
async fn the_request_for_a_session_says_what_it_is_for() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&seen);
    let scene = Scene::of(spotless(1)).before(move |_, request| {
        let names = ["RoleArn", "RoleSessionName", "DurationSeconds", "ExternalId", "SourceIdentity", "Policy"];
        let values = names.map(|name| format!("{name}: {}", parameter(request, name).unwrap_or_default()));
        if action(request) == "AssumeRole" {
            notes.lock().unwrap().extend(values);
        }
    });
    let scene = scene.asking(|settings| {
        let role = Arc::make_mut(&mut settings.scan.roles.default);
        role.name = "audit/Reader".to_owned();
        role.session_name = "nightly".to_owned();
        role.external_id = Some("e-42".to_owned());
        role.source_identity = Some("ann@example.com".to_owned());
    });
    scene.scan().await;
    insta::assert_snapshot!(seen.lock().unwrap().join("\n"), @r#"
    RoleArn: arn:aws:iam::100000000001:role/audit/Reader
    RoleSessionName: nightly
    DurationSeconds: 900
    ExternalId: e-42
    SourceIdentity: ann@example.com
    Policy: {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport","iam:GetAccessKeyLastUsed","iam:GetAccountAuthorizationDetails","iam:GetAccountPasswordPolicy","iam:GetAccountSummary","iam:GetCredentialReport","iam:GetLoginProfile","iam:GetUser","iam:ListAccessKeys","iam:ListMFADevices","iam:ListSSHPublicKeys","iam:ListServiceSpecificCredentials","iam:ListSigningCertificates","iam:ListUserTags","iam:ListUsers","iam:ListVirtualMFADevices"],"Resource":"*"}]}
    "#);
}

/// The session policy has an action for each call that a scan makes. That it goes along is the test above; that it is
/// obeyed is the simulator's matter, which refuses the rest; that no action is idle, the tests in `denials` show.
#[tokio::test(start_paused = true)]
async fn the_session_policy_allows_what_a_scan_does() {
    let mut world = spotless(1);
    world.accounts[1].users.push(user("zoe", [key("OLD", 400.0).used(200.0)]));
    assert!(world.accounts[1].roles()[0].actions.is_none(), "the role is an administrator's");
    let policy = keysweep_aws::read_policy();
    let allowed = policy["Statement"][0]["Action"].as_array().unwrap();
    let scenes = [Scene::of(world.clone()), Scene::of(world.clone()).fresh(), Scene::of(world).by_example().fresh()];
    let mut made = std::collections::BTreeSet::new();
    for scene in scenes {
        let outcome = scene.scan().await;
        let calls = outcome.sim.calls();
        let account = Some(FIRST.parse().unwrap());
        let rows = calls.rows().into_iter().filter(|row| row.0 == account && row.1 != "AssumeRole");
        made.extend(rows.map(|row| format!("iam:{}", row.1)));
        assert_eq!((outcome.result.coverage.scanned, outcome.result.summary.by_status.unknown), (2, 0));
    }
    let allowed: std::collections::BTreeSet<_> =
        allowed.iter().map(|action| action.as_str().unwrap().to_owned()).collect();
    assert!(made.is_subset(&allowed), "a scan does what the policy does not allow: {made:?}");
}

/// The role that AWS Organizations makes trusts the management account with `sts:AssumeRole` alone.
#[tokio::test(start_paused = true)]
async fn a_source_identity_that_a_role_does_not_allow_is_explained() {
    let mut world = spotless(2);
    let (management, epoch) = (world.accounts[0].id, world.epoch);
    let trusted_actions = vec!["sts:SetSourceIdentity".into()];
    world.accounts[2].roles = Some(vec![Role { trusted_actions, ..Role::organization(management, epoch) }]);
    let scene = Scene::of(world).asking(|settings| {
        Arc::make_mut(&mut settings.scan.roles.default).source_identity = Some("ann".to_owned());
    });
    insta::assert_snapshot!(scene.scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was denied: User: arn:aws:iam::100000000000:user/security-scanner is not authorized to perform: sts:SetSourceIdentity on resource: arn:aws:iam::100000000001:role/OrganizationAccountAccessRole (AccessDenied). Allow sts:SetSourceIdentity in the trust policy of arn:aws:iam::100000000001:role/OrganizationAccountAccessRole and in the caller's IAM policy, because --source-identity or the caller's own session sets a source identity: `keysweep iam-policy` prints both policies
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn a_region_in_which_sts_is_not_active_is_named() {
    let disabled = error(403, "RegionDisabledException").account(FIRST.parse().unwrap());
    let scene = Scene::of(spotless(2)).in_region(Some("eu-south-1")).with(disabled);
    insta::assert_snapshot!(scene.scan().await.text(), @"
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: sts:AssumeRole was refused because STS is not active in the Region: as the test wants it (RegionDisabledException). STS is not active in the Region eu-south-1 in the account of arn:aws:iam::100000000001:role/OrganizationAccountAccessRole: activate it there (IAM console, account settings), or name another Region with --region, such as us-east-1
    exit 3
    ");
    let scene = Scene::of(spotless(1)).with(error(403, "RegionDisabledException").action("GetCallerIdentity"));
    insta::assert_snapshot!(scene.refused().await, @"
    error: could not find out who is calling: sts:GetCallerIdentity was refused because STS is not active in the Region: as the test wants it (RegionDisabledException)
    hint: activate STS in the Region `us-east-1` (IAM console, account settings), or name another one by --region or AWS_REGION
    ");
}

/// Without a Region, credentials of GovCloud and China are unknown in us-east-1, which does not make them wrong.
#[tokio::test(start_paused = true)]
async fn credentials_of_another_partition_are_distinguished_from_wrong_ones() {
    let mut texts = Vec::new();
    for partition in [Partition::AwsUsGov, Partition::AwsCn] {
        let world = || World::generate(&Generate { accounts: 2, users: 1, seed: 3, partition, ..Generate::default() });
        texts.push(Scene::of(world()).in_region(None).refused().await);
        texts.push(Scene::of(world()).in_region(Some("eu-west-1")).refused().await);
    }
    texts.push(Scene::of(spotless(1)).in_region(None).with(error(403, "InvalidClientTokenId")).refused().await);
    insta::assert_snapshot!(texts.join("\n"), @"
    error: could not find out who is calling: sts:GetCallerIdentity was refused because the credentials are of another partition: The security token included in the request is invalid (InvalidClientTokenId)
    hint: no Region is configured: set one of their partition with --region or AWS_REGION, such as us-gov-west-1
    error: could not find out who is calling: sts:GetCallerIdentity was refused because AWS does not accept the credentials: The security token included in the request is invalid (InvalidClientTokenId)
    hint: check the credentials, that the Region `eu-west-1` is in their partition and enabled in their account, and that the clock of this machine is right
    error: could not find out who is calling: sts:GetCallerIdentity was refused because the credentials are of another partition: The security token included in the request is invalid (InvalidClientTokenId)
    hint: no Region is configured: set one of their partition with --region or AWS_REGION, such as cn-north-1
    error: could not find out who is calling: sts:GetCallerIdentity was refused because AWS does not accept the credentials: The security token included in the request is invalid (InvalidClientTokenId)
    hint: check the credentials, that the Region `eu-west-1` is in their partition and enabled in their account, and that the clock of this machine is right
    error: could not find out who is calling: sts:GetCallerIdentity was refused because AWS does not accept the credentials: as the test wants it (InvalidClientTokenId)
    hint: check the credentials, that the Region `us-east-1` is in their partition and enabled in their account, and that the clock of this machine is right
    ");
    assert_eq!(Scene::of(spotless(1)).in_region(None).scan().await.result.coverage.scanned, 2);
}

/// Another refusal than that of an unknown key has nothing to do with the partition.
#[tokio::test(start_paused = true)]
async fn other_partitions_are_asked_about_unknown_credentials_only() {
    let partition = Partition::AwsUsGov;
    let world = World::generate(&Generate { accounts: 2, users: 1, seed: 3, partition, ..Generate::default() });
    let denied = error(403, "SignatureDoesNotMatch").action("GetCallerIdentity").calls(Calls::First(1));
    let lab = Scene::of(world).in_region(None).with(denied).start().await;
    assert!(lab.try_scan().await.is_err());
    assert_eq!(lab.sim.calls().action("GetCallerIdentity"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_in_another_account_is_not_used() {
    let scene = Scene::of(spotless(2)).after(|request, response| {
        let is_first = parameter(request, "RoleArn").is_some_and(|arn| arn.contains(FIRST));
        let from = format!("<Arn>arn:aws:sts::{FIRST}:");
        if is_first { replaced(response, &from, &format!("<Arn>arn:aws:sts::{SECOND}:")) } else { response }
    });
    let outcome = scene.scan().await;
    insta::assert_snapshot!(outcome.text_and_calls(), @"
    2 of 3 accounts scanned
    failed 100000000001 at assume_role: asked for `arn:aws:iam::100000000001:role/OrganizationAccountAccessRole`, but the session is `arn:aws:sts::100000000002:assumed-role/OrganizationAccountAccessRole/keysweep`: check the endpoint and the proxy
    exit 3
    AssumeRole 1
    ");
}

/// A proxy that mixes up its backends: the session is right and the answers are another account's.
#[tokio::test(start_paused = true)]
async fn users_of_another_account_are_not_taken_for_those_of_this_one() {
    let scene = |fresh: bool| {
        let scene = Scene::of(spotless(1)).after(|request, response| match action(request).as_str() {
            "ListUsers" => replaced(response, "<Arn>arn:aws:iam::100000000001:", "<Arn>arn:aws:iam::100000000002:"),
            "GetCredentialReport" => denied(),
            _ => response,
        });
        let excluded = [MANAGEMENT.parse().unwrap()];
        let scene = scene.asking(|settings| settings.scan.selection.excluded = excluded.into());
        if fresh { scene.fresh() } else { scene }
    };
    insta::assert_snapshot!([scene(true).scan().await.text(), scene(false).scan().await.text()].join("\n"), @"
    0 of 2 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers got an answer that cannot be used: asked account 100000000001, got `arn:aws:iam::100000000002:user/ann`
    skipped 100000000000 at select: excluded by --exclude-account
    exit 3
    0 of 2 accounts scanned
    failed 100000000001 at read_users: iam:ListUsers got an answer that cannot be used: asked account 100000000001, got `arn:aws:iam::100000000002:user/ann`
    skipped 100000000000 at select: excluded by --exclude-account
    exit 3
    ");
}

#[tokio::test(start_paused = true)]
async fn the_callers_own_account_is_read_with_its_own_credentials() {
    let mut world = spotless(1);
    world.accounts[0].users.push(user("zoe", [key("OLD", 400.0).used(1.0)]));
    let outcome = Scene::of(world).scan().await;
    insta::assert_snapshot!([outcome.text(), outcome.calls(MANAGEMENT)].join("\n"), @"
    2 of 2 accounts scanned
    100000000000 zoe AKIAOLDXXXXXXXXXXXXX access-key-max-age fail: active for 400 days, limit 90
    exit 1
    DescribeOrganization 1, GenerateCredentialReport 1, GetCallerIdentity 1, GetCredentialReport 1, ListAccessKeys 1, ListAccounts 1, ListOrganizationalUnitsForParent 1, ListRoots 1, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn accounts_with_a_role_of_their_own_are_read_by_it() {
    let mut world = spotless(2);
    let (management, epoch) = (world.accounts[0].id, world.epoch);
    let role = |name: &str| Role { name: name.into(), ..Role::organization(management, epoch) };
    world.accounts[0].roles = Some(vec![role("Own")]);
    world.accounts[1].roles = Some(vec![role("Special")]);
    let scene = Scene::of(world).asking(|settings| {
        let named = [(FIRST, "Special"), (MANAGEMENT, "Own")];
        settings.scan.roles.by_account =
            named.map(|(id, name)| (id.parse().unwrap(), name.to_owned())).into_iter().collect::<BTreeMap<_, _>>();
    });
    let outcome = scene.scan().await;
    insta::assert_snapshot!([outcome.text(), outcome.calls(MANAGEMENT), outcome.calls(FIRST)].join("\n"), @"
    3 of 3 accounts scanned
    exit 0
    AssumeRole 1, DescribeOrganization 1, GenerateCredentialReport 1, GetCallerIdentity 1, GetCredentialReport 1, ListAccounts 1, ListOrganizationalUnitsForParent 1, ListRoots 1, ListUsers 1
    AssumeRole 1, GenerateCredentialReport 1, GetCredentialReport 1, ListUsers 1
    ");
}

#[tokio::test(start_paused = true)]
async fn other_partitions_are_named_in_every_arn() {
    for partition in [Partition::AwsUsGov, Partition::AwsCn] {
        let world = World::generate(&Generate { accounts: 4, users: 10, seed: 3, partition, ..Generate::default() });
        let outcome = Scene::of(world).scan().await;
        let start = format!("arn:{partition}:iam::");
        let findings = &outcome.findings;
        assert!(!findings.is_empty() && findings.iter().all(|finding| finding.resource_arn.starts_with(&start)));
        assert_eq!(
            (outcome.result.run.partition.as_str(), outcome.result.coverage.scanned),
            (&*partition.to_string(), 4)
        );
    }
}

/// Nothing is asked twice where the answer was no.
#[tokio::test(start_paused = true)]
async fn a_denial_is_not_retried() {
    let scene = Scene::of(spotless(1)).with(error(403, "AccessDenied").account(FIRST.parse().unwrap()));
    assert_eq!(scene.scan().await.calls(FIRST), "AssumeRole 1");
}
