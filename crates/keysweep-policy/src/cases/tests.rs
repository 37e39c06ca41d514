//! Tests of cases: what they give, and what each mistake is told.

use std::fs;

use super::*;

const POLICY: &str = "\
//! id: test
//! title: A test
//! severity: low
//! resource: access_key
//! remedy: none
//! params: { limit: { type: integer, default: 90 } }
fn check(key, params) {
    if key.user.tag(\"x\") == \"age\" { return pass(`${key.age_days} ${key.created_on}`); }
    if key.user.tag(\"x\") == \"idle\" { return pass(`${key.idle_days} ${key.last_used_on}`); }
    if key.user.tag(\"x\") == \"user\" { return pass(`${key.user.age_days}`); }
    if key.user.tag(\"x\") == \"exempt\" { return exempt(\"let off\"); }
    if key.user.tag(\"x\") == \"throw\" { throw \"up\"; }
    pass(`${key.id} ${key.status} ${key.user.arn} ${key.account.id} ${key.account.name} ${key.account.ou_path}`)
}
";

/// What each case of a file comes to, or what is wrong with the file.
fn results(cases: &str) -> String {
    let policy = Policy::compile("test.rhai", POLICY).unwrap();
    match parse("test.test.yaml", cases) {
        Err(error) => error.to_string(),
        Ok(cases) => {
            let result = |case: &Case| format!("{} {}: {:?}", case.line, case.name, run(&policy, case));
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
  key: { id: AKIAAAAAAAAAAAAAAAAA, active: false }
  user: { name: bob, path: /a/ }
  account: { id: "000000000001", name: prod, ou_path: Root/Prod }
  expect: { status: pass, message: AKIAAAAAAAAAAAAAAAAA Inactive arn:aws:iam::000000000001:user/a/bob 000000000001 prod Root/Prod }
- { name: age, user: { tags: { x: age } }, key: { age_days: 90.25 }, expect: { status: pass, message: 91 2025-10-02 } }
- { name: as of, user: { tags: { x: age } }, key: { age_days: 1 }, as_of: "2026-03-02T00:00:00Z", expect: { status: pass, message: 2026-03-01 } }
- { name: exempt, user: { tags: { x: exempt } }, expect: { status: exempt, message: let off } }
- { name: error, user: { tags: { x: throw } }, expect: { status: error, message: "line 12, column 39: up" } }
- { name: unknown, unreadable: [user_tags], expect: { status: unknown, message: user tags } }
- { name: report, unreadable: [credential_report], expect: { status: unknown } }
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
    16 report: Ok(())
    17 parameters: Err("parameter `limit` of policy `test` must be of type integer, not `\"x\"`")
    18 no such parameter: Err("policy `test` has no parameter `limmit`: did you mean `limit`?")
    "#);
}

#[test]
fn what_a_policy_reads_and_a_case_does_not_give_is_named() {
    let cases = r#"
- { name: age, user: { tags: { x: age } }, expect: { status: pass } }
- { name: idle, user: { tags: { x: idle } }, expect: { status: pass } }
- { name: never used and no age, user: { tags: { x: idle } }, key: { never_used: true }, expect: { status: pass } }
- { name: user, user: { tags: { x: user } }, expect: { status: pass } }
"#;
    insta::assert_snapshot!(results(cases), @r#"
    2 age: Err("the policy reads `age_days`, which the case does not give: give the key `age_days`")
    3 idle: Err("the policy reads `idle_days`, which the case does not give: give the key `idle_days`, or `never_used: true` and `age_days`")
    4 never used and no age: Err("the policy reads `idle_days`, which the case does not give: give the key `idle_days`, or `never_used: true` and `age_days`")
    5 user: Err("the policy reads `user.age_days`, which the case does not give: give the user `age_days`")
    "#);
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let wrong = |case: &str| results(&format!("- {{ name: a, {case} }}"));
    let ends = [
        wrong("key: { age: 5 }, expect: { status: pass }"),
        wrong("expect: { status: passed }"),
        wrong("key: { never_used: true, idle_days: 5 }, expect: { status: pass }"),
        wrong("key: { age_days: 1.0e9 }, expect: { status: pass }"),
        wrong("key: { age_days: .nan }, expect: { status: pass }"),
        wrong("key: { id: short }, expect: { status: pass }"),
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
    error: unknown field `age`, expected one of id, active, age_days, idle_days, never_used, last_used_service, last_used_region
     --> test.test.yaml:1:21
      |
    1 | - { name: a, key: { age: 5 }, expect: { status: pass } }
      |                     ^^^

    error: unknown variant `passed`, expected one of pass, fail, exempt, unknown, error
     --> test.test.yaml:1:32
      |
    1 | - { name: a, expect: { status: passed } }
      |                                ^^^^^^

    error: a key that was never used is idle since it was made
     --> test.test.yaml:1:50
      |
    1 | - { name: a, key: { never_used: true, idle_days: 5 }, expect: { status: pass } }
      |                                                  ^
      = help: give `never_used: true` and `age_days`

    error: days must be within 36500, not `1000000000`
     --> test.test.yaml:1:31
      |
    1 | - { name: a, key: { age_days: 1.0e9 }, expect: { status: pass } }
      |                               ^^^^^

    error: days must be within 36500, not `NaN`
     --> test.test.yaml:1:31
      |
    1 | - { name: a, key: { age_days: .nan }, expect: { status: pass } }
      |                               ^^^^

    error: `short` is not an access key id (16 to 128 letters, digits or `_`)
     --> test.test.yaml:1:25
      |
    1 | - { name: a, key: { id: short }, expect: { status: pass } }
      |                         ^^^^^

    error: `1` is not an AWS account id (12 digits)
     --> test.test.yaml:1:29
      |
    1 | - { name: a, account: { id: "1" }, expect: { status: pass } }
      |                             ^^^

    error: there is no facet `tags`
     --> test.test.yaml:1:27
      |
    1 | - { name: a, unreadable: [tags], expect: { status: pass } }
      |                           ^^^^
      = help: there are: `organizational_units`, `credential_report`, `users`, `access_keys`, `access_key_last_used`, `user_tags`

    error: `yesterday` is not a time in UTC, such as `2026-03-01T00:00:00Z`
     --> test.test.yaml:1:21
      |
    1 | - { name: a, as_of: yesterday, expect: { status: pass } }
      |                     ^^^^^^^^^

    error: `limit` has no value
     --> test.test.yaml:1:31
      |
    1 | - { name: a, params: { limit: null }, expect: { status: pass } }
      |                               ^^^^

    error: another case has this name
     --> test.test.yaml:2:11
      |
    2 | - { name: a, expect: { status: pass } }
      |           ^

    error: the file has no case
     --> test.test.yaml

    error: missing field `expect`
     --> test.test.yaml:1:3
      |
    1 | - name: a
      |   ^^^^

    error: expected a list
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
    let error = run_folder(folder.path()).unwrap_err();
    assert!(error.to_string().contains("test.test.yaml"), "{error}");
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
