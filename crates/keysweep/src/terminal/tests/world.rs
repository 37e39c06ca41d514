//! Results to render: an empty one, one with something of everything, and one with ten thousand findings.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use keysweep_model::{
    AccountGap, AccountNote, ApiCalls, Coverage, Evidence, EvidenceValue, Exempted, ExemptionUse, Finding, FindingId,
    PolicyId, PolicySummary, Remedy, ResourceType, Run, ScanResult, Service, Severity, Status, Step, Summary,
    ThrottledAccount, Throttling,
};
use keysweep_report::Spool;

use crate::terminal::{Recorded, View, scan};

/// The result of a scan with its findings.
pub(crate) struct Scanned {
    pub(crate) result: ScanResult,
    pub(crate) findings: Vec<Finding>,
    pub(crate) recorded: Option<Recorded>,
}

impl Scanned {
    /// The page of it.
    pub(crate) fn page(&self, view: &View) -> String {
        let mut findings = self.findings.clone();
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let mut spool = Spool::new(tempfile::tempfile().unwrap());
        for account in findings.chunk_by(|a, b| a.account_id == b.account_id) {
            spool.add(account[0].account_id, account).unwrap();
        }
        let mut page = String::new();
        let mut print = |piece: &str| {
            assert!(piece.ends_with('\n') && piece.len() < 80 * 1024, "{} bytes at once", piece.len());
            page += piece;
            Ok(())
        };
        scan(&self.result, &spool.finish(), self.recorded.as_ref(), view, &mut print).unwrap();
        page
    }
}

/// The accounts of the tests: number, name.
const ACCOUNTS: [(u64, &str); 5] = [
    (111_122_223_333, "payments-prod"),
    (222_233_334_444, "data-platform"),
    (333_344_445_555, "sandbox-ana"),
    (444_455_556_666, "erp"),
    (12, "archive"),
];

/// A scan that found nothing.
pub(crate) fn empty() -> Scanned {
    let result = ScanResult {
        run: Run {
            id: "0193-run".to_owned(),
            started_at: "2026-11-22T08:00:00Z".parse().unwrap(),
            finished_at: "2026-11-22T08:00:04.25Z".parse().unwrap(),
            as_of: "2026-11-22T08:00:00Z".parse().unwrap(),
            organization_id: Some("o-exampleorgid".to_owned()),
            management_account_id: Some("111122223333".parse().unwrap()),
            partition: "aws".parse().unwrap(),
        },
        coverage: Coverage { scanned: 2, ..Coverage::default() },
        policies: policies(),
        summary: Summary { users: 12, access_keys: 9, ..Summary::default() },
        api_calls: ApiCalls::default(),
        exemptions: Vec::new(),
        listed: None,
    };
    Scanned { result, findings: Vec::new(), recorded: None }
}

/// The name of the user that a finding is about.
pub(crate) fn user_of(finding: &Finding) -> &str {
    finding.user_name.as_ref().unwrap().as_str()
}

/// A scan that found something of everything.
pub(crate) fn rich() -> Scanned {
    let mut scanned = empty();
    let denied = "access keys could not be read: iam:ListAccessKeys was denied (AccessDenied): User: \
                  arn:aws:sts::{account}:assumed-role/Audit/keysweep is not authorized to perform: iam:ListAccessKeys \
                  on resource: user {user}";
    for (index, days) in (0..14).map(|index| (index, 1_204 - 83 * index as i64)) {
        let user = ["ci-deployer", "terraform", "backup-agent-eu-west-1", "ana.garcia@example.com"][index % 4];
        scanned.findings.push(fail("access-key-max-age", index, user, "age_days", days));
    }
    for index in 0..3 {
        let mut finding = fail("access-key-unused", index, "old-vendor", "idle_days", 400 - index as i64);
        finding.message = format!("never used in the {} days since it was made, limit 45", 400 - index);
        scanned.findings.push(finding);
    }
    let mut two = fail("single-active-access-key", 1, "release-bot", "newer", 1);
    two.message = "a newer active key of the same user exists".to_owned();
    scanned.findings.push(two);
    for index in 0..8 {
        let policy = ["access-key-max-age", "access-key-unused"][index % 2];
        let mut finding = made(policy, Status::Unknown, 3 + (index / 2) % 2, &format!("svc-{}", index / 2));
        finding.resource_id = None;
        finding.message =
            denied.replace("{account}", &finding.account_id.to_string()).replace("{user}", user_of(&finding));
        scanned.findings.push(finding);
    }
    let mut error = made("contractor-keys", Status::Error, 2, "temp-rk");
    error.message =
        "policies/contractor-keys.rhai:14:9: property `age` is unknown: did you mean `age_days`?".to_owned();
    scanned.findings.push(error);
    for index in 0..6 {
        let mut finding = made("access-key-max-age", Status::Exempt, index % 2, &format!("service-{index}"));
        finding.message = "service accounts rotate yearly".to_owned();
        scanned.findings.push(finding);
    }
    let until = "2027-03-01T00:00:00Z".parse().unwrap();
    let mut exempt = made("access-key-unused", Status::Exempt, 4, "old-vendor");
    exempt.message = "the vendor uses it once a year".to_owned();
    exempt.exemption = Some(Exempted::Register { id: "EX-17".parse().unwrap(), until });
    scanned.findings.push(exempt);
    let mut root = made("root-access-key", Status::Fail, 3, "root");
    (root.resource_type, root.user_name, root.resource_id) = (ResourceType::Root, None, None);
    root.message = "the root user has an access key".to_owned();
    scanned.findings.push(root);
    let used = |id: &str, problems: &[&str]| ExemptionUse {
        id: id.parse().unwrap(),
        owner: "billing".to_owned(),
        expires: until,
        matched: 1,
        problems: problems.iter().map(ToString::to_string).collect(),
    };
    scanned.result.exemptions =
        vec![used("EX-17", &[]), used("EX-3", &["it expired on 2026-10-31", "it matched nothing"])];
    scanned.result.coverage = rich_coverage();
    let calls = [("sts:AssumeRole", 6), ("iam:GetCredentialReport", 8), ("iam:ListAccessKeys", 1_033)];
    let throttling = Throttling { throttles: 12, waited: SignedDuration::from_millis(1_500) };
    scanned.result.api_calls.by_service = [(Service::Iam, throttling)].into();
    let account_id = "444455556666".parse().unwrap();
    scanned.result.api_calls.throttled_accounts = vec![ThrottledAccount { account_id, throttling }];
    scanned.result.api_calls.by_action = calls.map(|(action, count)| (action.to_owned(), count)).into();
    counted(scanned)
}

fn rich_coverage() -> Coverage {
    let gap = |id: u64, name: &str, step, reason: &str| AccountGap {
        account_id: Some(format!("{id:012}").parse().unwrap()),
        account_name: name.to_owned(),
        step,
        reason: reason.replace("{id}", &format!("{id:012}")),
    };
    let role = "the role `arn:aws:iam::{id}:role/OrganizationAccountAccessRole` could not be assumed (AccessDenied): it \
                does not exist, or does not trust the caller";
    Coverage {
        scanned: 5,
        failed: vec![
            gap(555_566_667_777, "acquired-startup", Step::AssumeRole, role),
            gap(666_677_778_888, "labs", Step::AssumeRole, role),
            gap(777_788_889_999, "dr", Step::ReadUsers, "iam:ListUsers was throttled 10 times in a row"),
        ],
        skipped: vec![gap(888_899_990_000, "closed-2024", Step::State, "the account is SUSPENDED")],
        notes: vec![AccountNote {
            account_id: "333344445555".parse().unwrap(),
            account_name: "sandbox-ana".to_owned(),
            reason: "the users were read one by one: the credential report was not ready after 120 seconds".to_owned(),
        }],
    }
}

/// A scan with `violations` violations in 500 accounts, half as many unknown and as many exempt.
pub(crate) fn large(violations: usize) -> Scanned {
    let mut scanned = empty();
    for index in 0..violations {
        let policy = ["access-key-max-age", "access-key-unused", "single-active-access-key"][index % 3];
        scanned.findings.push(fail(
            policy,
            index % 500,
            &format!("user-{index}"),
            "age_days",
            (index * 7 % 2_000) as i64,
        ));
    }
    for index in 0..violations / 2 {
        let mut finding = made("access-key-max-age", Status::Unknown, index % 500, &format!("user-{index}"));
        finding.message = format!("reason {} of user {}", index % 40, user_of(&finding));
        scanned.findings.push(finding);
        let mut finding = made("access-key-unused", Status::Exempt, index % 500, &format!("user-{index}"));
        finding.message = format!("ticket {index}");
        scanned.findings.push(finding);
    }
    for index in 0..300_u64 {
        scanned.result.coverage.failed.push(AccountGap {
            account_id: Some(format!("{:012}", 900_000_000_000 + index).parse().unwrap()),
            account_name: format!("failed-{index}"),
            step: Step::AssumeRole,
            reason: format!("cause {} in {}", index % 20, 900_000_000_000 + index),
        });
    }
    counted(scanned)
}

/// The result with its summary counted from its findings, and 2,900 passes.
pub(crate) fn counted(mut scanned: Scanned) -> Scanned {
    let summary = &mut scanned.result.summary;
    for finding in &scanned.findings {
        summary.by_status.count(finding.status);
        summary.by_policy.entry(finding.policy.clone()).or_default().count(finding.status);
        if finding.status == Status::Fail {
            *summary.by_severity.entry(finding.severity).or_default() += 1;
        }
    }
    summary.by_status.pass = 2_900;
    scanned
}

/// A violation that a policy found by the days named `evidence`.
pub(crate) fn fail(policy: &str, index: usize, user: &str, evidence: &str, days: i64) -> Finding {
    let mut finding = made(policy, Status::Fail, index, user);
    finding.message = format!("active for {days} days, limit 90");
    finding.evidence = Evidence::from([(evidence.to_owned(), EvidenceValue::Integer(days))]);
    finding
}

/// A finding in the account and of the key of that number.
pub(crate) fn made(policy: &str, status: Status, index: usize, user: &str) -> Finding {
    let (account, name) = match ACCOUNTS.get(index % ACCOUNTS.len()) {
        Some((account, name)) if index < 20 => (*account, (*name).to_owned()),
        _ => (500_000_000_000 + index as u64, format!("account-{index}")),
    };
    let policy: PolicyId = policy.parse().unwrap();
    let account_id = format!("{account:012}").parse().unwrap();
    let key = format!("AKIA{index:016}");
    Finding {
        id: FindingId::new(&policy, account_id, &key),
        severity: severity(policy.as_str()),
        policy,
        status,
        account_id,
        account_name: name,
        ou_path: Some("Root/Workloads/Prod".to_owned()),
        resource_type: ResourceType::AccessKey,
        resource_arn: format!("arn:aws:iam::{account:012}:user/{user}"),
        resource_id: Some(key),
        user_name: Some(user.parse().unwrap()),
        message: String::new(),
        evidence: Evidence::new(),
        remedy: Remedy::Rotate,
        exemption: None,
        seen: None,
    }
}

fn severity(policy: &str) -> Severity {
    match policy {
        "access-key-unused" => Severity::High,
        "single-active-access-key" => Severity::Low,
        _ => Severity::Medium,
    }
}

fn policies() -> Vec<PolicySummary> {
    let policy = |id: &str, title: &str, frameworks: &[(&str, &str)]| PolicySummary {
        id: id.parse().unwrap(),
        title: title.to_owned(),
        severity: severity(id),
        resource: ResourceType::AccessKey,
        remedy: Remedy::Rotate,
        params: BTreeMap::new(),
        frameworks: frameworks.iter().map(|(name, control)| (name.to_string(), vec![control.to_string()])).collect(),
        source: "shipped".to_owned(),
        script_digest: String::new(),
    };
    vec![
        policy("access-key-max-age", "Access keys are rotated every 90 days or less", &[("cis-aws", "1.14")]),
        policy("access-key-unused", "Access keys that are not used for 45 days are removed", &[("cis-aws", "1.12")]),
        policy("single-active-access-key", "A user has one active access key at most", &[]),
    ]
}
