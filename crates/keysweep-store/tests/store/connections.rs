//! Connections to a server that end at any statement of a recording, or with the answer to what was committed: the run is
//! recorded once, and whole.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use keysweep_model::{RunStatus, Severity};
use keysweep_store::StoreError;

use crate::{
    postgres_server::shared,
    statements::after_each,
    world::{Found, Home, Night, Says, keys, night},
};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

fn first() -> Night {
    night(1).with(1, keys(&[("A", FAIL), ("B", FAIL)])).with(2, keys(&[("C", FAIL)])).with(3, keys(&[("D", FAIL)]))
}

/// Account 2 has left, and account 3 cannot be read.
fn second() -> Night {
    night(2)
        .with(1, keys(&[("A", Some(Says::Exempt)), ("E", FAIL)]))
        .and(3, Found::Failed)
        .with(4, keys(&[("F", FAIL)]))
}

/// The history after both nights, and the accounts of the second.
fn undisturbed() -> (String, u64) {
    let home = Home::sqlite();
    home.record(&first());
    let run = home.record(&second());
    (home.history(), run.accounts.values().sum())
}

/// Records the second night after the first, and calls `at` with the number of each statement after its beginning. The store
/// that comes back can be used. Tells how many statements there were.
fn record(home: &Home, at: impl Fn(usize) + Send + Sync + 'static) -> usize {
    let number = Arc::new(AtomicUsize::new(0));
    let last = Arc::clone(&number);
    home.empty();
    home.record(&first());
    let mut recorder = home.begin(&second()).unwrap();
    let counting = move |statement| {
        last.store(statement, Ordering::Relaxed);
        at(statement);
    };
    let (mut store, run) = after_each(counting, || {
        second().give(&mut recorder).unwrap();
        recorder.finish(&second().result()).unwrap()
    });
    let (history, accounts) = undisturbed();
    assert_eq!((run.status, run.accounts.values().sum::<u64>()), (RunStatus::Complete, accounts));
    assert_eq!(store.runs(None).unwrap().len(), 2);
    store.close().unwrap();
    assert_eq!(home.history(), history);
    assert_eq!(home.problems(), [""; 0]);
    number.load(Ordering::Relaxed)
}

#[test]
fn a_connection_that_is_cut_after_any_statement_costs_nothing() {
    let url = shared().fresh_database();
    let home = Home::at(&url);
    let statements = record(&home, |_| {});
    assert!(statements > 10, "{statements}");
    for cut in 1..=statements {
        let url = url.clone();
        record(&home, move |statement| {
            if statement == cut {
                shared().disconnect(&url);
            }
        });
    }
}

/// Passes on what a client and the server say, until the answer to a commit that is to be lost: with it the connection ends.
struct Proxy {
    url: String,
    /// So many commits later the answer is lost; 0 for none.
    left: Arc<AtomicUsize>,
}

impl Proxy {
    fn before(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, database) = url.rsplit_once('/').unwrap();
        let (front, port) = address.rsplit_once(':').unwrap();
        let server = format!("127.0.0.1:{port}");
        let url = format!("{front}:{}/{database}", listener.local_addr().unwrap().port());
        let left = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&left);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(&server).unwrap();
                let (to_server, to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let left = Arc::clone(&counted);
                thread::spawn(move || pump(client, to_server, |_| false));
                thread::spawn(move || pump(server, to_client, |said| is_lost(said, &left)));
            }
        });
        Self { url, left }
    }
}

fn is_lost(said: &[u8], left: &AtomicUsize) -> bool {
    let is_commit = said.windows(7).any(|part| part == b"COMMIT\0");
    is_commit && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) == Ok(1)
}

fn pump(mut from: TcpStream, mut to: TcpStream, is_lost: impl Fn(&[u8]) -> bool) {
    let mut piece = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut piece)
        && length > 0
        && !is_lost(&piece[..length])
        && to.write_all(&piece[..length]).is_ok()
    {}
    from.shutdown(Shutdown::Both).ok();
    to.shutdown(Shutdown::Both).ok();
}

#[test]
fn what_was_committed_and_not_answered_is_recorded_once() {
    let proxy = Proxy::before(&shared().fresh_database());
    let home = Home::at(&proxy.url);
    // The accounts are committed first, and then the run.
    for commit in 1..=2 {
        let left = Arc::clone(&proxy.left);
        record(&home, move |statement| {
            if statement == 1 {
                left.store(commit, Ordering::Relaxed);
            }
        });
        assert_eq!(proxy.left.load(Ordering::Relaxed), 0, "there were fewer than {commit} commits");
    }
}

#[test]
fn a_run_whose_beginning_was_not_answered_does_not_begin() {
    let proxy = Proxy::before(&shared().fresh_database());
    let home = Home::at(&proxy.url);
    home.record(&first());
    let before = home.history();
    proxy.left.store(1, Ordering::Relaxed);
    let Err(error) = home.begin(&second()) else { panic!("it has begun") };
    assert!(matches!(error, StoreError::Unreachable { .. }), "{error}");
    assert_eq!((home.history(), home.problems()), (before, Vec::new()));
    let again = Night { number: 9, ..second() };
    home.record(&again);
    let statuses: Vec<_> = home.open().runs(None).unwrap().iter().map(|run| run.status).collect();
    assert_eq!(statuses, [RunStatus::Complete, RunStatus::Interrupted, RunStatus::Complete]);
}
