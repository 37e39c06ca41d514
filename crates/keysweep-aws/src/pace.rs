//! The pace of one throttle domain, learned from its throttles: pure, with the time as a value.
//!
//! Requests are not limited until the first throttle. Then the rate falls by a factor once for each burst of throttles, and
//! rises by a steady amount in between, so that it swings closely around what AWS allows. AWS's limits are buckets of
//! tokens: what a pace below the limit leaves in the bucket, a pace above it takes out again, and no time is lost.

use std::time::Duration;

use tokio::time::Instant;

/// What is left of the rate after a throttle.
const DECREASE: f64 = 0.9;

/// What is left of a rate above [`UNHURRIED`] where the last decrease is no longer ago than [`SOON`]: it is still far too
/// high.
const STEEP_DECREASE: f64 = 0.5;
const SOON: Duration = Duration::from_secs(1);

/// So many answers make a rate one that AWS nearly allows. A few throttles in a row, or a time with nothing but throttles,
/// say little of what it allows.
const ENOUGH_ANSWERS: u32 = 5;

/// How much the rate rises in a second, as a part of the last rate that proved too high: faster up to near that
/// rate, and slowly from there, so that most of the time is spent just below what AWS allows.
const INCREASE: f64 = 0.1;
const SLOW_INCREASE: f64 = 0.02;
const NEAR: f64 = 0.95;

/// Below this rate, in requests a second, it falls and rises more slowly.
const UNHURRIED: f64 = 10.0;

/// The least that is taken for the rate before the first throttle, in requests a second: a throttle of the very first
/// request says little of what AWS allows.
const LEAST_FIRST_RATE: f64 = 50.0;

/// The lowest rate, in requests a second: how often a domain is tried that answers nothing but throttles.
const LOWEST: f64 = 0.2;

/// After this long without a throttle the limit ends.
const FORGET_AFTER: Duration = Duration::from_secs(60);

/// How far requests may lag behind their times and still catch up: timers are late by up to a millisecond each, which
/// would add up to a tenth of the time at a hundred requests a second.
const CATCH_UP: Duration = Duration::from_millis(50);

/// The longest wait that a server's `Retry-After` makes.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(300);

/// The shortest time that a rate is measured over.
const SHORTEST_MEASURE: Duration = Duration::from_millis(100);

/// The pace of one throttle domain.
#[derive(Debug)]
pub(crate) struct Pace {
    limit: Option<Limit>,
    sent: Sent,
    /// How often the rate has been decreased.
    decreases: u64,
    /// Since when every answer has been a throttle.
    throttled_since: Option<Instant>,
}

/// A rate in force.
#[derive(Debug)]
struct Limit {
    /// The rate after the last decrease, in requests a second,
    rate: f64,
    /// which was then.
    decreased_at: Instant,
    /// The last rate that proved too high while AWS still answered: the rate rises by a part of it.
    peak: f64,
    /// How often AWS has answered since then.
    answers: u32,
    /// When the next request may be sent.
    next_at: Instant,
    /// When AWS first answered since the last decrease. From then on the rate rises.
    answered_at: Option<Instant>,
}

/// How many requests were sent in the present second and the one before.
#[derive(Debug)]
struct Sent {
    from: Instant,
    requests: u32,
    rate_before: f64,
}

/// What a request needs to know about the pace that it was sent at: a throttle of a request that was sent before the
/// last decrease says nothing about the rate since.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticket {
    decreases: u64,
}

impl Pace {
    /// The pace of a domain that was never throttled.
    pub(crate) fn new(now: Instant) -> Self {
        let sent = Sent { from: now, requests: 0, rate_before: 0.0 };
        Self { limit: None, sent, decreases: 0, throttled_since: None }
    }

    /// Whether there is a limit.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some()
    }

    /// When the next request may be sent; none where it may be sent at once.
    pub(crate) fn wait_until(&self, now: Instant) -> Option<Instant> {
        self.limit.as_ref().map(|limit| limit.next_at).filter(|next_at| *next_at > now)
    }

    /// Notes that a request is sent.
    pub(crate) fn send(&mut self, now: Instant) -> Ticket {
        self.sent.add(now);
        if let Some(limit) = &mut self.limit {
            let interval = Duration::from_secs_f64(1.0 / limit.rate_at(now));
            let due = if limit.next_at + CATCH_UP < now { now } else { limit.next_at };
            limit.next_at = due + interval;
        }
        Ticket { decreases: self.decreases }
    }

    /// Notes that a request was answered by anything but a throttle.
    pub(crate) fn answered(&mut self, now: Instant) {
        self.throttled_since = None;
        if let Some(limit) = &mut self.limit {
            limit.answers = limit.answers.saturating_add(1);
            let answered_at = *limit.answered_at.get_or_insert(now);
            if answered_at + FORGET_AFTER < now {
                self.limit = None;
            }
        }
    }

    /// Notes that the request of `ticket` was throttled, and how long AWS asks to wait.
    pub(crate) fn throttled(&mut self, ticket: Ticket, retry_after: Option<Duration>, now: Instant) {
        self.throttled_since.get_or_insert(now);
        if ticket.decreases == self.decreases {
            self.decrease(now);
        }
        if let (Some(limit), Some(wait)) = (&mut self.limit, retry_after) {
            limit.next_at = limit.next_at.max(now + wait.min(LONGEST_RETRY_AFTER));
        }
    }

    /// For how long every answer has been a throttle.
    pub(crate) fn throttled_for(&self, now: Instant) -> Duration {
        self.throttled_since.map_or(Duration::ZERO, |since| now - since)
    }

    fn decrease(&mut self, now: Instant) {
        self.decreases += 1;
        let (rate, peak, answers, factor, next_at) = match &self.limit {
            None => {
                let rate = self.sent.rate(now).max(LEAST_FIRST_RATE);
                (rate, rate, 0, STEEP_DECREASE, now)
            }
            Some(limit) => {
                let rate = limit.rate_at(now);
                let is_far_off = rate > UNHURRIED && now - limit.decreased_at <= SOON;
                let factor = if is_far_off { STEEP_DECREASE } else { DECREASE };
                let is_known = limit.answers >= ENOUGH_ANSWERS;
                let (peak, answers) = if is_known { (rate, 0) } else { (limit.peak, limit.answers) };
                (rate, peak, answers, factor, limit.next_at)
            }
        };
        let rate = (rate * factor).max(LOWEST);
        let next_at = next_at.max(now + Duration::from_secs_f64(1.0 / rate));
        self.limit =
            Some(Limit { rate, decreased_at: now, peak: peak.max(LOWEST), answers, next_at, answered_at: None });
    }
}

impl Limit {
    fn rate_at(&self, now: Instant) -> f64 {
        let Some(answered_at) = self.answered_at else { return self.rate };
        // At a low rate a second holds few requests: the rise is slower there, or every other request would be one too many.
        let unit = self.peak * (self.peak / UNHURRIED).min(1.0);
        let (passed, near) = ((now - answered_at).as_secs_f64(), NEAR * self.peak);
        let until_near = ((near - self.rate) / (INCREASE * unit)).max(0.0);
        if passed <= until_near {
            self.rate + INCREASE * unit * passed
        } else {
            self.rate.max(near) + SLOW_INCREASE * unit * (passed - until_near)
        }
    }
}

impl Sent {
    fn add(&mut self, now: Instant) {
        if now - self.from >= Duration::from_secs(1) {
            *self = Self { from: now, requests: 0, rate_before: self.rate(now) };
        }
        self.requests += 1;
    }

    /// Requests a second.
    fn rate(&self, now: Instant) -> f64 {
        let rate = f64::from(self.requests) / (now - self.from).max(SHORTEST_MEASURE).as_secs_f64();
        rate.max(self.rate_before)
    }
}

#[cfg(test)]
mod tests;
