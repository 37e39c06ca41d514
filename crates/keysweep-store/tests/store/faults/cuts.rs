//! Servers that restart, crash, or lose connections while a run is recorded.

use keysweep_model::{RecordedRun, RunStatus};
use keysweep_store::{Recorder, Store, StoreError};

use super::{changed, refusal, usual};
use crate::{
    postgres_server::{PostgresServer, shared},
    world::{Found, Home, Night, options},
};

/// What is recorded without a disturbance: two nights, of which the second has an account that is not read.
fn undisturbed() -> (RecordedRun, String) {
    let home = Home::sqlite();
    home.record(&usual(1));
    let run = home.record(&second());
    (run, home.history())
}

fn second() -> Night {
    changed(2).and(4, Found::Failed)
}

/// Records the second night, and disturbs the server before each step of which `is_disturbed` holds: one for each account,
/// and one for the end.
fn record(home: &Home, disturb: impl Fn(), is_disturbed: impl Fn(usize) -> bool) -> RecordedRun {
    let night = second();
    let mut recorder = home.begin(&night).unwrap();
    for (step, (number, found)) in night.accounts.iter().enumerate() {
        if is_disturbed(step) {
            disturb();
        }
        night.give_one(&mut recorder, *number, found).unwrap_or_else(|error| panic!("step {step}: {error}"));
    }
    if is_disturbed(night.accounts.len()) {
        disturb();
    }
    let (store, run) = recorder.finish(&night.result()).unwrap_or_else(|error| panic!("at the end: {error}"));
    store.close().unwrap();
    run
}

/// The run and the history are those without a disturbance, apart from what names the run.
fn assert_whole(home: &Home, run: RecordedRun) {
    let (expected, history) = undisturbed();
    assert_eq!(RecordedRun { process: expected.process.clone(), ..run }, expected);
    assert_eq!(home.history(), history);
    assert_eq!(home.problems(), [""; 0]);
}

#[test]
fn a_server_that_restarts_or_crashes_between_accounts_and_before_the_end_costs_nothing() {
    let server = PostgresServer::spawn();
    let crash = || {
        server.kill();
        server.start();
    };
    let restart = || server.restart();
    for (disturb, step) in [(&restart as &dyn Fn(), 1), (&restart, 4), (&crash, 2), (&crash, 4)] {
        let home = Home::at(&server.fresh_database());
        home.record(&usual(1));
        let run = record(&home, disturb, |at| at == step);
        assert_whole(&home, run);
    }
}

#[test]
fn connections_that_are_cut_before_every_call_cost_nothing() {
    let server = shared();
    let url = server.fresh_database();
    let home = Home::at(&url);
    home.record(&usual(1));
    let run = record(&home, || server.disconnect(&url), |_| true);
    assert_whole(&home, run);
}

/// The second half of the calls goes to a server that was stopped, and is started when all has failed.
#[test]
fn a_server_that_stops_for_good_loses_the_run_and_nothing_else() {
    let server = PostgresServer::spawn();
    let home = Home::at(&server.fresh_database());
    home.record(&usual(1));
    let before = home.history();
    let night = second();
    for is_at_end in [false, true] {
        let night = Night { number: night.number + u32::from(is_at_end), ..night.clone() };
        let mut recorder = begin(&home, &night, 0).unwrap();
        if is_at_end {
            night.give(&mut recorder).unwrap();
        }
        server.stop();
        let failed = match is_at_end {
            false => {
                let failed = night.give(&mut recorder).map(drop);
                recorder.interrupt();
                failed
            }
            true => recorder.finish(&night.result()).map(drop),
        };
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusal(&home.place, failed), @"
            store `STORE` could not be reached: Connection refused (os error 111)
            hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
            ");
        }
        server.start();
        assert_eq!(home.history(), before);
        assert_ne!(home.open().runs(Some(1)).unwrap()[0].status, RunStatus::Complete);
    }
    let next = Night { number: 4, ..night };
    assert_eq!((home.record(&next).number, home.problems()), (4, Vec::new()));
    let statuses: Vec<_> = home.open().runs(None).unwrap().iter().map(|run| run.status).collect();
    assert_eq!(statuses, [RunStatus::Complete, RunStatus::Interrupted, RunStatus::Interrupted, RunStatus::Complete]);
}

fn begin(home: &Home, night: &Night, seconds: u64) -> Result<Recorder, StoreError> {
    let mut options = options("1 on test");
    options.timeout = std::time::Duration::from_secs(seconds);
    let store = Store::open(&home.place, keysweep_store::Access::Write, options)?;
    Recorder::begin(store, night.new_run(), tempfile::tempfile().unwrap())
}

#[test]
fn who_comes_first_after_a_cut_records_and_the_other_is_told() {
    let server = shared();
    for is_finished in [true, false] {
        let url = server.fresh_database();
        let home = Home::at(&url);
        home.record(&usual(1));
        let night = second();
        let mut first = home.begin(&night).unwrap();
        night.give(&mut first).unwrap();
        server.disconnect(&url);
        let other = Night { number: 3, ..changed(3) };
        let second = match is_finished {
            true => home.record(&other),
            false => {
                home.begin(&other).unwrap().interrupt();
                home.open().newest_complete().unwrap().unwrap()
            }
        };
        insta::allow_duplicates! {
            insta::assert_snapshot!(refusal(&home.place, first.finish(&night.result())), @"
            another process has recorded in store `STORE` while the connection was cut: this run cannot be recorded
            hint: run again; the other run is recorded
            ");
        }
        let runs = home.open().runs(None).unwrap();
        assert_eq!(runs[1].status, RunStatus::Interrupted);
        assert_eq!(home.open().newest_complete().unwrap().unwrap(), second);
        assert_eq!(second.number, if is_finished { 3 } else { 1 });
        assert_eq!(home.problems(), [""; 0]);
    }
}

/// While one process is cut off and has not come back, readers see the history as it was.
#[test]
fn what_is_read_over_a_cut_connection_fails_and_works_again() {
    let server = shared();
    let url = server.fresh_database();
    let home = Home::at(&url);
    home.record(&usual(1));
    let mut store = home.open();
    server.disconnect(&url);
    insta::assert_snapshot!(refusal(&home.place, store.runs(None)), @"
    store `STORE` could not be reached: terminating connection due to administrator command
    hint: check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and sslrootcert in the URL)
    ");
    drop(store);
    assert_eq!(home.open().runs(None).unwrap().len(), 1);
}
