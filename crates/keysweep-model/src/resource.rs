//! Resources: what policies judge, one at a time.

use std::sync::Arc;

use crate::{Account, AccountFacts, Facet, Fact, User, word::words};

words! {
    /// The kinds of resource that policies judge.
    ResourceType, "resource", {
        /// One access key of an IAM user.
        AccessKey = "access_key",
        /// An IAM user.
        User = "user",
        /// An account as a whole.
        Account = "account",
        /// The root user of an account.
        Root = "root",
        /// The console password of an IAM user.
        Password = "password",
        /// One MFA device of an IAM user.
        Mfa = "mfa",
        /// One service-specific credential of an IAM user.
        ServiceCredential = "service_credential",
        /// One X.509 signing certificate of an IAM user.
        SigningCertificate = "signing_certificate",
        /// One SSH public key of an IAM user.
        SshKey = "ssh_key",
    }
}

/// One resource to be judged, with all that has been read around it. Cheap to clone.
#[derive(Debug, Clone)]
pub enum Resource {
    /// The account as a whole.
    Account(Arc<AccountFacts>),
    /// The account's root user.
    Root(Arc<AccountFacts>),
    /// A user.
    User(Arc<User>),
    /// The user's console password.
    Password(Arc<User>),
    /// The user's access key at this place in its list.
    AccessKey(Arc<User>, usize),
    /// The user's MFA device at this place in its list.
    Mfa(Arc<User>, usize),
    /// The user's service-specific credential at this place in its list.
    ServiceCredential(Arc<User>, usize),
    /// The user's signing certificate at this place in its list.
    SigningCertificate(Arc<User>, usize),
    /// The user's SSH public key at this place in its list.
    SshKey(Arc<User>, usize),
}

impl ResourceType {
    /// Whether there is one for each account, rather than some for each user.
    #[must_use]
    pub fn is_of_account(self) -> bool {
        match self {
            Self::Account | Self::Root => true,
            Self::AccessKey
            | Self::User
            | Self::Password
            | Self::Mfa
            | Self::ServiceCredential
            | Self::SigningCertificate
            | Self::SshKey => false,
        }
    }

    /// The facet that tells which resources of this kind there are.
    #[must_use]
    pub fn listed_by(self) -> Option<Facet> {
        match self {
            Self::Account | Self::Root => None,
            Self::User => Some(Facet::Users),
            Self::AccessKey => Some(Facet::AccessKeys),
            Self::Password => Some(Facet::LoginProfile),
            Self::Mfa => Some(Facet::MfaDevices),
            Self::ServiceCredential => Some(Facet::ServiceCredentials),
            Self::SigningCertificate => Some(Facet::SigningCertificates),
            Self::SshKey => Some(Facet::SshKeys),
        }
    }
}

impl Resource {
    /// The resources of a kind in an account, as far as it is known which there are.
    #[must_use]
    pub fn of_account(kind: ResourceType, facts: &Arc<AccountFacts>) -> Vec<Self> {
        match kind {
            ResourceType::Account => vec![Self::Account(Arc::clone(facts))],
            ResourceType::Root => vec![Self::Root(Arc::clone(facts))],
            ResourceType::AccessKey
            | ResourceType::User
            | ResourceType::Password
            | ResourceType::Mfa
            | ResourceType::ServiceCredential
            | ResourceType::SigningCertificate
            | ResourceType::SshKey => {
                let users = facts.users.known().into_iter().flatten();
                users.filter_map(|user| Self::of_user(kind, user).known().cloned()).flatten().collect()
            }
        }
    }

    /// The resources of a kind that `user` has, where that is known; none for kinds of which an account has one.
    #[must_use]
    pub fn of_user(kind: ResourceType, user: &Arc<User>) -> Fact<Vec<Self>> {
        fn each<T>(
            list: &Fact<Vec<T>>,
            user: &Arc<User>,
            make: fn(Arc<User>, usize) -> Resource,
        ) -> Fact<Vec<Resource>> {
            list.as_ref().map(|items| (0..items.len()).map(|index| make(Arc::clone(user), index)).collect())
        }
        match kind {
            ResourceType::Account | ResourceType::Root => Fact::Known(Vec::new()),
            ResourceType::User => Fact::Known(vec![Self::User(Arc::clone(user))]),
            ResourceType::Password => user
                .password
                .as_ref()
                .map(|password| password.iter().map(|_| Self::Password(Arc::clone(user))).collect()),
            ResourceType::AccessKey => each(&user.access_keys, user, Self::AccessKey),
            ResourceType::Mfa => each(&user.mfa_devices, user, Self::Mfa),
            ResourceType::ServiceCredential => each(&user.service_credentials, user, Self::ServiceCredential),
            ResourceType::SigningCertificate => each(&user.signing_certificates, user, Self::SigningCertificate),
            ResourceType::SshKey => each(&user.ssh_keys, user, Self::SshKey),
        }
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> ResourceType {
        match self {
            Self::Account(_) => ResourceType::Account,
            Self::Root(_) => ResourceType::Root,
            Self::User(_) => ResourceType::User,
            Self::Password(_) => ResourceType::Password,
            Self::AccessKey(..) => ResourceType::AccessKey,
            Self::Mfa(..) => ResourceType::Mfa,
            Self::ServiceCredential(..) => ResourceType::ServiceCredential,
            Self::SigningCertificate(..) => ResourceType::SigningCertificate,
            Self::SshKey(..) => ResourceType::SshKey,
        }
    }

    /// The account that it is in.
    #[must_use]
    pub fn account(&self) -> &Arc<Account> {
        match self {
            Self::Account(facts) | Self::Root(facts) => &facts.account,
            Self::User(user)
            | Self::Password(user)
            | Self::AccessKey(user, _)
            | Self::Mfa(user, _)
            | Self::ServiceCredential(user, _)
            | Self::SigningCertificate(user, _)
            | Self::SshKey(user, _) => &user.account,
        }
    }

    /// The user that it is or that it belongs to.
    #[must_use]
    pub fn user(&self) -> Option<&Arc<User>> {
        match self {
            Self::Account(_) | Self::Root(_) => None,
            Self::User(user)
            | Self::Password(user)
            | Self::AccessKey(user, _)
            | Self::Mfa(user, _)
            | Self::ServiceCredential(user, _)
            | Self::SigningCertificate(user, _)
            | Self::SshKey(user, _) => Some(user),
        }
    }

    /// Whether both are the same resource, however much has been read of each.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let name = |resource: &Self| {
            (resource.kind(), resource.account().id, resource.user().map(|user| user.name.clone()), resource.index())
        };
        name(self) == name(other)
    }

    /// The place of the resource in its user's list; none where it is in none.
    #[must_use]
    pub fn index(&self) -> Option<usize> {
        match self {
            Self::Account(_) | Self::Root(_) | Self::User(_) | Self::Password(_) => None,
            Self::AccessKey(_, index)
            | Self::Mfa(_, index)
            | Self::ServiceCredential(_, index)
            | Self::SigningCertificate(_, index)
            | Self::SshKey(_, index) => Some(*index),
        }
    }

    /// What AWS names it by within its user: a key's id, a device's serial number. None for what has no name of its own:
    /// users, passwords, root users and accounts; and where no resource is at its place.
    #[must_use]
    pub fn id(&self) -> Fact<Option<&str>> {
        fn known(name: &str) -> Fact<Option<&str>> {
            Fact::Known(Some(name))
        }
        match self {
            Self::Account(_) | Self::Root(_) | Self::User(_) | Self::Password(_) => Fact::Known(None),
            Self::AccessKey(user, index) => {
                item(&user.access_keys, *index, |key| key.id.as_ref().map(|id| Some(id.as_str())))
            }
            Self::Mfa(user, index) => item(&user.mfa_devices, *index, |device| known(device.serial_number.as_str())),
            Self::ServiceCredential(user, index) => item(&user.service_credentials, *index, |it| known(it.id.as_str())),
            Self::SigningCertificate(user, index) => {
                item(&user.signing_certificates, *index, |it| it.id.as_ref().map(|id| Some(id.as_str())))
            }
            Self::SshKey(user, index) => item(&user.ssh_keys, *index, |it| known(it.id.as_str())),
        }
    }
}

fn item<'a, T>(
    list: &'a Fact<Vec<T>>,
    index: usize,
    id: impl FnOnce(&'a T) -> Fact<Option<&'a str>>,
) -> Fact<Option<&'a str>> {
    list.as_ref().and_then(|items| items.get(index).map_or(Fact::Known(None), id))
}
