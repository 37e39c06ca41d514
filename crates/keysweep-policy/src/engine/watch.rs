//! The watch over a running script: how much it may do, how deep it may go, how long it may take, and how much it may
//! make.
//!
//! Rhai's own count of operations is lost inside callbacks, and its limits do not bound the stack. So the engine asks
//! here, at each operation, whether to go on, and a native function that does more than a little says so before it does
//! it: see [`crate::engine::costs`].

use std::{
    cell::RefCell,
    sync::LazyLock,
    time::{Duration, Instant},
};

use rhai::{Dynamic, EvalAltResult, Position};

use crate::policy::limits::Limits;

/// The stack that a script may use, in bytes, in each build about four times what the deepest allowed nest of calls of
/// ordinary functions takes.
const STACK: usize = if cfg!(debug_assertions) { 4 << 20 } else { 1 << 20 };

/// The stack that a thread should have on which policies are evaluated: with less, each evaluation makes one.
pub const EVALUATION_STACK: usize = 2 * (STACK + RESERVE);

/// The operations between two looks at the clock, so that looking costs little.
const OPERATIONS_PER_LOOK: u64 = 128;

thread_local! {
    static WATCH: RefCell<Option<Watch>> = const { RefCell::new(None) };
}

/// Two readings of time, each since some moment that stays the same. They bound work and decide nothing else, so that they
/// are no input of a policy; tests bring their own.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    /// What passes whether the thread runs or not. Cheap to read.
    pub(crate) passed: fn() -> Duration,
    /// What the thread itself has run. It is read only where the other says that the time is over: on a machine that is
    /// busy with other work a thread waits long for its turn, and the script is not to blame.
    pub(crate) run: fn() -> Duration,
}

impl Clock {
    /// The clocks of the machine.
    pub(crate) const MACHINE: Self = Self { passed, run };
}

fn passed() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

#[cfg(unix)]
fn run() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(not(unix))]
fn run() -> Duration {
    passed()
}

struct Watch {
    clock: Clock,
    begin: Duration,
    /// What the thread had run at the first look. That is read by a call of the system, which would take a short script
    /// a tenth of its time; what runs before is bounded by its operations.
    begin_of_run: Option<Duration>,
    operations: u64,
    most_operations: u64,
    /// The operations since the last look at the clock.
    unlooked: u64,
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
    /// No limit: a string was made of this, which has none.
    NoText(&'static str),
    Stack,
}

impl Limit {
    /// The limit as an error names it.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Operations(most) => format!("the script took more than {most} operations"),
            Self::Time(most) => format!("the script took longer than {} ms", most.as_millis()),
            Self::Memory(most) => format!("the script's lists, strings and evidence took more than {most} bytes"),
            Self::NoText(what) => format!("{what} cannot be made a string: name the property that you mean"),
            Self::Stack => "the script's calls and expressions are nested too deep".to_owned(),
        }
    }

    /// The limit as an error that no script can catch.
    pub(crate) fn error(self) -> Box<EvalAltResult> {
        EvalAltResult::ErrorTerminated(Dynamic::from(self), Position::NONE).into()
    }
}

/// The bytes that the lists of a script may take which it makes by functions, and those of its verdict. The rest is for what
/// variables hold and for the facts that it touches.
fn most_made(limits: &Limits) -> usize {
    limits.memory_bytes / 4
}

/// Runs a script under watch by this clock, on a stack that is large enough.
pub(crate) fn watched<T>(clock: Clock, limits: &Limits, run: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK + RESERVE, EVALUATION_STACK, || {
        let watch = Watch {
            clock,
            begin: (clock.passed)(),
            begin_of_run: None,
            operations: 0,
            most_operations: limits.operations,
            unlooked: 0,
            most_time: Duration::from_millis(limits.milliseconds),
            objects: 0,
            operations_per_object: limits.operations_per_object,
            bytes: 0,
            most_bytes: most_made(limits),
            stop: None,
            stack_floor: stacker::remaining_stack().unwrap_or(0).saturating_sub(STACK),
        };
        let _restore = Restore(WATCH.replace(Some(watch)));
        run()
    })
}

/// The time that a script may take for each object that it is given in a list.
const TIME_PER_OBJECT: Duration = Duration::from_micros(if cfg!(debug_assertions) { 250 } else { 50 });

/// Asks the watch of the running script; outside a script there is none.
fn ask<T: Default>(question: impl FnOnce(&mut Watch) -> T) -> T {
    WATCH.with_borrow_mut(|watch| watch.as_mut().map_or_else(T::default, question))
}

/// Notes that the running script is given a list of so many objects. Only the longest counts.
pub(crate) fn widen(objects: usize) {
    ask(|watch| {
        let more = (objects as u64).saturating_sub(watch.objects);
        watch.objects += more;
        watch.most_operations = watch.most_operations.saturating_add(more.saturating_mul(watch.operations_per_object));
        watch.most_time += TIME_PER_OBJECT.saturating_mul(u32::try_from(more).unwrap_or(u32::MAX));
    });
}

/// Counts bytes of a list that is being made and kept.
pub(crate) fn keep(bytes: usize) -> Result<(), Limit> {
    exceeds(|watch| {
        watch.bytes = watch.bytes.saturating_add(bytes);
        (watch.bytes > watch.most_bytes).then_some(Limit::Memory(watch.most_bytes))
    })
}

/// Whether so many bytes may be made at once, on the way to something smaller.
pub(crate) fn make(bytes: usize) -> Result<(), Limit> {
    exceeds(|watch| (bytes > watch.most_bytes).then_some(Limit::Memory(watch.most_bytes)))
}

/// Counts what a native function is about to do, in operations: about 100 ns each.
pub(crate) fn spend(operations: u64) -> Result<(), Limit> {
    exceeds(|watch| watch.advance(operations))
}

/// Looks at the clock, before something of which nothing else tells how long it takes.
pub(crate) fn look() -> Result<(), Limit> {
    exceeds(Watch::late)
}

fn exceeds(limit: impl FnOnce(&mut Watch) -> Option<Limit>) -> Result<(), Limit> {
    ask(limit).map_or(Ok(()), Err)
}

/// Stops the script at its next operation.
pub(crate) fn stop(limit: Limit) {
    ask(|watch| {
        watch.stop.get_or_insert(limit);
    });
}

/// Why the script's result does not count: it was to be stopped, or it took too long. What ends before the first look at
/// the clock is bounded by its operations.
pub(crate) fn exceeded() -> Option<Limit> {
    ask(|watch| watch.stop.or_else(|| watch.begin_of_run.and_then(|_| watch.late())))
}

/// The stack that is left for native functions below the deepest script.
const RESERVE: usize = 128 << 10;

/// Whether the running script has gone too far. To be asked at each operation.
pub(crate) fn overstepped() -> Option<Limit> {
    ask(|watch| {
        let limit = watch.advance(1);
        let is_too_deep = || stacker::remaining_stack().is_some_and(|left| left < watch.stack_floor);
        watch.stop.or(limit).or_else(|| is_too_deep().then_some(Limit::Stack))
    })
}

impl Watch {
    /// Counts operations; the limit that they go beyond.
    fn advance(&mut self, operations: u64) -> Option<Limit> {
        self.operations = self.operations.saturating_add(operations);
        self.unlooked = self.unlooked.saturating_add(operations);
        if self.operations > self.most_operations {
            return Some(Limit::Operations(self.most_operations));
        }
        if self.unlooked < OPERATIONS_PER_LOOK {
            return None;
        }
        self.unlooked = 0;
        self.late()
    }

    fn late(&mut self) -> Option<Limit> {
        let begin_of_run = *self.begin_of_run.get_or_insert_with(self.clock.run);
        let over = |read: fn() -> Duration, begin: Duration| read().saturating_sub(begin) > self.most_time;
        let is_late = over(self.clock.passed, self.begin) && over(self.clock.run, begin_of_run);
        is_late.then_some(Limit::Time(self.most_time))
    }
}

/// Puts the former watch back, after a panic too.
struct Restore(Option<Watch>);

impl Drop for Restore {
    fn drop(&mut self) {
        WATCH.set(self.0.take());
    }
}

#[cfg(test)]
mod tests;
