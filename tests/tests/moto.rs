//! A second opinion: an organization that is served by moto, whose authors never heard of Keysweep.

use serde_json::Value;

use crate::{
    process::keysweep,
    python::Moto,
    truth::{Violation, reported, violations},
};

/// A scan of an organization of moto's with reports of this kind: the document, the violations that follow from the
/// truth, and those that were found.
struct Scanned {
    document: Value,
    expected: Vec<Violation>,
    found: Vec<Violation>,
}

impl Scanned {
    fn with_report(report: &str) -> Self {
        let moto = Moto::serve(report);
        let ran = keysweep(&format!(
            "scan --policy access-key-max-age,access-key-unused,single-active-access-key --format json --as-of {}",
            moto.now
        ))
        .envs(&moto.environment)
        .run();
        let document = ran.json();
        assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
        let caller = moto.environment.iter().find(|(name, _)| name == "AWS_ACCESS_KEY_ID").unwrap().1.clone();
        let expected = violations(&moto.truth, moto.now.parse().unwrap(), &caller).into_iter().collect();
        Self { expected, found: reported(&document).into_iter().collect(), document }
    }

    fn calls(&self, action: &str) -> u64 {
        self.document["api_calls"]["by_action"][action].as_u64().unwrap_or_default()
    }
}

/// What has to hold whichever way the facts were read.
fn assert_right(scanned: &Scanned) {
    let Scanned { document, expected, found } = scanned;
    let mut coverage = document["coverage"].clone();
    // How the accounts were read is another matter.
    coverage.as_object_mut().unwrap().remove("notes");
    assert_eq!(coverage, serde_json::json!({ "expected": 13, "scanned": 13, "failed": [], "skipped": [] }));
    assert_eq!(found, expected);
    let of = |policy: &str| expected.iter().filter(|(it, ..)| it == policy).count();
    let policies = ["access-key-max-age", "access-key-unused", "single-active-access-key"];
    assert!(policies.iter().all(|policy| of(policy) > 10), "too few to tell: {expected:#?}");
}

#[test]
fn a_report_of_2015_is_not_used_and_every_user_is_read() {
    let scanned = Scanned::with_report("moto");
    assert_right(&scanned);
    assert_eq!(scanned.calls("iam:ListAccessKeys"), 13 * 15);
}

#[test]
fn a_report_of_today_is_used_and_only_suspects_are_read() {
    let scanned = Scanned::with_report("real");
    assert_right(&scanned);
    assert_eq!((scanned.calls("iam:GetCredentialReport"), scanned.calls("iam:ListUsers")), (13, 13));
    assert!(scanned.calls("iam:ListAccessKeys") < 13 * 15);
}
