//! What people see: colour, progress and width, on a real terminal.

use std::collections::BTreeSet;

use crate::{
    process::{Keysweep, Ran, keysweep},
    python::python,
};

/// Runs it on a terminal of so many columns; stdout and stderr are one there.
fn on_terminal(columns: usize, run: Keysweep) -> Ran {
    run.env("TERM", "xterm-256color").through(|program| {
        let mut command = python("tests/terminal/run.py");
        command.arg(columns.to_string()).arg(program.get_program()).args(program.get_args());
        command
    })
}

/// Whether a text has codes for colours or weights.
fn is_styled(text: &str) -> bool {
    let codes = text.split("\u{1b}[").skip(1);
    codes
        .filter_map(|code| code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').chars().next())
        .any(|end| end == 'm')
}

#[test]
fn colour_is_for_terminals_unless_no_color_is_set() {
    let styled = |run: Keysweep| is_styled(&on_terminal(100, run).stdout);
    let demo = || keysweep("demo --no-progress");
    assert_eq!(
        [
            styled(demo()),
            styled(demo().env("NO_COLOR", "1")),
            styled(demo().env("NO_COLOR", "")),
            styled(keysweep("demo --no-progress --color never"))
        ],
        [true, false, true, false]
    );
}

#[test]
fn progress_is_for_terminals_and_can_be_switched_off() {
    let shown = |arguments| on_terminal(100, keysweep(arguments)).stdout.contains(" accounts, 0 failed, ");
    assert_eq!([shown("demo"), shown("demo --no-progress")], [true, false]);
    assert!(!keysweep("demo").run().stderr.contains(" accounts, 0 failed, "));
}

/// The access keys that a text names in full.
fn access_keys(text: &str) -> BTreeSet<&str> {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() == 20 && word.starts_with("AKIA"))
        .collect()
}

#[test]
fn lines_fit_the_terminal_and_no_id_is_cut() {
    // Without the account whose denial has one long ARN.
    let demo = || {
        let policies = "access-key-max-age,access-key-unused,single-active-access-key";
        keysweep(&format!("demo --all --exclude-account 149551828834 --policy {policies} --no-progress --color never"))
    };
    let whole = demo().run().stdout;
    for columns in [80, 100, 200] {
        let shown = on_terminal(columns, demo()).stdout;
        let page = shown.split("Try next:").next().unwrap();
        let widest = page.lines().map(|line| line.trim_end().chars().count()).max();
        assert!(widest <= Some(columns), "{widest:?} of {columns} columns");
        assert_eq!(access_keys(page), access_keys(&whole));
    }
}
