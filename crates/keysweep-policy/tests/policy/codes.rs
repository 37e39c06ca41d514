//! A file for each code of a diagnostic, and how it is shown.

use std::{collections::BTreeSet, fs};

use keysweep_files::{Code, Diagnostic, Level};
use keysweep_policy::{Compiler, Policy, load};

use crate::diagnostics::{file, found};

/// A file for every code that is about files as a whole, or about what stands outside `check`.
fn whole_files() -> Vec<String> {
    let plain = |script: &str| file("access_key", script);
    let check = "fn check(key, params) { pass() }";
    vec![
        check.to_owned(),
        plain(&format!("{check}\n//! title: again")),
        plain(check).replace("title: A test", "title: \"A test"),
        plain(check).replace("title", "titel"),
        plain(check).replace("//! title: A test\n", ""),
        plain(check).replace("low", "loww"),
        plain(check).replace("none", "none\n//! params: { p: { type: integer, default: 5, min: 9 } }"),
        plain(check).replace("none", "none\n//! language: 2"),
        plain(&format!("{check}{}", " ".repeat(70_000))),
        plain("fn check(key, params) { pass( }"),
        plain("fn check(key, params) { eval(\"1\") }"),
        plain(&format!("{check}\n{check}")),
        plain(&format!("import \"lib/a\" as a;\n{check}")),
        plain("fn check(key) { pass() }"),
        plain(&format!("let x = 1;\n{check}")),
        plain("fn check(key, params) { pass(`${global::LIMIT}`) }"),
        plain("fn check(key, params) { kye.active; pass() }"),
        plain("fn check(key, params) { pass(params.limit) }"),
        plain("fn check(key, params) { key.age_days = 3; pass() }"),
        plain("fn check(key, params) { key = 3; pass() }"),
        plain(&format!("fn fail(message) {{ pass() }}\n{check}")),
        plain("fn check(key, params) { if key.active { pass() /*\u{202e} } */ } else { fail(\"x\") } }"),
        plain("fn check(key, params) { let f = |x| x; pass() }"),
        plain("fn check(key, params) { key.user.tags(\"x\"); pass() }"),
        plain(check).replace("none", "none\n//! params: { p: { type: integer, default: 5 } }"),
        plain(&format!("fn other() {{ 1 }}\n{check}")),
    ]
}

#[test]
fn files_are_told_what_is_wrong_with_them() {
    let said = whole_files().into_iter().map(|text| match Policy::compile("t.rhai", &text) {
        Ok(policy) => policy.warnings().map(ToString::to_string).unwrap_or_default(),
        Err(error) => error.to_string(),
    });
    insta::assert_snapshot!(said.collect::<Vec<_>>().join("\n\n"), @r#"
    error[no-metadata]: the policy has no metadata
     --> t.rhai:1:1
      |
    1 | fn check(key, params) { pass() }
      | ^
      = help: begin the file with `//! id: my-policy`, `//! title: ...`, `//! severity: medium`, `//! resource: access_key` and `//! remedy: none`

    error[split-metadata]: metadata continues below the script
     --> t.rhai:8:1
      |
    8 | //! title: again
      | ^^^
      = help: metadata is one block of `//!` lines at the head of the file

    error[malformed-yaml]: unclosed quote
     --> t.rhai:2:12
      |
    2 | //! title: "A test
      |            ^

    error[missing-field]: the metadata has no field `title`
     --> t.rhai:1:5
      |
    1 | //! id: test
      |     ^^

    error[unknown-field]: unknown field `titel`, expected one of id, title, severity, resource, remedy, description, params, frameworks, references, language, enabled
     --> t.rhai:2:5
      |
    2 | //! titel: A test
      |     ^^^^^
      = help: did you mean `title`?

    error[missing-field]: the metadata has no field `title`
     --> t.rhai:1:5
      |
    1 | //! id: test
      |     ^^

    error[bad-value]: `loww` is not a severity: use one of info, low, medium, high, critical
     --> t.rhai:3:15
      |
    3 | //! severity: loww
      |               ^^^^
      = help: did you mean `low`?

    error[unused-parameter]: the parameter `p` is never read
     --> t.rhai:6:15
      |
    6 | //! params: { p: { type: integer, default: 5, min: 9 } }
      |               ^
      = help: use `params.p`, or remove it from the metadata

    error[bad-parameter]: the default of `p` must be at least `9`, not `5`
     --> t.rhai:6:44
      |
    6 | //! params: { p: { type: integer, default: 5, min: 9 } }
      |                                            ^

    error[unsupported-language]: the policy is written in version 2 of the policy language
     --> t.rhai:6:15
      |
    6 | //! language: 2
      |               ^
      = help: this program reads version 1

    error[too-large]: the policy has 70125 bytes; at most 65536 are allowed
     --> t.rhai

    error[syntax]: unexpected '}'
     --> t.rhai:7:31
      |
    7 | fn check(key, params) { pass( }
      |                               ^

    error[not-in-language]: `eval` is not part of the policy language
     --> t.rhai:7:25
      |
    7 | fn check(key, params) { eval("1") }
      |                         ^^^^
      = help: a policy runs only what its file says

    error[duplicate-name]: there is a function `check` of 2 parameters already
     --> t.rhai:8:1
      |
    8 | fn check(key, params) { pass() }
      | ^^
      = help: give the new one another name

    error[bad-import]: a policy without a folder cannot import
     --> t.rhai:7:1
      |
    7 | import "lib/a" as a;
      | ^^^^^^
      = help: put it into a file

    error[wrong-check]: `check` takes 1 parameter instead of 2
     --> t.rhai:7:4
      |
    7 | fn check(key) { pass() }
      |    ^^^^^^^^^^
      = help: write `fn check(key, params) { ... }`; it returns `pass()`, `fail(message)` or `exempt(reason)`

    error[outside-function]: a statement outside a function never runs
     --> t.rhai:7:1
      |
    7 | let x = 1;
      | ^^^
      = help: put it into `fn check(key, params)`; outside functions a policy has only constants of literal values, such as `const GRACE_DAYS = 7;`

    error[unknown-constant]: there is no constant `LIMIT`
     --> t.rhai:7:41
      |
    7 | fn check(key, params) { pass(`${global::LIMIT}`) }
      |                                         ^^^^^

    error[unknown-variable]: there is no variable `kye`
     --> t.rhai:7:25
      |
    7 | fn check(key, params) { kye.active; pass() }
      |                         ^^^
      = help: did you mean `key`?

    error[unknown-parameter]: the policy has no parameter `limit`
     --> t.rhai:7:37
      |
    7 | fn check(key, params) { pass(params.limit) }
      |                                     ^^^^^
      = help: declare it under `params` in the metadata

    error[read-only]: no part of `key` can be changed: a policy only judges
     --> t.rhai:7:25
      |
    7 | fn check(key, params) { key.age_days = 3; pass() }
      |                         ^^^^^^^^^^^^

    error[read-only]: `key` cannot be changed: a policy only judges
     --> t.rhai:7:25
      |
    7 | fn check(key, params) { key = 3; pass() }
      |                         ^^^

    error[reserved-name]: the language has a function `fail` already
     --> t.rhai:7:4
      |
    7 | fn fail(message) { pass() }
      |    ^^^^^^^^^^^^^
      = help: give this one another name

    warning[unused-function]: the function `fail` is never called
     --> t.rhai:7:4
      |
    7 | fn fail(message) { pass() }
      |    ^^^^^^^^^^^^^
      = help: call it, or remove it

    error[hidden-character]: there is an invisible character here, U+202E
     --> t.rhai:7:50
      |
    7 | fn check(key, params) { if key.active { pass() /*\u{202e} } */ } else { fail("x") } }
      |                                                  ^^^^^^^^
      = help: remove it; where a string needs it, write `\u202E` in double quotes

    error[misplaced-function]: a closure is used where it stands: it cannot be kept or passed on
     --> t.rhai:7:33
      |
    7 | fn check(key, params) { let f = |x| x; pass() }
      |                                 ^^^^^
      = help: it can be an argument of a list's all, count, dedup, drain, filter, find, find_map, for_each, index_of, map, reduce, retain, some

    warning[unused-variable]: the variable `f` is never read
     --> t.rhai:7:29
      |
    7 | fn check(key, params) { let f = |x| x; pass() }
      |                             ^
      = help: use it, remove it, or name it `_f`

    error[unknown-method]: a user has no method `tags`
     --> t.rhai:7:34
      |
    7 | fn check(key, params) { key.user.tags("x"); pass() }
      |                                  ^^^^
      = help: did you mean `tag`?

    error[unused-parameter]: the parameter `p` is never read
     --> t.rhai:6:15
      |
    6 | //! params: { p: { type: integer, default: 5 } }
      |               ^
      = help: use `params.p`, or remove it from the metadata

    warning[unused-function]: the function `other` is never called
     --> t.rhai:7:4
      |
    7 | fn other() { 1 }
      |    ^^^^^^^
      = help: call it, or remove it
    "#);
}

#[test]
fn every_code_is_found_somewhere() {
    let bodies = [
        "x.oops; unknown_one(); matches(1, 2, 3); matches(1, \"x\"); date(\"x\"); if 3 > \"a\" { } if 1 > 2 { } if x.age_days { } pass()",
        "1 / 0; return pass(); pass()",
        "fail(\"x\"); let y = 3; let z = y; 3",
    ];
    let texts = bodies.map(|body| file("access_key", &format!("fn check(x, params) {{ {body} }}")));
    let in_files = texts.into_iter().chain(whole_files()).flat_map(|text| found(&text));
    let found: BTreeSet<Code> = in_files.chain(of_folders()).map(|it| it.code).collect();
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !found.contains(code)).collect();
    assert!(missing.is_empty(), "{missing:?}, not of {found:?}");
}

/// What is found in a folder with two policies of one id, in one without policies, and at a path where nothing is.
fn of_folders() -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    ["full", "empty"].iter().for_each(|name| fs::create_dir(path(name)).unwrap());
    let policy = file("access_key", "fn check(key, params) { pass() }");
    ["full/a.rhai", "full/b.rhai"].iter().for_each(|name| fs::write(path(name), &policy).unwrap());
    let loaded = load(&Compiler::default(), &[path("full"), path("empty"), path("none")]);
    loaded.problems.into_iter().flat_map(|problem| problem.diagnostics).collect()
}

#[test]
fn warnings_do_not_refuse_a_policy() {
    let policy = Policy::compile("t.rhai", &file("access_key", "fn check(key, params) { let n = 1; pass() }")).unwrap();
    let warnings = policy.warnings().unwrap();
    assert!(warnings.diagnostics.iter().all(|warning| warning.code.level() == Level::Warning));
    insta::assert_snapshot!(warnings, @"
    warning[unused-variable]: the variable `n` is never read
     --> t.rhai:7:29
      |
    7 | fn check(key, params) { let n = 1; pass() }
      |                             ^
      = help: use it, remove it, or name it `_n`
    ");
}
