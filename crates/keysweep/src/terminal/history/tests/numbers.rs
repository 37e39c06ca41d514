//! How findings develop, and the store itself.

use keysweep_model::{Days, FindingState, Pruned, RunStatus, Severity, StoreInfo, TrendMonth};

use super::{PLAIN, world};
use crate::terminal::{View, history};

#[test]
fn months_with_bars() {
    let month = |month: &str, ou: Option<&str>, open: &[(Severity, u64)], resolved| TrendMonth {
        month: month.parse().unwrap(),
        ou_path: ou.map(str::to_owned),
        open: open.iter().copied().collect(),
        age: (!open.is_empty()).then_some(Days { mean: 41.25, p90: 1_120 }),
        resolved,
        time_to_resolve: (resolved > 0).then_some(Days { mean: 8.04, p90: 20 }),
    };
    let months = [
        month("2026-09-01", None, &[(Severity::High, 156), (Severity::Low, 1)], 0),
        month("2026-09-01", Some("Root/Prod"), &[(Severity::High, 100)], 0),
        month("2026-10-01", None, &[(Severity::High, 80), (Severity::Low, 2_000)], 1_234),
        month("2026-10-01", Some("Root/Prod"), &[], 100),
        month("2026-11-01", None, &[(Severity::High, 20), (Severity::Low, 1_500)], 60),
    ];
    insta::assert_snapshot!(history::trend(&months, &View { width: 80, ..PLAIN }), @"
    OPEN       violations at the end of each month, by severity
      MONTH    OPEN       HIGH                LOW
      2026-09    157       156 ████████         1 ▏
      2026-10  2,080        80 ████▏        2,000 ████████
      2026-11  1,520        20 █▏           1,500 ██████

    DAYS       how long they were open, and those that were resolved in the month
      MONTH    MEAN AGE  90 % WITHIN  RESOLVED  MEAN TIME  90 % WITHIN
      2026-09    41.2 d      1,120 d         0          -            -
      2026-10    41.2 d      1,120 d     1,234      8.0 d         20 d
      2026-11    41.2 d      1,120 d        60      8.0 d         20 d

    OU         Root/Prod
      MONTH    OPEN      HIGH
      2026-09   100       100 ████████
      2026-10     0         0
      MONTH    MEAN AGE  90 % WITHIN  RESOLVED  MEAN TIME  90 % WITHIN
      2026-09    41.2 d      1,120 d         0          -            -
      2026-10         -            -       100      8.0 d         20 d
    ");
    insta::assert_snapshot!(history::trend(&[], &PLAIN), @"TREND      no run is complete yet");
}

#[test]
fn the_store() {
    let mut info = StoreInfo {
        place: "keysweep.db".to_owned(),
        engine: "SQLite 3.51.3".to_owned(),
        id: "01a222d6-store".to_owned(),
        created_at: world::now(),
        schema: 1,
        bytes: 812,
        organization_id: Some("o-exampleorgid".to_owned()),
        runs: [(RunStatus::Complete, 12)].into(),
        findings: [(FindingState::Open, 1_500)].into(),
        changes: 99_000,
        accounts: 40,
        credentials: 1_000,
        last_run: Some(world::interrupted(27)),
    };
    insta::assert_snapshot!(history::store(&info, &PLAIN), @"
    STORE      keysweep.db
      engine        SQLite 3.51.3, tables of version 1
      id            01a222d6-store
      created       2026-11-27 08:00 UTC
      size          812 B
      organization  o-exampleorgid
      runs          0 running, 12 complete, 0 interrupted
      last run      run 27 of 2026-11-27 02:00: interrupted
      findings      1,500 open, 0 exempt, 0 resolved
      changes       99,000
      accounts      40
      credentials   1,000
    ");
    let sizes = [0, 1_023, 1_024, 5 << 20, (1 << 30) + (1 << 29), u64::MAX].map(|bytes| {
        (info.bytes, info.last_run) = (bytes, None);
        let page = history::store(&info, &PLAIN);
        page.lines().find(|line| line.contains("size")).unwrap().split_once("size").unwrap().1.trim().to_owned()
    });
    insta::assert_snapshot!(sizes.join(", "), @"0 B, 1023 B, 1.0 KiB, 5.0 MiB, 1.5 GiB, 17179869183.9 GiB");
}

#[test]
fn what_is_wrong_with_a_store_and_what_was_removed() {
    let problems = ["page 7 is damaged".to_owned(), "finding 12 has no account".to_owned()];
    insta::assert_snapshot!(history::problems(&problems, &PLAIN), @"
    PROBLEM    page 7 is damaged

    PROBLEM    finding 12 has no account

    TOTAL      2 problems
    ");
    let pruned = Pruned { runs: 1, findings: 2_000, changes: 4_001, credentials: 0 };
    let pages = [true, false].map(|dry_run| history::pruned(&pruned, dry_run, &PLAIN));
    insta::assert_snapshot!(pages.concat(), @"
    PRUNE      would be removed: 1 run, 2,000 resolved findings, 4,001 changes, 0 credentials
    PRUNE      removed: 1 run, 2,000 resolved findings, 4,001 changes, 0 credentials
    ");
}
