//! A test that is there runs.

use super::Problem;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().flat_map(|file| ignored_tests(file).chain(ignored_examples(file))).collect()
}

/// As an attribute of its own, or given by `cfg_attr`.
fn ignored_tests(file: &File) -> impl Iterator<Item = Problem> {
    let is_ignored = |code: &str| {
        code.contains("#[ignore") || (code.contains("#[cfg_attr(") && code.trim_end().ends_with("ignore)]"))
    };
    file.code_lines().filter(move |(_, code)| is_ignored(code)).map(|(line, _)| problem(file, line, "an ignored test"))
}

/// Examples in documentation are tests too.
fn ignored_examples(file: &File) -> impl Iterator<Item = Problem> {
    let is_ignored = |text: &str| {
        let doc = text.trim_start();
        let doc = doc.strip_prefix("///").or_else(|| doc.strip_prefix("//!")).unwrap_or_default();
        doc.trim_start()
            .strip_prefix("```")
            .is_some_and(|tags| tags.split(',').any(|tag| tag.trim().starts_with("ignore")))
    };
    file.lines().filter(move |(_, text)| is_ignored(text)).map(|(line, _)| problem(file, line, "an ignored example"))
}

fn problem(file: &File, line: usize, what: &str) -> Problem {
    Problem {
        path: file.path.clone(),
        line,
        message: what.to_owned(),
        hint: "repair or delete it; code that is not a test is a block of `text`, or sits behind a feature",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn tests_and_examples_that_do_not_run_are_found() {
        let example = "/// ```rust,ignore\n/// broken();\n/// ```\n";
        let tests = "#[ignore = \"slow\"]\nfn a() {}\n#[cfg_attr(windows, ignore)]\nfn b() {}\n";
        let source = format!("{example}{tests}");
        insta::assert_snapshot!(said_by(check, &[("crates/a/src/lib.rs", &source)]), @"
        crates/a/src/lib.rs:4: an ignored test; repair or delete it; code that is not a test is a block of `text`, or sits behind a feature
        crates/a/src/lib.rs:6: an ignored test; repair or delete it; code that is not a test is a block of `text`, or sits behind a feature
        crates/a/src/lib.rs:1: an ignored example; repair or delete it; code that is not a test is a block of `text`, or sits behind a feature
        ");
    }

    #[test]
    fn prose_about_ignoring_passes() {
        let source = "//! Never `#[ignore]` a test.\n/// ```text\n/// ignore\n/// ```\nlet ignore = \"#[ignore]\";\n";
        assert_eq!(said_by(check, &[("crates/a/src/lib.rs", source)]), "");
    }
}
