//! What becomes of findings from night to night.

use std::{collections::BTreeSet, sync::Arc};

use keysweep_model::{Facet, Fact, RunSelection, Severity, Unreadable};
use keysweep_store::ScannedFacts;

use crate::world::{AGE, Found, Home, Says, account, keys, night};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

/// The same test on both engines.
macro_rules! on_both {
    ($($(#[$meta:meta])* fn $name:ident($home:ident: &Home) { $($body:tt)* })*) => {$(
        mod $name {
            use super::*;

            fn check($home: &Home) {
                insta::allow_duplicates! { $($body)* }
            }

            #[test]
            fn on_sqlite() {
                check(&Home::sqlite());
            }

            #[cfg(feature = "postgres-tests")]
            #[test]
            fn on_postgres() {
                check(&Home::postgres());
            }
        }
    )*};
}

pub(crate) use on_both;

on_both! {
    fn a_finding_is_new_stays_is_resolved_and_is_reopened(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL), ("B", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", FAIL), ("B", FAIL)])));
        home.record(&night(3).with(1, keys(&[("A", None), ("B", FAIL)])));
        home.record(&night(4).with(1, keys(&[("A", FAIL)])));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-4
          1 new: says fail
          3 resolved: the policy passes it now
          4 reopened: says fail
        1 AKIA000000000000000B access-key-max-age: resolved fail medium, seen 1-3
          1 new: says fail
          4 resolved: the access key is gone
        ");
        assert_eq!(home.problems(), [""; 0]);
    }

    fn what_was_not_read_is_not_resolved(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])).with(2, keys(&[("B", FAIL)])).with(3, keys(&[("C", FAIL)])));
        let failed = night(2).and(1, Found::Failed).and(2, Found::Skipped).with(3, keys(&[("C", FAIL)]));
        home.record(&failed);
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-1, not judged: account 111122220001 could not be read in run 2: denied
          1 new: says fail
        2 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-1, not judged: account 111122220002 was skipped in run 2: SUSPENDED
          1 new: says fail
        3 AKIA000000000000000C access-key-max-age: open fail medium, seen 1-2
          1 new: says fail
        ");
        let mut narrow = night(3).with(1, keys(&[("A", FAIL)]));
        narrow.selection = RunSelection { accounts: vec![account(1)], ..RunSelection::default() };
        narrow.is_listed = false;
        home.record(&narrow);
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-3
          1 new: says fail
        2 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-1, not judged: account 111122220002 was not selected in run 3
          1 new: says fail
        3 AKIA000000000000000C access-key-max-age: open fail medium, seen 1-2, not judged: account 111122220003 was not selected in run 3
          1 new: says fail
        ");
    }

    fn another_policy_resolves_nothing(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL), ("B", FAIL), ("C", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", None), ("B", FAIL)])).limit(AGE, 120));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-1, not judged: the policy judges otherwise now: parameter `limit` changed from 90 to 120
          1 new: says fail
          2 not_judged: the policy judges otherwise now: parameter `limit` changed from 90 to 120
        1 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-2
          1 new: says fail
        1 AKIA000000000000000C access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          2 resolved: the access key is gone
        ");
        home.record(&night(3).with(1, keys(&[("A", None), ("B", None)])).without(AGE));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-1, not judged: the policy judges otherwise now: parameter `limit` changed from 90 to 120
          1 new: says fail
          2 not_judged: the policy judges otherwise now: parameter `limit` changed from 90 to 120
        1 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-2, not judged: policy `access-key-max-age` is disabled or gone in run 3
          1 new: says fail
        1 AKIA000000000000000C access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          2 resolved: the access key is gone
        ");
        home.record(&night(4).with(1, keys(&[("A", None), ("B", None)])));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          2 not_judged: the policy judges otherwise now: parameter `limit` changed from 90 to 120
          4 resolved: the policy passes it now
        1 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-2, not judged: the policy judges otherwise now: parameter `limit` changed from 120 to 90
          1 new: says fail
          4 not_judged: the policy judges otherwise now: parameter `limit` changed from 120 to 90
        1 AKIA000000000000000C access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          2 resolved: the access key is gone
        ");
    }

    fn what_is_unknown_keeps_its_state(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL), ("B", Some(Says::Exempt)), ("C", Some(Says::Unknown))])));
        let unknown = Some(Says::Unknown);
        home.record(&night(2).with(1, keys(&[("A", unknown), ("B", unknown), ("C", FAIL)])));
        let mut unlisted = keys(&[]);
        unlisted[0].is_unlisted = true;
        home.record(&night(3).with(1, unlisted));
        home.record(&night(4).with(1, keys(&[("A", FAIL), ("B", FAIL), ("C", None)])));
        insta::assert_snapshot!(home.history(), @"
        1 - access-key-max-age: resolved unknown medium, seen 3-3
          3 new: says unknown
          4 resolved: the policy passes it now
        1 - access-key-unused: resolved unknown medium, seen 3-3
          3 new: says unknown
          4 resolved: the policy passes it now
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-4
          1 new: says fail
          2 not_judged: unknown: says unknown
          4 judged_again: says fail
        1 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-4
          1 new: says exempt
          2 not_judged: unknown: says unknown
          4 changed: says fail
        1 AKIA000000000000000C access-key-max-age: resolved fail medium, seen 1-2
          1 new: says unknown
          2 changed: says fail
          3 not_judged: unknown: says unknown
          4 resolved: the policy passes it now
        ");
    }

    fn an_old_report_resolves_nothing(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])));
        let by_report = |hours| Found::Scanned { users: keys(&[]), report: Some(hours) };
        home.record(&night(2).and(1, by_report(25)));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-1, not judged: the credential report of 2026-11-01T01:00:00Z is older than the run that saw it last; `--fresh` reads it live
          1 new: says fail
          2 not_judged: the credential report of 2026-11-01T01:00:00Z is older than the run that saw it last; `--fresh` reads it live
        ");
        home.record(&night(3).and(1, by_report(3)));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: resolved fail medium, seen 1-1
          1 new: says fail
          2 not_judged: the credential report of 2026-11-01T01:00:00Z is older than the run that saw it last; `--fresh` reads it live
          3 resolved: the policy passes it now
        ");
    }

    fn an_account_that_left_takes_its_findings_along(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", FAIL)])).with(2, keys(&[("B", FAIL)])));
        home.record(&night(2).with(1, keys(&[("A", FAIL)])));
        home.record(&night(3).with(1, keys(&[("A", FAIL)])).with(2, keys(&[("B", FAIL)])));
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-3
          1 new: says fail
        2 AKIA000000000000000B access-key-max-age: open fail medium, seen 1-3
          1 new: says fail
          2 resolved: the account has left the organization
          3 reopened: says fail
        ");
    }

    fn users_that_could_not_be_listed_resolve_nothing(home: &Home) {
        let night_of = |number| night(number).with(1, keys(&[("A", FAIL)]));
        home.record(&night_of(1));
        let (mut facts, _) = night_of(2).scanned_one(1);
        let reason = "iam:ListUsers was denied".to_owned();
        facts.users = Fact::Unreadable(Arc::new(Unreadable { facet: Facet::Users, reason }));
        let mut recorder = home.begin(&night_of(2)).unwrap();
        let scanned = ScannedFacts { account: &facts.account, facts: &facts, by_report: &BTreeSet::new() };
        recorder.scanned(scanned, &mut []).unwrap();
        recorder.finish(&night_of(2).result()).unwrap().0.close().unwrap();
        insta::assert_snapshot!(home.history(), @"
        1 AKIA000000000000000A access-key-max-age: open fail medium, seen 1-1, not judged: iam:ListUsers was denied
          1 new: says fail
          2 not_judged: iam:ListUsers was denied
        ");
    }
}
