//! What goes in and out of the program goes through one door each: files that users write are read by the bounded reader,
//! files are written by the writer that replaces nothing it should not, and text is printed by the printer that escapes
//! what cannot be seen.

use super::Problem;
use super::code::occurrences;
use super::tree::{File, Tree};

/// A door: what passes through it, the files that may, and what the others are told.
struct Door {
    words: &'static [&'static str],
    keepers: &'static [&'static str],
    hint: &'static str,
}

const DOORS: [Door; 3] = [
    Door {
        words: &["File::open", "fs::read", "fs::read_to_string", "read_to_string"],
        keepers: &["crates/keysweep-policy/src/files.rs"],
        hint: "read files by `keysweep_policy::files`",
    },
    Door {
        words: &["File::create", "fs::write", "fs::rename", "fs::copy", "NamedTempFile", "OpenOptions", "generate_to"],
        keepers: &["crates/keysweep/src/output.rs", "crates/keysweep-policy/src/files.rs"],
        hint: "write files by `Destination` in crates/keysweep/src/output.rs",
    },
    Door {
        words: &["stdout()", "stderr()", "io::stdout", "io::stderr", "println!", "print!", "eprintln!", "eprint!"],
        keepers: &["crates/keysweep/src/output.rs", "crates/keysweep/src/edge.rs"],
        hint: "print by `Destination` in crates/keysweep/src/output.rs, and say by `edge::say`",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let is_product = |file: &&File| {
        let path = file.path.as_str();
        path.starts_with("crates/")
            && path.contains("/src/")
            && !path.ends_with("tests.rs")
            && !path.contains("/tests/")
    };
    tree.sources().filter(is_product).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let doors = DOORS.iter().filter(|door| !door.keepers.contains(&file.path.as_str()));
    doors.flat_map(|door| at_door(file, door)).collect()
}

fn at_door(file: &File, door: &Door) -> Vec<Problem> {
    // The tests of a module stand at its end.
    let lines = file.code_lines().take_while(|(_, code)| !code.trim_start().starts_with("mod tests {"));
    let passing = lines.filter_map(|(line, code)| {
        let word = door.words.iter().find(|word| !occurrences(code, word.trim_end_matches(['!', '(', ')'])).is_empty());
        word.filter(|word| code.contains(**word)).map(|word| (line, word))
    });
    let problem = |(line, word): (usize, &&str)| Problem {
        path: file.path.clone(),
        line,
        message: format!("`{word}` beside the door"),
        hint: door.hint,
    };
    passing.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn who_goes_beside_a_door_is_found() {
        let source = "\
fn f() { std::fs::read_to_string(path); File::open(path); }
fn g() { fs::write(path, text); tempfile::NamedTempFile::new_in(folder); }
fn h() { println!(); let out = std::io::stdout(); std::io::stderr().lock(); }
mod tests {
    fn i() { println!(); }
}
";
        insta::assert_snapshot!(said_by(check, &[("crates/keysweep/src/commands/a.rs", source)]), @"
        crates/keysweep/src/commands/a.rs:1: `File::open` beside the door; read files by `keysweep_policy::files`
        crates/keysweep/src/commands/a.rs:2: `fs::write` beside the door; write files by `Destination` in crates/keysweep/src/output.rs
        crates/keysweep/src/commands/a.rs:3: `stdout()` beside the door; print by `Destination` in crates/keysweep/src/output.rs, and say by `edge::say`
        ");
    }

    #[test]
    fn the_keepers_of_the_doors_and_tests_may() {
        let all = "fn f() { File::open(p); NamedTempFile::new(); io::stdout(); }\n";
        let files = [
            ("crates/keysweep-policy/src/files.rs", "fn f() { File::open(p); OpenOptions::new(); }\n"),
            ("crates/keysweep/src/output.rs", "fn f() { NamedTempFile::new(); io::stdout(); }\n"),
            ("crates/keysweep/src/edge.rs", "fn f() { io::stdout(); }\n"),
            ("crates/keysweep/src/output/tests.rs", all),
            ("tests/tests/a.rs", all),
            ("xtask/src/a.rs", all),
        ];
        assert_eq!(said_by(check, &files), "");
        assert_ne!(said_by(check, &[("crates/keysweep/src/output.rs", all)]), "");
    }
}
