//! Time, chance and the environment come in as values; only the edge of the binary reaches for them.

use super::Problem;
use super::code::occurrences;
use super::tree::{File, Tree};

/// What reaches for the clock, for chance or for the environment.
const AMBIENT: [&str; 13] = [
    "Clock::system",
    "SystemTime::now",
    "Utc::now",
    "Timestamp::now",
    "Zoned::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "rand::random",
    "rand::rng",
    "env::var",
    "env::var_os",
    "env::vars",
    "env::vars_os",
];

/// What measures how long something takes: tests may, as it is how they see that something ends in time.
const MEASURING: [&str; 2] = ["Instant::now", "clock_gettime"];

/// Where that is allowed: the edge, the developer's tool, the tests of the whole.
const EDGE: [&str; 5] =
    ["crates/keysweep/src/edge.rs", "crates/keysweep/src/main.rs", "crates/keysweep-store/tests/", "xtask/", "tests/"];

/// Where measuring is allowed beside: in the clock that all others are given, and in what stops a script that runs too
/// long. How long a script has run is not an input of what it decides, and to pass the clock to each evaluation would make
/// it one.
const WATCHES: [&str; 2] = ["crates/keysweep-aws/src/clock.rs", "crates/keysweep-policy/src/engine/watch.rs"];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    let is_edge = |file: &&File| EDGE.iter().any(|edge| file.path.starts_with(edge));
    tree.sources().filter(|file| !is_edge(file)).flat_map(in_file).collect()
}

fn in_file(file: &File) -> Vec<Problem> {
    let measuring = if WATCHES.contains(&file.path.as_str()) { &[][..] } else { &MEASURING };
    let found = |(code, words): (&str, &'static [&str])| -> Vec<(usize, &str)> {
        let lines = code.lines().enumerate();
        let on_line = |(index, line): (usize, &str)| {
            words
                .iter()
                .filter(|word| !occurrences(line, word).is_empty())
                .map(|word| (index + 1, *word))
                .collect::<Vec<_>>()
        };
        lines.flat_map(on_line).collect()
    };
    let all = [(&*file.code, &AMBIENT[..]), (&*file.product, measuring)].into_iter().flat_map(found);
    let problem = |(line, word)| Problem {
        path: file.path.clone(),
        line,
        message: format!("`{word}` outside the edge"),
        hint: "take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it",
    };
    all.map(problem).collect()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::tests::said_by;

    #[test]
    fn the_clock_chance_and_the_environment_are_found_outside_the_edge() {
        let source = "\
use std::env::var;
fn f() -> (SystemTime, u8) { (std::time::SystemTime::now(), rand::random()) }
let (a, b) = (jiff::Timestamp::now(), std::env::var_os(\"HOME\"));
let c = tokio::time::Instant::now();
";
        let files = [("crates/keysweep/src/edge/inner.rs", source), ("crates/keysweep-scan/tests/a.rs", source)];
        insta::assert_snapshot!(said_by(check, &files), @"
        crates/keysweep/src/edge/inner.rs:1: `env::var` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep/src/edge/inner.rs:2: `SystemTime::now` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep/src/edge/inner.rs:2: `rand::random` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep/src/edge/inner.rs:3: `Timestamp::now` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep/src/edge/inner.rs:3: `env::var_os` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep/src/edge/inner.rs:4: `Instant::now` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep-scan/tests/a.rs:1: `env::var` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep-scan/tests/a.rs:2: `SystemTime::now` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep-scan/tests/a.rs:2: `rand::random` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep-scan/tests/a.rs:3: `Timestamp::now` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        crates/keysweep-scan/tests/a.rs:3: `env::var_os` outside the edge; take the time, the chance or the setting as an argument; crates/keysweep/src/edge.rs reads it
        ");
    }

    #[test]
    fn the_edge_may_and_prose_may() {
        let files = [
            ("crates/keysweep/src/edge.rs", "let now = Timestamp::now();\n"),
            ("xtask/src/main.rs", "std::env::var_os(\"CARGO\");\n"),
            ("crates/keysweep-policy/src/engine/watch.rs", "let began = Instant::now();\n"),
            ("crates/keysweep-scan/src/a/tests.rs", "let began = Instant::now();\n"),
            ("tests/tests/moto.rs", "std::env::var(\"KEYSWEEP_TEST_PYTHON\");\n"),
            (
                "crates/orgsim/src/clock.rs",
                "//! Never `Timestamp::now`.\nlet hint = \"env::var\"; let v = env!(\"X\");\n",
            ),
        ];
        assert_eq!(said_by(check, &files), "");
    }
}
