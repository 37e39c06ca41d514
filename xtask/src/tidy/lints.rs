//! The lints of the workspace hold in every package.

use super::Problem;
use super::manifest::Manifest;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.manifests.iter().filter(|manifest| !manifest.inherits_lints).map(problem).collect()
}

fn problem(manifest: &Manifest) -> Problem {
    Problem {
        path: manifest.path.clone(),
        line: 1,
        message: format!("`{}` does not inherit the lints of the workspace", manifest.name),
        hint: "add `[lints]` with `workspace = true`",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn a_package_with_lints_of_its_own_or_none_is_found() {
        let files = [
            ("crates/a/Cargo.toml", "package.name = 'a'\n[lints]\nworkspace = true\n"),
            ("crates/b/Cargo.toml", "package.name = 'b'\n[lints.rust]\nunsafe_code = 'allow'\n"),
            ("xtask/Cargo.toml", "package.name = 'xtask'\n"),
        ];
        insta::assert_snapshot!(said_by(check, &files), @"
        crates/b/Cargo.toml:1: `b` does not inherit the lints of the workspace; add `[lints]` with `workspace = true`
        xtask/Cargo.toml:1: `xtask` does not inherit the lints of the workspace; add `[lints]` with `workspace = true`
        ");
    }
}
