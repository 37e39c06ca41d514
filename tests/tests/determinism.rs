//! The same world, seed and day give the same document, whatever was done at once. How many calls that takes may differ:
//! what one account shows of the partition's reports saves calls in those that are read after it.

use orgsim::{
    Generate, World,
    fault::{FaultKind, Latency},
};

use crate::harness::{Outcome, Scene};

/// The document, byte for byte, but for the lines with the run's id and times, and the calls.
fn document(outcome: &Outcome) -> String {
    let mut text = Vec::new();
    keysweep_report::json::write(&outcome.result, &outcome.spooled, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let of_the_run = ["    \"id\":", "    \"started_at\":", "    \"finished_at\":"];
    let is_of_the_run = |line: &&str| of_the_run.iter().any(|start| line.starts_with(start));
    assert_eq!(text.lines().filter(is_of_the_run).count(), 3);
    let (before, rest) = text.split_once("  \"api_calls\": {").unwrap();
    let (_, after) = rest.split_once("\n  },").unwrap();
    let rest = before.split_inclusive('\n').chain(after.split_inclusive('\n'));
    rest.filter(|line| !is_of_the_run(line)).collect()
}

/// Answers take their time, each its own, so that what is done at once is done in another order.
fn scene(generate: &Generate) -> Scene {
    let jitter = FaultKind::Latency(Latency::UniformMs { from: 0, to: 900 });
    Scene::of(World::generate(generate)).with(orgsim::Fault::new(jitter))
}

async fn documents(generate: Generate) -> Vec<String> {
    let mut documents = Vec::new();
    for (accounts, calls, requests) in [(1, 1, 1), (3, 8, 128), (256, 1, 128), (256, 8, 2), (256, 8, 128)] {
        let outcome = scene(&generate).asking(|settings| {
            settings.scan.concurrency.accounts = accounts;
            settings.scan.concurrency.calls_per_account = calls;
            settings.connection.max_requests = requests;
        });
        documents.push(document(&outcome.scan().await));
    }
    documents
}

#[tokio::test(start_paused = true)]
async fn a_healthy_organization_reads_the_same_whatever_is_done_at_once() {
    let documents = documents(Generate { accounts: 12, users: 12, seed: 5, ..Generate::default() }).await;
    assert!(documents[0].contains("access-key-unused"));
    assert!(documents.iter().all(|document| *document == documents[0]));
}

#[tokio::test(start_paused = true)]
async fn a_broken_organization_reads_the_same_whatever_is_done_at_once() {
    let documents = documents(Generate { accounts: 60, users: 4, seed: 6, broken: true, ..Generate::default() }).await;
    assert!(documents[0].contains("assume_role"));
    assert!(documents.iter().all(|document| *document == documents[0]));
}

/// Nothing in the document depends on when the scan ran, but for the scan's own use of the caller's key.
#[tokio::test(start_paused = true)]
async fn with_as_of_a_later_run_reads_the_same() {
    let generate = Generate { accounts: 6, users: 8, seed: 7, ..Generate::default() };
    let as_of = Some("2027-03-01T00:00:00Z".parse().unwrap());
    let at = async |seconds: u64| {
        let management = World::generate(&generate).accounts[0].id.to_string().parse().unwrap();
        let scene = scene(&generate).asking(|settings| settings.scan.selection.excluded = [management].into());
        let lab = scene.asking(|settings| settings.scan.as_of = as_of).start().await;
        document(&lab.wait(seconds).await.scan().await)
    };
    assert_eq!(at(0).await, at(100_000).await);
}
