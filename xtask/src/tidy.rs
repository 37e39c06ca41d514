//! `cargo xtask tidy`: the rules of this repository that a compiler does not check, one file each.
//!
//! Rules look at text and manifests, never at types, so each is cheap and short; where one can be outwitted by
//! unusual spelling, it is still the reader's reminder.

mod architecture;
mod case_files;
mod circles;
mod code;
mod direct_io;
mod edges;
mod error_types;
mod file_budget;
mod function_budget;
mod inheritance;
mod lints;
mod manifest;
mod module_docs;
mod modules;
mod no_ambient;
mod no_ignored_tests;
mod plain_words;
mod quarantine;
mod top_level;
mod tree;

use std::fmt;
use std::path::Path;

use anyhow::{Result, bail};

use tree::Tree;

/// Looks at the whole tree and tells what breaks one rule.
type Check = fn(&Tree) -> Vec<Problem>;

/// Every rule under the name that its problems are reported by.
const RULES: &[(&str, Check)] = &[
    ("architecture", architecture::check),
    ("case-files", case_files::check),
    ("circles", circles::check),
    ("direct-io", direct_io::check),
    ("edges", edges::check),
    ("error-types", error_types::check),
    ("file-budget", file_budget::check),
    ("function-budget", function_budget::check),
    ("inheritance", inheritance::check),
    ("lints", lints::check),
    ("module-docs", module_docs::check),
    ("no-ambient", no_ambient::check),
    ("no-ignored-tests", no_ignored_tests::check),
    ("plain-words", plain_words::check),
    ("quarantine", quarantine::check),
    ("top-level", top_level::check),
];

/// Prints every problem of the repository at `root`, or one line where there is none.
///
/// # Errors
/// Where there is any problem, or a file cannot be read.
pub(crate) fn run(root: &Path) -> Result<()> {
    let tree = Tree::read(root)?;
    let problems = check(&tree);
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => println!("tidy: {} rules kept", RULES.len()),
        1 => bail!("tidy found 1 problem"),
        many => bail!("tidy found {many} problems"),
    }
    Ok(())
}

fn check(tree: &Tree) -> Vec<Reported> {
    let of_rule =
        |&(rule, check): &(&'static str, Check)| check(tree).into_iter().map(move |problem| Reported { rule, problem });
    let mut problems: Vec<Reported> = RULES.iter().flat_map(of_rule).collect();
    problems.sort_by(|a, b| (&a.problem.path, a.problem.line).cmp(&(&b.problem.path, b.problem.line)));
    problems
}

/// Something that breaks a rule.
#[derive(Debug)]
struct Problem {
    /// From the root of the repository, with `/`.
    path: String,
    /// From 1; 1 also where the file as a whole is meant.
    line: usize,
    /// What is wrong.
    message: String,
    /// What to do about it.
    hint: &'static str,
}

/// A problem and the rule it breaks: `path:line: rule: message; hint`.
struct Reported {
    rule: &'static str,
    problem: Problem,
}

impl fmt::Display for Reported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Problem { path, line, message, hint } = &self.problem;
        write!(formatter, "{path}:{line}: {}: {message}; {hint}", self.rule)
    }
}

#[cfg(test)]
mod tests;
