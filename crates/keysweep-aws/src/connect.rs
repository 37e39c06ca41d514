//! The connection: credentials, Region, endpoint and retries.

use std::{sync::Arc, time::Duration};

use aws_config::{
    AppName, BehaviorVersion, Region, SdkConfig, default_provider::region::DefaultRegionChain,
    meta::region::RegionProviderChain, profile::ProfileFileCredentialsProvider, provider_config::ProviderConfig,
    stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_sdk_iam::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::{
    Calls, Clock, InProcess,
    calls::DomainName,
    domain::{Domain, Patience},
    http::{self, Limited},
    region,
};

/// How to reach AWS.
#[derive(Debug, Clone)]
pub struct ConnectOptions {
    /// Where AWS is.
    pub endpoint: Endpoint,
    /// How often one call may fail for reasons other than throttling before it is given up: 1 or more.
    pub max_attempts: u32,
    /// How many requests may be in flight at once, over all accounts: 1 or more; and as many of throttled accounts.
    pub max_requests: usize,
    /// After so long with nothing but throttles, Organizations and STS are given up.
    pub throttle_timeout: Duration,
    /// The time for signing and waiting.
    pub clock: Clock,
}

/// Where AWS is.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// AWS itself, or what `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>` name, found as all AWS tools find it: environment, shared
    /// configuration files, single sign-on, web identity, container and instance credentials.
    /// Source: docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    Default {
        /// The profile, where the user names one.
        profile: Option<String>,
        /// The Region, where the user names one.
        region: Option<String>,
    },
    /// A server in this process.
    InProcess {
        /// The server.
        server: InProcess,
        /// What it knows the caller by.
        credentials: StaticCredentials,
        /// The Region, where one is named.
        region: Option<String>,
    },
}

/// An access key with its secret. It has no output format: what is never printed cannot leak.
#[derive(Clone)]
pub struct StaticCredentials {
    /// The access key id.
    pub access_key_id: String,
    /// The secret access key.
    pub secret_access_key: String,
}

impl std::fmt::Debug for StaticCredentials {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("StaticCredentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

/// A connection to AWS as one caller.
#[derive(Debug, Clone)]
pub struct Aws {
    /// The configuration of all clients.
    pub(crate) sdk: SdkConfig,
    /// Whether the Region is the default one, because none is configured.
    pub(crate) is_region_assumed: bool,
    pub(crate) http: Limited,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) sts_domain: Arc<Domain>,
    pub(crate) organizations: aws_sdk_organizations::Client,
    pub(crate) organizations_domain: Arc<Domain>,
    pub(crate) patience: Patience,
    pub(crate) calls: Calls,
    pub(crate) clock: Clock,
}

impl Aws {
    /// Finds credentials, Region and endpoint. Nothing is sent to the AWS APIs yet.
    pub async fn connect(options: ConnectOptions) -> Self {
        let region = options.endpoint.region().await;
        let is_region_assumed = region.is_none();
        let inner = match &options.endpoint {
            Endpoint::Default { .. } => http::network(),
            Endpoint::InProcess { server, .. } => SharedHttpClient::new(server.clone()),
        };
        let http = Limited::new(inner, options.max_requests);
        let sdk = sdk_config(&options, region.unwrap_or(Region::new(region::DEFAULT)), http.clone()).await;
        let calls = Calls::default();
        let patience = Patience { max_attempts: options.max_attempts, throttled_for: options.throttle_timeout };
        let domain = |name| Domain::new(name, &options.clock, patience, &calls);
        let (sts_domain, organizations_domain) = (domain(DomainName::Sts), domain(DomainName::Organizations));
        let sts = aws_sdk_sts::config::Builder::from(&sdk).interceptor(calls.clone()).http_client(http.of(&sts_domain));
        let organizations = aws_sdk_organizations::config::Builder::from(&sdk)
            .interceptor(calls.clone())
            .http_client(http.of(&organizations_domain));
        Self {
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            sts_domain,
            organizations: aws_sdk_organizations::Client::from_conf(organizations.build()),
            organizations_domain,
            sdk,
            is_region_assumed,
            http,
            patience,
            calls,
            clock: options.clock,
        }
    }

    /// The Region in which roles are assumed.
    #[must_use]
    pub fn region(&self) -> &str {
        self.sdk.region().map_or(region::DEFAULT, Region::as_ref)
    }

    /// The requests sent so far.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The clock that the connection was made with.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl Endpoint {
    /// The configured Region: of the user, the environment, the profile or the instance.
    async fn region(&self) -> Option<Region> {
        match self {
            Self::Default { profile, region } => {
                // By itself, the default chain reads the default profile, even where another one is named.
                let mut usual = DefaultRegionChain::builder();
                if let Some(profile) = profile {
                    usual = usual.profile_name(profile);
                }
                let named = RegionProviderChain::first_try(region.clone().map(Region::new));
                // An empty AWS_REGION is how scripts leave it out.
                named.or_else(usual.build()).region().await.filter(|region| !region.as_ref().is_empty())
            }
            Self::InProcess { region, .. } => region.clone().map(Region::new),
        }
    }
}

async fn sdk_config(options: &ConnectOptions, region: Region, http: Limited) -> SdkConfig {
    let sdk = match &options.endpoint {
        Endpoint::Default { profile, .. } => {
            let http_client = SharedHttpClient::new(http);
            // For what the SDK itself asks for credentials.
            let retry = RetryConfig::standard().with_max_attempts(options.max_attempts);
            let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12())
                .region(region.clone())
                .time_source(options.clock.clone())
                .sleep_impl(options.clock.clone())
                .http_client(http_client.clone())
                .retry_config(retry.clone());
            if let Some(profile) = profile {
                // As with the AWS CLI, a named profile wins over credentials in the environment. It may have to assume
                // roles or to call a portal itself, so its provider needs the same configuration.
                let provider = ProviderConfig::empty()
                    .with_behavior_version(Some(BehaviorVersion::v2026_01_12()))
                    .with_region(Some(region))
                    .with_time_source(options.clock.clone())
                    .with_sleep_impl(options.clock.clone())
                    .with_http_client(http_client)
                    .with_retry_config(retry);
                let credentials =
                    ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(profile).build();
                loader = loader.profile_name(profile).credentials_provider(credentials);
            }
            loader.load().await
        }
        // Built by hand, because the loader reads the environment and the shared configuration files.
        Endpoint::InProcess { credentials, .. } => {
            let StaticCredentials { access_key_id, secret_access_key } = credentials;
            let credentials = Credentials::new(access_key_id, secret_access_key, None, None, "in process");
            SdkConfig::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region(region)
                .time_source(options.clock.clone())
                .sleep_impl(SharedAsyncSleep::new(options.clock.clone()))
                .http_client(http)
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .build()
        }
    };
    let mut sdk = sdk.into_builder();
    sdk.set_app_name(AppName::new("keysweep").ok());
    // `Domain` makes the attempts.
    sdk.set_retry_config(Some(RetryConfig::disabled()));
    // It would take a request that waits for its place for a stalled upload. `Limited` has a timeout that does not.
    sdk.set_stalled_stream_protection(Some(StalledStreamProtectionConfig::disabled()));
    sdk.build()
}
