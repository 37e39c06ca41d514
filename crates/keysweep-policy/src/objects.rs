//! What a script sees: resources and what they belong to, as typed objects.
//!
//! One table for each kind of object says which properties it has, of which type, what each means and which facets it
//! is read from. The engine's getters, the checker, the printed reference and the definition files for editors are all
//! made from these tables.

mod account;
mod credentials;
mod key;
mod read;
mod user;

use jiff::Timestamp;
use keysweep_model::{Facet, FacetSet, Fact, Resource, ResourceType};

pub(crate) use read::days_up;

/// The kinds of object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Object {
    /// One access key.
    Key,
    /// A user.
    User,
    /// The account that something is in.
    Account,
    /// The account that is judged, with all that is in it.
    WholeAccount,
    /// The root user of an account.
    Root,
    /// The rules for console passwords of an account.
    PasswordPolicy,
    /// The console password of a user.
    Password,
    /// One MFA device.
    Mfa,
    /// One service-specific credential.
    ServiceCredential,
    /// One signing certificate.
    SigningCertificate,
    /// One SSH public key.
    SshKey,
}

/// The type of a property's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Text,
    Time,
    /// A list of texts.
    Texts,
    /// One object.
    Object(Object),
    /// A list of objects.
    Objects(Object),
}

/// The value of a property.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Boolean(bool),
    Integer(i64),
    Text(String),
    Time(Timestamp),
    Texts(Vec<String>),
    /// An object that is seen from the same resource.
    Object(Object),
    /// Objects that are resources of their own.
    Objects(Object, Vec<Resource>),
    /// There is no such thing, and asking for it is a mistake of the script: what to do instead.
    Absent(&'static str),
}

/// One property of an object: a fact under the name that scripts use.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    /// The facets that it is read from; none for what is known with the resource itself.
    pub(crate) facets: &'static [Facet],
    pub(crate) doc: &'static str,
    pub(crate) read: fn(&Seen<'_>) -> Fact<Value>,
}

/// A method of an object. Its argument is a text.
pub(crate) struct Method {
    pub(crate) name: &'static str,
    /// The name of its argument.
    pub(crate) argument: &'static str,
    pub(crate) kind: Kind,
    pub(crate) facets: &'static [Facet],
    pub(crate) doc: &'static str,
    pub(crate) read: fn(&Seen<'_>, &str) -> Fact<Value>,
}

/// What a property is read from: a resource, or what it belongs to, and the judged time.
pub(crate) struct Seen<'a> {
    pub(crate) resource: &'a Resource,
    pub(crate) now: Timestamp,
}

impl Property {
    /// The facets that it is read from.
    pub(crate) fn reads(&self) -> FacetSet {
        FacetSet::of(self.facets)
    }
}

impl Object {
    pub(crate) const ALL: [Self; 11] = [
        Self::Key,
        Self::User,
        Self::Account,
        Self::WholeAccount,
        Self::Root,
        Self::PasswordPolicy,
        Self::Password,
        Self::Mfa,
        Self::ServiceCredential,
        Self::SigningCertificate,
        Self::SshKey,
    ];

    /// The object that a policy for this kind of resource is asked about.
    pub(crate) fn judged(kind: ResourceType) -> Self {
        match kind {
            ResourceType::AccessKey => Self::Key,
            ResourceType::User => Self::User,
            ResourceType::Account => Self::WholeAccount,
            ResourceType::Root => Self::Root,
            ResourceType::Password => Self::Password,
            ResourceType::Mfa => Self::Mfa,
            ResourceType::ServiceCredential => Self::ServiceCredential,
            ResourceType::SigningCertificate => Self::SigningCertificate,
            ResourceType::SshKey => Self::SshKey,
        }
    }

    /// The object with its article, as errors name it.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Self::Key => "an access key",
            Self::User => "a user",
            Self::Account | Self::WholeAccount => "an account",
            Self::Root => "a root user",
            Self::PasswordPolicy => "a password policy",
            Self::Password => "a password",
            Self::Mfa => "an MFA device",
            Self::ServiceCredential => "a service credential",
            Self::SigningCertificate => "a signing certificate",
            Self::SshKey => "an SSH key",
        }
    }

    /// The name that scripts and cases usually have for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::User => "user",
            Self::Account | Self::WholeAccount => "account",
            Self::Root => "root",
            Self::PasswordPolicy => "password_policy",
            Self::Password => "password",
            Self::Mfa => "mfa",
            Self::ServiceCredential => "service_credential",
            Self::SigningCertificate => "signing_certificate",
            Self::SshKey => "ssh_key",
        }
    }

    pub(crate) fn properties(self) -> &'static [Property] {
        match self {
            Self::Key => key::KEY,
            Self::User => user::USER,
            Self::Account => account::ACCOUNT,
            Self::WholeAccount => account::WHOLE_ACCOUNT,
            Self::Root => account::ROOT,
            Self::PasswordPolicy => account::PASSWORD_POLICY,
            Self::Password => credentials::PASSWORD,
            Self::Mfa => credentials::MFA,
            Self::ServiceCredential => credentials::SERVICE_CREDENTIAL,
            Self::SigningCertificate => credentials::SIGNING_CERTIFICATE,
            Self::SshKey => credentials::SSH_KEY,
        }
    }

    pub(crate) fn methods(self) -> &'static [Method] {
        match self {
            Self::User => user::METHODS,
            Self::Key
            | Self::Account
            | Self::WholeAccount
            | Self::Root
            | Self::PasswordPolicy
            | Self::Password
            | Self::Mfa
            | Self::ServiceCredential
            | Self::SigningCertificate
            | Self::SshKey => &[],
        }
    }

    /// The names of all properties.
    pub(crate) fn property_names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.properties().iter().map(|property| property.name)
    }
}

/// The property `user` of what belongs to a user.
const TO_USER: Property = Property {
    name: "user",
    kind: Kind::Object(Object::User),
    facets: &[],
    doc: "the user that it belongs to",
    read: |_| Fact::Live(Value::Object(Object::User)),
};

/// The property `account` of everything.
const TO_ACCOUNT: Property = Property {
    name: "account",
    kind: Kind::Object(Object::Account),
    facets: &[],
    doc: "the account that it is in",
    read: |_| Fact::Live(Value::Object(Object::Account)),
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_object_has_two_members_of_one_name() {
        for object in Object::ALL {
            let methods = object.methods().iter().map(|method| method.name);
            let mut names: Vec<_> = object.property_names().chain(methods).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{object:?}");
        }
    }

    #[test]
    fn every_kind_of_resource_has_an_object_of_its_own() {
        let objects: Vec<_> = ResourceType::ALL.iter().map(|kind| Object::judged(*kind)).collect();
        assert!(objects.iter().all(|object| objects.iter().filter(|other| *other == object).count() == 1));
    }
}
