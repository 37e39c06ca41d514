//! Where a run is recorded, and what is recorded of it beside its findings.

use std::time::Duration;

use keysweep_model::RunSelection;
use keysweep_store::{Access, Place, Store};

use super::{Source, store};
use crate::{
    config::{Config, Text},
    edge::Edge,
    exit::Failure,
};

/// Where a run is recorded, and what is recorded of it beside its findings.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The store.
    place: Place,
    /// How long another process is waited for that changes the store.
    timeout: Duration,
    /// The tag of users that says who answers for them.
    pub owner_tag: String,
    /// What the run is narrowed to.
    pub selection: RunSelection,
}

impl Recording {
    /// Opens the store, which is made where it is not there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(&self, edge: &Edge) -> Result<Store, Failure> {
        Ok(Store::open(&self.place, Access::Write, store::options(self.timeout, edge))?)
    }
}

/// Where a run that judges `source` is recorded, where a store is named.
pub(super) fn resolve(config: &Config, source: &Source) -> Result<Option<Recording>, Failure> {
    let Some(place) = store::place(config)? else {
        return match config.scan.fail_on_new {
            None => Ok(None),
            Some(_) => Err(Failure::usage("`--fail-on-new` compares with the last run, and no store is named")
                .hint("name one with --store, or by `store` in keysweep.yaml")),
        };
    };
    let owner_tag = config.recording.owner_tag();
    if owner_tag.trim().is_empty() {
        return Err(Failure::usage("`owner_tag` is empty").hint("give the name of a tag, such as `owner`"));
    }
    Ok(Some(Recording { place, timeout: store::timeout(config), owner_tag, selection: selection(config, source) }))
}

/// What a run is narrowed to: of an inventory, all that is in it is judged.
fn selection(config: &Config, source: &Source) -> RunSelection {
    let policies = config.judging.only_policies.iter().flatten().map(|Text(id)| id.clone()).collect();
    match source {
        Source::Inventory(_) => RunSelection { policies, ..RunSelection::default() },
        Source::Aws => {
            let accounts = super::selection(config);
            RunSelection {
                accounts: accounts.accounts.into_iter().collect(),
                ous: accounts.units,
                excluded_accounts: accounts.excluded.into_iter().collect(),
                policies,
            }
        }
    }
}
