//! The errors of the engines, in words that say what to do.

use std::io::{self, ErrorKind};

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
        Place::Server(options) => {
            let is_by_network = options.get_socket().is_none() && !options.get_host().starts_with('/');
            of_server(named, is_by_network, error)
        }
    }
}

/// The same for what the system says of a file.
pub(super) fn of_io(place: &Place, error: io::Error) -> StoreError {
    let place = place.to_string();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => StoreError::Full { place },
        _ => StoreError::Io { place, error },
    }
}

fn of_file(place: String, error: Error) -> StoreError {
    let why = error.as_database_error().map(|error| error.message().to_owned()).unwrap_or_default();
    match primary(&error) {
        Some(sqlite_code::FULL) => StoreError::Full { place },
        Some(sqlite_code::READ_ONLY) => StoreError::ReadOnly { place, why },
        Some(sqlite_code::CANNOT_OPEN) => {
            StoreError::ReadOnly { place, why: "it, or a file beside it, could not be opened or made".to_owned() }
        }
        Some(sqlite_code::CORRUPT) => StoreError::Damaged { place, why },
        Some(sqlite_code::NOT_A_DATABASE) => {
            StoreError::NotAStore { place, why: "it is not an SQLite database".to_owned() }
        }
        Some(sqlite_code::BUSY) => StoreError::Locked { place },
        Some(sqlite_code::IO) if is_short(&error) => {
            StoreError::Damaged { place, why: "it ends before its last page".to_owned() }
        }
        Some(sqlite_code::IO) => StoreError::Io { place, error: io::Error::other(of_disk(&error, why)) },
        _ if matches!(error, Error::ColumnDecode { .. }) => StoreError::Damaged { place, why: error.to_string() },
        _ => StoreError::Database { place, error: Box::new(error) },
    }
}

fn of_server(place: String, is_by_network: bool, error: Error) -> StoreError {
    let code = error.as_database_error().and_then(DatabaseError::code).map(|code| code.into_owned());
    let why = match &error {
        Error::Database(error) => error.message().to_owned(),
        Error::Io(error) if error.kind() == ErrorKind::NotFound && is_by_network => {
            format!("a file of `sslrootcert`, `sslcert` or `sslkey` could not be read: {error}")
        }
        Error::Io(error) => error.to_string(),
        Error::Tls(error) => error.to_string(),
        error => error.to_string(),
    };
    // Source: www.postgresql.org/docs/current/errcodes-appendix.html
    match code.as_deref() {
        Some("53100") => StoreError::Full { place },
        Some("25006" | "42501") => StoreError::Denied { place, why },
        // The one schema that is looked at is there, and this user has no right to see it.
        Some("3F000") => StoreError::Denied { place, why: "permission denied for schema keysweep".to_owned() },
        Some("55P03") => StoreError::Locked { place },
        Some("XX001" | "XX002") => StoreError::Damaged { place, why },
        Some("3D000") => StoreError::Unreachable { place, why },
        Some(code) if is_of_connection(code) => StoreError::Unreachable { place, why },
        Some(_) => StoreError::Database { place, error: Box::new(error) },
        None if is_cut(&error) => StoreError::Unreachable { place, why },
        None if matches!(error, Error::ColumnDecode { .. }) => StoreError::Damaged { place, why },
        None => StoreError::Database { place, error: Box::new(error) },
    }
}

/// What was done when the disk failed. A file that has reached its limit is such a failure too.
/// Source: sqlite.org/rescode.html#extrc
fn of_disk(error: &Error, why: String) -> String {
    match code(error).map(|code| code >> 8) {
        Some(1) => format!("{why} while reading"),
        Some(3 | 4 | 6 | 19) => format!("{why} while writing"),
        _ => why,
    }
}

/// Whether a page was to be read that is not there.
fn is_short(error: &Error) -> bool {
    code(error) == Some(522)
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
    u8::try_from(code(error)? & 0xff).ok()
}

/// The extended result code of SQLite.
fn code(error: &Error) -> Option<i64> {
    error.as_database_error()?.code()?.parse().ok()
}
