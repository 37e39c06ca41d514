//! Scans that are not recorded to their end: interrupted, killed, without room, and in a store that is not for them.

use std::{
    fs,
    time::{Duration, Instant},
};

use orgsim::Sim;

use crate::{
    process::{CLOSED, Organization, keysweep},
    recording::{SCAN, change, deactivate, history, now, open, three},
    worlds::{FIRST, old, organization, spotless},
};

#[test]
fn an_interrupted_scan_is_kept_as_interrupted_and_changes_nothing() {
    for signal in ["INT", "TERM"] {
        let organization = three();
        let first = organization.scan("");
        organization.change(|users| deactivate(users, "ann"));
        let running = organization.hang(organization.after(first, ""));
        running.signal(signal);
        let second = running.finish();
        assert_eq!(second.code, 3, "{}", second.stderr);
        insta::allow_duplicates! {
            insta::assert_snapshot!([change(&second), history(&second)].join("\n"), @"
            CHANGE     not known: the scan was interrupted, and is not part of the history
            run 1 complete, run 2 interrupted
            ann open since run 1
            bob open since run 1
            carl open since run 1
            ");
        }
        organization.sim.clear_faults();
        let third = organization.scan_after(second, "");
        insta::allow_duplicates! {
            insta::assert_snapshot!([change(&third), history(&third)].join("\n"), @"
            CHANGE     since run 1 of TIME: 1 resolved
            run 1 complete, run 2 interrupted, run 3 complete
            ann resolved since run 1; run 3: the policy passes it now
            bob open since run 1
            carl open since run 1
            ");
        }
    }
}

#[test]
fn a_scan_that_is_killed_is_interrupted_for_the_next_one() {
    let organization = three();
    let running = organization.hang(organization.keysweep(SCAN));
    running.signal("KILL");
    let killed = running.finish();
    assert_eq!(killed.code, -1);
    organization.sim.clear_faults();
    let next = organization.scan_after(killed, "");
    insta::assert_snapshot!([change(&next), history(&next)].join("\n"), @"
    CHANGE     first run in this store
    run 1 interrupted, run 2 complete
    ann open since run 2
    bob open since run 2
    carl open since run 2
    ");
}

#[test]
fn a_store_that_gets_full_loses_the_run_and_not_the_scan() {
    let full = keysweep("demo --store s.db --format json").with_files_up_to(1024 * 1024);
    let temporary = full.folder().display().to_string();
    let ran = full.env("TMPDIR", &temporary).run();
    assert!(!ran.json()["findings"].as_array().unwrap().is_empty());
    // Whichever of the files is the first to be too large.
    assert!(ran.said().starts_with("exit 3\nerror: the run could not be recorded: "), "{}", ran.stderr);
    // What is there is as it was, and can be gone on with.
    let next = ran.then("demo --store s.db --format json -o out").run();
    assert!(next.stderr.contains("\nCHANGE     first run in this store\n"), "{}", next.stderr);
}

/// The store is written to while accounts finish, fifty at a time.
#[test]
fn a_store_that_gets_full_while_accounts_finish_is_left_and_the_scan_goes_on() {
    let world = spotless(180);
    let organization = Organization::serve(Sim::new(world, now()));
    let first = organization.scan("");
    assert_eq!(first.code, 0, "{}", first.stderr);
    // All of it in one file.
    open(&first.path("s.db")).close().unwrap();
    let store = fs::read(first.path("s.db")).unwrap();
    let with_pages = |pages: u64| {
        let run = organization.keysweep(&format!("{SCAN} --format json"));
        fs::write(run.path("s.db"), &store).unwrap();
        let temporary = run.folder().display().to_string();
        run.env("TMPDIR", &temporary).with_files_up_to(pages * 4096).run()
    };
    // With the least room in which the run can begin.
    let second = (8..40).map(with_pages).find(|ran| ran.code != 4).unwrap();
    assert_eq!(second.json()["coverage"]["scanned"], 181);
    let said = "exit 3\nerror: the run could not be recorded: store `s.db` could not be ";
    assert!(second.said().starts_with(said), "{}", second.stderr);
    // It was not left at its end: then almost all of its accounts would be there.
    let accounts = open(&second.path("s.db")).runs(Some(1)).unwrap()[0].accounts.values().sum::<u64>();
    assert!(accounts < 100, "{accounts}");
    let third = organization.scan_after(second, "");
    assert_eq!(change(&third), "CHANGE     since run 1 of TIME: no finding has changed");
    assert!(history(&third).ends_with(" interrupted, run 3 complete"), "{}", history(&third));
}

#[test]
fn a_second_scan_waits_for_the_first_or_names_it() {
    let organization = three();
    let running = organization.hang(organization.keysweep(SCAN));
    let store = running.path("s.db").display().to_string();
    let other = |more: &str| {
        let scan = SCAN.replace("s.db", &store);
        keysweep(&format!("{scan} --account {FIRST} {more}")).envs(&organization.environment())
    };
    let refused = other("--store-timeout 0").run();
    let process = format!("{} on ", running.id());
    assert!(refused.stderr.contains(&process), "{}", refused.stderr);
    assert_eq!(refused.code, 4);
    assert!(refused.stderr.ends_with("\nhint: run again when it is done, or wait longer with --store-timeout\n"));
    let waiting = other("").start();
    std::thread::sleep(Duration::from_millis(500));
    running.signal("INT");
    let first = running.finish();
    assert_eq!((first.code, waiting.finish().code), (3, 1));
    insta::assert_snapshot!(history(&first), @"
    run 1 interrupted, run 2 complete
    ann open since run 2
    bob open since run 2
    ");
}

#[test]
fn a_scan_that_waits_for_a_store_ends_at_an_interrupt() {
    let organization = three();
    let running = organization.hang(organization.keysweep(SCAN));
    let store = running.path("s.db").display().to_string();
    let scan = SCAN.replace("s.db", &store);
    let waiting = keysweep(&format!("{scan} --account {FIRST}")).envs(&organization.environment()).start();
    std::thread::sleep(Duration::from_millis(1_500));
    let begun = Instant::now();
    waiting.signal("INT");
    assert_eq!(waiting.finish().code, 3);
    assert!(begun.elapsed() < Duration::from_millis(1_500), "{:?}", begun.elapsed());
    running.signal("KILL");
}

#[test]
fn a_store_that_cannot_be_used_is_found_before_anything_is_contacted() {
    let said = |store: &str| {
        let run = keysweep(&format!("{} --store {store}", SCAN.replace("--store s.db", "")));
        run.file("text", "no store\n").env("AWS_ENDPOINT_URL", CLOSED).run().said()
    };
    insta::assert_snapshot!([said("text"), said("none/s.db"), said("mysql://host/db")].join("\n"), @"
    exit 4
    error: `text` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    exit 4
    error: store `none/s.db` could not be read or written: No such file or directory (os error 2)
    hint: check that the folder is there, the modes of both, and the disk and its limits

    exit 2
    error: `mysql` is not a kind of store: give a file, or postgres://USER@HOST/DATABASE
    ");
}

#[test]
fn a_store_is_of_one_organization() {
    let first = three().scan("");
    let mut world = organization([vec![old("ann")]]);
    world.organization.id = "o-another0001".into();
    let other = Organization::serve(Sim::new(world, now()));
    insta::assert_snapshot!(other.scan_after(first, "").said(), @"
    exit 4
    error: store `s.db` holds the history of organization o-exampleorg1, and this is o-another0001
    hint: give each organization a store of its own
    ");
}

#[test]
fn a_store_is_in_the_place_of_nothing_else() {
    let said = |arguments: &str| {
        let run = keysweep(arguments).file("s.db", "").file("accounts.csv", "").file("i.jsonl", "");
        let run = run.env("AWS_ENDPOINT_URL", CLOSED).run();
        assert_eq!(run.code, 2, "{arguments}");
        run.stderr
    };
    insta::assert_snapshot!(
        [
            said("scan --store s.db -o s.db"),
            said("scan --store s.db -o ./s.db-wal"),
            said("scan --store s.db --save-inventory s.db"),
            said("scan --store i.jsonl --inventory i.jsonl"),
            said("scan --store accounts.csv --accounts-file accounts.csv"),
            said("demo --store s.db -o s.db"),
        ]
        .concat(),
        @"
        error: `--output s.db` and `--store s.db` are the same file
        hint: give each output a file of its own
        error: `--output ./s.db-wal` and `--store s.db-wal` are the same file
        hint: give each output a file of its own
        error: `--save-inventory s.db` and `--store s.db` are the same file
        hint: give each output a file of its own
        error: `--store i.jsonl` would overwrite `i.jsonl`, which this command reads
        hint: write to another file
        error: `--store accounts.csv` would overwrite `accounts.csv`, which this command reads
        hint: write to another file
        error: `--output s.db` and `--store s.db` are the same file
        hint: give each output a file of its own
        "
    );
}
