//! What is asked of a history: filters, groups, differences, months; and what looks after a store.

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    Difference, FindingFilter, FindingStates, GroupBy, RecordedFinding, RunSource, Severity, TrendMonth,
};
use keysweep_store::{Recorder, RunName, StoreError};

use crate::{
    history::on_both,
    world::{AGE, Found, Home, Keys, Night, Says, UNUSED, account, keys, night},
};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

/// A user with an owner, and one key that policies say this of.
fn owned(user: &str, owner: Option<&str>, key: &str, says: &[(&str, Says)]) -> Keys {
    let says = says.iter().map(|(policy, says)| ((*policy).to_owned(), *says)).collect();
    Keys {
        user: user.to_owned(),
        owner: owner.map(str::to_owned),
        keys: vec![(key.to_owned(), says)],
        is_unlisted: false,
    }
}

/// Three nights in three accounts: of different severities, owners and units; one is resolved, one exempted.
fn three_nights(home: &Home) {
    let high = Says::Fail(Severity::High);
    let ann = || owned("ann", Some("payments"), "A", &[(AGE, high), (UNUSED, Says::Fail(Severity::Low))]);
    let bob = || owned("bob", None, "B", &[(AGE, Says::Exempt)]);
    home.record(&night(1).with(1, vec![ann(), bob()]).with(2, keys(&[("C", FAIL)])));
    home.record(&night(2).with(1, vec![ann(), bob()]).with(2, keys(&[("C", None)])).with(3, keys(&[("D", FAIL)])));
    home.record(&night(3).with(1, vec![ann(), bob()]).and(2, Found::Failed).with(3, keys(&[("D", FAIL), ("E", FAIL)])));
}

/// The findings of a filter, by the last letter of their keys.
fn found(home: &Home, filter: &FindingFilter, limit: Option<u64>) -> String {
    let mut text = Vec::new();
    let take = &mut |it: RecordedFinding| {
        let key = it.resource_id.unwrap_or_default().pop().unwrap_or('-');
        text.push(format!("{key} {} {}", it.policy, it.severity));
        Ok(())
    };
    home.open().findings(filter, limit, take).unwrap();
    text.join(", ")
}

fn groups(home: &Home, by: GroupBy) -> String {
    let groups = home.open().groups(&FindingFilter::default(), Some(by)).unwrap();
    let group = |it: &keysweep_model::FindingGroup| {
        format!("{} ({}): {} {:?}", it.key.as_deref().unwrap_or("-"), it.label, it.findings, it.by_severity)
    };
    groups.iter().map(group).collect::<Vec<_>>().join("\n")
}

fn difference(it: &Difference) -> String {
    let mut text = format!("{} to {}: {:?}", it.from.number, it.to.number, it.counts);
    for change in &it.findings {
        let key = change.finding.resource_id.clone().unwrap_or_default().pop().unwrap_or('-');
        text += &format!("\n{} {key} {}: {}", change.kind, change.finding.policy, change.reason);
    }
    for group in &it.not_judged {
        text += &format!("\n{} not judged: {}", group.findings, group.reason);
    }
    for change in &it.coverage {
        text += &format!("\n{}: {:?} then {:?}", change.account_id, change.before, change.after);
    }
    text
}

fn months(home: &Home, by_ou: bool) -> String {
    let month = |it: &TrendMonth| {
        let ou = it.ou_path.as_deref().unwrap_or("all");
        format!("{} {ou}: {:?} {:?}, {} resolved {:?}", it.month, it.open, it.age, it.resolved, it.time_to_resolve)
    };
    home.open().trend(12, by_ou).unwrap().iter().map(month).collect::<Vec<_>>().join("\n")
}

on_both! {
    fn filters_select_and_the_worst_come_first(home: &Home) {
        three_nights(home);
        let by = |change: fn(&mut FindingFilter)| {
            let mut filter = FindingFilter::default();
            change(&mut filter);
            found(home, &filter, None)
        };
        insta::assert_snapshot!(
            [
                by(|_| {}),
                by(|it| it.states = FindingStates::Exempt),
                by(|it| it.states = FindingStates::Resolved),
                by(|it| it.states = FindingStates::All),
                by(|it| it.policies = vec![UNUSED.parse().unwrap()]),
                by(|it| it.severities = vec![Severity::High, Severity::Low]),
                by(|it| it.accounts = vec![account(3)]),
                by(|it| it.ous = vec!["Root".to_owned()]),
                by(|it| it.ous = vec!["Root/ou-1/".to_owned(), "Root/ou".to_owned()]),
                by(|it| it.owners = vec!["payments".to_owned()]),
                by(|it| it.since = Some(night(3).at)),
                by(|it| it.opened_before = Some(night(2).at)),
            ]
            .join("\n"),
            @"
        A access-key-max-age high, D access-key-max-age medium, E access-key-max-age medium, A access-key-unused low
        B access-key-max-age medium
        C access-key-max-age medium
        A access-key-max-age high, B access-key-max-age medium, C access-key-max-age medium, D access-key-max-age medium, E access-key-max-age medium, A access-key-unused low
        A access-key-unused low
        A access-key-max-age high, A access-key-unused low
        D access-key-max-age medium, E access-key-max-age medium
        A access-key-max-age high, D access-key-max-age medium, E access-key-max-age medium, A access-key-unused low
        A access-key-max-age high, D access-key-max-age medium, E access-key-max-age medium, A access-key-unused low
        A access-key-max-age high, A access-key-unused low
        E access-key-max-age medium
        A access-key-max-age high, A access-key-unused low
        "
        );
        assert_eq!(found(home, &FindingFilter::default(), Some(1)), "A access-key-max-age high");
    }

    fn findings_are_counted_by_what_they_have_in_common(home: &Home) {
        three_nights(home);
        insta::assert_snapshot!(GroupBy::ALL.iter().map(|by| groups(home, *by)).collect::<Vec<_>>().join("\n\n"), @"
        - (no owner tag): 2 {Medium: 2}
        payments (): 2 {Low: 1, High: 1}

        Root/ou-1 (): 4 {Low: 1, Medium: 2, High: 1}

        111122220001 (account-1): 2 {Low: 1, High: 1}
        111122220003 (account-3): 2 {Medium: 2}

        access-key-max-age (Title of access-key-max-age): 3 {Medium: 2, High: 1}
        access-key-unused (Title of access-key-unused): 1 {Low: 1}
        ");
        assert_eq!(home.open().groups(&FindingFilter::default(), None).unwrap()[0].findings, 4);
    }

    fn runs_are_compared(home: &Home) {
        three_nights(home);
        let mut store = home.open();
        let last = store.difference(None, None, None).unwrap();
        let first = RunName::Number(1);
        let all = store.difference(Some(&first), None, None).unwrap();
        let back = store.difference(Some(&RunName::Number(2)), Some(&first), None).unwrap();
        insta::assert_snapshot!([&last, &all, &back].map(difference).join("\n\n"), @"
        2 to 3: {New: 1}
        new E access-key-max-age: says fail
        111122220002: Some(Scanned) then Some(Failed)

        1 to 3: {New: 2, Resolved: 1}
        new E access-key-max-age: says fail
        new D access-key-max-age: says fail
        resolved C access-key-max-age: the policy passes it now
        111122220002: Some(Scanned) then Some(Failed)
        111122220003: None then Some(Scanned)

        1 to 2: {New: 1, Resolved: 1}
        new D access-key-max-age: says fail
        resolved C access-key-max-age: the policy passes it now
        111122220003: None then Some(Scanned)
        ");
    }

    fn a_finding_is_found_by_the_beginning_of_its_id(home: &Home) {
        three_nights(home);
        let mut store = home.open();
        let mut ids = Vec::new();
        let filter = FindingFilter { states: FindingStates::All, ..FindingFilter::default() };
        store.findings(&filter, None, &mut |it| { ids.push(it.id.to_string()); Ok(()) }).unwrap();
        for id in &ids {
            assert_eq!(store.finding(&id[..12].to_uppercase()).unwrap().finding.id.as_str(), id);
        }
        let refused = ["abc", "ffffffff", "xyz1", "", "' OR 1=1"].map(|id| store.finding(id).unwrap_err().to_string());
        let place = home.place.to_string();
        insta::assert_snapshot!(refused.join("\n").replace(&place, "STORE"), @"
        store `STORE` has no finding `abc`
        store `STORE` has no finding `ffffffff`
        store `STORE` has no finding `xyz1`
        store `STORE` has no finding ``
        store `STORE` has no finding `' OR 1=1`
        ");
    }

    fn runs_are_listed_and_named(home: &Home) {
        three_nights(home);
        home.begin(&night(4)).unwrap().interrupt();
        let mut store = home.open();
        let run = |it: &keysweep_model::RecordedRun| format!("{} {} {:?}", it.number, it.status, it.accounts);
        let runs: Vec<_> = store.runs(None).unwrap().iter().map(run).collect();
        insta::assert_snapshot!(runs.join("\n"), @"
        4 interrupted {}
        3 complete {Scanned: 2, Failed: 1}
        2 complete {Scanned: 3}
        1 complete {Scanned: 2}
        ");
        assert_eq!(store.runs(Some(1)).unwrap().len(), 1);
        assert_eq!(store.newest_complete().unwrap().unwrap().number, 3);
        let by_id = store.run(&"00000002-".parse().unwrap()).unwrap();
        assert_eq!((by_id.run.number, by_id.policies.len(), by_id.gaps.len()), (2, 2, 0));
        assert_eq!(store.run(&RunName::Number(3)).unwrap().gaps[0].account_id, Some(account(2)));
        let refused = ["00000000", "9", "0000"].map(|name| store.run(&name.parse().unwrap()).unwrap_err().to_string());
        insta::assert_snapshot!(refused.join("\n").replace(&home.place.to_string(), "STORE"), @"
        store `STORE` has no run `00000000`
        store `STORE` has no run `9`
        store `STORE` has no run `0`
        ");
    }

    fn months_add_up(home: &Home) {
        three_nights(home);
        let mut december = night(40).with(1, keys(&[("A", FAIL)])).with(3, keys(&[("D", None), ("E", FAIL)]));
        december.is_listed = false;
        home.record(&december);
        insta::assert_snapshot!(format!("{}\n\n{}", months(home, false), months(home, true)), @"
        2026-11-01 all: {Low: 1, Medium: 2, High: 1} Some(Days { mean: 1.25, p90: 2 }), 1 resolved Some(Days { mean: 1.0, p90: 1 })
        2026-12-01 all: {Low: 0, Medium: 2} Some(Days { mean: 38.0, p90: 39 }), 2 resolved Some(Days { mean: 38.5, p90: 39 })

        2026-11-01 all: {Low: 1, Medium: 2, High: 1} Some(Days { mean: 1.25, p90: 2 }), 1 resolved Some(Days { mean: 1.0, p90: 1 })
        2026-11-01 Root/ou-0: {Medium: 0} None, 1 resolved Some(Days { mean: 1.0, p90: 1 })
        2026-11-01 Root/ou-1: {Low: 1, Medium: 2, High: 1} Some(Days { mean: 1.25, p90: 2 }), 0 resolved None
        2026-12-01 all: {Low: 0, Medium: 2} Some(Days { mean: 38.0, p90: 39 }), 2 resolved Some(Days { mean: 38.5, p90: 39 })
        2026-12-01 Root/ou-1: {Low: 0, Medium: 2} Some(Days { mean: 38.0, p90: 39 }), 2 resolved Some(Days { mean: 38.5, p90: 39 })
        ");
    }

    fn what_is_old_is_removed_and_what_is_open_stays(home: &Home) {
        three_nights(home);
        let before = home.history();
        let at = |night_number: u32| night(night_number).at + SignedDuration::from_hours(1);
        let dry = home.open().prune(at(2), true).unwrap();
        assert_eq!(home.history(), before);
        assert_eq!(home.open().prune(at(2), false).unwrap(), dry);
        insta::assert_snapshot!(format!("{dry:?}\n\n{}", home.history()), @"
        Pruned { runs: 0, findings: 1, changes: 2, credentials: 0 }

        1 AKIA000000000000000A access-key-max-age: open fail high, seen 1-3
          1 new: says fail
        1 AKIA000000000000000A access-key-unused: open fail low, seen 1-3
          1 new: says fail
        1 AKIA000000000000000B access-key-max-age: exempt exempt medium, seen 1-3
          1 new: says exempt
        3 AKIA000000000000000D access-key-max-age: open fail medium, seen 2-3
          2 new: says fail
        3 AKIA000000000000000E access-key-max-age: open fail medium, seen 3-3
          3 new: says fail
        ");
        assert_eq!(home.problems(), [""; 0]);
        // The next night goes on from there.
        home.record(&night(4).with(1, keys(&[])).with(3, keys(&[("D", FAIL)])));
        assert_eq!(home.problems(), [""; 0]);
    }

    fn all_of_it_is_exported(home: &Home) {
        three_nights(home);
        let mut out = Vec::new();
        let lines = home.open().export(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count() as u64, lines);
        let tables = text.lines().skip(1).map(|line| line.split('"').nth(1).unwrap_or_default());
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for table in tables {
            match counts.last_mut() {
                Some((last, count)) if *last == table => *count += 1,
                _ => counts.push((table, 1)),
            }
        }
        insta::assert_snapshot!(format!("{}\n{counts:?}", text.lines().next().unwrap()), @r#"
        {"schema":"keysweep.store/v1","store":{"id":"0193-store","created_at":1793491200000,"organization_id":"o-example"}}
        [("runs", 3), ("accounts", 3), ("run_accounts", 8), ("policies", 2), ("run_policies", 6), ("findings", 6), ("changes", 7), ("messages", 3), ("credentials", 5), ("trend", 4)]
        "#);
    }

    fn a_store_is_of_one_organization_and_no_older_inventory_is_taken(home: &Home) {
        three_nights(home);
        let refused = |change: fn(&mut keysweep_store::NewRun)| {
            let mut run = Night { at: night(2).at, ..night(9) }.new_run();
            change(&mut run);
            let store = home.try_open(keysweep_store::Access::Write).unwrap();
            let error = Recorder::begin(store, run, tempfile::tempfile().unwrap()).err().unwrap();
            error.to_string().replace(&home.place.to_string(), "STORE")
        };
        let other = refused(|run| run.organization_id = Some("o-other".to_owned()));
        let older = refused(|run| run.source = RunSource::Inventory);
        insta::assert_snapshot!([other, older].join("\n"), @"
        store `STORE` holds the history of organization o-example, and this is o-other
        store `STORE` has a run that is newer than this inventory: history cannot be changed afterwards
        ");
        // Neither has left a run behind, nor the lock.
        assert_eq!(home.open().runs(None).unwrap().len(), 3);
        home.record(&night(4).with(1, keys(&[])));
    }

    fn text_of_any_kind_comes_back_as_it_was(home: &Home) {
        let name = "a\tb\\n\u{202e}'\"名\u{1f980}";
        let mut users = keys(&[("A", FAIL)]);
        users[0].user = name.to_owned();
        users[0].owner = Some("\\N".to_owned());
        home.record(&night(1).with(1, users.clone()));
        home.record(&night(2).with(1, users));
        let mut seen = Vec::new();
        home.open().findings(&FindingFilter::default(), None, &mut |it| { seen.push(it); Ok(()) }).unwrap();
        assert_eq!(seen[0].user_name.as_ref().unwrap().as_str(), name);
        assert_eq!(seen[0].owner, keysweep_model::ResourceOwner::Named("\\N".to_owned()));
        assert_eq!((seen.len(), seen[0].last_seen.run), (1, 2));
    }

    fn what_is_said_is_kept_of_accounts_that_had_no_findings_at_first(home: &Home) {
        home.record(&night(1).with(1, keys(&[("A", None)])));
        home.record(&night(2).with(1, keys(&[("A", FAIL)])));
        let mut out = Vec::new();
        home.open().export(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let said = text.lines().find(|line| line.starts_with("{\"messages\"")).unwrap();
        assert!(said.contains("says fail"), "{said}");
    }

    fn a_reader_that_takes_no_more_ends_the_reading(home: &Home) {
        three_nights(home);
        let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
        let refused = home.open().findings(&FindingFilter::default(), None, &mut |_| Err(full())).unwrap_err();
        assert!(matches!(refused, StoreError::Output(error) if error.kind() == std::io::ErrorKind::StorageFull));
    }
}

#[test]
fn times_of_runs_are_kept_to_the_millisecond() {
    let home = Home::sqlite();
    let at: Timestamp = "2026-11-01T02:00:00.123456Z".parse().unwrap();
    home.record(&Night { at, ..night(1).with(1, keys(&[("A", FAIL)])) });
    let run = home.open().newest_complete().unwrap().unwrap();
    assert_eq!(run.started_at.to_string(), "2026-11-01T02:00:00.123Z");
}

#[test]
fn a_store_that_was_removed_meanwhile_is_an_error() {
    let home = Home::sqlite();
    home.record(&night(1).with(1, keys(&[("A", FAIL)])));
    let mut recorder = home.begin(&night(2)).unwrap();
    night(2).with(1, keys(&[("A", FAIL)])).give(&mut recorder).unwrap();
    std::fs::remove_file(home.folder.path().join("keysweep.db")).unwrap();
    let error = recorder.finish(&night(2).result()).err().unwrap().to_string();
    insta::assert_snapshot!(error.replace(&home.place.to_string(), "STORE"), @"store `STORE` was removed or replaced while this run was recorded");
}

on_both! {
    fn a_run_whose_process_is_gone_is_not_shown_as_running(home: &Home) {
        let recorder = home.begin(&night(1)).unwrap();
        assert_eq!(home.open().runs(None).unwrap()[0].status, keysweep_model::RunStatus::Running);
        // As by a crash: nothing is written, and the lock is let go.
        drop(recorder);
        assert_eq!(home.open().runs(None).unwrap()[0].status, keysweep_model::RunStatus::Interrupted);
    }
}
