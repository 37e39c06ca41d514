//! The simulator from outside: signed requests and their answers.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod account;
mod authorization_details;
mod client;
mod credentials;
mod faults;
mod generated_worlds;
mod iam;
mod organizations;
mod report;
mod server;
mod signatures;
mod sts;
mod truth;
mod worlds;
mod writes;
