//! The words that Keysweep is written in: accounts, users, access keys, facts, verdicts, findings and coverage.
//!
//! Everything here is a plain value. Two ideas carry the rest of the code:
//!
//! - **Unknown is a value.** A [`Fact`] is known, not read yet, or unreadable for a stated reason. Nothing turns
//!   the last two into a default.
//! - **Coverage is half of the result.** A [`ScanResult`] holds findings *and* a [`Coverage`] that names every
//!   account that could not be judged, and why.
//!
//! This crate must not know I/O, async, clocks, AWS clients, Rhai or output formats. It derives no wire format: the
//! output formats convert from these types by hand.

mod account;
mod fact;
mod finding;
mod id;
mod policy;
mod result;
mod user;
mod word;

pub use account::{Account, AccountState};
pub use fact::{Facet, FacetSet, Fact, Unreadable};
pub use finding::{Evidence, EvidenceValue, Finding, FindingStatus, ResourceType};
pub use id::{AccessKeyId, AccountId, FindingId, IdError, Partition, PolicyId, UserName};
pub use policy::{ParamValue, PolicySummary, Remedy, Severity, Verdict};
pub use result::{AccountGap, ApiCalls, Coverage, Run, ScanResult, StatusCounts, Step, Summary};
pub use user::{AccessKey, AccessKeyStatus, LastUsed, Tags, User};
pub use word::UnknownWord;
