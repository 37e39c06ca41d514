//! Tests of the crate as its users see it.

mod evaluation;
mod files;
mod hostile;
mod library;
mod strictness;
mod support;
