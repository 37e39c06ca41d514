//! The world: an organization with its accounts, and the users, roles and keys in them, as plain data.
//!
//! A world is either generated ([`World::generate`]) or read from YAML ([`World::from_yaml`]), where nearly everything
//! may be left out. It holds no secrets and no behaviour; the rest of the crate serves it.

mod check;
mod complete;
mod credential;
mod defaults;
mod names;
mod organization;
mod password_policy;
pub(crate) mod policy;
mod role;
mod truth;
mod user;
mod yaml;

use serde::{Deserialize, Serialize};

pub use check::WorldError;
pub use credential::{KeyStatus, MfaDevice, MfaKind, PublicKey, ServiceCredential};
pub use organization::{Account, AccountState, Joined, Organization, Root, RootMfa};
pub use password_policy::PasswordPolicy;
pub use policy::{Group, InlinePolicy, ManagedPolicy};
pub use role::{ORGANIZATION_ROLE, Principal, PrincipalError, Role};
pub use truth::{Truth, TruthAccount, TruthCaller, TruthKey, TruthRole, TruthUser};
pub use user::{AccessKey, LastUsed, Password, User};

use crate::derive::Derive;
use crate::fault::Fault;
pub use crate::value::{AccountId, AccountIdError, Partition, Tags, Text, Time};

/// 2026-11-01T00:00:00Z, against which generated worlds are dated.
pub const EPOCH: Time = Time::from_unix(1_793_491_200);

fn epoch() -> Time {
    EPOCH
}

/// An organization and all that is in it. The first account is the management account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct World {
    /// The partition in every ARN.
    #[serde(default)]
    pub partition: Partition,
    /// What secrets, unique ids and tokens are derived from.
    #[serde(default)]
    pub seed: u64,
    /// The moment the world is dated against; a test's clock starts here.
    #[serde(default = "epoch")]
    pub epoch: Time,
    /// The ids of the organization.
    #[serde(default)]
    pub organization: Organization,
    /// All OUs by path (`Workloads/Prod`), each after the one above it.
    #[serde(default)]
    pub organizational_units: Vec<Text>,
    /// Member accounts that may also call AWS Organizations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub delegated_administrators: Vec<AccountId>,
    /// The user in the management account whose access key clients get; created if it does not exist.
    #[serde(default = "defaults::caller")]
    pub caller: Text,
    /// The accounts, the management account first.
    pub accounts: Vec<Account>,
    /// The faults of its answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl World {
    /// The management account, which every valid world has.
    #[must_use]
    pub fn management(&self) -> Option<&Account> {
        self.accounts.first()
    }

    /// The account of that id.
    #[must_use]
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The account of that id, to change it.
    pub fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.accounts.iter_mut().find(|account| account.id == id)
    }

    /// The first active access key of the caller.
    #[must_use]
    pub fn caller_key(&self) -> Option<&AccessKey> {
        let caller = self.management()?.user(&self.caller)?;
        caller.keys.iter().find(|key| key.status == KeyStatus::Active)
    }

    /// The id of the OU at a path; the root's id for the empty path.
    #[must_use]
    pub fn ou_id(&self, path: &str) -> String {
        if path.is_empty() {
            return self.organization.root_id.to_string();
        }
        let root = self.organization.root_id.trim_start_matches("r-");
        format!("ou-{root}-{}", self.derive().lower(8, &["ou", path]))
    }

    pub(crate) fn derive(&self) -> Derive {
        Derive::new(self.seed)
    }
}
