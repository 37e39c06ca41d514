//! Comments and messages are written in plain words: the private ones on this list have a usual term each.

use super::Problem;
use super::code::words;
use super::tree::{File, Tree};

/// A private word, and the plain ones for it.
const PRIVATE: [(&str, &str); 7] = [
    ("a function without a name", "`a closure`"),
    ("came to", "`result` or `outcome`"),
    ("is no", "`is not a`"),
    ("let off", "`exempted`"),
    ("lets off", "`exempts`"),
    ("nobody", "`no one`, or who is meant,"),
    ("whoever", "who is meant"),
];

/// Usual English that holds one of the above.
const USUAL: [&str; 9] = [
    "is no better",
    "is no earlier",
    "is no later",
    "is no less",
    "is no longer",
    "is no more",
    "is no older",
    "is no other",
    "there is no",
];

/// What holds the words on purpose: this file, and what is written about past versions.
const EXCEPTED: [&str; 2] = ["xtask/src/tidy/plain_words.rs", "CHANGELOG.md"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files().filter(|file| !EXCEPTED.contains(&file.path.as_str())).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let said = phrases(&file.prose());
    let stands_at = |at: usize, phrase: &str| {
        let rest = said.get(at..).unwrap_or_default();
        let mut phrase_words = phrase.split(' ').zip(rest);
        rest.len() >= phrase.split(' ').count() && phrase_words.all(|(wanted, (_, word))| wanted == word)
    };
    let is_usual = |at: usize| {
        USUAL.iter().any(|usual| stands_at(at, usual) || at.checked_sub(1).is_some_and(|at| stands_at(at, usual)))
    };
    let mut problems = Vec::new();
    for (at, (line, _)) in said.iter().enumerate() {
        for (private, plain) in PRIVATE.iter().filter(|(private, _)| stands_at(at, private) && !is_usual(at)) {
            problems.push(Problem {
                path: file.path.clone(),
                line: *line,
                message: format!("write {plain} for `{private}`"),
                hint: "a tired reader must understand it at the first reading",
            });
        }
    }
    problems
}

/// The words with their lines, and an empty word where more than blanks is between two of them. A phrase goes on over the end
/// of a line and over the marks of a comment.
fn phrases(prose: &str) -> Vec<(usize, String)> {
    let mut said = Vec::new();
    for (index, line) in prose.lines().enumerate() {
        let mut end = 0;
        for (at, word) in words(line) {
            if end > 0 && !line[end..at].trim().is_empty() {
                said.push((index + 1, String::new()));
            }
            end = at + word.len();
            said.push((index + 1, word.to_lowercase()));
        }
        if !line[end..].trim().is_empty() && end > 0 {
            said.push((index + 1, String::new()));
        }
    }
    said
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn private_words_in_comments_texts_and_documents_are_found() {
        let source = "\
/// Whoever reads this, and what it came
/// to.
fn nobody() { say(\"`{text}` is no number\"); }
/* It is let
   off. */ const TEXT: &str = r#\"
a function without a name: \"#;
";
        let files = [
            ("README.md", "Nobody knows.\n> who lets\n> off\n"),
            ("crates/a/src/lib.rs", source),
            ("examples/a.yaml", "a: fail(\"nobody's\")\n"),
            ("policies/a.rhai", "//! title: what nobody uses\n"),
        ];
        insta::assert_snapshot!(said_by(check, &files), @"
        README.md:1: write `no one`, or who is meant, for `nobody`; a tired reader must understand it at the first reading
        README.md:2: write `exempts` for `lets off`; a tired reader must understand it at the first reading
        crates/a/src/lib.rs:1: write who is meant for `whoever`; a tired reader must understand it at the first reading
        crates/a/src/lib.rs:1: write `result` or `outcome` for `came to`; a tired reader must understand it at the first reading
        crates/a/src/lib.rs:3: write `is not a` for `is no`; a tired reader must understand it at the first reading
        crates/a/src/lib.rs:4: write `exempted` for `let off`; a tired reader must understand it at the first reading
        crates/a/src/lib.rs:6: write `a closure` for `a function without a name`; a tired reader must understand it at the first reading
        examples/a.yaml:1: write `no one`, or who is meant, for `nobody`; a tired reader must understand it at the first reading
        policies/a.rhai:1: write `no one`, or who is meant, for `nobody`; a tired reader must understand it at the first reading
        ");
    }

    #[test]
    fn usual_english_code_and_the_past_pass() {
        let source = "\
//! There is no such file; it is no longer there, is no more than a note, and it is not a number.
//! A somebody; it let us off, and came in. It came.
//! To this: the state is `(no state)`.
fn nobody(whoever: u8) -> u8 { whoever }
";
        let files = [("CHANGELOG.md", "nobody\n"), ("crates/a/src/lib.rs", source)];
        assert_eq!(said_by(check, &files), "");
    }
}
