//! The simulator from outside: signed requests in, answers out.

#![expect(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod client;
mod facets;
mod faults;
mod iam;
mod organizations;
mod report;
mod server;
mod signatures;
mod sts;
mod worlds;
mod writes;
