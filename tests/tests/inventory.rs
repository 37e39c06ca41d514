//! Inventories: what a scan read is judged again without AWS, and what is not whole is refused.

use std::process::Command;

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
fn an_incomplete_file_is_refused() {
    let scanned = saved("--policy access-key-max-age");
    let text = scanned.read("i.jsonl").unwrap();
    let error = |text: &str| keysweep("scan --inventory i.jsonl").file("i.jsonl", text).run().said();
    let half = &text[..text.len() / 2];
    let missing = keysweep("scan --inventory none.jsonl").run().said();
    insta::assert_snapshot!(
        [
            error(half).split("after line").next().unwrap().to_owned(),
            error(&text.replace("inventory/v1", "inventory/v9")),
            error("{}"),
            missing,
        ]
        .join("\n"),
        @"
    exit 2
    error: inventory `i.jsonl`: the inventory is truncated: it ends 
    exit 2
    error: inventory `i.jsonl`: the inventory has the format `keysweep.inventory/v9`, and this program reads `keysweep.inventory/v1`: use the version that wrote it

    exit 2
    error: inventory `i.jsonl`: the file is not an inventory: its first line does not say `keysweep.inventory/v1`

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

/// An inventory of one line, and its end.
fn of_line(scanned: &Ran, line: &str) -> String {
    let header = scanned.read("i.jsonl").unwrap().lines().next().unwrap().to_owned();
    let records = u64::from(!line.is_empty());
    let body = format!("{header}\n{line}{}", if line.is_empty() { "" } else { "\n" });
    let sum = Command::new("sh").args(["-c", "printf %s \"$0\" | sha256sum", &body]).output().unwrap();
    let sum = String::from_utf8(sum.stdout).unwrap();
    format!("{body}{{\"end\":{{\"records\":{records},\"sha256\":\"{}\"}}}}\n", &sum[..64])
}

#[test]
fn an_inventory_in_which_no_account_was_read_is_incomplete() {
    let scanned = saved("--policy access-key-max-age");
    let skipped =
        r#"{"skipped":{"account_id":"111122223333","account_name":"a","step":"state","reason":"it is SUSPENDED"}}"#;
    let read =
        r#"{"account":{"id":"111122223333","name":"a","state":"ACTIVE","users":{"known":[],"added":1},"added":{}}}"#;
    let run = |line: &str, command: &str| {
        let run = keysweep(command).file("i.jsonl", &of_line(&scanned, line)).file("p.rhai", POLICY);
        run.run()
    };
    for line in ["", skipped] {
        let scan = run(line, "scan --inventory i.jsonl --policy access-key-max-age");
        assert_eq!(scan.code, 3, "{line}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(scan.stderr, @"inventory `i.jsonl` has no account that was read: nothing was judged");
        }
        assert_eq!(run(line, "policy diff p.rhai p.rhai --inventory i.jsonl").code, 2);
        assert_eq!(run(line, "policy eval p.rhai --inventory i.jsonl").code, 2);
    }
    // An account without users was read, whatever a later version has added to its line.
    let scan = run(read, "scan --inventory i.jsonl --policy access-key-max-age");
    assert_eq!((scan.code, scan.stderr.as_str()), (0, ""));
}

const POLICY: &str = "//! id: p\n//! title: P\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\n\
    fn check(key, params) { pass() }\n";

#[test]
fn an_account_that_is_there_twice_is_refused() {
    let scanned = saved("--policy access-key-max-age");
    let text = scanned.read("i.jsonl").unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let twice = [&lines[..2], &lines[1..]].concat().concat();
    let ran = keysweep("scan --inventory i.jsonl").file("i.jsonl", &twice).run();
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("is in the inventory twice, in lines 2 and 3"), "{}", ran.stderr);
}

#[test]
fn a_line_that_is_too_long_or_has_too_much_in_it_is_refused_in_little_memory() {
    let scanned = saved("--policy access-key-max-age");
    let header = scanned.read("i.jsonl").unwrap().lines().next().unwrap().to_owned();
    let users = r#"{"account":{"id":"111122223333","name":"a","state":"ACTIVE","users":{"known":["#;
    let user = r#"{"name":"a","arn":"","path":"","access_keys":{"known":["#;
    let long = format!("{header}\n{users}{user}\"{}", "x".repeat(80 << 20));
    let wide = format!("{header}\n{users}{user}{}", "{},".repeat(3_000_000));
    for text in [long, wide] {
        let ran = keysweep("scan --inventory i.jsonl").file("i.jsonl", &text).in_memory(2 << 20).run();
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(ran.stderr.contains("the inventory is damaged in line 2: "), "{}", ran.stderr);
    }
}
