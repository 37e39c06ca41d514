//! The simulator: takes a request, gives a reply. It has no socket, no global state and no clock of its own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use crate::backend::{Backend, Context, lock};
use crate::call_counts::CallCounts;
use crate::fault::Fault;
use crate::fault_injector::{Effects, Failure, FaultInjector, Target};
use crate::identity::{Identity, Who};
use crate::options::SimOptions;
use crate::wire::error::ApiError;
use crate::wire::request::{Call, WITH_WEB_IDENTITY};
use crate::wire::response::{Body, respond};
use crate::wire::service::Service;
use crate::world::{AccountId, LastUsed, Time, World};
use crate::{auth, iam, organizations, sts};

/// The reply to a request.
#[derive(Debug)]
pub struct Reply {
    /// How long it must be delayed.
    pub delay: Duration,
    /// What then arrives.
    pub outcome: Outcome,
}

/// What arrives for a request.
#[derive(Debug)]
pub enum Outcome {
    /// A response.
    Response(Response<Bytes>),
    /// A response whose connection breaks after so many bytes of the body.
    Truncated {
        /// The whole response.
        response: Response<Bytes>,
        /// How much of its body arrives.
        keep_bytes: usize,
    },
    /// Nothing: the connection is reset.
    Reset,
}

/// An access key with its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The account it belongs to.
    pub account_id: AccountId,
    /// The key.
    pub access_key_id: String,
    /// The secret, derived from the world's seed.
    pub secret_access_key: String,
}

/// An AWS organization that answers requests.
pub struct Sim {
    backend: Backend,
    injector: Mutex<FaultInjector>,
    calls: Mutex<CallCounts>,
    serial: AtomicU64,
}

impl Sim {
    /// Serves a world, its faults included.
    #[must_use]
    pub fn new(world: World, options: SimOptions) -> Sim {
        let mut injector = FaultInjector::default();
        world.faults.iter().chain(&options.faults).for_each(|fault| injector.add(fault.clone()));
        Sim {
            backend: Backend::new(world, options),
            injector: Mutex::new(injector),
            calls: Mutex::default(),
            serial: AtomicU64::new(0),
        }
    }

    /// Answers one request, as AWS would.
    pub fn handle(&self, request: &Request<Bytes>) -> Reply {
        let now = self.backend.options.clock.now();
        let call = Call::read(request);
        let request_id = self.backend.derive.request_id(self.serial.fetch_add(1, Ordering::Relaxed));
        let account = self.addressed(&call);
        lock(&self.calls).record(account, &call.action);
        let target = Target { account, service: call.service, action: &call.action };
        let mut effects = lock(&self.injector).inject(self.backend.derive, &target, now);
        let result = match effects.failure.take() {
            Some(Failure::Reset) => return Reply { delay: effects.delay, outcome: Outcome::Reset },
            Some(Failure::Error(error)) => Err(error),
            None => self.answer(&call, &effects, now),
        };
        let response = respond(&call, result, &request_id, now);
        let outcome = match effects.keep_bytes {
            Some(keep_bytes) => Outcome::Truncated { response, keep_bytes },
            None => Outcome::Response(response),
        };
        Reply { delay: effects.delay, outcome }
    }

    /// The requests that have arrived so far.
    #[must_use]
    pub fn calls(&self) -> CallCounts {
        lock(&self.calls).clone()
    }

    /// Forgets the requests that have arrived so far.
    pub fn forget_calls(&self) {
        *lock(&self.calls) = CallCounts::default();
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.injector).add(fault);
    }

    /// Removes all faults, those of the world included.
    pub fn clear_faults(&self) {
        lock(&self.injector).clear();
    }

    /// Ends every role session at once, as if its time had run out.
    pub fn expire_sessions(&self) {
        self.backend.expire_sessions();
    }

    /// Looks at the world as it is now, with every change that requests have made.
    pub fn with_world<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(&self.backend.read().world)
    }

    /// Changes the world while it is served.
    pub fn with_world_mut<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let mut state = self.backend.write();
        let result = change(&mut state.world);
        state.refresh();
        result
    }

    /// The caller's credentials: a user of the management account that may scan the organization.
    #[must_use]
    pub fn caller(&self) -> Credentials {
        self.with_world(|world| {
            let access_key_id = world.caller_key().map(|key| key.id.to_string()).unwrap_or_default();
            Credentials {
                account_id: world.management().map_or(AccountId::from_number(0), |account| account.id),
                secret_access_key: self.secret(&access_key_id),
                access_key_id,
            }
        })
    }

    /// The environment variables that make an AWS client act as the caller; the endpoint is the server's to add.
    #[must_use]
    pub fn caller_environment(&self) -> Vec<(&'static str, String)> {
        let caller = self.caller();
        let region = self.with_world(|world| world.partition.home_region());
        vec![
            ("AWS_ACCESS_KEY_ID", caller.access_key_id),
            ("AWS_SECRET_ACCESS_KEY", caller.secret_access_key),
            ("AWS_REGION", region.to_owned()),
            ("AWS_DEFAULT_REGION", region.to_owned()),
        ]
    }

    /// The secret of any access key, temporary ones included.
    #[must_use]
    pub fn secret(&self, access_key_id: &str) -> String {
        self.backend.derive.secret(access_key_id)
    }

    /// The account that a request addresses, whether or not it is permitted.
    fn addressed(&self, call: &Call<'_>) -> Option<AccountId> {
        if call.service == Service::Sts && ["AssumeRole", WITH_WEB_IDENTITY].contains(&call.action.as_str()) {
            return call.input.text("RoleArn")?.split(':').nth(4)?.parse().ok();
        }
        let access_key_id = &call.authorization.as_ref()?.as_ref().ok()?.access_key_id;
        if let Some(session) = self.backend.session(access_key_id) {
            return Some(session.account);
        }
        self.backend.read().key_owner(access_key_id).map(|(account, _)| account.id)
    }

    fn answer(&self, call: &Call<'_>, effects: &Effects, now: Timestamp) -> Result<Body, ApiError> {
        if (call.service, call.action.as_str()) == (Service::Sts, WITH_WEB_IDENTITY) {
            return sts::with_web_identity(&self.backend, call, Time::from(now));
        }
        let identity =
            auth::authenticate(&self.backend, call, now).map_err(|error| error.into_error(call.service.protocol()))?;
        self.record_use(call, &identity, now);
        let cx = Context { backend: &self.backend, call, identity, effects, now: Time::from(now) };
        let version_fits = call.version == call.service.version();
        match call.service {
            Service::Iam if version_fits => iam::answer(&cx),
            Service::Sts if version_fits => sts::answer(&cx),
            Service::Organizations => organizations::answer(&cx),
            Service::Iam | Service::Sts | Service::Other => Err(cx.unknown_action()),
        }
    }

    fn record_use(&self, call: &Call<'_>, identity: &Identity, now: Timestamp) {
        let (Who::User { access_key_id, .. }, Some(Ok(authorization))) = (&identity.who, &call.authorization) else {
            return;
        };
        let at = Time::from(now);
        let home = {
            let state = self.backend.read();
            if !state.use_is_news(access_key_id, at) {
                return;
            }
            state.world.partition.home_region()
        };
        // The global services are used in their home Region, whatever Region their client is configured with.
        let region = match call.service {
            Service::Iam | Service::Organizations => home,
            Service::Sts | Service::Other => &authorization.region,
        };
        let used = LastUsed { at, service: call.service.prefix().into(), region: region.into() };
        self.backend.write().record_use(access_key_id, used);
    }
}
