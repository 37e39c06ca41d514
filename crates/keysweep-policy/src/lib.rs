//! Policies: files of YAML metadata and a Rhai script, compiled, checked and asked about one access key after another.
//!
//! Three promises carry this crate:
//!
//! - **Policies are pure.** [`Policy::evaluate`] does no I/O, reads no clock and knows no chance; the judged time comes
//!   in. Operations, depth, memory and time of a script are bounded.
//! - **Facts are pulled by the question.** A script that touches a fact that nobody has read is stopped, and the
//!   evaluation names what to read. What was touched is recorded outside the script, so that no `catch` hides it; an
//!   unreadable fact never passes.
//! - **Nothing is silently false.** Comparing unlike types, unknown properties, parameters, variables and functions are
//!   errors: when the policy is compiled, where they can be known then.
//!
//! This crate is the only one that names `rhai`. It must not know AWS, storage or async.

pub mod cases;
mod check;
mod diagnostic;
mod engine;
mod explain;
mod library;
mod metadata;
mod objects;
mod params;
mod policy;
mod record;
mod strict;
mod suggest;
mod watch;
pub mod yaml;

pub use diagnostic::{Diagnostic, Place, PolicyFileError};
pub use library::{LoadError, LoadProblem, load_folder, shipped};
pub use metadata::{LANGUAGE, Metadata};
pub use params::{OverrideError, ParamSpec, ParamType};
pub use policy::{Evaluation, EvaluationError, Outcome, Policy};
pub use watch::EVALUATION_STACK;
