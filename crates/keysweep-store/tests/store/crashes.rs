//! A process that ends while it records, wherever that is: what was there is there, no part of the run is visible, and the
//! same night can be recorded again.

use std::{
    fs::{self, OpenOptions},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use keysweep_model::{ChangeKind, RunStatus, Severity};
use keysweep_store::{Access, Recorder, Store, StoreError};
use serde_json::Value as Json;

use crate::{
    statements::after_each,
    world::{Found, Home, Keys, Night, Says, UNUSED, keys, night},
};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

/// A frame of SQLite's log is a page of this size and a header; the log has a header too.
/// Source: sqlite.org/fileformat2.html#the_write_ahead_log
const PAGE: u64 = 4096;
const FRAME_HEADER: u64 = 24;
const LOG_HEADER: u64 = 32;

/// Two nights, after which a third one has every kind of change in it.
fn earlier() -> [Night; 2] {
    let found = |of_w, of_b| {
        let mut users = keys(&[("B", of_b), ("C", FAIL), ("D", FAIL), ("E", FAIL)]);
        users.extend(of_user("w", keys(&[("A", of_w)])));
        users
    };
    let night =
        |number, users| night(number).with(1, users).with(2, keys(&[("F", FAIL)])).with(3, keys(&[("G", FAIL)]));
    [night(1, found(FAIL, FAIL)), night(2, found(None, Some(Says::Unknown)))]
}

fn of_user(name: &str, users: Vec<Keys>) -> impl Iterator<Item = Keys> {
    users.into_iter().map(move |user| Keys { user: name.to_owned(), ..user })
}

/// The third night: account 2 has left, and account 3 cannot be read.
fn third() -> Night {
    let exempt = Some(Says::Exempt);
    let mut users = keys(&[("B", FAIL), ("C", exempt), ("E", Some(Says::Unknown)), ("H", FAIL)]);
    users[0].owner = Some("ann".to_owned());
    users.extend(of_user("w", keys(&[("A", FAIL)])));
    let high = vec![(UNUSED.to_owned(), Says::Fail(Severity::High))];
    users.extend(
        of_user("v", keys(&[("I", None)])).map(|user| Keys { keys: vec![("I".to_owned(), high.clone())], ..user }),
    );
    night(3).with(1, users).and(3, Found::Failed).with(4, keys(&[("J", FAIL)])).limit(UNUSED, 60)
}

/// The same night with a run of another id.
fn again(night: &Night) -> Night {
    Night { number: night.number + 100, ..night.clone() }
}

/// All that a store holds of the history, without the numbers of runs: those that were interrupted count too.
fn history(store: &mut Store) -> Vec<String> {
    let mut out = Vec::new();
    store.export(&mut out).unwrap();
    let rows: Vec<Json> =
        String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = rows
        .iter()
        .filter_map(|row| Some((row.get("findings")?["number"].clone(), row["findings"]["id"].clone())))
        .collect();
    let mut lines = Vec::new();
    for row in rows.into_iter().skip(1) {
        let Json::Object(row) = row else { panic!("{row}") };
        let (table, Json::Object(mut row)) = row.into_iter().next().unwrap() else { panic!("a row of no table") };
        if matches!(table.as_str(), "runs" | "run_accounts" | "run_policies") {
            continue;
        }
        if let Some(finding) = row.get_mut("finding") {
            *finding = ids.iter().find(|(number, _)| number == finding).unwrap().1.clone();
        }
        let has_left = row.get("left_run").is_some_and(|run| !run.is_null());
        row.retain(|column, _| column != "number" && column != "run" && !column.ends_with("_run"));
        lines.push(format!("{table} {} {}", if has_left { "left" } else { "" }, Json::Object(row)));
    }
    lines.sort();
    lines
}

/// The history after `nights`, from a store of its own.
fn expected(nights: &[Night]) -> Vec<String> {
    let home = Home::sqlite();
    nights.iter().for_each(|night| drop(home.record(night)));
    if nights.is_empty() { Vec::new() } else { history(&mut home.open()) }
}

/// What must be so of a store in which a run was being recorded when its process ended: it is sound, and holds the history of
/// before the run or that of after it. The same night is recorded again, and gives the history of after it. Tells whether it
/// held that before.
fn check_left(home: &Home, night: &Night, before: &[String], after: &[String]) -> bool {
    let mut store = home.try_open(Access::Write).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(store.check().unwrap(), [""; 0]);
    let found = history(&mut store);
    let is_whole = found == after;
    assert!(is_whole || found == before, "half a run is visible:\n{}", found.join("\n"));
    let was_running: Vec<u64> =
        store.runs(None).unwrap().iter().filter(|run| run.status == RunStatus::Running).map(|run| run.number).collect();
    assert!(!is_whole || was_running.is_empty(), "a run is whole and still running");
    store.close().unwrap();
    home.record(&again(night));
    let mut store = home.open();
    let (mut recorded, mut wanted) = (history(&mut store), after.to_vec());
    if is_whole {
        // What was said of the findings that the run has resolved is forgotten by the next one.
        for lines in [&mut recorded, &mut wanted] {
            lines.retain(|line| !line.starts_with("messages"));
        }
    }
    let more: Vec<_> = recorded.iter().filter(|line| !wanted.contains(line)).collect();
    assert_eq!((recorded.len(), more), (wanted.len(), Vec::new()), "the same night gave another history");
    for run in store.runs(None).unwrap() {
        let wanted = if was_running.contains(&run.number) { RunStatus::Interrupted } else { run.status };
        assert_eq!(run.status, wanted, "run {}", run.number);
        assert_ne!(run.status, RunStatus::Running, "run {}", run.number);
    }
    assert_eq!(store.check().unwrap(), [""; 0]);
    is_whole
}

/// What a kill leaves of the store in `folder`: its file and its log, as they are now.
fn image(folder: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for name in ["keysweep.db", "keysweep.db-wal", "keysweep.db-lock"] {
        if folder.join(name).exists() {
            fs::copy(folder.join(name), to.join(name)).unwrap();
        }
    }
}

/// Records `night`, and gives what a kill after each of its statements would have left.
fn images(home: &Home, night: &Night, to: &Path) -> Vec<PathBuf> {
    let (folder, to, number) = (home.folder.path().to_owned(), to.to_owned(), Arc::new(AtomicUsize::new(0)));
    let (images, last) = (to.clone(), Arc::clone(&number));
    let copy = move |statement: usize| {
        image(&folder, &images.join(statement.to_string()));
        last.store(statement, Ordering::Relaxed);
    };
    after_each(copy, || drop(home.record(night)));
    (1..=number.load(Ordering::Relaxed)).map(|statement| to.join(statement.to_string())).collect()
}

/// Kills after every statement of a night that follows on `earlier`, and within each that writes.
fn killed(earlier: &[Night], night: &Night) {
    let home = Home::sqlite();
    earlier.iter().for_each(|night| drop(home.record(night)));
    let before = expected(earlier);
    let after = expected(&[earlier, std::slice::from_ref(night)].concat());
    let images = images(&home, night, &home.folder.path().join("images"));
    assert!(images.len() > 10, "{} statements", images.len());
    // The last image has all of the log, from which any beginning may be what was written before the end.
    let last = home.folder.path().join("last");
    image(images.last().unwrap(), &last);
    let whole: Vec<bool> =
        images.iter().map(|image| check_left(&Home::in_folder(image), night, &before, &after)).collect();
    assert!(whole.is_sorted() && !whole[0] && whole[whole.len() - 1], "{whole:?}");
    let length = fs::metadata(last.join("keysweep.db-wal")).unwrap().len();
    let frame = FRAME_HEADER + PAGE;
    assert_eq!((length - LOG_HEADER) % frame, 0, "{length} bytes");
    let mut was_whole = false;
    for (number, begin) in
        (0..).map(|number| (number, LOG_HEADER + number * frame)).take_while(|(_, begin)| *begin <= length)
    {
        // Every second time in the middle of a page.
        let kept = if number % 2 == 0 { begin } else { (begin + PAGE / 2).min(length) };
        let copy = home.folder.path().join(format!("cut-{number}"));
        image(&last, &copy);
        OpenOptions::new().write(true).open(copy.join("keysweep.db-wal")).unwrap().set_len(kept).unwrap();
        let is_whole = check_left(&Home::in_folder(&copy), night, &before, &after);
        assert!(is_whole || !was_whole, "what was committed by {kept} bytes of the log is lost");
        was_whole = is_whole;
    }
    assert!(was_whole);
}

#[test]
fn a_kill_at_any_time_of_the_first_run_leaves_nothing_or_all_of_it() {
    killed(&[], &earlier()[0]);
}

#[test]
fn a_kill_at_any_time_of_a_later_run_leaves_the_history_before_or_after_it() {
    killed(&earlier(), &third());
}

#[test]
fn the_later_run_has_every_kind_of_change() {
    let home = Home::sqlite();
    earlier().iter().for_each(|night| drop(home.record(night)));
    let changes = home.record(&third()).result.unwrap().changes;
    assert_eq!(changes.keys().copied().collect::<Vec<_>>(), ChangeKind::ALL);
}

/// Records a night, and unwinds out of its statement of this number; tells whether there was one.
fn unwind_at(home: &Home, night: &Night, last: usize) -> bool {
    let unwind = move |statement| {
        if statement == last {
            // Without the message of a panic.
            resume_unwind(Box::new("the process ends here"));
        }
    };
    catch_unwind(AssertUnwindSafe(|| after_each(unwind, || drop(home.record(night))))).is_err()
}

/// Drops the recorder in the middle of every statement; `begin` gives a store with the earlier nights.
fn dropped_at_every_statement(begin: impl Fn() -> Home) {
    let (earlier, third) = (earlier(), third());
    let before = expected(&earlier);
    let after = expected(&[&earlier[..], std::slice::from_ref(&third)].concat());
    let mut whole = Vec::new();
    for statement in 1.. {
        let home = begin();
        if !unwind_at(&home, &third, statement) {
            break;
        }
        whole.push(check_left(&home, &third, &before, &after));
    }
    assert!(whole.len() > 10 && whole.is_sorted() && !whole[0] && whole[whole.len() - 1], "{whole:?}");
}

#[test]
fn a_recorder_that_is_dropped_in_a_statement_leaves_the_history_before_or_after_the_run_on_sqlite() {
    let first = Home::sqlite();
    earlier().iter().for_each(|night| drop(first.record(night)));
    dropped_at_every_statement(|| {
        let home = Home::sqlite();
        image(first.folder.path(), home.folder.path());
        home
    });
}

#[cfg(feature = "postgres-tests")]
#[test]
fn a_recorder_that_is_dropped_in_a_statement_leaves_the_history_before_or_after_the_run_on_postgres() {
    let url = crate::postgres_server::shared().fresh_database();
    dropped_at_every_statement(|| {
        let home = Home::at(&url);
        home.empty();
        earlier().iter().for_each(|night| drop(home.record(night)));
        home
    });
}

/// Gives a run up, or drops it, after each of its accounts.
fn given_up(home: &Home) {
    let (earlier, third) = (earlier(), third());
    earlier.iter().for_each(|night| drop(home.record(night)));
    let (before, after) = (expected(&earlier), expected(&[&earlier[..], std::slice::from_ref(&third)].concat()));
    for (accounts, is_dropped) in (0..=third.accounts.len()).flat_map(|accounts| [(accounts, false), (accounts, true)])
    {
        let number = 10 + 2 * u32::try_from(accounts).unwrap() + u32::from(is_dropped);
        let mut recorder = home.begin(&Night { number, ..third.clone() }).unwrap();
        for (account, found) in third.accounts.iter().take(accounts) {
            third.give_one(&mut recorder, *account, found).unwrap();
        }
        if is_dropped {
            drop(recorder);
        } else {
            recorder.interrupt();
        }
        let mut store = home.open();
        let run = store.runs(Some(1)).unwrap().remove(0);
        // A server takes a moment to notice that a process is gone.
        assert!(run.status == RunStatus::Interrupted || is_dropped && run.status == RunStatus::Running, "{run:?}");
        if !is_dropped {
            assert_eq!(run.accounts.values().sum::<u64>(), accounts as u64);
        }
        assert_eq!((history(&mut store), store.check().unwrap()), (before.clone(), Vec::new()));
    }
    assert!(!check_left(home, &third, &before, &after));
}

#[test]
fn a_run_that_is_given_up_changes_nothing_on_sqlite() {
    given_up(&Home::sqlite());
}

#[cfg(feature = "postgres-tests")]
#[test]
fn a_run_that_is_given_up_changes_nothing_on_postgres() {
    given_up(&Home::postgres());
}

#[test]
fn a_temporary_file_without_room_interrupts_the_run() {
    let (home, [first, second]) = (Home::sqlite(), earlier());
    home.record(&first);
    let full = OpenOptions::new().read(true).write(true).open("/dev/full").unwrap();
    let mut recorder = Recorder::begin(home.try_open(Access::Write).unwrap(), second.new_run(), full).unwrap();
    second.give(&mut recorder).unwrap();
    let Err(error) = recorder.finish(&second.result()) else { panic!("it was recorded") };
    assert!(matches!(error, StoreError::Temporary(_)), "{error}");
    insta::assert_snapshot!(format!("{error}\n{}", error.hint().unwrap()), @"
    could not keep what is to be recorded in a temporary file: No space left on device (os error 28)
    make room there, or set TMPDIR to a folder with more space
    ");
    assert_eq!(home.open().runs(Some(1)).unwrap()[0].status, RunStatus::Interrupted);
    assert!(!check_left(&home, &second, &expected(std::slice::from_ref(&first)), &expected(&[first, second.clone()])));
}
