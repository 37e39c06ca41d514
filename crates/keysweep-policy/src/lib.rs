//! Policies: files of YAML metadata and a Rhai script, compiled, checked and asked about one resource after another.
//!
//! Three promises carry this crate:
//!
//! - **Policies are pure.** [`Policy::evaluate`] does no I/O, reads no clock and has no randomness; the judged time comes
//!   in. Operations, depth, memory and time of a script are bounded.
//! - **Facts are pulled by the question.** A script that touches a fact that has not been read is stopped, and the
//!   evaluation names what to read. What was touched is recorded outside the script, so that no `catch` hides it; an
//!   unreadable fact never passes.
//! - **Nothing is silently false.** Comparing unlike types, unknown properties, parameters, variables and functions are
//!   errors: when the policy is compiled, where they can be known then.
//!
//! This crate is the only one that names `rhai`. It must not know AWS, storage or async.

mod authoring;
mod check;
mod engine;
mod objects;
mod policy;
mod testing;

pub use authoring::{definitions, reference, schema, template};
pub use engine::watch::EVALUATION_STACK;
pub use policy::{
    Evaluation, EvaluationError, Outcome, Policy,
    compiler::Compiler,
    limits::{LimitError, Limits},
    loader::{LoadError, Loaded, load, load_file, load_folder, policy_files, shipped},
    metadata::{LANGUAGE, Metadata},
    params::{OverrideError, ParamSpec, ParamType, ValueError},
};
pub use testing::{cases, coverage};
