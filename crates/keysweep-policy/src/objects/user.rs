//! Users.

use keysweep_model::{Facet, Fact, Permissions, Resource, ResourceType};

use super::{
    Kind, Method, Object, Property, Seen, TO_ACCOUNT, Value,
    read::{boolean, day, text, time},
};

pub(super) const USER: &[Property] = &[
    Property {
        name: "name",
        kind: Kind::Text,
        facets: &[],
        doc: "the user's name",
        read: |it| it.user().map(|user| text(user.name.as_str())),
    },
    Property {
        name: "arn",
        kind: Kind::Text,
        facets: &[],
        doc: "the user's ARN",
        read: |it| it.user().map(|user| text(&user.arn)),
    },
    Property {
        name: "path",
        kind: Kind::Text,
        facets: &[],
        doc: "the user's IAM path: `/` or such as `/team/`",
        read: |it| it.user().map(|user| text(&user.path)),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::Users],
        doc: "days since the user was made; a day that has begun counts",
        read: |it| it.age(it.user().and_then(|user| user.created_at.as_ref())),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::Users],
        doc: "the day on which the user was made, in UTC, such as `2026-03-01`",
        read: |it| it.user().and_then(|user| user.created_at.as_ref()).map(|created| day(*created)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::Users],
        doc: "when the user was made",
        read: |it| time(it.user().and_then(|user| user.created_at.as_ref())),
    },
    Property {
        name: "has_password",
        kind: Kind::Boolean,
        facets: &[Facet::LoginProfile],
        doc: "whether the user can sign in to the console with a password",
        read: |it| it.user().and_then(|user| user.password.as_ref().map(|password| boolean(password.is_some()))),
    },
    Property {
        name: "password",
        kind: Kind::Object(Object::Password),
        facets: &[Facet::LoginProfile],
        doc: "the user's console password; an error where there is none, so ask `has_password` first",
        read: |it| {
            it.user().and_then(|user| user.password.as_ref()).map(|password| match password {
                Some(_) => Value::Object(Object::Password),
                None => Value::Absent("the user has no password: ask `has_password` first"),
            })
        },
    },
    Property {
        name: "has_mfa",
        kind: Kind::Boolean,
        facets: &[Facet::MfaDevices],
        doc: "whether an MFA device is enabled for the user",
        read: |it| it.user().and_then(|user| user.has_mfa.as_ref().map(|has_mfa| boolean(*has_mfa))),
    },
    Property {
        name: "groups",
        kind: Kind::Texts,
        facets: &[Facet::AuthorizationDetails],
        doc: "the names of the user's groups",
        read: |it| texts(it, |of| &of.groups),
    },
    Property {
        name: "attached_policies",
        kind: Kind::Texts,
        facets: &[Facet::AuthorizationDetails],
        doc: "the ARNs of the IAM policies that are attached to the user itself",
        read: |it| texts(it, |of| &of.attached_policies),
    },
    Property {
        name: "group_policies",
        kind: Kind::Texts,
        facets: &[Facet::AuthorizationDetails],
        doc: "the ARNs of the IAM policies that are attached to the user's groups",
        read: |it| texts(it, |of| &of.group_policies),
    },
    Property {
        name: "inline_policies",
        kind: Kind::Texts,
        facets: &[Facet::AuthorizationDetails],
        doc: "the names of the IAM policies that are embedded in the user itself",
        read: |it| texts(it, |of| &of.inline_policies),
    },
    Property {
        name: "permissions_boundary",
        kind: Kind::Text,
        facets: &[Facet::AuthorizationDetails],
        doc: "the ARN of the IAM policy that bounds the user's permissions; empty where there is none",
        read: |it| {
            it.permissions()
                .and_then(|of| of.permissions_boundary.as_ref())
                .map(|arn| text(arn.as_deref().unwrap_or("")))
        },
    },
    Property {
        name: "is_administrator",
        kind: Kind::Boolean,
        facets: &[Facet::AuthorizationDetails],
        doc: "whether an IAM policy of the user or its groups allows every action on every resource; a boundary is \
              not weighed",
        read: |it| it.permissions().and_then(|of| of.is_administrator.as_ref()).map(|is| boolean(*is)),
    },
    Property {
        name: "is_quarantined",
        kind: Kind::Boolean,
        facets: &[Facet::AuthorizationDetails],
        doc: "whether AWS has attached one of its policies `AWSCompromisedKeyQuarantine*`: it found a key in public",
        read: |it| it.permissions().and_then(Permissions::is_quarantined).map(boolean),
    },
    Property {
        name: "access_keys",
        kind: Kind::Objects(Object::Key),
        facets: &[Facet::AccessKeys],
        doc: "the user's access keys",
        read: |it| owned(it, ResourceType::AccessKey, Object::Key),
    },
    Property {
        name: "mfa_devices",
        kind: Kind::Objects(Object::Mfa),
        facets: &[Facet::MfaDevices],
        doc: "the user's MFA devices",
        read: |it| owned(it, ResourceType::Mfa, Object::Mfa),
    },
    Property {
        name: "service_credentials",
        kind: Kind::Objects(Object::ServiceCredential),
        facets: &[Facet::ServiceCredentials],
        doc: "the user's service-specific credentials",
        read: |it| owned(it, ResourceType::ServiceCredential, Object::ServiceCredential),
    },
    Property {
        name: "signing_certificates",
        kind: Kind::Objects(Object::SigningCertificate),
        facets: &[Facet::SigningCertificates],
        doc: "the user's signing certificates",
        read: |it| owned(it, ResourceType::SigningCertificate, Object::SigningCertificate),
    },
    Property {
        name: "ssh_keys",
        kind: Kind::Objects(Object::SshKey),
        facets: &[Facet::SshKeys],
        doc: "the user's SSH public keys",
        read: |it| owned(it, ResourceType::SshKey, Object::SshKey),
    },
    TO_ACCOUNT,
];

pub(super) const METHODS: &[Method] = &[
    Method {
        name: "tag",
        argument: "name",
        kind: Kind::Text,
        facets: &[Facet::UserTags],
        doc: "the value of a tag of the user; empty where it has no such tag",
        read: |it, name| {
            let tags = it.user().and_then(|user| user.tags.as_ref());
            tags.map(|tags| text(tags.get(name).map_or("", String::as_str)))
        },
    },
    Method {
        name: "has_tag",
        argument: "name",
        kind: Kind::Boolean,
        facets: &[Facet::UserTags],
        doc: "whether the user has a tag of that name",
        read: |it, name| {
            let tags = it.user().and_then(|user| user.tags.as_ref());
            tags.map(|tags| boolean(tags.contains_key(name)))
        },
    },
];

fn texts(it: &Seen<'_>, of: fn(&Permissions) -> &Fact<Vec<String>>) -> Fact<Value> {
    it.permissions().and_then(|permissions| of(permissions).as_ref()).map(|texts| Value::Texts(texts.clone()))
}

fn owned(it: &Seen<'_>, kind: ResourceType, object: Object) -> Fact<Value> {
    Resource::of(it.resource.owner(), kind).map(|resources| Value::Objects(object, resources))
}
