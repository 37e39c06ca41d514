//! The simulator from outside: signed requests in, answers out.

mod client;
mod faults;
mod iam;
mod organizations;
mod report;
mod server;
mod signatures;
mod sts;
mod worlds;
mod writes;
