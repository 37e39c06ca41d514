//! What goes into statements, and what comes back.

use sqlx::{Row as _, postgres::PgRow, sqlite::SqliteRow};

/// A value that goes into a statement. Null has a type, which PostgreSQL asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(Some(number))
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        // PostgreSQL keeps no such character.
        Self::Text(Some(text.replace('\0', "\u{fffd}")))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        if text.contains('\0') { Self::from(text.as_str()) } else { Self::Text(Some(text)) }
    }
}

impl From<Option<&str>> for Value {
    fn from(text: Option<&str>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Text(None), Self::from)
    }
}

/// The values of a statement.
macro_rules! values {
    ($($value:expr),* $(,)?) => { [$($crate::db::Value::from($value)),*] };
}
pub(crate) use values;

/// A row of an answer. Its columns are read by place.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    pub(crate) fn int(&self, column: usize) -> Result<i64, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    pub(crate) fn optional_int(&self, column: usize) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    pub(crate) fn optional_text(&self, column: usize) -> Result<Option<String>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }

    /// A word of a closed set, or an id.
    pub(crate) fn word<T: std::str::FromStr>(&self, column: usize) -> Result<T, sqlx::Error> {
        parsed(column, &self.text(column)?)
    }

    /// The same, which may be null.
    pub(crate) fn optional_word<T: std::str::FromStr>(&self, column: usize) -> Result<Option<T>, sqlx::Error> {
        self.optional_text(column)?.map(|text| parsed(column, &text)).transpose()
    }

    /// A value that was written as JSON.
    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self, column: usize) -> Result<T, sqlx::Error> {
        serde_json::from_str(&self.text(column)?).map_err(|error| undecodable(column, error.into()))
    }

    /// The same, which may be null.
    pub(crate) fn optional_json<T: serde::de::DeserializeOwned>(
        &self,
        column: usize,
    ) -> Result<Option<T>, sqlx::Error> {
        let parsed = self.optional_text(column)?.map(|text| serde_json::from_str(&text)).transpose();
        parsed.map_err(|error| undecodable(column, error.into()))
    }

    /// A time.
    pub(crate) fn time(&self, column: usize) -> Result<jiff::Timestamp, sqlx::Error> {
        jiff::Timestamp::from_millisecond(self.int(column)?).map_err(|error| undecodable(column, error.into()))
    }

    /// The same, which may be null.
    pub(crate) fn optional_time(&self, column: usize) -> Result<Option<jiff::Timestamp>, sqlx::Error> {
        let time = self.optional_int(column)?.map(jiff::Timestamp::from_millisecond).transpose();
        time.map_err(|error| undecodable(column, error.into()))
    }
}

fn parsed<T: std::str::FromStr>(column: usize, text: &str) -> Result<T, sqlx::Error> {
    text.parse().map_err(|_| undecodable(column, format!("`{text}` is not a word that is known here").into()))
}

fn undecodable(column: usize, source: Box<dyn std::error::Error + Send + Sync>) -> sqlx::Error {
    sqlx::Error::ColumnDecode { index: column.to_string(), source }
}
