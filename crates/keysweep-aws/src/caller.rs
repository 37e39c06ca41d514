//! Who the caller is, and which partition its credentials are of where STS does not know them.

use aws_config::SdkConfig;
use aws_sdk_sts::config::Region;
use aws_types::service_config::ServiceConfigKey;
use futures::future;
use keysweep_model::{AccountId, Partition};

use crate::{Aws, CallError, CallErrorKind, region::OTHER_PARTITIONS};

/// Who signs the requests.
/// Source: docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The caller's account.
    pub account: AccountId,
    /// The caller's ARN.
    pub arn: String,
    /// The partition that the caller is in, and with it everything that is scanned.
    pub partition: Partition,
}

impl Aws {
    /// Asks AWS who the caller is.
    ///
    /// # Errors
    /// When AWS cannot be reached, does not accept the credentials, or names the caller by a malformed ARN.
    pub async fn caller(&self) -> Result<Caller, CallError> {
        const ACTION: &str = "sts:GetCallerIdentity";
        let answer = match self.sts_domain.send(ACTION, || self.sts.get_caller_identity().send()).await {
            Ok(answer) => answer,
            Err(error) => return Err(self.try_other_partitions(error).await),
        };
        let arn = answer.arn().unwrap_or_default().to_owned();
        let (partition, account, _) =
            Partition::split_arn(&arn).map_err(|error| CallError::bad_answer(ACTION, error.to_string()))?;
        Ok(Caller { account, arn, partition })
    }

    /// The error for credentials that STS does not know. Where neither a Region nor an endpoint is configured, they may
    /// be of another partition, and its STS is asked. The request is signed with the secret and does not hold it.
    async fn try_other_partitions(&self, error: CallError) -> CallError {
        let is_unknown = error.code.as_deref() == Some("InvalidClientTokenId");
        if !is_unknown || !self.is_region_assumed || has_endpoint(&self.sdk) {
            return error;
        }
        let knows = OTHER_PARTITIONS.map(|(_, home)| async move { self.is_known_in(home).await.then_some(home) });
        match future::join_all(knows).await.into_iter().flatten().next() {
            Some(home) => CallError { kind: CallErrorKind::OtherPartition { home }, ..error },
            None => error,
        }
    }

    async fn is_known_in(&self, region: &'static str) -> bool {
        let there = aws_sdk_sts::config::Builder::default().region(Region::new(region));
        self.sts.get_caller_identity().customize().config_override(there).send().await.is_ok()
    }
}

/// Whether another endpoint than AWS's own is configured for STS, for all services or in the files.
fn has_endpoint(sdk: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder().service_id("STS").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_sts = sdk.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    of_sts.is_some() || sdk.endpoint_url().is_some()
}
