//! The watch over a running script: how much it may do, how deep it may go, how long it may take.
//!
//! Rhai's own count of operations is lost inside callbacks, and its limits do not bound the stack. So the engine asks
//! here, at each operation, whether to go on.

use std::{
    cell::Cell,
    time::{Duration, Instant},
};

use crate::limits::Limits;

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
    begin: Instant,
    operations: u64,
    most_operations: u64,
    most_time: Duration,
    /// The objects of the longest list that the script was given.
    objects: u64,
    operations_per_object: u64,
    /// The bytes of the lists that it has made.
    bytes: usize,
    most_bytes: usize,
    /// Why it is to be stopped at its next operation.
    stop: Option<Limit>,
    stack_floor: usize,
}

/// Why a script was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    Operations(u64),
    Time(Duration),
    Memory(usize),
    /// No limit: a text was made of this, which has none.
    NoText(&'static str),
    Stack,
}

impl Limit {
    /// The limit as an error names it.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Operations(most) => format!("the script took more than {most} operations"),
            Self::Time(most) => format!("the script took longer than {} ms", most.as_millis()),
            Self::Memory(most) => format!("the script's lists took more than {most} bytes"),
            Self::NoText(what) => format!("{what} has no text: name the property that you mean"),
            Self::Stack => "the script's calls and expressions are nested too deep".to_owned(),
        }
    }
}

/// Runs a script under watch, on a stack that is large enough.
pub(crate) fn watched<T>(limits: &Limits, run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK + RESERVE, EVALUATION_STACK, || {
        let watch = Watch {
            // The time bounds work and decides nothing else, so the clock here is no input of the policy.
            begin: Instant::now(),
            operations: 0,
            most_operations: limits.operations,
            most_time: Duration::from_millis(limits.milliseconds),
            objects: 0,
            operations_per_object: limits.operations_per_object,
            bytes: 0,
            // The rest is for what variables hold.
            most_bytes: limits.memory_bytes / 4,
            stop: None,
            stack_floor: stacker::remaining_stack().unwrap_or(0).saturating_sub(STACK),
        };
        let _restore = Restore(WATCH.replace(Some(watch)));
        run()
    })
}

/// The time that a script may take for each object that it is given in a list.
const TIME_PER_OBJECT: Duration = Duration::from_micros(if cfg!(debug_assertions) { 250 } else { 50 });

/// Notes that the running script is given a list of so many objects. Only the longest counts.
pub(crate) fn widen(objects: usize) {
    let Some(mut watch) = WATCH.get() else { return };
    let more = (objects as u64).saturating_sub(watch.objects);
    watch.objects += more;
    watch.most_operations = watch.most_operations.saturating_add(more.saturating_mul(watch.operations_per_object));
    watch.most_time += TIME_PER_OBJECT.saturating_mul(u32::try_from(more).unwrap_or(u32::MAX));
    WATCH.set(Some(watch));
}

/// Counts bytes of a list that is being made; the limit where they are too many.
pub(crate) fn charge(bytes: usize) -> Option<Limit> {
    let mut watch = WATCH.get()?;
    watch.bytes = watch.bytes.saturating_add(bytes);
    WATCH.set(Some(watch));
    (watch.bytes > watch.most_bytes).then_some(Limit::Memory(watch.most_bytes))
}

/// Stops the script at its next operation.
pub(crate) fn stop(limit: Limit) {
    if let Some(mut watch) = WATCH.get() {
        watch.stop.get_or_insert(limit);
        WATCH.set(Some(watch));
    }
}

/// Why the script was to be stopped, had it gone on.
pub(crate) fn stopped() -> Option<Limit> {
    WATCH.get().and_then(|watch| watch.stop)
}

/// The stack that is left for native functions below the deepest script.
const RESERVE: usize = 128 << 10;

/// Whether the running script has gone too far. To be asked at each operation.
pub(crate) fn overstepped() -> Option<Limit> {
    let mut watch = WATCH.get()?;
    watch.operations += 1;
    WATCH.set(Some(watch));
    if watch.stop.is_some() {
        return watch.stop;
    }
    if watch.operations > watch.most_operations {
        return Some(Limit::Operations(watch.most_operations));
    }
    if stacker::remaining_stack().is_some_and(|left| left < watch.stack_floor) {
        return Some(Limit::Stack);
    }
    let is_late = watch.operations.is_multiple_of(OPERATIONS_PER_LOOK) && watch.begin.elapsed() > watch.most_time;
    is_late.then_some(Limit::Time(watch.most_time))
}

/// Puts the former watch back, after a panic too.
struct Restore(Option<Watch>);

impl Drop for Restore {
    fn drop(&mut self) {
        WATCH.set(self.0);
    }
}
