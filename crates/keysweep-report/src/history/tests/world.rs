//! Values of the history with something of everything.

use jiff::Timestamp;
use keysweep_model::{
    AccountOutcome, ChangeKind, Exempted, FindingGroup, FindingId, Moment, PolicyId, RecordedFinding, RecordedRun,
    Remedy, Resolved, ResourceOwner, ResourceType, RunResult, RunSelection, RunSource, RunStatus, Severity, Standing,
    Status, StatusCounts,
};

/// The time of the tests.
pub(crate) fn now() -> Timestamp {
    at("2026-11-27T08:00:00.123456Z")
}

/// A time.
pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// The run of that number and its time: one in each night of November.
pub(crate) fn moment(run: u64) -> Moment {
    Moment { run, at: at(&format!("2026-11-{run:02}T02:00:00Z")) }
}

/// A complete run.
pub(crate) fn run(number: u64) -> RecordedRun {
    RecordedRun {
        number,
        id: format!("0193-run-{number}"),
        status: RunStatus::Complete,
        source: RunSource::Aws,
        version: "0.0.9".to_owned(),
        started_at: moment(number).at,
        finished_at: Some(at(&format!("2026-11-{number:02}T02:04:02.5Z"))),
        as_of: moment(number).at,
        organization_id: Some("o-exampleorgid".to_owned()),
        management_account_id: Some("000000000012".parse().unwrap()),
        partition: "aws".parse().unwrap(),
        selection: RunSelection::default(),
        process: "1234 on build-7".to_owned(),
        accounts: [(AccountOutcome::Scanned, 36), (AccountOutcome::Failed, 3)].into(),
        result: Some(RunResult {
            accounts: Default::default(),
            by_status: StatusCounts { pass: 7_710, fail: 12, exempt: 2, unknown: 1, error: 0 },
            by_severity: [(Severity::High, 2), (Severity::Medium, 10)].into(),
            changes: [(ChangeKind::New, 3), (ChangeKind::Resolved, 1)].into(),
            new_violations: [(Severity::High, 1)].into(),
            unlisted: Vec::new(),
        }),
    }
}

/// A run of an inventory that was narrowed and interrupted.
pub(crate) fn interrupted_run(number: u64) -> RecordedRun {
    RecordedRun {
        status: RunStatus::Interrupted,
        source: RunSource::Inventory,
        finished_at: None,
        organization_id: None,
        management_account_id: None,
        selection: RunSelection {
            accounts: vec!["000000000012".parse().unwrap()],
            ous: vec!["Root/Prod".to_owned()],
            excluded_accounts: Vec::new(),
            policies: vec!["access-key-unused".parse().unwrap()],
        },
        accounts: [].into(),
        result: None,
        ..run(number)
    }
}

/// An open violation of a user of this name.
pub(crate) fn open(user: &str) -> RecordedFinding {
    let policy: PolicyId = "access-key-max-age".parse().unwrap();
    let account_id = "000000000012".parse().unwrap();
    RecordedFinding {
        id: FindingId::new(&policy, account_id, user),
        policy,
        policy_title: "Access keys are rotated every 90 days or less".to_owned(),
        status: Status::Fail,
        severity: Severity::High,
        first_severity: Severity::Medium,
        account_id,
        account_name: "payments".to_owned(),
        ou_path: Some("Root/Prod".to_owned()),
        resource_type: ResourceType::AccessKey,
        resource_arn: format!("arn:aws:iam::000000000012:user/{user}"),
        resource_id: Some("AKIAEXAMPLE000000001".to_owned()),
        user_name: Some(user.parse().unwrap()),
        owner: ResourceOwner::Named("billing".to_owned()),
        message: "active for 412 days, limit 90".to_owned(),
        remedy: Remedy::Rotate,
        exemption: None,
        first_seen: moment(1),
        opened: moment(3),
        last_seen: moment(20),
        not_judged: Some("the account was not read: AssumeRole was denied".to_owned()),
        resolved: None,
    }
}

/// A finding that the register exempts, on the root user.
pub(crate) fn exempt() -> RecordedFinding {
    let until = at("2027-03-01T00:00:00Z");
    RecordedFinding {
        status: Status::Exempt,
        ou_path: None,
        resource_type: ResourceType::Root,
        resource_id: None,
        user_name: None,
        owner: ResourceOwner::Unknown,
        exemption: Some(Exempted::Register { id: "EX-17".parse().unwrap(), until }),
        not_judged: None,
        ..open("root")
    }
}

/// A finding that was resolved after five days.
pub(crate) fn resolved() -> RecordedFinding {
    RecordedFinding {
        owner: ResourceOwner::None,
        not_judged: None,
        resolved: Some(Resolved { moment: moment(8), reason: "the access key is gone".to_owned() }),
        ..open("ann")
    }
}

/// How a violation of this severity is reported.
pub(crate) fn failing(severity: Severity) -> Standing {
    Standing { status: Status::Fail, severity, exempted_by: None }
}

/// All findings that match.
pub(crate) fn total() -> FindingGroup {
    FindingGroup {
        key: None,
        label: String::new(),
        findings: 3,
        by_severity: [(Severity::High, 3)].into(),
        oldest: moment(3).at,
    }
}
