//! Pages of the history, as they read.

mod diff;
mod numbers;
mod unruly;
mod world;

use std::io;

use keysweep_model::{
    AccountOutcome, Change, ChangeKind, FindingFilter, FindingHistory, FindingStates, GroupBy, RecordedAccount,
    RecordedFinding, RecordedPolicy, RunDetail, RunStatus, Severity, Standing, Status, Step,
};
use keysweep_report::history::{FindingList, Take};

use crate::terminal::{View, history};

const PLAIN: View = View { width: 120, color: false, all: false };

/// The page of these findings, of all of which there are as many as `counts` says.
fn findings(states: FindingStates, shown: &[RecordedFinding], counts: &[(Severity, u64)], view: &View) -> String {
    let (run, filter) = (world::run(27), FindingFilter { states, ..FindingFilter::default() });
    let total = (!counts.is_empty()).then(|| world::group(None, "", counts));
    let list = FindingList { as_of: world::now(), run: Some(&run), filter: &filter, total: total.as_ref() };
    let mut page = String::new();
    let mut each = |take: &mut Take<'_>| shown.iter().cloned().try_for_each(take);
    let mut print = |piece: &str| {
        page += piece;
        Ok(())
    };
    history::findings(&list, &mut each, view, &mut print).unwrap();
    page
}

#[test]
fn runs_with_what_distinguishes_them() {
    let mut running = world::interrupted(26);
    running.status = RunStatus::Running;
    let runs = [world::run(27), running, world::interrupted(3)];
    insta::assert_snapshot!(history::runs(&runs, true, &PLAIN), @"
    RUN  STARTED (UTC)     STATUS       ACCOUNTS  VIOLATIONS  NEW  RESOLVED  NOTES
     27  2026-11-27 02:00  complete     36 of 40       1,528    4        12
     26  2026-11-26 02:00  running             7           -    -         -  recorded by process 1234 on build-7; from an
                                                                             inventory; as of 2027-03-01 00:00; narrowed to
                                                                             2 accounts, 1 OU, 1 policy; without 1 account
      3  2026-11-03 02:00  interrupted         7           -    -         -  was recorded by process 1234 on build-7; from
                                                                             an inventory; as of 2027-03-01 00:00; narrowed
                                                                             to 2 accounts, 1 OU, 1 policy; without 1
                                                                             account
    ... and older ones: --all shows each
    ");
    insta::assert_snapshot!(history::runs(&[], false, &PLAIN), @"RUNS       none is recorded yet");
}

fn detail() -> RunDetail {
    let gap = |account_id: Option<&str>, outcome, step, reason: &str| RecordedAccount {
        account_id: account_id.map(|id| id.parse().unwrap()),
        account_name: "labs".to_owned(),
        outcome,
        gap: Some((step, reason.to_owned())),
    };
    let denied = "the role `arn:aws:iam::111122223333:role/Audit` could not be assumed (AccessDenied)";
    RunDetail {
        run: world::run(27),
        gaps: vec![
            gap(Some("111122223333"), AccountOutcome::Failed, Step::AssumeRole, denied),
            gap(None, AccountOutcome::Failed, Step::ListAccounts, "organizations:ListAccounts was throttled"),
            gap(Some("222233334444"), AccountOutcome::Skipped, Step::State, "the account is SUSPENDED"),
        ],
        policies: vec![RecordedPolicy {
            id: "access-key-max-age".parse().unwrap(),
            title: "Access keys are rotated".to_owned(),
            severity: Severity::Medium,
            params: [("max_age_days".to_owned(), "90".to_owned())].into(),
        }],
    }
}

#[test]
fn a_run() {
    insta::assert_snapshot!(history::run(&detail(), &PLAIN), @"
    RUN        27: complete
               01a222d6-run-27
      started       2026-11-27 02:00 UTC
      ended         2026-11-27 02:04 UTC, took 4 min 2 s
      as of         2026-11-27 02:00 UTC
      read from     AWS
      organization  o-exampleorgid
      management    000000000012
      partition     aws
      recorded by   Keysweep 0.0.9, process 1234 on build-7

    POLICIES   1
      medium  access-key-max-age  max_age_days: 90

    COVERAGE   36 of 39 accounts scanned, 2 failed, 1 skipped
      1 failed  list accounts: organizations:ListAccounts was throttled
          id not listed  labs
      1 failed  assume role: the role `arn:aws:iam::111122223333:role/Audit` could not be assumed (AccessDenied)
          111122223333  labs
      1 skipped  state: the account is SUSPENDED
          222233334444  labs

    CHANGES    3 new, 1 reopened, 12 resolved; 3 new violations (1 high, 2 low)

    TOTAL      1,528 violations (2 high, 1,526 medium), 1 unknown, 0 in error, 2 exempt, 7,710 passed
    ");
    let interrupted = RunDetail { run: world::interrupted(26), gaps: Vec::new(), ..detail() };
    insta::assert_snapshot!(history::run(&interrupted, &PLAIN), @"
    RUN        26: interrupted
               01a222d6-run-26
      started      2026-11-26 02:00 UTC
      as of        2027-03-01 00:00 UTC
      read from    a saved inventory
      partition    aws
      accounts     000000000012, 111122223333
      ous          Root/Prod
      excluded     444455556666
      policies     access-key-unused
      recorded by  Keysweep 0.0.9, process 1234 on build-7

    POLICIES   1
      medium  access-key-max-age  max_age_days: 90
    ");
}

#[test]
fn findings_by_severity_with_those_that_are_not_shown() {
    let shown =
        [world::open(Severity::Critical, "ci-deployer"), world::not_judged(), world::open(Severity::High, "ann")];
    let counts = [(Severity::Critical, 1), (Severity::High, 12), (Severity::Low, 10_000)];
    insta::assert_snapshot!(findings(FindingStates::Open, &shown, &counts, &PLAIN), @"
    CRITICAL   1 open finding
      access-key-max-age  000000000012  payments-prod  ci-deployer  AKIAEXAMPLE000000001
          open 24 d: active for 412 days, limit 90; owner billing (3433329f3c1dd9cb9610)

    HIGH       12 open findings
      access-key-max-age  000000000012  payments-prod  terraform  AKIAEXAMPLE000000001
          open 24 d, unknown: the tags could not be read; not judged by the newest run: the account could not be read in run
          27: sts:AssumeRole was denied (3af2994d1e31a3c5cb01)
      access-key-max-age  000000000012  payments-prod  ann        AKIAEXAMPLE000000001
          open 24 d: active for 412 days, limit 90; owner billing (b0b500a19d75f39d2b02)
      ... and 10,010 more: --all shows each

    TOTAL      10,013 open findings (1 critical, 12 high, 10,000 low), the oldest 24 d; as of run 27 of 2026-11-27 02:00
    ");
}

#[test]
fn findings_of_all_states_in_a_wide_terminal() {
    let policy = Some(keysweep_model::Exempted::Policy { until: None });
    let by_policy = RecordedFinding { exemption: policy, ..world::exempt() };
    let error = RecordedFinding { status: Status::Error, ..world::open(Severity::Low, "x") };
    let shown = [world::open(Severity::High, "ann"), world::exempt(), by_policy, world::resolved(), error];
    let counts = [(Severity::High, 1), (Severity::Medium, 2), (Severity::Low, 2)];
    let wide = View { width: 220, ..PLAIN };
    insta::assert_snapshot!(findings(FindingStates::All, &shown, &counts, &wide), @"
    HIGH       1 finding
      access-key-max-age  000000000012  payments-prod  ann  AKIAEXAMPLE000000001  open 24 d: active for 412 days, limit 90; owner billing (b0b500a19d75f39d2b02)

    MEDIUM     2 findings
      access-key-max-age  000000000012  payments-prod  (root user)  -  exempt 24 d: active for 412 days, limit 90; exempted by EX-17 until 2027-03-01 00:00 (307ff97cf5de9fe058d2)
      access-key-max-age  000000000012  payments-prod  (root user)  -  exempt 24 d: active for 412 days, limit 90; exempted by the policy itself (307ff97cf5de9fe058d2)

    LOW        2 findings
      access-key-max-age  000000000012  payments-prod  old-vendor  AKIAEXAMPLE000000001  was open 5 d: active for 412 days, limit 90; resolved by run 8 of 2026-11-08 02:00: the access key is gone (bd201e4118ebb0b8bbd6)
      access-key-max-age  000000000012  payments-prod  x           AKIAEXAMPLE000000001  open 24 d, in error: active for 412 days, limit 90; owner billing (721ef0c949aeb96ccde0)

    TOTAL      5 findings (1 high, 2 medium, 2 low), the oldest 24 d; as of run 27 of 2026-11-27 02:00
    ");
}

#[test]
fn no_findings() {
    insta::assert_snapshot!(findings(FindingStates::Open, &[], &[], &PLAIN), @"TOTAL      0 open findings match; as of run 27 of 2026-11-27 02:00");
    let filter = FindingFilter { states: FindingStates::Resolved, ..FindingFilter::default() };
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: None };
    insta::assert_snapshot!(history::groups(&list, GroupBy::Owner, &[], None, &PLAIN), @"TOTAL      0 resolved findings match; no run is complete yet");
}

#[test]
fn many_findings_are_printed_as_they_come_and_stay_aligned() {
    let (filter, run) = (FindingFilter::default(), world::run(27));
    let list = FindingList { as_of: world::now(), run: Some(&run), filter: &filter, total: None };
    let (mut given, mut printed) = (0, Vec::new());
    let mut each = |take: &mut Take<'_>| {
        (0..10_000).try_for_each(|_| {
            given += 1;
            take(world::open(Severity::Low, "ann"))
        })
    };
    let mut print = |piece: &str| {
        assert!(piece.ends_with('\n') && piece.len() < 80 * 1024, "{} bytes at once", piece.len());
        printed.push(piece.to_owned());
        Ok(())
    };
    history::findings(&list, &mut each, &PLAIN, &mut print).unwrap();
    assert!(printed.len() > 10, "{} pieces", printed.len());
    assert_eq!(
        (given, printed.concat().matches("  access-key-max-age  000000000012  payments-prod  ann").count()),
        (10_000, 10_000)
    );
}

#[test]
fn what_fails_to_be_printed_or_given_ends_the_list() {
    let filter = FindingFilter::default();
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: None };
    let mut damaged = |_: &mut Take<'_>| Err(io::Error::other("damaged"));
    let error = history::findings(&list, &mut damaged, &PLAIN, &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.to_string(), "damaged");
    let mut each = |take: &mut Take<'_>| (0..100_000).try_for_each(|_| take(world::open(Severity::Low, "ann")));
    let mut closed = |_: &str| Err(io::ErrorKind::BrokenPipe.into());
    let error = history::findings(&list, &mut each, &PLAIN, &mut closed).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
}

#[test]
fn groups_with_their_counts_and_their_oldest() {
    let groups = [
        world::group(Some("billing"), "", &[(Severity::High, 12), (Severity::Low, 1_000)]),
        world::group(None, "no owner tag", &[(Severity::Low, 3)]),
        world::group(Some("search"), "", &[(Severity::Low, 2)]),
        world::group(Some("data"), "", &[(Severity::Low, 1)]),
    ];
    let total = world::group(None, "", &[(Severity::High, 12), (Severity::Low, 1_006)]);
    let (run, filter) = (world::run(27), FindingFilter::default());
    let list = FindingList { as_of: world::now(), run: Some(&run), filter: &filter, total: Some(&total) };
    insta::assert_snapshot!(history::groups(&list, GroupBy::Owner, &groups, Some(2), &PLAIN), @"
    OWNER    FINDINGS  HIGH    LOW  OLDEST
    billing     1,012    12  1,000    24 d
    -               3     0      3    24 d  no owner tag
    ... and 2 more with 3 findings: --all shows each

    TOTAL      1,018 open findings (12 high, 1,006 low), the oldest 24 d; as of run 27 of 2026-11-27 02:00
    ");
    let account = [world::group(Some("000000000012"), "payments-prod", &[(Severity::Medium, 7)])];
    let page = history::groups(&list, GroupBy::Account, &account, None, &PLAIN);
    insta::assert_snapshot!(page.split_once("\n\n").unwrap().0, @"
    ACCOUNT       FINDINGS  MEDIUM  OLDEST  NAME
    000000000012         7       7    24 d  payments-prod
    ");
}

#[test]
fn a_finding_with_its_history() {
    let change = |run, kind, before, after, reason: &str| Change {
        moment: world::moment(run),
        run_id: None,
        kind,
        before,
        after,
        reason: reason.to_owned(),
    };
    let [medium, high] = [Severity::Medium, Severity::High].map(|severity| Some(world::failing(severity)));
    let exempted =
        Some(Standing { status: Status::Exempt, severity: Severity::High, exempted_by: Some("EX-17".to_owned()) });
    let changes = vec![
        change(1, ChangeKind::New, None, medium.clone(), "active for 91 days, limit 90"),
        change(2, ChangeKind::Resolved, medium.clone(), None, "the policy passes it now"),
        change(3, ChangeKind::Reopened, None, medium.clone(), "active for 93 days, limit 90"),
        change(5, ChangeKind::Changed, medium, high.clone(), "active for 95 days, limit 90"),
        change(9, ChangeKind::NotJudged, high.clone(), high.clone(), "iam:ListUserTags was denied (AccessDenied)"),
        change(10, ChangeKind::JudgedAgain, high.clone(), high.clone(), "active for 100 days, limit 90"),
        change(20, ChangeKind::Changed, high, exempted, "the vendor rotates these keys itself"),
    ];
    let finding = world::open(Severity::High, "ann");
    insta::assert_snapshot!(history::finding(&FindingHistory { finding, changes }, world::now(), &PLAIN), @"
    HIGH       access-key-max-age: open for 24 d, since run 3 of 2026-11-03 02:00
               Access keys are rotated every 90 days or less
               active for 412 days, limit 90

    FINDING    b0b500a19d75f39d2b02
      account     000000000012 payments-prod
      ou path     Root/Prod
      user        ann
      access key  AKIAEXAMPLE000000001
      arn         arn:aws:iam::000000000012:user/ann
      owner       billing
      severity    high, medium when it was first seen
      remedy      rotate
      first seen  run 1 of 2026-11-01 02:00
      last seen   run 27 of 2026-11-27 02:00

    HISTORY    7 changes
      run 1   2026-11-01 02:00  new               fail (medium)                   active for 91 days, limit 90
      run 2   2026-11-02 02:00  resolved          fail (medium)                   the policy passes it now
      run 3   2026-11-03 02:00  reopened          fail (medium)                   active for 93 days, limit 90
      run 5   2026-11-05 02:00  changed           fail (medium) -> fail (high)    active for 95 days, limit 90
      run 9   2026-11-09 02:00  no longer judged  fail (high)                     iam:ListUserTags was denied (AccessDenied)
      run 10  2026-11-10 02:00  judged again      fail (high)                     active for 100 days, limit 90
      run 20  2026-11-20 02:00  changed           fail (high) -> exempt by EX-17  the vendor rotates these keys itself
    ");
}

#[test]
fn findings_that_are_not_open_any_more_or_not_judged() {
    let head = |finding| {
        let page = history::finding(&FindingHistory { finding, changes: Vec::new() }, world::now(), &PLAIN);
        page.split_once("\nHISTORY").unwrap().0.to_owned()
    };
    insta::assert_snapshot!([world::exempt(), world::resolved(), world::not_judged()].map(head).join("\n----\n"), @"
    MEDIUM     access-key-max-age: exempted by EX-17 until 2027-03-01 00:00; reported for 24 d, since run 3 of 2026-11-03
               02:00
               Access keys are rotated every 90 days or less
               active for 412 days, limit 90

    FINDING    307ff97cf5de9fe058d2
      account     000000000012 payments-prod
      arn         arn:aws:iam::000000000012:user/root
      owner       no owner tag
      remedy      rotate
      first seen  run 1 of 2026-11-01 02:00
      last seen   run 27 of 2026-11-27 02:00

    ----
    LOW        access-key-max-age: resolved by run 8 of 2026-11-08 02:00: the access key is gone; was open for 5 d, since
               run 3 of 2026-11-03 02:00
               Access keys are rotated every 90 days or less
               active for 412 days, limit 90

    FINDING    bd201e4118ebb0b8bbd6
      account     000000000012 payments-prod
      ou path     Root/Prod
      user        old-vendor
      access key  AKIAEXAMPLE000000001
      arn         arn:aws:iam::000000000012:user/old-vendor
      owner       no owner tag
      severity    low, medium when it was first seen
      remedy      rotate
      first seen  run 1 of 2026-11-01 02:00
      last seen   run 27 of 2026-11-27 02:00

    ----
    HIGH       access-key-max-age: open for 24 d, since run 3 of 2026-11-03 02:00
               Access keys are rotated every 90 days or less
               the tags could not be read

    FINDING    3af2994d1e31a3c5cb01
      account     000000000012 payments-prod
      ou path     Root/Prod
      user        terraform
      access key  AKIAEXAMPLE000000001
      arn         arn:aws:iam::000000000012:user/terraform
      owner       not known: the tags were not read
      severity    high, medium when it was first seen
      remedy      rotate
      first seen  run 1 of 2026-11-01 02:00
      last seen   run 20 of 2026-11-20 02:00

    NOT JUDGED by the newest run: the account could not be read in run 27: sts:AssumeRole was denied
    ");
}
