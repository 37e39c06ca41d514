//! Keysweep's output formats for machines: each a module of its own and a versioned document.
//!
//! - [`json`]: the result of a scan, `keysweep.scan/v1`.
//! - [`accounts_json`]: the accounts of the organization, `keysweep.accounts/v1`.
//!
//! A format is a contract with whoever reads it, so every document is written out by hand from the domain: a change of
//! the model never changes a document by accident. Within a version keys are only ever added.
//!
//! This crate must not know AWS, Rhai or storage, nor terminals: what people read is rendered by the binary.

pub mod accounts_json;
pub mod json;
mod row;
mod tool;

#[cfg(test)]
mod tests;

pub use row::{AccountRow, Scope};
