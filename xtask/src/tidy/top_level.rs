//! The top of the repository holds what a newcomer expects, and nothing else.

use super::Problem;
use super::tree::Tree;

/// Beside these, names that begin with a dot, and `target`.
const ALLOWED: [&str; 15] = [
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "examples",
    "policies",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "target",
    "tests",
    "xtask",
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let strangers = tree.top.iter().filter(|name| !name.starts_with('.') && !ALLOWED.contains(&name.as_str()));
    strangers.map(|name| problem(name)).collect()
}

fn problem(name: &str) -> Problem {
    Problem {
        path: name.to_owned(),
        line: 1,
        message: "this does not belong to the top level".to_owned(),
        hint: "move it into the folder it belongs to; what a command has written goes to `target/`",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn a_stranger_at_the_top_is_found() {
        let files = [(".ci/run", ""), ("Cargo.toml", ""), ("docs/a.md", ""), ("findings.json", ""), ("target/a", "")];
        insta::assert_snapshot!(said_by(check, &files), @"
        docs:1: this does not belong to the top level; move it into the folder it belongs to; what a command has written goes to `target/`
        findings.json:1: this does not belong to the top level; move it into the folder it belongs to; what a command has written goes to `target/`
        ");
    }
}
