//! The words that Keysweep is written in: accounts, users, access keys, facts, verdicts, findings and coverage.
//!
//! Everything here is a plain value. Two ideas carry the rest of the code:
//!
//! - **Unknown is a value.** A [`Fact`] is known, not read yet, or unreadable for a stated reason. Nothing turns
//!   the last two into a default.
//! - **Coverage is half of the result.** Beside the findings of a scan stands a [`ScanResult`] with a [`Coverage`] that
//!   names every account that could not be judged, and why.
//!
//! This crate must not know I/O, async, clocks, AWS clients, Rhai or output formats. The
//! output formats convert from these types by hand; what is derived here is for Keysweep's own files.

mod account;
mod account_facts;
mod coverage;
mod credential;
mod facet;
mod fact;
mod facts;
mod finding;
mod history;
mod id;
mod policy;
mod resource;
mod result;
mod seen;
mod stored;
mod unseen;
mod user;
mod word;

pub use account::{Account, AccountState, RoleCheck};
pub use account_facts::{AccountFacts, PasswordPolicy, RootActivity, RootCredentials, SavedAccount};
pub use coverage::{AccountGap, AccountNote, Coverage, Step};
pub use credential::{
    AccessKey, CredentialStatus, LastUsed, MfaDevice, MfaKind, Password, ServiceCredential, SigningCertificate, SshKey,
};
pub use facet::{Facet, FacetScope, FacetSet};
pub use fact::{Fact, Missing, Origin, Report, Unreadable};
pub use facts::{Facts, Slot, not_read};
pub use finding::{Exempted, Finding, Status};
pub use history::{
    AccountOutcome, Change, ChangedFinding, CoverageChange, Days, Difference, FindingFilter, FindingGroup,
    FindingHistory, FindingState, FindingStates, GroupBy, Moment, NotJudgedGroup, Pruned, RecordedAccount,
    RecordedFinding, RecordedPolicy, RecordedRun, Resolved, ResourceOwner, RunDetail, RunResult, RunSelection,
    RunSource, RunStatus, Standing, StoreInfo, TrendMonth,
};
pub use id::{AccessKeyId, AccountId, ExemptionId, FindingId, IdError, Partition, PolicyId, UserName};
pub use policy::{Evidence, EvidenceValue, ParamValue, PolicySummary, Remedy, Severity, Verdict};
pub use resource::{Owner, Resource, ResourceType};
pub use result::{
    ApiCalls, ExemptionUse, Run, ScanResult, Service, StatusCounts, Summary, ThrottledAccount, Throttling,
};
pub use seen::{ChangeKind, Seen};
pub use unseen::{escaped, is_unseen};
pub use user::{Permissions, Tags, User};
pub use word::UnknownWord;
