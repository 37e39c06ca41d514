//! The command line of Keysweep: arguments, configuration, wiring, terminal output and exit codes.
//!
//! The path of a command is short. [`cli`] says what can be asked for; [`config`] lays the flags over the
//! configuration file; a module of [`commands`] hands the resolved values to the crate that does the work and renders
//! what comes back. Only [`edge`] touches the world: arguments, terminal, signals, randomness.
//!
//! This crate must not know how anything is done: no AWS calls, no Rhai, no output schema of its own.

pub mod accounts_file;
pub mod cli;
pub mod commands;
pub mod config;
pub mod edge;
pub mod exit;
pub mod interrupt;
pub mod output;
mod progress;
pub mod settings;
pub mod terminal;

use std::process::ExitCode;

use self::edge::Edge;

/// The program: runs the command that the arguments name, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match edge::arguments() {
        Ok(cli) => cli,
        Err(exit) => return exit,
    };
    edge::start_log(&cli.global);
    let edge = Edge::of(&cli.global);
    let watching = edge::watch_interrupts(edge.interrupts.clone());
    let outcome = watching.and_then(|()| edge::runtime()).and_then(|runtime| {
        let outcome = runtime.block_on(commands::run(cli, &edge));
        // A name server or a disk that does not answer is not waited for.
        runtime.shutdown_background();
        outcome
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            edge::say(&failure.to_string());
            failure.exit.into()
        }
    }
}
