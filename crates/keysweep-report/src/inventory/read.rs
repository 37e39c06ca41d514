//! Reads inventories, one account after another, and trusts none that is not whole.

use std::io::{self, BufRead};

use keysweep_model::Run;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    Record, SCHEMA,
    line::{Header, Line},
    write::hex,
};

/// The longest line that is read, in bytes: an account of 5,000 users takes a few megabytes.
const MAX_LINE: u64 = 256 << 20;

/// Why an inventory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// It could not be read.
    #[error("the inventory could not be read: {0}")]
    Read(#[from] io::Error),
    /// It is something else.
    #[error("the file is no inventory: its first line does not say `{SCHEMA}`")]
    NoInventory,
    /// It was written by a program that knows more.
    #[error(
        "the inventory has the format `{schema}`, and this program reads `{SCHEMA}`: use the version that wrote it"
    )]
    OtherVersion {
        /// The format that it says it has.
        schema: String,
    },
    /// A line cannot be understood.
    #[error("the inventory is damaged in line {line}: {reason}")]
    Damaged {
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Its end is missing.
    #[error("the inventory is truncated: it ends after line {line} without its last line")]
    Truncated {
        /// The last line that is there, counted from 1.
        line: u64,
    },
    /// Its lines are not those that were written.
    #[error("the inventory was altered after it was written: its lines do not fit the checksum in the last one")]
    Altered,
}

/// Reads an inventory. Only when it has come to its end without an error was everything as it was written.
#[derive(Debug)]
pub struct Reader<R: BufRead> {
    input: R,
    run: Run,
    digest: Sha256,
    line: u64,
    records: u64,
    done: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When there is none, or one of another version.
    pub fn open(mut input: R) -> Result<Self, InventoryError> {
        let mut digest = Sha256::new();
        let text = next_line(&mut input, 1)?.ok_or(InventoryError::NoInventory)?;
        digest.update(&text);
        let header: Value = serde_json::from_slice(&text).map_err(|_| InventoryError::NoInventory)?;
        match header.get("schema").and_then(Value::as_str) {
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("keysweep.inventory/") => {
                return Err(InventoryError::OtherVersion { schema: other.to_owned() });
            }
            Some(_) | None => return Err(InventoryError::NoInventory),
        }
        let damaged = |reason| InventoryError::Damaged { line: 1, reason };
        let header: Header = serde_json::from_value(header).map_err(|error| damaged(error.to_string()))?;
        let run = header.run().map_err(damaged)?;
        Ok(Self { input, run, digest, line: 1, records: 0, done: false })
    }

    /// The run that wrote it. When that ended is not known: it is taken to have ended when it began.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    fn next_record(&mut self) -> Result<Option<Record>, InventoryError> {
        let number = self.line + 1;
        let text = next_line(&mut self.input, number)?.ok_or(InventoryError::Truncated { line: self.line })?;
        let damaged = |reason| InventoryError::Damaged { line: number, reason };
        if text.last() != Some(&b'\n') {
            return Err(InventoryError::Truncated { line: self.line });
        }
        let line = serde_json::from_slice(&text).map_err(|error| damaged(plain(&error)))?;
        let record = match line {
            Line::Account(account) => Record::Account(Box::new(account.facts().map_err(damaged)?)),
            Line::Failed(gap) => Record::Failed(gap.gap().map_err(damaged)?),
            Line::Skipped(gap) => Record::Skipped(gap.gap().map_err(damaged)?),
            Line::End(end) => {
                if end.records != self.records || end.sha256 != hex(&self.digest.clone().finalize()) {
                    return Err(InventoryError::Altered);
                }
                return match next_line(&mut self.input, number + 1)? {
                    None => Ok(None),
                    Some(_) => {
                        Err(InventoryError::Damaged { line: number + 1, reason: "more follows the end".to_owned() })
                    }
                };
            }
        };
        self.digest.update(&text);
        self.line = number;
        self.records += 1;
        Ok(Some(record))
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Record, InventoryError>;

    /// The next account. After an error, and after the end, there is none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let next = self.next_record().transpose();
        self.done = !matches!(next, Some(Ok(_)));
        next
    }
}

/// The next line with its newline; none at the end.
fn next_line(input: &mut impl BufRead, number: u64) -> Result<Option<Vec<u8>>, InventoryError> {
    let mut text = Vec::new();
    io::Read::take(&mut *input, MAX_LINE).read_until(b'\n', &mut text)?;
    if text.len() as u64 == MAX_LINE {
        return Err(InventoryError::Damaged { line: number, reason: format!("it has {MAX_LINE} bytes or more") });
    }
    Ok((!text.is_empty()).then_some(text))
}

/// The error without its line, which is always the first of the text that was read.
fn plain(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}
