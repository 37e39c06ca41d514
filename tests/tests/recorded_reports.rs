//! What a credential report may not say of the history: it may be older than the run that saw a finding last.

use std::{io, path::Path, time::Duration};

use keysweep_aws::ReportWait;
use keysweep_model::{AccountOutcome, FindingFilter, FindingStates, Run, RunSelection, RunSource};
use keysweep_policy::Policy;
use keysweep_scan::{AccountResult, Reading, Sink};
use keysweep_store::{Access, NewRun, Options, Place, Recorder, ScannedFacts, Store};
use orgsim::world::KeyStatus;

use crate::{
    harness::{Lab, Scene},
    worlds::{Key, first_member, key, organization, user},
};

/// Records what a scan gives.
struct Recording {
    store: Option<Store>,
    policies: Vec<Policy>,
    recorder: Option<Recorder>,
}

impl Sink for Recording {
    fn wants_facts(&self) -> bool {
        true
    }

    fn begin(&mut self, run: &Run) -> io::Result<()> {
        let run = NewRun {
            id: run.started_at.to_string(),
            source: RunSource::Aws,
            version: "test".to_owned(),
            started_at: run.started_at,
            as_of: run.as_of,
            organization_id: run.organization_id.clone(),
            management_account_id: run.management_account_id,
            partition: run.partition.clone(),
            selection: RunSelection::default(),
            policies: self.policies.iter().map(Policy::summary).collect(),
            owner_tag: "owner".to_owned(),
        };
        let recorder = Recorder::begin(self.store.take().unwrap(), run, tempfile::tempfile()?);
        self.recorder = Some(recorder.map_err(io::Error::other)?);
        Ok(())
    }

    fn account(&mut self, account: AccountResult) -> io::Result<()> {
        let recorder = self.recorder.as_mut().unwrap();
        match account {
            AccountResult::Scanned(mut it) => {
                let facts = it.facts.as_deref().unwrap();
                let scanned = ScannedFacts { account: &it.account, facts, by_report: &it.by_report };
                recorder.scanned(scanned, &mut it.findings)
            }
            AccountResult::Failed(gap) => recorder.not_scanned(AccountOutcome::Failed, &gap),
            AccountResult::Skipped(gap) => recorder.not_scanned(AccountOutcome::Skipped, &gap),
        }
        .map_err(io::Error::other)
    }
}

fn open(folder: &Path, access: Access) -> Store {
    let place = Place::parse(folder.join("s.db").to_str().unwrap()).unwrap();
    let (timeout, now) = (Duration::ZERO, jiff::Timestamp::UNIX_EPOCH);
    Store::open(&place, access, Options { process: "1".to_owned(), timeout, now, new_id: "s".to_owned() }).unwrap()
}

/// Scans, records that, and gives every finding of the history in a line.
async fn record(lab: &Lab, folder: &Path) -> String {
    let (policies, folder) = (lab.policies().to_vec(), folder.to_owned());
    let store = blocking({
        let folder = folder.clone();
        move || open(&folder, Access::Write)
    });
    let recording = Recording { store: Some(store.await), policies, recorder: None };
    let (result, recording) = lab.scan_into(recording).await.unwrap();
    blocking(move || {
        recording.recorder.unwrap().finish(&result).unwrap().0.close().unwrap();
        history(&folder)
    })
    .await
}

/// A store waits for its database, which the thread of a test must not.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn history(folder: &Path) -> String {
    let mut lines = Vec::new();
    let filter = FindingFilter { states: FindingStates::All, ..FindingFilter::default() };
    let take = &mut |it: keysweep_model::RecordedFinding| {
        let why = it.not_judged.clone().or_else(|| it.resolved.as_ref().map(|resolved| resolved.reason.clone()));
        lines.push(format!("{} {}: {}", it.policy, it.state(), why.unwrap_or(it.message)));
        Ok(())
    };
    open(folder, Access::Read).findings(&filter, None, take).unwrap();
    lines.join("\n")
}

#[tokio::test(start_paused = true)]
async fn a_report_from_before_the_last_run_resolves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let world = organization([vec![user("ann", [key("OLD", 400.0).used(1.0).inactive()])]]);
    let lab = Scene::of(world).by(&["access-key-max-age"]).start().await;
    // AWS makes the report now, and shows the same one for four hours.
    lab.scan().await;
    lab.wait(600).await.change(|world| {
        first_member(world).user_mut("ann").unwrap().keys[0].status = KeyStatus::Active;
    });
    let lab = lab.reading(Reading::Fresh(ReportWait::default()));
    let seen = record(&lab, folder.path()).await;
    let lab = lab.reading(Reading::Report(ReportWait::default()));
    let by_old_report = record(lab.wait(600).await, folder.path()).await;
    lab.change(|world| first_member(world).user_mut("ann").unwrap().keys[0].status = KeyStatus::Inactive);
    let by_new_report = record(lab.wait(5 * 3600).await, folder.path()).await;
    insta::assert_snapshot!([seen, by_old_report, by_new_report].join("\n"), @"
    access-key-max-age open: active for 401 days, limit 90
    access-key-max-age open: the credential report of 2026-11-01T00:00:00Z is older than the run that saw it last; `--fresh` reads it live
    access-key-max-age resolved: the policy passes it now
    ");
}
