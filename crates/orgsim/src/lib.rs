//! Placeholder.
pub mod clock;
mod derive;
pub mod fault;
pub mod generate;
pub mod world;
