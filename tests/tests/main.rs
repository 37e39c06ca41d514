//! The whole of Keysweep, tested as its users and AWS meet it.
#![cfg(test)]

mod cli;
mod document;
mod help;
#[cfg(feature = "moto")]
mod moto;
mod process;
#[cfg(feature = "moto")]
mod python;
mod refusals;
mod serve;
#[cfg(feature = "moto")]
mod terminal;
mod truth;
#[cfg(feature = "moto")]
mod wire;
