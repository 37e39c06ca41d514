//! The history of an organization: runs, findings over time and the credentials as far as they were read, in an SQLite file
//! or on a PostgreSQL server.
//!
//! - **A run becomes visible when it is complete.** As its accounts are done, each is compared with what the store holds, and
//!   what differs waits in a temporary file. [`Recorder::finish`] writes all of it in one transaction. A run that ends before
//!   that is kept as interrupted, and changes nothing.
//! - **Only what was judged again is resolved.** What a run did not read, or judged by other rules, keeps its state, and the
//!   store says why.
//! - **What did not change is not written.** When a finding was last seen follows from the runs that read its account.
//! - **One process records at a time.** Others wait, and then name it. Those who only read do not wait.
//!
//! No secret is ever stored: the types that come in hold none.
//!
//! This crate must not know AWS, Rhai or output formats; it reads no clock. What it asks a database is the same for both
//! engines; `db` holds what differs.

mod db;
mod error;
mod maintain;
mod place;
mod query;
mod record;
mod schema;
mod store;

pub use error::{FailureKind, StoreError};
pub use place::{Access, Place, PlaceError};
pub use query::run::RunName;
pub use record::{NewRun, Recorder, ScannedFacts};
pub use store::{Options, Store};
