//! Holds a live list of access keys against what the credential report says of the same user.
//!
//! Two things about a report are assumed and not documented, so that every live read tests them:
//!
//! - That `access_key_n_last_rotated` is the moment of the key's creation. AWS documents it as "created or last
//!   changed", and a changed key would look younger than it is. A key that is older than the report says proves it.
//! - Where undated slots are taken as empty, that the report dates inactive keys. AWS documents that it does not, and
//!   live reports do. A key that was there and that the report has no place for disproves it.
//!
//! A report that fails either test is of no use for the account.
//! Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html

use jiff::Timestamp;
use keysweep_model::{AccessKey, CredentialStatus};

/// How many keys a report has room for.
const SLOTS: usize = 2;

/// What a live list says of a report.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Audit {
    /// The report may be right.
    Agrees,
    /// The report has the date of a key that is inactive: it dates inactive keys.
    DatesInactiveKey,
    /// The report has a later date for a key than that of its creation; which.
    DatesKeyLater(String),
    /// The report has no date for a key that was there; which.
    LacksKey(String),
}

/// Holds the list `live` of a user's keys against the keys that the report has of the user. What was made from
/// `settled_at` on may be too new for the report.
pub(crate) fn audit(reported: &[AccessKey], live: &[AccessKey], settled_at: Timestamp) -> Audit {
    let has = |keys: &[AccessKey], date: Timestamp| keys.iter().any(|key| made(key) == Some(date));
    let unknown_to_aws = reported.iter().filter_map(made).filter(|date| !has(live, *date));
    let unknown_to_report = || live.iter().filter_map(made).filter(|date| !has(reported, *date));
    for slot in unknown_to_aws {
        if let Some(key) = unknown_to_report().find(|key| *key < slot) {
            return Audit::DatesKeyLater(format!("it says that a key was made at {slot}, and AWS says {key}"));
        }
    }
    let has_room = reported.len() < SLOTS && !reported.iter().any(AccessKey::is_possible);
    if let Some(key) = unknown_to_report().find(|key| has_room && *key < settled_at) {
        return Audit::LacksKey(format!("it has no date for a key that was made at {key}"));
    }
    let confirms = |slot: &AccessKey| {
        is_inactive(slot) && live.iter().any(|key| is_inactive(key) && made(key).is_some() && made(key) == made(slot))
    };
    if reported.iter().any(confirms) { Audit::DatesInactiveKey } else { Audit::Agrees }
}

fn made(key: &AccessKey) -> Option<Timestamp> {
    key.created_at.value().map(|at| second(*at))
}

/// The second of a moment: reports are no more precise.
pub(crate) fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

fn is_inactive(key: &AccessKey) -> bool {
    key.status.value() == Some(&CredentialStatus::Inactive)
}

#[cfg(test)]
mod tests {
    use keysweep_model::{Facet, Fact, LastUsed};

    use super::*;

    const SETTLED: i64 = 1000;

    fn key(made: i64, status: CredentialStatus) -> AccessKey {
        AccessKey {
            id: Fact::NotRead(Facet::AccessKeys),
            status: Fact::Live(status),
            created_at: Fact::Live(Timestamp::from_second(made).unwrap()),
            last_used: Fact::Live(LastUsed::Never),
        }
    }

    fn active(made: i64) -> AccessKey {
        key(made, CredentialStatus::Active)
    }

    fn inactive(made: i64) -> AccessKey {
        key(made, CredentialStatus::Inactive)
    }

    fn audited(reported: &[AccessKey], live: &[AccessKey]) -> Audit {
        audit(reported, live, Timestamp::from_second(SETTLED).unwrap())
    }

    fn contradicts(reported: &[AccessKey], live: &[AccessKey]) -> bool {
        matches!(audited(reported, live), Audit::DatesKeyLater(_))
    }

    #[test]
    fn a_key_that_is_older_than_the_report_says_contradicts_it() {
        assert!(contradicts(&[active(500)], &[active(100)]));
        assert!(contradicts(&[active(500), AccessKey::possible()], &[active(100)]));
        assert!(contradicts(&[active(100), active(500)], &[active(100), active(400)]));
        assert!(contradicts(&[active(500), active(600)], &[active(500), active(400)]));
    }

    #[test]
    fn what_happened_since_contradicts_nothing() {
        assert_eq!(audited(&[active(100)], &[active(100)]), Audit::Agrees);
        let mut precise = active(100);
        precise.created_at = Fact::Live("1970-01-01T00:01:40.5Z".parse().unwrap());
        assert_eq!(audited(&[precise], &[active(100)]), Audit::Agrees);
        // Deleted; deactivated; replaced.
        assert_eq!(audited(&[active(100), active(200)], &[active(200)]), Audit::Agrees);
        assert_eq!(audited(&[active(100)], &[inactive(100)]), Audit::Agrees);
        assert_eq!(audited(&[active(100)], &[active(2000)]), Audit::Agrees);
    }

    #[test]
    fn a_key_that_the_report_has_no_place_for_contradicts_it() {
        let lacks = |reported: &[AccessKey], live: &[AccessKey]| matches!(audited(reported, live), Audit::LacksKey(_));
        assert!(lacks(&[active(500)], &[active(500), inactive(600)]));
        assert!(lacks(&[], &[inactive(600)]));
        // It may be in an undated slot; made since; a third one.
        assert_eq!(audited(&[active(500), AccessKey::possible()], &[active(500), inactive(600)]), Audit::Agrees);
        assert_eq!(audited(&[active(500)], &[active(500), active(SETTLED)]), Audit::Agrees);
        assert_eq!(audited(&[active(5), active(6)], &[active(5), active(6), active(7)]), Audit::Agrees);
    }

    #[test]
    fn a_date_of_an_inactive_key_confirms_that_there_are_such() {
        assert_eq!(audited(&[inactive(5), active(6)], &[inactive(5), active(6)]), Audit::DatesInactiveKey);
        assert_eq!(audited(&[inactive(5)], &[active(5)]), Audit::Agrees);
        assert_eq!(
            audited(&[inactive(5), inactive(6)], &[inactive(4), inactive(5)]),
            Audit::DatesKeyLater(
                "it says that a key was made at 1970-01-01T00:00:06Z, and AWS says 1970-01-01T00:00:04Z".to_owned()
            )
        );
    }
}
