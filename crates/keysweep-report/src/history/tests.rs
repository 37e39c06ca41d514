//! The documents of the history, byte for byte.

mod lists;
mod world;

use std::io;

use keysweep_model::{
    AccountOutcome, Change, ChangeKind, ChangedFinding, CoverageChange, Days, Difference, FindingHistory, FindingState,
    NotJudgedGroup, RecordedAccount, RecordedPolicy, RunDetail, RunStatus, Severity, Status, Step, StoreInfo,
    TrendMonth,
};

use super::{diff_json, finding_json, runs_json, store_json, trend_json};

/// What is written, with the version of the program replaced.
fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn runs() {
    let runs = [world::run(12), world::interrupted_run(11)];
    insta::assert_snapshot!(written(|out| runs_json::write(&runs, out)), @r#"
    {
      "schema": "keysweep.runs/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "runs": [
        {
          "number": 12,
          "id": "0193-run-12",
          "status": "complete",
          "source": "aws",
          "version": "0.0.9",
          "started_at": "2026-11-12T02:00:00Z",
          "finished_at": "2026-11-12T02:04:02.5Z",
          "as_of": "2026-11-12T02:00:00Z",
          "organization_id": "o-exampleorgid",
          "management_account_id": "000000000012",
          "partition": "aws",
          "selection": {
            "accounts": [],
            "ous": [],
            "excluded_accounts": [],
            "policies": []
          },
          "process": "1234 on build-7",
          "accounts": {
            "scanned": 36,
            "failed": 3,
            "skipped": 0
          },
          "result": {
            "by_status": {
              "pass": 7710,
              "fail": 12,
              "exempt": 2,
              "unknown": 1,
              "error": 0
            },
            "by_severity": {
              "critical": 0,
              "high": 2,
              "medium": 10,
              "low": 0,
              "info": 0
            },
            "changes": {
              "new": 3,
              "reopened": 0,
              "changed": 0,
              "resolved": 1,
              "not_judged": 0,
              "judged_again": 0
            },
            "new_violations": {
              "critical": 0,
              "high": 1,
              "medium": 0,
              "low": 0,
              "info": 0
            }
          }
        },
        {
          "number": 11,
          "id": "0193-run-11",
          "status": "interrupted",
          "source": "inventory",
          "version": "0.0.9",
          "started_at": "2026-11-11T02:00:00Z",
          "finished_at": null,
          "as_of": "2026-11-11T02:00:00Z",
          "organization_id": null,
          "management_account_id": null,
          "partition": "aws",
          "selection": {
            "accounts": [
              "000000000012"
            ],
            "ous": [
              "Root/Prod"
            ],
            "excluded_accounts": [],
            "policies": [
              "access-key-unused"
            ]
          },
          "process": "1234 on build-7",
          "accounts": {
            "scanned": 0,
            "failed": 0,
            "skipped": 0
          },
          "result": null
        }
      ]
    }
    "#);
}

#[test]
fn a_run_with_its_gaps_and_policies() {
    let gap = |account_id: Option<&str>, outcome, gap| RecordedAccount {
        account_id: account_id.map(|id| id.parse().unwrap()),
        account_name: "labs".to_owned(),
        outcome,
        gap,
    };
    let policy = RecordedPolicy {
        id: "access-key-max-age".parse().unwrap(),
        title: "Access keys are rotated".to_owned(),
        severity: Severity::Medium,
        params: [("max_age_days".to_owned(), "90".to_owned()), ("odd".to_owned(), "not JSON".to_owned())].into(),
    };
    let detail = RunDetail {
        run: world::run(12),
        gaps: vec![
            gap(Some("000000000012"), AccountOutcome::Failed, Some((Step::AssumeRole, "denied".to_owned()))),
            gap(None, AccountOutcome::Failed, Some((Step::ListAccounts, "throttled".to_owned()))),
            gap(Some("111122223333"), AccountOutcome::Skipped, None),
        ],
        policies: vec![policy],
    };
    let text = written(|out| runs_json::write_one(&detail, out));
    insta::assert_snapshot!(text.split_once("  \"gaps\"").unwrap().1, @r#"
    : [
        {
          "account_id": "000000000012",
          "account_name": "labs",
          "outcome": "failed",
          "step": "assume_role",
          "reason": "denied"
        },
        {
          "account_id": null,
          "account_name": "labs",
          "outcome": "failed",
          "step": "list_accounts",
          "reason": "throttled"
        },
        {
          "account_id": "111122223333",
          "account_name": "labs",
          "outcome": "skipped",
          "step": null,
          "reason": null
        }
      ],
      "policies": [
        {
          "id": "access-key-max-age",
          "title": "Access keys are rotated",
          "severity": "medium",
          "params": {
            "max_age_days": 90,
            "odd": "not JSON"
          }
        }
      ]
    }
    "#);
}

#[test]
fn a_finding_with_its_changes() {
    let change = |run, kind, before, after, reason: &str| Change {
        moment: world::moment(run),
        run_id: (run > 1).then(|| format!("0193-run-{run}")),
        kind,
        before,
        after,
        reason: reason.to_owned(),
    };
    let exempted = keysweep_model::Standing {
        status: Status::Exempt,
        exempted_by: Some("EX-17".to_owned()),
        ..world::failing(Severity::High)
    };
    let history = FindingHistory {
        finding: world::exempt(),
        changes: vec![
            change(1, ChangeKind::New, None, Some(world::failing(Severity::Medium)), "active for 91 days"),
            change(
                3,
                ChangeKind::Changed,
                Some(world::failing(Severity::Medium)),
                Some(exempted),
                "the vendor rotates",
            ),
        ],
    };
    insta::assert_snapshot!(written(|out| finding_json::write(&history, world::now(), out)), @r#"
    {
      "schema": "keysweep.finding/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "as_of": "2026-11-27T08:00:00.123Z",
      "finding": {
        "id": "307ff97cf5de9fe058d2",
        "policy": "access-key-max-age",
        "policy_title": "Access keys are rotated every 90 days or less",
        "state": "exempt",
        "status": "exempt",
        "severity": "high",
        "first_severity": "medium",
        "account_id": "000000000012",
        "account_name": "payments",
        "ou_path": null,
        "resource_type": "root",
        "resource_arn": "arn:aws:iam::000000000012:user/root",
        "resource_id": null,
        "user_name": null,
        "owner": null,
        "owner_known": false,
        "message": "active for 412 days, limit 90",
        "remedy": "rotate",
        "exemption": {
          "by": "register",
          "id": "EX-17",
          "until": "2027-03-01T00:00:00Z"
        },
        "first_seen": {
          "run": 1,
          "at": "2026-11-01T02:00:00Z"
        },
        "opened": {
          "run": 3,
          "at": "2026-11-03T02:00:00Z"
        },
        "open_days": 24,
        "last_seen": {
          "run": 20,
          "at": "2026-11-20T02:00:00Z"
        },
        "not_judged": null,
        "resolved": null
      },
      "changes": [
        {
          "run": 1,
          "run_id": null,
          "at": "2026-11-01T02:00:00Z",
          "kind": "new",
          "before": null,
          "after": {
            "status": "fail",
            "severity": "medium",
            "exempted_by": null
          },
          "reason": "active for 91 days"
        },
        {
          "run": 3,
          "run_id": "0193-run-3",
          "at": "2026-11-03T02:00:00Z",
          "kind": "changed",
          "before": {
            "status": "fail",
            "severity": "medium",
            "exempted_by": null
          },
          "after": {
            "status": "exempt",
            "severity": "high",
            "exempted_by": "EX-17"
          },
          "reason": "the vendor rotates"
        }
      ]
    }
    "#);
}

#[test]
fn a_difference() {
    let difference = Difference {
        from: world::run(11),
        to: world::run(12),
        counts: [(ChangeKind::New, 1), (ChangeKind::Resolved, 4)].into(),
        new_violations: [(Severity::High, 1)].into(),
        findings: vec![ChangedFinding {
            kind: ChangeKind::New,
            before: None,
            after: Some(world::failing(Severity::High)),
            reason: "active for 91 days".to_owned(),
            finding: world::open("ann"),
        }],
        not_judged: vec![NotJudgedGroup {
            reason: "the account was not read".to_owned(),
            account_id: Some("000000000012".parse().unwrap()),
            policy: None,
            findings: 7,
        }],
        coverage: vec![CoverageChange {
            account_id: "000000000012".parse().unwrap(),
            account_name: "payments".to_owned(),
            before: Some(AccountOutcome::Scanned),
            after: None,
            reason: None,
        }],
    };
    let text = written(|out| diff_json::write(&difference, world::now(), out));
    // The runs and the finding are as in the other documents.
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["from"]["number"], &value["to"]["number"]), (&11.into(), &12.into()));
    assert_eq!(value["changes"][0]["finding"]["open_days"], 24);
    let (_, rest) = text.split_once("  \"summary\"").unwrap();
    let (summary, rest) = rest.split_once("      \"finding\": {").unwrap();
    insta::assert_snapshot!(summary, @r#"
    : {
        "changes": {
          "new": 1,
          "reopened": 0,
          "changed": 0,
          "resolved": 4,
          "not_judged": 0,
          "judged_again": 0
        },
        "new_violations": {
          "critical": 0,
          "high": 1,
          "medium": 0,
          "low": 0,
          "info": 0
        }
      },
      "changes": [
        {
          "kind": "new",
          "before": null,
          "after": {
            "status": "fail",
            "severity": "high",
            "exempted_by": null
          },
          "reason": "active for 91 days",
    "#);
    insta::assert_snapshot!(rest.split_once("  \"not_judged\": [").unwrap().1, @r#"

        {
          "reason": "the account was not read",
          "account_id": "000000000012",
          "policy": null,
          "findings": 7
        }
      ],
      "coverage": [
        {
          "account_id": "000000000012",
          "account_name": "payments",
          "before": "scanned",
          "after": null,
          "reason": null
        }
      ]
    }
    "#);
}

#[test]
fn a_trend() {
    let days = Days { mean: 41.256, p90: 120 };
    let month = |ou: Option<&str>| TrendMonth {
        month: "2026-11-01".parse().unwrap(),
        ou_path: ou.map(str::to_owned),
        open: [(Severity::High, 3)].into(),
        age: Some(days),
        resolved: 0,
        time_to_resolve: None,
    };
    insta::assert_snapshot!(written(|out| trend_json::write(&[month(None), month(Some("Root/Prod"))], out)), @r#"
    {
      "schema": "keysweep.trend/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "months": [
        {
          "month": "2026-11",
          "ou_path": null,
          "open": {
            "critical": 0,
            "high": 3,
            "medium": 0,
            "low": 0,
            "info": 0
          },
          "age": {
            "mean_days": 41.26,
            "p90_days": 120
          },
          "resolved": 0,
          "time_to_resolve": null
        },
        {
          "month": "2026-11",
          "ou_path": "Root/Prod",
          "open": {
            "critical": 0,
            "high": 3,
            "medium": 0,
            "low": 0,
            "info": 0
          },
          "age": {
            "mean_days": 41.26,
            "p90_days": 120
          },
          "resolved": 0,
          "time_to_resolve": null
        }
      ]
    }
    "#);
}

#[test]
fn a_store() {
    let info = StoreInfo {
        place: "postgres://keysweep@db/keysweep".to_owned(),
        engine: "PostgreSQL 16.4".to_owned(),
        id: "0193-store".to_owned(),
        created_at: world::now(),
        schema: 1,
        bytes: 4_096,
        organization_id: None,
        runs: [(RunStatus::Complete, 12)].into(),
        findings: [(FindingState::Open, 5)].into(),
        changes: 99,
        accounts: 40,
        credentials: 1_000,
        last_run: None,
    };
    insta::assert_snapshot!(written(|out| store_json::write(&info, out)), @r#"
    {
      "schema": "keysweep.store_info/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "store": {
        "place": "postgres://keysweep@db/keysweep",
        "engine": "PostgreSQL 16.4",
        "id": "0193-store",
        "created_at": "2026-11-27T08:00:00.123Z",
        "schema_version": 1,
        "bytes": 4096,
        "organization_id": null
      },
      "runs": {
        "running": 0,
        "complete": 12,
        "interrupted": 0
      },
      "findings": {
        "open": 5,
        "exempt": 0,
        "resolved": 0
      },
      "changes": 99,
      "accounts": 40,
      "credentials": 1000,
      "last_run": null
    }
    "#);
}
