//! Keysweep's only way to AWS: the organization, sessions in its accounts, and the facets that are read there.
//!
//! Everything goes through the AWS SDK for Rust, and no other crate names it. What AWS answers leaves this crate as
//! values of `keysweep-model`; what goes wrong leaves it as a [`CallError`] that says which action failed and why.
//!
//! Three things about the SDK shape this crate:
//!
//! - Its retry budget is by default one token bucket for the whole process that no time refills, so that one large
//!   throttled account leaves all calls without retries. Here the SDK makes single attempts, and what AWS throttles
//!   together is paced and retried together: Organizations, STS, and IAM of each account.
//! - Its identity cache holds 64 identities and evicts at random, so that thousands of role-assuming clients assume
//!   their roles again and again. Here a role is assumed once, explicitly, by one shared STS client.
//! - Its HTTP client has no limit on requests in flight. Here one limit holds for all accounts together: see
//!   [`ConnectOptions::max_requests`].
//!
//! This crate must not know policies, findings or storage.

mod answer;
mod attempt;
mod backoff;
mod caller;
mod calls;
mod clock;
mod connect;
mod deadline;
mod domain;
mod error;
mod facets;
mod http;
mod iam_policy;
mod organization;
mod pace;
mod paging;
mod places;
mod region;
mod retries;
mod role;
mod session;

pub use caller::Caller;
pub use calls::Calls;
pub use clock::Clock;
pub use connect::{Aws, ConnectOptions, Endpoint, StaticCredentials};
pub use deadline::Deadline;
pub use error::{CallError, CallErrorKind};
pub use facets::{
    authorization_details::UserDetails,
    credential_report::{CredentialReport, ReportError, ReportWait, TableError},
    organizational_units::Units,
    users::ListedUser,
};
pub use http::{InProcess, InProcessAnswer};
pub use iam_policy::{caller_policy, read_policy, trust_policy};
pub use organization::{ListedAccount, Organization};
pub use role::{AssumeError, RoleOptions};
pub use session::AccountSession;
