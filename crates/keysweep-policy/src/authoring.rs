//! What helps to write policies: the reference of the language, definitions for editors, a template, and schemas.

pub mod definitions;
pub mod reference;
pub mod schema;
pub mod template;
