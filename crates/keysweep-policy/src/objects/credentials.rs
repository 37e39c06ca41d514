//! What users have beside access keys: passwords, MFA devices, service credentials, certificates and SSH keys.

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    CredentialStatus, Facet, Fact, MfaDevice, MfaKind, Password, ResourceType, ServiceCredential, SigningCertificate,
    SshKey,
};

use super::{
    Kind, Property, Row, Seen, TO_ACCOUNT, TO_USER, Value,
    give::{AGE, DAY, Draft, How, IDLE, USED, count, given, instead, push, status_of},
    read::{active, boolean, day, days_up, status, text, time},
};

pub(super) static PASSWORD: Row = Row {
    properties: OF_PASSWORD,
    begin: |it| it.password = Password::unread(),
    keep: |it| it.user.password = Fact::Live(Some(it.password.clone())),
    ..Row::NONE
};

const OF_PASSWORD: &[Property] = &[
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::CredentialReport],
        doc: "days since the password was last set; a day that has begun counts",
        give: given(How::Days(|it, at| it.password.changed_at = Fact::Live(at))),
        read: |it| it.age(changed_at(it)),
    },
    Property {
        name: "changed_on",
        kind: Kind::Text,
        facets: &[Facet::CredentialReport],
        doc: "the day on which the password was last set, in UTC, such as `2026-03-01`",
        give: instead(AGE),
        read: |it| changed_at(it).map(|changed| day(*changed)),
    },
    Property {
        name: "never_used",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordLastUsed],
        doc: "whether no sign-in with the password is on record",
        give: given(How::Boolean(|it, never| {
            if never {
                it.password.last_used = Fact::Live(None);
            }
        }))
        .hint(USED),
        read: |it| last_used(it).map(|used| boolean(used.is_none())),
    },
    Property {
        name: "idle_days",
        kind: Kind::Integer,
        facets: &[Facet::PasswordLastUsed],
        doc: "days since the password was last used, or set where it was never used; a day that has begun counts",
        give: given(How::Days(give_idle)).hint(IDLE),
        read: |it| {
            last_used(it).and_then(|used| match used {
                Some(at) => Fact::Live(it.days_since(*at)),
                None => it.age(changed_at(it)),
            })
        },
    },
    Property {
        name: "last_used_on",
        kind: Kind::Text,
        facets: &[Facet::PasswordLastUsed],
        doc: "the day on which the password was last used, in UTC; empty where it was never used",
        give: instead(USED),
        read: |it| last_used(it).map(|used| used.map_or_else(|| text(""), day)),
    },
    TO_USER,
    TO_ACCOUNT,
];

fn give_idle(it: &mut Draft, at: Timestamp) {
    if it.password.last_used == Fact::Live(None) {
        it.refuse_idle("a password that was never used is idle since it was set");
    }
    it.password.last_used = Fact::Live(Some(at));
}

fn changed_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    it.password().and_then(|password| password.changed_at.as_ref())
}

fn last_used<'a>(it: &Seen<'a>) -> Fact<&'a Option<Timestamp>> {
    it.password().and_then(|password| password.last_used.as_ref())
}

pub(super) static MFA: Row = Row {
    properties: OF_MFA,
    named_by: Some("serial_number"),
    begin: |it| it.mfa = MfaDevice::unread(serial_number(it, MfaKind::Virtual)),
    keep: |it| {
        it.user.has_mfa = Fact::Live(true);
        push(&mut it.user.mfa_devices, it.mfa.clone());
    },
    ..Row::NONE
};

const OF_MFA: &[Property] = &[
    Property {
        name: "serial_number",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "the device's serial number; for virtual devices and passkeys an ARN",
        give: given(How::String(|it, number| {
            it.mfa.kind = Fact::Live(MfaKind::of_serial_number(&number));
            it.mfa.serial_number = number;
        })),
        read: |it| it.mfa().map(|device| text(&device.serial_number)),
    },
    Property {
        name: "kind",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "`virtual`, `hardware` or `passkey`",
        give: given(How::String(|it, word| it.parsed(&word, give_kind))),
        read: |it| it.mfa().and_then(|device| device.kind.as_ref()).map(|kind| text(kind.as_str())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::MfaDevices],
        doc: "days since the device was enabled; a day that has begun counts",
        give: given(How::Days(|it, at| it.mfa.enabled_at = Fact::Live(at))),
        read: |it| it.age(it.mfa().and_then(|device| device.enabled_at.as_ref())),
    },
    Property {
        name: "enabled_on",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "the day on which the device was enabled, in UTC, such as `2026-03-01`",
        give: instead(AGE),
        read: |it| it.mfa().and_then(|device| device.enabled_at.as_ref()).map(|at| day(*at)),
    },
    TO_USER,
    TO_ACCOUNT,
];

pub(super) static SERVICE_CREDENTIAL: Row = Row {
    properties: OF_SERVICE_CREDENTIAL,
    named_by: Some("id"),
    begin: |it| {
        let id = format!("ACCAEXAMPLE12{}EXAMPLE", count(&it.user.service_credentials));
        it.service_credential = ServiceCredential {
            status: Fact::Live(CredentialStatus::Active),
            expires_at: Fact::Live(None),
            ..ServiceCredential::unread(id)
        };
    },
    keep: |it| push(&mut it.user.service_credentials, it.service_credential.clone()),
    ..Row::NONE
};

/// What names the next device of the user where a case does not say it.
fn serial_number(it: &Draft, kind: MfaKind) -> String {
    let (account, user, index) = (it.facts.account.id, &it.user.name, count(&it.user.mfa_devices));
    match kind {
        MfaKind::Virtual => format!("arn:aws:iam::{account}:mfa/{user}-{index}"),
        MfaKind::Passkey => format!("arn:aws:iam::{account}:u2f/user/{user}/key-{index}"),
        MfaKind::Hardware => format!("GAHT1234567{index}"),
    }
}

fn give_kind(it: &mut Draft, kind: MfaKind) {
    match it.mfa.kind.value() {
        Some(other) if *other != kind => it.refuse(format!("the device's serial number is that of a {other} one")),
        Some(_) => {}
        None => {
            it.mfa.serial_number = serial_number(it, kind);
            it.mfa.kind = Fact::Live(kind);
        }
    }
}

const OF_SERVICE_CREDENTIAL: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the credential's id",
        give: given(How::String(|it, id| it.service_credential.id = id)),
        read: |it| it.service_credential().map(|of| text(&of.id)),
    },
    Property {
        name: "service",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the service that it is for, such as `bedrock`, `codecommit` or `cassandra`",
        give: given(How::String(|it, service| it.service_credential.service = Fact::Live(service))),
        read: |it| it.service_credential().and_then(|of| of.service.as_ref()).map(|service| text(service)),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::ServiceCredentials],
        doc: "whether the credential works",
        give: given(How::Boolean(|it, is| it.service_credential.status = Fact::Live(status_of(is)))),
        read: |it| active(it.service_credential().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "`Active`, `Inactive` or `Expired`",
        give: instead("`active`"),
        read: |it| status(it.service_credential().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::ServiceCredentials],
        doc: "days since the credential was made; a day that has begun counts",
        give: given(How::Days(|it, at| it.service_credential.created_at = Fact::Live(at))),
        read: |it| it.age(it.service_credential().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the day on which the credential was made, in UTC, such as `2026-03-01`",
        give: instead(AGE),
        read: |it| it.service_credential().and_then(|of| of.created_at.as_ref()).map(|at| day(*at)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::ServiceCredentials],
        doc: "when the credential was made",
        give: instead(AGE),
        read: |it| time(it.service_credential().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "has_expiry",
        kind: Kind::Boolean,
        facets: &[Facet::ServiceCredentials],
        doc: "whether the credential expires some day",
        give: instead("`lifetime_days`"),
        read: |it| expires_at(it).map(|expires| boolean(expires.is_some())),
    },
    Property {
        name: "expires_on",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the day on which the credential expires, in UTC; empty where it does not",
        give: instead("`age_days` beside `lifetime_days`"),
        read: |it| expires_at(it).map(|expires| expires.map_or_else(|| text(""), day)),
    },
    Property {
        name: "lifetime_days",
        kind: Kind::Integer,
        facets: &[Facet::ServiceCredentials],
        doc: "days from when the credential was made to when it expires; 0 where it does not expire",
        give: given(How::Span(DAY, give_lifetime)),
        read: |it| {
            expires_at(it).and_then(|expires| match expires {
                Some(expires) => {
                    let created_at = it.service_credential().and_then(|of| of.created_at.as_ref());
                    created_at.map(|created| Value::Integer(days_up(expires.duration_since(*created))))
                }
                None => Fact::Live(Value::Integer(0)),
            })
        },
    },
    TO_USER,
    TO_ACCOUNT,
];

fn expires_at<'a>(it: &Seen<'a>) -> Fact<&'a Option<Timestamp>> {
    it.service_credential().and_then(|of| of.expires_at.as_ref())
}

pub(super) static SIGNING_CERTIFICATE: Row = Row {
    properties: OF_SIGNING_CERTIFICATE,
    named_by: Some("id"),
    begin: |it| {
        it.signing_certificate = SigningCertificate {
            id: Fact::Live(format!("TA7SMP42TDN5Z26OBPJE7EXAMPL{}", count(&it.user.signing_certificates))),
            status: Fact::Live(CredentialStatus::Active),
            ..SigningCertificate::unread()
        };
    },
    keep: |it| push(&mut it.user.signing_certificates, it.signing_certificate.clone()),
    ..Row::NONE
};

/// Where no age is given, a service credential that is judged is assumed to be made at the judged time.
fn give_lifetime(it: &mut Draft, span: SignedDuration) {
    if span.is_zero() {
        return;
    }
    let made = it.service_credential.created_at.value().copied();
    if made.is_none() {
        if it.kind != ResourceType::ServiceCredential {
            return it.refuse("give the credential `age_days` too");
        }
        it.service_credential.created_at = Fact::Live(it.as_of);
        it.assume(&["age_days", "created_on", "created_at", "expires_on"]);
    }
    it.service_credential.expires_at = Fact::Live(Some(it.moved(made.unwrap_or(it.as_of), span)));
}

const OF_SIGNING_CERTIFICATE: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "the certificate's id",
        give: given(How::String(|it, id| it.signing_certificate.id = Fact::Live(id))),
        read: |it| it.signing_certificate().and_then(|of| of.id.as_ref().map(|id| text(id))),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::SigningCertificates],
        doc: "whether the certificate can sign requests",
        give: given(How::Boolean(|it, is| it.signing_certificate.status = Fact::Live(status_of(is)))),
        read: |it| active(it.signing_certificate().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "`Active`, `Inactive` or `Expired`",
        give: instead("`active`"),
        read: |it| status(it.signing_certificate().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::SigningCertificates],
        doc: "days since the certificate was uploaded; a day that has begun counts",
        give: given(How::Days(|it, at| it.signing_certificate.created_at = Fact::Live(at))),
        read: |it| it.age(uploaded_at(it)),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "the day on which the certificate was uploaded, in UTC, such as `2026-03-01`",
        give: instead(AGE),
        read: |it| uploaded_at(it).map(|created| day(*created)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::SigningCertificates],
        doc: "when the certificate was uploaded",
        give: instead(AGE),
        read: |it| time(uploaded_at(it)),
    },
    TO_USER,
    TO_ACCOUNT,
];

fn uploaded_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    it.signing_certificate().and_then(|of| of.created_at.as_ref())
}

pub(super) static SSH_KEY: Row = Row {
    properties: OF_SSH_KEY,
    named_by: Some("id"),
    begin: |it| {
        let id = format!("APKAEIBAERJR{}EXAMPLE", count(&it.user.ssh_keys));
        it.ssh_key = SshKey { status: Fact::Live(CredentialStatus::Active), ..SshKey::unread(id) };
    },
    keep: |it| push(&mut it.user.ssh_keys, it.ssh_key.clone()),
    ..Row::NONE
};

const OF_SSH_KEY: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "the SSH key's id",
        give: given(How::String(|it, id| it.ssh_key.id = id)),
        read: |it| it.ssh_key().map(|of| text(&of.id)),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::SshKeys],
        doc: "whether the SSH key works",
        give: given(How::Boolean(|it, is| it.ssh_key.status = Fact::Live(status_of(is)))),
        read: |it| active(it.ssh_key().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "`Active` or `Inactive`",
        give: instead("`active`"),
        read: |it| status(it.ssh_key().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::SshKeys],
        doc: "days since the SSH key was uploaded; a day that has begun counts",
        give: given(How::Days(|it, at| it.ssh_key.created_at = Fact::Live(at))),
        read: |it| it.age(it.ssh_key().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "the day on which the SSH key was uploaded, in UTC, such as `2026-03-01`",
        give: instead(AGE),
        read: |it| it.ssh_key().and_then(|of| of.created_at.as_ref()).map(|at| day(*at)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::SshKeys],
        doc: "when the SSH key was uploaded",
        give: instead(AGE),
        read: |it| time(it.ssh_key().and_then(|of| of.created_at.as_ref())),
    },
    TO_USER,
    TO_ACCOUNT,
];
