//! Resources: what policies judge, one at a time. A resource is an owner, a kind and a place among those of its kind.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    AccessKey, Account, AccountFacts, Facet, Fact, MfaDevice, Password, ServiceCredential, SigningCertificate, SshKey,
    User, word::words,
};

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

/// What is known of a kind of resource beside its name.
struct Kind {
    /// With its article, as in a sentence.
    phrase: &'static str,
    listing: Listing,
}

/// Where the resources of a kind come from.
enum Listing {
    /// There is one in each account.
    Account,
    /// Each user is one.
    User,
    /// Each user may have some.
    Items {
        /// The facet that tells which.
        facet: Facet,
        count: fn(&User) -> Fact<usize>,
        item: fn(&User, usize) -> Option<&dyn Item>,
    },
}

/// One resource of a user.
trait Item {
    /// What AWS names it by within its user; none for what has no name of its own.
    fn id(&self) -> Fact<Option<&str>>;

    /// When it was made, where that is known.
    fn created_at(&self) -> Option<Timestamp>;

    /// Whether a credential report only leaves room for it.
    fn is_possible(&self) -> bool;
}

macro_rules! items {
    ($field:ident, $facet:ident) => {
        Listing::Items {
            facet: Facet::$facet,
            count: |user| user.$field.as_ref().map(|items| items.iter().count()),
            item: |user, index| user.$field.value()?.iter().nth(index).map(|item| item as &dyn Item),
        }
    };
}

/// A row for each kind, in the order of [`ResourceType::ALL`].
static KINDS: [Kind; ResourceType::ALL.len()] = [
    Kind { phrase: "an access key", listing: items!(access_keys, AccessKeys) },
    Kind { phrase: "a user", listing: Listing::User },
    Kind { phrase: "an account", listing: Listing::Account },
    Kind { phrase: "a root user", listing: Listing::Account },
    Kind { phrase: "a password", listing: items!(password, LoginProfile) },
    Kind { phrase: "an MFA device", listing: items!(mfa_devices, MfaDevices) },
    Kind { phrase: "a service credential", listing: items!(service_credentials, ServiceCredentials) },
    Kind { phrase: "a signing certificate", listing: items!(signing_certificates, SigningCertificates) },
    Kind { phrase: "an SSH key", listing: items!(ssh_keys, SshKeys) },
];

impl ResourceType {
    fn row(self) -> &'static Kind {
        &KINDS[self as usize]
    }

    /// The kind with its article, such as `an access key`.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        self.row().phrase
    }

    /// Whether there is one for each account, rather than some for each user.
    #[must_use]
    pub fn is_of_account(self) -> bool {
        matches!(self.row().listing, Listing::Account)
    }

    /// The facet that tells which resources of this kind there are; none where there is one in each account.
    #[must_use]
    pub fn listed_by(self) -> Option<Facet> {
        match self.row().listing {
            Listing::Account => None,
            Listing::User => Some(Facet::Users),
            Listing::Items { facet, .. } => Some(facet),
        }
    }
}

/// One resource to be judged, with all that has been read around it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Resource {
    owner: Owner,
    kind: ResourceType,
    /// The place among the owner's resources of its kind; 0 where there is one.
    index: usize,
}

/// What a resource is of.
#[derive(Debug, Clone)]
pub enum Owner {
    /// An account.
    Account(Arc<AccountFacts>),
    /// A user of an account.
    User(Arc<Account>, Arc<User>),
}

impl Resource {
    /// The resource at a place among those of its kind that `owner` has.
    #[must_use]
    pub fn new(owner: Owner, kind: ResourceType, index: usize) -> Self {
        Self { owner, kind, index }
    }

    /// What the owner has of a kind, where that is known. None of the kinds of which an account has one for a user.
    #[must_use]
    pub fn of(owner: &Owner, kind: ResourceType) -> Fact<Vec<Self>> {
        let count = match (owner, &kind.row().listing) {
            (Owner::Account(_), Listing::Account) | (Owner::User(..), Listing::User) => Fact::Live(1),
            (Owner::User(..), Listing::Account) => Fact::Live(0),
            (Owner::User(_, user), Listing::Items { count, .. }) => count(user),
            (Owner::Account(facts), Listing::User | Listing::Items { .. }) => return Self::of_users(facts, kind),
        };
        count.map(|count| (0..count).map(|index| Self::new(owner.clone(), kind, index)).collect())
    }

    /// What all users of an account have of a kind.
    fn of_users(facts: &AccountFacts, kind: ResourceType) -> Fact<Vec<Self>> {
        facts.users.as_ref().and_then(|users| {
            let with_next = |all: Fact<Vec<Self>>, user: &Arc<User>| {
                all.and_then(|mut all| {
                    Self::of(&Owner::User(Arc::clone(&facts.account), Arc::clone(user)), kind).map(|more| {
                        all.extend(more);
                        all
                    })
                })
            };
            users.iter().fold(Fact::Live(Vec::new()), with_next)
        })
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> ResourceType {
        self.kind
    }

    /// What it is of.
    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// The place among its owner's resources of its kind; 0 where there is one.
    #[must_use]
    pub fn index(&self) -> usize {
        self.index
    }

    /// The account that it is in.
    #[must_use]
    pub fn account(&self) -> &Arc<Account> {
        match &self.owner {
            Owner::Account(facts) => &facts.account,
            Owner::User(account, _) => account,
        }
    }

    /// The user that it is or that it belongs to.
    #[must_use]
    pub fn user(&self) -> Option<&Arc<User>> {
        match &self.owner {
            Owner::Account(_) => None,
            Owner::User(_, user) => Some(user),
        }
    }

    /// Whether both are the same resource, however much has been read of each.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let name = |it: &Self| (it.kind, it.account().id, it.user().map(|user| user.name.clone()), it.index);
        name(self) == name(other)
    }

    /// What AWS names it by within its user: a key's id, a device's serial number. None for what has no name of its own:
    /// users, passwords, root users and accounts; and where no resource is at its place.
    #[must_use]
    pub fn id(&self) -> Fact<Option<&str>> {
        self.item().map_or(Fact::Live(None), Item::id)
    }

    /// When it was made, where that is known. None for passwords, root users and accounts.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        match (&self.kind.row().listing, &self.owner) {
            (Listing::User, Owner::User(_, user)) => user.created_at.value().copied(),
            _ => self.item()?.created_at(),
        }
    }

    /// Whether a credential report only leaves room for it, so that it may not exist.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        self.item().is_some_and(Item::is_possible)
    }

    fn item(&self) -> Option<&dyn Item> {
        match (&self.kind.row().listing, &self.owner) {
            (Listing::Items { item, .. }, Owner::User(_, user)) => item(user, self.index),
            (Listing::Account | Listing::User, _) | (Listing::Items { .. }, Owner::Account(_)) => None,
        }
    }
}

macro_rules! item {
    ($item:ty, $id:expr, $created_at:expr, $is_possible:expr) => {
        impl Item for $item {
            fn id(&self) -> Fact<Option<&str>> {
                let id: for<'a> fn(&'a Self) -> Fact<Option<&'a str>> = $id;
                id(self)
            }

            fn created_at(&self) -> Option<Timestamp> {
                let created_at: fn(&Self) -> Option<&Timestamp> = $created_at;
                created_at(self).copied()
            }

            fn is_possible(&self) -> bool {
                let is_possible: fn(&Self) -> bool = $is_possible;
                is_possible(self)
            }
        }
    };
}

item!(AccessKey, |it| it.id.as_ref().map(|id| Some(id.as_str())), |it| it.created_at.value(), Self::is_possible);
item!(Password, |_| Fact::Live(None), |_| None, |_| false);
item!(MfaDevice, |it| Fact::Live(Some(&it.serial_number)), |it| it.enabled_at.value(), |_| false);
item!(ServiceCredential, |it| Fact::Live(Some(&it.id)), |it| it.created_at.value(), |_| false);
item!(
    SigningCertificate,
    |it| it.id.as_ref().map(|id| Some(id.as_str())),
    |it| it.created_at.value(),
    Self::is_possible
);
item!(SshKey, |it| Fact::Live(Some(&it.id)), |it| it.created_at.value(), |_| false);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_own_row() {
        let phrases: Vec<_> =
            ResourceType::ALL.iter().map(|kind| format!("{kind}: {}, {:?}", kind.phrase(), kind.listed_by())).collect();
        insta::assert_snapshot!(phrases.join("\n"), @"
        access_key: an access key, Some(AccessKeys)
        user: a user, Some(Users)
        account: an account, None
        root: a root user, None
        password: a password, Some(LoginProfile)
        mfa: an MFA device, Some(MfaDevices)
        service_credential: a service credential, Some(ServiceCredentials)
        signing_certificate: a signing certificate, Some(SigningCertificates)
        ssh_key: an SSH key, Some(SshKeys)
        ");
    }
}
