//! SQLite files.

use std::{
    io,
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
    path::Path,
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteSynchronous},
};

use super::{Value, bound, failure};
use crate::{
    StoreError,
    place::{Access, Place},
};

/// Marks a file as ours, in its header: "Kysw".
/// Source: sqlite.org/pragma.html#pragma_application_id
const APPLICATION: i64 = 0x4b79_7377;

/// The length of the header of a database, in bytes.
/// Source: sqlite.org/fileformat.html
const HEADER: u64 = 100;

/// SQLite locks a file for a moment as it opens or closes it. So long others are waited for in any case.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// So many rows go into one statement.
const ROWS: usize = 100;

/// Opens the file. For recording it is made where it is not there, readable for its owner only; the files that SQLite keeps
/// beside it have the same mode.
///
/// Others are waited for as long as `patience`.
pub(super) async fn connect(
    place: &Place,
    path: &Path,
    access: Access,
    patience: Duration,
) -> Result<SqliteConnection, StoreError> {
    let io = |error| failure::of_io(place, error);
    let not_a_store = |why: &str| StoreError::NotAStore { place: place.to_string(), why: why.to_owned() };
    match std::fs::metadata(path) {
        Ok(there) if !there.is_file() => {
            let kind = there.file_type();
            let is_device = kind.is_char_device() || kind.is_block_device() || kind.is_fifo() || kind.is_socket();
            let why = if is_device { "it is a device or a pipe" } else { "it is a folder" };
            return Err(not_a_store(why));
        }
        // SQLite takes a file of one byte for an empty one.
        Ok(there) if (1..HEADER).contains(&there.len()) => return Err(not_a_store("it is not an SQLite database")),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() && access == Access::Write => {
            return Err(not_a_store("it is a link to a file that is not there"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound && access == Access::Write => {
            make(path).map_err(io)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(StoreError::NotThere { place: place.to_string() });
        }
        Err(error) => return Err(io(error)),
    }
    let failed = |error| failure::of(place, error);
    let checked = match open(path, patience).await {
        Ok(mut connection) => check_ours(&mut connection, access).await.map(|why| (connection, why)),
        Err(error) => Err(error),
    };
    let (mut connection, why) = match checked {
        Ok(checked) => checked,
        Err(error) if failure::is_read_only(&error) => return Err(closed(place, path, access, error)),
        Err(error) => return Err(failed(error)),
    };
    if let Some(why) = why {
        return Err(not_a_store(why));
    }
    // Only now, as it changes the file.
    match sqlx::query("PRAGMA journal_mode = WAL").execute(&mut connection).await {
        // What cannot be written to may still be read.
        Err(error) if access == Access::Read && failure::is_read_only(&error) => Ok(connection),
        set => set.map(|_| connection).map_err(failed),
    }
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

async fn open(path: &Path, patience: Duration) -> Result<SqliteConnection, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        // What is committed is on the disk, whatever happens next.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(patience.max(LEAST_PATIENCE))
        // Rows come from a thread of their own: many at a time.
        .row_buffer_size(4_096)
        .pragma("cache_size", "-65536")
        // Only then a damaged page is found as it is read.
        .pragma("cell_size_check", "ON")
        .pragma("trusted_schema", "OFF");
    SqliteConnection::connect_with(&options).await
}

/// Why a file could not be opened, or its folder not be written to.
fn closed(place: &Place, path: &Path, access: Access, error: sqlx::Error) -> StoreError {
    match (std::fs::File::open(path), access) {
        (Err(error), _) => StoreError::Io { place: place.to_string(), error },
        (Ok(_), Access::Read) => {
            let why = "to read it, SQLite makes files beside it, and may not".to_owned();
            StoreError::ReadOnly { place: place.to_string(), why }
        }
        (Ok(_), Access::Write) => failure::of(place, error),
    }
}

/// Looks at a database before anything is written into it: gives why it is not a store, and marks a new one.
async fn check_ours(connection: &mut SqliteConnection, access: Access) -> Result<Option<&'static str>, sqlx::Error> {
    let number = async |connection: &mut SqliteConnection, sql: &'static str| {
        sqlx::query_scalar::<_, i64>(sql).fetch_one(connection).await
    };
    let application = number(connection, "PRAGMA application_id").await?;
    if application == APPLICATION {
        return Ok(None);
    }
    let tables = number(connection, "SELECT count(*) FROM sqlite_master").await?;
    if application != 0 || tables > 0 {
        return Ok(Some("it is an SQLite database of another program"));
    }
    match access {
        Access::Read => Ok(Some("it is empty")),
        Access::Write => {
            let mark = format!("PRAGMA application_id = {APPLICATION}");
            sqlx::query(AssertSqlSafe(mark)).execute(connection).await.map(|_| None)
        }
    }
}

/// Copies the database to `path`, in the place of an earlier copy: as a whole or not at all, and readable for its owner only.
pub(crate) async fn copy_to(db: &mut super::Db, path: &Path) -> Result<(), StoreError> {
    let io = |error| StoreError::Io { place: path.display().to_string(), error };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    match std::fs::remove_file(partial) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
        _ => make(partial).map_err(io)?,
    }
    let values = [Value::from(partial.to_string_lossy().as_ref())];
    let copied = match db.run("VACUUM INTO $1", &values).await {
        Ok(_) => std::fs::File::open(partial)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(partial, path))
            .map_err(io),
        Err(error) => Err(error),
    };
    if copied.is_err() {
        std::fs::remove_file(partial).ok();
    }
    copied
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
