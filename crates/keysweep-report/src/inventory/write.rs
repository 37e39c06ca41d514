//! Writes inventories, one account after another.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use keysweep_model::{Run, SavedAccount};
use sha2::{Digest, Sha256};

use super::line::{End, Header, WrittenLine};
use crate::document::line;

/// An inventory that is being made. Accounts are kept in a file of its own as they come, because what the header says of
/// the run is only known when it has ended; [`Writer::finish`] puts the parts together.
#[derive(Debug)]
pub struct Writer<F: Read + Write + Seek> {
    spool: BufWriter<F>,
    records: u64,
}

impl<F: Read + Write + Seek> Writer<F> {
    /// Begins an inventory whose accounts are kept in the empty file `spool` until the end.
    pub fn new(spool: F) -> Self {
        Self { spool: BufWriter::new(spool), records: 0 }
    }

    /// Keeps one account.
    ///
    /// # Errors
    /// When the spool refuses it.
    pub fn add(&mut self, record: &SavedAccount) -> io::Result<()> {
        self.records += 1;
        let text = line(&match record {
            SavedAccount::Read(facts) => WrittenLine::Account(facts),
            SavedAccount::Failed(gap) => WrittenLine::Failed(gap),
            SavedAccount::Skipped(gap) => WrittenLine::Skipped(gap),
        })?;
        self.spool.write_all(&text)
    }

    /// Writes the inventory of `run` to `out`.
    ///
    /// # Errors
    /// When the spool cannot be read, or `out` refuses what is written: then `out` holds no inventory that is read.
    pub fn finish(self, run: &Run, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut spool = self.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        spool.rewind()?;
        let mut out = Digesting { out: BufWriter::new(out), digest: Sha256::new() };
        out.write(&line(&Header::of(run))?)?;
        let mut lines = BufReader::new(spool);
        loop {
            let chunk = lines.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            let length = chunk.len();
            out.write(chunk)?;
            lines.consume(length);
        }
        let sha256 = hex(&out.digest.clone().finalize());
        out.write(&line(&WrittenLine::End(End { records: self.records, sha256 }))?)?;
        out.out.flush()
    }
}

struct Digesting<W: Write> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Digesting<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        self.digest.update(text);
        self.out.write_all(text)
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
