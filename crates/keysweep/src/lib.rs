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
