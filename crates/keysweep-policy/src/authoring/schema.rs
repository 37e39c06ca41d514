//! JSON Schemas of what policy writers write, made from the types that read it.

use serde_json::Value;

use crate::policy::metadata;

/// The JSON Schema of the metadata of a policy.
#[must_use]
pub fn metadata() -> Value {
    metadata::schema()
}
