//! What was wrong once.

use std::collections::BTreeMap;

use keysweep_model::{ChangeKind, Difference, RunSelection, Severity};
use keysweep_store::RunName;

use crate::{
    history::on_both,
    world::{AGE, Home, Night, Says, account, keys, night},
};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

/// What changed from one run to another.
fn difference(home: &Home, from: u64, to: u64) -> Difference {
    home.open().difference(Some(&RunName::Number(from)), Some(&RunName::Number(to)), None).unwrap()
}

/// A night that was narrowed to account 1, while account 3 is there too.
fn narrow(number: u32) -> Night {
    let mut night = night(number).with(1, keys(&[("A", FAIL)]));
    night.selection = RunSelection { accounts: vec![account(1)], ..RunSelection::default() };
    night.beside = [3].into();
    night
}

on_both! {
    fn findings_of_an_account_that_left_were_seen_last_by_a_run_with_their_policy(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", None)])).without(AGE));
        home.record(&night(3));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          3 resolved: the account has left the organization
        ");
        let mut store = home.open();
        let id = store.difference(None, None, None).unwrap().findings[0].finding.id.clone();
        assert_eq!(store.finding(id.as_str()).unwrap().finding.last_seen.at, night(1).at);
    }

    fn what_is_not_judged_after_both_runs_is_no_difference(home: &Home) {
        for (number, says) in (1..).zip([FAIL, Some(Says::Unknown), FAIL, Some(Says::Unknown), None, FAIL]) {
            home.record(&night(number).with(1, keys(&[("A", says)])));
        }
        let counts = |from, to| difference(home, from, to).counts;
        assert_eq!(counts(2, 4), BTreeMap::new());
        assert_eq!(counts(1, 4), [(ChangeKind::NotJudged, 1)].into());
        assert_eq!(counts(4, 6), [(ChangeKind::JudgedAgain, 1)].into());
        assert_eq!(counts(3, 6), BTreeMap::new());
    }

    fn only_what_the_earlier_run_judged_can_be_judged_no_longer(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", FAIL)])).with(3, keys(&[("B", FAIL)])));
        home.record(&narrow(3));
        home.record(&night(4).with(1, keys(&[("A", FAIL)])).with(3, keys(&[("B", FAIL)])).without(AGE));
        let groups = |from, to| {
            let it = difference(home, from, to).not_judged;
            it.into_iter().map(|it| (it.reason, it.findings)).collect::<Vec<_>>()
        };
        assert_eq!(groups(1, 3), []);
        insta::assert_debug_snapshot!(groups(2, 3), @r#"
        [
            (
                "account 111122220003 was not selected in run 3",
                1,
            ),
        ]
        "#);
        insta::assert_debug_snapshot!(groups(2, 4), @r#"
        [
            (
                "policy `access-key-max-age` is disabled or gone in run 4",
                2,
            ),
        ]
        "#);
        insta::assert_debug_snapshot!(groups(3, 4), @r#"
        [
            (
                "policy `access-key-max-age` is disabled or gone in run 4",
                1,
            ),
        ]
        "#);
    }

    fn the_run_that_saw_an_open_finding_last_is_not_removed(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", FAIL)])));
        home.record(&night(3).with(1, keys(&[("A", None)])).without(AGE));
        home.record(&night(4).with(1, keys(&[("A", None)])).without(AGE));
        home.record(&night(5).with(1, keys(&[("A", None)])).without(AGE));
        let before = home.history();
        insta::assert_snapshot!(before, @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-2, not judged: policy `access-key-max-age` is disabled or gone in run 5
          1 new: says fail
        ");
        let pruned = home.open().prune(night(5).at, false).unwrap();
        assert_eq!(pruned.runs, 1);
        assert_eq!(home.history(), before);
    }
}

#[cfg(feature = "postgres-tests")]
#[test]
fn a_recorder_that_lost_the_store_leaves_the_run_of_another_one_alone() {
    use keysweep_model::RunStatus;
    use keysweep_store::{Access, Options, Recorder, Store, StoreError};

    use crate::{postgres_server::shared, world::options};

    let url = shared().fresh_database();
    let home = Home::at(&url);
    home.record(&night(1).with(1, keys(&[("A", FAIL)])));
    let hasty = Options { timeout: std::time::Duration::ZERO, ..options("1 on test") };
    let store = Store::open(&home.place, Access::Write, hasty).unwrap();
    let mut first = Recorder::begin(store, night(2).new_run(), tempfile::tempfile().unwrap()).unwrap();
    shared().disconnect(&url);
    let mut second = home.begin(&night(3)).unwrap();
    let error = night(2).with(1, keys(&[("A", None)])).give(&mut first).unwrap_err();
    assert!(matches!(error, StoreError::InUse { .. }), "{error}");
    first.interrupt();
    let status = |home: &Home| {
        let runs = home.open().runs(Some(2)).unwrap();
        runs.iter().map(|run| run.status).collect::<Vec<_>>()
    };
    assert_eq!(status(&home), [RunStatus::Running, RunStatus::Interrupted]);
    let third = night(3).with(1, keys(&[("A", None)]));
    third.give(&mut second).unwrap();
    second.finish(&third.result()).unwrap();
    assert_eq!(status(&home), [RunStatus::Complete, RunStatus::Interrupted]);
    assert_eq!(home.problems(), [""; 0]);
}
