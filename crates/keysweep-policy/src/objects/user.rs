//! Users.

use std::sync::Arc;

use keysweep_model::{Facet, Fact, Password, Permissions, ResourceType, User};

use super::{
    Kind, Method, Object, Property, Row, Seen, TO_ACCOUNT, Value,
    give::{AGE, Draft, How, count, given, instead, push},
    read::{boolean, day, text, time},
};

pub(super) static USER: Row = Row {
    properties: PROPERTIES,
    methods: METHODS,
    named_by: Some("name"),
    begin: |it| {
        let place = count(&it.facts.users);
        let name = if place == 0 { "alice".to_owned() } else { format!("user-{}", place + 1) };
        it.parsed(&name, |it, name| it.user = User::unread(name, String::new(), "/".to_owned()));
        it.set_arn();
    },
    keep: |it| {
        let name = it.user.name.clone();
        if !it.names.insert(name.clone()) {
            it.refuse(format!("another user of the account has the name `{name}`"));
        }
        push(&mut it.facts.users, Arc::new(it.user.clone()));
    },
};

const PROPERTIES: &[Property] = properties! {
    name: Text [] "the user's name",
        given(How::String(|it, name| {
            it.parsed(&name, |it, name| {
                it.user.name = name;
                it.set_arn();
            });
        })),
        |it| it.user().map(|user| text(user.name.as_str()));
    arn: Text [] "the user's ARN",
        instead("`name` and `path`"),
        |it| it.user().map(|user| text(&user.arn));
    path: Text [] "the user's IAM path: `/` or such as `/team/`",
        given(How::String(|it, path| {
            it.user.path = path;
            it.set_arn();
        })),
        |it| it.user().map(|user| text(&user.path));
    age_days: Integer [Users] "days since the user was made; a day that has begun counts",
        given(How::Days(|it, at| it.user.created_at = Fact::Live(at))),
        |it| it.age(it.user().and_then(|user| user.created_at.as_ref()));
    created_on: Text [Users] "the day on which the user was made, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| it.user().and_then(|user| user.created_at.as_ref()).map(|created| day(*created));
    created_at: Time [Users] "when the user was made",
        instead(AGE),
        |it| time(it.user().and_then(|user| user.created_at.as_ref()));
    has_password: Boolean [LoginProfile] "whether the user can sign in to the console with a password",
        given(How::Boolean(|it, has| it.user.password = Fact::Live(has.then(Password::unread)))).hint(PASSWORD),
        |it| it.user().and_then(|user| user.password.as_ref().map(|password| boolean(password.is_some())));
    password: Object of Password [LoginProfile]
        "the user's console password; an error where there is none, so ask `has_password` first",
        given(How::Object(Object::Password, give_password)).hint(PASSWORD),
        |it| {
            it.user().and_then(|user| user.password.as_ref()).map(|password| match password {
                Some(_) => Value::Object(Object::Password),
                None => Value::Absent("the user has no password: ask `has_password` first"),
            })
        };
    has_mfa: Boolean [MfaDevices] "whether an MFA device is enabled for the user",
        given(How::Boolean(give_mfa)),
        |it| it.user().and_then(|user| user.has_mfa.as_ref().map(|has_mfa| boolean(*has_mfa)));
    groups: Texts [AuthorizationDetails] "the names of the user's groups",
        given(How::Strings(|it, names| it.permissions(|of| of.groups = Fact::Live(names)))),
        |it| texts(it, |of| &of.groups);
    attached_policies: Texts [AuthorizationDetails] "the ARNs of the IAM policies that are attached to the user itself",
        given(How::Strings(|it, names| it.permissions(|of| of.attached_policies = Fact::Live(names)))),
        |it| texts(it, |of| &of.attached_policies);
    group_policies: Texts [AuthorizationDetails] "the ARNs of the IAM policies that are attached to the user's groups",
        given(How::Strings(|it, names| it.permissions(|of| of.group_policies = Fact::Live(names)))),
        |it| texts(it, |of| &of.group_policies);
    inline_policies: Texts [AuthorizationDetails] "the names of the IAM policies that are embedded in the user itself",
        given(How::Strings(|it, names| it.permissions(|of| of.inline_policies = Fact::Live(names)))),
        |it| texts(it, |of| &of.inline_policies);
    permissions_boundary: Text [AuthorizationDetails]
        "the ARN of the IAM policy that bounds the user's permissions; empty where there is none",
        given(How::String(|it, arn| {
            it.permissions(|of| of.permissions_boundary = Fact::Live(Some(arn).filter(|arn| !arn.is_empty())));
        })),
        |it| {
            it.permissions()
                .and_then(|of| of.permissions_boundary.as_ref())
                .map(|arn| text(arn.as_deref().unwrap_or("")))
        };
    is_administrator: Boolean [AuthorizationDetails]
        "whether an IAM policy of the user or its groups allows every action on every resource; a boundary is \
        not weighed",
        given(How::Boolean(|it, is| it.permissions(|of| of.is_administrator = Fact::Live(is)))),
        |it| it.permissions().and_then(|of| of.is_administrator.as_ref()).map(|is| boolean(*is));
    is_quarantined: Boolean [AuthorizationDetails]
        "whether AWS has attached one of its policies `AWSCompromisedKeyQuarantine*`: it found a key in public",
        instead("`attached_policies`"),
        |it| it.permissions().and_then(Permissions::is_quarantined).map(boolean);
    access_keys: Objects of AccessKey [AccessKeys] "the user's access keys",
        given(How::Objects(Object::AccessKey, |it, _| it.user.access_keys = Fact::Live(Vec::new()))),
        |it| it.resources(ResourceType::AccessKey, Object::AccessKey);
    mfa_devices: Objects of Mfa [MfaDevices] "the user's MFA devices",
        given(How::Objects(Object::Mfa, give_mfa_devices)),
        |it| it.resources(ResourceType::Mfa, Object::Mfa);
    service_credentials: Objects of ServiceCredential [ServiceCredentials] "the user's service-specific credentials",
        given(How::Objects(Object::ServiceCredential, |it, _| {
            it.user.service_credentials = Fact::Live(Vec::new());
        })),
        |it| it.resources(ResourceType::ServiceCredential, Object::ServiceCredential);
    signing_certificates: Objects of SigningCertificate [SigningCertificates] "the user's signing certificates",
        given(How::Objects(Object::SigningCertificate, |it, _| {
            it.user.signing_certificates = Fact::Live(Vec::new());
        })),
        |it| it.resources(ResourceType::SigningCertificate, Object::SigningCertificate);
    ssh_keys: Objects of SshKey [SshKeys] "the user's SSH public keys",
        given(How::Objects(Object::SshKey, |it, _| it.user.ssh_keys = Fact::Live(Vec::new()))),
        |it| it.resources(ResourceType::SshKey, Object::SshKey);
    ..[TO_ACCOUNT]
};

const METHODS: &[Method] = &[
    Method {
        name: "tag",
        argument: "name",
        given_as: "tags",
        kind: Kind::Text,
        facets: &[Facet::UserTags],
        doc: "the value of a tag of the user; empty where it has no such tag",
        give: given(How::Tags(|it, tags| it.user.tags = Fact::Live(tags))).hint(TAGS),
        read: |it, name| {
            let tags = it.user().and_then(|user| user.tags.as_ref());
            tags.map(|tags| text(tags.get(name).map_or("", String::as_str)))
        },
    },
    Method {
        name: "has_tag",
        argument: "name",
        given_as: "tags",
        kind: Kind::Boolean,
        facets: &[Facet::UserTags],
        doc: "whether the user has a tag of that name",
        give: instead(TAGS),
        read: |it, name| {
            let tags = it.user().and_then(|user| user.tags.as_ref());
            tags.map(|tags| boolean(tags.contains_key(name)))
        },
    },
];

/// What to give, so that it is known whether the user has a password.
const PASSWORD: &str = "`has_password`, or a `password`";

/// What to give, so that the tags are known.
const TAGS: &str = "`tags`, which is `{}` for none";

fn give_password(it: &mut Draft, is_there: bool) {
    if is_there && it.user.password == Fact::Live(None) {
        it.refuse("the case gives the user a password and says that there is none");
    }
}

/// A user without MFA has no devices; one with MFA has some, and which is not given.
fn give_mfa(it: &mut Draft, has: bool) {
    it.user.has_mfa = Fact::Live(has);
    if !has {
        it.user.mfa_devices = Fact::Live(Vec::new());
    }
}

fn give_mfa_devices(it: &mut Draft, count: usize) {
    if it.user.has_mfa == Fact::Live(count == 0) {
        it.refuse(format!("the case gives the user {count} MFA devices"));
    }
    it.user.has_mfa = Fact::Live(count > 0);
    it.user.mfa_devices = Fact::Live(Vec::new());
}

fn texts(it: &Seen<'_>, of: fn(&Permissions) -> &Fact<Vec<String>>) -> Fact<Value> {
    it.permissions().and_then(|permissions| of(permissions).as_ref()).map(|texts| Value::Texts(texts.clone()))
}
