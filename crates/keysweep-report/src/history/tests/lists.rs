//! Lists of findings, which are written as they come.

use std::io::{self, Write};

use keysweep_model::{FindingFilter, FindingGroup, FindingStates, GroupBy, RecordedFinding, Severity};

use super::{world, written};
use crate::history::{Each, FindingList, Take, findings_csv, findings_json};

/// Gives these findings.
fn each(findings: Vec<RecordedFinding>) -> impl FnMut(&mut Take<'_>) -> io::Result<()> {
    move |take: &mut Take<'_>| findings.iter().cloned().try_for_each(take)
}

fn filter() -> FindingFilter {
    FindingFilter {
        states: FindingStates::All,
        policies: vec!["access-key-max-age".parse().unwrap()],
        severities: vec![Severity::High],
        accounts: vec!["000000000012".parse().unwrap()],
        ous: vec!["Root/Prod".to_owned()],
        owners: vec!["billing".to_owned()],
        since: Some(world::at("2026-11-01T00:00:00Z")),
        opened_before: None,
    }
}

fn document(findings: Vec<RecordedFinding>) -> String {
    let (run, filter, total) = (world::run(20), filter(), world::total());
    let list = FindingList { as_of: world::now(), run: Some(&run), filter: &filter, total: Some(&total) };
    written(|out| findings_json::write(&list, &mut each(findings), out))
}

#[test]
fn findings_with_what_was_asked_for() {
    insta::assert_snapshot!(document(vec![world::open("ann")]), @r#"
    {
      "schema": "keysweep.findings/v1",
      "tool": {
        "name": "keysweep",
        "version": "[version]"
      },
      "as_of": "2026-11-27T08:00:00.123Z",
      "run": {
        "number": 20,
        "id": "0193-run-20",
        "started_at": "2026-11-20T02:00:00Z"
      },
      "filter": {
        "status": "all",
        "policies": [
          "access-key-max-age"
        ],
        "severities": [
          "high"
        ],
        "accounts": [
          "000000000012"
        ],
        "ous": [
          "Root/Prod"
        ],
        "owners": [
          "billing"
        ],
        "since": "2026-11-01T00:00:00Z",
        "opened_before": null
      },
      "summary": {
        "findings": 3,
        "by_severity": {
          "critical": 0,
          "high": 3,
          "medium": 0,
          "low": 0,
          "info": 0
        },
        "oldest": "2026-11-03T02:00:00Z"
      },
      "group_by": null,
      "groups": null,
      "findings": [
        {
          "id": "b0b500a19d75f39d2b02",
          "policy": "access-key-max-age",
          "policy_title": "Access keys are rotated every 90 days or less",
          "state": "open",
          "status": "fail",
          "severity": "high",
          "first_severity": "medium",
          "account_id": "000000000012",
          "account_name": "payments",
          "ou_path": "Root/Prod",
          "resource_type": "access_key",
          "resource_arn": "arn:aws:iam::000000000012:user/ann",
          "resource_id": "AKIAEXAMPLE000000001",
          "user_name": "ann",
          "owner": "billing",
          "owner_known": true,
          "message": "active for 412 days, limit 90",
          "remedy": "rotate",
          "exemption": null,
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
          "not_judged": "the account was not read: AssumeRole was denied",
          "resolved": null
        }
      ]
    }
    "#);
}

#[test]
fn findings_that_are_exempt_and_resolved() {
    let text = document(vec![world::exempt(), world::resolved()]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let shown = |index: usize| {
        let finding = &value["findings"][index];
        let keys = ["state", "owner", "owner_known", "exemption", "open_days", "not_judged", "resolved"];
        keys.map(|key| format!("{key}: {}", finding[key])).join("\n")
    };
    insta::assert_snapshot!([shown(0), shown(1)].join("\n\n"), @r#"
    state: "exempt"
    owner: null
    owner_known: false
    exemption: {"by":"register","id":"EX-17","until":"2027-03-01T00:00:00Z"}
    open_days: 24
    not_judged: null
    resolved: null

    state: "resolved"
    owner: null
    owner_known: true
    exemption: null
    open_days: 5
    not_judged: null
    resolved: {"run":8,"at":"2026-11-08T02:00:00Z","reason":"the access key is gone"}
    "#);
}

#[test]
fn groups_in_place_of_findings() {
    let filter = FindingFilter::default();
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: None };
    let text = written(|out| findings_json::write_groups(&list, GroupBy::Owner, &groups(), out));
    insta::assert_snapshot!(text.split_once("  \"run\"").unwrap().1, @r#"
    : null,
      "filter": {
        "status": "open",
        "policies": [],
        "severities": [],
        "accounts": [],
        "ous": [],
        "owners": [],
        "since": null,
        "opened_before": null
      },
      "summary": {
        "findings": 0,
        "by_severity": {
          "critical": 0,
          "high": 0,
          "medium": 0,
          "low": 0,
          "info": 0
        },
        "oldest": null
      },
      "group_by": "owner",
      "groups": [
        {
          "key": "billing",
          "label": "",
          "findings": 3,
          "by_severity": {
            "critical": 0,
            "high": 3,
            "medium": 0,
            "low": 0,
            "info": 0
          },
          "oldest": "2026-11-03T02:00:00Z"
        },
        {
          "key": null,
          "label": "the tags were not read",
          "findings": 3,
          "by_severity": {
            "critical": 0,
            "high": 3,
            "medium": 0,
            "low": 0,
            "info": 0
          },
          "oldest": "2026-11-03T02:00:00Z"
        }
      ],
      "findings": null
    }
    "#);
}

fn groups() -> [FindingGroup; 2] {
    let group = |key: Option<&str>, label: &str| FindingGroup {
        key: key.map(str::to_owned),
        label: label.to_owned(),
        ..world::total()
    };
    [group(Some("billing"), ""), group(None, "the tags were not read")]
}

#[test]
fn lines_of_csv() {
    let findings = vec![world::open("=cmd|' /C calc'!A0"), world::exempt(), world::resolved()];
    insta::assert_snapshot!(written(|out| findings_csv::write(world::now(), &mut each(findings), out)), @r#"
    id,policy,policy_title,state,status,severity,first_severity,account_id,account_name,ou_path,resource_type,resource_arn,resource_id,user_name,owner,message,remedy,exempted_by,exempted_until,first_seen_at,opened_at,open_days,last_seen_run,last_seen_at,not_judged,resolved_run,resolved_at,resolved_reason
    71101906794780ad3df1,access-key-max-age,Access keys are rotated every 90 days or less,open,fail,high,medium,000000000012,payments,Root/Prod,access_key,arn:aws:iam::000000000012:user/=cmd|' /C calc'!A0,AKIAEXAMPLE000000001,'=cmd|' /C calc'!A0,billing,"active for 412 days, limit 90",rotate,,,2026-11-01T02:00:00Z,2026-11-03T02:00:00Z,24,20,2026-11-20T02:00:00Z,the account was not read: AssumeRole was denied,,,
    307ff97cf5de9fe058d2,access-key-max-age,Access keys are rotated every 90 days or less,exempt,exempt,high,medium,000000000012,payments,,root,arn:aws:iam::000000000012:user/root,,,,"active for 412 days, limit 90",rotate,EX-17,2027-03-01T00:00:00Z,2026-11-01T02:00:00Z,2026-11-03T02:00:00Z,24,20,2026-11-20T02:00:00Z,,,,
    b0b500a19d75f39d2b02,access-key-max-age,Access keys are rotated every 90 days or less,resolved,fail,high,medium,000000000012,payments,Root/Prod,access_key,arn:aws:iam::000000000012:user/ann,AKIAEXAMPLE000000001,ann,,"active for 412 days, limit 90",rotate,,,2026-11-01T02:00:00Z,2026-11-03T02:00:00Z,5,20,2026-11-20T02:00:00Z,,8,2026-11-08T02:00:00Z,the access key is gone
    "#);
    insta::assert_snapshot!(written(|out| findings_csv::write_groups(GroupBy::Owner, &groups(), out)), @"
    owner,label,findings,critical,high,medium,low,info,oldest
    billing,,3,0,3,0,0,0,2026-11-03T02:00:00Z
    ,the tags were not read,3,0,3,0,0,0,2026-11-03T02:00:00Z
    ");
}

#[test]
fn what_a_spreadsheet_would_run_is_text_and_what_is_not_seen_is_escaped() {
    let line = |message: &str| {
        let finding = RecordedFinding { message: message.to_owned(), ..world::open("ann") };
        let text = written(|out| findings_csv::write(world::now(), &mut each(vec![finding]), out));
        let (_, rest) = text.split_once("billing,").unwrap();
        rest.split_once(",rotate,").unwrap().0.to_owned()
    };
    let messages = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "a=b", "a\u{202e}b", "a,\"b\"\nc", "'=1"];
    insta::assert_snapshot!(messages.map(line).join("\n"), @r#"
    '=1+1
    '+1
    '-1
    '@SUM(A1)
    '\t=1
    '\r=1
    a=b
    a\u{202e}b
    "a,""b""\nc"
    '=1
    "#);
}

/// Takes so many bytes, and then refuses as a pipe without a reader.
struct Closed(usize);

impl Write for Closed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_stops_early_ends_the_list_and_is_known_as_such() {
    let filter = FindingFilter::default();
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: None };
    let mut given = 0;
    let mut many = |take: &mut Take<'_>| {
        (0..100_000).try_for_each(|_| {
            given += 1;
            take(world::open("ann"))
        })
    };
    let json = findings_json::write(&list, &mut many, &mut Closed(100_000)).unwrap_err();
    let csv = findings_csv::write(world::now(), &mut many, &mut Closed(100_000)).unwrap_err();
    assert_eq!([json.kind(), csv.kind()], [io::ErrorKind::BrokenPipe; 2]);
    assert!(given < 1_000, "{given} findings");
}

#[test]
fn what_fails_to_give_findings_is_told() {
    let filter = FindingFilter::default();
    let list = FindingList { as_of: world::now(), run: None, filter: &filter, total: None };
    let mut damaged = |_: &mut Take<'_>| Err(io::Error::other("damaged"));
    let each: &mut Each<'_> = &mut damaged;
    assert_eq!(findings_json::write(&list, each, &mut Vec::new()).unwrap_err().to_string(), "damaged");
    assert_eq!(findings_csv::write(world::now(), each, &mut Vec::new()).unwrap_err().to_string(), "damaged");
}
