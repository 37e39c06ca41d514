//! The errors of the engines, in words that say what to do.

use std::io;

use sqlx::{Error, error::DatabaseError};

use crate::{StoreError, place::Place};

/// The result codes of SQLite that have an answer.
/// Source: sqlite.org/rescode.html
mod sqlite_code {
    pub(super) const BUSY: u8 = 5;
    pub(super) const READ_ONLY: u8 = 8;
    pub(super) const IO: u8 = 10;
    pub(super) const CORRUPT: u8 = 11;
    pub(super) const FULL: u8 = 13;
    pub(super) const CANNOT_OPEN: u8 = 14;
    pub(super) const NOT_A_DATABASE: u8 = 26;
}

/// The error for the user.
pub(super) fn of(place: &Place, error: Error) -> StoreError {
    let named = place.to_string();
    match place {
        Place::File(_) => of_file(named, error),
        Place::Server(_) => of_server(named, error),
    }
}

fn of_file(place: String, error: Error) -> StoreError {
    let why = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    match primary(&error) {
        Some(sqlite_code::FULL) => StoreError::Full { place },
        Some(sqlite_code::READ_ONLY | sqlite_code::CANNOT_OPEN) => StoreError::ReadOnly { place, why },
        Some(sqlite_code::CORRUPT) => StoreError::Damaged { place, why },
        Some(sqlite_code::NOT_A_DATABASE) => {
            StoreError::NotAStore { place, why: "it is not an SQLite database".to_owned() }
        }
        Some(sqlite_code::BUSY) => StoreError::InUse { place, process: "of another program".to_owned(), waited: 30 },
        Some(sqlite_code::IO) => StoreError::Io { place, error: io::Error::other(why) },
        _ if matches!(error, Error::ColumnDecode { .. }) => StoreError::Damaged { place, why: error.to_string() },
        _ => StoreError::Database { place, error: Box::new(error) },
    }
}

fn of_server(place: String, error: Error) -> StoreError {
    let code = error.as_database_error().and_then(DatabaseError::code).map(|code| code.into_owned());
    let why = error.as_database_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    // Source: www.postgresql.org/docs/current/errcodes-appendix.html
    match code.as_deref() {
        Some("53100") => StoreError::Full { place },
        Some("25006" | "42501") => StoreError::ReadOnly { place, why },
        Some("XX001" | "XX002") => StoreError::Damaged { place, why },
        Some("3D000") => StoreError::Unreachable { place, why },
        Some(code) if is_of_connection(code) => StoreError::Unreachable { place, why },
        Some(_) => StoreError::Database { place, error: Box::new(error) },
        None if is_cut(&error) => StoreError::Unreachable { place, why },
        None if matches!(error, Error::ColumnDecode { .. }) => StoreError::Damaged { place, why },
        None => StoreError::Database { place, error: Box::new(error) },
    }
}

/// Connection exceptions, refused passwords, and what a server says as it shuts down or starts.
fn is_of_connection(code: &str) -> bool {
    ["08", "28", "57P", "53300"].iter().any(|class| code.starts_with(class))
}

fn is_cut(error: &Error) -> bool {
    matches!(error, Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed | Error::Configuration(_))
}

/// Whether SQLite says that it may not write.
pub(super) fn is_read_only(error: &Error) -> bool {
    matches!(primary(error), Some(sqlite_code::READ_ONLY | sqlite_code::CANNOT_OPEN))
}

/// The primary result code of SQLite: the lowest byte of the extended one.
fn primary(error: &Error) -> Option<u8> {
    let code: i64 = error.as_database_error()?.code()?.parse().ok()?;
    u8::try_from(code & 0xff).ok()
}
