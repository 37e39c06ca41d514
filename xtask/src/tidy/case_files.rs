//! Every shipped policy has its cases beside it, and no cases are left of a policy that is gone.

use super::Problem;
use super::tree::Tree;

const POLICY: &str = ".rhai";
const CASES: &str = ".test.yaml";

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let shipped = || tree.paths().filter(|path| path.starts_with("policies/"));
    let untested = shipped().filter_map(|path| lacks(tree, path, POLICY, CASES)).map(|(path, cases)| {
        problem(path, format!("there is no `{cases}`"), "write the cases that the policy has to decide")
    });
    let orphaned = shipped().filter_map(|path| lacks(tree, path, CASES, POLICY)).map(|(path, policy)| {
        problem(path, format!("there is no `{policy}`"), "remove the cases, or name them after their policy")
    });
    untested.chain(orphaned).collect()
}

/// The path and its missing companion, where it ends as given and there is none.
fn lacks<'a>(tree: &Tree, path: &'a str, ending: &str, companion: &str) -> Option<(&'a str, String)> {
    let companion = format!("{}{companion}", path.strip_suffix(ending)?);
    (!tree.has(&companion)).then_some((path, companion))
}

fn problem(path: &str, message: String, hint: &'static str) -> Problem {
    Problem { path: path.to_owned(), line: 1, message, hint }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn policies_without_cases_and_cases_without_policy_are_found() {
        let files = [
            ("policies/age.rhai", ""),
            ("policies/age.test.yaml", ""),
            ("policies/idle.rhai", ""),
            ("policies/old.test.yaml", ""),
            ("tests/broken.rhai", ""),
        ];
        insta::assert_snapshot!(said_by(check, &files), @"
        policies/idle.rhai:1: there is no `policies/idle.test.yaml`; write the cases that the policy has to decide
        policies/old.test.yaml:1: there is no `policies/old.rhai`; remove the cases, or name them after their policy
        ");
    }
}
