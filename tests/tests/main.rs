//! The whole of Keysweep, tested from the sides of its users and of AWS.
#![cfg(test)]

mod changed_users;
mod cli;
mod credentials;
mod demand;
mod denials;
mod determinism;
mod document;
mod examples;
mod exemptions;
mod faults;
mod harness;
mod help;
mod history_commands;
mod hostile_files;
mod incomplete_answers;
mod inventory;
mod layers;
#[cfg(feature = "moto")]
mod moto;
mod nights;
mod oracle;
mod paging;
mod passwords;
mod pitfalls;
mod policies;
#[cfg(feature = "moto")]
mod postgres;
mod printer;
mod process;
#[cfg(feature = "moto")]
mod python;
mod readme;
mod recorded_reports;
mod recording;
mod recording_failures;
mod refusals;
mod selection;
mod serve;
mod sessions;
mod signals;
mod sinks;
#[cfg(feature = "moto")]
mod terminal;
mod throttling;
mod truth;
#[cfg(feature = "moto")]
mod wire;
mod worlds;
mod worthless_reports;
