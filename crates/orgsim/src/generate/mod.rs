//! Worlds from a seed: an organization that looks like one that has grown for years.
//!
//! Every account is drawn from a stream of chance of its own (seed and index), so the work is linear, and account 7 of
//! a world is the same whether ten accounts are made or ten thousand.

mod accounts;
mod breakage;
mod credentials;
mod draw;
mod keys;
mod night;
mod settings;
mod users;
mod words;

use std::collections::HashSet;

use self::draw::{Draw, Purpose};
use crate::derive::Derive;
use crate::world::{AccountId, EPOCH, Organization, Partition, Text, Time, World};

/// How large a world to make, and from which seed.
#[derive(Clone, Debug)]
pub struct Generate {
    /// Accounts, the management account included; at least one is made.
    pub accounts: usize,
    /// Users in each account, exactly. In the management account the caller is one of them, and is there even if this
    /// is 0.
    pub users: usize,
    /// The same seed gives the same world, byte for byte.
    pub seed: u64,
    /// The moment all ages are counted back from.
    pub epoch: Time,
    /// The partition in every ARN.
    pub partition: Partition,
    /// Whether to break some accounts as life does: suspended, role missing, report denied, throttled.
    pub broken: bool,
}

impl Default for Generate {
    fn default() -> Generate {
        Generate { accounts: 10, users: 20, seed: 0, epoch: EPOCH, partition: Partition::Aws, broken: false }
    }
}

impl World {
    /// Makes a world from a seed.
    #[must_use]
    pub fn generate(generate: &Generate) -> World {
        let ids = account_ids(generate);
        let organization = organization(generate.seed);
        let mut world = World {
            partition: generate.partition,
            seed: generate.seed,
            epoch: generate.epoch,
            organizational_units: accounts::organizational_units(),
            delegated_administrators: Vec::new(),
            caller: "security-scanner".into(),
            accounts: accounts::accounts(generate, &organization, &ids),
            organization,
            faults: Vec::new(),
        };
        if generate.broken {
            breakage::break_some(&mut world);
        }
        world.complete();
        world
    }
}

fn organization(seed: u64) -> Organization {
    let derive = Derive::new(seed);
    Organization {
        id: Text::from(format!("o-{}", derive.lower(10, &["organization"]))),
        root_id: Text::from(format!("r-{}", derive.lower(4, &["root"]))),
    }
}

/// Distinct ids of 12 digits, the first not 0.
fn account_ids(generate: &Generate) -> Vec<AccountId> {
    let mut draw = Draw::new(generate.seed, Purpose::Organization, 0);
    let mut seen = HashSet::new();
    let mut ids = Vec::with_capacity(generate.accounts.max(1));
    while ids.len() < generate.accounts.max(1) {
        let id = AccountId::from_number(draw.between(100_000_000_000, 999_999_999_999).unsigned_abs());
        if seen.insert(id) {
            ids.push(id);
        }
    }
    ids
}
