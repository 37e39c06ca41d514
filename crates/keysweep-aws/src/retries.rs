//! The budget for sending failed calls again: so that a service that is down is not asked eight times as often.

use std::time::Duration;

use tokio::time::Instant;

/// How many retries a full budget holds.
const FULL: f64 = 100.0;

/// How many retries come back in a second.
const REFILL: f64 = 2.0;

/// Retries that may still be made. A call that succeeds in the end gives back what it took, and time refills the rest.
#[derive(Debug)]
pub(crate) struct Budget {
    left: f64,
    filled_at: Instant,
}

impl Budget {
    pub(crate) fn full(now: Instant) -> Self {
        Self { left: FULL, filled_at: now }
    }

    /// Takes a retry, if one is left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let passed: Duration = now - self.filled_at;
        self.left = (self.left + REFILL * passed.as_secs_f64()).min(FULL);
        self.filled_at = now;
        let is_left = self.left >= 1.0;
        if is_left {
            self.left -= 1.0;
        }
        is_left
    }

    /// Gives retries back.
    pub(crate) fn give_back(&mut self, retries: u32) {
        self.left = (self.left + f64::from(retries)).min(FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(budget: &mut Budget, now: Instant) -> usize {
        (0..1_000).take_while(|_| budget.take(now)).count()
    }

    #[test]
    fn time_and_success_refill_it_and_never_beyond_its_size() {
        let now = Instant::now();
        let mut budget = Budget::full(now);
        assert_eq!(taken(&mut budget, now), 100);
        budget.give_back(3);
        assert_eq!(taken(&mut budget, now), 3);
        assert_eq!(taken(&mut budget, now + Duration::from_secs(10)), 20);
        budget.give_back(7);
        assert_eq!(taken(&mut budget, now + Duration::from_secs(3_600)), 100);
    }
}
