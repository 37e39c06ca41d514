//! The store of the history.

use std::time::Duration;

use keysweep_store::{Access, FailureKind, Options, Place, Store, StoreError};

use crate::{
    config::Config,
    edge::{self, Edge},
    exit::Failure,
};

/// The store that `config` names, where it names one. A file of the configuration file is relative to that.
///
/// # Errors
/// When the name is wrong.
pub fn place(config: &Config) -> Result<Option<Place>, Failure> {
    config.store.store.as_deref().map(|name| Place::parse(name).map_err(Failure::usage)).transpose()
}

/// Opens the store that `config` names, to be read or changed.
///
/// # Errors
/// When none is named, or it cannot be opened.
pub fn open(config: &Config, access: Access, edge: &Edge) -> Result<Store, Failure> {
    let place = place(config)?.ok_or_else(|| {
        Failure::usage("no store is named").hint("name one with --store, or by `store` in keysweep.yaml")
    })?;
    Ok(Store::open(&place, access, options(timeout(config), edge))?)
}

/// How long another process is waited for that changes the store.
pub(super) fn timeout(config: &Config) -> Duration {
    Duration::from_secs(config.store.store_timeout().into())
}

/// Who uses the store, and how long others are waited for.
pub(super) fn options(timeout: Duration, edge: &Edge) -> Options {
    Options { process: edge.process.clone(), timeout, now: edge.clock.now(), new_id: edge::new_store_id() }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let failure = match error.kind() {
            FailureKind::Usage => Self::usage(&error),
            FailureKind::Store => Self::could_not_start(&error),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
