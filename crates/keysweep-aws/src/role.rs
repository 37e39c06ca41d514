//! The role that is assumed in an account, and why it could not be.

use keysweep_model::{AccountId, Partition};

use crate::{CallError, CallErrorKind, region};

/// The role that is assumed in every account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleOptions {
    /// The role's name, with its path where it has one: `security/Audit`.
    pub name: String,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<String>,
    /// The session's name, which CloudTrail shows: 2 to 64 of letters, digits and `=,.@-_+`.
    pub session_name: String,
    /// The source identity, which CloudTrail shows for everything that the session does. The role's trust policy must
    /// allow `sts:SetSourceIdentity`.
    pub source_identity: Option<String>,
}

/// Why a role could not be assumed.
#[derive(Debug, thiserror::Error)]
pub enum AssumeError {
    /// STS did not give a session.
    #[error("{error}. {}", .role.hint(.error, .region))]
    Refused {
        /// What STS said.
        #[source]
        error: CallError,
        /// The role that was asked for.
        role: RoleArn,
        /// The Region in which it was asked for.
        region: String,
    },
    /// STS gave a session in another account than the one asked for.
    #[error("asked for `{asked}`, but the session is `{answered}`: check the endpoint and the proxy")]
    OtherAccount {
        /// The role that was asked for.
        asked: RoleArn,
        /// The ARN that STS answered with, or `(no ARN)`.
        answered: String,
    },
}

/// The ARN of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn(String);

impl RoleArn {
    pub(crate) fn new(partition: &Partition, account: AccountId, role: &RoleOptions) -> Self {
        Self(format!("arn:{partition}:iam::{account}:role/{}", role.name.trim_start_matches('/')))
    }

    fn hint(&self, error: &CallError, region: &str) -> String {
        match error.kind {
            CallErrorKind::Denied => self.hint_of_denial(&error.message),
            CallErrorKind::RegionDisabled => {
                let other = region::home_of(region).map(|home| format!(", such as {home}")).unwrap_or_default();
                format!(
                    "STS is not active in the Region {region} in the account of {self}: activate it there (IAM console, \
                     account settings), or name another Region with --region{other}"
                )
            }
            CallErrorKind::Throttled => {
                "Something else uses up the limit of STS in this account and Region: run again later".to_owned()
            }
            CallErrorKind::OutOfTime => "Run again later, or with a longer --account-timeout".to_owned(),
            CallErrorKind::ExpiredCredentials
            | CallErrorKind::RejectedCredentials
            | CallErrorKind::OtherPartition { .. }
            | CallErrorKind::NoCredentials => format!("Check the caller's credentials, and the Region {region}"),
            CallErrorKind::TimedOut | CallErrorKind::Unreachable => "Check the network and run again".to_owned(),
            CallErrorKind::NotFound | CallErrorKind::BadAnswer | CallErrorKind::Refused => {
                format!("The role asked for was {self}")
            }
        }
    }

    /// AWS names the action that is missing. Those that go along with a session are easily forgotten.
    fn hint_of_denial(&self, message: &str) -> String {
        let missing = |action: &str, why: &str| {
            format!(
                "Allow {action} in the trust policy of {self} and in the caller's IAM policy, because {why}: `keysweep \
                 iam-policy` prints both policies"
            )
        };
        if message.contains("sts:SetSourceIdentity") {
            missing("sts:SetSourceIdentity", "--source-identity or the caller's own session sets a source identity")
        } else if message.contains("sts:TagSession") {
            missing("sts:TagSession", "the caller's own session has tags that are passed on")
        } else {
            format!("Check that {self} exists, that it trusts the caller, and the external id if it asks for one")
        }
    }
}

impl std::fmt::Display for RoleArn {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl AssumeError {
    pub(crate) fn into_call_error(self) -> CallError {
        match self {
            Self::Refused { error, .. } => error,
            other @ Self::OtherAccount { .. } => CallError::bad_answer("sts:AssumeRole", other.to_string()),
        }
    }
}
