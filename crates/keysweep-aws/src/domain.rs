//! A throttle domain: all that AWS throttles together. Its calls go through here, are paced, and are sent again.
//!
//! A throttle is never an answer: the call waits for its turn at a lower pace and is sent again. What fails otherwise
//! and may pass is sent again within its attempts, and within a budget that the domain's calls share.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    CallError, CallErrorKind, Calls, Clock,
    attempt::{FailedAttempt, Next, Request},
    backoff::Backoff,
    calls::DomainName,
    deadline::in_words,
    pace::{LONGEST_RETRY_AFTER, Pace, Ticket},
    retries::Budget,
};

/// The longest wait before the first retry; it doubles from one retry to the next.
const FIRST_BACKOFF: Duration = Duration::from_millis(250);

/// The longest wait between two attempts.
const LONGEST_BACKOFF: Duration = Duration::from_secs(10);

/// How patient calls are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// How often one call may fail for reasons other than throttling: 1 or more.
    pub(crate) max_attempts: u32,
    /// After so long with nothing but throttles a domain is given up.
    pub(crate) throttled_for: Duration,
}

/// A throttle domain.
#[derive(Debug)]
pub(crate) struct Domain {
    name: DomainName,
    rank: u64,
    clock: Clock,
    patience: Patience,
    calls: Calls,
    pace: Mutex<Pace>,
    /// Held by the one request that waits for its time; the others wait for this, in their order.
    turn: tokio::sync::Mutex<()>,
    budget: Mutex<Budget>,
    numbers: AtomicU64,
}

impl Domain {
    pub(crate) fn new(name: DomainName, clock: &Clock, patience: Patience, calls: &Calls) -> Arc<Self> {
        let now = clock.instant();
        Arc::new(Self {
            name,
            rank: calls.next_rank(),
            clock: clock.clone(),
            patience,
            calls: calls.clone(),
            pace: Mutex::new(Pace::new(now)),
            turn: tokio::sync::Mutex::new(()),
            budget: Mutex::new(Budget::full(now)),
            numbers: AtomicU64::new(0),
        })
    }

    /// Its rank where places for requests are few: the lowest goes first.
    pub(crate) fn rank(&self) -> u64 {
        self.rank
    }

    /// Whether its requests are paced.
    pub(crate) fn is_limited(&self) -> bool {
        self.pace().is_limited()
    }

    /// Makes the call `action`, which `send` sends, by as many attempts as it takes.
    ///
    /// # Errors
    /// As [`Self::call`] has them.
    pub(crate) async fn send<R: Request>(
        &self,
        action: &'static str,
        send: impl Fn() -> R,
    ) -> Result<R::Answer, CallError> {
        self.call(action, || async { send().await.map_err(|error| FailedAttempt::new(action, &error)) }).await
    }

    /// Makes the call `action` by as many attempts as it takes.
    ///
    /// # Errors
    /// When AWS refuses, when it fails as often as calls may, or when the whole domain has answered nothing but
    /// throttles for too long.
    pub(crate) async fn call<O, F>(&self, action: &'static str, attempt: impl Fn() -> F) -> Result<O, CallError>
    where
        F: Future<Output = Result<O, FailedAttempt>>,
    {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let mut backoff = Backoff::new(FIRST_BACKOFF, LONGEST_BACKOFF, (self.name, action, number));
        let mut failures = 0;
        loop {
            let ticket = self.turn(action).await?;
            // Boxed: the SDK's futures are large, and would lie on the stack within those of all callers.
            let failed = match Box::pin(attempt()).await {
                Ok(output) => {
                    self.answered();
                    self.budget().give_back(failures);
                    return Ok(output);
                }
                Err(failed) => failed,
            };
            match failed.next {
                Next::Throttled { retry_after } => self.throttled(action, ticket, retry_after),
                Next::Retry { retry_after } => {
                    self.answered();
                    if failures + 1 >= self.patience.max_attempts || !self.budget().take(self.clock.instant()) {
                        return Err(failed.error);
                    }
                    failures += 1;
                    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
                    self.clock.sleep(backoff.next().max(asked)).await;
                }
                Next::Final => {
                    self.answered();
                    return Err(failed.error);
                }
            }
        }
    }

    /// Waits until a request may be sent. Time counts as waited once, however many requests wait.
    async fn turn(&self, action: &'static str) -> Result<Ticket, CallError> {
        if !self.is_limited() {
            return Ok(self.ticket());
        }
        let _turn = self.turn.lock().await;
        loop {
            let now = self.clock.instant();
            let until = {
                let pace = self.pace();
                if pace.throttled_for(now) >= self.patience.throttled_for {
                    return Err(self.given_up(action));
                }
                pace.wait_until(now)
            };
            let Some(until) = until else { return Ok(self.ticket()) };
            let _waited = Waited { domain: self, since: now };
            self.clock.sleep_until(until).await;
        }
    }

    fn ticket(&self) -> Ticket {
        self.pace().send(self.clock.instant())
    }

    fn answered(&self) {
        let was_limited = {
            let mut pace = self.pace();
            let was_limited = pace.is_limited();
            pace.answered(self.clock.instant());
            was_limited && !pace.is_limited()
        };
        if was_limited {
            self.calls.limit_lifted(self.name);
        }
    }

    fn throttled(&self, action: &'static str, ticket: Ticket, retry_after: Option<Duration>) {
        let is_new = {
            let mut pace = self.pace();
            let was_limited = pace.is_limited();
            pace.throttled(ticket, retry_after, self.clock.instant());
            !was_limited
        };
        self.calls.throttled(self.name);
        if is_new {
            tracing::info!(domain = ?self.name, action, "throttled: requests are paced");
            self.calls.limited(self.name);
        }
    }

    fn given_up(&self, action: &'static str) -> CallError {
        let lasts = in_words(self.patience.throttled_for);
        let message = format!("AWS has answered nothing but throttles for {lasts} (--account-timeout)");
        CallError { action, kind: CallErrorKind::Throttled, code: None, message }
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Domain {
    fn drop(&mut self) {
        if self.is_limited() {
            self.calls.limit_lifted(self.name);
        }
    }
}

/// Time that a domain waits, counted however the wait ends.
struct Waited<'a> {
    domain: &'a Domain,
    since: Instant,
}

impl Drop for Waited<'_> {
    fn drop(&mut self) {
        self.domain.calls.waited(self.domain.name, self.domain.clock.instant() - self.since);
    }
}
