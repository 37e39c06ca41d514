//! Policies: files of YAML metadata and a Rhai script, compiled, checked and asked about one resource after another.
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

mod callbacks;
pub mod cases;
mod characters;
mod check;
mod code;
mod compiler;
mod costs;
pub mod coverage;
pub mod definitions;
mod diagnostic;
mod engine;
pub mod exemptions;
mod explain;
pub mod files;
mod handle;
mod helpers;
mod left_out;
mod library;
mod limits;
mod list;
mod metadata;
mod natives;
mod objects;
mod params;
mod pattern;
mod policy;
mod program;
mod record;
pub mod reference;
pub mod schema;
mod source;
mod strict;
mod suggest;
pub mod template;
mod verdicts;
mod watch;
pub mod yaml;

pub use code::{Code, Level};
pub use compiler::Compiler;
pub use diagnostic::{Diagnostic, Place, PolicyFileError};
pub use library::{LoadError, LoadProblem, load_folder, policy_files, shipped};
pub use limits::{LimitError, Limits};
pub use metadata::{LANGUAGE, Metadata};
pub use params::{OverrideError, ParamSpec, ParamType};
pub use pattern::{PatternError, glob_matches};
pub use policy::{Evaluation, EvaluationError, Outcome, Policy};
pub use suggest::nearest;
pub use watch::EVALUATION_STACK;
