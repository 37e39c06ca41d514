//! Applies faults: decides for each request which of them hit it.
//!
//! Whether a fault by chance hits follows from the seed, the fault, the account and the number of requests from
//! that account, so the faults of an account do not depend on the order of its requests among those of others.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::derive::Derive;
use crate::fault::{Calls, Fault, FaultKind, Latency};
use crate::wire::error::ApiError;
use crate::wire::service::Service;
use crate::world::AccountId;

/// The faults of a simulator and the requests that each has counted.
#[derive(Default)]
pub(crate) struct FaultInjector {
    active: Vec<Active>,
    added: u64,
}

struct Active {
    fault: Fault,
    number: u64,
    by_account: HashMap<Option<AccountId>, Seen>,
}

#[derive(Default)]
struct Seen {
    requests: u64,
    bucket: Option<Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    filled_at: Timestamp,
}

/// What the faults do to one request.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Effects {
    pub(crate) delay: Duration,
    pub(crate) failure: Option<Failure>,
    pub(crate) keep_bytes: Option<usize>,
    pub(crate) report_never_ready: bool,
    pub(crate) report_limit_exceeded: bool,
}

/// Why a request is not acted on.
#[derive(Debug, PartialEq)]
pub(crate) enum Failure {
    Error(ApiError),
    Reset,
}

/// The request that a fault may hit.
pub(crate) struct Target<'a> {
    pub(crate) account: Option<AccountId>,
    pub(crate) service: Service,
    pub(crate) action: &'a str,
}

impl FaultInjector {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.added += 1;
        self.active.push(Active { fault, number: self.added, by_account: HashMap::new() });
    }

    pub(crate) fn clear(&mut self) {
        self.active.clear();
    }

    /// What the faults do to this request. Every fault that matches it counts it; the first failure wins.
    pub(crate) fn inject(&mut self, derive: Derive, target: &Target<'_>, now: Timestamp) -> Effects {
        let mut effects = Effects::default();
        for active in self.active.iter_mut().filter(|active| active.matches(target)) {
            let seen = active.by_account.entry(target.account).or_default();
            seen.requests += 1;
            let account = target.account.map(|account| account.to_string()).unwrap_or_default();
            let chance =
                |what: &str| derive.fraction(&[what, &active.number.to_string(), &account, &seen.requests.to_string()]);
            if is_hit(active.fault.calls, seen.requests, || chance("hit")) {
                effects.apply(&active.fault, target, &mut seen.bucket, now, chance);
            }
        }
        effects
    }
}

impl Active {
    fn matches(&self, target: &Target<'_>) -> bool {
        let account = self.fault.account.is_none_or(|account| target.account == Some(account));
        account && self.fault.action.as_deref().is_none_or(|action| action == target.action)
    }
}

fn is_hit(calls: Calls, number: u64, chance: impl FnOnce() -> f64) -> bool {
    match calls {
        Calls::Always => true,
        Calls::First(n) => number <= n,
        Calls::Nth(n) => number == n,
        Calls::From(n) => number >= n,
        Calls::Probability(p) => chance() < p,
    }
}

impl Effects {
    fn apply(
        &mut self,
        fault: &Fault,
        target: &Target<'_>,
        bucket: &mut Option<Bucket>,
        now: Timestamp,
        chance: impl Fn(&str) -> f64,
    ) {
        let throttled = || {
            let error = ApiError::throttled(target.service);
            Failure::Error(ApiError { retry_after: fault.retry_after, ..error })
        };
        match &fault.kind {
            FaultKind::Latency(latency) => self.delay += latency.draw(chance),
            FaultKind::Throttle => self.refuse(throttled()),
            FaultKind::RateLimit { per_second, burst } => {
                let bucket = bucket.get_or_insert(Bucket { tokens: *burst, filled_at: now });
                if !bucket.take(*per_second, *burst, now) {
                    self.refuse(throttled());
                }
            }
            FaultKind::Error { status, code, message } => {
                self.refuse(Failure::Error(ApiError::new(*status, code.to_string(), &**message)));
            }
            FaultKind::Reset => self.refuse(Failure::Reset),
            FaultKind::Truncate { keep_bytes } => self.keep_bytes = Some(*keep_bytes),
            FaultKind::ReportNeverReady => self.report_never_ready = true,
            FaultKind::ReportLimitExceeded => self.report_limit_exceeded = true,
        }
    }

    fn refuse(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }
}

impl Bucket {
    /// Fills the bucket for the time that has passed and takes a token, if there is one.
    fn take(&mut self, per_second: f64, burst: f64, now: Timestamp) -> bool {
        let passed = now.duration_since(self.filled_at).as_secs_f64().max(0.0);
        self.filled_at = self.filled_at.max(now);
        self.tokens = (self.tokens + passed * per_second).min(burst);
        let has_one = self.tokens >= 1.0;
        if has_one {
            self.tokens -= 1.0;
        }
        has_one
    }
}

impl Latency {
    /// A latency of this distribution. `chance` gives numbers from 0 up to 1, a different one for each word.
    fn draw(self, chance: impl Fn(&str) -> f64) -> Duration {
        match self {
            Latency::FixedMs(ms) => Duration::from_millis(ms),
            Latency::UniformMs { from, to } => Duration::from_millis(from)
                .saturating_add(Duration::from_millis(to.saturating_sub(from)).mul_f64(chance("uniform"))),
            Latency::LogNormalMs { median, sigma } => {
                // Box and Muller: two even numbers make a normal one.
                let (u, v) = (1.0 - chance("radius"), chance("angle"));
                let normal = (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos();
                // A minute and a half is longer than any client waits; the tail ends there.
                Duration::from_secs_f64((median * (sigma * normal).exp() / 1000.0).clamp(0.0, 90.0))
            }
        }
    }
}

#[cfg(test)]
mod tests;
