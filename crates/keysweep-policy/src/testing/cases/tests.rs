//! Tests of cases: what they give, and what each mistake is told.

use std::fs;

use keysweep_model::ResourceType;

use super::*;
use crate::Compiler;

mod kinds;

const POLICY: &str = "\
//! id: test
//! title: A test
//! severity: low
//! resource: access_key
//! remedy: none
//! params: { limit: { type: integer, default: 90 } }
fn check(key, params) {
    if key.user.path == \"/age/\" { return pass(`${key.age_days} ${key.created_on}`); }
    if key.user.path == \"/idle/\" { return pass(`${key.idle_days} ${key.last_used_on}`); }
    if key.user.path == \"/user/\" { return pass(`${key.user.age_days}`); }
    if key.user.path == \"/tag/\" { return pass(key.user.tag(\"owner\")); }
    if key.user.path == \"/exempt/\" { return exempt(\"exempted\"); }
    if key.user.path == \"/throw/\" { throw \"up\"; }
    if key.user.path == \"/limit/\" { return pass(`${params.limit}`); }
    pass(`${key.id} ${key.status} ${key.user.arn} ${key.account.id} ${key.account.name} ${key.account.ou_path}`)
}
";

/// What each case of a file comes to, or what is wrong with the file.
fn results(cases: &str) -> String {
    let policy = Policy::compile("test.rhai", POLICY).unwrap();
    match parse("test.test.yaml", cases, ResourceType::AccessKey) {
        Err(error) => error.to_string(),
        Ok(cases) => {
            let result = |case: &Case| {
                let result = run(&policy, case).map_err(|error| error.to_string());
                format!("{} {}: {result:?}", case.line, case.name)
            };
            cases.iter().map(result).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn cases_that_hold_pass_and_others_say_what_came() {
    let cases = r#"
- { name: holds, expect: { status: pass, message: Active } }
- { name: other status, expect: { status: fail } }
- { name: other message, expect: { status: pass, message: nonsense } }
- { name: defaults, expect: { status: pass, message: AKIAIOSFODNN0EXAMPLE Active arn:aws:iam::111122223333:user/alice 111122223333 example Root } }
- name: given
  access_key: { id: AKIAAAAAAAAAAAAAAAAA, active: false }
  user: { name: bob, path: /a/ }
  account: { id: "000000000001", name: prod, ou_path: Root/Prod }
  expect: { status: pass, message: AKIAAAAAAAAAAAAAAAAA Inactive arn:aws:iam::000000000001:user/a/bob 000000000001 prod Root/Prod }
- { name: age, user: { path: /age/ }, access_key: { age_days: 90.25 }, expect: { status: pass, message: 91 2025-10-02 } }
- { name: as of, user: { path: /age/ }, access_key: { age_days: 1 }, as_of: "2026-03-02T00:00:00Z", expect: { status: pass, message: 2026-03-01 } }
- { name: exempt, user: { path: /exempt/ }, expect: { status: exempt, message: exempted } }
- { name: error, user: { path: /throw/ }, expect: { status: error, message: "line 13, column 37: up" } }
- { name: unknown, user: { path: /tag/ }, unreadable: [user_tags], expect: { status: unknown, message: user tags } }
- { name: the report is not all, unreadable: [credential_report], expect: { status: pass } }
- { name: parameters, params: { limit: x }, expect: { status: pass } }
- { name: no such parameter, params: { limmit: 1 }, expect: { status: pass } }
"#;
    insta::assert_snapshot!(results(cases), @r#"
    2 holds: Ok(())
    3 other status: Err("expected fail, got pass: \"AKIAIOSFODNN0EXAMPLE Active arn:aws:iam::111122223333:user/alice 111122223333 example Root\"")
    4 other message: Err("expected pass with a message that has `nonsense`, got: \"AKIAIOSFODNN0EXAMPLE Active arn:aws:iam::111122223333:user/alice 111122223333 example Root\"")
    5 defaults: Ok(())
    6 given: Ok(())
    11 age: Ok(())
    12 as of: Ok(())
    13 exempt: Ok(())
    14 error: Ok(())
    15 unknown: Ok(())
    16 the report is not all: Ok(())
    17 parameters: Err("parameter `limit` of policy `test` must be of type integer, not `\"x\"`")
    18 no such parameter: Err("policy `test` has no parameter `limmit`: did you mean `limit`?")
    "#);
}

#[test]
fn what_a_policy_reads_and_a_case_does_not_give_is_named() {
    let cases = r#"
- { name: age, user: { path: /age/ }, expect: { status: pass } }
- { name: idle, user: { path: /idle/ }, expect: { status: pass } }
- { name: never used and no age, user: { path: /idle/ }, access_key: { never_used: true }, expect: { status: pass } }
- { name: user, user: { path: /user/ }, expect: { status: pass } }
- { name: tags, user: { path: /tag/ }, expect: { status: pass } }
"#;
    insta::assert_snapshot!(results(cases), @r#"
    2 age: Err("the policy reads `age_days`, which the case does not give: give the access key `age_days`")
    3 idle: Err("the policy reads `idle_days`, which the case does not give: give the access key `idle_days`, or `never_used: true` and `age_days`")
    4 never used and no age: Err("the policy reads `idle_days`, which the case does not give: give the access key `idle_days`, or `never_used: true` and `age_days`")
    5 user: Err("the policy reads `user.age_days`, which the case does not give: give the user `age_days`")
    6 tags: Err("the policy reads `user.tag(owner)`, which the case does not give: give the user `tags`, which is `{}` for none")
    "#);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let wrong = |case: &str| results(&format!("- {{ name: a, {case} }}"));
    let ends = [
        wrong("access_key: { age: 5 }, expect: { status: pass }"),
        wrong("expect: { status: passed }"),
        wrong("access_key: { never_used: true, idle_days: 5 }, expect: { status: pass }"),
        wrong("access_key: { age_days: 1.0e9 }, expect: { status: pass }"),
        wrong("access_key: { age_days: .nan }, expect: { status: pass }"),
        wrong("access_key: { id: short }, expect: { status: pass }"),
        wrong("account: { id: \"1\" }, expect: { status: pass }"),
        wrong("unreadable: [tags], expect: { status: pass }"),
        wrong("as_of: yesterday, expect: { status: pass }"),
        wrong("params: { limit: null }, expect: { status: pass }"),
        results("- { name: a, expect: { status: pass } }\n- { name: a, expect: { status: pass } }"),
        results("[]"),
        results("- name: a"),
        results("name: a"),
    ];
    insta::assert_snapshot!(ends.join("\n\n"), @r#"
    error[unknown-field]: an access key has no `age`
     --> test.test.yaml:1:28
      |
    1 | - { name: a, access_key: { age: 5 }, expect: { status: pass } }
      |                            ^^^
      = help: a case gives: `id`, `active`, `age_days`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_service`, `last_used_region`

    error[bad-value]: `passed` is not a status: use one of fail, unknown, error, exempt, pass
     --> test.test.yaml:1:32
      |
    1 | - { name: a, expect: { status: passed } }
      |                                ^^^^^^

    error[bad-value]: a key that was never used is idle since it was made
     --> test.test.yaml:1:57
      |
    1 | - { name: a, access_key: { never_used: true, idle_days: 5 }, expect: { status: pass } }
      |                                                         ^
      = help: give `never_used: true` and `age_days`

    error[bad-value]: a span of time has at most 36500 days
     --> test.test.yaml:1:38
      |
    1 | - { name: a, access_key: { age_days: 1.0e9 }, expect: { status: pass } }
      |                                      ^^^^^

    error[bad-value]: a span of time has at most 36500 days
     --> test.test.yaml:1:38
      |
    1 | - { name: a, access_key: { age_days: .nan }, expect: { status: pass } }
      |                                      ^^^^

    error[bad-value]: `short` is not an access key id (16 to 128 letters, digits or `_`)
     --> test.test.yaml:1:32
      |
    1 | - { name: a, access_key: { id: short }, expect: { status: pass } }
      |                                ^^^^^

    error[bad-value]: `1` is not an AWS account id (12 digits)
     --> test.test.yaml:1:29
      |
    1 | - { name: a, account: { id: "1" }, expect: { status: pass } }
      |                             ^^^

    error[bad-value]: there is no facet `tags`
     --> test.test.yaml:1:27
      |
    1 | - { name: a, unreadable: [tags], expect: { status: pass } }
      |                           ^^^^
      = help: there are: `organizational_units`, `credential_report`, `users`, `access_keys`, `access_key_last_used`, `user_tags`, `login_profile`, `password_last_used`, `mfa_devices`, `authorization_details`, `service_credentials`, `signing_certificates`, `ssh_keys`, `account_summary`, `password_policy`, `root_mfa`

    error[bad-value]: `yesterday` is not a time in UTC, such as `2026-03-01T00:00:00Z`
     --> test.test.yaml:1:21
      |
    1 | - { name: a, as_of: yesterday, expect: { status: pass } }
      |                     ^^^^^^^^^

    error[bad-value]: `limit` has no value
     --> test.test.yaml:1:31
      |
    1 | - { name: a, params: { limit: null }, expect: { status: pass } }
      |                               ^^^^

    error[bad-value]: another case has this name
     --> test.test.yaml:2:11
      |
    2 | - { name: a, expect: { status: pass } }
      |           ^

    error[missing-field]: the file has no case
     --> test.test.yaml

    error[missing-field]: missing field `expect`
     --> test.test.yaml:1:3
      |
    1 | - name: a
      |   ^^^^

    error[bad-value]: expected a list
     --> test.test.yaml:1:1
      |
    1 | name: a
      | ^
    "#);
}

#[test]
fn a_folder_reports_like_a_test_runner() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("test.rhai"), POLICY).unwrap();
    let report = run_folder(folder.path()).unwrap();
    assert!(report.cases[0].failure.as_ref().unwrap().contains("test.test.yaml"), "{report}");
    let cases = "- { name: one, expect: { status: pass } }\n- { name: two, expect: { status: fail } }\n";
    fs::write(folder.path().join("test.test.yaml"), cases).unwrap();
    let report = run_folder(folder.path()).unwrap();
    let text = report.to_string().replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(text, @r#"
    ok   test: one
    FAIL test: two
         expected fail, got pass: "AKIAIOSFODNN0EXAMPLE Active arn:aws:iam::111122223333:user/alice 111122223333 example Root"
         FOLDER/test.test.yaml:2
    1 passed, 1 failed
    "#);
    assert_eq!(report.failed(), 1);
}

const FAILING: &str = "\
//! id: test
//! title: A test
//! severity: low
//! resource: access_key
//! remedy: none
fn check(key, params) {
    if key.age_days > 90 { return fail(`${key.age_days} days, limit 90`, #{ severity: \"high\", owners: [\"a\", \"b\"] }); }
    pass()
}
";

#[test]
fn messages_severities_evidence_and_reads_can_be_expected() {
    let policy = Policy::compile("test.rhai", FAILING).unwrap();
    let result = |expect: &str| {
        let case = format!("- {{ name: a, access_key: {{ age_days: 91 }}, expect: {{ {expect} }} }}");
        match parse("t", &case, ResourceType::AccessKey) {
            Ok(cases) => format!("{:?}\n", run(&policy, &cases[0]).map_err(|error| error.to_string())),
            Err(error) => format!("{}\n", error.diagnostics[0].message),
        }
    };
    let said = [
        result(
            "status: fail, message: days, severity: high, evidence: { age_days: 91, owners: [a, b] }, reads: [access_keys]",
        ),
        result("status: fail, message: \"91*limit 90\""),
        result("status: fail, message: \"limit*91\""),
        result("status: fail, severity: low"),
        result("status: fail, severity: bad"),
        result("status: pass, severity: low"),
        result("status: fail, evidence: { age_days: 90 }"),
        result("status: fail, evidence: { age: 91 }"),
        result("status: fail, reads: []"),
        result("status: fail, reads: [keys]"),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    Ok(())
    Ok(())
    Err("expected fail with a message that has `limit*91`, got: \"91 days, limit 90\"")
    Err("expected the severity low, got high")
    `bad` is not a severity: use one of info, low, medium, high, critical
    only a fail has a severity, and this case expects pass
    Err("expected the evidence `age_days: 90`, got `91`")
    Err("expected the evidence `age: 91`, got none of that name")
    Err("the policy touches `access_keys`, which `reads` does not name")
    there is no facet `keys`
    "#);
}

#[test]
fn cases_are_chosen_by_their_name_or_policy_and_paths_may_be_files() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("test.rhai", FAILING);
    write(
        "test.test.yaml",
        "- { name: one, access_key: { age_days: 1 }, expect: { status: pass } }\n\
                             - { name: two, access_key: { age_days: 91 }, expect: { status: fail } }\n",
    );
    let run = |name: &str, filter: Option<&str>| {
        let options = Options { filter: filter.map(str::to_owned), ..Options::default() };
        match run_paths(&Compiler::default(), &[folder.path().join(name)], &options) {
            Ok(report) => report.to_string(),
            Err(error) => error.to_string().replace(&folder.path().display().to_string(), "FOLDER"),
        }
    };
    let mut said = vec![
        run("test.rhai", None),
        run("test.test.yaml", Some("two")),
        run("", Some("test")),
        run("", Some("three")),
        run("test.yaml", None),
        run("none.rhai", None),
    ];
    write("tset.test.yaml", "- { name: one, expect: { status: pass } }");
    said.push(run("", None));
    insta::assert_snapshot!(said.join("\n\n"), @"
    ok   test: one
    ok   test: two
    2 passed, 0 failed

    ok   test: two
    1 passed, 0 failed

    ok   test: one
    ok   test: two
    2 passed, 0 failed

    no case of the 2 has `three` in its policy's id or its name

    `FOLDER/test.yaml` is neither a policy (`NAME.rhai`), nor its cases (`NAME.test.yaml`), nor a folder of them

    error[unreadable]: could not read `FOLDER/none.rhai`: No such file or directory (os error 2)
     --> FOLDER/none.rhai

    could not read the cases in `FOLDER/tset.test.yaml`: there is no policy of that name beside it
    ");
}

#[test]
fn a_field_that_there_is_not_is_told_what_it_may_be() {
    let wrong = |case: &str| results(&format!("- {{ name: a, {case}, expect: {{ status: pass }} }}"));
    let said = [
        wrong("key: { age_days: 5 }"),
        wrong("other_keys: [{ age_days: 5 }]"),
        wrong("acess_key: { age_days: 5 }"),
        wrong("user: { acces_keys: [] }"),
        wrong("user: { created_on: 2026-01-01 }"),
        wrong("user: { ssh_keys: [{}, { age_days: 1, size: 2 }] }"),
    ];
    let lines =
        said.iter().flat_map(|said| said.lines()).filter(|line| line.contains(['[', '=']) && !line.contains('|'));
    insta::assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @"
    error[unknown-field]: `key` is now called `access_key`
    error[unknown-field]: `other_keys` is now called `other_access_keys`
    error[unknown-field]: a case has no `acess_key`
      = help: did you mean `access_key`?
    error[unknown-field]: a user has no `acces_keys`
      = help: did you mean `access_keys`?
    error[unknown-field]: a case cannot give `created_on`
      = help: give the user `age_days`
    error[unknown-field]: an SSH key has no `size`
      = help: a case gives: `id`, `active`, `age_days`
    ");
}

#[test]
fn null_gives_nothing_but_where_it_is_a_value() {
    let cases = r#"
- { name: fields, access_key: { id: ~, age_days: ~ }, other_access_keys: ~, user: ~, expect: { status: pass, message: AKIAIOSFODNN0EXAMPLE Active } }
- { name: tags are strings, access_key: ~, user: { path: /tag/, tags: { owner: 1234 } }, expect: { status: pass, message: "1234" } }
- { name: age, access_key: { age_days: ~ }, user: { path: /age/ }, expect: { status: pass } }
"#;
    insta::assert_snapshot!(results(cases), @r#"
    2 fields: Ok(())
    3 tags are strings: Ok(())
    4 age: Err("the policy reads `age_days`, which the case does not give: give the access key `age_days`")
    "#);
}

#[test]
fn the_schema_names_every_field_and_refuses_others() {
    let schema = schema();
    let definitions = &schema["$defs"];
    let fields = |name: &str| {
        assert_eq!(definitions[name]["additionalProperties"], false, "{name}");
        definitions[name]["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(definitions["Case"]["required"], serde_json::json!(["name", "expect"]));
    let said: Vec<_> =
        definitions.as_object().unwrap().keys().map(|name| format!("{name}: {}", fields(name))).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    Expect: status message severity evidence reads
    access_key: id active age_days minutes_after_user never_used idle_days last_used_service last_used_region
    user: name path age_days has_password password has_mfa groups attached_policies group_policies inline_policies permissions_boundary is_administrator access_keys mfa_devices service_credentials signing_certificates ssh_keys tags
    account: id name ou_path users root password_policy
    root: has_access_key has_password has_mfa has_signing_certificate has_hardware_mfa never_used idle_days
    password_policy: minimum_length reuse_prevention max_age_days require_symbols require_numbers require_uppercase require_lowercase users_may_change
    password: age_days never_used idle_days
    mfa: serial_number kind age_days
    service_credential: id service active age_days lifetime_days
    signing_certificate: id active age_days
    ssh_key: id active age_days
    Case: access_key user account root password mfa service_credential signing_certificate ssh_key other_access_keys name unreadable params as_of expect
    ");
    insta::assert_snapshot!(definitions["mfa"]["properties"], @r#"{"serial_number":{"type":["string","null"],"description":"The device's serial number; for virtual devices and passkeys an ARN."},"kind":{"type":["string","null"],"description":"`virtual`, `hardware` or `passkey`."},"age_days":{"type":["number","null"],"description":"Days since the device was enabled; a day that has begun counts; fractions are allowed."}}"#);
}
