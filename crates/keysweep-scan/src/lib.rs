//! The pipeline: discover the accounts, assume a role in each, read what the policies ask for, evaluate.
//!
//! Accounts are a stream: work on the first page starts while the next one is read. Every account is a task of its
//! own, with its own session and its own retry budget, and a failure there is an entry in the coverage and nothing
//! more. Inside an account users are judged in rounds: each round evaluates what is known, reads what the policies
//! stopped at, and evaluates those users again. The account as a whole and its root user are judged on what is known of
//! the users then. A verdict other than a pass is only ever taken on live facts, but for what no live call tells: when
//! users were made and passwords were set, and when the root user was used. A live answer that contradicts the credential
//! report makes the report worthless for the account: what was judged by it is judged again, live.
//!
//! Each account that is done goes to a [`Sink`], and the scan keeps only its counts. What was read can be saved, and
//! judged again without AWS: see [`judge_inventory`].
//!
//! This crate must not know Rhai or output formats.

mod account;
mod audit;
mod check;
mod collect;
mod counts;
mod discover;
mod evidence;
mod exemptions;
mod inventory;
mod judge;
mod options;
mod parallel;
mod progress;
mod read;
mod rounds;
mod scan;
mod select;
mod sink;
mod subject;

pub use check::{CheckOptions, CheckedAccount, CheckedAccounts, Scope, check_accounts};
pub use counts::Counts;
pub use discover::{AccountSource, StartError};
pub use exemptions::{DEFAULT_MAX_TERM_DAYS, Entry, Exemption, ExemptionOptions, Register, Ruling};
pub use inventory::{judge_inventory, try_policy};
pub use options::{Concurrency, Extent, Reading, Roles, ScanOptions};
pub use progress::Progress;
pub use scan::scan;
pub use select::Selection;
pub use sink::{AccountResult, ScanError, ScannedAccount, Sink};
