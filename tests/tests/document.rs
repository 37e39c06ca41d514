//! The JSON document of a scan, held to the list of keys that was agreed on and not to the code that writes it.

use std::sync::LazyLock;

use serde_json::Value;

use crate::process::{Ran, keysweep};

static DEMO: LazyLock<Ran> = LazyLock::new(|| keysweep("demo --format json").run());

/// The keys of each object of the document in their order, by JSON pointer; those of a list are its entries'.
const AGREED: [(&str, &str); 12] = [
    ("", "schema tool run coverage policies summary api_calls exemptions findings"),
    ("/tool", "name version"),
    ("/run", "id started_at finished_at as_of organization_id management_account_id partition"),
    ("/coverage", "expected scanned failed skipped notes"),
    ("/coverage/failed", "account_id account_name step reason"),
    ("/coverage/skipped", "account_id account_name step reason"),
    ("/coverage/notes", "account_id account_name reason"),
    ("/policies", "id title severity resource remedy params frameworks source"),
    ("/summary", "by_policy by_status by_severity users users_gone users_renamed access_keys"),
    ("/api_calls", "total by_action by_domain throttled_accounts most_throttled"),
    ("/api_calls/by_domain/iam", "calls throttles seconds_waited"),
    (
        "/findings",
        "id policy status severity account_id account_name ou_path resource_type resource_arn resource_id user_name \
         access_key_id message evidence remedy exemption first_seen_at change",
    ),
];

/// The keys of an object, in their order.
fn keys(object: &Value) -> String {
    let keys: Vec<_> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.join(" ")
}

/// The objects at a place: the one there, or each of the list there.
fn objects<'a>(document: &'a Value, pointer: &str) -> &'a [Value] {
    match document.pointer(pointer).unwrap() {
        Value::Array(entries) => entries,
        object => std::slice::from_ref(object),
    }
}

#[test]
fn the_demo_prints_one_document_and_nothing_else() {
    assert_eq!((DEMO.code, DEMO.stderr.as_str(), &DEMO.json()["schema"]), (0, "", &"keysweep.scan/v1".into()));
}

#[test]
fn every_object_has_exactly_the_agreed_keys_in_their_order() {
    let document = DEMO.json();
    for (pointer, agreed) in AGREED {
        let objects = objects(&document, pointer);
        assert!(!objects.is_empty(), "the demo has nothing at `{pointer}` to compare");
        assert!(objects.iter().all(|object| keys(object) == agreed), "{pointer}: {}", keys(&objects[0]));
    }
}

#[test]
fn the_counts_of_the_summary_are_those_of_the_findings() {
    let document = DEMO.json();
    let count = |key: &str, value: &str, status: &str| {
        let findings = document["findings"].as_array().unwrap().iter();
        findings.filter(|finding| finding[key] == *value && finding["status"] == *status).count()
    };
    let counts = |of: &str| document["summary"][of].as_object().unwrap().clone();
    for (status, counted) in counts("by_status").iter().filter(|(status, _)| *status != "pass") {
        assert_eq!(*counted, count("status", status, status), "{status}");
    }
    for (severity, counted) in &counts("by_severity") {
        assert_eq!(*counted, count("severity", severity, "fail"), "{severity}");
    }
    for (policy, counted) in &counts("by_policy") {
        assert_eq!(counted["fail"], count("policy", policy, "fail"), "{policy}");
    }
}

#[test]
fn times_are_rfc_3339_in_utc() {
    let document = DEMO.json();
    let times = ["started_at", "finished_at", "as_of"].map(|key| document["run"][key].as_str().unwrap());
    assert!(times.iter().all(|time| time.ends_with('Z') && time.parse::<jiff::Timestamp>().is_ok()), "{times:?}");
}

#[test]
fn two_demos_differ_in_run_id_and_times_only() {
    let document = |ran: &Ran| {
        let mut document = ran.json();
        let run = document["run"].as_object_mut().unwrap();
        for key in ["id", "started_at", "finished_at"] {
            run.shift_remove(key).unwrap();
        }
        // Throttled requests, their retries and their waits depend on the time that each takes.
        document.as_object_mut().unwrap().shift_remove("api_calls").unwrap();
        document.to_string()
    };
    assert_eq!(document(&DEMO), document(&keysweep("demo --format json").run()));
}

#[test]
fn the_demo_names_what_to_try_next() {
    insta::assert_snapshot!(keysweep("demo").run().said(), @"
    exit 0

    Try next:  keysweep demo --as-of 2027-03-01        what will be too old by the first of March
               keysweep orgsim serve --broken          the same organization over HTTP, for any AWS client
               keysweep accounts --check               your own: which accounts a scan would reach (needs AWS credentials)
    ");
}
