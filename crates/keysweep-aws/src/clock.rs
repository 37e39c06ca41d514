//! The clock: the one source of time for signing, waiting and judging.

use std::time::{Duration, SystemTime};

use aws_smithy_async::{
    rt::sleep::{AsyncSleep, Sleep},
    time::{SharedTimeSource, TimeSource},
};
use jiff::Timestamp;

/// A source of time and of waiting, handed to whatever needs either.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System(SharedTimeSource),
    StartingAt { base: Timestamp, started: tokio::time::Instant },
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Source::System(SharedTimeSource::default()))
    }

    /// A clock that shows `base` now and goes on from there with the time of the tokio runtime that it is made in:
    /// real time, or virtual time where that runtime is paused.
    #[must_use]
    pub fn starting_at(base: Timestamp) -> Self {
        Self(Source::StartingAt { base, started: tokio::time::Instant::now() })
    }

    /// The present time of this clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        // A system clock beyond the year 9999 shows the last representable moment rather than a panic.
        Timestamp::try_from(TimeSource::now(self)).unwrap_or(Timestamp::MAX)
    }

    /// The present moment for measuring: it never goes back, and is virtual where the tokio runtime is paused.
    pub(crate) fn instant(&self) -> tokio::time::Instant {
        tokio::time::Instant::now()
    }

    /// Waits until a moment of [`Clock::instant`].
    pub(crate) async fn sleep_until(&self, at: tokio::time::Instant) {
        tokio::time::sleep_until(at).await;
    }

    /// Waits for `duration` of this clock's time.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System(source) => source.now(),
            Source::StartingAt { base, started } => SystemTime::from(*base) + started.elapsed(),
        }
    }
}

impl AsyncSleep for Clock {
    fn sleep(&self, duration: Duration) -> Sleep {
        Sleep::new(tokio::time::sleep(duration))
    }
}
