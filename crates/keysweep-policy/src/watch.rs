//! The watch over a running script: how much it may do, how deep it may go, how long it may take.
//!
//! Rhai's own count of operations is lost inside callbacks, and its limits do not bound the stack. So the engine asks
//! here, at each operation, whether to go on.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// The operations that a script may take to judge one resource. The shipped policies take about 20.
const OPERATIONS: u64 = 50_000;

/// The time that a script may take. Scripts end by their operations long before; this stops those whose operations are
/// dear.
const TIME: Duration = Duration::from_millis(200);

/// The stack that a script may use, in bytes, in each build about four times what the deepest allowed nest of calls of
/// ordinary functions takes.
const STACK: usize = if cfg!(debug_assertions) { 4 << 20 } else { 1 << 20 };

/// The stack that a thread should have on which policies are evaluated: with less, each evaluation makes one.
pub const EVALUATION_STACK: usize = 2 * (STACK + RESERVE);

/// The operations between two looks at the clock, so that looking costs little.
const OPERATIONS_PER_LOOK: u64 = 32;

thread_local! {
    static WATCH: Cell<Option<Watch>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
struct Watch {
    deadline: Instant,
    operations: u64,
    stack_floor: usize,
}

/// Why a script was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Operations,
    Time,
    Stack,
}

impl Limit {
    /// The limit as an error names it.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Operations => format!("the script took more than {OPERATIONS} operations"),
            Self::Time => format!("the script took longer than {} ms", TIME.as_millis()),
            Self::Stack => "the script's calls and expressions are nested too deep".to_owned(),
        }
    }
}

/// Runs a script under watch, on a stack that is large enough.
pub(crate) fn watched<T>(run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK + RESERVE, EVALUATION_STACK, || {
        // The deadline bounds work and decides nothing else, so the clock here is no input of the policy.
        let deadline = Instant::now() + TIME;
        let stack_floor = stacker::remaining_stack().unwrap_or(0).saturating_sub(STACK);
        let _restore = Restore(WATCH.replace(Some(Watch { deadline, operations: 0, stack_floor })));
        run()
    })
}

/// The stack that is left for native functions below the deepest script.
const RESERVE: usize = 128 << 10;

/// Whether the running script has gone too far. To be asked at each operation.
pub(crate) fn overstepped() -> Option<Limit> {
    let mut watch = WATCH.get()?;
    watch.operations += 1;
    WATCH.set(Some(watch));
    if watch.operations > OPERATIONS {
        return Some(Limit::Operations);
    }
    if stacker::remaining_stack().is_some_and(|left| left < watch.stack_floor) {
        return Some(Limit::Stack);
    }
    (watch.operations.is_multiple_of(OPERATIONS_PER_LOOK) && Instant::now() > watch.deadline).then_some(Limit::Time)
}

/// Puts the former watch back, after a panic too.
struct Restore(Option<Watch>);

impl Drop for Restore {
    fn drop(&mut self) {
        WATCH.set(self.0);
    }
}
