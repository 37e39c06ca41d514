//! What users have beside access keys: passwords, MFA devices, service credentials, certificates and SSH keys.

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    CredentialStatus, Facet, Fact, MfaDevice, MfaKind, Password, ResourceType, ServiceCredential, SigningCertificate,
    SshKey,
};

use super::{
    Kind, Property, Row, Seen, TO_ACCOUNT, TO_USER, Value,
    give::{AGE, DAY, Draft, How, IDLE, USED, count, given, instead, last, push, status_of},
    read::{active, boolean, day, days_up, status, text, time},
};

pub(super) static PASSWORD: Row =
    Row { properties: OF_PASSWORD, begin: |it| it.user.password = Fact::Live(Some(Password::unread())), ..Row::NONE };

const OF_PASSWORD: &[Property] = properties! {
    age_days: Integer [CredentialReport] "days since the password was last set; a day that has begun counts",
        given(How::Days(|it, at| give_password(it, |password| password.changed_at = Fact::Live(at)))),
        |it| it.age(changed_at(it));
    changed_on: Text [CredentialReport] "the day on which the password was last set, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| changed_at(it).map(|changed| day(*changed));
    never_used: Boolean [PasswordLastUsed] "whether no sign-in with the password is on record",
        given(How::Boolean(|it, never| {
            if never {
                give_password(it, |password| password.last_used = Fact::Live(None));
            }
        }))
        .hint(USED),
        |it| last_used(it).map(|used| boolean(used.is_none()));
    idle_days: Integer [PasswordLastUsed]
        "days since the password was last used, or set where it was never used; a day that has begun counts",
        given(How::Days(give_idle)).hint(IDLE),
        |it| {
            last_used(it).and_then(|used| match used {
                Some(at) => Fact::Live(it.days_since(*at)),
                None => it.age(changed_at(it)),
            })
        };
    last_used_on: Text [PasswordLastUsed]
        "the day on which the password was last used, in UTC; empty where it was never used",
        instead(USED),
        |it| last_used(it).map(|used| used.map_or_else(|| text(""), day));
    ..[TO_USER, TO_ACCOUNT]
};

fn give_password(it: &mut Draft, give: impl FnOnce(&mut Password)) {
    if let Some(Some(password)) = it.user.password.value_mut() {
        give(password);
    }
}

fn give_idle(it: &mut Draft, at: Timestamp) {
    let mut was_never_used = false;
    give_password(it, |password| {
        was_never_used = password.last_used == Fact::Live(None);
        password.last_used = Fact::Live(Some(at));
    });
    if was_never_used {
        it.refuse_idle("a password that was never used is idle since it was set");
    }
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
    begin: |it| {
        let device = MfaDevice::unread(serial_number(it, MfaKind::Virtual, count(&it.user.mfa_devices)));
        it.user.has_mfa = Fact::Live(true);
        push(&mut it.user.mfa_devices, device);
    },
    ..Row::NONE
};

const OF_MFA: &[Property] = properties! {
    serial_number: Text [MfaDevices] "the device's serial number; for virtual devices and passkeys an ARN",
        given(How::String(|it, number| {
            last(&mut it.user.mfa_devices, |device| {
                device.kind = Fact::Live(MfaKind::of_serial_number(&number));
                device.serial_number = number;
            });
        })),
        |it| mfa(it).map(|device| text(&device.serial_number));
    kind: Text [MfaDevices] "`virtual`, `hardware` or `passkey`",
        given(How::String(|it, word| it.parsed(&word, give_kind))),
        |it| mfa(it).and_then(|device| device.kind.as_ref()).map(|kind| text(kind.as_str()));
    age_days: Integer [MfaDevices] "days since the device was enabled; a day that has begun counts",
        given(How::Days(|it, at| last(&mut it.user.mfa_devices, |device| device.enabled_at = Fact::Live(at)))),
        |it| it.age(mfa(it).and_then(|device| device.enabled_at.as_ref()));
    enabled_on: Text [MfaDevices] "the day on which the device was enabled, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| mfa(it).and_then(|device| device.enabled_at.as_ref()).map(|at| day(*at));
    ..[TO_USER, TO_ACCOUNT]
};

pub(super) static SERVICE_CREDENTIAL: Row = Row {
    properties: OF_SERVICE_CREDENTIAL,
    named_by: Some("id"),
    begin: |it| {
        let id = format!("ACCAEXAMPLE12{}EXAMPLE", count(&it.user.service_credentials));
        let credential = ServiceCredential {
            status: Fact::Live(CredentialStatus::Active),
            expires_at: Fact::Live(None),
            ..ServiceCredential::unread(id)
        };
        push(&mut it.user.service_credentials, credential);
    },
    ..Row::NONE
};

/// What names the device at a place of the user's list, where a case does not say it.
fn serial_number(it: &Draft, kind: MfaKind, index: usize) -> String {
    let (account, user) = (it.facts.account.id, &it.user.name);
    match kind {
        MfaKind::Virtual => format!("arn:aws:iam::{account}:mfa/{user}-{index}"),
        MfaKind::Passkey => format!("arn:aws:iam::{account}:u2f/user/{user}/key-{index}"),
        MfaKind::Hardware => format!("GAHT1234567{index}"),
    }
}

fn give_kind(it: &mut Draft, kind: MfaKind) {
    let number = serial_number(it, kind, count(&it.user.mfa_devices).saturating_sub(1));
    let mut other = None;
    last(&mut it.user.mfa_devices, |device| match device.kind.value() {
        Some(known) => other = Some(*known).filter(|known| *known != kind),
        None => {
            device.serial_number = number;
            device.kind = Fact::Live(kind);
        }
    });
    if let Some(other) = other {
        it.refuse(format!("the device's serial number is that of a {other} one"));
    }
}

fn mfa<'a>(it: &Seen<'a>) -> Fact<&'a MfaDevice> {
    it.item(|user| user.mfa_devices.as_ref(), Facet::MfaDevices)
}

const OF_SERVICE_CREDENTIAL: &[Property] = properties! {
    id: Text [ServiceCredentials] "the credential's id",
        given(How::String(|it, id| last(&mut it.user.service_credentials, |of| of.id = id))),
        |it| service_credential(it).map(|of| text(&of.id));
    service: Text [ServiceCredentials] "the service that it is for, such as `bedrock`, `codecommit` or `cassandra`",
        given(How::String(|it, service| last(&mut it.user.service_credentials, |of| of.service = Fact::Live(service)))),
        |it| service_credential(it).and_then(|of| of.service.as_ref()).map(|service| text(service));
    active: Boolean [ServiceCredentials] "whether the credential works",
        given(How::Boolean(|it, is| last(&mut it.user.service_credentials, |of| of.status = Fact::Live(status_of(is))))),
        |it| active(service_credential(it).and_then(|of| of.status.as_ref()));
    status: Text [ServiceCredentials] "`Active`, `Inactive` or `Expired`",
        instead("`active`"),
        |it| status(service_credential(it).and_then(|of| of.status.as_ref()));
    age_days: Integer [ServiceCredentials] "days since the credential was made; a day that has begun counts",
        given(How::Days(|it, at| last(&mut it.user.service_credentials, |of| of.created_at = Fact::Live(at)))),
        |it| it.age(service_credential(it).and_then(|of| of.created_at.as_ref()));
    created_on: Text [ServiceCredentials] "the day on which the credential was made, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| service_credential(it).and_then(|of| of.created_at.as_ref()).map(|at| day(*at));
    created_at: Time [ServiceCredentials] "when the credential was made",
        instead(AGE),
        |it| time(service_credential(it).and_then(|of| of.created_at.as_ref()));
    has_expiry: Boolean [ServiceCredentials] "whether the credential expires some day",
        instead("`lifetime_days`"),
        |it| expires_at(it).map(|expires| boolean(expires.is_some()));
    expires_on: Text [ServiceCredentials] "the day on which the credential expires, in UTC; empty where it does not",
        instead("`age_days` beside `lifetime_days`"),
        |it| expires_at(it).map(|expires| expires.map_or_else(|| text(""), day));
    lifetime_days: Integer [ServiceCredentials]
        "days from when the credential was made to when it expires; 0 where it does not expire",
        given(How::Span(DAY, give_lifetime)),
        |it| {
            expires_at(it).and_then(|expires| match expires {
                Some(expires) => {
                    let created_at = service_credential(it).and_then(|of| of.created_at.as_ref());
                    created_at.map(|created| Value::Integer(days_up(expires.duration_since(*created))))
                }
                None => Fact::Live(Value::Integer(0)),
            })
        };
    ..[TO_USER, TO_ACCOUNT]
};

fn service_credential<'a>(it: &Seen<'a>) -> Fact<&'a ServiceCredential> {
    it.item(|user| user.service_credentials.as_ref(), Facet::ServiceCredentials)
}

fn expires_at<'a>(it: &Seen<'a>) -> Fact<&'a Option<Timestamp>> {
    service_credential(it).and_then(|of| of.expires_at.as_ref())
}

pub(super) static SIGNING_CERTIFICATE: Row = Row {
    properties: OF_SIGNING_CERTIFICATE,
    named_by: Some("id"),
    begin: |it| {
        let certificate = SigningCertificate {
            id: Fact::Live(format!("TA7SMP42TDN5Z26OBPJE7EXAMPL{}", count(&it.user.signing_certificates))),
            status: Fact::Live(CredentialStatus::Active),
            ..SigningCertificate::unread()
        };
        push(&mut it.user.signing_certificates, certificate);
    },
    ..Row::NONE
};

/// Where no age is given, a service credential that is judged is assumed to be made at the judged time.
fn give_lifetime(it: &mut Draft, span: SignedDuration) {
    if span.is_zero() {
        return;
    }
    let last_of = it.user.service_credentials.value().and_then(|credentials| credentials.last());
    let made = last_of.and_then(|credential| credential.created_at.value()).copied();
    if made.is_none() {
        if it.kind != ResourceType::ServiceCredential {
            return it.refuse("give the credential `age_days` too");
        }
        it.assume(&["age_days", "created_on", "created_at", "expires_on"]);
    }
    let made = made.unwrap_or(it.as_of);
    let expires_at = it.moved(made, span);
    last(&mut it.user.service_credentials, |credential| {
        credential.created_at = Fact::Live(made);
        credential.expires_at = Fact::Live(Some(expires_at));
    });
}

const OF_SIGNING_CERTIFICATE: &[Property] = properties! {
    id: Text [SigningCertificates] "the certificate's id",
        given(How::String(|it, id| last(&mut it.user.signing_certificates, |of| of.id = Fact::Live(id)))),
        |it| signing_certificate(it).and_then(|of| of.id.as_ref().map(|id| text(id)));
    active: Boolean [SigningCertificates] "whether the certificate can sign requests",
        given(How::Boolean(|it, is| last(&mut it.user.signing_certificates, |of| of.status = Fact::Live(status_of(is))))),
        |it| active(signing_certificate(it).and_then(|of| of.status.as_ref()));
    status: Text [SigningCertificates] "`Active`, `Inactive` or `Expired`",
        instead("`active`"),
        |it| status(signing_certificate(it).and_then(|of| of.status.as_ref()));
    age_days: Integer [SigningCertificates] "days since the certificate was uploaded; a day that has begun counts",
        given(How::Days(|it, at| last(&mut it.user.signing_certificates, |of| of.created_at = Fact::Live(at)))),
        |it| it.age(uploaded_at(it));
    created_on: Text [SigningCertificates]
        "the day on which the certificate was uploaded, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| uploaded_at(it).map(|created| day(*created));
    created_at: Time [SigningCertificates] "when the certificate was uploaded",
        instead(AGE),
        |it| time(uploaded_at(it));
    ..[TO_USER, TO_ACCOUNT]
};

fn signing_certificate<'a>(it: &Seen<'a>) -> Fact<&'a SigningCertificate> {
    it.item(|user| user.signing_certificates.as_ref(), Facet::SigningCertificates)
}

fn uploaded_at<'a>(it: &Seen<'a>) -> Fact<&'a Timestamp> {
    signing_certificate(it).and_then(|of| of.created_at.as_ref())
}

pub(super) static SSH_KEY: Row = Row {
    properties: OF_SSH_KEY,
    named_by: Some("id"),
    begin: |it| {
        let id = format!("APKAEIBAERJR{}EXAMPLE", count(&it.user.ssh_keys));
        let key = SshKey { status: Fact::Live(CredentialStatus::Active), ..SshKey::unread(id) };
        push(&mut it.user.ssh_keys, key);
    },
    ..Row::NONE
};

const OF_SSH_KEY: &[Property] = properties! {
    id: Text [SshKeys] "the SSH key's id",
        given(How::String(|it, id| last(&mut it.user.ssh_keys, |of| of.id = id))),
        |it| ssh_key(it).map(|of| text(&of.id));
    active: Boolean [SshKeys] "whether the SSH key works",
        given(How::Boolean(|it, is| last(&mut it.user.ssh_keys, |of| of.status = Fact::Live(status_of(is))))),
        |it| active(ssh_key(it).and_then(|of| of.status.as_ref()));
    status: Text [SshKeys] "`Active` or `Inactive`",
        instead("`active`"),
        |it| status(ssh_key(it).and_then(|of| of.status.as_ref()));
    age_days: Integer [SshKeys] "days since the SSH key was uploaded; a day that has begun counts",
        given(How::Days(|it, at| last(&mut it.user.ssh_keys, |of| of.created_at = Fact::Live(at)))),
        |it| it.age(ssh_key(it).and_then(|of| of.created_at.as_ref()));
    created_on: Text [SshKeys] "the day on which the SSH key was uploaded, in UTC, such as `2026-03-01`",
        instead(AGE),
        |it| ssh_key(it).and_then(|of| of.created_at.as_ref()).map(|at| day(*at));
    created_at: Time [SshKeys] "when the SSH key was uploaded",
        instead(AGE),
        |it| time(ssh_key(it).and_then(|of| of.created_at.as_ref()));
    ..[TO_USER, TO_ACCOUNT]
};

fn ssh_key<'a>(it: &Seen<'a>) -> Fact<&'a SshKey> {
    it.item(|user| user.ssh_keys.as_ref(), Facet::SshKeys)
}
