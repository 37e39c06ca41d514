//! Heavy libraries that only one crate may name: the AWS SDK and Rhai. All others meet them through that crate.

use super::Problem;
use super::code::{is_word, words};
use super::manifest::Kind;
use super::tree::{File, Tree};

/// A family of libraries and the one crate that may name it.
struct Quarantine {
    library: &'static str,
    owner: &'static str,
    /// The tests of the whole may name it too, to speak as any client would.
    in_whole_tests: bool,
    owns: fn(&str) -> bool,
}

const QUARANTINES: [Quarantine; 2] = [
    Quarantine {
        library: "the AWS SDK",
        owner: "crates/keysweep-aws",
        in_whole_tests: true,
        owns: |name| name.starts_with("aws_"),
    },
    Quarantine {
        library: "Rhai",
        owner: "crates/keysweep-policy",
        in_whole_tests: false,
        owns: |name| name == "rhai" || name.starts_with("rhai_"),
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let of = |quarantine| in_manifests(tree, quarantine).into_iter().chain(in_sources(tree, quarantine));
    QUARANTINES.iter().flat_map(of).collect()
}

fn in_manifests(tree: &Tree, quarantine: &Quarantine) -> Vec<Problem> {
    let mut problems = Vec::new();
    for manifest in tree.manifests.iter().filter(|manifest| manifest.folder() != quarantine.owner) {
        let excepted = |kind| quarantine.in_whole_tests && manifest.folder() == "tests" && kind == Kind::Dev;
        for dependency in manifest.dependencies.iter().filter(|dependency| !excepted(dependency.kind)) {
            if (quarantine.owns)(&dependency.package.replace('-', "_")) {
                problems.push(quarantine.problem(&manifest.path, dependency.line, &dependency.package));
            }
        }
    }
    problems
}

fn in_sources(tree: &Tree, quarantine: &Quarantine) -> Vec<Problem> {
    let is_free = |file: &&File| {
        let within = |folder: &str| file.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        within(quarantine.owner) || (quarantine.in_whole_tests && within("tests"))
    };
    let mut problems = Vec::new();
    for file in tree.sources().filter(|file| !is_free(file)) {
        for (line, code) in file.code_lines() {
            let named = crates_named(code).filter(|name| (quarantine.owns)(name));
            problems.extend(named.map(|name| quarantine.problem(&file.path, line, name)));
        }
    }
    problems
}

impl Quarantine {
    fn problem(&self, path: &str, line: usize, name: &str) -> Problem {
        let owner = self.owner.trim_start_matches("crates/");
        Problem {
            path: path.to_owned(),
            line,
            message: format!("`{name}` is {}, which only `{owner}` names", self.library),
            hint: "give that crate what is missing here, and use it",
        }
    }
}

/// The words of a line that name a crate: the first of a path, or the one after `use` or `extern crate`.
fn crates_named(code: &str) -> impl Iterator<Item = &str> {
    let names_a_crate = |&(at, word): &(usize, &str)| {
        let before = start_of_path(&code[..at]);
        let imported = before.ends_with(' ') && matches!(words(before).last(), Some((_, "use" | "crate")));
        !before.ends_with("::") && (code[at + word.len()..].starts_with("::") || imported)
    };
    words(code).filter(names_a_crate).map(|(_, word)| word)
}

/// Without the `::` by which a path says that it begins with a crate.
fn start_of_path(before: &str) -> &str {
    match before.strip_suffix("::") {
        Some(outer) if !outer.ends_with(is_word) && !outer.ends_with('>') => outer,
        Some(_) | None => before,
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn the_sdk_in_another_manifest_is_found_whatever_it_is_called() {
        let files = [
            ("Cargo.toml", "[workspace.dependencies]\nsdk = { package = 'aws-sdk-sts', version = '1' }\n"),
            ("crates/keysweep-aws/Cargo.toml", "[dependencies]\naws-config.workspace = true\n"),
            ("crates/orgsim/Cargo.toml", "[dev-dependencies]\naws-config.workspace = true\nsdk.workspace = true\n"),
            ("tests/Cargo.toml", "[dependencies]\naws-config = '1'\n[dev-dependencies]\naws-sdk-iam = '1'\n"),
        ];
        insta::assert_snapshot!(said_by(check, &files), @"
        crates/orgsim/Cargo.toml:2: `aws-config` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        crates/orgsim/Cargo.toml:3: `aws-sdk-sts` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        tests/Cargo.toml:2: `aws-config` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        ");
    }

    #[test]
    fn the_sdk_in_another_source_is_found() {
        let source = "\
use aws_config;
use ::aws_sdk_iam as iam;
fn f() -> aws_types::Region { g::<aws_sdk_sts::Client>(::aws_config::defaults()) }
";
        insta::assert_snapshot!(said_by(check, &[("crates/keysweep-scan/src/lib.rs", source)]), @"
        crates/keysweep-scan/src/lib.rs:1: `aws_config` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        crates/keysweep-scan/src/lib.rs:2: `aws_sdk_iam` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        crates/keysweep-scan/src/lib.rs:3: `aws_types` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        crates/keysweep-scan/src/lib.rs:3: `aws_sdk_sts` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        crates/keysweep-scan/src/lib.rs:3: `aws_config` is the AWS SDK, which only `keysweep-aws` names; give that crate what is missing here, and use it
        ");
    }

    #[test]
    fn words_that_only_look_like_the_sdk_are_left_alone() {
        let source = "\
//! Unlike aws_config::load, this is free. rhai::Engine too.
use crate::aws_facts::Facts;
fn aws_region(aws_id: &str) -> &'static str { self::aws_names::of(aws_id, <u8>::aws_x(), \"aws_config::x\") }
";
        assert_eq!(said_by(check, &[("crates/keysweep-scan/src/lib.rs", source)]), "");
    }

    #[test]
    fn owners_and_the_tests_of_the_whole_name_the_sdk_freely() {
        let source = "use aws_config::BehaviorVersion;\n";
        let files = [("crates/keysweep-aws/src/a/b.rs", source), ("tests/tests/main.rs", source)];
        assert_eq!(said_by(check, &files), "");
    }

    #[test]
    fn rhai_outside_the_policies_is_found() {
        let files = [
            ("crates/keysweep-policy/Cargo.toml", "[dependencies]\nrhai.workspace = true\n"),
            ("crates/keysweep-policy/src/lib.rs", "use rhai::Engine;\n"),
            ("crates/keysweep-policy-lab/src/lib.rs", "use rhai::Engine;\n"),
            ("tests/Cargo.toml", "[dev-dependencies]\nrhai.workspace = true\n"),
            ("tests/tests/main.rs", "fn f(engine: &rhai::Engine) {}\n"),
        ];
        insta::assert_snapshot!(said_by(check, &files), @"
        tests/Cargo.toml:2: `rhai` is Rhai, which only `keysweep-policy` names; give that crate what is missing here, and use it
        crates/keysweep-policy-lab/src/lib.rs:1: `rhai` is Rhai, which only `keysweep-policy` names; give that crate what is missing here, and use it
        tests/tests/main.rs:1: `rhai` is Rhai, which only `keysweep-policy` names; give that crate what is missing here, and use it
        ");
    }
}
