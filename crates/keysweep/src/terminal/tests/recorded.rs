//! A scan that was recorded: the line on what has changed, and the marks of new findings.

use std::collections::BTreeMap;

use keysweep_model::{
    AccountOutcome, ChangeKind, Finding, RecordedRun, RunResult, RunSelection, RunSource, RunStatus, Seen, Status,
};

use super::{PLAIN, world};
use crate::terminal::{Recorded, View, night, totals};

fn run(number: u64, changes: &[(ChangeKind, u64)]) -> Box<RecordedRun> {
    let scanned = world::empty().result.run;
    Box::new(RecordedRun {
        number,
        id: scanned.id,
        status: RunStatus::Complete,
        source: RunSource::Aws,
        version: "0.1.0".to_owned(),
        started_at: "2026-11-21T02:00:59Z".parse().unwrap(),
        finished_at: None,
        as_of: scanned.as_of,
        organization_id: None,
        management_account_id: None,
        partition: scanned.partition,
        selection: RunSelection::default(),
        process: "1 on build-7".to_owned(),
        accounts: [(AccountOutcome::Scanned, 2)].into(),
        result: Some(RunResult {
            accounts: Default::default(),
            changes: changes.iter().copied().collect::<BTreeMap<_, _>>(),
            ..RunResult::default()
        }),
    })
}

fn since(changes: &[(ChangeKind, u64)]) -> Recorded {
    Recorded::Complete { run: run(42, changes), before: Some(run(41, &[])) }
}

fn all_kinds() -> Recorded {
    let kinds = [
        (ChangeKind::New, 12),
        (ChangeKind::Reopened, 3),
        (ChangeKind::Resolved, 4_000),
        (ChangeKind::Changed, 2),
        (ChangeKind::NotJudged, 5),
        (ChangeKind::JudgedAgain, 1),
    ];
    since(&kinds)
}

#[test]
fn a_result_ends_with_what_has_changed() {
    let last = |recorded: Recorded| {
        let mut scanned = world::empty();
        scanned.recorded = Some(recorded);
        scanned.page(&PLAIN).split("\n\n").last().unwrap().to_owned()
    };
    let first = Recorded::Complete { run: run(1, &[(ChangeKind::New, 7)]), before: None };
    insta::assert_snapshot!(
        [last(all_kinds()), last(since(&[])), last(first), last(Recorded::Interrupted)].concat(),
        @"
    CHANGE     since run 41 of 2026-11-21 02:00: 12 new, 3 reopened, 2 changed, 4,000 resolved, 5 no
               longer judged, 1 judged again
    CHANGE     since run 41 of 2026-11-21 02:00: no finding has changed
    CHANGE     first run in this store
    CHANGE     not known: the scan was interrupted, and is not part of the history
    "
    );
}

#[test]
fn with_a_file_the_change_stands_below_the_totals() {
    insta::assert_snapshot!(totals(&world::empty().result, Some(&all_kinds()), &PLAIN), @"
    TOTAL      2 accounts, 12 users, 9 access keys: 0 violations, 0 unknown, 0 in error, 0 exempt, 0
               passed; took 4.2 s
    CHANGE     since run 41 of 2026-11-21 02:00: 12 new, 3 reopened, 2 changed, 4,000 resolved, 5 no
               longer judged, 1 judged again
    ");
}

#[test]
fn a_night_of_the_demo_is_one_line() {
    let scanned = world::rich();
    let at = scanned.result.run.started_at;
    let line = |recorded: Option<&Recorded>| night(1, 2, at, &scanned.result, recorded);
    insta::assert_snapshot!([line(Some(&all_kinds())), line(None)].join("\n"), @"
    night 1 of 2, 2026-11-22 08:00: 19 violations; since run 41 of 2026-11-21 02:00: 12 new, 3 reopened, 2 changed, 4,000 resolved, 5 no longer judged, 1 judged again
    night 1 of 2, 2026-11-22 08:00: 19 violations; not recorded
    ");
}

fn changed(finding: &mut Finding, change: Option<ChangeKind>) {
    finding.seen = Some(Seen { first_seen_at: "2026-11-21T02:00:59Z".parse().unwrap(), change });
}

#[test]
fn what_is_new_or_has_returned_is_marked_where_it_is_shown() {
    let mut scanned = world::empty();
    let kinds = [
        Some(ChangeKind::New),
        Some(ChangeKind::Reopened),
        Some(ChangeKind::Changed),
        Some(ChangeKind::JudgedAgain),
        None,
    ];
    for (index, kind) in kinds.into_iter().enumerate() {
        let mut finding = world::fail("access-key-max-age", 0, &format!("u{index}"), "age_days", 500 - index as i64);
        changed(&mut finding, kind);
        scanned.findings.push(finding);
    }
    let mut unknown = world::fail("access-key-max-age", 1, "v", "age_days", 5);
    unknown.set(Status::Unknown, "it could not be read".to_owned());
    changed(&mut unknown, Some(ChangeKind::New));
    let mut exempt = world::fail("access-key-max-age", 1, "w", "age_days", 5);
    exempt.set(Status::Exempt, "a service".to_owned());
    changed(&mut exempt, Some(ChangeKind::Reopened));
    scanned.findings.extend([unknown, exempt]);
    let page = world::counted(scanned).page(&View { all: true, ..PLAIN });
    let rows: Vec<_> = page.lines().filter(|line| line.contains("AKIA")).collect();
    insta::assert_snapshot!(rows.join("\n"), @"
    111122223333  payments-prod  u0  AKIA0000000000000000  NEW active for 500 days, limit 90
    111122223333  payments-prod  u1  AKIA0000000000000000  REOPENED active for 499 days, limit 90
    111122223333  payments-prod  u2  AKIA0000000000000000  active for 498 days, limit 90
    111122223333  payments-prod  u3  AKIA0000000000000000  active for 497 days, limit 90
    111122223333  payments-prod  u4  AKIA0000000000000000  active for 496 days, limit 90
      222233334444  data-platform  w  AKIA0000000000000001  REOPENED a service
        222233334444  data-platform  v  AKIA0000000000000001  NEW
    ");
}
