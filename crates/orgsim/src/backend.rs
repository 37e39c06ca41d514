//! What the services share: the world as it is served, the role sessions and the credential reports.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::derive::Derive;
use crate::fault_injector::Effects;
use crate::identity::{Identity, Session, Sessions};
use crate::options::SimOptions;
use crate::report::Report;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::request::Call;
use crate::world::{AccountId, Time, World};

pub(crate) struct Backend {
    pub(crate) options: SimOptions,
    pub(crate) derive: Derive,
    state: RwLock<State>,
    sessions: Mutex<Sessions>,
    reports: Mutex<HashMap<AccountId, Report>>,
}

impl Backend {
    pub(crate) fn new(world: World, options: SimOptions) -> Backend {
        Backend {
            options,
            derive: world.derive(),
            state: RwLock::new(State::new(world)),
            sessions: Mutex::default(),
            reports: Mutex::default(),
        }
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

    pub(crate) fn expire_sessions(&self) {
        lock(&self.sessions).expire(Time::from(self.options.clock.now()));
    }
}

/// Locks a mutex even after a panic elsewhere, which leaves no data half changed here.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// An authenticated request, as the actions see it.
pub(crate) struct Context<'a> {
    pub(crate) backend: &'a Backend,
    pub(crate) call: &'a Call<'a>,
    pub(crate) identity: Identity,
    pub(crate) effects: &'a Effects,
    pub(crate) now: Time,
}

impl Context<'_> {
    pub(crate) fn unknown_action(&self) -> ApiError {
        ApiError::unknown_action(self.call.service, &self.call.action, &self.call.version)
    }

    /// `AccessDenied` in the protocol of the call.
    pub(crate) fn access_denied(&self, message: impl Into<String>) -> ApiError {
        ApiError::access_denied(self.call.service.protocol(), message)
    }
}
