//! A session in one account: the role is assumed once, narrowed to reading, renewed when it runs out, and dropped with
//! the account.

use std::{sync::Arc, time::Duration};

use aws_credential_types::Credentials;
use aws_sdk_iam::{
    config::{IdentityCache, retry::RetryPartition},
    error::{ProvideErrorMetadata, SdkError},
};
use aws_sdk_sts::types::Credentials as StsCredentials;
use jiff::Timestamp;
use keysweep_model::{AccountId, Partition};
use tokio::sync::RwLock;

use crate::{Aws, CallError, CallErrorKind, iam_policy, region};

/// How long a session lasts: the shortest that STS gives. A longer scan renews it.
/// Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, the parameter `DurationSeconds`.
const SESSION_SECONDS: i32 = 900;

/// A session is renewed when it has less than this left, so that a request signed now does not arrive too late.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

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
        /// The ARN that STS answered with, or what there was in its place.
        answered: String,
    },
}

/// The ARN of a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn(String);

impl RoleArn {
    fn new(partition: &Partition, account: AccountId, role: &RoleOptions) -> Self {
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
            CallErrorKind::Throttled => "Run again later, or with a lower --concurrency".to_owned(),
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
            missing("sts:TagSession", "the caller's own session has tags that go along")
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

/// A session in one account, with which its IAM is read. It has a retry budget of its own, so that throttling here
/// takes nothing from any other account.
#[derive(Debug)]
pub struct AccountSession {
    account: AccountId,
    aws: Aws,
    budget: RetryPartition,
    role: Option<(RoleArn, Arc<RoleOptions>)>,
    current: RwLock<Current>,
}

#[derive(Debug, Clone)]
struct Current {
    iam: aws_sdk_iam::Client,
    /// None for the caller's own credentials, which the SDK renews.
    expires_at: Option<Timestamp>,
}

impl Aws {
    /// A session with the caller's own credentials, for the caller's own account.
    #[must_use]
    pub fn own_session(&self, account: AccountId) -> AccountSession {
        let budget = Self::retry_budget(account);
        let config = aws_sdk_iam::config::Builder::from(&self.sdk);
        let iam = self.iam_client(config, &budget);
        let current = RwLock::new(Current { iam, expires_at: None });
        AccountSession { account, aws: self.clone(), budget, role: None, current }
    }

    /// Assumes `role` in `account`, narrowed by a session policy to what a scan reads.
    ///
    /// # Errors
    /// When STS refuses or cannot be reached, or when the session is in another account.
    pub async fn assume_role(
        &self,
        partition: &Partition,
        account: AccountId,
        role: Arc<RoleOptions>,
    ) -> Result<AccountSession, AssumeError> {
        let budget = Self::retry_budget(account);
        let arn = RoleArn::new(partition, account, &role);
        let current = RwLock::new(self.assume(account, &arn, &role, &budget).await?);
        Ok(AccountSession { account, aws: self.clone(), budget, role: Some((arn, role)), current })
    }

    async fn assume(
        &self,
        account: AccountId,
        arn: &RoleArn,
        role: &RoleOptions,
        budget: &RetryPartition,
    ) -> Result<Current, AssumeError> {
        let answer = self
            .sts
            .assume_role()
            .role_arn(arn.to_string())
            .role_session_name(&role.session_name)
            .duration_seconds(SESSION_SECONDS)
            .policy(iam_policy::read_policy().to_string())
            .set_external_id(role.external_id.clone())
            .set_source_identity(role.source_identity.clone())
            .customize()
            // Overridden per call: a client per account would ask for the caller's identity anew each time.
            .config_override(aws_sdk_sts::config::Builder::default().retry_partition(budget.clone()))
            .send()
            .await
            .map_err(|error| AssumeError::Refused {
                error: CallError::new("sts:AssumeRole", &error),
                role: arn.clone(),
                region: self.region().to_owned(),
            })?;
        let answered = answer.assumed_role_user().map_or("(no ARN)", |user| user.arn());
        let other = || AssumeError::OtherAccount { asked: arn.clone(), answered: answered.to_owned() };
        match (Partition::split_arn(answered), answer.credentials()) {
            (Ok((_, there, _)), Some(credentials)) if there == account => {
                self.narrowed(credentials, budget).ok_or_else(other)
            }
            _ => Err(other()),
        }
    }

    fn narrowed(&self, credentials: &StsCredentials, budget: &RetryPartition) -> Option<Current> {
        let expires_at = Timestamp::from_second(credentials.expiration().secs()).ok()?;
        let credentials = Credentials::new(
            credentials.access_key_id(),
            credentials.secret_access_key(),
            Some(credentials.session_token().to_owned()),
            None,
            "assumed role",
        );
        // The shared identity cache would have to hold one identity for each account; these never change.
        let config = aws_sdk_iam::config::Builder::from(&self.sdk)
            .credentials_provider(credentials)
            .identity_cache(IdentityCache::no_cache());
        Some(Current { iam: self.iam_client(config, budget), expires_at: Some(expires_at) })
    }

    fn iam_client(&self, config: aws_sdk_iam::config::Builder, budget: &RetryPartition) -> aws_sdk_iam::Client {
        let config = config.retry_partition(budget.clone()).interceptor(self.calls.clone());
        aws_sdk_iam::Client::from_conf(config.build())
    }
}

impl AccountSession {
    /// The account that the session is in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Makes one IAM call, with a session that is renewed before it runs out, and once more where AWS says that it has.
    pub(crate) async fn call<O, E, R, F>(
        &self,
        action: &'static str,
        send: impl Fn(aws_sdk_iam::Client) -> F,
    ) -> Result<O, CallError>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        R: std::fmt::Debug + 'static,
        F: Future<Output = Result<O, SdkError<E, R>>>,
    {
        let current = self.current(None).await?;
        match send(current.iam.clone()).await {
            Ok(output) => Ok(output),
            Err(error) => {
                let error = CallError::new(action, &error);
                if error.kind != CallErrorKind::ExpiredCredentials || self.role.is_none() {
                    return Err(error);
                }
                let renewed = self.current(current.expires_at).await?;
                send(renewed.iam).await.map_err(|error| CallError::new(action, &error))
            }
        }
    }

    /// The session as it is, or a new one where it is about to run out or is the one that AWS has just refused.
    async fn current(&self, refused: Option<Timestamp>) -> Result<Current, CallError> {
        let usable = |current: &Current| match current.expires_at {
            None => true,
            Some(at) => Some(at) != refused && self.aws.clock.now() + RENEW_BEFORE < at,
        };
        let current = self.current.read().await.clone();
        let Some((arn, role)) = &self.role else { return Ok(current) };
        if usable(&current) {
            return Ok(current);
        }
        let mut slot = self.current.write().await;
        // Another call may have renewed the session while this one waited for the lock.
        if !usable(&slot) {
            *slot =
                self.aws.assume(self.account, arn, role, &self.budget).await.map_err(AssumeError::into_call_error)?;
        }
        Ok(slot.clone())
    }
}

impl AssumeError {
    fn into_call_error(self) -> CallError {
        match self {
            Self::Refused { error, .. } => error,
            other @ Self::OtherAccount { .. } => CallError::bad_answer("sts:AssumeRole", other.to_string()),
        }
    }
}
