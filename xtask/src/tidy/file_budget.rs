//! Files stay short enough to be read at once.

use super::Problem;
use super::tree::{File, Tree};

/// Past this many lines, the file is at fault.
const LIMIT: usize = 500;

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().filter(|file| length(file) > LIMIT).map(problem).collect()
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
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn a_file_past_the_limit_is_found() {
        let [full, over] = [500, 501].map(|lines| "//\n".repeat(lines));
        let files = [("a.rs", &*full), ("b.rs", &*over), ("c.md", &*over)];
        insta::assert_snapshot!(said_by(check, &files), @"b.rs:501: 501 lines, more than 500; cut it into files of one purpose each");
    }
}
