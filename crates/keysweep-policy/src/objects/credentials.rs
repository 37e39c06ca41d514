//! What users have beside access keys: passwords, MFA devices, service credentials, certificates and SSH keys.

use jiff::Timestamp;
use keysweep_model::{Facet, Fact};

use super::{
    Kind, Property, Seen, TO_ACCOUNT, TO_USER, Value,
    read::{active, boolean, day, days_up, status, text, time},
};

pub(super) const PASSWORD: &[Property] = &[
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::CredentialReport],
        doc: "days since the password was last set; a day that has begun counts",
        read: |it| it.age(changed_at(it)),
    },
    Property {
        name: "changed_on",
        kind: Kind::Text,
        facets: &[Facet::CredentialReport],
        doc: "the day on which the password was last set, in UTC, such as `2026-03-01`",
        read: |it| changed_at(it).map(|changed| day(*changed)),
    },
    Property {
        name: "never_used",
        kind: Kind::Boolean,
        facets: &[Facet::PasswordLastUsed],
        doc: "whether no sign-in with the password is on record",
        read: |it| last_used(it).map(|used| boolean(used.is_none())),
    },
    Property {
        name: "idle_days",
        kind: Kind::Integer,
        facets: &[Facet::PasswordLastUsed],
        doc: "days since the password was last used, or set where it was never used; a day that has begun counts",
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
        read: |it| last_used(it).map(|used| used.map_or_else(|| text(""), day)),
    },
    TO_USER,
    TO_ACCOUNT,
];

fn changed_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    it.password().and_then(|password| password.changed_at.as_ref())
}

fn last_used<'a>(it: &Seen<'a>) -> Fact<&'a Option<Timestamp>> {
    it.password().and_then(|password| password.last_used.as_ref())
}

pub(super) const MFA: &[Property] = &[
    Property {
        name: "serial_number",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "the device's serial number; for virtual devices and passkeys an ARN",
        read: |it| it.mfa().map(|device| text(&device.serial_number)),
    },
    Property {
        name: "kind",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "`virtual`, `hardware` or `passkey`",
        read: |it| it.mfa().and_then(|device| device.kind.as_ref()).map(|kind| text(kind.as_str())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::MfaDevices],
        doc: "days since the device was enabled; a day that has begun counts",
        read: |it| it.age(it.mfa().and_then(|device| device.enabled_at.as_ref())),
    },
    Property {
        name: "enabled_on",
        kind: Kind::Text,
        facets: &[Facet::MfaDevices],
        doc: "the day on which the device was enabled, in UTC, such as `2026-03-01`",
        read: |it| it.mfa().and_then(|device| device.enabled_at.as_ref()).map(|at| day(*at)),
    },
    TO_USER,
    TO_ACCOUNT,
];

pub(super) const SERVICE_CREDENTIAL: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the credential's id",
        read: |it| it.service_credential().map(|of| text(&of.id)),
    },
    Property {
        name: "service",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the service that it is for, such as `bedrock`, `codecommit` or `cassandra`",
        read: |it| it.service_credential().and_then(|of| of.service.as_ref()).map(|service| text(service)),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::ServiceCredentials],
        doc: "whether the credential works",
        read: |it| active(it.service_credential().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "`Active`, `Inactive` or `Expired`",
        read: |it| status(it.service_credential().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::ServiceCredentials],
        doc: "days since the credential was made; a day that has begun counts",
        read: |it| it.age(it.service_credential().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the day on which the credential was made, in UTC, such as `2026-03-01`",
        read: |it| it.service_credential().and_then(|of| of.created_at.as_ref()).map(|at| day(*at)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::ServiceCredentials],
        doc: "when the credential was made",
        read: |it| time(it.service_credential().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "has_expiry",
        kind: Kind::Boolean,
        facets: &[Facet::ServiceCredentials],
        doc: "whether the credential expires some day",
        read: |it| expires_at(it).map(|expires| boolean(expires.is_some())),
    },
    Property {
        name: "expires_on",
        kind: Kind::Text,
        facets: &[Facet::ServiceCredentials],
        doc: "the day on which the credential expires, in UTC; empty where it does not",
        read: |it| expires_at(it).map(|expires| expires.map_or_else(|| text(""), day)),
    },
    Property {
        name: "lifetime_days",
        kind: Kind::Integer,
        facets: &[Facet::ServiceCredentials],
        doc: "days from when the credential was made to when it expires; 0 where it does not expire",
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

pub(super) const SIGNING_CERTIFICATE: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "the certificate's id",
        read: |it| it.signing_certificate().and_then(|of| of.id.as_ref().map(|id| text(id))),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::SigningCertificates],
        doc: "whether the certificate can sign requests",
        read: |it| active(it.signing_certificate().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "`Active`, `Inactive` or `Expired`",
        read: |it| status(it.signing_certificate().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::SigningCertificates],
        doc: "days since the certificate was uploaded; a day that has begun counts",
        read: |it| it.age(uploaded_at(it)),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::SigningCertificates],
        doc: "the day on which the certificate was uploaded, in UTC, such as `2026-03-01`",
        read: |it| uploaded_at(it).map(|created| day(*created)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::SigningCertificates],
        doc: "when the certificate was uploaded",
        read: |it| time(uploaded_at(it)),
    },
    TO_USER,
    TO_ACCOUNT,
];

fn uploaded_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    it.signing_certificate().and_then(|of| of.created_at.as_ref())
}

pub(super) const SSH_KEY: &[Property] = &[
    Property {
        name: "id",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "the SSH key's id",
        read: |it| it.ssh_key().map(|of| text(&of.id)),
    },
    Property {
        name: "active",
        kind: Kind::Boolean,
        facets: &[Facet::SshKeys],
        doc: "whether the SSH key works",
        read: |it| active(it.ssh_key().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "status",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "`Active` or `Inactive`",
        read: |it| status(it.ssh_key().and_then(|of| of.status.as_ref())),
    },
    Property {
        name: "age_days",
        kind: Kind::Integer,
        facets: &[Facet::SshKeys],
        doc: "days since the SSH key was uploaded; a day that has begun counts",
        read: |it| it.age(it.ssh_key().and_then(|of| of.created_at.as_ref())),
    },
    Property {
        name: "created_on",
        kind: Kind::Text,
        facets: &[Facet::SshKeys],
        doc: "the day on which the SSH key was uploaded, in UTC, such as `2026-03-01`",
        read: |it| it.ssh_key().and_then(|of| of.created_at.as_ref()).map(|at| day(*at)),
    },
    Property {
        name: "created_at",
        kind: Kind::Time,
        facets: &[Facet::SshKeys],
        doc: "when the SSH key was uploaded",
        read: |it| time(it.ssh_key().and_then(|of| of.created_at.as_ref())),
    },
    TO_USER,
    TO_ACCOUNT,
];
