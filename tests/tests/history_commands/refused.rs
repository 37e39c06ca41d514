//! What the commands for the history refuse: names that are not there, and what is not a store.

use std::{fs, time::Duration};

use keysweep_store::{Access, Options, Place, Store};

use super::{COMMANDS, on_two_nights};
use crate::process::{Keysweep, keysweep};

/// The error of a command, which writes nothing.
fn refused(run: Keysweep) -> String {
    let ran = run.run();
    assert_eq!(ran.stdout, "");
    ran.said()
}

#[test]
fn runs_and_findings_that_are_not_there() {
    let commands =
        ["runs show 99", "runs show 0193abcd", "runs show last", "diff 1 99", "findings show ffff", "findings show zz"];
    insta::assert_snapshot!(commands.map(|command| refused(on_two_nights(command))).join("\n"), @"
    exit 2
    error: store `demo.db` has no run `99`
    hint: `keysweep runs list` shows them all

    exit 2
    error: store `demo.db` has no run `0193abcd`
    hint: `keysweep runs list` shows them all

    exit 2
    error: invalid value 'last' for '<RUN>': `last` is not the number of a run, nor the beginning of its id

    For more information, try '--help'.

    exit 2
    error: store `demo.db` has no complete run `99`
    hint: `keysweep runs list` shows them all

    exit 2
    error: store `demo.db` has no finding `ffff`
    hint: `keysweep findings --status all` shows them all

    exit 2
    error: store `demo.db` has no finding `zz`
    hint: `keysweep findings --status all` shows them all
    ");
}

#[test]
fn values_that_are_wrong() {
    let commands = [
        "findings --older-than 30",
        "findings --older-than 99999w",
        "findings --since yesterday",
        "findings --severity urgent",
        "findings --status done",
        "findings --group-by user",
        "findings --account 12",
        "findings --limit 0",
        "trend --months 0",
        "store prune --older-than never",
    ];
    let first_line = |command: &str| refused(on_two_nights(command)).lines().take(2).collect::<Vec<_>>().join(": ");
    insta::assert_snapshot!(commands.map(first_line).join("\n"), @"
    exit 2: error: invalid value '30' for '--older-than <SPAN>': `30` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
    exit 2: error: invalid value '99999w' for '--older-than <SPAN>': `99999w` is longer than 100 years
    exit 2: error: invalid value 'yesterday' for '--since <DATE>': `yesterday` is not a day or a time: write 2026-03-01 (its first moment in UTC) or 2026-03-01T12:00:00Z
    exit 2: error: invalid value 'urgent' for '--severity <SEVERITY>': `urgent` is not a severity: use one of info, low, medium, high, critical
    exit 2: error: invalid value 'done' for '--status <STATUS>': `done` is not a status: use one of open, resolved, exempt, all
    exit 2: error: invalid value 'user' for '--group-by <WHAT>': `user` is not a grouping: use one of owner, ou, account, policy
    exit 2: error: invalid value '12' for '--account <ACCOUNT>': `12` is not an AWS account id (12 digits)
    exit 2: error: invalid value '0' for '--limit <N>': 0 is not in 1..=1000000000
    exit 2: error: invalid value '0' for '--months <N>': 0 is not in 1..=1200
    exit 2: error: invalid value 'never' for '--older-than <SPAN>': `never` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
    ");
}

#[test]
fn no_store_is_named() {
    for (command, _) in COMMANDS {
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused(keysweep(command)), @"
            exit 2
            error: no store is named
            hint: name one with --store, or by `store` in keysweep.yaml
            ");
        }
    }
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    for (command, _) in COMMANDS {
        let ran = keysweep(&format!("{command} --store none.db")).run();
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.said(), @"
            exit 4
            error: there is no store `none.db`
            hint: record a run first: `keysweep scan --store FILE`
            ");
        }
        assert_eq!(ran.list("."), [""; 0]);
    }
}

#[test]
fn what_is_not_a_store() {
    let on = |store: &str| {
        keysweep(&format!("findings --store {store}"))
            .file("notes.txt", "not a store, but long enough to look like one\n")
            .file("empty.db", "")
    };
    insta::assert_snapshot!(["notes.txt", "empty.db", ".", "/dev/null", "mysql://host/db"].map(|store| refused(on(store))).join("\n"), @"
    exit 4
    error: `notes.txt` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    exit 4
    error: `empty.db` is not a store: it is empty
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    exit 4
    error: `.` is not a store: it is a folder
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    exit 4
    error: `/dev/null` is not a store: it is a device or a pipe
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    exit 2
    error: `mysql` is not a kind of store: give a file, or postgres://USER@HOST/DATABASE
    ");
}

#[test]
fn a_store_without_a_run_is_empty_and_no_error() {
    let empty = |command: &str| {
        let run = keysweep(&format!("{command} --store new.db"));
        let place = Place::parse(run.path("new.db").to_str().unwrap()).unwrap();
        let options = Options {
            process: "1 on here".to_owned(),
            timeout: Duration::from_secs(1),
            now: "2026-11-01T00:00:00Z".parse().unwrap(),
            new_id: "0193-store".to_owned(),
        };
        Store::open(&place, Access::Write, options).unwrap().close().unwrap();
        assert!(fs::metadata(run.path("new.db")).unwrap().len() > 0);
        run.run()
    };
    let pages = ["runs list", "findings", "findings --group-by owner", "trend"].map(|command| empty(command).stdout);
    insta::assert_snapshot!(pages.concat(), @"
    RUNS       none is recorded yet
    TOTAL      0 open findings match; no run is complete yet
    TOTAL      0 open findings match; no run is complete yet
    TREND      no run is complete yet
    ");
    assert_eq!(empty("findings --format json").json()["run"], serde_json::Value::Null);
    insta::assert_snapshot!(empty("diff").said(), @"
    exit 2
    error: store `new.db` has 0 complete runs, and a comparison needs two
    hint: record another run: `keysweep scan --store FILE`
    ");
    assert_eq!(["store info", "store check", "store prune --older-than 1d"].map(|command| empty(command).code), [0; 3]);
}
