//! What can go wrong with a store, and what to do about it.

/// Why a store could not do what was asked. Each message names the file or the server.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is not there, and was only to be read.
    #[error("there is no store `{place}`")]
    NotThere {
        /// Where.
        place: String,
    },
    /// It is something else than a store.
    #[error("`{place}` is not a store: {why}")]
    NotAStore {
        /// Where.
        place: String,
        /// What it is.
        why: String,
    },
    /// A newer program has made it.
    #[error("store `{place}` has tables of version {found}, and this program knows versions up to {known}")]
    Newer {
        /// Where.
        place: String,
        /// The version of its tables.
        found: u64,
        /// The newest version that is known here.
        known: u64,
    },
    /// Another process is recording in it, or works on it.
    #[error("store `{place}` is in use by process {process}; waited {waited} s for it")]
    InUse {
        /// Where.
        place: String,
        /// Which process.
        process: String,
        /// How long, in seconds.
        waited: u64,
    },
    /// A program that knows nothing of our lock is writing to it.
    #[error("store `{place}` is locked by another program, such as a database shell")]
    Locked {
        /// Where.
        place: String,
    },
    /// Another process has recorded a run meanwhile, after the connection was cut.
    #[error(
        "another process has recorded in store `{place}` while the connection was cut: this run cannot be recorded"
    )]
    Overtaken {
        /// Where.
        place: String,
    },
    /// It was removed or replaced while a run was recorded in it.
    #[error("store `{place}` was removed or replaced while this run was recorded")]
    Replaced {
        /// Where.
        place: String,
    },
    /// It holds the history of another organization.
    #[error("store `{place}` holds the history of organization {stored}, and this is {found}")]
    OtherOrganization {
        /// Where.
        place: String,
        /// The organization of the store.
        stored: String,
        /// The organization of the run.
        found: String,
    },
    /// The run is older than what it holds.
    #[error("store `{place}` has a run that is newer than this inventory: history cannot be changed afterwards")]
    TooOld {
        /// Where.
        place: String,
    },
    /// The disk is full.
    #[error("store `{place}` could not be written: the disk is full")]
    Full {
        /// Where.
        place: String,
    },
    /// It may not be written to.
    #[error("store `{place}` cannot be written to: {why}")]
    ReadOnly {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
    /// The server refuses this user, or everybody, to write to it.
    #[error("store `{place}` refuses this user: {why}")]
    Denied {
        /// Where.
        place: String,
        /// The server's own words.
        why: String,
    },
    /// Its file is damaged.
    #[error("store `{place}` is damaged: {why}")]
    Damaged {
        /// Where.
        place: String,
        /// What was found.
        why: String,
    },
    /// The server does not answer, or refuses to.
    #[error("store `{place}` could not be reached: {why}")]
    Unreachable {
        /// Where.
        place: String,
        /// Why.
        why: String,
    },
    /// Its file could not be opened, made, read or written.
    #[error("store `{place}` could not be read or written: {error}")]
    Io {
        /// Where.
        place: String,
        /// Why.
        #[source]
        error: std::io::Error,
    },
    /// What was read could not be handed over.
    #[error("could not write: {0}")]
    Output(#[source] std::io::Error),
    /// What waits to be recorded could not be kept.
    #[error("could not keep what is to be recorded in a temporary file: {0}")]
    Temporary(#[source] std::io::Error),
    /// The store has no run of this name, or the run is not complete and only complete ones were asked for.
    #[error("store `{place}` has no {}run `{name}`", if *.is_complete { "complete " } else { "" })]
    NoSuchRun {
        /// Where.
        place: String,
        /// What was asked for.
        name: String,
        /// Whether only complete runs were looked for.
        is_complete: bool,
    },
    /// There are several such runs, or findings.
    #[error("`{name}` may be several {what}: give more of its id")]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// Of what.
        what: &'static str,
    },
    /// The store has no finding with this id.
    #[error("store `{place}` has no finding `{id}`")]
    NoSuchFinding {
        /// Where.
        place: String,
        /// What was asked for.
        id: String,
    },
    /// There are not enough runs to compare.
    #[error("store `{place}` has {complete} complete runs, and a comparison needs two")]
    TooFewRuns {
        /// Where.
        place: String,
        /// How many it has.
        complete: u64,
    },
    /// The database refused something that it should not have.
    #[error("store `{place}` failed: {error}")]
    Database {
        /// Where.
        place: String,
        /// The database's own words.
        #[source]
        error: Box<sqlx::Error>,
    },
}

/// What kind of failure it is, for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Something was asked for that is not there.
    Usage,
    /// The store could not be used.
    Store,
}

impl StoreError {
    /// What kind of failure it is.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::NoSuchRun { .. }
            | Self::Ambiguous { .. }
            | Self::NoSuchFinding { .. }
            | Self::TooFewRuns { .. }
            | Self::TooOld { .. } => FailureKind::Usage,
            Self::NotThere { .. }
            | Self::NotAStore { .. }
            | Self::Newer { .. }
            | Self::InUse { .. }
            | Self::Locked { .. }
            | Self::Overtaken { .. }
            | Self::Replaced { .. }
            | Self::OtherOrganization { .. }
            | Self::Full { .. }
            | Self::ReadOnly { .. }
            | Self::Denied { .. }
            | Self::Damaged { .. }
            | Self::Unreachable { .. }
            | Self::Io { .. }
            | Self::Temporary(_)
            | Self::Output(_)
            | Self::Database { .. } => FailureKind::Store,
        }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotThere { .. } => Some("record a run first: `keysweep scan --store FILE`"),
            Self::NotAStore { .. } => {
                Some("name another file, or none that is there yet; where it was a store, restore it from a backup")
            }
            Self::Newer { .. } => Some("install the version of Keysweep that wrote it, or a newer one"),
            Self::InUse { .. } => Some("run again when it is done, or wait longer with --store-timeout"),
            Self::Locked { .. } => Some("end that program, or wait longer with --store-timeout"),
            Self::Overtaken { .. } => Some("run again; the other run is recorded"),
            Self::Replaced { .. } => Some("run again: the store that is there now does not have this run"),
            Self::OtherOrganization { .. } => Some("give each organization a store of its own"),
            Self::TooOld { .. } => Some("judge the inventory without --store"),
            Self::Full { .. } => Some("make room there; what was recorded before is kept"),
            Self::ReadOnly { .. } => Some(
                "check the modes of the file and of its folder; to read it only, it may be copied to a folder that you may \
                 write to",
            ),
            Self::Denied { .. } => Some(
                "let the owner of the database run `CREATE SCHEMA keysweep AUTHORIZATION` with the name of this user, or \
                 grant this user the rights on that schema; where the server is a standby, name the primary server",
            ),
            Self::Damaged { .. } => Some(
                "restore it from a backup; until then `keysweep store export` shows what can still be read, and \
                 `keysweep store check` what cannot",
            ),
            Self::Unreachable { .. } => Some(
                "check the host, the port, the password (URL, PGPASSWORD, or ~/.pgpass with mode 0600) and the certificate (sslmode and \
                 sslrootcert in the URL)",
            ),
            Self::Temporary(_) => Some("make room there, or set TMPDIR to a folder with more space"),
            Self::NoSuchRun { .. } => Some("`keysweep runs list` shows them all"),
            Self::NoSuchFinding { .. } => Some("`keysweep findings --status all` shows them all"),
            Self::TooFewRuns { .. } => Some("record another run: `keysweep scan --store FILE`"),
            Self::Io { .. } => Some("check that the folder is there, the modes of both, and the disk and its limits"),
            Self::Database { .. } => Some("run `keysweep store check`, which finds what is damaged"),
            Self::Output(_) | Self::Ambiguous { .. } => None,
        }
    }
}
