//! A session in one account: the role is assumed once, narrowed to reading, renewed when it runs out, and dropped with
//! the account.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_credential_types::Credentials;
use aws_sdk_iam::config::IdentityCache;
use aws_sdk_sts::types::Credentials as StsCredentials;
use jiff::Timestamp;
use keysweep_model::{AccountId, Partition};
use tokio::sync::RwLock;

use crate::{
    AssumeError, Aws, CallError, CallErrorKind, Deadline, RoleOptions,
    attempt::{FailedAttempt, Request},
    calls::DomainName,
    domain::Domain,
    iam_policy,
    role::RoleArn,
};

/// How long a session lasts: the shortest that STS gives. A longer scan renews it.
/// Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, the parameter `DurationSeconds`.
const SESSION_SECONDS: i32 = 900;

/// A session is renewed when it has less than this left, so that a request signed now does not arrive too late.
const RENEW_BEFORE: Duration = Duration::from_secs(60);

/// A session in one account, with which its IAM is read. Its calls are paced and retried by themselves, so that
/// throttling here takes nothing from any other account, and they end with the account's time.
#[derive(Debug)]
pub struct AccountSession {
    account: AccountId,
    aws: Aws,
    domain: Arc<Domain>,
    deadline: Deadline,
    /// Whether a call was given up because the time was over.
    is_out_of_time: AtomicBool,
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
    /// A session with the caller's own credentials, for the caller's own account, until `deadline`.
    #[must_use]
    pub fn own_session(&self, account: AccountId, deadline: Deadline) -> AccountSession {
        let domain = self.iam_domain(account);
        let config = aws_sdk_iam::config::Builder::from(&self.sdk);
        let current = Current { iam: self.iam_client(config, &domain), expires_at: None };
        AccountSession::new(self.clone(), account, domain, deadline, None, current)
    }

    /// Assumes `role` in `account`, narrowed by a session policy to what a scan reads, for a session until `deadline`.
    ///
    /// # Errors
    /// When STS refuses or cannot be reached in that time, or when the session is in another account.
    pub async fn assume_role(
        &self,
        partition: &Partition,
        account: AccountId,
        role: Arc<RoleOptions>,
        deadline: Deadline,
    ) -> Result<AccountSession, AssumeError> {
        let domain = self.iam_domain(account);
        let arn = RoleArn::new(partition, account, &role);
        let current = self.assume(account, &arn, &role, &domain, deadline).await?;
        Ok(AccountSession::new(self.clone(), account, domain, deadline, Some((arn, role)), current))
    }

    fn iam_domain(&self, account: AccountId) -> Arc<Domain> {
        Domain::new(DomainName::Iam(account), &self.clock, self.patience, &self.calls)
    }

    async fn assume(
        &self,
        account: AccountId,
        arn: &RoleArn,
        role: &RoleOptions,
        domain: &Arc<Domain>,
        deadline: Deadline,
    ) -> Result<Current, AssumeError> {
        const ACTION: &str = "sts:AssumeRole";
        let request = self
            .sts
            .assume_role()
            .role_arn(arn.to_string())
            .role_session_name(&role.session_name)
            .duration_seconds(SESSION_SECONDS)
            .policy(iam_policy::read_policy().to_string())
            .set_external_id(role.external_id.clone())
            .set_source_identity(role.source_identity.clone());
        let answer = self.sts_domain.send(ACTION, || request.clone().send());
        let answer = deadline.limit(ACTION, &self.clock, answer).await;
        let answer = answer.map_err(|error| AssumeError::Refused {
            error,
            role: arn.clone(),
            region: self.region().to_owned(),
        })?;
        let answered = answer.assumed_role_user().map_or("(no ARN)", |user| user.arn());
        let other = || AssumeError::OtherAccount { asked: arn.clone(), answered: answered.to_owned() };
        match (Partition::split_arn(answered), answer.credentials()) {
            (Ok((_, there, _)), Some(credentials)) if there == account => {
                self.narrowed(credentials, domain).ok_or_else(other)
            }
            _ => Err(other()),
        }
    }

    fn narrowed(&self, credentials: &StsCredentials, domain: &Arc<Domain>) -> Option<Current> {
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
        Some(Current { iam: self.iam_client(config, domain), expires_at: Some(expires_at) })
    }

    fn iam_client(&self, config: aws_sdk_iam::config::Builder, domain: &Arc<Domain>) -> aws_sdk_iam::Client {
        let config = config.interceptor(self.calls.clone()).http_client(self.http.of(domain));
        aws_sdk_iam::Client::from_conf(config.build())
    }
}

impl AccountSession {
    fn new(
        aws: Aws,
        account: AccountId,
        domain: Arc<Domain>,
        deadline: Deadline,
        role: Option<(RoleArn, Arc<RoleOptions>)>,
        current: Current,
    ) -> Self {
        let (is_out_of_time, current) = (AtomicBool::new(false), RwLock::new(current));
        Self { account, aws, domain, deadline, is_out_of_time, role, current }
    }

    /// The account that the session is in.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    pub(crate) fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Whether calls were given up because the account's time was over, and what should be known of it then.
    #[must_use]
    pub fn out_of_time(&self) -> Option<String> {
        self.is_out_of_time.load(Ordering::Relaxed).then(|| self.deadline.note())
    }

    /// Makes one IAM call, with a session that is renewed before it runs out, and once more where AWS says that it has.
    pub(crate) async fn call<R: Request>(
        &self,
        action: &'static str,
        send: impl Fn(aws_sdk_iam::Client) -> R,
    ) -> Result<R::Answer, CallError> {
        // The end of the session that AWS has refused.
        let refused = OnceLock::new();
        let attempt = || async {
            let current = self.current(refused.get().copied()).await?;
            send(current.iam).await.map_err(|error| {
                let failed = FailedAttempt::new(action, &error);
                if let (CallErrorKind::ExpiredCredentials, Some(end)) = (failed.error.kind, current.expires_at) {
                    refused.get_or_init(|| end);
                }
                failed
            })
        };
        let answer = async {
            let answer = self.domain.call(action, attempt).await;
            if refused.get().is_some() { self.domain.call(action, attempt).await } else { answer }
        };
        let answer = self.deadline.limit(action, &self.aws.clock, answer).await;
        if answer.as_ref().is_err_and(|error| error.kind == CallErrorKind::OutOfTime) {
            self.is_out_of_time.store(true, Ordering::Relaxed);
        }
        answer
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
            *slot = self
                .aws
                .assume(self.account, arn, role, &self.domain, self.deadline)
                .await
                .map_err(AssumeError::into_call_error)?;
        }
        Ok(slot.clone())
    }
}
