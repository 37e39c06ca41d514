//! What the commands for the history have in common: the store is read, and what it holds is written as it comes.

use std::{
    io,
    path::{Path, PathBuf},
};

use keysweep_store::{Place, StoreError};

use crate::{
    config::Config,
    edge::Edge,
    exit::Failure,
    output::{Destination, check_apart},
    settings,
    terminal::View,
};

/// Opens the file that `--output` names, or stdout. It must not be the store or the configuration file.
///
/// # Errors
/// When it is, or cannot be written to.
pub(super) fn destination(file: Option<&Path>, config: &Config, edge: &Edge) -> Result<Destination, Failure> {
    if let Some(path) = file {
        let source = config.source.as_ref().map(|source| source.path().to_owned());
        let inputs: Vec<PathBuf> = source.into_iter().chain(files(config)?).collect();
        check_apart(&[("--output", path)], inputs.iter().map(PathBuf::as_path))?;
    }
    Destination::open(file, &edge.interrupts.drafts)
}

/// The files of the store, where it is one: SQLite keeps two more beside it.
/// Source: sqlite.org/wal.html
fn files(config: &Config) -> Result<Vec<PathBuf>, Failure> {
    match settings::store::place(config)? {
        Some(Place::File(file)) => {
            let beside = |end: &str| {
                let mut name = file.clone().into_os_string();
                name.push(end);
                PathBuf::from(name)
            };
            Ok(["", "-wal", "-shm"].map(beside).to_vec())
        }
        Some(Place::Server(_)) | None => Ok(Vec::new()),
    }
}

/// How text for `destination` is rendered.
pub(super) fn view(destination: &Destination, all: bool, edge: &Edge) -> View {
    View { all, color: edge.stdout.color && !destination.is_file(), ..edge.stdout }
}

/// What a store gives while its output is written, of which either may fail.
#[derive(Debug, Default)]
pub(super) struct Reading(Option<StoreError>);

impl Reading {
    /// The result for the writer. An error of the store itself is kept.
    pub(super) fn told<T>(&mut self, result: Result<T, StoreError>) -> io::Result<T> {
        result.map_err(|error| match error {
            StoreError::Output(error) => error,
            error => {
                let told = io::Error::other(error.to_string());
                self.0 = Some(error);
                told
            }
        })
    }

    /// What was delivered, unless the store has failed.
    ///
    /// # Errors
    /// When the store has failed, or nothing could be delivered.
    pub(super) fn finish(self, delivered: Result<(), Failure>) -> Result<(), Failure> {
        match self.0 {
            Some(error) => Err(error.into()),
            None => delivered,
        }
    }
}
