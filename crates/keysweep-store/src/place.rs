//! Where a store is: a file, or a database on a PostgreSQL server.

use std::{fmt, path::PathBuf};

use sqlx::postgres::{PgConnectOptions, PgSslMode};

/// Where a store is.
#[derive(Clone)]
pub enum Place {
    /// An SQLite file.
    File(PathBuf),
    /// A PostgreSQL server.
    Server(Box<PgConnectOptions>),
}

/// What is to be done with a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// It is read: it must be there.
    Read,
    /// It is recorded in: it is made where it is not there.
    Write,
}

/// A text that names no store. It may hold a password, so that no error shows it.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// It is empty.
    #[error("the store has no name: give a file, or postgres://USER@HOST/DATABASE")]
    Empty,
    /// It is a URL of another kind.
    #[error("`{0}` is not a kind of store: give a file, or postgres://USER@HOST/DATABASE")]
    Scheme(String),
    /// The URL of a server is wrong.
    #[error("the URL of the store is wrong: {0}")]
    Url(String),
    /// The URL has a parameter that is not known.
    #[error("the URL of the store has the parameter `{name}`, which is not one of {}", PARAMETERS.join(", "))]
    Parameter {
        /// Which.
        name: String,
    },
}

/// The parameters of a URL that have a meaning here.
const PARAMETERS: [&str; 12] = [
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "user",
    "password",
    "dbname",
    "options",
    "application_name",
];

impl Place {
    /// The place that `text` names: a URL that begins with `postgres://` or `postgresql://`, or the path of a file. Of the
    /// password in a URL, `PGPASSWORD` and `~/.pgpass` the first that is there is used; other variables of PostgreSQL's
    /// own programs hold too.
    ///
    /// Unless the URL or `PGSSLMODE` says otherwise, a server on another machine must prove who it is by its certificate:
    /// `prefer`, the default of other programs, would let anyone on the way read and change all.
    /// Source: www.postgresql.org/docs/current/libpq-ssl.html
    ///
    /// # Errors
    /// When it is a URL of another kind, or one that cannot be understood.
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        if text.is_empty() {
            return Err(PlaceError::Empty);
        }
        let Some((scheme, rest)) = text.split_once("://") else { return Ok(Self::File(text.into())) };
        if !matches!(scheme, "postgres" | "postgresql") {
            return Err(PlaceError::Scheme(scheme.to_owned()));
        }
        let parameters = rest.split_once('?').map_or("", |(_, parameters)| parameters);
        for parameter in parameters.split('&').filter(|parameter| !parameter.is_empty()) {
            let name = parameter.split('=').next().unwrap_or_default();
            if !PARAMETERS.contains(&name) {
                return Err(PlaceError::Parameter { name: name.to_owned() });
            }
        }
        let options: PgConnectOptions = text.parse().map_err(|error| PlaceError::Url(plain(&error)))?;
        Ok(Self::Server(Box::new(with_tls(options))))
    }
}

/// What is wrong with a URL; the library quotes no value.
fn plain(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(error) => error.to_string(),
        _ => "it cannot be understood".to_owned(),
    }
}

fn with_tls(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let is_here = options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    match options.get_ssl_mode() {
        PgSslMode::Allow | PgSslMode::Prefer if !is_here => options.ssl_mode(PgSslMode::VerifyFull),
        PgSslMode::Allow
        | PgSslMode::Prefer
        | PgSslMode::Disable
        | PgSslMode::Require
        | PgSslMode::VerifyCa
        | PgSslMode::VerifyFull => options,
    }
}

/// Without a password, and without parameters that may hold one.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(out),
            Self::Server(options) => {
                let socket = options.get_socket().map(|socket| socket.display().to_string());
                let host = socket.unwrap_or_else(|| format!("{}:{}", options.get_host(), options.get_port()));
                let database = options.get_database().unwrap_or_else(|| options.get_username());
                write!(out, "postgres://{}@{host}/{database}", options.get_username())
            }
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Place({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Place::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_text_is_a_file_or_a_server() {
        let places = ["keysweep.db", "a/b:c.db", "postgres://ann:s3cret@db.example.com/history?sslmode=require"];
        insta::assert_snapshot!(places.map(|text| format!("{:?}", Place::parse(text).unwrap())).join("\n"), @"
        Place(keysweep.db)
        Place(a/b:c.db)
        Place(postgres://ann@db.example.com:5432/history)
        ");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_password() {
        let wrong = [
            "",
            "mysql://root:s3cret@host/db",
            "postgres://ann:s3cret@host/db?sslmod=require",
            "postgres://ann:s3cret@host:port/db",
            "postgres://ann:s3cret@host/db?sslmode=maybe",
        ];
        let said = wrong.map(refused).join("\n");
        assert!(!said.contains("s3cret"), "{said}");
        insta::assert_snapshot!(said, @r#"
        the store has no name: give a file, or postgres://USER@HOST/DATABASE
        `mysql` is not a kind of store: give a file, or postgres://USER@HOST/DATABASE
        the URL of the store has the parameter `sslmod`, which is not one of sslmode, sslrootcert, sslcert, sslkey, host, hostaddr, port, user, password, dbname, options, application_name
        the URL of the store is wrong: invalid port number
        the URL of the store is wrong: error with configuration: unknown value "maybe" for `ssl_mode`
        "#);
    }

    #[test]
    fn a_server_elsewhere_must_prove_who_it_is_unless_told_otherwise() {
        let mode = |url: &str| match Place::parse(url).unwrap() {
            Place::Server(options) => format!("{:?}", options.get_ssl_mode()),
            Place::File(_) => panic!("a file"),
        };
        let modes = [
            "postgres://ann@db.example.com/x",
            "postgres://ann@db.example.com/x?sslmode=prefer",
            "postgres://ann@db.example.com/x?sslmode=require",
            "postgres://ann@db.example.com/x?sslmode=disable",
            "postgres://ann@127.0.0.1/x",
            "postgres://ann@[::1]/x",
            "postgres://ann@localhost/x",
        ]
        .map(mode);
        assert_eq!(modes, ["VerifyFull", "VerifyFull", "Require", "Disable", "Prefer", "Prefer", "Prefer"]);
    }
}
