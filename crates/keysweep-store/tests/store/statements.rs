//! What happens after every statement of the store: it says each in the log, where a test can do something about it.

use std::sync::{
    LazyLock,
    atomic::{AtomicUsize, Ordering},
};

use tracing::{Dispatch, Event, Level, Metadata, Subscriber, span};

/// Does `work`; after each statement that the store sends meanwhile from this thread, `then` is called with its number, from 1
/// on.
pub(crate) fn after_each<T>(then: impl Fn(usize) + Send + Sync + 'static, work: impl FnOnce() -> T) -> T {
    LazyLock::force(&ANOTHER);
    let statements = Statements { then: Box::new(then), number: AtomicUsize::new(0) };
    tracing::dispatcher::with_default(&Dispatch::new(statements), work)
}

/// As long as there is one subscriber in all, a thread that has none decides for all threads that no one wants what it says
/// first. With another one that is always there, all subscribers are asked.
static ANOTHER: LazyLock<Dispatch> =
    LazyLock::new(|| Dispatch::new(Statements { then: Box::new(|_| {}), number: AtomicUsize::new(0) }));

struct Statements {
    then: Box<dyn Fn(usize) + Send + Sync>,
    number: AtomicUsize,
}

impl Subscriber for Statements {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == Level::TRACE && metadata.target().starts_with("keysweep_store::db")
    }

    fn event(&self, _: &Event<'_>) {
        (self.then)(self.number.fetch_add(1, Ordering::Relaxed) + 1);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}
