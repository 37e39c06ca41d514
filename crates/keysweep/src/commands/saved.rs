//! Inventories that were saved, judged without AWS.

use std::{fs::File, io::BufReader, path::Path};

use keysweep_files::{FileKind, Found, shown};
use keysweep_model::{Run, ScanResult};
use keysweep_report::inventory::{InventoryError, Reader};
use keysweep_scan::{ScanOptions, judge_inventory};

use super::{
    kept::{Kept, Scanned},
    recording::{Recording, Times},
};
use crate::{
    edge::{self, Edge},
    exit::{Exit, Failure},
    settings::Settings,
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
pub(super) fn judge(path: &Path, settings: &Settings, edge: &Edge) -> Result<Scanned, Failure> {
    let kept = Kept::open(settings, edge)?;
    let inventory = open(path)?;
    let saved = inventory.run().clone();
    let started_at = edge.clock.now();
    let as_of = settings.scan.as_of.unwrap_or(saved.as_of);
    let mut kept = kept.recorded(Recording::open(settings, Times { read_at: saved.started_at, as_of }, edge)?);
    let run = Run { id: edge::new_run_id(), started_at, finished_at: started_at, as_of, ..saved };
    let mut damage = None;
    let accounts = inventory.map_while(|account| account.map_err(|error| damage = Some(error)).ok());
    let ScanOptions { policies, exemptions, .. } = &settings.scan;
    let result = judge_inventory(accounts, policies, exemptions, run, &edge.clock, edge.threads, &mut kept)?;
    match damage {
        Some(error) => Err(unusable(path, &error)),
        None => kept.finish(result),
    }
}

/// The exit code of judging the inventory at `path`, which is `exit` by its result: where no account in it was read, nothing
/// was judged.
pub(super) fn exit(path: &Path, result: &ScanResult, exit: Exit) -> Exit {
    if result.coverage.scanned > 0 {
        return exit;
    }
    edge::say(&format!("inventory `{}` has no account that was read: nothing was judged", shown(path)));
    Exit::Incomplete
}
