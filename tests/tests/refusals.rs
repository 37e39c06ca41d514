//! Mistakes of the user: each is reported with its place and ends in exit code 2, and nothing is contacted.

use crate::process::{Keysweep, organization};

/// The error of a command that is prepared by `with`, which must not contact anything.
fn refused(arguments: &str, with: impl FnOnce(Keysweep) -> Keysweep) -> String {
    let organization = organization(1, 0, 7);
    let ran = with(organization.keysweep(arguments)).run();
    assert_eq!((ran.code, organization.sim.calls().total(), ran.stdout.as_str()), (2, 0, ""), "{}", ran.stderr);
    ran.said()
}

#[test]
fn a_flag_that_does_not_exist() {
    insta::assert_snapshot!(refused("scan --acount 111122223333", |run| run), @"
    exit 2
    error: unexpected argument '--acount' found

      tip: a similar argument exists: '--account'

    Usage: keysweep scan --account <ACCOUNT>

    For more information, try '--help'.
    ");
}

#[test]
fn an_invalid_value() {
    insta::assert_snapshot!(refused("scan --as-of yesterday", |run| run), @"
    exit 2
    error: invalid value 'yesterday' for '--as-of <DATE>': `yesterday` is not a day or a time: write 2026-03-01 (its first moment in UTC) or 2026-03-01T12:00:00Z

    For more information, try '--help'.
    ");
}

#[test]
fn an_invalid_value_in_the_environment() {
    insta::assert_snapshot!(refused("scan", |run| run.env("KEYSWEEP_CONCURRENCY", "many")), @"
    exit 2
    error: invalid value 'many' for '--concurrency <N>': invalid digit found in string

    For more information, try '--help'.
    ");
}

#[test]
fn a_configuration_file_that_does_not_exist() {
    insta::assert_snapshot!(refused("scan --config no.yaml", |run| run), @"
    exit 2
    error: could not read `no.yaml`: No such file or directory (os error 2)
    ");
}

#[test]
fn an_unknown_key_in_the_configuration_file() {
    let file = "# our settings\nrole: audit\nexclude_account: ['111122223333']\n";
    insta::assert_snapshot!(refused("scan", |run| run.file("keysweep.yaml", file)), @"
    exit 2
    error[unknown-field]: unknown field `exclude_account`, expected one of accounts, exclude_accounts, ous, accounts_file, profile, region, role, roles, external_id, session_name, source_identity, max_attempts, max_requests, concurrency, account_timeout, fresh, report_timeout, calls_per_account, save_inventory, full_inventory, policy_folders, no_shipped_policies, policies, policy_limits, only_policies, as_of, exemptions_file, exemptions, exemption_max_term_days, exemption_max_share, store, store_timeout, owner_tag, inventory, fail_on, fail_on_new, format, output, all
     --> keysweep.yaml:3:1
      |
    3 | exclude_account: ['111122223333']
      | ^^^^^^^^^^^^^^^
      = help: did you mean `exclude_accounts`?
    ");
}

#[test]
fn a_key_that_is_twice_in_the_configuration_file() {
    insta::assert_snapshot!(refused("scan", |run| run.file("keysweep.yaml", "role: audit\nfresh: true\nrole: scan\n")), @"
    exit 2
    error[malformed-yaml]: duplicate mapping key: role
     --> keysweep.yaml:3:1
      |
    3 | role: scan
      | ^^^^
    ");
}

#[test]
fn an_invalid_account_in_the_configuration_file() {
    let file = "accounts:\n  - '111122223333'\n  - '11112222333'\n";
    insta::assert_snapshot!(refused("scan", |run| run.file("keysweep.yaml", file)), @"
    exit 2
    error[malformed-yaml]: `11112222333` is not an AWS account id (12 digits)
     --> keysweep.yaml:3:5
      |
    3 |   - '11112222333'
      |     ^^^^^^^^^^^^^
    ");
}

#[test]
fn a_parameter_that_a_policy_lacks() {
    let file = "policies:\n  access-key-max-age:\n    params: { max_age: 30 }\n";
    insta::assert_snapshot!(refused("scan", |run| run.file("keysweep.yaml", file)), @"
    exit 2
    error[bad-value]: policy `access-key-max-age` has no parameter `max_age`: it has: `max_age_days`
     --> keysweep.yaml:3:15
      |
    3 |     params: { max_age: 30 }
      |               ^^^^^^^
    ");
}

#[test]
fn a_policy_that_does_not_exist() {
    insta::assert_snapshot!(refused("scan --policy access-key-age", |run| run), @"
    exit 2
    error: there is no policy `access-key-age`: did you mean `access-key-max-age`?
    ");
}

/// A policy of this script.
fn policy(script: &str) -> String {
    format!(
        "//! id: mine\n//! title: Mine\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\n{script}\n"
    )
}

#[test]
fn a_policy_that_does_not_parse() {
    let script = policy("fn check(key, params) {\n    if key.active { return pass(; }\n}");
    insta::assert_snapshot!(refused("scan --policies mine", |run| run.file("mine/mine.rhai", &script)), @"
    exit 2
    error[syntax]: unexpected ';'
     --> mine/mine.rhai:8:33
      |
    8 |     if key.active { return pass(; }
      |                                 ^
    ");
}

#[test]
fn a_policy_with_unknown_names() {
    let script = policy("fn check(key, params) {\n    if key.age_day > 90 { return fial(\"old\"); }\n    pass()\n}");
    insta::assert_snapshot!(refused("scan --policies mine", |run| run.file("mine/mine.rhai", &script)), @r#"
    exit 2
    error[unknown-property]: an access key has no property `age_day`
     --> mine/mine.rhai:8:12
      |
    8 |     if key.age_day > 90 { return fial("old"); }
      |            ^^^^^^^
      = help: did you mean `age_days`: days since the key was made; a day that has begun counts?

    error[unknown-function]: there is no function `fial`
     --> mine/mine.rhai:8:34
      |
    8 |     if key.age_day > 90 { return fial("old"); }
      |                                  ^^^^
      = help: did you mean `fail`?
    "#);
}

#[test]
fn a_policy_with_wrong_metadata() {
    let script = policy("fn check(key, params) { pass() }").replace("low", "lowish");
    insta::assert_snapshot!(refused("scan --policies mine", |run| run.file("mine/mine.rhai", &script)), @"
    exit 2
    error[bad-value]: `lowish` is not a severity: use one of info, low, medium, high, critical
     --> mine/mine.rhai:3:15
      |
    3 | //! severity: lowish
      |               ^^^^^^
    ");
}

#[test]
fn an_accounts_file_with_an_invalid_account() {
    let file = "id,name\n111122223333,a\n11112222333,b\n";
    insta::assert_snapshot!(refused("scan --accounts-file a.csv", |run| run.file("a.csv", file)), @"
    exit 2
    error: accounts file `a.csv`: CSV deserialize error: record 2 (line: 3, byte: 23): `11112222333` is not an AWS account id (12 digits)
    ");
}

#[test]
fn an_accounts_file_with_an_unknown_key() {
    let file = "- id: '111122223333'\n  nmae: production\n";
    insta::assert_snapshot!(refused("scan --accounts-file a.yaml", |run| run.file("a.yaml", file)), @"
    exit 2
    error[unknown-field]: unknown field `nmae`, expected one of id, name, email, ou_path
     --> a.yaml:2:3
      |
    2 |   nmae: production
      |   ^^^^
      = help: did you mean `name`?
    ");
}

#[test]
fn a_folder_for_the_result_that_does_not_exist() {
    insta::assert_snapshot!(refused("scan --output no/such/result.json", |run| run), @"
    exit 2
    error: could not write `no/such/result.json`: No such file or directory (os error 2)
    ");
}

#[test]
fn a_world_that_contradicts_itself() {
    let world = "accounts:\n- id: '111122223333'\n- id: '111122223333'\n";
    insta::assert_snapshot!(refused("orgsim truth --world w.yaml", |run| run.file("w.yaml", world)), @"
    exit 2
    error: in `w.yaml`: account `111122223333` is listed twice
    ");
}

#[test]
fn an_organizational_unit_beside_an_accounts_file() {
    let accounts = "- id: '111122223333'\n";
    let arguments = "scan --accounts-file accounts.yaml --ou Root/Workloads";
    insta::assert_snapshot!(refused(arguments, |run| run.file("accounts.yaml", accounts)), @"
    exit 2
    error: `--ou Root/Workloads` cannot be used with an accounts file, which does not tell the organizational units
    ");
}
