//! Time as a value: the simulator reads the clock that it is given, never the clock of the machine.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// The current time of a simulator, for signatures, sessions, reports and rate limits.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Clock {
    /// A clock that asks `now` each time, such as the machine's own clock in a server.
    pub fn from_fn(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// A clock that shows `start` until its handle moves it.
    #[must_use]
    pub fn manual(start: Timestamp) -> (Clock, ManualClock) {
        let handle = ManualClock(Arc::new(AtomicI64::new(start.as_millisecond())));
        let shared = handle.clone();
        (Clock::from_fn(move || shared.now()), handle)
    }

    /// The present moment of the simulated world.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl std::fmt::Debug for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

/// Moves a [`Clock::manual`]; clones move the same clock. Its resolution is a millisecond.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// What the clock shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Sets the clock, forwards or backwards.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millisecond(), Ordering::SeqCst);
    }

    /// Moves the clock forwards (or, by a negative duration, backwards).
    pub fn advance(&self, by: SignedDuration) {
        self.0.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX), Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_until_it_is_moved() {
        let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
        let (clock, hand) = Clock::manual(start);
        assert_eq!(clock.now(), start);
        hand.advance(SignedDuration::from_mins(90));
        assert_eq!(clock.now().to_string(), "2026-11-01T01:30:00Z");
        hand.set(start);
        assert_eq!(clock.clone().now(), start);
    }
}
