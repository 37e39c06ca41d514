//! The commands for those who write policies, from an empty folder to a verdict.

use std::fs;

use crate::process::{keysweep, repository};

fn file(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap()
}

const RESOURCES: [&str; 9] = [
    "access_key",
    "user",
    "account",
    "root",
    "password",
    "mfa",
    "service_credential",
    "signing_certificate",
    "ssh_key",
];

#[test]
fn a_new_policy_of_any_kind_checks_and_passes_its_cases() {
    for resource in RESOURCES {
        let made = keysweep(&format!("policy new my-policy --resource {resource}")).run();
        assert_eq!(made.code, 0, "{made:?}");
        let checked = made.then("policy check policies").run();
        assert_eq!(checked.code, 0, "{resource} {checked:?}");
        let tested = checked.then("policy test policies --min-coverage 100").run();
        assert_eq!(tested.code, 0, "{resource} {tested:?}");
    }
}

#[test]
fn a_new_policy_never_takes_the_place_of_another_file() {
    let made = keysweep("policy new mine").file("policies/mine.test.yaml", "- kept").run();
    insta::assert_snapshot!(made.said(), @"
    exit 2
    error: `policies/mine.test.yaml` already exists
    hint: choose another name or another --folder
    ");
    assert_eq!(made.read("policies/mine.test.yaml").unwrap(), "- kept");
    assert_eq!(made.list("policies"), ["mine.test.yaml"]);
}

#[test]
fn the_table_of_shipped_policies_is_the_list() {
    let readme = file("policies/README.md");
    let (_, rest) = readme.split_once("<!-- policies -->\n").unwrap();
    let (table, _) = rest.split_once("<!-- /policies -->").unwrap();
    assert_eq!(table, keysweep("policy list --format markdown").run().stdout);
}

#[test]
fn the_reference_is_the_printed_one() {
    assert_eq!(file("policies/reference.md"), keysweep("policy reference").run().stdout);
}

#[test]
fn every_schema_is_valid() {
    for name in ["policy", "test", "exemptions", "config"] {
        let schema = keysweep(&format!("schema {name}")).run().json();
        assert!(schema["$schema"].is_string(), "{name}");
    }
}

/// The README's own policy and cases, as its reader makes them.
fn from_the_readme() -> crate::process::Keysweep {
    let readme = file("README.md");
    let (_, section) = readme.split_once("## Write a policy in five minutes").unwrap();
    let block = |language: &str| {
        section.split(&format!("```{language}\n")).nth(1).unwrap().split("```").next().unwrap().to_owned()
    };
    keysweep("policy check my-policies")
        .file("my-policies/contractor-keys.rhai", &block("rhai"))
        .file("my-policies/contractor-keys.test.yaml", &block("yaml"))
        .file("stricter.rhai", &block("rhai").replace("default: 30", "default: 10"))
}

#[test]
fn the_five_minutes_of_the_readme_work() {
    let checked = from_the_readme().run();
    assert_eq!(checked.code, 0, "{checked:?}");
    let tested = checked.then("policy test my-policies --coverage --min-coverage 100").run();
    assert_eq!(tested.code, 0, "{tested:?}");
    assert!(tested.stdout.contains("5 passed, 0 failed"), "{}", tested.stdout);
    let saved = tested.then("demo --save-inventory yesterday.jsonl --full-inventory").run();
    assert_eq!(saved.code, 0, "{saved:?}");
    let eval = "policy eval my-policies/contractor-keys.rhai --inventory yesterday.jsonl --status fail";
    let evaluated = saved.then(eval).run();
    assert!(evaluated.stdout.contains("params.max_age_days"), "{evaluated:?}");
    insta::assert_snapshot!(evaluated.stdout.lines().last().unwrap(), @"EVAL       816 resources: 59 fail, 757 pass");
    let diff = "policy diff my-policies/contractor-keys.rhai stricter.rhai --inventory yesterday.jsonl";
    let diff = evaluated.then(diff).run();
    assert!(diff.stdout.contains("-> fail"), "{diff:?}");
    let scanned = diff.then("scan --inventory yesterday.jsonl --policies my-policies").run();
    assert!(scanned.stdout.contains("contractor-keys"), "{scanned:?}");
}

#[test]
fn a_change_of_severity_is_a_difference() {
    let policy = file("policies/access-key-max-age.rhai");
    let saved = keysweep("demo --save-inventory i.jsonl --policy access-key-max-age").run();
    let diff = saved
        .then("policy diff old.rhai new.rhai --inventory i.jsonl")
        .file("old.rhai", &policy)
        .file("new.rhai", &policy.replace("severity: medium", "severity: high"))
        .run();
    insta::assert_snapshot!(diff.stdout.lines().last().unwrap(), @"DIFF       402 of 816 resources change verdict or severity: 402 fail (medium) -> fail (high)");
    // Of one finding alone, by the script.
    let alone = policy.replace(
        "return fail(",
        "if key.age_days > 1800 { return fail(\"old\", #{ severity: \"critical\" }); } return fail(",
    );
    let diff = diff.then("policy diff old.rhai alone.rhai --inventory i.jsonl").file("alone.rhai", &alone).run();
    insta::assert_snapshot!(diff.stdout.lines().last().unwrap(), @"DIFF       2 of 816 resources change verdict or severity: 2 fail (medium) -> fail (critical)");
    let same = diff.then("policy diff old.rhai old.rhai --inventory i.jsonl").run();
    insta::assert_snapshot!(same.stdout, @"DIFF       0 of 816 resources change verdict or severity");
}

#[test]
fn eval_shows_each_fact_that_was_touched_and_its_value() {
    let saved = keysweep("demo --save-inventory i.jsonl --policy access-key-max-age").run();
    let policy = file("policies/access-key-max-age.rhai");
    let key = "AKIA4D7VRE2SRVDUFOO6";
    let command = format!("policy eval max-age.rhai --inventory i.jsonl --key {key}");
    let shown = saved.then(&command).file("max-age.rhai", &policy).run();
    insta::assert_snapshot!(shown.stdout, @"
    FAIL       833201710757 analytics-dev-25 svc-subscriptions-sync AKIA4D7VRE2SRVDUFOO6
               active for 1825 days, limit 90
               active               true
               age_days             1825
               created_at           2021-11-02T12:41:28Z
               params.max_age_days  90

    EVAL       1 resource: 1 fail
    ");
    let others = shown.then(&format!("{command} --status pass,unknown")).run();
    insta::assert_snapshot!(others.stdout, @"EVAL       1 resource: 1 fail");
    let none = others.then("policy eval max-age.rhai --inventory i.jsonl --key AKIANOSUCHKEY").run();
    insta::assert_snapshot!(none.said(), @"
    exit 2
    error: the inventory has no such access_key
    hint: without --key and --user every one of them is judged
    ");
}

#[test]
fn mistakes_are_reported_in_every_format_with_exit_code_2() {
    let wrong = "//! id: w\n//! title: W\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\
                 fn check(key, params) { if key.agee_days > 3 { return fail(\"x\"); } pass(key.user.nmae) }\n";
    let check = |format: &str| keysweep(&format!("policy check w.rhai {format}")).file("w.rhai", wrong).run();
    insta::assert_snapshot!(check("").said(), @r#"
    exit 2
    error[unknown-property]: an access key has no property `agee_days`
     --> w.rhai:6:32
      |
    6 | fn check(key, params) { if key.agee_days > 3 { return fail("x"); } pass(key.user.nmae) }
      |                                ^^^^^^^^^
      = help: did you mean `age_days`: days since the key was made; a day that has begun counts?

    error[unknown-property]: a user has no property `nmae`
     --> w.rhai:6:82
      |
    6 | fn check(key, params) { if key.agee_days > 3 { return fail("x"); } pass(key.user.nmae) }
      |                                                                                  ^^^^
      = help: did you mean `name`: the user's name?
    "#);
    assert_eq!([check("--format json").code, check("--format sarif").code], [2, 2]);
    let sarif = check("--format sarif").json();
    assert_eq!(sarif["version"], "2.1.0");
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 2);
}

#[test]
fn all_problems_of_all_files_are_told_as_a_scan_tells_them() {
    let policy = "//! id: p\n//! title: P\n//! severity: low\n//! resource: user\n//! remedy: none\n\
                  fn check(user, _params) { pass() }\n";
    let run = |command: &str| {
        let run = keysweep(command).env("AWS_REGION", "us-east-1");
        let run = ["a", "b", "c"].into_iter().fold(run, |run, name| run.file(&format!("pols/{name}.rhai"), policy));
        std::fs::remove_file(run.path("pols/a.rhai")).unwrap();
        std::os::unix::fs::symlink("/etc/hostname", run.path("pols/a.rhai")).unwrap();
        run.run()
    };
    let checked = run("policy check none.rhai pols").said();
    insta::assert_snapshot!(checked, @"
    exit 2
    error[unreadable]: could not read `none.rhai`: No such file or directory (os error 2)
     --> none.rhai

    error[unreadable]: `pols/a.rhai` leads out of its folder: put the policy itself there
     --> pols/a.rhai

    error[duplicate-id]: `pols/b.rhai` already has the id `p`
     --> pols/c.rhai
    ");
    assert!(checked.ends_with(run("scan --policies pols").said().trim_start_matches("exit 2\n")));
    let rows = run("policy check --format json none.rhai pols").json();
    let rows: Vec<_> = rows["diagnostics"].as_array().unwrap().iter().map(|row| (&row["file"], &row["code"])).collect();
    insta::assert_snapshot!(format!("{rows:?}"), @r#"[(String("none.rhai"), String("unreadable")), (String("pols/a.rhai"), String("unreadable")), (String("pols/c.rhai"), String("duplicate-id"))]"#);
}

#[test]
fn cases_that_fail_say_so_in_every_format_with_exit_code_1() {
    let policy = file("policies/root-access-key.rhai");
    let cases = "- name: wrong\n  root: { has_access_key: true }\n  expect: { status: pass }\n";
    let test = |format: &str| {
        let run = keysweep(&format!("policy test p.rhai {format}")).file("p.rhai", &policy);
        run.file("p.test.yaml", cases).run()
    };
    insta::assert_snapshot!(test("").stdout, @r#"
    FAIL root-access-key: wrong
         expected pass, got fail: "the root user has an access key"
         p.test.yaml:1
    0 passed, 1 failed
    "#);
    let codes = ["", "--format json", "--format junit"].map(|format| test(format).code);
    assert_eq!(codes, [1, 1, 1]);
    assert!(test("--format junit").stdout.contains("<testsuites"));
}
