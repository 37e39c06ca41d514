//! The limits of a running script, by a clock that the tests turn.

use std::{cell::Cell, sync::Arc};

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountState, CredentialStatus, Fact, LastUsed, Owner, Resource, ResourceType, User,
};

use super::*;
use crate::{Outcome, Policy};

thread_local! {
    static LOOKS: Cell<u32> = const { Cell::new(0) };
    static STEP: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

/// A clock that goes on by one step with each look.
fn stepping() -> Duration {
    LOOKS.set(LOOKS.get() + 1);
    STEP.get() * LOOKS.get()
}

/// A clock by which the thread runs all the time.
const STEPPING: Clock = Clock { passed: stepping, run: || STEP.get() * LOOKS.get() };

/// The result of the body by a clock of these steps, in milliseconds, and how often the clock was looked at.
fn ended(body: &str, step: u64) -> (String, u32) {
    ended_by(STEPPING, body, step)
}

fn ended_by(clock: Clock, body: &str, step: u64) -> (String, u32) {
    LOOKS.set(0);
    STEP.set(Duration::from_millis(step));
    let text = format!(
        "//! id: t\n//! title: T\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\
         fn check(key, params) {{ {body} }}"
    );
    let policy = Policy::compile("t", &text).unwrap_or_else(|error| panic!("{error}"));
    let evaluation = policy.evaluate_by(clock, &key(), Timestamp::UNIX_EPOCH);
    let outcome = match evaluation.outcome {
        Outcome::Error(error) => error.message,
        other => format!("{other:?}"),
    };
    (outcome, LOOKS.get())
}

fn key() -> Resource {
    let account = Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root".to_owned()),
    };
    let key = AccessKey {
        id: Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(Timestamp::UNIX_EPOCH),
        last_used: Fact::Live(LastUsed::Never),
    };
    let user = User::unread("alice".parse().unwrap(), "arn".to_owned(), "/".to_owned());
    let user = Arc::new(User { access_keys: Fact::Live(vec![key]), ..user });
    Resource::new(Owner::User(Arc::new(account), user), ResourceType::AccessKey, 0)
}

const LATE: &str = "the script took longer than 200 ms";

#[test]
fn a_script_is_stopped_when_its_time_is_over() {
    // The clock is read when the script begins, at the 21st look 210 ms have passed, and one more is at the end.
    assert_eq!(ended("loop { }", 10), (LATE.to_owned(), 23));
    assert_eq!(ended("try { loop { } } catch { } pass()", 10), (LATE.to_owned(), 23));
    assert_eq!(ended("[1].map(|x| { loop { } }); pass()", 10), (LATE.to_owned(), 23));
}

#[test]
fn a_verdict_that_comes_too_late_is_an_error() {
    let looked_at = "\"x\".matches_regex(\"y\"); pass()";
    assert_eq!(ended(looked_at, 101), (LATE.to_owned(), 3));
    assert_eq!(ended(looked_at, 100), ("Verdict(Pass { note: None })".to_owned(), 3));
    // What is too short for a look while it runs is bounded by its operations.
    assert_eq!(ended("pass()", 1_000), ("Verdict(Pass { note: None })".to_owned(), 1));
}

#[test]
fn a_thread_that_waits_for_its_turn_takes_no_time() {
    let waiting = Clock { run: || Duration::from_millis(200), ..STEPPING };
    assert_eq!(ended_by(waiting, "for n in 0..1_000 { } pass()", 1_000).0, "Verdict(Pass { note: None })");
    let elsewhere = Clock { run: || STEP.get() * LOOKS.get() / 2, ..STEPPING };
    assert_eq!(ended_by(elsewhere, "loop { }", 10), (LATE.to_owned(), 43));
}

#[test]
fn the_clock_of_the_machine_counts_what_the_thread_runs() {
    let (passed, run) = (Clock::MACHINE.passed, Clock::MACHINE.run);
    let begin = (passed(), run());
    std::thread::sleep(Duration::from_millis(50));
    let slept = (passed() - begin.0, run() - begin.1);
    assert!(slept.0 >= Duration::from_millis(50) && slept.1 < Duration::from_millis(25), "{slept:?}");
    while run() - begin.1 < Duration::from_millis(30) {
        std::hint::black_box(begin);
    }
}

#[test]
fn the_clock_is_looked_at_once_in_so_many_operations() {
    let (outcome, looks) = ended("for n in 0..1_000 { } pass()", 0);
    assert_eq!(outcome, "Verdict(Pass { note: None })");
    assert!((5..50).contains(&looks), "{looks}");
}

#[test]
fn what_tells_nothing_of_its_time_is_timed_before_it_begins() {
    let without = ended("let t = \"x\"; t == \"y\"; pass()", 0).1;
    let with = ended("let t = \"x\"; t.matches_regex(\"y\"); pass()", 0).1;
    // When the script begins; before the pattern is compiled, and when the script has ended.
    assert_eq!((without, with), (1, 1 + 2));
}

#[test]
fn work_is_charged_before_it_is_done() {
    let limits = Limits::default();
    watched(STEPPING, &limits, || {
        assert_eq!(spend(limits.operations), Ok(()));
        assert_eq!(spend(1), Err(Limit::Operations(limits.operations)));
        assert_eq!(keep(most_made(&limits)), Ok(()));
        assert_eq!(keep(1), Err(Limit::Memory(most_made(&limits))));
        assert_eq!(make(most_made(&limits)), Ok(()));
        assert_eq!(make(most_made(&limits) + 1), Err(Limit::Memory(most_made(&limits))));
    });
    // Outside a script nothing is charged.
    assert_eq!([spend(u64::MAX), keep(usize::MAX), make(usize::MAX), look()], [Ok(()); 4]);
}
