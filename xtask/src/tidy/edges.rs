//! Which crate may depend on which. A new edge changes the design, and its commit says why.

use super::Problem;
use super::manifest::{Dependency, Kind, Manifest};
use super::tree::Tree;

/// Each crate, and the crates of this repository that it may know.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "keysweep",
        &[
            "keysweep-aws",
            "keysweep-files",
            "keysweep-model",
            "keysweep-policy",
            "keysweep-report",
            "keysweep-scan",
            "keysweep-store",
            "orgsim",
        ],
    ),
    ("keysweep-aws", &["keysweep-model"]),
    ("keysweep-files", &["keysweep-model"]),
    ("keysweep-model", &[]),
    ("keysweep-policy", &["keysweep-files", "keysweep-model"]),
    ("keysweep-report", &["keysweep-model"]),
    ("keysweep-scan", &["keysweep-aws", "keysweep-files", "keysweep-model", "keysweep-policy"]),
    ("keysweep-store", &["keysweep-model"]),
    ("orgsim", &[]),
];

/// What the tests of every crate may use beside: the organization to run against.
const ALLOWED_IN_TESTS: &str = "orgsim";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.manifests.iter().flat_map(|manifest| of_package(tree, manifest)).collect()
}

fn of_package(tree: &Tree, manifest: &Manifest) -> Vec<Problem> {
    let allowed = match manifest.folder() {
        "tests" => return Vec::new(),
        "xtask" => &[],
        folder => match allowed_to(folder, &manifest.name) {
            Some(allowed) => allowed,
            None => return vec![unknown(manifest)],
        },
    };
    let is_ours = |dependency: &&Dependency| tree.manifests.iter().any(|other| other.name == dependency.package);
    let is_allowed = |dependency: &Dependency| {
        let package = dependency.package.as_str();
        allowed.contains(&package) || (dependency.kind == Kind::Dev && package == ALLOWED_IN_TESTS)
    };
    let forbidden = manifest.dependencies.iter().filter(is_ours).filter(|dependency| !is_allowed(dependency));
    forbidden.map(|dependency| edge(manifest, dependency)).collect()
}

/// A crate is in the table by the name of its folder, which is its own.
fn allowed_to(folder: &str, name: &str) -> Option<&'static [&'static str]> {
    let (_, allowed) = ALLOWED.iter().find(|(known, _)| folder.strip_prefix("crates/") == Some(known))?;
    folder.ends_with(&format!("/{name}")).then_some(allowed)
}

fn unknown(manifest: &Manifest) -> Problem {
    Problem {
        path: manifest.path.clone(),
        line: 1,
        message: format!("crate `{}` is in no row of the table of crates under the name of its folder", manifest.name),
        hint: "name folder and crate alike, and enter it with what it may depend on in xtask/src/tidy/edges.rs",
    }
}

fn edge(manifest: &Manifest, dependency: &Dependency) -> Problem {
    Problem {
        path: manifest.path.clone(),
        line: dependency.line,
        message: format!("`{}` must not know `{}`", manifest.name, dependency.package),
        hint: "move the code to a crate that may, or pass in what is needed as a value",
    }
}

/// The crates of the table.
#[cfg(test)]
pub(super) fn crates() -> impl Iterator<Item = &'static str> {
    ALLOWED.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    const MODEL: (&str, &str) = ("crates/keysweep-model/Cargo.toml", "[package]\nname = 'keysweep-model'\n");
    const ORGSIM: (&str, &str) = ("crates/orgsim/Cargo.toml", "[package]\nname = 'orgsim'\n");

    fn said_of(path: &str, manifest: &str) -> String {
        said_by(check, &[MODEL, ORGSIM, (path, manifest)])
    }

    #[test]
    fn an_edge_against_the_table_is_found() {
        let scan = "[package]\nname = 'keysweep-report'\n[dependencies]\nkeysweep-model.workspace = true\norgsim.workspace = true\n";
        insta::assert_snapshot!(said_of("crates/keysweep-report/Cargo.toml", scan), @"crates/keysweep-report/Cargo.toml:5: `keysweep-report` must not know `orgsim`; move the code to a crate that may, or pass in what is needed as a value");
    }

    #[test]
    fn an_edge_hidden_by_a_target_or_another_name_is_found() {
        let aws = "[package]\nname = 'keysweep-aws'\n[target.'cfg(unix)'.build-dependencies]\nworld = { package = 'orgsim', path = '..' }\n";
        insta::assert_snapshot!(said_of("crates/keysweep-aws/Cargo.toml", aws), @"crates/keysweep-aws/Cargo.toml:4: `keysweep-aws` must not know `orgsim`; move the code to a crate that may, or pass in what is needed as a value");
    }

    #[test]
    fn the_developers_tool_knows_no_crate() {
        let xtask = "[package]\nname = 'xtask'\n[dependencies]\nkeysweep-model.workspace = true\n";
        insta::assert_snapshot!(said_of("xtask/Cargo.toml", xtask), @"xtask/Cargo.toml:4: `xtask` must not know `keysweep-model`; move the code to a crate that may, or pass in what is needed as a value");
    }

    #[test]
    fn tests_may_use_the_simulated_organization_but_nothing_else_beside_the_table() {
        let policy = "[package]\nname = 'keysweep-policy'\n[dev-dependencies]\norgsim.workspace = true\nkeysweep-aws.workspace = true\n";
        let aws = ("crates/keysweep-aws/Cargo.toml", "[package]\nname = 'keysweep-aws'\n");
        let files = [MODEL, ORGSIM, aws, ("crates/keysweep-policy/Cargo.toml", policy)];
        insta::assert_snapshot!(said_by(check, &files), @"crates/keysweep-policy/Cargo.toml:5: `keysweep-policy` must not know `keysweep-aws`; move the code to a crate that may, or pass in what is needed as a value");
    }

    #[test]
    fn a_crate_outside_the_table_is_found() {
        insta::assert_snapshot!(said_of("crates/keysweep-utils/Cargo.toml", "[package]\nname = 'keysweep-utils'\n"), @"crates/keysweep-utils/Cargo.toml:1: crate `keysweep-utils` is in no row of the table of crates under the name of its folder; name folder and crate alike, and enter it with what it may depend on in xtask/src/tidy/edges.rs");
    }

    #[test]
    fn a_crate_named_unlike_its_folder_is_found() {
        insta::assert_snapshot!(said_of("crates/keysweep-scan/Cargo.toml", "[package]\nname = 'scan'\n"), @"crates/keysweep-scan/Cargo.toml:1: crate `scan` is in no row of the table of crates under the name of its folder; name folder and crate alike, and enter it with what it may depend on in xtask/src/tidy/edges.rs");
    }

    #[test]
    fn the_package_of_whole_tests_may_know_all() {
        let tests = "[package]\nname = 'keysweep-tests'\n[dependencies]\nkeysweep-model.workspace = true\norgsim.workspace = true\n";
        assert_eq!(said_of("tests/Cargo.toml", tests), "");
    }
}
