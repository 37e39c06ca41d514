//! Which program wrote a document: the `tool` key that every document begins with.

use serde::Serialize;

/// The name and version of the program.
#[derive(Serialize)]
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// This program. All crates of the workspace carry the program's version.
pub(crate) const KEYSWEEP: Tool = Tool { name: "keysweep", version: env!("CARGO_PKG_VERSION") };
