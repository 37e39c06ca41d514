//! What a world must satisfy before it is served.

use std::collections::HashSet;

use super::{Account, AccountId, World};
use crate::fault::{Fault, FaultError};
use crate::permission::{DocumentError, Policy};

/// Why a world cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// The text is not a world.
    #[error("cannot read the world: {0}")]
    Yaml(#[from] Box<serde_yaml::Error>),
    /// The world could not be written.
    #[error("cannot write the world: {0}")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is no account.
    #[error("the world has no account: the first one listed is the management account")]
    NoAccount,
    /// An account is listed twice.
    #[error("account `{0}` is listed twice")]
    DuplicateAccount(AccountId),
    /// Two users of an account share a name.
    #[error("account `{account}` has two users named `{user}`")]
    DuplicateUser {
        /// The account.
        account: AccountId,
        /// The name.
        user: Box<str>,
    },
    /// Two access keys share an id.
    #[error("access key `{0}` is listed twice")]
    DuplicateKey(Box<str>),
    /// Two credentials of an account share an id.
    #[error("`{id}` is the id of two credentials in account `{account}`")]
    DuplicateCredential {
        /// The account.
        account: AccountId,
        /// The id, or serial number.
        id: Box<str>,
    },
    /// Two groups or two managed policies of an account share a name.
    #[error("account `{account}` has two groups or two managed policies named `{name}`")]
    DuplicateName {
        /// The account.
        account: AccountId,
        /// The name.
        name: Box<str>,
    },
    /// The document of a policy is invalid.
    #[error("policy `{policy}` in account `{account}` has an invalid document: {reason}")]
    BadDocument {
        /// The account.
        account: AccountId,
        /// The policy.
        policy: Box<str>,
        /// What is wrong with it.
        reason: DocumentError,
    },
    /// A path does not begin and end with `/`.
    #[error("`{path}` of `{owner}` in account `{account}` is not a path: a path is `/` or begins and ends with `/`")]
    BadPath {
        /// The account.
        account: AccountId,
        /// The user, role, group or managed policy.
        owner: Box<str>,
        /// The path.
        path: Box<str>,
    },
    /// An OU path has an empty part.
    #[error("`{0}` is not an OU path: a path is names joined by `/`, such as `Workloads/Prod`")]
    BadOu(Box<str>),
    /// The caller has no active key to sign with.
    #[error("user `{0}` of the management account has no active access key, so no client could call")]
    CallerWithoutKey(Box<str>),
    /// A delegated administrator or a fault names an account that is not listed.
    #[error("account `{0}` is named but not listed")]
    UnknownAccount(AccountId),
    /// The numbers of a fault are invalid.
    #[error("a fault is invalid: {0}")]
    BadFault(#[from] FaultError),
}

impl World {
    /// Checks that the world contradicts neither itself nor the rules of IAM that the rest of the crate relies on.
    ///
    /// # Errors
    /// The first contradiction found.
    pub fn validate(&self) -> Result<(), WorldError> {
        if self.accounts.is_empty() {
            return Err(WorldError::NoAccount);
        }
        let mut accounts = HashSet::with_capacity(self.accounts.len());
        if let Some(twice) = self.accounts.iter().find(|account| !accounts.insert(account.id)) {
            return Err(WorldError::DuplicateAccount(twice.id));
        }
        let named = self.delegated_administrators.iter().copied();
        let mut named = named.chain(self.faults.iter().filter_map(|fault| fault.account));
        if let Some(unknown) = named.find(|id| !accounts.contains(id)) {
            return Err(WorldError::UnknownAccount(unknown));
        }
        self.faults.iter().try_for_each(Fault::check)?;
        if let Some(bad) = self.organizational_units.iter().find(|path| path.split('/').any(str::is_empty)) {
            return Err(WorldError::BadOu((**bad).into()));
        }
        self.check_users()?;
        for account in &self.accounts {
            check_credentials(account)?;
            check_policies(account)?;
        }
        self.check_paths()?;
        match self.caller_key() {
            Some(_) => Ok(()),
            None => Err(WorldError::CallerWithoutKey((*self.caller).into())),
        }
    }

    fn check_users(&self) -> Result<(), WorldError> {
        let mut keys = HashSet::new();
        for account in &self.accounts {
            if let Some(pair) = account.users.windows(2).find(|pair| pair[0].name == pair[1].name) {
                return Err(WorldError::DuplicateUser { account: account.id, user: pair[0].name.clone() });
            }
            let all = account.users.iter().flat_map(|user| &user.keys).chain(&account.root.keys);
            for key in all {
                if !keys.insert(&*key.id) {
                    return Err(WorldError::DuplicateKey(key.id.clone()));
                }
            }
        }
        Ok(())
    }

    fn check_paths(&self) -> Result<(), WorldError> {
        for account in &self.accounts {
            let users = account.users.iter().map(|user| (&*user.name, &*user.path));
            let roles = account.roles().iter().map(|role| (&*role.name, &*role.path));
            let groups = account.groups.iter().map(|group| (&*group.name, &*group.path));
            let policies = account.managed_policies.iter().map(|policy| (&*policy.name, &*policy.path));
            let is_path = |path: &str| path.starts_with('/') && path.ends_with('/');
            let mut all = users.chain(roles).chain(groups).chain(policies);
            if let Some((owner, path)) = all.find(|(_, path)| !is_path(path)) {
                return Err(WorldError::BadPath { account: account.id, owner: owner.into(), path: path.into() });
            }
        }
        Ok(())
    }
}

fn check_credentials(account: &Account) -> Result<(), WorldError> {
    let mut ids = HashSet::new();
    for user in &account.users {
        let devices = user.mfa_devices.iter().map(|device| &*device.serial_number);
        let credentials = user.service_credentials.iter().map(|credential| &*credential.id);
        let certificates = user.signing_certificates.iter().map(|certificate| &*certificate.id);
        let keys = user.ssh_keys.iter().map(|key| &*key.id);
        let mut all = devices.chain(credentials).chain(certificates).chain(keys);
        if let Some(twice) = all.find(|id| !ids.insert(*id)) {
            return Err(WorldError::DuplicateCredential { account: account.id, id: twice.into() });
        }
    }
    Ok(())
}

fn check_policies(account: &Account) -> Result<(), WorldError> {
    let (mut groups, mut policies) = (HashSet::new(), HashSet::new());
    let mut twice = account.groups.iter().map(|group| &group.name).filter(|name| !groups.insert(*name));
    let mut again = account.managed_policies.iter().map(|policy| &policy.name).filter(|name| !policies.insert(*name));
    if let Some(name) = twice.next().or_else(|| again.next()) {
        return Err(WorldError::DuplicateName { account: account.id, name: (**name).into() });
    }
    let managed = account.managed_policies.iter().map(|policy| (&policy.name, &policy.document));
    let of_users = account.users.iter().flat_map(|user| &user.inline_policies);
    let of_groups = account.groups.iter().flat_map(|group| &group.inline_policies);
    let inline = of_users.chain(of_groups).map(|policy| (&policy.name, &policy.document));
    for (name, document) in managed.chain(inline) {
        if let Some(Err(reason)) = document.as_deref().map(Policy::parse) {
            return Err(WorldError::BadDocument { account: account.id, policy: (**name).into(), reason });
        }
    }
    Ok(())
}
