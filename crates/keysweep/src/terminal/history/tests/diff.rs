//! What changed between two runs.

use keysweep_model::{
    AccountOutcome, ChangeKind, ChangedFinding, CoverageChange, Difference, NotJudgedGroup, Severity,
};

use super::{PLAIN, world};
use crate::terminal::history;

/// A difference with something of everything.
pub(super) fn difference() -> Difference {
    let changed = |kind, before, after, reason: &str, finding| ChangedFinding {
        kind,
        before,
        after,
        reason: reason.to_owned(),
        finding,
    };
    let [medium, high] = [Severity::Medium, Severity::High].map(|severity| Some(world::failing(severity)));
    let denied = "account 111122223333 could not be read in run 27: sts:AssumeRole was denied";
    Difference {
        from: world::run(26),
        to: world::run(27),
        counts: [
            (ChangeKind::New, 40),
            (ChangeKind::Changed, 1),
            (ChangeKind::Resolved, 1),
            (ChangeKind::NotJudged, 1),
        ]
        .into(),
        new_violations: [(Severity::High, 40)].into(),
        findings: vec![
            changed(ChangeKind::New, None, high.clone(), "active for 91 days", world::open(Severity::High, "ann")),
            changed(
                ChangeKind::Changed,
                medium,
                high.clone(),
                "active for 91 days",
                world::open(Severity::High, "bob"),
            ),
            changed(ChangeKind::Resolved, high.clone(), None, "the access key is gone", world::resolved()),
            changed(ChangeKind::NotJudged, high.clone(), high, "iam:ListUserTags was denied", world::not_judged()),
        ],
        not_judged: vec![
            NotJudgedGroup {
                reason: denied.to_owned(),
                account_id: Some("111122223333".parse().unwrap()),
                policy: None,
                findings: 1_200,
            },
            NotJudgedGroup {
                reason: "the policy did not run".to_owned(),
                account_id: None,
                policy: Some("access-key-unused".parse().unwrap()),
                findings: 1,
            },
        ],
        coverage: vec![CoverageChange {
            account_id: "111122223333".parse().unwrap(),
            account_name: "labs".to_owned(),
            before: Some(AccountOutcome::Scanned),
            after: Some(AccountOutcome::Failed),
            reason: Some("sts:AssumeRole was denied".to_owned()),
        }],
    }
}

#[test]
fn what_changed_between_two_runs() {
    insta::assert_snapshot!(history::diff(&difference(), &PLAIN), @"
    DIFF       from run 26 of 2026-11-26 02:00 to run 27 of 2026-11-27 02:00

    NEW        40 findings reported for the first time
      access-key-max-age  000000000012  payments-prod  ann  AKIAEXAMPLE000000001
          high: active for 91 days (b0b500a19d75f39d2b02)
      ... and 39 more: --all shows each

    CHANGED    1 finding of another status, severity or exemption
      access-key-max-age  000000000012  payments-prod  bob  AKIAEXAMPLE000000001
          high: fail (medium) -> fail (high): active for 91 days (089c28d578a02b63d827)

    RESOLVED   1 finding no longer reported
      access-key-max-age  000000000012  payments-prod  old-vendor  AKIAEXAMPLE000000001
          low: the access key is gone (bd201e4118ebb0b8bbd6)

    UNDECIDED  1 finding that could not be judged as before: the earlier state holds
      access-key-max-age  000000000012  payments-prod  terraform  AKIAEXAMPLE000000001
          high: iam:ListUserTags was denied (3af2994d1e31a3c5cb01)

    NOT JUDGED 1,201 open findings of the earlier run, of which the later one says nothing
      1,200 findings  111122223333       account 111122223333 could not be read in run 27: sts:AssumeRole was denied
      1 finding       access-key-unused  the policy did not run

    COVERAGE   1 account with another outcome
      111122223333  labs  scanned -> failed  sts:AssumeRole was denied

    TOTAL      40 new, 1 changed, 1 resolved, 1 no longer judged; 40 new violations (40 high)
    ");
    let (counts, new_violations) = ([].into(), [].into());
    let nothing = Difference {
        counts,
        new_violations,
        findings: Vec::new(),
        not_judged: Vec::new(),
        coverage: Vec::new(),
        ..difference()
    };
    insta::assert_snapshot!(history::diff(&nothing, &PLAIN), @"
    DIFF       from run 26 of 2026-11-26 02:00 to run 27 of 2026-11-27 02:00

    TOTAL      no finding has changed; no new violations
    ");
}
