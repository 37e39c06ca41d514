//! `keysweep demo --nights`: a simulated organization that lives on, each night a run in a store.

use std::{path::Path, time::Duration};

use keysweep_store::{Access, Options, Place, Store};

use crate::process::keysweep;

/// The kinds and numbers of what has changed between the last two runs, and the accounts whose outcome is another.
fn difference(path: &Path) -> String {
    let (process, new_id) = ("the test".to_owned(), "test".to_owned());
    let options = Options { process, timeout: Duration::ZERO, now: jiff::Timestamp::now(), new_id };
    let mut store = Store::open(&Place::parse(path.to_str().unwrap()).unwrap(), Access::Read, options).unwrap();
    let difference = store.difference(None, None, None).unwrap();
    let counts = difference.counts.iter().map(|(kind, number)| format!("{number} {kind}"));
    let outcome = |outcome: Option<keysweep_model::AccountOutcome>| outcome.map_or("none", |outcome| outcome.as_str());
    let coverage = difference
        .coverage
        .iter()
        .map(|change| format!("{}: {} -> {}", change.account_name, outcome(change.before), outcome(change.after)));
    counts.chain(coverage).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_night_is_a_run_and_the_last_one_is_shown() {
    let ran = keysweep("demo --nights 3 --store demo.db").run();
    let change = ran.stdout.lines().last().unwrap();
    insta::assert_snapshot!([change, &ran.stderr].join("\n"), @"
    CHANGE     since run 2 of 2026-11-02 00:00: 10 new, 22 resolved
    night 1 of 3, 2026-11-01 00:00: 1,528 violations; first run in this store
    night 2 of 3, 2026-11-02 00:00: 1,462 violations; since run 1 of 2026-11-01 00:00: 41 new, 52 resolved

    Try next, with the same --store:
               keysweep diff                           what is new since the night before, what was fixed, and why
               keysweep findings --group-by owner      who has what to do
               keysweep trend                          how it develops, month by month
    ");
    insta::assert_snapshot!(difference(&ran.path("demo.db")), @"
    10 new
    22 resolved
    catalog-prod-10: scanned -> failed
    analytics-dev-25: failed -> scanned
    ");
}

#[test]
fn the_first_night_is_the_demo() {
    let [with, without] = ["demo --store demo.db", "demo"].map(|arguments| keysweep(arguments).run().stdout);
    // In a new store everything is new.
    let head = |text: &str| text.split("\nAPI CALLS").next().unwrap().replace("  -  NEW\n", "  -\n");
    assert_eq!(head(&with), head(&without));
    assert!(with.ends_with("\nCHANGE     first run in this store\n"), "{with}");
}

#[test]
fn nights_need_a_store() {
    insta::assert_snapshot!(keysweep("demo --nights 2").run().said(), @"
    exit 2
    error: `--nights 2` shows what changes from night to night, and no store is named
    hint: add --store demo.db
    ");
}

#[test]
fn the_store_of_a_real_organization_is_left_alone() {
    let run = keysweep("demo").file("keysweep.yaml", "store: real.db\n").env("KEYSWEEP_STORE", "other.db");
    let ran = run.run();
    assert_eq!((ran.code, ran.list("")), (0, vec!["keysweep.yaml".to_owned()]));
}
