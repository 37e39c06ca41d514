//! The whole of Keysweep, tested as its users and AWS meet it.
#![cfg(test)]

mod cli;
mod document;
mod help;
mod process;
mod refusals;
mod serve;
mod truth;
