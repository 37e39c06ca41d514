//! Several processes on one store.

use std::{
    thread,
    time::{Duration, Instant},
};

use keysweep_model::RunStatus;
use keysweep_store::{Access, Recorder, Store};

use super::{changed, child::Holder, refusal, usual};
use crate::{
    history::on_both,
    world::{Home, options},
};

/// Begins to record as process 2, which waits for so long.
fn begin_after(home: &Home, timeout: Duration) -> Result<Recorder, keysweep_store::StoreError> {
    let mut second = options("2 on test");
    second.timeout = timeout;
    let store = Store::open(&home.place, Access::Write, second)?;
    Recorder::begin(store, changed(2).new_run(), tempfile::tempfile().unwrap())
}

fn statuses(home: &Home) -> Vec<RunStatus> {
    home.open().runs(None).unwrap().iter().map(|run| run.status).collect()
}

on_both! {
    fn the_second_recorder_waits_for_the_first(home: &Home) {
        let night = usual(1);
        let mut first = home.begin(&night).unwrap();
        night.give(&mut first).unwrap();
        let begun = Instant::now();
        thread::scope(|scope| {
            let second = scope.spawn(|| home.record(&changed(2)));
            thread::sleep(Duration::from_millis(300));
            assert!(!second.is_finished());
            first.finish(&night.result()).unwrap().0.close().unwrap();
            let second = second.join().unwrap();
            assert_eq!((second.number, second.status), (2, RunStatus::Complete));
        });
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        assert_eq!(statuses(home), [RunStatus::Complete; 2]);
        assert_eq!(home.problems(), [""; 0]);
    }

    fn who_does_not_wait_is_told_who_records(home: &Home) {
        let first = home.begin(&usual(1)).unwrap();
        let said = refusal(&home.place, begin_after(home, Duration::ZERO));
        assert!(said.contains("1 on test"), "{said}");
        // What is read meanwhile is not waited for.
        let begun = Instant::now();
        assert_eq!(statuses(home), [RunStatus::Running]);
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        let begun = Instant::now();
        let waited = refusal(&home.place, begin_after(home, Duration::from_secs(1)));
        assert!(waited.contains("; waited 1 s for it"), "{waited}");
        assert!((1_000..3_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
        first.interrupt();
        begin_after(home, Duration::from_secs(20)).unwrap().interrupt();
        assert_eq!(statuses(home), [RunStatus::Interrupted; 2]);
    }
}

#[test]
fn the_message_names_the_process() {
    let home = Home::sqlite();
    let first = home.begin(&usual(1)).unwrap();
    insta::assert_snapshot!(refusal(&home.place, begin_after(&home, Duration::ZERO)), @"
    store `STORE` is in use by process 1 on test; waited 0 s for it
    hint: run again when it is done, or wait longer with --store-timeout
    ");
    first.interrupt();
}

#[test]
fn a_process_that_is_killed_holds_no_lock() {
    let home = Home::sqlite();
    let holder = Holder::start("hold", &home);
    insta::assert_snapshot!(refusal(&home.place, begin_after(&home, Duration::ZERO)), @"
    store `STORE` is in use by process 1 on test; waited 0 s for it
    hint: run again when it is done, or wait longer with --store-timeout
    ");
    holder.kill();
    // Those who read see that its process is gone.
    assert_eq!(statuses(&home), [RunStatus::Interrupted]);
    let second = begin_after(&home, Duration::ZERO).unwrap();
    assert_eq!(statuses(&home), [RunStatus::Running, RunStatus::Interrupted]);
    second.interrupt();
    assert_eq!(home.record(&usual(3)).number, 3);
    assert_eq!(home.problems(), [""; 0]);
}

#[test]
fn a_process_that_ends_lets_others_record() {
    let home = Home::sqlite();
    let mut holder = Holder::start("hold", &home);
    thread::scope(|scope| {
        let second = scope.spawn(|| home.record(&changed(2)));
        thread::sleep(Duration::from_millis(200));
        assert!(!second.is_finished());
        holder.finish();
        assert_eq!(second.join().unwrap().number, 2);
    });
    assert_eq!(statuses(&home), [RunStatus::Complete, RunStatus::Interrupted]);
}

/// Another program, such as the SQLite shell, has begun to write.
#[test]
fn a_file_that_another_program_has_locked_is_read_and_not_waited_for_without_end() {
    let home = Home::sqlite();
    home.record(&usual(1));
    let mut holder = Holder::start("lock", &home);
    let begun = Instant::now();
    assert_eq!(statuses(&home), [RunStatus::Complete]);
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    insta::assert_snapshot!(refusal(&home.place, begin_after(&home, Duration::ZERO)), @"
    store `STORE` is locked by another program, such as a database shell
    hint: end that program, or wait longer with --store-timeout
    ");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    thread::scope(|scope| {
        let second = scope.spawn(|| home.record(&changed(2)));
        thread::sleep(Duration::from_millis(200));
        assert!(!second.is_finished());
        holder.finish();
        assert_eq!(second.join().unwrap().number, 2);
    });
    assert_eq!(statuses(&home), [RunStatus::Complete; 2]);
}
