//! SQLite files.

use std::{
    io,
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use super::{Value, bound, failure};
use crate::{
    StoreError,
    place::{Access, Place},
};

/// Marks a file as ours, in its header: "Kysw".
/// Source: sqlite.org/pragma.html#pragma_application_id
const APPLICATION: i64 = 0x4b79_7377;

/// So many rows go into one statement.
const ROWS: usize = 100;

/// Opens the file. For recording it is made where it is not there, readable for its owner only; the files that SQLite keeps
/// beside it have the same mode.
pub(super) async fn connect(place: &Place, path: &Path, access: Access) -> Result<SqliteConnection, StoreError> {
    let io = |error| StoreError::Io { place: place.to_string(), error };
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let kind = there.file_type();
            let is_device = kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket();
            let why = if is_device { "it is a device or a pipe" } else { "it is a folder" };
            return Err(StoreError::NotAStore { place: place.to_string(), why: why.to_owned() });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && access == Access::Write => {
            make(path).map_err(io)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::NotThere { place: place.to_string() });
        }
        Err(error) => return Err(io(error)),
    }
    let mut connection = open(path).await.map_err(|error| failure::of(place, error))?;
    check_ours(&mut connection, place, access).await?;
    Ok(connection)
}

/// What tells a file from others, whatever it is called; none where it is not there.
pub(super) fn identity(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|there| (there.dev(), there.ino()))
}

fn make(path: &Path) -> io::Result<()> {
    let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    match made {
        // Another process was first.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.exists() => Ok(()),
        made => made.map(drop),
    }
}

async fn open(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // What is committed is on the disk, whatever happens next.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30))
        // Rows come from a thread of their own: many at a time.
        .row_buffer_size(4_096)
        .pragma("cache_size", "-65536")
        // Only then a damaged page is found as it is read.
        .pragma("cell_size_check", "ON")
        .pragma("trusted_schema", "OFF");
    match SqliteConnection::connect_with(&options).await {
        // A file or a folder that cannot be written to may still be read.
        Err(error) if failure::is_read_only(&error) => {
            SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(path).read_only(true)).await
        }
        opened => opened,
    }
}

/// Refuses databases of other programs, before anything is written into one.
async fn check_ours(connection: &mut SqliteConnection, place: &Place, access: Access) -> Result<(), StoreError> {
    let failed = |error| failure::of(place, error);
    let number = async |connection: &mut SqliteConnection, sql: &'static str| {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(connection).await
    };
    let application = number(connection, "PRAGMA application_id").await.map_err(failed)?;
    if application == APPLICATION {
        return Ok(());
    }
    let tables = number(connection, "SELECT count(*) FROM sqlite_master").await.map_err(failed)?;
    if application != 0 || tables > 0 {
        let why = "it is an SQLite database of another program".to_owned();
        return Err(StoreError::NotAStore { place: place.to_string(), why });
    }
    match access {
        Access::Read => Err(StoreError::NotAStore { place: place.to_string(), why: "it is empty".to_owned() }),
        Access::Write => {
            let mark = format!("PRAGMA application_id = {APPLICATION}");
            sqlx::query(AssertSqlSafe(mark)).execute(connection).await.map(drop).map_err(failed)
        }
    }
}

/// Copies the database into a new file, which nothing else may have.
pub(crate) async fn copy_to(db: &mut super::Db, path: &Path) -> Result<(), StoreError> {
    let values = [Value::from(path.to_string_lossy().as_ref())];
    db.run("VACUUM INTO $1", &values).await.map(drop)
}

/// Adds rows, some hundred values at a time.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    table: &str,
    columns: &[&str],
    rows: &[Vec<Value>],
) -> Result<(), sqlx::Error> {
    for rows in rows.chunks(ROWS) {
        let sql = statement(table, columns, rows.len());
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(rows.len() == ROWS);
        let query = rows.iter().fold(query, |query, row| bound(query, row));
        query.execute(&mut *connection).await?;
        tracing::trace!(table, "statement");
    }
    Ok(())
}

/// Without numbers for the values: SQLite would look for each among all of them.
fn statement(table: &str, columns: &[&str], rows: usize) -> String {
    let row = format!("({})", vec!["?"; columns.len()].join(", "));
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), vec![row; rows].join(", "))
}
