//! The document of a scan, byte for byte: its keys, their order, and how each kind of value is written.

use std::io::{self, Write};

use jiff::SignedDuration;
use keysweep_model::{
    AccountGap, AccountNote, ApiCalls, ChangeKind, Coverage, Evidence, EvidenceValue, Exempted, ExemptionUse, Finding,
    FindingId, ParamValue, PolicySummary, Remedy, ResourceType, Run, ScanResult, Seen, Service, Severity, Status,
    StatusCounts, Step, Summary, ThrottledAccount, Throttling,
};

use crate::{Findings, Spool, json};

/// Characters that a name may hold.
const EVIL: &str = "\u{1b}[2J \"quoted\" \\ \n\u{202e} </script> 名前";

fn empty() -> ScanResult {
    ScanResult {
        run: Run {
            id: "0193".to_owned(),
            started_at: "2026-11-22T08:00:00Z".parse().unwrap(),
            finished_at: "2026-11-22T08:00:04.123456789Z".parse().unwrap(),
            as_of: "2027-03-01T00:00:00Z".parse().unwrap(),
            organization_id: None,
            management_account_id: None,
            partition: "aws-cn".parse().unwrap(),
        },
        coverage: Coverage::default(),
        policies: Vec::new(),
        summary: Summary::default(),
        api_calls: ApiCalls::default(),
        exemptions: Vec::new(),
        listed: None,
    }
}

fn rich() -> ScanResult {
    let policy = PolicySummary {
        id: "access-key-max-age".parse().unwrap(),
        title: "Access keys are rotated every 90 days or less".to_owned(),
        severity: Severity::Medium,
        resource: ResourceType::AccessKey,
        remedy: Remedy::Rotate,
        params: [
            ("exempt_paths", ParamValue::List(vec!["/service/".to_owned()])),
            ("factor", ParamValue::Number(1.5)),
            ("max_age_days", ParamValue::Integer(90)),
            ("strict", ParamValue::Boolean(true)),
            ("tag", ParamValue::String("owner".to_owned())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into(),
        frameworks: [("cis-aws".to_owned(), vec!["1.14".to_owned()])].into(),
        source: "shipped".to_owned(),
        script_digest: String::new(),
    };
    let gap = |account_id: Option<&str>, step, reason: &str| AccountGap {
        account_id: account_id.map(|id| id.parse().unwrap()),
        account_name: "erp".to_owned(),
        step,
        reason: reason.to_owned(),
    };
    ScanResult {
        run: Run {
            organization_id: Some("o-exampleorgid".to_owned()),
            management_account_id: Some("000000000012".parse().unwrap()),
            ..empty().run
        },
        coverage: Coverage {
            scanned: 1,
            failed: vec![gap(None, Step::ListAccounts, "organizations:ListAccounts was denied")],
            skipped: vec![gap(Some("444455556666"), Step::State, "the account is SUSPENDED")],
            notes: vec![AccountNote {
                account_id: "111122223333".parse().unwrap(),
                account_name: "payments".to_owned(),
                reason: "the users were read one by one: there was no report".to_owned(),
            }],
        },
        summary: Summary {
            by_policy: [(policy.id.clone(), counts())].into(),
            by_status: counts(),
            by_severity: [(Severity::Low, 1), (Severity::Critical, 2)].into(),
            users: 3,
            users_gone: 0,
            users_renamed: 0,
            access_keys: 15,
        },
        policies: vec![policy, PolicySummary { id: "had-nothing-to-judge".parse().unwrap(), ..bare_policy() }],
        api_calls: ApiCalls {
            by_action: [("sts:AssumeRole".to_owned(), 2), ("iam:ListUsers".to_owned(), 1)].into(),
            by_service: [(Service::Iam, throttling())].into(),
            throttled_accounts: vec![ThrottledAccount {
                account_id: "111122223333".parse().unwrap(),
                throttling: throttling(),
            }],
        },
        listed: None,
        exemptions: vec![ExemptionUse {
            id: "EX-17".parse().unwrap(),
            owner: "billing".to_owned(),
            expires: "2027-03-01T00:00:00Z".parse().unwrap(),
            matched: 2,
            problems: vec!["it names account 444455556666, which is gone".to_owned()],
        }],
    }
}

fn findings() -> Vec<Finding> {
    vec![
        finding(Some("AKIAIOSFODNN7EXAMPLE"), Status::Fail),
        finding(None, Status::Unknown),
        exempt(Exempted::Register { id: "EX-17".parse().unwrap(), until: "2027-03-01T00:00:00Z".parse().unwrap() }),
        exempt(Exempted::Policy { until: None }),
        of_root(),
        seen(Some(ChangeKind::New)),
        seen(Some(ChangeKind::NotJudged)),
        seen(None),
    ]
}

fn seen(change: Option<ChangeKind>) -> Finding {
    let first_seen_at = "2026-11-21T08:00:00.123456789Z".parse().unwrap();
    Finding { seen: Some(Seen { first_seen_at, change }), ..finding(Some("AKIAIOSFODNN7EXAMPLE"), Status::Fail) }
}

fn throttling() -> Throttling {
    Throttling { throttles: 7, waited: SignedDuration::from_micros(1_234_567) }
}

fn counts() -> StatusCounts {
    StatusCounts { pass: 1, fail: 2, exempt: 3, unknown: 4, error: 5 }
}

fn bare_policy() -> PolicySummary {
    PolicySummary {
        id: "x".parse().unwrap(),
        title: String::new(),
        severity: Severity::Info,
        resource: ResourceType::AccessKey,
        remedy: Remedy::None,
        params: [].into(),
        frameworks: [].into(),
        source: "policies/x.rhai".to_owned(),
        script_digest: String::new(),
    }
}

fn finding(key: Option<&str>, status: Status) -> Finding {
    let policy = "access-key-max-age".parse().unwrap();
    let account_id = "111122223333".parse().unwrap();
    Finding {
        id: FindingId::new(&policy, account_id, key.unwrap_or("deploy")),
        policy,
        status,
        severity: Severity::Medium,
        account_id,
        account_name: "payments".to_owned(),
        ou_path: key.map(|_| "Root/Prod".to_owned()),
        resource_type: ResourceType::AccessKey,
        resource_arn: "arn:aws-cn:iam::111122223333:user/deploy".to_owned(),
        resource_id: key.map(ToOwned::to_owned),
        user_name: Some("deploy".parse().unwrap()),
        message: "active for 412 days, limit 90".to_owned(),
        evidence: evidence(),
        remedy: Remedy::Rotate,
        seen: None,
        exemption: None,
    }
}

fn exempt(by: Exempted) -> Finding {
    Finding { exemption: Some(by), ..finding(Some("AKIAIOSFODNN7EXAMPLE"), Status::Exempt) }
}

fn of_root() -> Finding {
    Finding {
        resource_type: ResourceType::Root,
        resource_arn: "arn:aws-cn:iam::111122223333:root".to_owned(),
        user_name: None,
        evidence: [
            ("offenders".to_owned(), EvidenceValue::List(vec!["a".to_owned(), "b".to_owned()])),
            ("share".to_owned(), EvidenceValue::Number(0.5)),
        ]
        .into(),
        ..finding(None, Status::Fail)
    }
}

fn evidence() -> Evidence {
    [
        ("active", EvidenceValue::Boolean(true)),
        ("age_days", EvidenceValue::Integer(412)),
        ("created_at", EvidenceValue::Time("2025-10-06T12:30:00Z".parse().unwrap())),
        ("last_used", EvidenceValue::Unreadable("iam:GetAccessKeyLastUsed was denied (AccessDenied)".to_owned())),
        ("user.tag(owner)", EvidenceValue::Text("ana".to_owned())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The findings, in the order in which they are given.
fn spooled(findings: &[Finding]) -> Findings {
    let mut spool = Spool::new(tempfile::tempfile().unwrap());
    spool.add("111122223333".parse().unwrap(), findings).unwrap();
    spool.finish()
}

fn document(result: &ScanResult, findings: &[Finding]) -> String {
    let mut out = Vec::new();
    json::write(result, &spooled(findings), &mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]")
}

#[test]
fn a_scan_with_something_of_everything() {
    insta::assert_snapshot!(document(&rich(), &findings()));
}

#[test]
fn a_scan_of_nothing_has_every_key() {
    insta::assert_snapshot!(document(&empty(), &[]), @r#"
    {
      "schema": "keysweep.scan/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "run": {
        "id": "0193",
        "started_at": "2026-11-22T08:00:00Z",
        "finished_at": "2026-11-22T08:00:04.123Z",
        "as_of": "2027-03-01T00:00:00Z",
        "organization_id": null,
        "management_account_id": null,
        "partition": "aws-cn"
      },
      "coverage": {
        "expected": 0,
        "scanned": 0,
        "failed": [],
        "skipped": [],
        "notes": []
      },
      "policies": [],
      "summary": {
        "by_policy": {},
        "by_status": {
          "pass": 0,
          "fail": 0,
          "exempt": 0,
          "unknown": 0,
          "error": 0
        },
        "by_severity": {
          "critical": 0,
          "high": 0,
          "medium": 0,
          "low": 0,
          "info": 0
        },
        "users": 0,
        "users_gone": 0,
        "users_renamed": 0,
        "access_keys": 0
      },
      "api_calls": {
        "total": 0,
        "by_action": {},
        "by_domain": {
          "iam": {
            "calls": 0,
            "throttles": 0,
            "seconds_waited": 0.0
          },
          "organizations": {
            "calls": 0,
            "throttles": 0,
            "seconds_waited": 0.0
          },
          "sts": {
            "calls": 0,
            "throttles": 0,
            "seconds_waited": 0.0
          }
        },
        "throttled_accounts": 0,
        "most_throttled": []
      },
      "exemptions": [],
      "findings": []
    }
    "#);
}

#[test]
fn text_from_aws_comes_back_as_it_was_and_never_breaks_the_document() {
    let mut findings = findings();
    findings[0].account_name = EVIL.to_owned();
    findings[0].message = EVIL.to_owned();
    findings[0].evidence = [(EVIL.to_owned(), EvidenceValue::Text(EVIL.to_owned()))].into();
    let text = document(&rich(), &findings);
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    let finding = &document["findings"][0];
    assert_eq!(
        [&finding["account_name"], &finding["message"], &finding["evidence"][EVIL]],
        [EVIL; 3],
        "and no raw escape in {text:?}"
    );
    assert!(!text.contains('\u{1b}'));
}

#[test]
fn a_refused_write_is_an_error_of_its_own_kind() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for findings in [findings(), vec![findings()[0].clone(); 1_000]] {
        let refused = json::write(&rich(), &spooled(&findings), &mut Full);
        assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

#[test]
fn a_large_scan_is_written_piece_by_piece() {
    struct Pieces {
        largest: usize,
        total: usize,
    }
    impl Write for Pieces {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            self.largest = self.largest.max(piece.len());
            self.total += piece.len();
            Ok(piece.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut out = Pieces { largest: 0, total: 0 };
    json::write(&rich(), &spooled(&vec![findings()[0].clone(); 10_000]), &mut out).unwrap();
    assert!(out.total > 5_000_000 && out.largest <= 64 * 1024, "{} bytes, {} at once", out.total, out.largest);
}

#[test]
fn findings_that_cannot_be_read_back_are_an_error() {
    let file = tempfile::tempfile().unwrap();
    let mut spool = Spool::new(file.try_clone().unwrap());
    spool.add("111122223333".parse().unwrap(), &findings()).unwrap();
    file.set_len(20).unwrap();
    let refused = json::write(&rich(), &spool.finish(), &mut Vec::new()).unwrap_err().to_string();
    insta::assert_snapshot!(refused, @"could not read the findings back from a temporary file: failed to fill whole buffer");
}
