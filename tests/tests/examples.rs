//! Everything in `examples/` works: it is run here as it is.

use std::{collections::BTreeSet, fs, os::unix::fs::symlink, path::Path, process::Command};

use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use keysweep::{
    cli::Cli,
    config::{self, Config},
    exit::Failure,
};
use orgsim::{Clock, Sim, SimOptions, World};
use serde_json::{Value, json};

use crate::process::{Organization, Ran, keysweep, program, repository};

fn example(name: &str) -> String {
    fs::read_to_string(repository("examples").join(name)).unwrap()
}

fn yaml(name: &str) -> Value {
    serde_yaml::from_str(&example(name)).unwrap()
}

/// The organization that the examples are about. Its accounts can only be entered as the examples do it.
fn organization() -> Organization {
    let days_ago = |days: i64| Timestamp::now() - SignedDuration::from_hours(24 * days);
    let role = |name: &str| format!("roles: [{{ name: {name}, external_id: 5c8a5d4e-keysweep }}]");
    let (audit, legacy) = (role("keysweep-audit"), role("keysweep-audit-legacy"));
    let (old, young) = (days_ago(200), days_ago(70));
    let world = format!(
        "
accounts:
- {{ id: '111122223333', name: security }}
- {{ id: '777788889999', name: frozen, roles: [] }}
- id: '222233334444'
  name: payments-prod
  ou: Workloads/Prod
  {audit}
  users:
  - {{ name: deploy, path: /service/, keys: [{{ id: AKIAEXAMPLE000000001, created_at: {old}, last_used: {{ at: {old} }} }}] }}
  - {{ name: backup, tags: {{ service-account: 'true' }}, keys: [{{ id: AKIAEXAMPLE000000002, created_at: {old} }}] }}
- id: '444455556666'
  name: search
  {legacy}
  users: [{{ name: bob, keys: [{{ id: AKIAEXAMPLE000000003, created_at: {young} }}] }}]
- id: '555566667777'
  name: data-lake-dev
  {audit}
  users: [{{ name: carol, keys: [] }}]
"
    );
    let clock = Clock::from_fn(Timestamp::now);
    Organization::serve(Sim::new(World::from_yaml(&world).unwrap(), SimOptions::new(clock)))
}

/// The register of the examples, with terms that run on the day of the test.
fn register() -> String {
    let day = |days: i64| (Timestamp::now() + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%d").to_string();
    let text = example("exemptions.yaml");
    let dated = text.lines().map(|line| match line.split_once(": ").map(|(key, _)| key) {
        Some(key @ "  approved_on") => format!("{key}: {}\n", day(-10)),
        Some(key @ "  expires") => format!("{key}: {}\n", day(100)),
        _ => format!("{line}\n"),
    });
    dated.collect()
}

/// The result of a scan, with a line for each finding and for each account that was not read.
fn summary(ran: &Ran) -> String {
    let document = ran.json();
    let text = |value: &Value, keys: &[&str]| {
        keys.iter().map(|key| value[*key].as_str().unwrap_or("-").to_owned()).collect::<Vec<_>>().join(" ")
    };
    let of = |pointer: &str, keys: &[&str]| {
        let entries = document.pointer(pointer).unwrap().as_array().unwrap().iter();
        entries.map(|entry| text(entry, keys)).collect::<Vec<_>>()
    };
    let head = format!("exit {}, {} accounts scanned", ran.code, document["coverage"]["scanned"]);
    let findings = of("/findings", &["status", "severity", "user_name", "policy", "message"]);
    let gap = ["account_name", "step", "reason"];
    [vec![head], of("/coverage/failed", &gap), of("/coverage/skipped", &gap), findings].concat().join("\n")
}

#[test]
fn the_configuration_scans_an_organization() {
    let configuration = repository("examples/keysweep.yaml");
    let ran = organization().keysweep("scan --config").arg(configuration).file("exemptions.yaml", &register()).run();
    insta::assert_snapshot!(summary(&ran), @"
    exit 1, 4 accounts scanned
    frozen select excluded by --exclude-account
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    exempt high - people-have-no-users people may have users in Root
    fail low security-scanner user-policies-through-groups policies of its own: 0 attached, 1 inline
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    exempt high backup access-key-max-age-with-service-accounts service accounts replace their keys within 365 days
    fail medium backup access-key-never-used never used in the 201 days since it was made, limit 14
    exempt medium backup access-key-unused the backup appliance cannot replace its key before the migration
    exempt high deploy access-key-max-age-with-service-accounts service accounts replace their keys within 365 days
    fail medium deploy access-key-unused unused for 201 days, limit 30
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    exempt high - people-have-no-users people may have users in Root
    fail high bob access-key-max-age-with-service-accounts active for 71 days, limit 60
    fail medium bob access-key-never-used never used in the 71 days since it was made, limit 14
    fail medium bob access-key-unused never used in 71 days, limit 30
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    exempt high - people-have-no-users people may have users in Root
    ");
}

#[test]
fn the_register_of_exemptions_is_valid() {
    let now = "2026-11-24T00:00:00Z".parse().unwrap();
    let register = keysweep_scan::Register::parse("exemptions.yaml", &example("exemptions.yaml"), now, 365);
    let register = register.unwrap_or_else(|error| panic!("{error}"));
    assert!(register.exemptions().iter().all(|exemption| exemption.days_left(now) > 0));
}

/// Reads a configuration file with this text.
fn configuration(text: &str) -> Result<Config, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keysweep.yaml");
    fs::write(&path, text).unwrap();
    config::read(Some(&path))
}

#[test]
fn the_configuration_shows_every_key() {
    let text = example("keysweep.yaml");
    let shown: BTreeSet<_> =
        text.lines().map(uncommented).filter_map(|line| line.split_once(':')).map(|it| it.0).collect();
    let unknown = configuration("no_such_key: 1").unwrap_err().to_string();
    let (_, keys) = unknown.lines().next().unwrap().split_once("expected one of ").unwrap();
    let missing: Vec<_> = keys.split(", ").filter(|key| !shown.contains(key)).collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_setting_that_the_configuration_shows_may_be_used() {
    let text: Vec<_> = example("keysweep.yaml").lines().map(|line| uncommented(line).to_owned()).collect();
    let settings = configuration(&text.join("\n")).unwrap();
    assert_eq!((settings.connection.max_attempts, settings.view.all), (Some(10), Some(true)));
}

/// The line with its setting in force, if it is one that stands there for show.
fn uncommented(line: &str) -> &str {
    line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase())).unwrap_or(line)
}

#[test]
fn the_accounts_file_names_the_accounts_to_scan() {
    let ran = organization()
        .keysweep("scan --format json --role keysweep-audit --external-id 5c8a5d4e-keysweep")
        .arg("--role-for=444455556666=keysweep-audit-legacy")
        .arg("--accounts-file")
        .arg(repository("examples/accounts.csv"))
        .run();
    insta::assert_snapshot!(summary(&ran), @"
    exit 1, 3 accounts scanned
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    fail medium backup access-key-max-age active for 201 days, limit 90
    fail medium backup access-key-never-used never used in the 201 days since it was made, limit 14
    fail medium backup access-key-unused never used in 201 days, limit 45
    fail medium deploy access-key-max-age active for 201 days, limit 90
    fail medium deploy access-key-unused unused for 201 days, limit 45
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    fail medium bob access-key-never-used never used in the 71 days since it was made, limit 14
    fail medium bob access-key-unused never used in 71 days, limit 45
    fail medium - password-policy-length no password policy: 8 characters are enough, limit 14
    fail low - password-policy-reuse no password policy: no earlier password is forbidden, limit 24
    ");
}

#[test]
fn the_cases_of_the_policies_pass() {
    let report = keysweep_policy::cases::run_folder(&repository("examples/policies")).unwrap();
    assert!(report.failed() == 0 && report.to_string().starts_with("ok "), "{report}");
}

const TRUST: &str = "iam-policy --for trust --central-account 111122223333 --external-id 5c8a5d4e-keysweep";

#[test]
fn the_iam_policies_are_those_that_are_printed() {
    let printed = |arguments| keysweep(arguments).run().stdout;
    assert_eq!(example("iam/member-policy.json"), printed("iam-policy --for member"));
    let configured = keysweep("iam-policy --for caller --config").arg(repository("examples/keysweep.yaml")).run();
    assert_eq!(example("iam/caller-policy.json"), configured.stdout);
    assert_eq!(example("iam/trust-policy.json"), printed(TRUST));
}

#[test]
fn the_role_of_the_stack_set_has_the_printed_policies() {
    let template = yaml("iam/member-role.stackset.yaml");
    let role = &template["Resources"]["Role"]["Properties"];
    assert_eq!(role["Policies"][0]["PolicyDocument"], keysweep("iam-policy").run().json());
    // As CloudFormation would fill it in.
    let mut trust = role["AssumeRolePolicyDocument"].clone();
    for statement in trust["Statement"].as_array_mut().unwrap() {
        let principal = statement["Principal"]["AWS"]["Fn::Sub"].as_str().unwrap();
        let principal = principal.replace("${AWS::Partition}", "aws").replace("${CentralAccountId}", "111122223333");
        statement["Principal"]["AWS"] = principal.into();
    }
    let statement = &mut trust["Statement"][0];
    assert_eq!(statement["Condition"]["StringEquals"]["sts:ExternalId"], json!({ "Ref": "ExternalId" }));
    statement["Condition"]["StringEquals"]["sts:ExternalId"] = "5c8a5d4e-keysweep".into();
    assert_eq!(trust, keysweep(TRUST).run().json());
}

#[test]
fn the_role_that_the_configuration_names_is_the_one_that_the_stack_set_makes() {
    let made = yaml("iam/member-role.stackset.yaml")["Parameters"]["RoleName"]["Default"].clone();
    assert_eq!(yaml("keysweep.yaml")["role"], made);
}

/// The step of the workflow with this name.
fn step(name: &str) -> Value {
    let steps = yaml("github-actions.yaml")["jobs"]["scan"]["steps"].clone();
    steps.as_array().unwrap().iter().find(|step| step["name"] == name).unwrap().clone()
}

/// Runs the script of a step as GitHub's runners do, in `folder` and with `keysweep` on the path.
fn run_step(
    name: &str,
    folder: &Path,
    variables: &[(&str, &str)],
    organization: &Organization,
) -> (Option<i32>, String) {
    let bin = folder.join("bin");
    fs::create_dir_all(&bin).unwrap();
    // There already, where an earlier step of the same job has run.
    let _ = symlink(program(), bin.join("keysweep"));
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step(name)["run"].as_str().unwrap()]);
    bash.env_clear().envs(organization.environment()).envs(variables.iter().copied()).current_dir(folder);
    let output = bash.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_workflow_keeps_the_result_and_the_exit_code_of_the_scan() {
    let folder = tempfile::tempdir().unwrap();
    let configuration =
        example("keysweep.yaml").replace("[policies]", &format!("[{}]", repository("examples/policies").display()));
    fs::write(folder.path().join("keysweep.yaml"), configuration).unwrap();
    let outputs = folder.path().join("outputs");
    let ran = run_step("Scan", folder.path(), &[("GITHUB_OUTPUT", outputs.to_str().unwrap())], &organization());
    assert_eq!((ran.0, fs::read_to_string(outputs).unwrap().as_str()), (Some(0), "code=1\n"));
    let kept = step("Keep the result")["with"]["path"].as_str().unwrap().to_owned();
    let document: Value = serde_json::from_str(&fs::read_to_string(folder.path().join(kept)).unwrap()).unwrap();
    assert_eq!(document["schema"], "keysweep.scan/v1");
}

#[test]
fn the_workflow_fails_with_the_exit_code_of_the_scan_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let organization = organization();
    let judged = ["0", "1", "2", "3", "4", "130"].map(|code| {
        let (exit, said) = run_step("Judge", folder.path(), &[("CODE", code)], &organization);
        assert_eq!(exit, code.parse().ok());
        said
    });
    insta::assert_snapshot!(judged.concat(), @"
    every account was read, and nothing is to be done
    ::error::credentials violate the policies: see the artifact
    ::error::keysweep.yaml, a policy or the command line is wrong: see the step Scan
    ::error::the scan is incomplete: see coverage and the unknown findings in the artifact
    ::error::the scan could not start: see the step Scan
    ::error::keysweep ended with exit code 130
    ");
}

#[test]
fn the_commands_of_the_workflow_are_accepted() {
    let text = example("github-actions.yaml");
    let commands: Vec<_> = text.lines().map(str::trim).filter(|line| line.starts_with("keysweep ")).collect();
    assert_eq!(commands.len(), 1);
    for command in commands {
        let (command, _) = command.split_once(" || ").unwrap_or((command, ""));
        assert!(Cli::try_parse_from(command.split_whitespace()).is_ok(), "{command}");
    }
}
