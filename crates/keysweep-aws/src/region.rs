//! Regions and partitions: which Region a connection speaks to, and which partition credentials are of that were given
//! without one.

use aws_config::SdkConfig;
use aws_sdk_sts::config::{Region, retry::RetryConfig};
use aws_types::service_config::ServiceConfigKey;
use futures::future;

use crate::{Aws, CallError, CallErrorKind};

/// The Region for those who configured none: the home of IAM and Organizations in the partition `aws`.
pub(crate) const DEFAULT: &str = "us-east-1";

/// The other partitions to which anybody may send requests, by the beginning of their Regions' names, each with a Region
/// in which STS is always active.
/// Source: docs.aws.amazon.com/general/latest/gr/sts.html
const OTHER_PARTITIONS: [(&str, &str); 2] = [("us-gov-", "us-gov-west-1"), ("cn-", "cn-north-1")];

/// The beginnings of the names of Regions in partitions of their own, about which nothing is known here.
const UNKNOWN_PARTITIONS: [&str; 3] = ["us-iso", "eu-iso", "eusc-"];

/// The Region of the partition of `region` in which STS is always active; none where that is `region` itself or not
/// known.
pub(crate) fn home_of(region: &str) -> Option<&'static str> {
    if UNKNOWN_PARTITIONS.iter().any(|start| region.starts_with(start)) {
        return None;
    }
    let other = OTHER_PARTITIONS.iter().find(|(start, _)| region.starts_with(start));
    Some(other.map_or(DEFAULT, |(_, home)| home)).filter(|home| *home != region)
}

impl Aws {
    /// The Region in which roles are assumed.
    #[must_use]
    pub fn region(&self) -> &str {
        self.sdk.region().map_or(DEFAULT, Region::as_ref)
    }

    /// What to tell of the caller's credentials that STS does not know. Where nothing says in which Region or at which
    /// endpoint AWS is, they may be of another partition, and the STS there is asked: a request is signed
    /// with the secret and does not hold it.
    pub(crate) async fn look_elsewhere(&self, error: CallError) -> CallError {
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
        let there =
            aws_sdk_sts::config::Builder::default().region(Region::new(region)).retry_config(RetryConfig::disabled());
        self.sts.get_caller_identity().customize().config_override(there).send().await.is_ok()
    }
}

/// Whether another endpoint than AWS's own is configured for STS, for all services or in the files.
fn has_endpoint(sdk: &SdkConfig) -> bool {
    let key = ServiceConfigKey::builder().service_id("STS").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_sts = sdk.service_config().zip(key.ok()).and_then(|(config, key)| config.load_config(key));
    of_sts.is_some() || sdk.endpoint_url().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_of_a_region_is_in_its_partition() {
        let homes = ["eu-south-1", "us-gov-east-1", "cn-northwest-1", "us-east-1", "us-iso-east-1"].map(home_of);
        assert_eq!(homes, [Some("us-east-1"), Some("us-gov-west-1"), Some("cn-north-1"), None, None]);
    }
}
