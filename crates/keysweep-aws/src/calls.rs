//! Counts the requests that are really sent, every attempt included, and what throttling did to them.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef, dyn_dispatch_hint},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use jiff::SignedDuration;
use keysweep_model::{AccountId, ApiCalls, Service, ThrottledAccount, Throttling};
use tokio::sync::Notify;

/// What AWS throttles together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DomainName {
    /// AWS Organizations.
    Organizations,
    /// STS of the caller's account and Region.
    Sts,
    /// IAM of one account.
    Iam(AccountId),
}

/// The running counts of requests. Clones share one count.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    counts: Mutex<Counts>,
    changed: Notify,
    domains: AtomicU64,
}

#[derive(Debug, Default)]
struct Counts {
    by_action: BTreeMap<String, u64>,
    by_domain: BTreeMap<DomainName, Throttling>,
    /// How many accounts are being throttled.
    limited_accounts: usize,
}

impl Calls {
    /// The counts so far.
    #[must_use]
    pub fn snapshot(&self) -> ApiCalls {
        let counts = self.counts();
        let mut by_service: BTreeMap<Service, Throttling> = BTreeMap::new();
        let mut throttled_accounts = Vec::new();
        for (name, throttling) in &counts.by_domain {
            let service = match name {
                DomainName::Organizations => Service::Organizations,
                DomainName::Sts => Service::Sts,
                DomainName::Iam(account_id) => {
                    throttled_accounts.push(ThrottledAccount { account_id: *account_id, throttling: *throttling });
                    Service::Iam
                }
            };
            *by_service.entry(service).or_default() += *throttling;
        }
        throttled_accounts.sort_by_key(|it| (std::cmp::Reverse(it.throttling.throttles), it.account_id));
        ApiCalls { by_action: counts.by_action.clone(), by_service, throttled_accounts }
    }

    /// How many requests were sent so far.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts().by_action.values().sum()
    }

    /// How many accounts are being throttled: from the first throttle until the account is done, or until there was
    /// none for a minute.
    #[must_use]
    pub fn throttled_accounts(&self) -> usize {
        self.counts().limited_accounts
    }

    /// Waits until another account is being throttled.
    pub async fn account_throttled(&self) {
        self.0.changed.notified().await;
    }

    /// The number of a new domain: the later, the higher.
    pub(crate) fn next_rank(&self) -> u64 {
        self.0.domains.fetch_add(1, Ordering::Relaxed)
    }

    fn add(&self, service: &str, operation: &str) {
        let action = format!("{}:{operation}", service.to_lowercase().replace(' ', ""));
        *self.counts().by_action.entry(action).or_default() += 1;
    }

    pub(crate) fn throttled(&self, name: DomainName) {
        self.counts().by_domain.entry(name).or_default().throttles += 1;
    }

    pub(crate) fn waited(&self, name: DomainName, duration: Duration) {
        let waited = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        self.counts().by_domain.entry(name).or_default().waited += waited;
    }

    /// A domain is being throttled.
    pub(crate) fn limited(&self, name: DomainName) {
        if matches!(name, DomainName::Iam(_)) {
            self.counts().limited_accounts += 1;
            self.0.changed.notify_one();
        }
    }

    /// A domain is not being throttled any more.
    pub(crate) fn limit_lifted(&self, name: DomainName) {
        if matches!(name, DomainName::Iam(_)) {
            self.counts().limited_accounts -= 1;
        }
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[dyn_dispatch_hint]
impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = config.load::<Metadata>() {
            self.add(metadata.service(), metadata.name());
        }
        Ok(())
    }
}
