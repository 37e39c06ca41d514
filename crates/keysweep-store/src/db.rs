//! The database: one connection, and the few things that are asked of it. What differs between the two engines is in the
//! modules below; every statement is written once, for both.

mod failure;
mod file_lock;
mod postgres;
mod sqlite;
mod value;

use std::{io::ErrorKind, time::Duration};

use futures::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, postgres::PgConnection, query::Query, sqlite::SqliteConnection};

use self::file_lock::{FileLock, Taken};
pub(crate) use self::{
    sqlite::copy_to,
    value::{Row, Value, values},
};
use crate::{
    StoreError,
    place::{Access, Place},
};

/// A server that does not answer a statement within this time is taken to be gone. No statement takes nearly as long.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(15);

/// A connection to a store.
pub(crate) struct Db {
    engine: Engine,
    place: Place,
    /// The file that is open, by its device and number.
    file: Option<(u64, u64)>,
    /// Held while this process records or works on the tables.
    lock: Option<FileLock>,
}

enum Engine {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// The same for the connection of either engine.
macro_rules! on {
    ($engine:expr, $connection:ident => $work:expr) => {
        match $engine {
            Engine::Sqlite($connection) => $work,
            Engine::Postgres($connection) => $work,
        }
    };
}

impl Db {
    /// Connects. A file is made where it is not there and may be written. Locks of others are waited for as long as `patience`.
    pub(crate) async fn connect(place: &Place, access: Access, patience: Duration) -> Result<Self, StoreError> {
        let engine = match place {
            Place::File(path) => Engine::Sqlite(sqlite::connect(place, path, access, patience).await?),
            Place::Server(options) => Engine::Postgres(postgres::connect(place, options, access, patience).await?),
        };
        let file = match place {
            Place::File(path) => sqlite::identity(path),
            Place::Server(_) => None,
        };
        Ok(Self { engine, place: place.clone(), file, lock: None })
    }

    pub(crate) fn place(&self) -> &Place {
        &self.place
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    /// Tries to become the one process that changes the store. Gives the process that has it where it is taken.
    pub(crate) async fn try_lock(&mut self, process: &str) -> Result<Option<String>, StoreError> {
        match (&mut self.engine, &self.place) {
            (Engine::Sqlite(_), Place::File(path)) => match FileLock::try_take(path, process) {
                Ok(Taken::Now(lock)) => {
                    self.lock = Some(lock);
                    Ok(None)
                }
                Ok(Taken::By(holder)) => Ok(Some(holder)),
                Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => {
                    let why = format!("no file can be made beside it: {error}");
                    Err(StoreError::ReadOnly { place: self.place.to_string(), why })
                }
                Err(error) => Err(failure::of_io(&self.place, error)),
            },
            (Engine::Postgres(connection), _) => {
                postgres::try_lock(connection, process).await.map_err(|error| failure::of(&self.place, error))
            }
            (Engine::Sqlite(_), Place::Server(_)) => Ok(None),
        }
    }

    /// Whether a process, which may be this one, changes the store.
    pub(crate) async fn is_held(&mut self) -> Result<bool, StoreError> {
        match (&mut self.engine, &self.place) {
            (Engine::Sqlite(_), Place::File(path)) => {
                file_lock::is_held(path).map_err(|error| StoreError::Io { place: self.place.to_string(), error })
            }
            (Engine::Postgres(connection), _) => {
                postgres::is_locked(connection).await.map_err(|error| failure::of(&self.place, error))
            }
            (Engine::Sqlite(_), Place::Server(_)) => Ok(false),
        }
    }

    /// Whether the file that is open is still where it was opened. What is written to one that was removed or replaced is
    /// lost. A server keeps its own.
    pub(crate) fn is_there(&self) -> bool {
        match &self.place {
            Place::File(path) => self.file.is_some() && self.file == sqlite::identity(path),
            Place::Server(_) => true,
        }
    }

    /// Lets other processes change the store.
    pub(crate) async fn unlock(&mut self) -> Result<(), StoreError> {
        self.lock = None;
        if let Engine::Postgres(connection) = &mut self.engine {
            postgres::unlock(connection).await.map_err(|error| failure::of(&self.place, error))?;
        }
        Ok(())
    }

    /// Runs a statement, and tells how many rows it has changed.
    pub(crate) async fn run(&mut self, sql: &'static str, values: &[Value]) -> Result<u64, StoreError> {
        let done = match &mut self.engine {
            Engine::Sqlite(connection) => {
                bound(sqlx::query(sql), values).execute(connection).await.map(|done| done.rows_affected())
            }
            Engine::Postgres(connection) => {
                in_time(bound(sqlx::query(sql), values).execute(connection)).await.map(|done| done.rows_affected())
            }
        };
        tracing::trace!(sql, "statement");
        done.map_err(|error| failure::of(&self.place, error))
    }

    /// Runs a statement that was put together, and tells how many rows it has changed.
    pub(crate) async fn run_made(&mut self, sql: String, values: &[Value]) -> Result<u64, StoreError> {
        let done = match &mut self.engine {
            Engine::Sqlite(connection) => bound(sqlx::query(AssertSqlSafe(sql)).persistent(false), values)
                .execute(connection)
                .await
                .map(|done| done.rows_affected()),
            Engine::Postgres(connection) => {
                in_time(bound(sqlx::query(AssertSqlSafe(sql)).persistent(false), values).execute(connection))
                    .await
                    .map(|done| done.rows_affected())
            }
        };
        tracing::trace!("statement");
        done.map_err(|error| failure::of(&self.place, error))
    }

    /// All rows of an answer, which are few.
    pub(crate) async fn rows<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        mut of: impl FnMut(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let mut all = Vec::new();
        let mut take = |row: Row| {
            all.push(of(&row)?);
            Ok(())
        };
        self.each(sql, values, &mut take).await?;
        Ok(all)
    }

    /// The first row of an answer, where there is one.
    pub(crate) async fn first<T>(
        &mut self,
        sql: &str,
        values: &[Value],
        of: impl FnMut(&Row) -> Result<T, sqlx::Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(sql, values, of).await?.into_iter().next())
    }

    /// A number that is always there, such as a count.
    pub(crate) async fn number(&mut self, sql: &str, values: &[Value]) -> Result<i64, StoreError> {
        Ok(self.first(sql, values, |row| row.optional_int(0)).await?.flatten().unwrap_or_default())
    }

    /// Every row of an answer, one after the other. Not generic: the libraries' part of it is large, and is compiled once.
    pub(crate) async fn each(
        &mut self,
        sql: &str,
        values: &[Value],
        take: &mut dyn FnMut(Row) -> Result<(), sqlx::Error>,
    ) -> Result<(), StoreError> {
        let answered = match &mut self.engine {
            Engine::Sqlite(connection) => {
                let mut rows = bound(sqlx::query(AssertSqlSafe(sql)), values).fetch(connection);
                loop {
                    match rows.try_next().await {
                        Ok(Some(row)) => {
                            if let Err(error) = take(Row::Sqlite(row)) {
                                break Err(error);
                            }
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
            Engine::Postgres(connection) => {
                let mut rows = bound(sqlx::query(AssertSqlSafe(sql)), values).fetch(connection);
                loop {
                    match in_time(rows.try_next()).await {
                        Ok(Some(row)) => {
                            if let Err(error) = take(Row::Postgres(row)) {
                                break Err(error);
                            }
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            }
        };
        tracing::trace!(sql, "statement");
        answered.map_err(|error| failure::of(&self.place, error))
    }

    /// A statement whose answer is one JSON text: an array of rows, each an array of these columns. Where there are many
    /// rows that is read faster than row by row.
    pub(crate) fn as_json(&self, columns: &str, from: &str) -> String {
        let array = self.array(columns);
        if self.is_sqlite() {
            format!("SELECT json_group_array({array}) FROM {from}")
        } else {
            format!("SELECT CAST(coalesce(json_agg({array}), '[]') AS TEXT) FROM {from}")
        }
    }

    /// An expression that makes a JSON array of columns.
    pub(crate) fn array(&self, columns: &str) -> String {
        format!("{}({columns})", if self.is_sqlite() { "json_array" } else { "json_build_array" })
    }

    /// Adds rows to a table.
    pub(crate) async fn insert(
        &mut self,
        table: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let inserted = match &mut self.engine {
            Engine::Sqlite(connection) => sqlite::insert(connection, table, columns, rows).await,
            Engine::Postgres(connection) => in_time(postgres::insert(connection, table, columns, rows)).await,
        };
        inserted.map_err(|error| failure::of(&self.place, error))
    }

    /// Changes columns of rows of a table: each of `rows` holds a value of the column `key`, which names a row, and then the
    /// values of the columns. They are sent into a temporary table, and taken from there all at once.
    pub(crate) async fn update(
        &mut self,
        table: &str,
        key: &str,
        columns: &[&str],
        rows: &[Vec<Value>],
    ) -> Result<(), StoreError> {
        let all = [&[key], columns].concat();
        let none = format!("CREATE TEMPORARY TABLE changed AS SELECT {} FROM {table} LIMIT 0", all.join(", "));
        self.run_made(none, &[]).await?;
        self.insert("changed", &all, rows).await?;
        let set: Vec<_> = columns.iter().map(|column| format!("{column} = changed.{column}")).collect();
        let update = format!("UPDATE {table} SET {} FROM changed WHERE {table}.{key} = changed.{key}", set.join(", "));
        self.run_made(update, &[]).await?;
        self.run("DROP TABLE changed", &[]).await.map(drop)
    }

    /// Begins a transaction, which may write.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        let begin = if self.is_sqlite() { "BEGIN IMMEDIATE" } else { "BEGIN" };
        self.run(begin, &[]).await.map(drop)
    }

    /// Begins a transaction in which all is read as of one moment.
    pub(crate) async fn begin_reading(&mut self) -> Result<(), StoreError> {
        let begin = if self.is_sqlite() { "BEGIN" } else { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" };
        self.run(begin, &[]).await.map(drop)
    }

    /// Makes all since [`Db::begin`] part of the store.
    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.run("COMMIT", &[]).await.map(drop)
    }

    /// Undoes all since [`Db::begin`]. Where that fails the connection is lost, and with it the transaction.
    pub(crate) async fn roll_back(&mut self) {
        self.run("ROLLBACK", &[]).await.ok();
    }

    /// How large the store is, in bytes.
    pub(crate) async fn bytes(&mut self) -> Result<u64, StoreError> {
        let sql = if self.is_sqlite() {
            "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
        } else {
            "SELECT CAST(sum(pg_total_relation_size(oid)) AS BIGINT) FROM pg_class \
             WHERE relkind = 'r' AND relnamespace = to_regnamespace(current_schema())"
        };
        self.number(sql, &[]).await.map(i64::cast_unsigned)
    }

    /// The engine and its version.
    pub(crate) async fn engine(&mut self) -> Result<String, StoreError> {
        let (name, sql) = if self.is_sqlite() {
            ("SQLite", "SELECT sqlite_version()")
        } else {
            ("PostgreSQL", "SELECT split_part(current_setting('server_version'), ' ', 1)")
        };
        let version = self.first(sql, &[], |row| row.text(0)).await?.unwrap_or_default();
        Ok(format!("{name} {version}"))
    }

    /// What the engine itself finds wrong.
    pub(crate) async fn problems(&mut self) -> Result<Vec<String>, StoreError> {
        if !self.is_sqlite() {
            return Ok(Vec::new());
        }
        let found = self.rows("PRAGMA integrity_check(100)", &[], |row| row.text(0)).await?;
        Ok(found.into_iter().filter(|line| line != "ok").collect())
    }

    /// Gives space that is not used back.
    pub(crate) async fn compact(&mut self) -> Result<(), StoreError> {
        self.run("VACUUM", &[]).await.map(drop)
    }

    /// Ends the connection in good order.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        let Self { engine, place, lock, file: _ } = self;
        let closed = on!(engine, connection => connection.close().await);
        drop(lock);
        closed.map_err(|error| failure::of(&place, error))
    }

    /// The connection of either engine, to migrate.
    pub(crate) async fn migrate(
        &mut self,
        migrator: &sqlx::migrate::Migrator,
    ) -> Result<(), sqlx::migrate::MigrateError> {
        on!(&mut self.engine, connection => {
            // All versions or none.
            let mut transaction = connection.begin().await?;
            migrator.run_direct(None, &mut *transaction, false).await?;
            transaction.commit().await.map_err(sqlx::migrate::MigrateError::Execute)
        })
    }

    /// The error in words that say what to do.
    pub(crate) fn failure(&self, error: sqlx::Error) -> StoreError {
        failure::of(&self.place, error)
    }
}

/// What a server answers, which may be gone without a word: then the connection is given up.
async fn in_time<T>(answer: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let silent = |_| Err(sqlx::Error::Io(ErrorKind::TimedOut.into()));
    tokio::time::timeout(ANSWER_TIMEOUT, answer).await.unwrap_or_else(silent)
}

fn bound<'q, D>(query: Query<'q, D, D::Arguments>, values: &[Value]) -> Query<'q, D, D::Arguments>
where
    D: sqlx::Database,
    Option<i64>: sqlx::Encode<'q, D> + sqlx::Type<D>,
    Option<String>: sqlx::Encode<'q, D> + sqlx::Type<D>,
{
    values.iter().fold(query, |query, value| match value {
        Value::Int(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_come_is_not_waited_for_without_end() {
        let place = Place::parse("postgres://ann:s3cret@localhost/x").unwrap();
        let silent = in_time(std::future::pending::<Result<(), _>>()).await.unwrap_err();
        let error = failure::of(&place, silent);
        insta::assert_snapshot!(error, @"store `postgres://ann@localhost:5432/x` could not be reached: timed out");
        assert_eq!(in_time(async { Ok(1) }).await.unwrap(), 1);
    }
}
