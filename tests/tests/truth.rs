//! What a scan of an organization must find, computed from the truth about it by nothing but the policies' documentation.
//!
//! The truth is the JSON of `keysweep orgsim truth`, which the moto organization prints as well.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::harness::ACCESS_KEY_POLICIES;

/// A violation: policy, account, user and access key.
pub(crate) type Violation = (String, String, String, String);

/// The violations that the truth has as of `now`; those of the key with the id `caller` by its last use are left out,
/// because a scan uses that key itself.
pub(crate) fn violations(truth: &Value, now: Timestamp, caller: &str) -> BTreeSet<Violation> {
    let active: Vec<Key> = keys(truth).into_iter().filter(|key| key.active).collect();
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let mut found = BTreeSet::new();
    for key in &active {
        let mut fail = |policy: &str| {
            found.insert((policy.to_owned(), key.account.clone(), key.user.clone(), key.id.clone()));
        };
        if now.duration_since(key.created_at) > days(90) {
            fail("access-key-max-age");
        }
        let idle_since = key.last_used_at.unwrap_or(key.created_at);
        if now.duration_since(idle_since) > days(45) && key.id != caller {
            fail("access-key-unused");
        }
        let same_user = |other: &&Key| (&other.account, &other.user) == (&key.account, &key.user);
        // Of keys made in the same second the one with the greater id counts as the newer.
        let newer = |other: &Key| (other.created_at, &other.id) > (key.created_at, &key.id);
        if active.iter().filter(same_user).any(newer) {
            fail("single-active-access-key");
        }
    }
    found
}

/// The violations of the policies for access keys that a scan has reported.
pub(crate) fn reported(scan: &Value) -> BTreeSet<Violation> {
    let findings = scan["findings"].as_array().unwrap().iter().filter(|finding| finding["status"] == "fail");
    let findings = findings.filter(|finding| ACCESS_KEY_POLICIES.iter().any(|policy| finding["policy"] == *policy));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let parts = ["policy", "account_id", "user_name", "access_key_id"];
    findings.map(|finding| parts.map(|part| text(finding, part)).into()).collect()
}

/// The time as of which a scan has judged.
pub(crate) fn as_of(scan: &Value) -> Timestamp {
    scan["run"]["as_of"].as_str().unwrap().parse().unwrap()
}

struct Key {
    account: String,
    user: String,
    id: String,
    active: bool,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

fn keys(truth: &Value) -> Vec<Key> {
    let text = |key: &Value, name: &str| key[name].as_str().map(str::to_owned);
    let key = |key: &Value| Key {
        account: text(key, "account_id").unwrap(),
        user: text(key, "user_name").unwrap(),
        id: text(key, "access_key_id").unwrap(),
        active: key["status"] == "Active",
        created_at: text(key, "created_at").unwrap().parse().unwrap(),
        last_used_at: text(key, "last_used_at").map(|time| time.parse().unwrap()),
    };
    truth["access_keys"].as_array().unwrap().iter().map(key).collect()
}
