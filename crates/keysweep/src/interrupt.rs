//! What an interrupt does. A command that has nothing to say yet ends at once. One that works in good order, as a scan
//! does, is told to stop, reports what it has, and ends at once at the second interrupt.

use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

use crate::output::Drafts;

/// Interrupts, and what is to be done about them. Clones are one.
#[derive(Debug, Clone, Default)]
pub struct Interrupts {
    /// Cancelled at the first interrupt, where the work stops in good order.
    pub stop: CancellationToken,
    /// What is removed when the program ends at once.
    pub drafts: Drafts,
    /// How many pieces of work stop in good order.
    orderly: Arc<Mutex<usize>>,
}

impl Interrupts {
    /// While the value is kept, the first interrupt only cancels [`Interrupts::stop`].
    #[must_use]
    pub fn in_good_order(&self) -> Orderly {
        *self.lock() += 1;
        Orderly(self.clone())
    }

    /// Whether the work would stop in good order at an interrupt.
    #[must_use]
    pub fn stop_in_good_order(&self) -> bool {
        *self.lock() > 0 && !self.stop.is_cancelled()
    }

    /// Takes an interrupt: whether the work stops in good order. If not, the program is to end, and has no draft left.
    #[must_use]
    pub fn take(&self) -> bool {
        let orderly = self.lock();
        let stops = *orderly > 0 && !self.stop.is_cancelled();
        if stops {
            self.stop.cancel();
        } else {
            self.drafts.discard();
        }
        stops
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, usize> {
        self.orderly.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Work that stops in good order.
#[derive(Debug)]
pub struct Orderly(Interrupts);

impl Drop for Orderly {
    fn drop(&mut self) {
        *self.0.lock() -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_work_in_good_order_stops_in_good_order_and_only_once() {
        let idle = Interrupts::default();
        assert!(!idle.take() && !idle.stop.is_cancelled());
        let interrupts = Interrupts::default();
        drop(interrupts.in_good_order());
        let work = interrupts.in_good_order();
        assert!(interrupts.take() && work.0.stop.is_cancelled());
        assert!(!interrupts.take());
        let over = Interrupts::default();
        drop(over.in_good_order());
        assert!(!over.take());
    }
}
