//! The lines of an inventory as they come: one is held in memory at a time, and none makes more of itself than an account
//! may.

use std::io::{self, BufRead};

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// What a line may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    bytes: u64,
    /// JSON values: `[{},{},...]` takes a hundred times its bytes once it is read.
    values: u64,
}

/// The header has one run and little more.
pub(super) const HEADER: Limits = Limits { bytes: 64 << 10, values: 1_000 };

/// Several times what an account of 5,000 users, which is AWS's quota, takes with every fact.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
pub(super) const RECORD: Limits = Limits { bytes: 64 << 20, values: 2_000_000 };

/// What is read line by line, with the checksum of the lines that were read.
#[derive(Debug)]
pub(super) struct Lines<R> {
    input: R,
    /// The line that was read last.
    line: Vec<u8>,
    /// The number of the line that was read last, counted from 1.
    number: u64,
    digest: Sha256,
}

/// A line that was read, and the checksum of all before it.
pub(super) struct Parsed<T> {
    pub(super) value: T,
    pub(super) before: Sha256,
}

/// Why a line was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// The input could not be read.
    #[error("{0}")]
    Read(io::Error),
    /// It ends before its newline.
    #[error("it ends before its newline")]
    Cut,
    /// It is too large.
    #[error("it has more than {0}")]
    TooMuch(String),
    /// It is not what it should be.
    #[error("{0}")]
    Wrong(String),
}

impl<R: BufRead> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, line: Vec::new(), number: 0, digest: Sha256::new() }
    }

    /// The number of the line that was read last, counted from 1; 0 before the first.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&mut self) -> io::Result<bool> {
        self.input.fill_buf().map(<[u8]>::is_empty)
    }

    /// Reads the next line as JSON. There must be one.
    pub(super) fn next<T: DeserializeOwned>(&mut self, limits: Limits) -> Result<Parsed<T>, LineError> {
        let before = self.digest.clone();
        self.read_line(limits)?;
        self.digest.update(&self.line);
        let value = serde_json::from_slice(&self.line).map_err(|error| LineError::Wrong(plain(&error)))?;
        self.number += 1;
        Ok(Parsed { value, before })
    }

    /// Reads a line with its newline. What is too large is found before it is kept.
    fn read_line(&mut self, Limits { bytes, values }: Limits) -> Result<(), LineError> {
        self.line.clear();
        let mut meter = Meter::default();
        while self.line.last() != Some(&b'\n') {
            let available = self.input.fill_buf().map_err(LineError::Read)?;
            let length = available.iter().position(|byte| *byte == b'\n').map_or(available.len(), |at| at + 1);
            if length == 0 {
                return Err(LineError::Cut);
            }
            if (self.line.len() + length) as u64 > bytes {
                return Err(LineError::TooMuch(format!("{bytes} bytes")));
            }
            meter.add(&available[..length]);
            if meter.values > values {
                return Err(LineError::TooMuch(format!("{values} values")));
            }
            self.line.extend_from_slice(&available[..length]);
            self.input.consume(length);
        }
        Ok(())
    }
}

/// Counts the values of JSON, roughly: what stands outside texts and begins a list or an object, or parts two values.
#[derive(Default)]
struct Meter {
    values: u64,
    in_text: bool,
    is_escaped: bool,
}

impl Meter {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = self.in_text,
                b'"' => self.in_text = !self.in_text,
                b'[' | b'{' | b',' if !self.in_text => self.values += 1,
                _ => {}
            }
        }
    }
}

/// The error without its line, which is always the first of what was read.
fn plain(error: &serde_json::Error) -> String {
    error.to_string().replace(" at line 1 column ", " at column ")
}
