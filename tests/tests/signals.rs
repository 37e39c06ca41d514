//! Interrupts: every command ends within a second, whatever it waits for, and a scan first reports what it has.

use std::{
    net::TcpListener,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::process::{Keysweep, keysweep, wait_until};

/// An address at which connections are taken and nothing is ever answered.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The run's exit code after the signal, which must come within a second.
fn ended_by(run: Keysweep, signal: &str, is_waiting: impl FnOnce(&Path)) -> (i32, String) {
    let folder = run.path("");
    let running = run.start();
    is_waiting(&folder);
    let begun = Instant::now();
    running.signal(signal);
    let ran = running.finish();
    assert!(begun.elapsed() < Duration::from_millis(1_500), "it took {:?}: {}", begun.elapsed(), ran.stderr);
    (ran.code, ran.stderr)
}

fn with_keys(run: Keysweep, url: &str) -> Keysweep {
    let keys =
        [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_ENDPOINT_URL", url)];
    keys.into_iter().fold(run.env("AWS_REGION", "us-east-1"), |run, (name, value)| run.env(name, value))
}

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn a_scan_of_what_never_answers_ends() {
    for (signal, command, expected) in
        [("INT", "scan", 3), ("TERM", "scan", 3), ("INT", "accounts", 130), ("TERM", "accounts --check", 143)]
    {
        let (listener, url) = silent();
        let mut connection = None;
        let (code, said) = ended_by(with_keys(keysweep(command), &url), signal, |_| {
            // It is kept: without an answer the program waits.
            connection = Some(listener.accept().unwrap());
        });
        assert_eq!(code, expected, "{signal} {command}: {said}");
    }
}

/// Credentials come from a program that does not end.
#[test]
fn a_scan_that_waits_for_credentials_ends() {
    let config = "[default]\ncredential_process = /bin/sh -c \"touch begun; sleep 60\"\n";
    for (signal, command) in [("INT", "scan"), ("TERM", "accounts")] {
        let run =
            keysweep(command).file(".aws/config", config).env("AWS_REGION", "us-east-1").env("PATH", "/usr/bin:/bin");
        let (code, said) = ended_by(run, signal, |folder| {
            let begun = folder.join("begun");
            wait_until(|| begun.exists());
        });
        assert!([3, 130, 143].contains(&code), "{command}: {code} {said}");
    }
}

/// Credentials need a token from a pipe without a writer, whose reading holds up a thread.
#[test]
fn a_scan_that_waits_for_a_token_ends() {
    let config = "[default]\nrole_arn = arn:aws:iam::111122223333:role/Pod\nweb_identity_token_file = pipe\n";
    for (signal, command, expected) in [("INT", "scan", 3), ("TERM", "accounts", 143)] {
        let run = keysweep(command).file(".aws/config", config).env("AWS_REGION", "us-east-1");
        pipe(&run.path("pipe"));
        let (code, said) = ended_by(run, signal, |_| thread::sleep(Duration::from_secs(1)));
        assert_eq!(code, expected, "{signal} {command}: {said}");
    }
}

/// An output without a reader, opened before the work and written to at its end.
#[test]
fn a_command_that_waits_for_a_reader_ends() {
    for (signal, expected) in [("INT", 130), ("TERM", 143)] {
        let run = keysweep("demo -o pipe --policy root-mfa");
        pipe(&run.path("pipe"));
        let (code, said) = ended_by(run, signal, |_| thread::sleep(Duration::from_millis(700)));
        assert_eq!(code, expected, "{said}");
    }
}

/// A reader of stdout that is there and reads nothing: the first interrupt lets the report go on, the second ends.
#[test]
fn a_second_interrupt_ends_what_the_first_does_not() {
    let mut running = keysweep("demo --all").start();
    // The report is larger than the pipe: once it has begun it waits to be read on.
    running.wait_for_output();
    running.signal("INT");
    thread::sleep(Duration::from_millis(300));
    let begun = Instant::now();
    running.signal("TERM");
    assert_eq!(running.code(), 143);
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[test]
fn the_simulator_ends_whatever_it_does() {
    // While it makes a large world it prints nothing yet.
    let (code, _) = ended_by(keysweep("orgsim truth --accounts 50000 --users 200"), "TERM", |_| {
        thread::sleep(Duration::from_millis(500));
    });
    assert_eq!(code, 143);
}

#[test]
fn a_policy_that_takes_long_ends() {
    // Each case takes the time that its limit allows.
    let policy = "//! id: slow\n//! title: Slow\n//! severity: low\n//! resource: access_key\n//! remedy: none\n\n\
        fn check(key, params) { let n = 0; while n < 100000000 { n += 1; } pass() }\n";
    let cases: String = (0..200).map(|n| format!("- name: case {n}\n  expect: {{ status: pass }}\n")).collect();
    let limits = "policy_limits: { operations: 100000000, milliseconds: 60000 }\n";
    let run = keysweep("policy test p").file("p/slow.rhai", policy).file("p/slow.test.yaml", &cases);
    let (code, said) =
        ended_by(run.file("keysweep.yaml", limits), "TERM", |_| thread::sleep(Duration::from_millis(500)));
    assert_eq!(code, 143, "{said}");
}

/// What was being written when the program was made to end is gone, and what was there before is still there.
#[test]
fn no_draft_is_left_behind() {
    let run = keysweep("demo --all --format json -o result.json --save-inventory pipe").file("result.json", "old");
    pipe(&run.path("pipe"));
    let running = run.start();
    thread::sleep(Duration::from_millis(700));
    running.signal("TERM");
    let ran = running.finish();
    assert_eq!((ran.code, ran.read("result.json").as_deref()), (143, Some("old")));
    assert_eq!(ran.list("").into_iter().filter(|name| name != "pipe" && name != "result.json").count(), 0);
}
