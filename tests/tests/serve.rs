//! `keysweep orgsim` for any client, and `keysweep scan` and `keysweep accounts` over a socket.

use orgsim::fault::{Fault, FaultKind, Latency};
use serde_json::Value;

use crate::{
    process::{CLOSED, Keysweep, Organization, Served, keysweep, organization, wait_until},
    truth::{as_of, reported, violations},
};

const WORLD: &str = "--accounts 8 --users 12 --seed 7";

/// The key of `orgsim truth`'s caller, which a scan uses itself.
fn caller(truth: &Value) -> &str {
    truth["caller"]["access_key_id"].as_str().unwrap()
}

#[test]
fn the_announcement_is_what_a_shell_needs() {
    let served = Served::start(WORLD);
    let (_, url) = served.environment().into_iter().find(|(name, _)| name == "AWS_ENDPOINT_URL").unwrap();
    insta::assert_snapshot!(served.announcement.replace(&url, "URL"), @"
    # a simulated AWS organization of 8 accounts answers on URL until interrupted; to use it:
    unset AWS_PROFILE AWS_SESSION_TOKEN
    export AWS_ENDPOINT_URL=URL
    export AWS_ACCESS_KEY_ID=AKIAZQF2I32P3ULJK5EV
    export AWS_SECRET_ACCESS_KEY=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
    export AWS_REGION=us-east-1
    export AWS_DEFAULT_REGION=us-east-1
    ");
}

#[test]
fn a_scan_over_a_socket_finds_the_truth_about_the_organization() {
    let served = Served::start(WORLD);
    let truth = keysweep(&format!("orgsim truth {WORLD}")).run().json();
    let scan = served.keysweep("scan --format json").run();
    let document = scan.json();
    assert_eq!(
        (scan.code, scan.stderr.as_str(), reported(&document)),
        (1, "", violations(&truth, as_of(&document), caller(&truth)))
    );
    let coverage = serde_json::json!({ "expected": 8, "scanned": 8, "failed": [], "skipped": [], "notes": [] });
    assert_eq!(document["coverage"], coverage);
}

#[test]
fn a_world_that_was_printed_can_be_read_back() {
    let world = keysweep(&format!("orgsim world {WORLD} --broken")).run().stdout;
    let made = orgsim::Generate { accounts: 8, users: 12, seed: 7, broken: true, ..orgsim::Generate::default() };
    assert_eq!(orgsim::World::from_yaml(&world).unwrap(), orgsim::World::generate(&made));
    let again = |command: &str| keysweep(command).file("world.yaml", &world).run().stdout;
    assert_eq!(again("orgsim world --world world.yaml"), world);
    let truth = keysweep(&format!("orgsim truth {WORLD} --broken")).run().stdout;
    assert_eq!(again("orgsim truth --world world.yaml"), truth);
}

#[test]
fn a_terminate_signal_ends_the_server_graceful() {
    let ran = Served::start(WORLD).stop("TERM");
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.stdout), @"
    exit 0
    interrupted: shutting down; interrupt again to stop at once
    ");
}

#[test]
fn the_accounts_are_listed() {
    insta::assert_snapshot!(organization(8, 1, 7).keysweep("accounts").run().stdout, @"
    ACCOUNT       NAME                OU PATH                              STATE   SCOPE
    311342891327  shared-services     Root/Infrastructure/Shared Services  ACTIVE  in scope
    392347807322  loyalty-staging-06  Root/Workloads/Staging               ACTIVE  in scope
    428770147379  fraud-dev-07        Root/Workloads/Dev                   ACTIVE  in scope
    653225680543  management          Root                                 ACTIVE  in scope
    742222707805  network             Root/Infrastructure/Network          ACTIVE  in scope
    776663391203  log-archive         Root/Security                        ACTIVE  in scope
    802877274065  security-audit      Root/Security                        ACTIVE  in scope
    975113111052  build               Root/Deployments                     ACTIVE  in scope

    TOTAL      8 accounts: 8 in scope, 0 out of scope
    ");
}

#[test]
fn the_accounts_are_checked_one_by_one() {
    let organization = organization(8, 1, 7);
    let locked = organization.sim.with_world(|world| world.accounts[3].id);
    let fault = FaultKind::Error { status: 403, code: "AccessDenied".into(), message: "no entry".into() };
    organization.sim.add_fault(Fault::new(fault).account(locked).action("AssumeRole"));
    let ran = organization.keysweep("accounts --check --exclude-account 802877274065").run();
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.stdout), @"
    exit 3
    ACCOUNT       NAME                OU PATH                              STATE   SCOPE AND ROLE
    311342891327  shared-services     Root/Infrastructure/Shared Services  ACTIVE  in scope, role ok
    392347807322  loyalty-staging-06  Root/Workloads/Staging               ACTIVE  in scope, role ok
    428770147379  fraud-dev-07        Root/Workloads/Dev                   ACTIVE  in scope, role ok
    653225680543  management          Root                                 ACTIVE  in scope, role ok
    742222707805  network             Root/Infrastructure/Network          ACTIVE
        in scope, ROLE FAILED: sts:AssumeRole was denied: no entry (AccessDenied). Check that
        arn:aws:iam::742222707805:role/OrganizationAccountAccessRole exists, that it trusts the caller, and the external id
        if it asks for one
    776663391203  log-archive         Root/Security                        ACTIVE  in scope, role ok
    802877274065  security-audit      Root/Security                        ACTIVE  out of scope: excluded by
                                                                                   --exclude-account
    975113111052  build               Root/Deployments                     ACTIVE  in scope, role ok

    TOTAL      8 accounts: 7 in scope, 1 out of scope; 6 with the role ok, 1 with the role failed
    ");
}

#[test]
fn an_account_that_is_listed_twice_is_one_row() {
    let world = orgsim::World::generate(&orgsim::Generate { accounts: 30, users: 1, seed: 7, ..Default::default() });
    let mut options = orgsim::SimOptions::new(orgsim::Clock::from_fn(jiff::Timestamp::now));
    options.repeated_accounts = true;
    let organization = Organization::serve(orgsim::Sim::new(world, options));
    let document = organization.keysweep("accounts --format json").run().json();
    assert_eq!(
        (&document["summary"]["accounts"], document["accounts"].as_array().map(Vec::len)),
        (&30.into(), Some(30))
    );
}

#[test]
fn a_list_of_accounts_without_one_that_was_named_is_incomplete() {
    let organization = organization(3, 1, 7);
    let ran = organization.keysweep("accounts --check --account 999999999999 --account 653225680543").run();
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.stdout), @"
    exit 3
    ACCOUNT       NAME            OU PATH        STATE   SCOPE AND ROLE
    653225680543  management      Root           ACTIVE  in scope, role ok
    776663391203  log-archive     Root/Security  ACTIVE  out of scope: not selected
    802877274065  security-audit  Root/Security  ACTIVE  out of scope: not selected

    PROBLEM    account 999999999999: the account was named by --account and is not in the organization or the accounts file

    TOTAL      3 accounts: 1 in scope, 2 out of scope; 1 with the role ok, 0 with the role failed
    ");
    let document = organization.keysweep("accounts --format json --account 999999999999").run();
    assert_eq!(document.code, 3);
    insta::assert_snapshot!(document.json()["problems"], @r#"["account 999999999999: the account was named by --account and is not in the organization or the accounts file"]"#);
}

#[test]
fn a_list_of_accounts_that_leaves_none_is_incomplete() {
    let organization = organization(1, 1, 7);
    let ran = organization.keysweep("accounts --exclude-account 653225680543").run();
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.stdout), @"
    exit 3
    ACCOUNT       NAME        OU PATH  STATE   SCOPE
    653225680543  management  Root     ACTIVE  out of scope: excluded by --exclude-account

    PROBLEM    no account is left to scan: --exclude-account removes the last one

    TOTAL      1 account: 0 in scope, 1 out of scope
    ");
}

#[test]
fn an_exclusion_that_matches_nothing_is_noted_in_the_list() {
    let organization = organization(1, 1, 7);
    let ran = organization.keysweep("accounts --exclude-account 999999999999").run();
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.stdout), @"
    exit 0
    ACCOUNT       NAME        OU PATH  STATE   SCOPE
    653225680543  management  Root     ACTIVE  in scope

    NOTE       account 999999999999: --exclude-account has no effect: the account is not in the organization or the accounts
               file

    TOTAL      1 account: 1 in scope, 0 out of scope
    ");
}

/// It is unknown which accounts are in the selected unit, so the list is not the requested one.
#[test]
fn a_list_of_accounts_whose_units_cannot_be_read_is_incomplete() {
    let world = orgsim::World::generate(&orgsim::Generate { accounts: 3, users: 1, seed: 7, ..Default::default() });
    let mut options = orgsim::SimOptions::new(orgsim::Clock::from_fn(jiff::Timestamp::now));
    options.account_fields = orgsim::AccountFields::StatusOnly;
    let organization = Organization::serve(orgsim::Sim::new(world, options));
    let refusal = FaultKind::Error { status: 400, code: "AccessDeniedException".into(), message: "no entry".into() };
    organization.sim.add_fault(Fault::new(refusal).action("ListAccountsForParent"));
    assert_eq!(organization.keysweep("accounts --ou Root").run().code, 3);
}

#[test]
fn the_accounts_as_a_document_are_those_of_the_truth() {
    let organization = organization(8, 1, 7);
    let document = organization.keysweep("accounts --format json").run().json();
    let truth = serde_json::to_value(organization.sim.with_world(orgsim::World::truth)).unwrap();
    let rows = |accounts: &Value| {
        let accounts = accounts.as_array().unwrap().iter();
        let mut rows: Vec<_> =
            accounts.map(|it| ["id", "name", "state", "ou_path"].map(|key| it[key].to_string())).collect();
        rows.sort();
        rows
    };
    assert_eq!(rows(&document["accounts"]), rows(&truth["accounts"]));
}

/// The scan's exit code, and how many accounts it read.
fn scanned(run: Keysweep) -> (i32, Value) {
    let ran = run.run();
    (ran.code, ran.json()["coverage"]["scanned"].clone())
}

#[test]
fn endpoints_of_single_services_win_over_the_endpoint_of_all() {
    let organization = organization(3, 2, 7);
    let mut environment = organization.environment();
    environment.retain(|(name, _)| name != "AWS_ENDPOINT_URL");
    environment.push(("AWS_ENDPOINT_URL".to_owned(), CLOSED.to_owned()));
    for service in ["IAM", "STS", "ORGANIZATIONS"] {
        environment.push((format!("AWS_ENDPOINT_URL_{service}"), organization.url.clone()));
    }
    assert_eq!(scanned(keysweep("scan --format json").envs(&environment)), (1, 3.into()));
}

/// The shared configuration files of the AWS tools, for a profile `central` that reaches `organization`.
fn profile(organization: &Organization) -> [(&'static str, String); 2] {
    let caller = organization.sim.caller();
    let config = format!("[profile central]\nregion = eu-west-1\nendpoint_url = {}\n", organization.url);
    let (id, secret) = (caller.access_key_id, caller.secret_access_key);
    let credentials = format!("[central]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    [(".aws/config", config), (".aws/credentials", credentials)]
}

/// A scan of an organization by the profile's files, and the Region that the caller was first met in.
fn by_profile(arguments: &str, name: &str, value: &str) -> (i32, String) {
    let organization = organization(3, 2, 7);
    let [config, credentials] = profile(&organization);
    let ran = keysweep(arguments).file(config.0, &config.1).file(credentials.0, &credentials.1).env(name, value).run();
    let region = |world: &orgsim::World| world.caller_key()?.last_used.as_ref().map(|used| used.region.to_string());
    (ran.code, organization.sim.with_world(region).unwrap())
}

#[test]
fn a_profile_of_the_shared_configuration_is_enough() {
    assert_eq!(by_profile("scan", "AWS_PROFILE", "central"), (1, "eu-west-1".to_owned()));
}

#[test]
fn a_profile_that_is_named_wins_over_that_of_the_environment() {
    assert_eq!(by_profile("scan --profile central", "AWS_PROFILE", "other"), (1, "eu-west-1".to_owned()));
}

#[test]
fn a_profile_that_is_named_wins_over_keys_in_the_environment() {
    let organization = organization(3, 2, 7);
    let [config, credentials] = profile(&organization);
    let scan = keysweep("scan --profile central").file(config.0, &config.1).file(credentials.0, &credentials.1);
    let left_over = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "left over")];
    assert_eq!(left_over.into_iter().fold(scan, |scan, (name, value)| scan.env(name, value)).run().code, 1);
}

#[test]
fn a_region_wins_over_that_of_the_profile() {
    assert_eq!(by_profile("scan --profile central", "AWS_REGION", "eu-north-1"), (1, "eu-north-1".to_owned()));
    assert_eq!(by_profile("scan --profile central --region eu-south-1", "AWS_REGION", "eu-north-1").1, "eu-south-1");
}

#[test]
fn an_empty_region_is_none() {
    let organization = organization(1, 1, 7);
    let run = organization.keysweep("accounts").env("AWS_REGION", "").env("AWS_DEFAULT_REGION", "");
    let region = |world: &orgsim::World| world.caller_key()?.last_used.as_ref().map(|used| used.region.to_string());
    assert_eq!((run.run().code, organization.sim.with_world(region).unwrap()), (0, "us-east-1".to_owned()));
}

#[test]
fn an_interrupted_scan_reports_what_it_has_read_and_what_not() {
    let organization = organization(5, 3, 7);
    let stuck = organization.sim.with_world(|world| world.accounts[2].id);
    let an_hour = Fault::new(FaultKind::Latency(Latency::FixedMs(3_600_000)));
    organization.sim.add_fault(an_hour.account(stuck).action("GetCredentialReport"));
    let scan = organization.keysweep("scan --format json --concurrency 1").start();
    wait_until(|| organization.sim.calls().count(stuck, "GetCredentialReport") > 0);
    scan.signal("INT");
    let ran = scan.finish();
    insta::assert_snapshot!(format!("{}{:#}", ran.said(), ran.json()["coverage"]), @r#"
    exit 3
    interrupted: shutting down; interrupt again to stop at once
    {
      "expected": 5,
      "scanned": 2,
      "failed": [
        {
          "account_id": "311342891327",
          "account_name": "shared-services",
          "step": "interrupted",
          "reason": "interrupted before the account was read"
        },
        {
          "account_id": "742222707805",
          "account_name": "network",
          "step": "interrupted",
          "reason": "interrupted before the account was read"
        },
        {
          "account_id": "802877274065",
          "account_name": "security-audit",
          "step": "interrupted",
          "reason": "interrupted while the account was being read"
        }
      ],
      "skipped": [],
      "notes": []
    }
    "#);
}

#[test]
fn the_truth_has_the_agreed_keys() {
    let truth = keysweep(&format!("orgsim truth {WORLD}")).run().json();
    let key = truth["access_keys"][0].as_object().unwrap();
    let agreed = ["account_id", "user_name", "access_key_id", "status", "created_at", "last_used_at"];
    assert_eq!(key.keys().collect::<Vec<_>>(), agreed);
    assert_eq!(truth["accounts"].as_array().map(Vec::len), Some(8));
}
