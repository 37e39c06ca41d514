//! Where results go: stdout, or a file that appears only once it is whole.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::exit::Failure;

/// A place for a result, opened before the work starts: a scan of an hour is not to end in "no such folder".
#[derive(Debug)]
pub enum Destination {
    /// Standard output.
    Stdout,
    /// A file, written beside its place and moved there when it is whole.
    File {
        /// What is written to.
        draft: NamedTempFile,
        /// Where it will be.
        path: PathBuf,
    },
}

impl Destination {
    /// Opens `file`, or stdout where there is none.
    ///
    /// # Errors
    /// When nothing can be written in the file's folder.
    pub fn open(file: Option<&Path>) -> Result<Self, Failure> {
        let Some(path) = file else { return Ok(Self::Stdout) };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Looked at first, because the error about a draft names a file that nobody has asked for.
        let draft = folder.metadata().and_then(|_| NamedTempFile::new_in(folder));
        let draft = draft.map_err(|error| Failure::usage(format!("could not write `{}`: {error}", path.display())))?;
        Ok(Self::File { draft, path: path.to_owned() })
    }

    /// Whether the result goes to a file.
    #[must_use]
    pub fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Writes the result by `write`.
    ///
    /// # Errors
    /// When it cannot be written whole. A reader that closes stdout early, as `head` does, is no error.
    pub fn deliver(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                match write(&mut out).and_then(|()| out.flush()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    done => done.map_err(|error| Failure::lost(format!("could not write to stdout: {error}"))),
                }
            }
            Self::File { mut draft, path } => {
                let lost = |error: &dyn std::fmt::Display| {
                    Failure::lost(format!("could not write `{}`: {error}", path.display()))
                };
                write(&mut draft).and_then(|()| draft.as_file().sync_all()).map_err(|error| lost(&error))?;
                draft.persist(&path).map_err(|error| lost(&error.error))?;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("result.json");
        std::fs::write(&path, "old").unwrap();

        let failed = Destination::open(Some(&path)).unwrap().deliver(|out| {
            out.write_all(b"half")?;
            Err(io::Error::other("disk full"))
        });
        assert!(failed.is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);

        Destination::open(Some(&path)).unwrap().deliver(|out| out.write_all(b"new")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "new");
    }

    #[test]
    fn a_folder_that_is_not_there_is_found_before_the_work() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Destination::open(Some(&folder.path().join("no/result.json"))).is_err());
    }
}
