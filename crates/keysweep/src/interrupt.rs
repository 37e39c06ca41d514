//! What an interrupt does. Most commands end at once. One that shuts down gracefully, as a scan does, stops its work,
//! reports what it has, and ends at once at the second interrupt.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::output::Drafts;

/// The interrupts of the program, and how it answers them. Clones share one state.
#[derive(Debug, Clone, Default)]
pub struct Interrupts {
    /// Cancelled at the first interrupt, where the work shuts down gracefully.
    pub stop: CancellationToken,
    /// What is removed when the program ends at once.
    pub drafts: Drafts,
    /// How many pieces of work shut down gracefully.
    graceful: Arc<Mutex<usize>>,
}

impl Interrupts {
    /// While the value is kept, the first interrupt only cancels [`Interrupts::stop`].
    #[must_use]
    pub fn graceful(&self) -> Graceful {
        *self.lock() += 1;
        Graceful(self.clone())
    }

    /// Whether an interrupt would shut the work down gracefully.
    #[must_use]
    pub fn is_graceful(&self) -> bool {
        *self.lock() > 0 && !self.stop.is_cancelled()
    }

    /// Takes an interrupt: whether the work shuts down gracefully. If not, the program must end, and every draft is removed.
    #[must_use]
    pub fn take(&self) -> bool {
        let graceful = self.lock();
        let stops = *graceful > 0 && !self.stop.is_cancelled();
        if stops {
            self.stop.cancel();
        } else {
            self.drafts.discard();
        }
        stops
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, usize> {
        self.graceful.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that shuts down gracefully.
#[derive(Debug)]
pub struct Graceful(Interrupts);

impl Drop for Graceful {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_graceful_work_is_stopped_by_its_token_and_only_once() {
        let idle = Interrupts::default();
        assert!(!idle.take() && !idle.stop.is_cancelled());
        let interrupts = Interrupts::default();
        drop(interrupts.graceful());
        let work = interrupts.graceful();
        assert!(interrupts.take() && work.0.stop.is_cancelled());
        assert!(!interrupts.take());
        let over = Interrupts::default();
        drop(over.graceful());
        assert!(!over.take());
    }
}
