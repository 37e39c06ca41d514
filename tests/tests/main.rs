//! The whole of Keysweep, tested as its users and AWS meet it.
#![cfg(test)]

mod process;
mod serve;
mod truth;
