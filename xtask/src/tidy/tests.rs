//! Made-up trees for the tests of the rules, and the rules as a whole on this repository.

use std::fmt::Write as _;
use std::path::Path;

use super::{Check, Problem, RULES, Tree, check, edges};

/// What a rule says about a tree of these files, a line for each problem.
pub(super) fn said_by(rule: Check, files: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for Problem { path, line, message, hint } in rule(&tree(files)) {
        writeln!(text, "{path}:{line}: {message}; {hint}").unwrap();
    }
    text
}

/// The tree of these files, written into a temporary directory and read back.
pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    Tree::read(root.path()).unwrap()
}

fn this_repository() -> Tree {
    Tree::read(&crate::repository_root()).unwrap()
}

#[test]
fn this_repository_is_tidy() {
    let problems: Vec<String> = check(&this_repository()).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_crate_of_the_table_exists() {
    let tree = this_repository();
    let gone: Vec<_> = edges::crates().filter(|name| !tree.has(&format!("crates/{name}/Cargo.toml"))).collect();
    assert!(gone.is_empty(), "{gone:?}");
}

#[test]
fn every_rule_has_a_file_of_its_name() {
    for (rule, _) in RULES {
        let file = format!("{}/src/tidy/{}.rs", env!("CARGO_MANIFEST_DIR"), rule.replace('-', "_"));
        assert!(Path::new(&file).exists(), "{file}");
    }
}

#[test]
fn problems_come_by_place_and_name_their_rule() {
    let tree = tree(&[("notes.txt", ""), ("README.md", ""), ("crates/b/src/lib.rs", "\n#[ignore]\nfn a() {}\n")]);
    let said: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(said.join("\n"), @"
    crates/README.md:1: architecture: there is no architecture page; write it for a newcomer
    crates/b/src/lib.rs:1: module-docs: the file does not begin with its `//!` doc; say in its first line what it is for
    crates/b/src/lib.rs:2: no-ignored-tests: an ignored test; repair or delete it; code that is not a test is a block of `text`, or sits behind a feature
    notes.txt:1: top-level: this does not belong to the top level; move it into the folder it belongs to; what a command has written goes to `target/`
    ");
}
