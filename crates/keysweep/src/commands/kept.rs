//! Where the accounts of a scan are kept until its result is written: temporary files, which have no name and go with the
//! program.

use std::{fs::File, io, path::PathBuf};

use keysweep_model::{SavedAccount, ScanResult};
use keysweep_report::{Findings, Spool, inventory::Writer};
use keysweep_scan::{AccountResult, ScanError, Sink};

use crate::{
    edge::Edge,
    exit::Failure,
    output::Destination,
    settings::{Settings, Source},
};

/// The result of a scan with its findings.
pub(super) struct Scanned {
    pub(super) result: ScanResult,
    pub(super) findings: Findings,
}

/// Keeps the findings of a scan, and what it has read where an inventory is wanted.
pub(super) struct Kept {
    findings: Spool,
    inventory: Option<(Writer<File>, Destination)>,
    /// The folder of temporary files.
    folder: PathBuf,
}

impl Kept {
    /// Prepares to keep what a scan by `settings` gives.
    ///
    /// # Errors
    /// When nothing can be written in the folder of temporary files, or where the inventory is to be.
    pub(super) fn open(settings: &Settings, edge: &Edge) -> Result<Self, Failure> {
        // Nothing is read where an inventory is judged.
        let destination = match (&settings.save_inventory, &settings.source) {
            (Some(path), Source::Aws) => Some(Destination::open(Some(path), &edge.interrupts.drafts)?),
            (Some(_), Source::Inventory(_)) | (None, _) => None,
        };
        let folder = edge.temporary.clone();
        let file = || {
            tempfile::tempfile_in(&folder).map_err(|error| {
                let message = format!("could not make a temporary file in `{}`: {error}", folder.display());
                Failure::could_not_start(message).hint("set TMPDIR to a folder that can be written to")
            })
        };
        let inventory =
            destination.map(|destination| file().map(|file| (Writer::new(file), destination))).transpose()?;
        Ok(Self { findings: Spool::new(file()?), inventory, folder })
    }

    /// Writes the inventory where one is wanted, and gives the findings back beside the result.
    ///
    /// # Errors
    /// When the inventory cannot be written whole.
    pub(super) fn finish(self, result: ScanResult) -> Result<Scanned, Failure> {
        if let Some((writer, destination)) = self.inventory {
            destination.deliver(|out| writer.finish(&result.run, out))?;
        }
        Ok(Scanned { result, findings: self.findings.finish() })
    }

    fn add(&mut self, account: AccountResult) -> io::Result<()> {
        let saved = match account {
            AccountResult::Scanned(account) => {
                self.findings.add(account.account.id, &account.findings)?;
                account.facts.map(SavedAccount::Read)
            }
            AccountResult::Failed(gap) => Some(SavedAccount::Failed(gap)),
            AccountResult::Skipped(gap) => Some(SavedAccount::Skipped(gap)),
        };
        match (&mut self.inventory, saved) {
            (Some((writer, _)), Some(saved)) => writer.add(&saved),
            (None, _) | (_, None) => Ok(()),
        }
    }
}

impl Sink for Kept {
    fn wants_facts(&self) -> bool {
        self.inventory.is_some()
    }

    fn account(&mut self, account: AccountResult) -> io::Result<()> {
        let folder = self.folder.display().to_string();
        self.add(account)
            .map_err(|error| io::Error::new(error.kind(), format!("temporary file in `{folder}`: {error}")))
    }
}

impl From<ScanError> for Failure {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Start(error) => error.into(),
            ScanError::Sink(_) => Self::lost(&error).hint("make room there, or set TMPDIR to a folder with more space"),
            ScanError::Thread(_) => Self::could_not_start(&error),
        }
    }
}
