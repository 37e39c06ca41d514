//! What scripts rely on: exit codes, streams, files, and which setting wins.

use orgsim::{
    fault::{Fault, FaultKind, Latency},
    world::{InlinePolicy, Principal, Text},
};
use serde_json::Value;

use crate::{
    process::{Keysweep, Organization, Running, keysweep, organization, repository, wait_until},
    truth::{reported, violations},
};

/// Lets every call for this action to a member account be refused.
fn deny(organization: &Organization, action: &str) {
    let member = organization.sim.with_world(|world| world.accounts[1].id);
    let refusal = FaultKind::Error { status: 403, code: "AccessDenied".into(), message: "no entry".into() };
    organization.sim.add_fault(Fault::new(refusal).account(member).action(action));
}

/// `arguments`, against an organization of three accounts.
fn on_three(arguments: &str) -> i32 {
    organization(3, 5, 7).keysweep(arguments).run().code
}

#[test]
fn exit_0_is_complete_and_clean() {
    assert_eq!(on_three("scan --policy access-key-max-age --as-of 2001-01-01"), 0);
}

#[test]
fn exit_1_is_complete_with_findings() {
    assert_eq!(on_three("scan"), 1);
}

#[test]
fn exit_2_is_bad_usage() {
    assert_eq!(on_three("scan --no-such-flag"), 2);
}

#[test]
fn exit_3_is_incomplete_whatever_was_found() {
    let organization = organization(3, 5, 7);
    deny(&organization, "AssumeRole");
    let ran = ["scan", "scan --fail-on never"].map(|arguments| organization.keysweep(arguments).run().code);
    assert_eq!(ran, [3, 3]);
}

#[test]
fn exit_4_without_credentials_says_where_they_may_come_from() {
    insta::assert_snapshot!(keysweep("scan").env("AWS_REGION", "us-east-1").run().said(), @"
    exit 4
    error: could not find out who is calling: sts:GetCallerIdentity was not sent because there are no credentials: no credentials found in chain. Attempted: Environment: the credential provider was not enabled: environment variable not set; Profile: the credential provider was not enabled; WebIdentityToken: the credential provider was not enabled: $AWS_WEB_IDENTITY_TOKEN_FILE was not set; EcsContainer: the credential provider was not enabled: ECS provider not configured; Ec2InstanceMetadata: the credential provider was not enabled: IMDS disabled by AWS_EC2_METADATA_DISABLED env var set to `true`
    hint: check the profile and what it names, set AWS_PROFILE to one that exists, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run `aws sso login` or `aws login`
    ");
}

#[test]
fn exit_4_where_the_organization_cannot_be_reached() {
    let organization = organization(1, 1, 7);
    let refusal = FaultKind::Error { status: 400, code: "AccessDeniedException".into(), message: "no entry".into() };
    organization.sim.add_fault(Fault::new(refusal).action("DescribeOrganization"));
    insta::assert_snapshot!(organization.keysweep("scan").run().said(), @"
    exit 4
    error: could not list the accounts of the organization: organizations:DescribeOrganization was denied: no entry (AccessDeniedException)
    hint: run as the management account or a delegated administrator, or name the accounts with --accounts-file
    ");
}

#[test]
fn severities_at_and_above_the_threshold_make_the_exit_code_1() {
    let organization = organization(3, 5, 7);
    let code = |policy: &str, fail_on: &str| {
        organization.keysweep(&format!("scan --policy {policy} --fail-on {fail_on}")).run().code
    };
    let thresholds = ["info", "low", "medium", "high", "critical", "never"];
    let table = |policy: &str| thresholds.map(|fail_on| code(policy, fail_on));
    assert_eq!(table("access-key-max-age"), [1, 1, 1, 0, 0, 0]);
    assert_eq!(table("single-active-access-key"), [1, 1, 0, 0, 0, 0]);
}

#[test]
fn the_judged_time_moves_and_the_signed_time_does_not() {
    let organization = organization(3, 8, 7);
    let truth = serde_json::to_value(organization.sim.with_world(orgsim::World::truth)).unwrap();
    let caller = truth["caller"]["access_key_id"].as_str().unwrap();
    for day in ["2026-06-01", "2050-01-01"] {
        let ran = organization.keysweep(&format!("scan --format json --as-of {day}")).run();
        let as_of = format!("{day}T00:00:00Z");
        let expected = violations(&truth, as_of.parse().unwrap(), caller);
        let mut found = reported(&ran.json());
        // The scan itself uses this key, and so changes what is true of it.
        found.retain(|(policy, .., key)| policy != "access-key-unused" || key != caller);
        assert_eq!((ran.code, &ran.json()["run"]["as_of"], found), (1, &as_of.into(), expected));
    }
}

#[test]
fn a_flag_wins_over_the_environment_over_the_file_over_the_default() {
    let as_of = |run: Keysweep| run.run().json()["run"]["as_of"].as_str().unwrap()[..10].to_owned();
    let file = |arguments| keysweep(arguments).file("keysweep.yaml", "as_of: 2027-01-01\nformat: json\n");
    let environment = |arguments| file(arguments).env("KEYSWEEP_AS_OF", "2027-02-02");
    assert_eq!(
        [
            as_of(environment("demo --as-of 2027-03-03")),
            as_of(environment("demo")),
            as_of(file("demo")),
            as_of(keysweep("demo --format json"))
        ],
        ["2027-03-03", "2027-02-02", "2027-01-01", "2026-11-01"]
    );
}

#[test]
fn the_result_goes_to_a_file_and_a_line_about_it_to_stderr() {
    let ran = keysweep("demo --format json --output result.json").run();
    let file: Value = serde_json::from_str(&ran.read("result.json").unwrap()).unwrap();
    let (said, _) = ran.stderr.split_once("; took").unwrap();
    insta::assert_snapshot!(said, @"
    PARTIAL    36 accounts, 900 users, 816 access keys: 1,528 violations (4 critical, 156 high, 992 medium, 376 low), 4
               unknown, 0 in error, 0 exempt, 7,710 passed
    ");
    assert_eq!((ran.stdout.as_str(), ran.list(".")), ("", vec!["result.json".to_owned()]));
    assert_eq!(file["schema"], "keysweep.scan/v1");
}

/// A scan that waits for an account that does not answer, and is to replace a file.
fn stuck(organization: &Organization) -> Running {
    let an_hour = Fault::new(FaultKind::Latency(Latency::FixedMs(3_600_000)));
    organization.sim.add_fault(an_hour.action("GetCredentialReport"));
    let scan = organization.keysweep("scan --format json --output result.json").file("result.json", "old").start();
    wait_until(|| organization.sim.calls().action("GetCredentialReport") > 0);
    scan
}

#[test]
fn the_file_of_an_interrupted_scan_is_whole() {
    let organization = organization(3, 5, 7);
    let scan = stuck(&organization);
    scan.signal("INT");
    let ran = scan.finish();
    let file: Value = serde_json::from_str(&ran.read("result.json").unwrap()).unwrap();
    assert_eq!((ran.code, &file["coverage"]["failed"][0]["step"]), (3, &"interrupted".into()));
}

#[test]
fn the_old_file_stays_when_the_scan_is_killed() {
    let organization = organization(3, 5, 7);
    let scan = stuck(&organization);
    scan.signal("KILL");
    assert_eq!(scan.finish().read("result.json").as_deref(), Some("old"));
}

#[test]
fn colour_is_only_for_terminals_and_on_request() {
    let coloured = |arguments| keysweep(arguments).run().stdout.contains('\u{1b}');
    assert_eq!(
        [coloured("demo"), coloured("demo --color always"), coloured("demo --color never")],
        [false, true, false]
    );
}

/// The parts of a text that look like a secret access key.
fn secret_keys(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '+' || c == '/'));
    let kinds = [char::is_uppercase, char::is_lowercase, char::is_numeric];
    words.filter(|word| word.len() == 40 && kinds.iter().all(|kind| word.contains(*kind))).collect()
}

#[test]
fn no_secret_is_printed_at_any_verbosity() {
    let organization = organization(4, 5, 7);
    deny(&organization, "ListAccessKeys");
    let broken = organization.sim.with_world(|world| world.accounts[2].id);
    let truncated = Fault::new(FaultKind::Truncate { keep_bytes: 700 });
    organization.sim.add_fault(truncated.account(broken).action("AssumeRole"));
    let ran = organization.keysweep("scan -vvv --max-attempts 2 --external-id private-to-us").run();
    let json = organization.keysweep("scan -vvv --max-attempts 2 --external-id private-to-us --format json").run();
    let printed = [&ran.stdout, &ran.stderr, &json.stdout, &json.stderr].map(String::as_str).concat();
    assert!(ran.stderr.contains("DEBUG") && ran.stderr.contains("sts:AssumeRole"), "{}", ran.stderr);
    let secret = organization.sim.caller().secret_access_key;
    assert_eq!((secret_keys(&secret).len(), secret_keys(&printed)), (1, Vec::new()));
    // Session tokens begin with `IQoJ`, in AWS as in the simulator.
    assert_eq!(["IQoJ", "private-to-us"].map(|private| printed.contains(private)), [false; 2], "{printed}");
}

#[test]
fn the_printed_caller_policy_has_every_role_that_is_configured_and_no_other_organization() {
    let resources = |run: Keysweep| {
        let policy = run.run().json();
        let statements = policy["Statement"].as_array().unwrap();
        let of = |sid: &str| statements.iter().find(|statement| statement["Sid"] == sid).unwrap().clone();
        let assume = of("AssumeRole");
        assert_eq!(assume["Condition"]["StringEquals"]["aws:ResourceOrgID"], "${aws:PrincipalOrgID}");
        assert_eq!(of("PassOnSession")["Resource"], assume["Resource"]);
        assume["Resource"].as_array().unwrap().iter().map(|arn| arn.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let file = "role: security/Audit\nroles: { '111122223333': FromFile, '444455556666': /x/FromFile }\n";
    let caller = |more: &str| keysweep(&format!("iam-policy --for caller {more}"));
    insta::assert_snapshot!(
        [
            resources(caller("")),
            resources(caller("--role /security/Audit --partition aws-us-gov")),
            resources(caller("--role-for 111122223333=FromFlag").file("keysweep.yaml", file)),
            resources(caller("").env("KEYSWEEP_ROLE_FOR", "111122223333=A,444455556666=B")),
        ]
        .concat()
        .join("\n"),
        @"
        arn:aws:iam::*:role/OrganizationAccountAccessRole
        arn:aws-us-gov:iam::*:role/security/Audit
        arn:aws:iam::*:role/security/Audit
        arn:aws:iam::111122223333:role/FromFlag
        arn:aws:iam::444455556666:role/x/FromFile
        arn:aws:iam::*:role/OrganizationAccountAccessRole
        arn:aws:iam::111122223333:role/A
        arn:aws:iam::444455556666:role/B
        "
    );
}

/// The actions that a printed IAM policy allows.
fn actions(policy: &Value) -> Vec<Text> {
    let statements = policy["Statement"].as_array().unwrap().iter();
    let lists = statements.map(|statement| match &statement["Action"] {
        Value::Array(actions) => actions.clone(),
        action => vec![action.clone()],
    });
    lists.flatten().map(|action| Text::from(action.as_str().unwrap())).collect()
}

#[test]
fn the_printed_iam_policies_are_all_that_a_scan_needs() {
    let member = actions(&keysweep("iam-policy").run().json());
    let caller = actions(&keysweep("iam-policy --for caller").run().json());
    let trusted = actions(&keysweep("iam-policy --for trust --central-account 111122223333").run().json());
    let organization = organization(4, 8, 7);
    organization.sim.with_world_mut(|world| {
        let name = world.caller.to_string();
        let management = &mut world.accounts[0];
        let user = management.users.iter_mut().find(|user| *user.name == *name).unwrap();
        (user.groups, user.attached_policies) = (Vec::new(), Vec::new());
        user.inline_policies = vec![InlinePolicy { name: "scan".into(), actions: caller, document: None }];
        for role in world.accounts.iter_mut().flat_map(|account| account.roles.iter_mut().flatten()) {
            role.actions = Some(member.clone());
            role.trusted_actions = trusted.clone();
        }
    });
    let policies = repository("examples/policies");
    let scans =
        ["scan --format json --ou Root", "scan --format json --fresh", "scan --format json --source-identity ann"];
    for arguments in scans {
        let ran = organization.keysweep(arguments).arg("--policies").arg(&policies).run();
        assert_eq!((ran.code, &ran.json()["coverage"]["scanned"], ran.stderr.as_str()), (1, &4.into(), ""));
    }
}

#[test]
fn the_printed_member_policy_is_the_session_policy() {
    assert_eq!(keysweep("iam-policy --for member").run().json(), keysweep_aws::read_policy());
}

#[test]
fn the_printed_trust_policy_names_the_caller_and_the_external_id() {
    insta::assert_snapshot!(
        keysweep("iam-policy --for trust --central-account 111122223333 --external-id x7 --partition aws-cn").run().stdout,
        @r#"
        {
          "Version": "2012-10-17",
          "Statement": [
            {
              "Effect": "Allow",
              "Principal": {
                "AWS": "arn:aws-cn:iam::111122223333:root"
              },
              "Action": "sts:AssumeRole",
              "Condition": {
                "StringEquals": {
                  "sts:ExternalId": "x7"
                }
              }
            },
            {
              "Effect": "Allow",
              "Principal": {
                "AWS": "arn:aws-cn:iam::111122223333:root"
              },
              "Action": [
                "sts:SetSourceIdentity",
                "sts:TagSession"
              ]
            }
          ]
        }
        "#
    );
}

#[test]
fn an_external_id_that_a_role_asks_for_is_given() {
    let organization = organization(2, 3, 7);
    organization.sim.with_world_mut(|world| {
        let management = world.accounts[0].id;
        let role = &mut world.accounts[1].roles.as_mut().unwrap()[0];
        (role.external_id, role.trust) = (Some("x7".into()), vec![Principal::Account(management)]);
    });
    let code = |arguments| organization.keysweep(arguments).run().code;
    assert_eq!([code("scan"), code("scan --external-id x8"), code("scan --external-id x7")], [3, 3, 1]);
}

#[test]
fn completions_are_printed_for_each_shell() {
    let lines = |shell: &str| keysweep(&format!("completions {shell}")).run().stdout.matches("keysweep").count();
    assert!(["bash", "elvish", "fish", "powershell", "zsh"].iter().all(|shell| lines(shell) > 10));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let ran = keysweep("man made/here").run();
    assert!(ran.read("made/here/keysweep-scan.1").unwrap().contains("\\-\\-as\\-of"));
    insta::assert_snapshot!(format!("{}{}", ran.said(), ran.list("made/here").join("\n")), @"
    exit 0
    keysweep-accounts.1
    keysweep-completions.1
    keysweep-demo.1
    keysweep-diff.1
    keysweep-exemptions-check.1
    keysweep-exemptions-list.1
    keysweep-exemptions.1
    keysweep-findings-show.1
    keysweep-findings.1
    keysweep-iam-policy.1
    keysweep-man.1
    keysweep-orgsim-serve.1
    keysweep-orgsim-truth.1
    keysweep-orgsim-world.1
    keysweep-orgsim.1
    keysweep-policy-check.1
    keysweep-policy-definitions.1
    keysweep-policy-diff.1
    keysweep-policy-eval.1
    keysweep-policy-list.1
    keysweep-policy-new.1
    keysweep-policy-reference.1
    keysweep-policy-show.1
    keysweep-policy-test.1
    keysweep-policy.1
    keysweep-runs-list.1
    keysweep-runs-show.1
    keysweep-runs.1
    keysweep-scan.1
    keysweep-schema.1
    keysweep-store-check.1
    keysweep-store-export.1
    keysweep-store-info.1
    keysweep-store-prune.1
    keysweep-store.1
    keysweep-trend.1
    keysweep.1
    ");
}

#[test]
fn a_reader_that_stops_early_causes_no_error() {
    let commands = ["demo --all", "orgsim world --accounts 200", "orgsim truth --accounts 200"];
    let said = |arguments| keysweep(arguments).start().without_reader().said();
    assert!(commands.iter().all(|arguments| said(arguments).starts_with("exit 0\n")), "{:#?}", commands.map(said));
    assert!(commands.iter().all(|arguments| !said(arguments).contains("error")));
}
