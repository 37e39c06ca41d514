//! Files that users write: read with bounds, parsed with positions, and shown with what is wrong where.
//!
//! A file may come from a stranger's pull request, so [`read`] trusts none: see [`Found`]. [`yaml`] gives the line and the
//! column of every value, and an [`InvalidFile`] shows each [`Diagnostic`] with its line, as a compiler does. What several
//! files write the same way is here too: globs, dates, and suggestions for misspelt names.
//!
//! This crate must not know AWS, Rhai, findings or async.

mod characters;
mod code;
mod diagnostic;
mod glob;
mod reader;
mod suggest;
mod time;
pub mod yaml;

pub use characters::hidden_characters;
pub use code::{Code, Level};
pub use diagnostic::{Diagnostic, InvalidFile, Place};
pub use glob::{Glob, MAX_PATTERN, PatternTooLong, glob_matches};
pub use reader::{FileKind, Found, ReadError, UserFile, folder_of, is_there, open, read, shown};
pub use suggest::{did_you_mean, nearest};
pub use time::{NotATime, parse_time};
