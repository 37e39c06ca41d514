//! Inventories: what a scan read is judged again without AWS, and what is not whole is refused.

use serde_json::Value;

use crate::process::{Ran, keysweep, organization};

/// The document without what differs from run to run, and without the calls, of which an inventory makes none.
fn judged(ran: &Ran) -> Value {
    let mut document = ran.json();
    let keys = document.as_object_mut().unwrap();
    keys.remove("run");
    keys.remove("api_calls");
    document
}

fn saved(arguments: &str) -> Ran {
    organization(12, 20, 3).keysweep(&format!("scan --format json --save-inventory i.jsonl {arguments}")).run()
}

#[test]
fn an_inventory_gives_what_the_scan_gave() {
    for arguments in ["", "--fresh"] {
        let scanned = saved(arguments);
        let expected = judged(&scanned);
        assert!(!expected["findings"].as_array().unwrap().is_empty());
        let again = scanned.then("scan --format json --inventory i.jsonl").run();
        assert_eq!(judged(&again), expected, "{arguments}");
        assert_eq!(again.json()["api_calls"]["total"], 0);
    }
}

#[test]
fn what_was_not_read_is_unknown_and_not_fine() {
    let scanned = saved("--policy access-key-max-age");
    let again = scanned.then("scan --format json --inventory i.jsonl --policy user-without-owner-tag").run();
    let document = again.json();
    assert_eq!(again.code, 3);
    assert_eq!(document["summary"]["by_status"]["pass"], 0);
    let message = document["findings"][0]["message"].as_str().unwrap().to_owned();
    insta::assert_snapshot!(message, @"user tags had not been read when the inventory was saved");
}

#[test]
fn an_inventory_is_judged_as_of_any_day() {
    let scanned = saved("--policy access-key-max-age");
    let now = scanned.json()["summary"]["by_status"]["fail"].as_u64().unwrap();
    let later = "scan --format json --inventory i.jsonl --policy access-key-max-age --as-of 2030-01-01";
    let later = scanned.then(later).run().json();
    assert!(later["summary"]["by_status"]["fail"].as_u64().unwrap() > now);
}

#[test]
fn no_secret_is_in_it() {
    let scanned = saved("");
    let text = scanned.read("i.jsonl").unwrap().to_lowercase();
    for secret in ["secretaccesskey", "secret_access_key", "sessiontoken", "begin certificate", "password\":\""] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn a_file_that_is_not_whole_is_refused() {
    let scanned = saved("--policy access-key-max-age");
    let text = scanned.read("i.jsonl").unwrap();
    let told = |text: &str| keysweep("scan --inventory i.jsonl").file("i.jsonl", text).run().said();
    let half = &text[..text.len() / 2];
    let missing = keysweep("scan --inventory none.jsonl").run().said();
    insta::assert_snapshot!(
        [
            told(half).split("after line").next().unwrap().to_owned(),
            told(&text.replace("inventory/v1", "inventory/v9")),
            told("{}"),
            missing,
        ]
        .join("\n"),
        @"
    exit 2
    error: inventory `i.jsonl`: the inventory is truncated: it ends 
    exit 2
    error: inventory `i.jsonl`: the inventory has the format `keysweep.inventory/v9`, and this program reads `keysweep.inventory/v1`: use the version that wrote it

    exit 2
    error: inventory `i.jsonl`: the file is no inventory: its first line does not say `keysweep.inventory/v1`

    exit 2
    error: could not read `none.jsonl`: No such file or directory (os error 2)
    "
    );
}

#[test]
fn a_full_inventory_answers_any_policy() {
    // What is read beyond what the one policy asks for is saved, and is what a scan by all policies reads.
    for arguments in ["", "--fresh"] {
        let scanned = saved(&format!("--policy access-key-max-age --full-inventory {arguments}"));
        let again = scanned.then("scan --format json --inventory i.jsonl --as-of 2026-11-01").run();
        let whole = organization(12, 20, 3).keysweep("scan --format json --fresh --as-of 2026-11-01").run();
        let (again, whole) = (judged(&again), judged(&whole));
        assert_eq!(again["summary"], whole["summary"], "{arguments}");
        assert_eq!(again["summary"]["by_status"]["unknown"], 0, "{arguments}");
    }
}

#[test]
fn a_full_inventory_is_read_in_all_that_it_could_be() {
    // A policy for root users alone lists no user; a full inventory has them all the same.
    let scanned = saved("--policy root-mfa --full-inventory");
    let again = scanned.then("scan --format json --inventory i.jsonl --policy ssh-key-max-age").run();
    assert_eq!(again.json()["coverage"]["scanned"], 12);
    assert_eq!(again.json()["summary"]["by_status"]["unknown"], 0);
    // Without a place to save it, nothing more is read.
    let calls = |arguments: &str| {
        let scan = format!("scan --format json --policy root-mfa {arguments}");
        organization(3, 5, 3).keysweep(&scan).run().json()["api_calls"]["total"].as_u64().unwrap()
    };
    assert_eq!(calls("--full-inventory"), calls(""));
}
