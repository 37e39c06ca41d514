//! Where the accounts of a scan are kept until its result is written: temporary files, which have no name and go with the
//! program.

use std::{fs::File, io, path::PathBuf};

use keysweep_model::{Run, SavedAccount, ScanResult};
use keysweep_report::{Findings, Spool, inventory::Writer};
use keysweep_scan::{AccountResult, ScanError, Sink};
use keysweep_store::StoreError;

use super::recording::Recording;
use crate::{
    edge::Edge,
    exit::Failure,
    output::Destination,
    settings::{Settings, Source},
    terminal::Recorded,
};

/// The result of a scan with its findings.
pub(super) struct Scanned {
    pub(super) result: ScanResult,
    pub(super) findings: Findings,
    /// How it stands in the history, where it was to be recorded; or why it could not be.
    pub(super) recorded: Result<Option<Recorded>, StoreError>,
}

impl Scanned {
    /// How it stands in the history, where it was recorded.
    pub(super) fn recorded(&self) -> Option<&Recorded> {
        self.recorded.as_ref().ok().and_then(Option::as_ref)
    }
}

/// Keeps the findings of a scan, what it has read where an inventory is wanted, and both where it is recorded.
pub(super) struct Kept {
    findings: Spool,
    inventory: Option<(Writer<File>, Destination)>,
    recording: Option<Recording>,
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
        let inventory = destination.map(|it| edge.temporary_file().map(|file| (Writer::new(file), it))).transpose()?;
        let findings = Spool::new(edge.temporary_file()?);
        Ok(Self { findings, inventory, recording: None, folder: edge.temporary.clone() })
    }

    /// The same, with the scan recorded where `recording` says so.
    pub(super) fn recorded(self, recording: Option<Recording>) -> Self {
        Self { recording, ..self }
    }

    /// Makes the scan part of the history and writes the inventory, where that is wanted, and gives the findings back beside
    /// the result.
    ///
    /// # Errors
    /// When the inventory cannot be written whole.
    pub(super) fn finish(self, mut result: ScanResult) -> Result<Scanned, Failure> {
        let recorded = self.recording.map_or(Ok(None), |recording| recording.finish(&mut result));
        if let Some((writer, destination)) = self.inventory {
            destination.deliver(|out| writer.finish(&result.run, out))?;
        }
        Ok(Scanned { result, findings: self.findings.finish(), recorded })
    }

    fn add(&mut self, mut account: AccountResult) -> io::Result<()> {
        if let Some(recording) = &mut self.recording {
            recording.account(&mut account);
        }
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
        self.inventory.is_some() || self.recording.is_some()
    }

    fn wants_owners(&self) -> bool {
        self.recording.is_some()
    }

    fn begin(&mut self, run: &Run) -> io::Result<()> {
        self.recording.as_mut().map_or(Ok(()), |recording| recording.begin(run))
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
            ScanError::Begin(error) => match error.downcast::<StoreError>() {
                Ok(error) => error.into(),
                Err(error) => Self::could_not_start(ScanError::Begin(error)),
            },
            ScanError::Sink(_) => Self::lost(&error).hint("make room there, or set TMPDIR to a folder with more space"),
            ScanError::Thread(_) => Self::could_not_start(&error),
        }
    }
}
