//! The tables, in versions that only go forward.

use std::path::{Path, PathBuf};

use sqlx::{
    SqlSafeStr,
    migrate::{MigrateError, Migration, MigrationType, Migrator},
};

use crate::{
    Place, StoreError,
    db::{Db, copy_to},
};

/// Every version of the tables with the script that makes it of the one before, the first from nothing.
pub(crate) const VERSIONS: &[(u64, &str, &str)] = &[(1, "history", include_str!("../migrations/0001_history.sql"))];

/// How the tables of a store compare with the versions that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    /// There are none yet.
    Empty,
    /// They are of an earlier version.
    Old(u64),
    /// They are of the newest version.
    Current,
}

/// How the tables compare with `versions`.
///
/// # Errors
/// When they are of a version that is not among them.
pub(crate) async fn age(db: &mut Db, versions: &[(u64, &str, &'static str)]) -> Result<Age, StoreError> {
    let known = versions.last().map_or(0, |(version, ..)| *version);
    match version(db).await? {
        0 => Ok(Age::Empty),
        found if found > known => Err(StoreError::Newer { place: db.place().to_string(), found, known }),
        found if found == known => Ok(Age::Current),
        found => Ok(Age::Old(found)),
    }
}

/// The version of the tables; 0 where there are none.
pub(crate) async fn version(db: &mut Db) -> Result<u64, StoreError> {
    let sql = if db.is_sqlite() {
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'"
    } else {
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = '_sqlx_migrations'"
    };
    if db.number(sql, &[]).await? == 0 {
        return Ok(0);
    }
    db.number("SELECT max(version) FROM _sqlx_migrations", &[]).await.map(i64::cast_unsigned)
}

/// Makes the tables, or those of an earlier version into the newest. The caller holds the lock. A file that has tables
/// already is copied first.
///
/// # Errors
/// When a script fails; then the tables are as they were.
pub(crate) async fn migrate(db: &mut Db, versions: &[(u64, &str, &'static str)]) -> Result<(), StoreError> {
    if let (Age::Old(version), Place::File(path)) = (age(db, versions).await?, db.place().clone()) {
        let copy = copy_beside(&path, version);
        copy_to(db, &copy).await?;
        tracing::warn!(copy = %copy.display(), "copied the store before its tables are changed");
    }
    let migration = |(version, name, sql): &(u64, &str, &'static str)| {
        Migration::new(
            version.cast_signed(),
            (*name).to_owned().into(),
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    let mut migrator = Migrator::with_migrations(versions.iter().map(migration).collect());
    migrator.set_locking(false);
    db.migrate(&migrator).await.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => db.failure(error),
        other => StoreError::NotAStore { place: db.place().to_string(), why: other.to_string() },
    })
}

/// `keysweep.db.version-1` beside `keysweep.db`.
fn copy_beside(path: &Path, version: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".version-{version}"));
    name.into()
}
