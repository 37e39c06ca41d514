//! The moment by which an account must be done: see `--account-timeout`.

use std::time::Duration;

use tokio::time::Instant;

use crate::{CallError, CallErrorKind, Clock};

/// The moment by which an account must be done.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    at: Instant,
    after: Duration,
}

impl Deadline {
    /// The moment that is `after` from now.
    #[must_use]
    pub fn after(clock: &Clock, after: Duration) -> Self {
        // An `Instant` cannot hold a time that is centuries away.
        let far = Duration::from_secs(u64::from(u32::MAX));
        Self { at: clock.instant() + after.min(far), after }
    }

    /// What `call` gives, unless the moment comes first: then nothing more is sent, and what is on its way is dropped.
    pub(crate) async fn limit<T>(
        self,
        action: &'static str,
        clock: &Clock,
        call: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let late = || CallError {
            action,
            kind: CallErrorKind::OutOfTime,
            code: None,
            message: format!("the account timeout of {} was reached (--account-timeout)", in_words(self.after)),
        };
        if clock.instant() >= self.at {
            return Err(late());
        }
        tokio::time::timeout_at(self.at, call).await.map_err(|_| late())?
    }

    /// What should be known of an account that was not done by then.
    #[must_use]
    pub fn note(self) -> String {
        format!("the account timeout of {} was reached: what was not read by then is unknown", in_words(self.after))
    }
}

/// "30 minutes", or "90 seconds" where it is not a number of minutes.
pub(crate) fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        60 => "1 minute".to_owned(),
        1 => "1 second".to_owned(),
        seconds if seconds % 60 == 0 && seconds > 0 => format!("{} minutes", seconds / 60),
        seconds => format!("{seconds} seconds"),
    }
}
