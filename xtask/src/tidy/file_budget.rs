//! Files stay short enough to be read at once.

use super::Problem;
use super::tree::{File, Tree};

/// Past this many lines, one should think.
const THINK: usize = 500;

/// Past this many lines, the file is at fault.
const LIMIT: usize = 800;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().filter(|file| length(file) > LIMIT).map(problem).collect()
}

/// A line for each file that nears its budget.
pub(super) fn notes(tree: &Tree) -> Vec<String> {
    let is_long = |file: &&File| (THINK + 1..=LIMIT).contains(&length(file));
    let note = |file: &File| format!("{}:1: note: {} lines of at most {LIMIT}", file.path, length(file));
    tree.sources().filter(is_long).map(note).collect()
}

fn length(file: &File) -> usize {
    file.text.lines().count()
}

fn problem(file: &File) -> Problem {
    Problem {
        path: file.path.clone(),
        line: LIMIT + 1,
        message: format!("{} lines, more than {LIMIT}", length(file)),
        hint: "cut it into files of one purpose each",
    }
}

#[cfg(test)]
mod tests {
    use super::{check, notes};
    use crate::tidy::tests::{said_by, tree};

    #[test]
    fn a_file_past_the_limit_is_found_and_one_that_nears_it_noted() {
        let [short, long, full, over] = [500, 501, 800, 801].map(|lines| "//\n".repeat(lines));
        let files = [("a.rs", &*short), ("b.rs", &*long), ("c.rs", &*full), ("d.rs", &*over), ("e.md", &*over)];
        insta::assert_snapshot!(said_by(check, &files), @"d.rs:801: 801 lines, more than 800; cut it into files of one purpose each");
        insta::assert_snapshot!(notes(&tree(&files)).join("\n"), @"
        b.rs:1: note: 501 lines of at most 800
        c.rs:1: note: 800 lines of at most 800
        ");
    }
}
