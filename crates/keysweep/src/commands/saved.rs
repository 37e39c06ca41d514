//! Inventories: written beside a scan, and judged again without AWS.

use std::{
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use keysweep_aws::Clock;
use keysweep_files::{FileKind, Found, shown};
use keysweep_model::{AccountFacts, Run, SavedAccount, ScanResult};
use keysweep_report::inventory::{InventoryError, Reader, Writer};
use keysweep_scan::judge_inventory;
use tokio::{
    sync::mpsc::{self, UnboundedSender},
    task::JoinHandle,
};

use crate::{
    edge::{self, Edge},
    exit::{Exit, FailOn, Failure},
    output::Destination,
    settings::{Settings, Source},
};

/// An inventory that is being read.
pub(super) type Saved = Reader<BufReader<File>>;

/// Opens the inventory at `path`.
///
/// # Errors
/// When it cannot be read, or is none that this program reads.
pub(super) fn open(path: &Path) -> Result<Saved, Failure> {
    let file = keysweep_files::open(FileKind::Inventory, path, Found::Named).map_err(Failure::usage)?;
    Reader::open(BufReader::new(file)).map_err(|error| unusable(path, &error))
}

/// The error that the inventory at `path` cannot be used.
pub(super) fn unusable(path: &Path, error: &InventoryError) -> Failure {
    Failure::usage(format!("inventory `{}`: {error}", path.display()))
}

/// Judges the inventory at `path` by `settings`, as of the time as of which it was judged when it was saved unless they
/// name another.
///
/// # Errors
/// When it cannot be read to its end. What was judged until then is dropped: it may not be what was written.
pub(super) fn judge(path: &Path, settings: &Settings, clock: &Clock) -> Result<ScanResult, Failure> {
    let inventory = open(path)?;
    let saved = inventory.run().clone();
    let run = Run {
        id: edge::new_run_id(),
        started_at: clock.now(),
        finished_at: clock.now(),
        as_of: settings.scan.as_of.unwrap_or(saved.as_of),
        ..saved
    };
    let mut damage = None;
    let accounts = inventory.map_while(|account| account.map_err(|error| damage = Some(error)).ok());
    let mut result = judge_inventory(accounts, &settings.scan.policies, &settings.scan.exemptions, run);
    result.run.finished_at = clock.now();
    match damage {
        Some(error) => Err(unusable(path, &error)),
        None => Ok(result),
    }
}

/// The exit code of judging the inventory at `path`: where no account in it was read, nothing was judged.
pub(super) fn exit(path: &Path, result: &ScanResult, fail_on: FailOn) -> Exit {
    if result.coverage.scanned > 0 {
        return Exit::of_scan(result, fail_on);
    }
    edge::say(&format!("inventory `{}` has no account that was read: nothing was judged", shown(path)));
    Exit::Incomplete
}

/// An inventory that is written while a scan runs.
pub(super) struct Saving {
    destination: Destination,
    writer: JoinHandle<io::Result<Writer<File>>>,
}

impl Saving {
    /// Prepares to write what a scan by `settings` reads, where they ask for that.
    ///
    /// # Errors
    /// When nothing can be written there.
    pub(super) fn start(settings: &mut Settings, edge: &Edge) -> Result<Option<Self>, Failure> {
        let Some(path) = &settings.save_inventory else { return Ok(None) };
        if let Source::Inventory(_) = settings.source {
            return Err(Failure::usage("an inventory cannot be saved while one is judged: nothing is read"));
        }
        let destination = Destination::open(Some(path), &edge.interrupts.drafts)?;
        let spool = tempfile::tempfile()
            .map_err(|error| Failure::could_not_start(format!("could not make a temporary file: {error}")))?;
        let (sender, writer) = Self::writer(spool);
        settings.scan.inventory = Some(sender);
        Ok(Some(Self { destination, writer }))
    }

    fn writer(spool: File) -> (UnboundedSender<AccountFacts>, JoinHandle<io::Result<Writer<File>>>) {
        let (sender, mut accounts) = mpsc::unbounded_channel();
        let writer = tokio::task::spawn_blocking(move || {
            let mut writer = Writer::new(spool);
            while let Some(facts) = accounts.blocking_recv() {
                writer.add(&SavedAccount::Read(Box::new(facts)))?;
            }
            Ok(writer)
        });
        (sender, writer)
    }

    /// Writes the rest, once the scan that gave `result` is over and its settings are dropped.
    ///
    /// # Errors
    /// When it cannot be written whole.
    pub(super) async fn finish(self, result: &ScanResult) -> Result<(), Failure> {
        let lost = |error: io::Error| Failure::lost(format!("could not write the inventory: {error}"));
        let mut writer = self.writer.await.map_err(|error| lost(io::Error::other(error)))?.map_err(lost)?;
        let failed = result.coverage.failed.iter().cloned().map(SavedAccount::Failed);
        let skipped = result.coverage.skipped.iter().cloned().map(SavedAccount::Skipped);
        failed.chain(skipped).try_for_each(|record| writer.add(&record)).map_err(lost)?;
        self.destination.deliver(|out| writer.finish(&result.run, out))
    }
}
