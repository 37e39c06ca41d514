//! What goes in and out of the program goes through one module each: files that users write are read by the bounded reader,
//! files are written by the writer that replaces nothing it should not, and text is printed by the printer that escapes
//! what cannot be seen.

use super::Problem;
use super::code::occurrences;
use super::tree::{File, Tree};

/// Calls that only some modules may make, and what the others are told.
struct Reserved {
    calls: &'static [&'static str],
    modules: &'static [&'static str],
    hint: &'static str,
}

const RESERVED: [Reserved; 3] = [
    Reserved {
        calls: &["File::open", "fs::read", "fs::read_to_string", "read_to_string"],
        modules: &[
            "crates/keysweep-files/src/reader.rs",
            "crates/keysweep-store/src/db/file_lock.rs",
            "crates/keysweep-store/src/db/sqlite.rs",
        ],
        hint: "read files by `keysweep_files::read`",
    },
    Reserved {
        calls: &["File::create", "fs::write", "fs::rename", "fs::copy", "NamedTempFile", "OpenOptions", "generate_to"],
        // The file of a store is made with its mode before the database opens it, and its lock is a file.
        modules: &[
            "crates/keysweep/src/output.rs",
            "crates/keysweep-files/src/reader.rs",
            "crates/keysweep-store/src/db/file_lock.rs",
            "crates/keysweep-store/src/db/sqlite.rs",
        ],
        hint: "write files by `Destination` in crates/keysweep/src/output.rs",
    },
    Reserved {
        calls: &["stdout()", "stderr()", "io::stdout", "io::stderr", "println!", "print!", "eprintln!", "eprint!"],
        modules: &["crates/keysweep/src/output.rs", "crates/keysweep/src/edge.rs"],
        hint: "print by `Destination` in crates/keysweep/src/output.rs, and say by `edge::say`",
    },
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.sources().filter(|file| file.path.starts_with("crates/")).flat_map(in_file).collect()
}

fn in_file(file: &File) -> impl Iterator<Item = Problem> {
    let reserved = RESERVED.iter().filter(|reserved| !reserved.modules.contains(&file.path.as_str()));
    reserved.flat_map(|reserved| direct_calls(file, reserved))
}

fn direct_calls<'a>(file: &'a File, reserved: &'a Reserved) -> impl Iterator<Item = Problem> {
    file.product.lines().enumerate().filter_map(|(index, code)| {
        let is_in =
            |call: &str| code.contains(call) && !occurrences(code, call.trim_end_matches(['!', '(', ')'])).is_empty();
        let call = reserved.calls.iter().find(|call| is_in(call))?;
        Some(Problem {
            path: file.path.clone(),
            line: index + 1,
            message: format!("`{call}` is called directly"),
            hint: reserved.hint,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn direct_calls_are_found() {
        let source = "\
fn f() { std::fs::read_to_string(path); File::open(path); }
fn g() { fs::write(path, text); tempfile::NamedTempFile::new_in(folder); }
fn h() { println!(); let out = std::io::stdout(); std::io::stderr().lock(); }
#[cfg(test)]
mod tests {
    fn i() { println!(); }
}
";
        insta::assert_snapshot!(said_by(check, &[("crates/keysweep/src/commands/a.rs", source)]), @"
        crates/keysweep/src/commands/a.rs:1: `File::open` is called directly; read files by `keysweep_files::read`
        crates/keysweep/src/commands/a.rs:2: `fs::write` is called directly; write files by `Destination` in crates/keysweep/src/output.rs
        crates/keysweep/src/commands/a.rs:3: `stdout()` is called directly; print by `Destination` in crates/keysweep/src/output.rs, and say by `edge::say`
        ");
    }

    #[test]
    fn the_modules_that_own_them_and_tests_may() {
        let all = "fn f() { File::open(p); NamedTempFile::new(); io::stdout(); }\n";
        let files = [
            ("crates/keysweep-files/src/reader.rs", "fn f() { File::open(p); OpenOptions::new(); }\n"),
            ("crates/keysweep/src/output.rs", "fn f() { NamedTempFile::new(); io::stdout(); }\n"),
            ("crates/keysweep/src/edge.rs", "fn f() { io::stdout(); }\n"),
            ("crates/keysweep/src/output/tests.rs", all),
            ("crates/keysweep/src/a.rs", "fn print(stdout: u8) {}\n"),
            ("tests/tests/a.rs", all),
            ("xtask/src/a.rs", all),
        ];
        assert_eq!(said_by(check, &files), "");
        assert_ne!(said_by(check, &[("crates/keysweep/src/output.rs", all)]), "");
    }
}
