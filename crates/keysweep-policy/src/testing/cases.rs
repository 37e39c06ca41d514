//! Cases of policies: `NAME.test.yaml` beside `NAME.rhai`, each a resource as it might be and what the policy must say.
//!
//! ```yaml
//! - name: a key of 90 and a quarter days is too old
//!   access_key: { age_days: 90.25 }
//!   expect: { status: fail, message: more than 90 days, severity: medium, reads: [access_keys] }
//! ```
//!
//! What is judged stands under the name of its kind, and what it belongs to beside it:
//!
//! ```yaml
//! - { name: a key, access_key: { age_days: 3 }, other_access_keys: [{ age_days: 90 }], user: { tags: {} }, expect: { status: pass } }
//! - { name: a user, user: { has_password: true, has_mfa: false }, expect: { status: fail } }
//! - { name: an account, account: { users: [{ access_keys: [] }], password_policy: null }, expect: { status: fail } }
//! - { name: a root user, root: { has_access_key: true }, expect: { status: fail } }
//! - { name: a password, password: { age_days: 90, never_used: true }, expect: { status: fail } }
//! - { name: an MFA device, mfa: { kind: virtual }, user: { is_administrator: true }, expect: { status: fail } }
//! - { name: a Bedrock key, service_credential: { service: bedrock, lifetime_days: 90 }, expect: { status: pass } }
//! - { name: a certificate, signing_certificate: { age_days: 9 }, unreadable: [users], expect: { status: unknown } }
//! - { name: an SSH key, ssh_key: { age_days: 9, active: false }, params: { limit: 5 }, expect: { status: pass } }
//! ```
//!
//! A case gives the few properties that matter. Names, ids, paths and the account have defaults; a credential is active
//! and a service credential has no end where nothing else is said. All else, such as an age, a tag or a list, decides what
//! a policy says and has no default: a policy that touches what the case leaves out makes the case fail, and the failure
//! says what to give.
//!
//! A message is expected by a part of it, or by several in their order with `*` between them.

use keysweep_files::InvalidFile;
use keysweep_model::ResourceType;

pub use self::{
    expect::CaseError,
    parse::Case,
    report::{CaseReport, Report},
    run::{CasesError, Options, run_folder, run_paths},
};
use crate::{Evaluation, OverrideError, Policy};

mod expect;
mod given;
mod object;
mod parse;
mod raw;
mod report;
mod run;

/// The cases of the file `text`, which the user knows as `source_name`, of a policy that judges `resource`.
///
/// # Errors
/// When the file is not a list of cases, or a case says what cannot be: with the place.
pub fn parse(source_name: &str, text: &str, resource: ResourceType) -> Result<Vec<Case>, InvalidFile> {
    parse::parse(text, resource).map_err(|wrong| InvalidFile::new(source_name, text, wrong))
}

/// Judges what a case gives and compares with what it expects.
///
/// # Errors
/// What the policy said and what the case expects, or why the case cannot be judged.
pub fn run(policy: &Policy, case: &Case) -> Result<(), CaseError> {
    let policy = with_params(policy, case)?;
    case.expect.compare(&policy, &judge(&policy, case), &case.assumed)
}

/// The policy with the parameters of a case.
pub(crate) fn with_params(policy: &Policy, case: &Case) -> Result<Policy, OverrideError> {
    if case.params.is_empty() {
        return Ok(policy.clone());
    }
    policy.with_overrides(None, &case.params)
}

/// What the policy makes of a case.
pub(crate) fn judge(policy: &Policy, case: &Case) -> Evaluation {
    policy.evaluate(&case.resource, case.as_of)
}

/// The JSON Schema of a file of cases.
#[must_use]
pub fn schema() -> serde_json::Value {
    raw::schema()
}

#[cfg(test)]
mod tests;
