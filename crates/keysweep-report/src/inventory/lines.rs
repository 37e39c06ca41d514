//! The lines of an inventory as they come: none is held in memory, and none makes more of itself than an account may.

use std::io::{self, BufRead, BufReader, Read};

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
        Self { input, number: 0, digest: Sha256::new() }
    }

    /// The number of the line that was read last, counted from 1; 0 before the first.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Whether nothing follows.
    pub(super) fn is_at_end(&mut self) -> io::Result<bool> {
        self.input.fill_buf().map(<[u8]>::is_empty)
    }

    /// Reads the next line as JSON while it comes. There must be one.
    pub(super) fn next<T: DeserializeOwned>(&mut self, limits: Limits) -> Result<Parsed<T>, LineError> {
        let before = self.digest.clone();
        let mut line = BufReader::new(Line::new(&mut self.input, &mut self.digest, limits));
        let parsed = {
            let mut json = serde_json::Deserializer::from_reader(&mut line);
            T::deserialize(&mut json).and_then(|value| json.end().map(|()| value))
        };
        let mut line = line.into_inner();
        if let Some(limit) = line.exceeded.take() {
            return Err(LineError::TooMuch(limit));
        }
        let value = match parsed {
            Err(error) if error.is_io() => return Err(LineError::Read(error.into())),
            Err(error) if !(error.is_eof() && line.is_cut) => return Err(LineError::Wrong(plain(&error))),
            Ok(_) | Err(_) if line.is_cut || !line.is_done => return Err(LineError::Cut),
            parsed => parsed.map_err(|error| LineError::Wrong(plain(&error)))?,
        };
        self.number += 1;
        Ok(Parsed { value, before })
    }
}

/// The bytes of one line with its newline, counted and added to the checksum as they are read.
struct Line<'a, R> {
    input: &'a mut R,
    digest: &'a mut Sha256,
    limits: Limits,
    bytes: u64,
    meter: Meter,
    /// The newline was read.
    is_done: bool,
    /// The input has ended before the newline.
    is_cut: bool,
    /// What there is too much of.
    exceeded: Option<String>,
}

impl<'a, R: BufRead> Line<'a, R> {
    fn new(input: &'a mut R, digest: &'a mut Sha256, limits: Limits) -> Self {
        let meter = Meter::default();
        Self { input, digest, limits, bytes: 0, meter, is_done: false, is_cut: false, exceeded: None }
    }

    /// Why the line is read no further; none where it may be.
    fn limit(&self) -> Option<String> {
        let Limits { bytes, values } = self.limits;
        if self.bytes > bytes {
            Some(format!("{bytes} bytes"))
        } else if self.meter.values > values {
            Some(format!("{values} values"))
        } else {
            None
        }
    }
}

impl<R: BufRead> Read for Line<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.is_done || self.is_cut || self.exceeded.is_some() {
            return Ok(0);
        }
        let available = self.input.fill_buf()?;
        let most = available.len().min(out.len());
        let newline = available[..most].iter().position(|byte| *byte == b'\n');
        let length = newline.map_or(most, |at| at + 1);
        let piece = &available[..length];
        out[..length].copy_from_slice(piece);
        self.digest.update(piece);
        self.meter.add(piece);
        self.bytes += length as u64;
        self.is_done = newline.is_some();
        self.is_cut = length == 0 && !out.is_empty();
        self.input.consume(length);
        self.exceeded = self.limit();
        Ok(length)
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
