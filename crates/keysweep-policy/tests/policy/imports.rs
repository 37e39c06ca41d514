//! Libraries that policies import, and the ways out of their folder that do not exist.

use std::{fs, os::unix::fs::symlink, path::Path};

use keysweep_policy::{Compiler, Limits};

use crate::support::{file, judge, show, user};

/// A folder with these files; a text that begins with `->` is a link.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match text.strip_prefix("->") {
            Some(target) => symlink(target, path).unwrap(),
            None => fs::write(path, text).unwrap(),
        }
    }
    folder
}

fn end(folder: &Path, script: &str) -> String {
    let compiler = Compiler::new(Limits::default()).unwrap().in_folder(folder);
    match compiler.compile("test.rhai", &file(script)) {
        Ok(policy) => show(&judge(&policy, user()).outcome),
        Err(error) => error.to_string().replace(&folder.display().to_string(), "FOLDER"),
    }
}

const OWNERS: &str = "const PREFIX = \"ali\";\nfn is_ours(user) { starts(user.name, global::PREFIX) }\n\
                      fn starts(name, prefix) { name.starts_with(prefix) }";

#[test]
fn functions_of_a_library_work_in_check_in_functions_and_in_place() {
    let folder = folder(&[("lib/owners.rhai", OWNERS)]);
    let scripts = [
        "fn check(key, params) { if owners::is_ours(key.user) { pass(\"ours\") } else { fail(\"other\") } }",
        "fn check(key, params) { ours(key) } fn ours(key) { pass(`${owners::is_ours(key.user)}`) }",
        "fn check(key, params) { pass(`${[key].filter(|k| owners::is_ours(k.user)).len}`) }",
        "fn check(key, params) { pass(owners::PREFIX) }",
        "fn check(key, params) { owners::nothing(key); pass() }",
        "fn check(key, params) { others::is_ours(key); pass() }",
    ];
    let ends = scripts.map(|script| end(folder.path(), &format!("import \"lib/owners\" as owners;\n{script}")));
    insta::assert_snapshot!(ends.join("\n"), @r#"
    Pass { note: Some("ours") }
    Pass { note: Some("true") }
    Pass { note: Some("1") }
    error[unknown-constant]: there is no constant `PREFIX`
     --> test.rhai:7:38
      |
    7 | fn check(key, params) { pass(owners::PREFIX) }
      |                                      ^^^^^^
    error[unknown-function]: the library `owners` has no function `nothing`
     --> test.rhai:7:33
      |
    7 | fn check(key, params) { owners::nothing(key); pass() }
      |                                 ^^^^^^^
      = help: it has: `is_ours`, `starts`
    error[bad-import]: there is no library `others`
     --> test.rhai:7:25
      |
    7 | fn check(key, params) { others::is_ours(key); pass() }
      |                         ^^^^^^
      = help: import it at the top of the file: `import "lib/others" as others;`
    "#);
}

#[test]
fn a_library_imports_others() {
    let folder = folder(&[
        ("a.rhai", "import \"lib/b\" as b; fn f(n) { b::f(n) + 1 }"),
        ("lib/b.rhai", "fn f(n) { [n, n].map(|x| x * 2).len + n }"),
    ]);
    let script = "import \"a\" as a; import \"lib/b\" as b; fn check(key, params) { pass(`${a::f(1)} ${b::f(5)}`) }";
    insta::assert_snapshot!(end(folder.path(), script), @r#"Pass { note: Some("4 7") }"#);
}

#[test]
fn no_two_files_call_functions_of_one_name() {
    // Rhai would call whichever of them it has called twice before.
    let other = "fn starts(a, b) { a == b }\nfn is_other(user) { starts(user.name, \"bob\") }";
    let entry = "fn check(a, b) { a == b }\nfn is_bob(user) { check(user.name, \"bob\") }";
    let folder = folder(&[("owners.rhai", OWNERS), ("other.rhai", other), ("entry.rhai", entry)]);
    let scripts = [
        "fn check(key, params) { pass(`${starts(\"a\", \"b\")} ${owners::is_ours(key.user)}`) }\nfn starts(a, b) { a + b }",
        "import \"other\" as other;\nfn check(key, params) { pass(`${other::is_other(key.user)}`) }",
        "import \"entry\" as entry;\nfn check(key, params) { pass(`${entry::is_bob(key.user)}`) }",
        // Each of these calls one of the two only, or one by the name of its library.
        "fn check(key, params) { pass(`${starts(key)} ${owners::starts(\"ab\", \"a\")}`) }\nfn starts(a) { a.active }",
    ];
    let ends = scripts.map(|script| end(folder.path(), &format!("import \"owners\" as owners;\n{script}")));
    insta::assert_snapshot!(ends.join("\n"), @r#"
    error[duplicate-name]: `owners` and the policy each have and call a function `starts`
     --> test.rhai:8:4
      |
    8 | fn starts(a, b) { a + b }
      |    ^^^^^^^^^^^^
      = help: give one of them another name
    error[duplicate-name]: `owners` and `other` each have and call a function `starts`
     --> test.rhai
      = help: give one of them another name
    error[duplicate-name]: `entry` and the policy each have and call a function `check`
     --> test.rhai:8:4
      |
    8 | fn check(key, params) { pass(`${entry::is_bob(key.user)}`) }
      |    ^^^^^^^^^^^^^^^^^^
      = help: give one of them another name
    Pass { note: Some("true true") }
    "#);
}

#[test]
fn one_name_stands_for_one_library() {
    let folder = folder(&[
        ("a.rhai", "fn f() { 1 }"),
        ("b.rhai", "fn f() { 2 }"),
        ("twice.rhai", "import \"a\" as a; import \"b\" as a; fn f() { a::f() }"),
    ]);
    let check = "fn check(key, params) { pass(`${x::f()}`) }";
    let heads = [
        "import \"a\" as x; import \"b\" as x;",
        "import \"a\" as x; import \"a\" as x;",
        "import \"a\" as global; import \"b\" as x;",
        "import \"twice\" as x;",
        "import \"a\" as y; import \"b\" as x;",
    ];
    insta::assert_snapshot!(heads.map(|head| end(folder.path(), &format!("{head}\n{check}"))).join("\n"), @r#"
    error[duplicate-name]: there is an import `x` already
     --> test.rhai:6:18
      |
    6 | import "a" as x; import "b" as x;
      |                  ^^^^^^
      = help: give the new one another name
    error[duplicate-name]: there is an import `x` already
     --> test.rhai:6:18
      |
    6 | import "a" as x; import "a" as x;
      |                  ^^^^^^
      = help: give the new one another name
    error[duplicate-name]: an import cannot be called `global`: that is the name of the constants of the file
     --> test.rhai:6:1
      |
    6 | import "a" as global; import "b" as x;
      | ^^^^^^
      = help: give the new one another name
    error[duplicate-name]: there is an import `a` already
     --> FOLDER/twice.rhai:1:18
      |
    1 | import "a" as a; import "b" as a; fn f() { a::f() }
      |                  ^^^^^^
      = help: give the new one another name
    Pass { note: Some("2") }
    "#);
}

#[test]
fn a_library_overrides_nothing_and_hides_nothing() {
    let folder = folder(&[
        ("fail.rhai", "fn fail(message) { message }\nfn young(key) { key.age_days < 5 }"),
        ("typed.rhai", "fn int.lim(k) { 1 }\nfn lim(k) { 2 }"),
        ("hidden.rhai", "fn f() { \"a\u{200b}\" }"),
        ("calls.rhai", "fn f() { matches(\"a\", \"a\") }"),
    ]);
    let imports = ["fail", "typed", "hidden"];
    let ends =
        imports.map(|name| end(folder.path(), &format!("import \"{name}\" as x;\nfn check(key, params) {{ pass() }}")));
    insta::assert_snapshot!(ends.join("\n"), @r#"
    error[reserved-name]: the language has a function `fail` already
     --> FOLDER/fail.rhai:1:4
      |
    1 | fn fail(message) { message }
      |    ^^^^^^^^^^^^^
      = help: give this one another name
    error[not-in-language]: `lim` is for one type of value, which is not part of the policy language
     --> FOLDER/typed.rhai:1:8
      |
    1 | fn int.lim(k) { 1 }
      |        ^^^^^^
      = help: write `fn lim(...)` with the value as a parameter
    error[hidden-character]: there is an invisible character here, U+200B
     --> FOLDER/hidden.rhai:1:12
      |
    1 | fn f() { "a\u{200b}" }
      |            ^^^^^^^^
      = help: remove it; where a string needs it, write `\u200B` in double quotes
    "#);
    // A policy's own function would stand in for the language's in the library.
    let script = "import \"calls\" as x;\nfn matches(a, b) { false }\nfn check(key, params) { pass(`${x::f()}`) }";
    insta::assert_snapshot!(end(folder.path(), script), @"
    error[reserved-name]: the language has a function `matches` already
     --> test.rhai:7:4
      |
    7 | fn matches(a, b) { false }
      |    ^^^^^^^^^^^^^
      = help: give this one another name

    warning[unused-function]: the function `matches` is never called
     --> test.rhai:7:4
      |
    7 | fn matches(a, b) { false }
      |    ^^^^^^^^^^^^^
      = help: call it, or remove it
    ");
}

#[test]
fn no_import_leaves_the_folder() {
    let outside = folder(&[("secret.rhai", "fn f() { 1 }")]);
    let link = format!("->{}", outside.path().join("secret.rhai").display());
    let link_folder = format!("->{}", outside.path().display());
    let folder = folder(&[
        ("link.rhai", &link),
        ("out", &link_folder),
        ("loop.rhai", "->loop.rhai"),
        ("device.rhai", "->/dev/zero"),
        ("lib/a.rhai", "fn f() { 1 }"),
        ("folder.rhai/x.rhai", ""),
        ("binary.rhai", "\u{0}\u{1}"),
    ]);
    let paths = [
        "../secret",
        "lib/../../secret",
        "lib/../lib/a",
        "/etc/passwd",
        "link",
        "out/secret",
        "loop",
        "device",
        "folder",
        "binary",
        "",
        ".",
        "./lib/a",
        "lib//a",
        "lib/a.rhai",
        "C:\\\\x",
        "\\\\\\\\host\\\\x",
        "missing",
        ".hidden",
        "http://127.0.0.1/x",
    ];
    let ends = paths.map(|path| {
        let end = end(folder.path(), &format!("import \"{path}\" as x;\nfn check(key, params) {{ pass() }}"));
        format!("{path}: {}", end.lines().next().unwrap_or_default())
    });
    insta::assert_snapshot!(ends.join("\n"), @r"
    ../secret: error[bad-import]: `../secret` is not a path within the policy's folder
    lib/../../secret: error[bad-import]: `lib/../../secret` is not a path within the policy's folder
    lib/../lib/a: error[bad-import]: `lib/../lib/a` is not a path within the policy's folder
    /etc/passwd: error[bad-import]: `/etc/passwd` is not a path within the policy's folder
    link: error[bad-import]: `FOLDER/link.rhai` leads out of its folder: put the policy itself there
    out/secret: error[bad-import]: `FOLDER/out/secret.rhai` leads out of its folder: put the policy itself there
    loop: error[bad-import]: could not read `FOLDER/loop.rhai`: Too many levels of symbolic links (os error 40)
    device: error[bad-import]: could not read `FOLDER/device.rhai`: it is not a regular file
    folder: error[bad-import]: could not read `FOLDER/folder.rhai`: it is not a regular file
    binary: error[hidden-character]: there is an invisible character here, U+0000
    : error[bad-import]: `` is not a path within the policy's folder
    .: error[bad-import]: `.` is not a path within the policy's folder
    ./lib/a: error[bad-import]: `./lib/a` is not a path within the policy's folder
    lib//a: Pass { note: None }
    lib/a.rhai: error[bad-import]: could not read `FOLDER/lib/a.rhai.rhai`: No such file or directory (os error 2)
    C:\\x: error[bad-import]: `C:\x` is not a path within the policy's folder
    \\\\host\\x: error[bad-import]: `\\host\x` is not a path within the policy's folder
    missing: error[bad-import]: could not read `FOLDER/missing.rhai`: No such file or directory (os error 2)
    .hidden: error[bad-import]: could not read `FOLDER/.hidden.rhai`: No such file or directory (os error 2)
    http://127.0.0.1/x: error[bad-import]: could not read `FOLDER/http://127.0.0.1/x.rhai`: No such file or directory (os error 2)
    ");
}

#[test]
fn imports_that_have_no_end_are_refused() {
    let chain: Vec<(String, String)> =
        (0..8).map(|n| (format!("c{n}.rhai"), format!("import \"c{}\" as c; fn f() {{ 1 }}", n + 1))).collect();
    let mut files: Vec<(&str, &str)> = chain.iter().map(|(name, text)| (&**name, &**text)).collect();
    let big = "/".repeat(70_000);
    files.extend([
        ("self.rhai", "import \"self\" as me;"),
        ("a.rhai", "import \"b\" as b;"),
        ("b.rhai", "import \"a\" as a;"),
        ("big.rhai", &big),
        ("wrong.rhai", "fn f(n) {\n  n.agee_days > 1\n}\nlet x = 1;"),
        ("parse.rhai", "fn f(n) {\n  n +\n}"),
        ("loops.rhai", "fn f() { loop { } }"),
        ("deep.rhai", "fn f() { f() }"),
        ("policy.rhai", "fn check(key, params) { key.anything_else() }"),
    ]);
    let folder = folder(&files);
    let scripts = [
        "import \"self\" as x; fn check(key, params) { pass() }",
        "import \"a\" as x; fn check(key, params) { pass() }",
        "import \"c0\" as x; fn check(key, params) { pass() }",
        "import \"big\" as x; fn check(key, params) { pass() }",
        "import \"wrong\" as x; fn check(key, params) { pass() }",
        "import \"parse\" as x; fn check(key, params) { pass() }",
        "import \"loops\" as x; fn check(key, params) { x::f(); pass() }",
        "import \"deep\" as x; fn check(key, params) { x::f(); pass() }",
        "import \"policy\" as x; fn check(key, params) { pass() }",
        "fn check(key, params) { import \"loops\" as x; pass() }",
        "import \"lo\" + \"ops\" as x; fn check(key, params) { pass() }",
        "import \"loops\"; fn check(key, params) { pass() }",
        "import \"loops\" as x; fn check(key, params) { let f = [1].map(\"x::f\"); pass() }",
        "import \"loops\" as x; fn check(key, params) { [1].map(x::f); pass() }",
    ];
    let many = "import \"loops\" as x;\n".repeat(20) + "fn check(key, params) { pass() }";
    let ends: Vec<String> = scripts
        .into_iter()
        .chain([&*many])
        .map(|script| {
            let script: String = script.chars().take(200).chain(script.chars().skip(200)).collect();
            end(folder.path(), &script)
                .replace("the script took more than 50000 operations", "too much work")
                .replace("the script took longer than 200 ms", "too much work")
        })
        .collect();
    insta::assert_snapshot!(ends.join("\n\n"), @r#"
    error[bad-import]: `self` imports itself through other libraries
     --> FOLDER/self.rhai:1:1
      |
    1 | import "self" as me;
      | ^^^^^^
      = help: remove one of the imports

    error[bad-import]: `a` imports itself through other libraries
     --> FOLDER/b.rhai:1:1
      |
    1 | import "a" as a;
      | ^^^^^^
      = help: remove one of the imports

    error[bad-import]: could not read `FOLDER/c8.rhai`: No such file or directory (os error 2)
     --> FOLDER/c7.rhai:1:1
      |
    1 | import "c8" as c; fn f() { 1 }
      | ^^^^^^
      = help: write `import "lib/owners" as owners;` for `lib/owners.rhai` beside the policy

    error[too-large]: the library has 70000 bytes; at most 65536 are allowed
     --> FOLDER/big.rhai

    error[unknown-property]: no object has a property `agee_days`
     --> FOLDER/wrong.rhai:2:5
      |
    2 |   n.agee_days > 1
      |     ^^^^^^^^^
      = help: did you mean `age_days`?

    error[outside-function]: a statement outside a function never runs
     --> FOLDER/wrong.rhai:4:1
      |
    4 | let x = 1;
      | ^^^
      = help: put it into `fn check(key, params)`; outside functions a policy has only constants of literal values, such as `const GRACE_DAYS = 7;`

    error[syntax]: unexpected '}'
     --> FOLDER/parse.rhai:3:1
      |
    3 | }
      | ^

    error: too much work

    error: the script's calls are nested too deep

    error[unknown-function]: there is no function `anything_else`
     --> FOLDER/policy.rhai:1:29
      |
    1 | fn check(key, params) { key.anything_else() }
      |                             ^^^^^^^^^^^^^

    error[bad-import]: imports stand at the top of the file, outside functions
     --> test.rhai:6:25
      |
    6 | fn check(key, params) { import "loops" as x; pass() }
      |                         ^^^^^^

    error[bad-import]: an import names its library by a string
     --> test.rhai:6:1
      |
    6 | import "lo" + "ops" as x; fn check(key, params) { pass() }
      | ^^^^^^
      = help: write `import "lib/owners" as owners;` for `lib/owners.rhai` beside the policy

    error[bad-import]: the import of `loops` has no name
     --> test.rhai:6:1
      |
    6 | import "loops"; fn check(key, params) { pass() }
      | ^^^^^^
      = help: write `import "lib/owners" as owners;` for `lib/owners.rhai` beside the policy

    error: line 6, column 58: `map` takes a closure, not the string `x::f`

    error[unknown-constant]: there is no constant `f`
     --> test.rhai:6:57
      |
    6 | import "loops" as x; fn check(key, params) { [1].map(x::f); pass() }
      |                                                         ^

    error[bad-import]: there are 20 imports; at most 16 are allowed
     --> test.rhai
    "#);
}

#[test]
fn a_policy_without_a_folder_imports_nothing() {
    let script = "import \"lib/owners\" as owners;\nfn check(key, params) { pass() }";
    insta::assert_snapshot!(crate::support::refused(script), @r#"
    error[bad-import]: a policy without a folder cannot import
     --> test.rhai:6:1
      |
    6 | import "lib/owners" as owners;
      | ^^^^^^
      = help: put it into a file
    "#);
}

/// A history compares it: what is judged by another script is not what was judged before.
#[test]
fn the_digest_of_a_script_changes_with_what_judges_and_not_with_comments() {
    let digest = |owners: &str, script: &str| {
        let folder = folder(&[("lib/owners.rhai", owners)]);
        let compiler = Compiler::new(Limits::default()).unwrap().in_folder(folder.path());
        let script = format!("import \"lib/owners\" as owners;\n{script}");
        compiler.compile("test.rhai", &file(&script)).unwrap().summary().script_digest
    };
    let script = "fn check(key, params) { pass(`${owners::is_ours(key.user)}`) }";
    let first = digest(OWNERS, script);
    assert_eq!(first, digest(OWNERS, &format!("// Of ours.\n\n  {script}")));
    assert_eq!(first, digest(&format!("// Who is ours.\n{OWNERS}"), script));
    assert_ne!(first, digest(OWNERS, &script.replace("pass", "fail")));
    assert_ne!(first, digest(&OWNERS.replace("ali", "bob"), script));
}
