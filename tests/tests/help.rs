//! The help of every command, as it reads.

use clap::{Command, CommandFactory};
use keysweep::cli::Cli;

use crate::process::keysweep;

/// The commands below `command`, by the words that one types.
fn commands(command: &Command, words: &str) -> Vec<String> {
    let inner = command.get_subcommands().flat_map(|inner| commands(inner, &format!("{words} {}", inner.get_name())));
    [vec![words.trim().to_owned()], inner.collect()].concat()
}

#[test]
fn of_every_command() {
    for words in commands(&Cli::command(), "") {
        let ran = keysweep(&format!("{words} --help")).run();
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{words}");
        insta::assert_snapshot!(format!("help-{}", words.replace(' ', "-")), ran.stdout);
    }
}

#[test]
fn without_a_command_the_help_is_shown_and_the_exit_code_is_2() {
    let ran = keysweep("").run();
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.contains("Commands:")), (2, "", true), "{}", ran.stderr);
}
