//! Work on many items at once, in threads.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{Builder, Scope},
};

use keysweep_policy::EVALUATION_STACK;

/// The results of `work` on each of `items`, in their order, from so many `threads`. The items are made in one more
/// thread, and no faster than results are taken: a few for each thread are in memory at once. Once the results are
/// dropped, no more items are made.
///
/// # Errors
/// When a thread could not be started.
pub(crate) fn in_order<'scope, T: Send + 'scope, R: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    threads: usize,
    items: impl Iterator<Item = T> + Send + 'scope,
    work: &'scope (impl Fn(T) -> R + Sync),
) -> io::Result<impl Iterator<Item = R> + 'scope> {
    let (jobs, queue) = sync_channel::<(T, SyncSender<R>)>(threads);
    let queue = Arc::new(Mutex::new(queue));
    for _ in 0..threads {
        let queue = Arc::clone(&queue);
        // Room for evaluating policies, as the threads of the runtime have.
        let thread = Builder::new().name("judge".to_owned()).stack_size(EVALUATION_STACK);
        thread.spawn_scoped(scope, move || {
            while let Some((item, result)) = next(&queue) {
                // Without a receiver no result is wanted any more.
                result.send(work(item)).ok();
            }
        })?;
    }
    let (ordered, results) = sync_channel::<Receiver<R>>(2 * threads);
    Builder::new().name("read".to_owned()).spawn_scoped(scope, move || {
        for item in items {
            let (result, receiver) = sync_channel(1);
            if ordered.send(receiver).is_err() || jobs.send((item, result)).is_err() {
                return;
            }
        }
    })?;
    // A thread that panicked sends nothing, and the scope passes the panic on.
    Ok(results.into_iter().map_while(|result| result.recv().ok()))
}

fn next<J>(queue: &Mutex<Receiver<J>>) -> Option<J> {
    queue.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::Duration,
    };

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let slow_first = |item: u64| {
            thread::sleep(Duration::from_millis(if item.is_multiple_of(7) { 5 } else { 0 }));
            item * 2
        };
        let doubled = thread::scope(|scope| in_order(scope, 4, 0..100, &slow_first).unwrap().collect::<Vec<_>>());
        assert_eq!(doubled, (0..200).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn few_items_are_made_before_their_results_are_taken_and_none_after_they_are_dropped() {
        let made = AtomicUsize::new(0);
        let items = (0..1_000).inspect(|_| {
            made.fetch_add(1, Ordering::Relaxed);
        });
        let same = |item| item;
        thread::scope(|scope| {
            let mut results = in_order(scope, 2, items, &same).unwrap();
            assert_eq!(results.next(), Some(0));
            thread::sleep(Duration::from_millis(50));
        });
        let made = made.into_inner();
        assert!((1..20).contains(&made), "{made} items");
    }
}
