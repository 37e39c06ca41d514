//! What a run is to write once it is complete: in a file that has no name and goes with the program, one account a line.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
};

use serde::{Deserialize, Serialize};

use super::{credentials::CredentialStep, findings::Step};

/// What is to be written of an account.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct AccountSteps {
    pub(crate) account: String,
    /// Its name and its path, where they are not as the store has them; and whether the store knows it.
    pub(crate) place: Option<(String, Option<String>)>,
    pub(crate) is_new: bool,
    pub(crate) findings: Vec<Step>,
    pub(crate) credentials: Vec<CredentialStep>,
    /// What is said now of its findings, where it is not what was said before.
    pub(crate) messages: Option<BTreeMap<String, String>>,
}

/// The accounts of a run.
#[derive(Debug)]
pub(crate) struct Pending(BufWriter<File>);

impl Pending {
    /// None yet, in an empty file.
    pub(crate) fn new(file: File) -> Self {
        Self(BufWriter::new(file))
    }

    /// Adds an account.
    pub(crate) fn add(&mut self, account: &AccountSteps) -> io::Result<()> {
        serde_json::to_writer(&mut self.0, account)?;
        self.0.write_all(b"\n")
    }

    /// Every account, from the first on.
    pub(crate) fn each(&mut self) -> io::Result<impl Iterator<Item = io::Result<AccountSteps>> + use<>> {
        self.0.flush()?;
        let mut file = self.0.get_ref().try_clone()?;
        file.rewind()?;
        let lines = BufReader::new(file).split(b'\n');
        Ok(lines.map(|line| line.and_then(|line| serde_json::from_slice(&line).map_err(io::Error::from))))
    }
}
