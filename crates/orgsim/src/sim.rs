//! The simulator: takes a request, gives a reply. No socket, no global state, no clock of its own.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;

use crate::auth::{self, Identity, Who};
use crate::clock::Clock;
use crate::count::Calls;
use crate::derive::Derive;
use crate::fault::Fault;
use crate::report::{Report, ReportStyle};
use crate::session::{Session, Sessions};
use crate::state::State;
use crate::trouble::{Refusal, Strike, Target, Troubles};
use crate::wire::error::ApiError;
use crate::wire::request::{Call, Service, WITH_WEB_IDENTITY};
use crate::wire::response::{Body, respond};
use crate::world::{AccountId, LastUsed, Time, World};
use crate::{iam, organizations, sts};

/// How a simulator behaves where AWS leaves room.
#[derive(Clone, Debug)]
pub struct SimOptions {
    /// Where the present comes from.
    pub clock: Clock,
    /// How long a credential report takes. At zero it is `STARTED`, and there at the next look.
    pub report_time: Duration,
    /// The credential report's looks.
    pub report_style: ReportStyle,
    /// Which of the overlapping fields of an account Organizations answers with.
    pub account_fields: AccountFields,
    /// Whether `ListAccounts` has empty pages now and then, as AWS warns that it may.
    pub empty_pages: bool,
    /// Whether each page of `ListAccounts` begins with the last account of the page before, as happens where the list
    /// changes while it is read.
    pub repeated_accounts: bool,
    /// Faults beside those of the world.
    pub faults: Vec<Fault>,
}

impl SimOptions {
    /// AWS's behaviour of today, at the time that `clock` shows.
    #[must_use]
    pub fn new(clock: Clock) -> SimOptions {
        SimOptions {
            clock,
            report_time: Duration::ZERO,
            report_style: ReportStyle::default(),
            account_fields: AccountFields::All,
            empty_pages: true,
            repeated_accounts: false,
            faults: Vec::new(),
        }
    }
}

/// How old the organization's answers are
/// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountFields {
    /// `State`, its predecessor `Status`, and `Paths`.
    #[default]
    All,
    /// `State` and `Paths`, after `Status` is gone.
    WithoutStatus,
    /// `Status` alone, as before either of the others was added.
    StatusOnly,
}

/// What comes back for a request.
#[derive(Debug)]
pub struct Reply {
    /// How long it has to be held back.
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
    options: SimOptions,
    derive: Derive,
    state: RwLock<State>,
    sessions: Mutex<Sessions>,
    reports: Mutex<HashMap<AccountId, Report>>,
    troubles: Mutex<Troubles>,
    calls: Mutex<Calls>,
    serial: AtomicU64,
}

impl Sim {
    /// Serves a world, its faults included.
    #[must_use]
    pub fn new(world: World, options: SimOptions) -> Sim {
        let mut troubles = Troubles::default();
        world.faults.iter().chain(&options.faults).for_each(|fault| troubles.add(fault.clone()));
        Sim {
            derive: world.derive(),
            options,
            state: RwLock::new(State::new(world)),
            sessions: Mutex::default(),
            reports: Mutex::default(),
            troubles: Mutex::new(troubles),
            calls: Mutex::default(),
            serial: AtomicU64::new(0),
        }
    }

    /// Answers one request, as AWS would.
    pub fn handle(&self, request: &Request<Bytes>) -> Reply {
        let now = self.options.clock.now();
        let call = Call::read(request);
        let request_id = self.derive.request_id(self.serial.fetch_add(1, Ordering::Relaxed));
        let account = self.addressed(&call);
        lock(&self.calls).note(account, &call.action);
        let target = Target { account, service: call.service, action: &call.action };
        let mut strike = lock(&self.troubles).strike(self.derive, &target, now);
        let result = match strike.refusal.take() {
            Some(Refusal::Reset) => return Reply { delay: strike.delay, outcome: Outcome::Reset },
            Some(Refusal::Error(error)) => Err(error),
            None => self.answer(&call, &strike, now),
        };
        let response = respond(&call, result, &request_id, now);
        let outcome = match strike.keep_bytes {
            Some(keep_bytes) => Outcome::Truncated { response, keep_bytes },
            None => Outcome::Response(response),
        };
        Reply { delay: strike.delay, outcome }
    }

    /// The requests that have arrived so far.
    #[must_use]
    pub fn calls(&self) -> Calls {
        lock(&self.calls).clone()
    }

    /// Forgets the requests that have arrived so far.
    pub fn forget_calls(&self) {
        *lock(&self.calls) = Calls::default();
    }

    /// Lets one more thing go wrong from now on.
    pub fn add_fault(&self, fault: Fault) {
        lock(&self.troubles).add(fault);
    }

    /// Lets nothing go wrong any more, the world's own faults included.
    pub fn clear_faults(&self) {
        lock(&self.troubles).clear();
    }

    /// Ends every role session at once, as if its time had run out.
    pub fn expire_sessions(&self) {
        lock(&self.sessions).expire(Time::from(self.options.clock.now()));
    }

    /// Looks at the world as it is now, with every change that requests have made.
    pub fn with_world<R>(&self, look: impl FnOnce(&World) -> R) -> R {
        look(&self.read().world)
    }

    /// Changes the world under the feet of those who read it.
    pub fn with_world_mut<R>(&self, change: impl FnOnce(&mut World) -> R) -> R {
        let mut state = self.write();
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
        self.derive.secret(access_key_id)
    }

    /// The account that a request is about, whether or not it may be.
    fn addressed(&self, call: &Call<'_>) -> Option<AccountId> {
        if call.service == Service::Sts && ["AssumeRole", WITH_WEB_IDENTITY].contains(&call.action.as_str()) {
            return call.input.text("RoleArn")?.split(':').nth(4)?.parse().ok();
        }
        let access_key_id = &call.authorization.as_ref()?.as_ref().ok()?.access_key_id;
        if let Some(session) = self.session(access_key_id) {
            return Some(session.account);
        }
        self.read().key_owner(access_key_id).map(|(account, _)| account.id)
    }

    fn answer(&self, call: &Call<'_>, strike: &Strike, now: Timestamp) -> Result<Body, ApiError> {
        if (call.service, call.action.as_str()) == (Service::Sts, WITH_WEB_IDENTITY) {
            return sts::with_web_identity(self, call, Time::from(now));
        }
        let identity = auth::authenticate(self, &self.read(), call, now)
            .map_err(|refused| refused.into_error(call.service.protocol()))?;
        self.record_use(call, &identity, now);
        let asked = Asked { sim: self, call, identity, strike, now: Time::from(now) };
        let version_fits = call.version == call.service.version();
        match call.service {
            Service::Iam if version_fits => iam::answer(&asked),
            Service::Sts if version_fits => sts::answer(&asked),
            Service::Organizations => organizations::answer(&asked),
            Service::Iam | Service::Sts | Service::Other => Err(asked.unknown_action()),
        }
    }

    fn record_use(&self, call: &Call<'_>, identity: &Identity, now: Timestamp) {
        let (Who::User { access_key_id, .. }, Some(Ok(authorization))) = (&identity.who, &call.authorization) else {
            return;
        };
        let at = Time::from(now);
        let home = {
            let state = self.read();
            if !state.use_is_news(access_key_id, at) {
                return;
            }
            state.world.partition.home_region()
        };
        // The global services are used in their home Region, wherever their client believes itself to be.
        let region = match call.service {
            Service::Iam | Service::Organizations => home,
            Service::Sts | Service::Other => &authorization.region,
        };
        let used = LastUsed { at, service: call.service.prefix().into(), region: region.into() };
        self.write().record_use(access_key_id, used);
    }

    pub(crate) fn options(&self) -> &SimOptions {
        &self.options
    }

    pub(crate) fn derive(&self) -> Derive {
        self.derive
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn reports(&self) -> MutexGuard<'_, HashMap<AccountId, Report>> {
        lock(&self.reports)
    }

    pub(crate) fn session(&self, access_key_id: &str) -> Option<Arc<Session>> {
        lock(&self.sessions).find(access_key_id)
    }

    pub(crate) fn issue(&self, session: Session) -> Arc<Session> {
        lock(&self.sessions).issue(self.derive, session)
    }
}

/// A panic elsewhere does not take the data away: none of it is left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request whose caller is known.
pub(crate) struct Asked<'a> {
    pub(crate) sim: &'a Sim,
    pub(crate) call: &'a Call<'a>,
    pub(crate) identity: Identity,
    pub(crate) strike: &'a Strike,
    pub(crate) now: Time,
}

impl Asked<'_> {
    pub(crate) fn unknown_action(&self) -> ApiError {
        ApiError::unknown_action(self.call.service, &self.call.action, &self.call.version)
    }
}
