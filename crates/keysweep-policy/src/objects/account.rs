//! Accounts, their root users and their rules for passwords.

use keysweep_model::{AccountFacts, Facet, Fact, PasswordPolicy, Resource, ResourceType, RootCredentials};

use super::{
    Kind, Object, Property, Seen, TO_ACCOUNT, Value,
    read::{boolean, day, text},
};

const ID: Property = Property {
    name: "id",
    kind: Kind::Text,
    facets: &[],
    doc: "the account's id, twelve digits",
    read: |it| Fact::Known(text(&it.resource.account().id.to_string())),
};

const NAME: Property = Property {
    name: "name",
    kind: Kind::Text,
    facets: &[],
    doc: "the account's name",
    read: |it| Fact::Known(text(&it.resource.account().name)),
};

const OU_PATH: Property = Property {
    name: "ou_path",
    kind: Kind::Text,
    facets: &[Facet::OrganizationalUnits],
    doc: "the organizational units above the account, such as `Root/Workloads/Prod`",
    read: |it| it.resource.account().ou_path.as_ref().map(|path| text(path)),
};

pub(super) const ACCOUNT: &[Property] = &[ID, NAME, OU_PATH];

pub(super) const WHOLE_ACCOUNT: &[Property] = &[
    ID,
    NAME,
    OU_PATH,
    Property {
        name: "users",
        kind: Kind::Objects(Object::User),
        facets: &[Facet::Users],
        doc: "the users of the account",
        read: |it| {
            it.facts()
                .and_then(|facts| of_users(facts, ResourceType::User))
                .map(|all| Value::Objects(Object::User, all))
        },
    },
    Property {
        name: "access_keys",
        kind: Kind::Objects(Object::Key),
        facets: &[Facet::Users, Facet::AccessKeys],
        doc: "the access keys of all users of the account",
        read: |it| {
            it.facts()
                .and_then(|facts| of_users(facts, ResourceType::AccessKey))
                .map(|all| Value::Objects(Object::Key, all))
        },
    },
    Property {
        name: "root",
        kind: Kind::Object(Object::Root),
        facets: &[],
        doc: "the account's root user",
        read: |_| Fact::Known(Value::Object(Object::Root)),
    },
    Property {
        name: "password_policy",
        kind: Kind::Object(Object::PasswordPolicy),
        facets: &[],
        doc: "the account's rules for console passwords",
        read: |_| Fact::Known(Value::Object(Object::PasswordPolicy)),
    },
];

/// The resources of a kind of all users of an account.
fn of_users(facts: &AccountFacts, kind: ResourceType) -> Fact<Vec<Resource>> {
    facts.users.as_ref().and_then(|users| {
        users
            .iter()
            .try_fold(Vec::new(), |mut all, user| match Resource::of_user(kind, user) {
                Fact::Known(more) => {
                    all.extend(more);
                    Ok(all)
                }
                missing @ (Fact::NotRead(_) | Fact::Unreadable(_)) => Err(missing),
            })
            .map_or_else(|missing| missing, Fact::Known)
    })
}

pub(super) const ROOT: &[Property] = &[
    Property {
        name: "has_access_key",
        kind: Kind::Boolean,
        facets: &[Facet::AccountSummary],
        doc: "whether the root user has an access key",
        read: |it| credential(it, |of| &of.has_access_key),
    },
    Property {
        name: "has_password",
        kind: Kind::Boolean,
        facets: &[Facet::AccountSummary],
        doc: "whether the root user has a password",
        read: |it| credential(it, |of| &of.has_password),
    },
    Property {
        name: "has_mfa",
        kind: Kind::Boolean,
        facets: &[Facet::AccountSummary],
        doc: "whether an MFA device is enabled for the root user",
        read: |it| credential(it, |of| &of.has_mfa),
    },
    Property {
        name: "has_signing_certificate",
        kind: Kind::Boolean,
        facets: &[Facet::AccountSummary],
        doc: "whether the root user has a signing certificate",
        read: |it| credential(it, |of| &of.has_signing_certificate),
    },
    Property {
        name: "has_hardware_mfa",
        kind: Kind::Boolean,
        facets: &[Facet::AccountSummary, Facet::RootMfa],
        doc: "whether the root user has MFA, and no virtual device for it",
        read: |it| {
            it.facts().and_then(|facts| {
                let has_mfa = facts.root.credentials.as_ref().and_then(|of| of.has_mfa.as_ref());
                has_mfa.and_then(|has_mfa| {
                    if *has_mfa {
                        facts.root.has_virtual_mfa.as_ref().map(|is_virtual| boolean(!is_virtual))
                    } else {
                        Fact::Known(boolean(false))
                    }
                })
            })
        },
    },
    Property {
        name: "never_used",
        kind: Kind::Boolean,
        facets: &[Facet::CredentialReport],
        doc: "whether no use of the root user's password and access keys is on record",
        read: |it| {
            let activity = it.facts().and_then(|facts| facts.root.activity.as_ref());
            activity.map(|activity| boolean(activity.last_used().is_none()))
        },
    },
    Property {
        name: "idle_days",
        kind: Kind::Integer,
        facets: &[Facet::CredentialReport],
        doc: "days since the root user's password or access key was last used, or since the account was made where \
              neither ever was; a day that has begun counts",
        read: |it| {
            let activity = it.facts().and_then(|facts| facts.root.activity.as_ref());
            activity.map(|activity| it.days_since(activity.last_used().unwrap_or(activity.created_at)))
        },
    },
    Property {
        name: "last_used_on",
        kind: Kind::Text,
        facets: &[Facet::CredentialReport],
        doc: "the day on which the root user's password or access key was last used, in UTC; empty where neither ever \
              was",
        read: |it| {
            let activity = it.facts().and_then(|facts| facts.root.activity.as_ref());
            activity.map(|activity| activity.last_used().map_or_else(|| text(""), day))
        },
    },
    TO_ACCOUNT,
];

fn credential(it: &Seen<'_>, of: fn(&RootCredentials) -> &Fact<bool>) -> Fact<Value> {
    let credentials = it.facts().and_then(|facts| facts.root.credentials.as_ref());
    credentials.and_then(|credentials| of(credentials).as_ref()).map(|has| boolean(*has))
}

/// What AWS asks of a password where an account has no rules of its own.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_passwords_account-policy.html
const DEFAULT_MINIMUM_LENGTH: u32 = 8;

pub(super) const PASSWORD_POLICY: &[Property] = &[
    Property {
        name: "is_set",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether the account has rules of its own; where not, the others tell AWS's default",
        read: |it| rule(it, |policy| boolean(policy.is_some())),
    },
    Property {
        name: "minimum_length",
        kind: Kind::Integer,
        facets: &[Facet::PasswordPolicy],
        doc: "the fewest characters of a password",
        read: |it| number(it, |policy| policy.map_or(DEFAULT_MINIMUM_LENGTH, |policy| policy.minimum_length)),
    },
    Property {
        name: "reuse_prevention",
        kind: Kind::Integer,
        facets: &[Facet::PasswordPolicy],
        doc: "how many former passwords may not be used again; 0 where all may",
        read: |it| number(it, |policy| policy.and_then(|policy| policy.reuse_prevention).unwrap_or(0)),
    },
    Property {
        name: "max_age_days",
        kind: Kind::Integer,
        facets: &[Facet::PasswordPolicy],
        doc: "days after which a password expires; 0 where it does not",
        read: |it| number(it, |policy| policy.and_then(|policy| policy.max_age_days).unwrap_or(0)),
    },
    Property {
        name: "require_symbols",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether a password must have a symbol",
        read: |it| rule(it, |policy| boolean(policy.is_some_and(|policy| policy.require_symbols))),
    },
    Property {
        name: "require_numbers",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether a password must have a digit",
        read: |it| rule(it, |policy| boolean(policy.is_some_and(|policy| policy.require_numbers))),
    },
    Property {
        name: "require_uppercase",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether a password must have an uppercase letter",
        read: |it| rule(it, |policy| boolean(policy.is_some_and(|policy| policy.require_uppercase))),
    },
    Property {
        name: "require_lowercase",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether a password must have a lowercase letter",
        read: |it| rule(it, |policy| boolean(policy.is_some_and(|policy| policy.require_lowercase))),
    },
    Property {
        name: "users_may_change",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordPolicy],
        doc: "whether users may change their passwords themselves",
        read: |it| rule(it, |policy| boolean(policy.is_some_and(|policy| policy.users_may_change))),
    },
    TO_ACCOUNT,
];

fn rule(it: &Seen<'_>, of: fn(Option<PasswordPolicy>) -> Value) -> Fact<Value> {
    it.facts().and_then(|facts| facts.password_policy.as_ref()).map(|policy| of(*policy))
}

fn number(it: &Seen<'_>, of: fn(Option<PasswordPolicy>) -> u32) -> Fact<Value> {
    it.facts().and_then(|facts| facts.password_policy.as_ref()).map(|policy| Value::Integer(of(*policy).into()))
}
