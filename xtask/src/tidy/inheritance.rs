//! Version, source and features of every dependency are decided once, in the table of the workspace.

use super::Problem;
use super::manifest::{Dependency, Manifest};
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.manifests.iter().flat_map(of_package).collect()
}

fn of_package(manifest: &Manifest) -> impl Iterator<Item = Problem> {
    let own = manifest.dependencies.iter().filter(|dependency| !dependency.inherited);
    own.map(|dependency| problem(manifest, dependency))
}

fn problem(manifest: &Manifest, dependency: &Dependency) -> Problem {
    Problem {
        path: manifest.path.clone(),
        line: dependency.line,
        message: format!("`{}` is not inherited from the workspace", dependency.package),
        hint: "enter it in `[workspace.dependencies]` and write `workspace = true` here",
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn dependencies_with_a_version_of_their_own_are_found() {
        let manifest = "\
[dependencies]
a.workspace = true
b = \"1\"
c = { workspace = true, features = [\"x\"] }

[dev-dependencies.d]
path = \"../d\"
";
        insta::assert_snapshot!(said_by(check, &[("crates/a/Cargo.toml", manifest)]), @"
        crates/a/Cargo.toml:3: `b` is not inherited from the workspace; enter it in `[workspace.dependencies]` and write `workspace = true` here
        crates/a/Cargo.toml:6: `d` is not inherited from the workspace; enter it in `[workspace.dependencies]` and write `workspace = true` here
        ");
    }
}
