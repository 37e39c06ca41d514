//! A store that is open.

use std::{future::Future, time::Duration};

use jiff::Timestamp;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};

use crate::{
    Access, Place, StoreError,
    db::{Db, values},
    schema::{self, Age},
};

/// A store that is open. Its functions wait for the database; within a runtime of several threads they may be called from
/// any of them.
pub struct Store {
    pub(crate) db: Db,
    pub(crate) waiting: Waiting,
    pub(crate) options: Options,
}

/// Who uses a store, and how long others are waited for.
#[derive(Debug, Clone)]
pub struct Options {
    /// This process, for others who wait for it, such as `1234 on build-7`.
    pub process: String,
    /// How long another process is waited for that changes the store.
    pub timeout: Duration,
    /// The time, for a store that is made.
    pub now: Timestamp,
    /// The id of a store that is made.
    pub new_id: String,
}

/// Another process is waited for at least this long.
const SHORTEST: Duration = Duration::from_millis(200);

/// How often another process is asked whether it is done.
const ASKING: Duration = Duration::from_millis(100);

impl Store {
    /// Opens the store at `place`, and brings its tables up to date.
    ///
    /// # Errors
    /// When it is not there and only to be read, is not a store, cannot be reached, or has tables of a newer version.
    pub fn open(place: &Place, access: Access, options: Options) -> Result<Self, StoreError> {
        Self::with_versions(place, access, options, schema::VERSIONS)
    }

    fn with_versions(
        place: &Place,
        access: Access,
        options: Options,
        versions: &[(u64, &str, &'static str)],
    ) -> Result<Self, StoreError> {
        let io = |error| StoreError::Io { place: place.to_string(), error };
        let waiting = Waiting::new().map_err(io)?;
        let db = waiting.wait(async {
            let mut db = Db::connect(place, access, options.timeout).await?;
            let is_current = schema::age(&mut db, versions).await? == Age::Current;
            // Who only reads may want what can still be read of a damaged store.
            if !is_current || access == Access::Write && !has_id(&mut db).await? {
                lock(&mut db, &options).await?;
                prepare(&mut db, versions, &options).await?;
                db.unlock().await?;
            }
            Ok(db)
        })?;
        Ok(Self { db, waiting, options })
    }

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> &Place {
        self.db.place()
    }

    /// Ends the connection in good order. Without it all that was committed is kept too.
    ///
    /// # Errors
    /// When the database cannot be told.
    pub fn close(self) -> Result<(), StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(db.close())
    }
}

/// Makes the tables, where another process has not done so meanwhile.
async fn prepare(db: &mut Db, versions: &[(u64, &str, &'static str)], options: &Options) -> Result<(), StoreError> {
    schema::migrate(db, versions).await?;
    if !has_id(db).await? {
        let (id, now) = (options.new_id.as_str(), options.now.as_millisecond());
        db.run("INSERT INTO store (id, created_at) VALUES ($1, $2)", &values![id, now]).await?;
    }
    Ok(())
}

/// Whether the store has its one row. A process that ended right after it made the tables has left them without it.
async fn has_id(db: &mut Db) -> Result<bool, StoreError> {
    Ok(db.number("SELECT count(*) FROM store", &[]).await? > 0)
}

/// Becomes the one process that changes the store.
///
/// # Errors
/// When another process does not let go in time; it is named.
pub(crate) async fn lock(db: &mut Db, options: &Options) -> Result<(), StoreError> {
    let mut waited = Duration::ZERO;
    loop {
        let Some(process) = db.try_lock(&options.process).await? else { return Ok(()) };
        // A moment longer than nothing: one who only looks whether the lock is held has it for an instant.
        if waited >= options.timeout.max(SHORTEST) {
            return Err(StoreError::InUse { place: db.place().to_string(), process, waited: waited.as_secs() });
        }
        if waited.is_zero() {
            tracing::warn!(store = %db.place(), process, "waiting for another process that changes the store");
        }
        tokio::time::sleep(ASKING).await;
        waited += ASKING;
    }
}

/// Waits for what the database does, from any thread.
pub(crate) struct Waiting(Option<Runtime>);

impl Waiting {
    /// In the place of one that is in use.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    fn new() -> std::io::Result<Self> {
        Builder::new_current_thread().enable_all().build().map(|runtime| Self(Some(runtime)))
    }

    /// Runs `work` to its end.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let run = || match &self.0 {
            Some(runtime) => runtime.block_on(work),
            None => unreachable!("the runtime goes with its owner"),
        };
        match Handle::try_current() {
            // The thread may have tasks of its own to run, which others take over.
            Ok(handle) if handle.runtime_flavor() == RuntimeFlavor::MultiThread => tokio::task::block_in_place(run),
            Ok(_) | Err(_) => run(),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        // A thread of another runtime may not wait for this one to end.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt, path::Path};

    use super::*;

    const SECOND: (u64, &str, &str) =
        (2, "colours", "CREATE TABLE colours (name TEXT NOT NULL); UPDATE store SET id = 'two';");
    const FAILING: (u64, &str, &str) = (3, "failing", "CREATE TABLE sizes (name TEXT); INSERT INTO none VALUES (1);");

    fn versions(more: &[(u64, &'static str, &'static str)]) -> Vec<(u64, &'static str, &'static str)> {
        [schema::VERSIONS, more].concat()
    }

    fn open(path: &Path, versions: &[(u64, &str, &'static str)]) -> Result<Store, StoreError> {
        let options = Options {
            process: "1 on test".to_owned(),
            timeout: Duration::ZERO,
            now: "2026-11-01T00:00:00Z".parse().unwrap(),
            new_id: "one".to_owned(),
        };
        Store::with_versions(&Place::File(path.to_owned()), Access::Write, options, versions)
    }

    fn state(path: &Path, versions: &[(u64, &str, &'static str)]) -> String {
        let mut store = open(path, versions).unwrap();
        let info = store.info().unwrap();
        store.close().unwrap();
        format!("{} in version {}", info.id, info.schema)
    }

    fn files(folder: &Path) -> Vec<String> {
        let entry = |entry: std::io::Result<fs::DirEntry>| {
            let entry = entry.unwrap();
            let mode = entry.metadata().unwrap().permissions().mode() & 0o7777;
            format!("{} {mode:o}", entry.file_name().display())
        };
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(entry).collect();
        files.sort();
        files
    }

    #[test]
    fn an_older_store_is_copied_and_migrated_and_then_refused_by_the_older_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        assert_eq!(state(&path, schema::VERSIONS), "one in version 1");
        // What an earlier attempt has left does not stand in the way, nor for a copy.
        fs::write(folder.path().join("s.db.version-1"), "not a copy").unwrap();
        fs::write(folder.path().join("s.db.version-1.partial"), "half of a copy").unwrap();
        assert_eq!(state(&path, &versions(&[SECOND])), "two in version 2");
        assert_eq!(files(folder.path()), ["s.db 600", "s.db.version-1 600"]);
        assert_eq!(state(&folder.path().join("s.db.version-1"), schema::VERSIONS), "one in version 1");
        let error = open(&path, schema::VERSIONS).err().unwrap();
        let said = format!("{error}\nhint: {}", error.hint().unwrap());
        insta::assert_snapshot!(said.replace(path.to_str().unwrap(), "STORE"), @"
        store `STORE` has tables of version 2, and this program knows versions up to 1
        hint: install the version of Keysweep that wrote it, or a newer one
        ");
        assert_eq!(state(&path, &versions(&[SECOND])), "two in version 2");
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        assert_eq!(state(&path, schema::VERSIONS), "one in version 1");
        let error = open(&path, &versions(&[SECOND, FAILING])).err().unwrap();
        let said = format!("{error}\nhint: {}", error.hint().unwrap());
        insta::assert_snapshot!(said.replace(path.to_str().unwrap(), "STORE"), @"
        store `STORE` failed: error returned from database: (code: 1) no such table: none
        hint: run `keysweep store check`, which finds what is damaged
        ");
        assert_eq!(state(&path, schema::VERSIONS), "one in version 1");
        assert_eq!(open(&path, schema::VERSIONS).unwrap().check().unwrap(), [""; 0]);
        // A store that is new is not half made either.
        let new = folder.path().join("new.db");
        assert!(open(&new, &versions(&[FAILING])).is_err());
        assert_eq!(state(&new, schema::VERSIONS), "one in version 1");
    }

    #[test]
    fn a_script_that_is_not_the_one_that_was_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.db");
        assert_eq!(state(&path, &versions(&[SECOND])), "one in version 2");
        let other = (2, "colours", "CREATE TABLE colours (name TEXT)");
        let error = open(&path, &versions(&[other, (3, "more", "CREATE TABLE more (name TEXT)")])).err().unwrap();
        insta::assert_snapshot!(error.to_string().replace(path.to_str().unwrap(), "STORE"), @"`STORE` is not a store: migration 2 was previously applied but has been modified");
        assert_eq!(state(&path, &versions(&[SECOND])), "one in version 2");
    }
}
