//! Counts the requests that are really sent: every attempt, retries included.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
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
use keysweep_model::ApiCalls;

/// The running count of requests by action. Clones share one count.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<Mutex<BTreeMap<String, u64>>>);

impl Calls {
    /// The counts so far.
    #[must_use]
    pub fn snapshot(&self) -> ApiCalls {
        ApiCalls { by_action: self.0.lock().unwrap_or_else(PoisonError::into_inner).clone() }
    }

    fn add(&self, service: &str, operation: &str) {
        let action = format!("{}:{operation}", service.to_lowercase().replace(' ', ""));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(action).or_default() += 1;
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
