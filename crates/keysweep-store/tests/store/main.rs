//! The store as its users meet it: runs are recorded, and the history is read. Every test runs on SQLite, and by
//! `cargo xtask test` on PostgreSQL too.
#![cfg(test)]

#[cfg(feature = "postgres-tests")]
mod connections;
mod crashes;
mod faults;
mod history;
mod model;
#[cfg(feature = "postgres-tests")]
mod postgres_server;
mod questions;
mod regressions;
mod statements;
mod world;
