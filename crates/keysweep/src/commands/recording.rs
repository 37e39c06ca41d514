//! Records a scan in a store while it goes on. What fails there after the scan has begun does not end the scan.

use std::{fs::File, io};

use jiff::Timestamp;
use keysweep_model::{AccountOutcome, PolicySummary, Run, RunSource, ScanResult};
use keysweep_policy::Policy;
use keysweep_scan::AccountResult;
use keysweep_store::{NewRun, Recorder, ScannedFacts, Store, StoreError};

use crate::{
    edge::{self, Edge},
    exit::{FailOn, Failure},
    settings::{self, Settings, Source},
    terminal::Recorded,
};

/// A scan that is to be recorded.
pub(super) struct Recording {
    /// What it begins with, until it has begun.
    ready: Option<Ready>,
    /// What takes its accounts, from its beginning to its end or the first failure.
    recorder: Option<Recorder>,
    failure: Option<StoreError>,
    /// When the facts were read, where that is not the time of the scan.
    read_at: Option<Timestamp>,
}

/// What a recording begins with.
struct Ready {
    store: Store,
    temporary: File,
    settings: settings::Recording,
    policies: Vec<PolicySummary>,
    source: RunSource,
}

/// When the facts of a run were read, and as of when they are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) read_at: Timestamp,
    pub(super) as_of: Timestamp,
}

impl Recording {
    /// Opens the store that `settings` name, where they name one. A run that tells what would be so at another time is not
    /// recorded, and stderr says so.
    ///
    /// # Errors
    /// When the store cannot be opened, or when the exit code would depend on a run that is not recorded.
    pub(super) fn open(settings: &Settings, times: Times, edge: &Edge) -> Result<Option<Self>, Failure> {
        let Some(recording) = &settings.recording else { return Ok(None) };
        let Times { read_at, as_of } = times;
        if Run::is_what_if(as_of, read_at) {
            if settings.threshold.new != FailOn::Never {
                let message =
                    format!("`--fail-on-new` compares with the last run, and a run as of {as_of} is not recorded");
                return Err(Failure::usage(message).hint("leave out --as-of, or --fail-on-new"));
            }
            edge::say(&format!(
                "not recorded: the run judges as of {as_of}, and not as of {read_at}, when it was read"
            ));
            return Ok(None);
        }
        let (source, read_at) = match settings.source {
            Source::Aws => (RunSource::Aws, None),
            Source::Inventory(_) => (RunSource::Inventory, Some(read_at)),
        };
        let ready = Ready {
            temporary: edge.temporary_file()?,
            store: recording.open(edge)?,
            settings: recording.clone(),
            policies: settings.scan.policies.iter().map(Policy::summary).collect(),
            source,
        };
        Ok(Some(Self { ready: Some(ready), recorder: None, failure: None, read_at }))
    }

    /// Begins to record `run`.
    ///
    /// # Errors
    /// When the store refuses the run: with the [`StoreError`] as what the error holds.
    pub(super) fn begin(&mut self, run: &Run) -> io::Result<()> {
        let Some(Ready { store, temporary, settings, policies, source }) = self.ready.take() else { return Ok(()) };
        let new = NewRun {
            id: run.id.clone(),
            source,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at: self.read_at.unwrap_or(run.started_at),
            as_of: run.as_of,
            organization_id: run.organization_id.clone(),
            management_account_id: run.management_account_id,
            partition: run.partition.clone(),
            selection: settings.selection,
            policies,
            owner_tag: settings.owner_tag,
        };
        self.recorder = Some(Recorder::begin(store, new, temporary).map_err(io::Error::other)?);
        Ok(())
    }

    /// Takes an account, and notes on each of its findings how it stands in the history. After a failure nothing more is
    /// taken, and the run is kept as interrupted.
    pub(super) fn account(&mut self, account: &mut AccountResult) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Err(error) = take(recorder, account) {
            self.failure = Some(error);
            self.give_up();
        }
    }

    /// Makes the run part of the history, or keeps it as interrupted where it is.
    ///
    /// # Errors
    /// When the run could not be recorded.
    pub(super) fn finish(mut self, result: &mut ScanResult) -> Result<Option<Recorded>, StoreError> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        if result.is_interrupted() {
            self.give_up();
            return Ok(Some(Recorded::Interrupted));
        }
        let Some(recorder) = self.recorder.take() else { return Ok(None) };
        let before = recorder.previous().cloned().map(Box::new);
        // What was saved tells no more than was so when it was read, whenever it is judged.
        let finished_at = result.run.finished_at;
        result.run.finished_at = self.read_at.unwrap_or(finished_at);
        let recorded = recorder.finish(result);
        result.run.finished_at = finished_at;
        let (_, run) = recorded?;
        Ok(Some(Recorded::Complete { run: Box::new(run), before }))
    }

    fn give_up(&mut self) {
        if let Some(recorder) = self.recorder.take() {
            recorder.interrupt();
        }
    }
}

impl Drop for Recording {
    /// A scan that ends by an error is kept as interrupted.
    fn drop(&mut self) {
        self.give_up();
    }
}

fn take(recorder: &mut Recorder, account: &mut AccountResult) -> Result<(), StoreError> {
    match account {
        AccountResult::Scanned(scanned) => {
            // A sink that wants what was read is given it.
            let Some(facts) = &scanned.facts else { return Ok(()) };
            let read = ScannedFacts { account: &scanned.account, facts, by_report: &scanned.by_report };
            recorder.scanned(read, &mut scanned.findings)
        }
        AccountResult::Failed(gap) => recorder.not_scanned(AccountOutcome::Failed, gap),
        AccountResult::Skipped(gap) => recorder.not_scanned(AccountOutcome::Skipped, gap),
    }
}
