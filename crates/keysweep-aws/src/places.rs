//! The places for requests in flight: where there are too few, the account that was begun first goes first.
//!
//! So accounts are done one after another rather than all at the very end, and one that AWS throttles meets its limit
//! early: its requests then have places of their own, and take none from the others.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// A number of places, and those that wait for one.
#[derive(Debug)]
pub(crate) struct Places(Mutex<State>);

#[derive(Debug)]
struct State {
    free: usize,
    /// By rank, and in each rank in the order of arrival.
    waiting: BTreeMap<(u64, u64), oneshot::Sender<Place>>,
    arrivals: u64,
}

/// A place, free again when this value is dropped.
#[derive(Debug)]
pub(crate) struct Place(Arc<Places>);

impl Places {
    pub(crate) fn new(number: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { free: number, waiting: BTreeMap::new(), arrivals: 0 })))
    }

    /// Waits for a place. Of those that wait, the lowest rank is served first.
    pub(crate) async fn take(self: &Arc<Self>, rank: u64) -> Place {
        loop {
            let turn = {
                let mut state = self.state();
                if state.free > 0 {
                    state.free -= 1;
                    return Place(Arc::clone(self));
                }
                state.arrivals += 1;
                let (place, turn) = oneshot::channel();
                let arrival = (rank, state.arrivals);
                state.waiting.insert(arrival, place);
                turn
            };
            // A sender is never dropped before it sends; were it so, the wait would begin anew.
            if let Ok(place) = turn.await {
                return place;
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = {
            let mut state = self.0.state();
            // Those that were dropped while they waited are passed over.
            let next = std::iter::from_fn(|| state.waiting.pop_first()).find(|(_, turn)| !turn.is_closed());
            if next.is_none() {
                state.free += 1;
            }
            next
        };
        if let Some((_, turn)) = next {
            // One that is dropped this very moment drops the place, and so hands it on.
            turn.send(Place(Arc::clone(&self.0))).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn the_lowest_rank_goes_first_and_then_the_first_that_came() {
        let places = Places::new(1);
        let held = places.take(9).await;
        let (done, mut order) = tokio::sync::mpsc::unbounded_channel();
        for (name, rank) in [("late", 7), ("first", 3), ("second", 3)] {
            let (places, done) = (Arc::clone(&places), done.clone());
            tokio::spawn(async move {
                let _place = places.take(rank).await;
                done.send(name).unwrap();
            });
            tokio::task::yield_now().await;
        }
        drop((held, done));
        let mut names = Vec::new();
        while let Some(name) = order.recv().await {
            names.push(name);
        }
        assert_eq!(names, ["first", "second", "late"]);
    }

    #[tokio::test]
    async fn no_place_is_lost_with_those_that_give_up() {
        let places = Places::new(2);
        let held = [places.take(0).await, places.take(0).await];
        assert!(places.take(0).now_or_never().is_none(), "it gives up while all places are held");
        {
            let mut served = pin!(places.take(0));
            assert!(served.as_mut().now_or_never().is_none());
            drop(held);
            // It has its place now, and is dropped before it takes it.
        }
        let free: Vec<_> = std::iter::from_fn(|| places.take(0).now_or_never()).collect();
        assert_eq!(free.len(), 2);
    }
}
