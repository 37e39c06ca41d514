//! Where accounts go as they are done: a scan waits for what takes them, ends where that fails, and keeps nothing itself.

use std::{io, sync::Arc, time::Duration};

use keysweep_scan::{AccountResult, Sink};
use orgsim::{Generate, Sim, World};

use crate::{
    harness::{Lab, Scene},
    process::{CLOSED, keysweep},
};

const ACCOUNTS: usize = 40;
const AT_ONCE: usize = 3;

async fn lab() -> Lab {
    let world = World::generate(&Generate { accounts: ACCOUNTS, users: 3, seed: 4, ..Generate::default() });
    Scene::of(world).asking(|settings| settings.scan.concurrency.accounts = AT_ONCE).start().await
}

fn assumed(sim: &Sim) -> u64 {
    sim.calls().rows().into_iter().filter(|row| row.1 == "AssumeRole").map(|row| row.2).sum()
}

/// Takes its time over each account.
struct Slow {
    sim: Arc<Sim>,
    taken: u64,
    most_ahead: u64,
}

impl Sink for Slow {
    fn account(&mut self, _: AccountResult) -> io::Result<()> {
        std::thread::sleep(Duration::from_millis(10));
        self.taken += 1;
        self.most_ahead = self.most_ahead.max(assumed(&self.sim).saturating_sub(self.taken));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_sink_slows_the_scan() {
    let lab = lab().await;
    let (result, slow) = lab.scan_into(Slow { sim: Arc::clone(&lab.sim), taken: 0, most_ahead: 0 }).await.unwrap();
    assert_eq!(slow.taken, result.coverage.expected());
    assert!(slow.most_ahead <= AT_ONCE as u64 + 1, "{} accounts ahead", slow.most_ahead);
}

/// Has room for so many accounts.
struct Full(u64);

impl Sink for Full {
    fn account(&mut self, _: AccountResult) -> io::Result<()> {
        self.0 = self.0.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_sink_that_fails_ends_the_scan() {
    let lab = lab().await;
    let error = lab.scan_into(Full(5)).await.err().unwrap();
    insta::assert_snapshot!(error, @"could not keep the result of an account: no storage space");
    assert!(assumed(&lab.sim) < ACCOUNTS as u64 / 2, "{} accounts", assumed(&lab.sim));
}

#[test]
fn a_disk_that_gets_full_ends_the_run_and_is_named_with_what_to_do() {
    let saved = keysweep("demo --save-inventory i.jsonl").run();
    let again = saved.then("scan --inventory i.jsonl");
    for run in [keysweep("demo"), keysweep("demo --save-inventory i.jsonl"), again] {
        let temporary = run.folder().display().to_string();
        let ran = run.env("TMPDIR", &temporary).with_files_up_to(512).run();
        assert_eq!(ran.stdout, "");
        insta::allow_duplicates! {
            insta::assert_snapshot!(ran.said(), @"
            exit 3
            error: could not keep the result of an account: temporary file in `DIR`: File too large (os error 27)
            hint: make room there, or set TMPDIR to a folder with more space
            ");
        }
    }
}

#[test]
fn a_folder_in_which_no_temporary_file_can_be_made_stops_the_scan_before_it_starts() {
    for command in ["demo", "scan --inventory i.jsonl", "scan --save-inventory i.jsonl"] {
        let run = keysweep(command).env("TMPDIR", "/none").env("AWS_ENDPOINT_URL", CLOSED);
        insta::allow_duplicates! {
            insta::assert_snapshot!(run.run().said(), @"
            exit 4
            error: could not make a temporary file in `/none`: No such file or directory (os error 2)
            hint: set TMPDIR to a folder that can be written to
            ");
        }
    }
}
