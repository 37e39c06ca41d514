//! PostgreSQL servers.

use std::{fmt::Write as _, time::Duration};

use sqlx::{AssertSqlSafe, Connection, PgConnection, postgres::PgConnectOptions};

use super::{Value, bound, failure};
use crate::{
    StoreError,
    place::{Access, Place},
};

/// The tables have a schema of their own, so that they can stand in a database that is there for other things too.
const SCHEMA: &str = "keysweep";

/// The number of the lock that the one process holds which changes the store. Such locks are of one database.
/// Source: www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
const LOCK: i64 = 0x4b65_7973_7765_6570;

/// The locks `l` that are held of the number `$1` in this database.
const HELD: &str = "l.locktype = 'advisory' AND l.granted \
     AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     AND (CAST(l.classid AS BIGINT) << 32) + CAST(l.objid AS BIGINT) = $1";

/// A server that does not answer within this time is taken not to be there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Tables are locked for a moment at times. So long others are waited for in any case.
const LEAST_PATIENCE: Duration = Duration::from_secs(1);

/// Rows are sent in pieces of this size, in bytes.
const PIECE: usize = 256 * 1024;

/// Up to so many rows are sent in one statement.
const FEW: usize = 100;

/// Connects. Locks of others are waited for as long as `patience`.
pub(super) async fn connect(
    place: &Place,
    options: &PgConnectOptions,
    access: Access,
    patience: Duration,
) -> Result<PgConnection, StoreError> {
    let connecting = tokio::time::timeout(CONNECT_TIMEOUT, prepared(place, options, access, patience));
    let silent = |_| {
        let why = format!("it did not answer within {} s", CONNECT_TIMEOUT.as_secs());
        Err(StoreError::Unreachable { place: place.to_string(), why })
    };
    connecting.await.unwrap_or_else(silent)
}

async fn prepared(
    place: &Place,
    options: &PgConnectOptions,
    access: Access,
    patience: Duration,
) -> Result<PgConnection, StoreError> {
    let failed = |error| failure::of(place, error);
    // A lock is not waited for without end.
    let lock_timeout = format!("{}s", patience.max(LEAST_PATIENCE).as_secs());
    let settings = [
        ("search_path", SCHEMA),
        ("lock_timeout", lock_timeout.as_str()),
        // The server lets go of the lock of a client that is gone without a word after a minute, not after hours.
        ("tcp_keepalives_idle", "30"),
        ("tcp_keepalives_interval", "10"),
        ("tcp_keepalives_count", "3"),
    ];
    let options = options.clone().options(settings);
    let mut connection = PgConnection::connect_with(&options).await.map_err(failed)?;
    let there = "SELECT count(*) FROM pg_namespace WHERE nspname = 'keysweep'";
    let is_there = sqlx::query_scalar::<_, i64>(there).fetch_one(&mut connection).await.map_err(failed)? > 0;
    match access {
        Access::Read if !is_there => return Err(StoreError::NotThere { place: place.to_string() }),
        Access::Write if !is_there => {
            let made = sqlx::query("CREATE SCHEMA IF NOT EXISTS keysweep").execute(&mut connection).await;
            // Another process may have been first.
            if let Err(error) = made
                && !error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
            {
                return Err(failed(error));
            }
        }
        Access::Read | Access::Write => {}
    }
    Ok(connection)
}

/// Takes the lock for `process`, or gives the process that has it.
pub(super) async fn try_lock(connection: &mut PgConnection, process: &str) -> Result<Option<String>, sqlx::Error> {
    let is_ours =
        sqlx::query_scalar::<_, bool>("SELECT pg_try_advisory_lock($1)").bind(LOCK).fetch_one(&mut *connection).await?;
    if is_ours {
        // The name by which others see who has it.
        let name = "SELECT set_config('application_name', $1, false)";
        sqlx::query(name).bind(format!("keysweep {process}")).execute(connection).await?;
        return Ok(None);
    }
    let holder = format!(
        "SELECT a.application_name || ' (server process ' || a.pid || coalesce(', from ' || host(a.client_addr), '') || ')' \
         FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE {HELD}"
    );
    let holder = sqlx::query_scalar::<_, String>(AssertSqlSafe(holder)).bind(LOCK).fetch_optional(connection).await?;
    Ok(Some(holder.unwrap_or_else(|| "that is not known".to_owned())))
}

/// Whether a connection holds the lock.
pub(super) async fn is_locked(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let holders = format!("SELECT count(*) FROM pg_locks l WHERE {HELD}");
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(holders)).bind(LOCK).fetch_one(connection).await?;
    Ok(count > 0)
}

pub(super) async fn unlock(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_unlock_all()").execute(connection).await.map(drop)
}

/// Adds rows. The end of a copy is sent on its own, and waits for the answer to what was sent before: for a few rows, that is
/// longer than all else.
pub(super) async fn insert(
    connection: &mut PgConnection,
    table: &str,
    columns: &[&str],
    rows: &[Vec<Value>],
) -> Result<(), sqlx::Error> {
    if rows.len() > FEW {
        copy(connection, table, columns, rows).await?;
    } else if !rows.is_empty() {
        let query = sqlx::query(AssertSqlSafe(statement(table, columns, rows.len()))).persistent(false);
        rows.iter().fold(query, |query, row| bound(query, row)).execute(connection).await?;
    }
    tracing::trace!(table, "statement");
    Ok(())
}

fn statement(table: &str, columns: &[&str], rows: usize) -> String {
    let places = |row: usize| {
        let places = (1..=columns.len()).map(|column| format!("${}", row * columns.len() + column));
        format!("({})", places.collect::<Vec<_>>().join(", "))
    };
    let rows: Vec<_> = (0..rows).map(places).collect();
    format!("INSERT INTO {table} ({}) VALUES {}", columns.join(", "), rows.join(", "))
}

/// Adds rows, by the way that is fastest for many.
/// Source: www.postgresql.org/docs/current/sql-copy.html
async fn copy(
    connection: &mut PgConnection,
    table: &str,
    columns: &[&str],
    rows: &[Vec<Value>],
) -> Result<(), sqlx::Error> {
    let sql = format!("COPY {table} ({}) FROM STDIN", columns.join(", "));
    let mut copy = connection.copy_in_raw(&sql).await?;
    let mut piece = String::new();
    for row in rows {
        for (column, value) in row.iter().enumerate() {
            if column > 0 {
                piece.push('\t');
            }
            push(&mut piece, value);
        }
        piece.push('\n');
        if piece.len() >= PIECE {
            copy.send(piece.as_bytes()).await?;
            piece.clear();
        }
    }
    copy.send(piece.as_bytes()).await?;
    copy.finish().await.map(drop)
}

/// A value as the text form of COPY has it.
fn push(out: &mut String, value: &Value) {
    match value {
        Value::Int(None) | Value::Text(None) => out.push_str("\\N"),
        Value::Int(Some(number)) => {
            write!(out, "{number}").ok();
        }
        Value::Text(Some(text)) => {
            for character in text.chars() {
                match character {
                    '\\' => out.push_str("\\\\"),
                    '\n' => out.push_str("\\n"),
                    '\r' => out.push_str("\\r"),
                    '\t' => out.push_str("\\t"),
                    other => out.push(other),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The system accepts connections for a listener, which never reads.
    #[tokio::test(start_paused = true)]
    async fn a_server_that_never_answers_is_not_waited_for_without_end() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let place = Place::parse(&format!("postgres://ann:s3cret@{address}/x")).unwrap();
        let Place::Server(options) = &place else { panic!("{place:?}") };
        let begun = tokio::time::Instant::now();
        let error = connect(&place, options, Access::Read, Duration::ZERO).await.unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), 30);
        insta::assert_snapshot!(error.to_string().replace(&address.to_string(), "ADDRESS"), @"store `postgres://ann@ADDRESS/x` could not be reached: it did not answer within 30 s");
    }

    #[test]
    fn what_separates_values_is_escaped() {
        let mut out = String::new();
        for value in
            [Value::from("a\tb\\N\nc\r"), Value::Text(None), Value::from(-7), Value::from("\\N"), Value::from("x\0y")]
        {
            push(&mut out, &value);
            out.push('|');
        }
        insta::assert_snapshot!(out, @r"a\tb\\N\nc\r|\N|-7|\\N|x�y|");
    }
}
