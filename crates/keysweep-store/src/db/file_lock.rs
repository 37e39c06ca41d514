//! The lock of a store that is a file: another file beside it, which says who holds it. The system lets go of it when its
//! process ends, however that happens.
//!
//! SQLite's own locks would not do: they are held for single transactions, and a run takes longer.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The lock, until it is dropped.
#[derive(Debug)]
pub(super) struct FileLock {
    file: File,
    path: PathBuf,
}

/// What became of taking a lock.
#[derive(Debug)]
pub(super) enum Taken {
    /// It is held now.
    Now(FileLock),
    /// This process holds it.
    By(String),
}

impl FileLock {
    /// Takes the lock of the store at `path` for `process`, or gives the process that holds it.
    pub(super) fn try_take(path: &Path, process: &str) -> io::Result<Taken> {
        let path = beside(path);
        loop {
            check_regular(&path)?;
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false).mode(0o600);
            let mut file = options.open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    let mut holder = String::new();
                    file.take(200).read_to_string(&mut holder)?;
                    return Ok(Taken::By(if holder.is_empty() { "that is not known".to_owned() } else { holder }));
                }
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // Its last holder may have removed it after it was opened here.
            if is_at(&file, &path) {
                file.set_len(0)?;
                file.rewind()?;
                file.write_all(process.as_bytes())?;
                return Ok(Taken::Now(Self { file, path }));
            }
        }
    }
}

/// Whether a process holds the lock of the store at `path`.
pub(super) fn is_held(path: &Path) -> io::Result<bool> {
    let path = beside(path);
    check_regular(&path)?;
    let file = match OpenOptions::new().read(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        // It belongs to another user, who removes it in the end.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Ok(true),
        file => file?,
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Refuses what is not a lock: what a link points at would be overwritten, and a pipe would be waited for.
fn check_regular(path: &Path) -> io::Result<()> {
    match std::fs::symlink_metadata(path) {
        Ok(there) if !there.is_file() => {
            Err(io::Error::other(format!("`{}`, its lock, is not a regular file: remove it", path.display())))
        }
        Ok(_) | Err(_) => Ok(()),
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        // While it is still held, so that no other process has it.
        if is_at(&self.file, &self.path) {
            std::fs::remove_file(&self.path).ok();
        }
    }
}

fn is_at(file: &File, path: &Path) -> bool {
    let id = |there: std::fs::Metadata| (there.dev(), there.ino());
    let (own, there) = (file.metadata().map(id), std::fs::symlink_metadata(path).map(id));
    matches!((own, there), (Ok(own), Ok(there)) if own == there)
}

/// `keysweep.db-lock` beside `keysweep.db`, with every link followed: the store has one lock, whatever it is called.
fn beside(path: &Path) -> PathBuf {
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let mut name = real.into_os_string();
    name.push("-lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_has_it_and_the_other_is_told_which() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let taken = |process: &str| match FileLock::try_take(&path, process).unwrap() {
            Taken::Now(lock) => (Some(lock), String::new()),
            Taken::By(holder) => (None, holder),
        };
        assert!(!is_held(&path).unwrap());
        let (first, _) = taken("1 on a");
        assert!(is_held(&path).unwrap());
        assert_eq!(taken("2 on a").1, "1 on a");
        drop(first);
        let (second, _) = taken("2 on a");
        assert_eq!(taken("3 on a").1, "2 on a");
        drop(second);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
