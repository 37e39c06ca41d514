//! Policy files on disk, their metadata, and the settings of a user.

use std::{collections::BTreeMap, fs, path::Path};

use keysweep_model::{ParamValue, ResourceType, Severity};
use keysweep_policy::{Compiler, Policy, cases, load, load_folder, shipped};
use proptest::prelude::*;

use crate::support::file;

#[test]
fn a_folder_gives_its_policies_by_name_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("b.rhai", &file("fn check(key, params) { pass() }"));
    write("a.rhai", &file("fn check(key, params) { pass() }").replace("id: test", "id: other"));
    write("notes.txt", "not a policy");
    fs::create_dir(folder.path().join("sub.rhai")).unwrap();
    let ids: Vec<String> = load_folder(&Compiler::default(), folder.path())
        .unwrap()
        .iter()
        .map(|policy| policy.id().to_string())
        .collect();
    assert_eq!(ids, ["other", "test"]);
}

#[test]
fn all_that_is_wrong_with_a_folder_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("a.rhai", &file("fn check(key, params) { key.oops }"));
    write("b.rhai", &file("fn check(key, params) { pass() }"));
    write("c.rhai", &file("fn check(key, params) { pass() }"));
    write("d.rhai", &"x".repeat(1 << 20));
    fs::write(folder.path().join("e.rhai"), [0xFF, 0xFE]).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.path().join("f.rhai")).unwrap();
    std::os::unix::fs::symlink("/no/such/file", folder.path().join("g.rhai")).unwrap();
    let error = load_folder(&Compiler::default(), folder.path()).unwrap_err();
    let text = error.to_string().replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(text, @"
    error[unknown-property]: an access key has no property `oops`
     --> FOLDER/a.rhai:6:29
      |
    6 | fn check(key, params) { key.oops }
      |                             ^^^^
      = help: it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`

    error[duplicate-id]: `FOLDER/b.rhai` already has the id `test`
     --> FOLDER/c.rhai

    error[too-large]: the policy has 1048576 bytes; at most 65536 are allowed
     --> FOLDER/d.rhai

    error[unreadable]: could not read `FOLDER/e.rhai`: stream did not contain valid UTF-8
     --> FOLDER/e.rhai

    error[unreadable]: `FOLDER/f.rhai` leads out of its folder: put the policy itself there
     --> FOLDER/f.rhai

    error[unreadable]: could not read `FOLDER/g.rhai`: No such file or directory (os error 2)
     --> FOLDER/g.rhai
    ");
}

#[test]
fn a_link_within_the_folder_is_followed() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("policy.txt"), file("fn check(key, params) { pass() }")).unwrap();
    std::os::unix::fs::symlink("policy.txt", folder.path().join("a.rhai")).unwrap();
    assert_eq!(load_folder(&Compiler::default(), folder.path()).unwrap().len(), 1);
}

#[test]
fn a_folder_without_policies_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &Path| {
        let error = load_folder(&Compiler::default(), path).unwrap_err();
        error.to_string().replace(&folder.path().display().to_string(), "FOLDER")
    };
    insta::assert_snapshot!([said(folder.path()), said(&folder.path().join("missing"))].join("\n---\n"), @"
    error[no-policy]: the folder has no policy in it: a policy is a file whose name ends in `.rhai`
     --> FOLDER
    ---
    error[unreadable]: could not read `FOLDER/missing`: No such file or directory (os error 2)
     --> FOLDER/missing
    ");
}

#[test]
fn each_path_is_loaded_once_and_ids_are_unique_in_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| fs::write(folder.path().join(name), file("fn check(key, params) { pass() }")).unwrap();
    ["a", "b"].iter().for_each(|name| fs::create_dir(folder.path().join(name)).unwrap());
    ["a/x.rhai", "b/x.rhai", "b/y.rhai"].into_iter().for_each(write);
    let paths = ["a", "b/x.rhai", "a/x.rhai", "b/y.rhai", "none.rhai"].map(|path| folder.path().join(path));
    let loaded = load(&Compiler::default(), &paths);
    let names: Vec<&str> = loaded.policies.iter().map(Policy::source_name).collect();
    let problems = loaded.problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n");
    let said = format!("{} files: {names:?}\n{problems}", loaded.files);
    insta::assert_snapshot!(said.replace(&folder.path().display().to_string(), "FOLDER"), @r#"
    4 files: ["FOLDER/a/x.rhai", "FOLDER/b/x.rhai"]
    error[duplicate-id]: `FOLDER/b/x.rhai` already has the id `test`
     --> FOLDER/b/y.rhai

    error[unreadable]: could not read `FOLDER/none.rhai`: No such file or directory (os error 2)
     --> FOLDER/none.rhai
    "#);
}

#[test]
fn settings_are_checked() {
    let policy = &shipped(&Compiler::default()).unwrap()[0];
    let set = |name: &str, value: ParamValue| match policy.with_overrides(None, &[(name.to_owned(), value)].into()) {
        Ok(policy) => format!("{:?}", policy.summary().params),
        Err(error) => error.to_string(),
    };
    let ends = [
        set("max_age_days", ParamValue::Integer(30)),
        set("max_age_days", ParamValue::Integer(0)),
        set("max_age_days", ParamValue::Integer(99_999)),
        set("max_age_days", ParamValue::String("30".to_owned())),
        set("max_age_days", ParamValue::Number(30.0)),
        set("max_age_day", ParamValue::Integer(30)),
        set("colour", ParamValue::Integer(30)),
    ];
    insta::assert_snapshot!(ends.join("\n"), @"
    policy `access-key-inactive-too-long` has no parameter `max_age_days`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `max_age_days`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `max_age_days`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `max_age_days`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `max_age_days`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `max_age_day`: did you mean `max_idle_days`?
    policy `access-key-inactive-too-long` has no parameter `colour`: it has: `max_idle_days`
    ");
}

#[test]
fn a_severity_can_be_set() {
    let policy =
        shipped(&Compiler::default()).unwrap()[0].with_overrides(Some(Severity::High), &BTreeMap::new()).unwrap();
    assert_eq!((policy.summary().severity, policy.metadata().severity), (Severity::High, Severity::High));
}

proptest! {
    #[test]
    fn no_text_makes_the_compiler_panic(text in "\\PC{0,200}") {
        let _ = Policy::compile("t", &text);
    }

    #[test]
    fn no_text_makes_the_cases_panic(lines in prop::collection::vec("[- ] ?(name|key|user|expect|status|age_days|[a-z]{0,3}): ?[ a-z0-9{}\\[\\]:,&*\"'.-]{0,20}", 0..8)) {
        let _ = cases::parse("t", &lines.join("\n"), ResourceType::AccessKey).map_err(|error| error.to_string());
    }

    #[test]
    fn no_metadata_makes_the_compiler_panic(lines in prop::collection::vec("//! ?[ a-z&*!|>{}\\[\\]:,\"'#0-9-]{0,40}", 0..12)) {
        let _ = Policy::compile("t", &lines.join("\n")).map_err(|error| error.to_string());
    }

    #[test]
    fn no_script_makes_the_compiler_panic(script in "(key|params|fn|check|if|else|let|\\.|[-+(){}\\[\\];!=<>\"`$ ]|[a-z0-9]|\n){0,60}") {
        let _ = Policy::compile("t", &file(&script)).map_err(|error| error.to_string());
    }
}
