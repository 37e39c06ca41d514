//! What a script sees: resources and what they belong to, as typed objects.
//!
//! One table for each kind of object says which properties it has, of which type, what each means and which facets it
//! is read from, and how a case of a policy gives it. The engine's getters, the checker, the printed reference, the
//! definition files for editors, and the form of cases with its schema are all made from these tables.

/// Properties, a row each: name, type, the facets that it is read from, what it means, how a case gives it, how it is
/// read. In brackets stand the properties that several objects have.
macro_rules! properties {
    (
        $([$($first:ident),*];)?
        $($name:ident: $kind:ident $(of $object:ident)? [$($facet:ident),*] $doc:literal, $give:expr, $read:expr;)*
        $(..[$($last:ident),*])?
    ) => {
        &[
            $($($first,)*)?
            $(Property {
                name: stringify!($name),
                kind: Kind::$kind$((Object::$object))?,
                facets: &[$(Facet::$facet),*],
                doc: $doc,
                give: $give,
                read: $read,
            },)*
            $($($last,)*)?
        ]
    };
}

mod account;
mod credentials;
pub(crate) mod give;
mod key;
mod read;
mod user;

use jiff::Timestamp;
use keysweep_model::{Facet, FacetSet, Fact, Resource, ResourceType};

use give::{Draft, Give, How, instead};
pub(crate) use read::days_up;

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
    /// How a case gives it.
    pub(crate) give: Give,
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
    /// The name under which a case gives what it asks.
    pub(crate) given_as: &'static str,
    pub(crate) give: Give,
    pub(crate) read: fn(&Seen<'_>, &str) -> Fact<Value>,
}

/// What a case may give of an object.
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) facets: &'static [Facet],
    pub(crate) doc: &'static str,
    pub(crate) how: How,
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

/// One kind of object.
pub(crate) struct Row {
    properties: &'static [Property],
    methods: &'static [Method],
    /// The property that tells one from another in evidence; none where its own name does.
    named_by: Option<&'static str>,
    /// Makes it anew in a draft, with its defaults.
    begin: fn(&mut Draft),
    /// Gives it to what has it.
    keep: fn(&mut Draft),
}

impl Row {
    /// An object that has nothing of its own.
    const NONE: Self = Self { properties: &[], methods: &[], named_by: None, begin: |_| {}, keep: |_| {} };
}

/// What an object is called.
enum Called {
    /// As the kind of resource that it is.
    Resource(ResourceType),
    /// By a name of its own, and with its article.
    Part(&'static str, &'static str),
}

/// Something that there is for each kind of object.
pub(crate) trait PerObject {
    /// That of `Object::ALL[OBJECT]`.
    fn of<const OBJECT: usize>() -> Self;
}

/// Defines the kinds of object: name, kind of resource or name and phrase, row.
macro_rules! objects {
    ($($(#[$doc:meta])* $object:ident: $(resource $kind:ident)? $(part $name:literal $phrase:literal)? = $row:path,)+) => {
        /// The kinds of object.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Object { $($(#[$doc])* $object,)+ }

        impl Object {
            pub(crate) const ALL: [Self; [$(Self::$object),+].len()] = [$(Self::$object),+];

            /// The object that a policy for this kind of resource is asked about.
            pub(crate) fn judged(kind: ResourceType) -> Self {
                match kind { $($(ResourceType::$kind => Self::$object,)?)+ }
            }

            fn called(self) -> Called {
                match self {
                    $(Self::$object => {
                        $(Called::Resource(ResourceType::$kind))?
                        $(Called::Part($name, $phrase))?
                    })+
                }
            }

            fn row(self) -> &'static Row {
                match self { $(Self::$object => &$row,)+ }
            }

            /// What there is for each kind, in the order of `ALL`.
            pub(crate) fn each<T: PerObject>() -> [T; Self::ALL.len()] {
                [$(T::of::<{ Self::$object as usize }>()),+]
            }
        }
    };
}

objects! {
    /// One access key.
    AccessKey: resource AccessKey = key::ACCESS_KEY,
    /// A user.
    User: resource User = user::USER,
    /// The account that something is in.
    Account: part "account" "an account" = account::ACCOUNT,
    /// The account that is judged, with all that is in it.
    WholeAccount: resource Account = account::WHOLE_ACCOUNT,
    /// The root user of an account.
    Root: resource Root = account::ROOT,
    /// The rules for console passwords of an account.
    PasswordPolicy: part "password_policy" "a password policy" = account::PASSWORD_POLICY,
    /// The console password of a user.
    Password: resource Password = credentials::PASSWORD,
    /// One MFA device.
    Mfa: resource Mfa = credentials::MFA,
    /// One service-specific credential.
    ServiceCredential: resource ServiceCredential = credentials::SERVICE_CREDENTIAL,
    /// One signing certificate.
    SigningCertificate: resource SigningCertificate = credentials::SIGNING_CERTIFICATE,
    /// One SSH public key.
    SshKey: resource SshKey = credentials::SSH_KEY,
}

impl Object {
    /// The object with its article, as errors name it.
    pub(crate) fn phrase(self) -> &'static str {
        match self.called() {
            Called::Resource(kind) => kind.phrase(),
            Called::Part(_, phrase) => phrase,
        }
    }

    /// The object without its article.
    pub(crate) fn noun(self) -> &'static str {
        self.phrase().split_once(' ').map_or("", |(_, noun)| noun)
    }

    /// The name that evidence has for it, and that scripts usually have.
    pub(crate) fn name(self) -> &'static str {
        match self.called() {
            Called::Resource(ResourceType::AccessKey) => "key",
            Called::Resource(_) | Called::Part(..) => self.given_as(),
        }
    }

    /// The name under which a case gives it.
    pub(crate) fn given_as(self) -> &'static str {
        match self.called() {
            Called::Resource(kind) => kind.as_str(),
            Called::Part(name, _) => name,
        }
    }

    pub(crate) fn properties(self) -> &'static [Property] {
        self.row().properties
    }

    pub(crate) fn methods(self) -> &'static [Method] {
        self.row().methods
    }

    /// The names of all properties.
    pub(crate) fn property_names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.properties().iter().map(|property| property.name)
    }

    /// The property of this name.
    pub(crate) fn property(self, name: &str) -> Option<&'static Property> {
        self.properties().iter().find(|property| property.name == name)
    }

    /// What a case may give of it, in the order in which it is put into a draft.
    pub(crate) fn fields(self) -> impl Iterator<Item = Field> {
        let properties = self.properties().iter().map(|it| (it.name, it.facets, it.doc, it.give.how));
        let methods = self.methods().iter().map(|it| (it.given_as, it.facets, it.doc, it.give.how));
        let fields = properties.chain(methods).map(|(name, facets, doc, how)| Field { name, facets, doc, how });
        fields.filter(|field| !matches!(field.how, How::Not))
    }

    /// What a case must give of it, so that a property or a method is known.
    pub(crate) fn hint(self, name: &str) -> String {
        let properties = self.properties().iter().map(|it| (it.name, it.give));
        let mut all = properties.chain(self.methods().iter().map(|it| (it.name, it.give)));
        let hint = all.find(|(known, _)| *known == name).and_then(|(_, give)| give.hint);
        format!("give the {} {}", self.noun(), hint.map_or_else(|| format!("`{name}`"), str::to_owned))
    }

    /// The property that tells one from another in evidence; none where its own name does.
    pub(crate) fn named_by(self) -> Option<&'static Property> {
        self.row().named_by.and_then(|name| self.property(name))
    }

    /// Makes it anew in a draft, with its defaults.
    pub(crate) fn begin(self, draft: &mut Draft) {
        (self.row().begin)(draft);
    }

    /// Gives it to what has it in a draft.
    pub(crate) fn keep(self, draft: &mut Draft) {
        (self.row().keep)(draft);
    }
}

/// The property `user` of what belongs to a user.
const TO_USER: Property = Property {
    name: "user",
    kind: Kind::Object(Object::User),
    facets: &[],
    doc: "the user that it belongs to",
    give: instead("`user`"),
    read: |_| Fact::Live(Value::Object(Object::User)),
};

/// The property `account` of everything.
const TO_ACCOUNT: Property = Property {
    name: "account",
    kind: Kind::Object(Object::Account),
    facets: &[],
    doc: "the account that it is in",
    give: instead("`account`"),
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
    fn every_object_has_its_names() {
        let names = Object::ALL.iter().map(|object| {
            let named_by = object.named_by().map_or("its name", |property| property.name);
            let (phrase, name, given_as) = (object.phrase(), object.name(), object.given_as());
            format!("{phrase}: {name}, given as {given_as}, told by {named_by}\n")
        });
        insta::assert_snapshot!(names.collect::<String>(), @"
        an access key: key, given as access_key, told by id
        a user: user, given as user, told by name
        an account: account, given as account, told by id
        an account: account, given as account, told by id
        a root user: root, given as root, told by its name
        a password policy: password_policy, given as password_policy, told by its name
        a password: password, given as password, told by its name
        an MFA device: mfa, given as mfa, told by serial_number
        a service credential: service_credential, given as service_credential, told by id
        a signing certificate: signing_certificate, given as signing_certificate, told by id
        an SSH key: ssh_key, given as ssh_key, told by id
        ");
    }
    #[test]
    fn every_kind_of_resource_has_an_object_of_its_own() {
        let objects: Vec<_> = ResourceType::ALL.iter().map(|kind| Object::judged(*kind)).collect();
        assert!(objects.iter().all(|object| objects.iter().filter(|other| *other == object).count() == 1));
    }
}
