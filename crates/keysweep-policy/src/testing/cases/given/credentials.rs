//! Keys, passwords and other credentials of cases.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_files::{Diagnostic, yaml};
use keysweep_model::{
    AccessKey, Account, Facet, Fact, LastUsed, MfaDevice, MfaKind, Password, ServiceCredential, SigningCertificate,
    SshKey,
};
use serde_yaml::Spanned;

use super::{
    super::raw::{RawKey, RawMfa, RawPassword, RawServiceCredential, RawUpload},
    DAY, Maker, at, moved, status, text,
};
use crate::objects::Object;

/// The properties that say when something was made.
const MADE: [&str; 3] = ["age_days", "created_on", "created_at"];

impl Maker {
    pub(super) fn access_keys(
        &mut self,
        raw: &[&RawKey],
        user: &str,
        place: usize,
        user_made: &mut Option<Timestamp>,
    ) -> Result<Vec<AccessKey>, Diagnostic> {
        let is_user_given = user_made.is_some();
        let mut keys = Vec::with_capacity(raw.len());
        let mut is_order_given = true;
        for (index, key) in raw.iter().enumerate() {
            let default_id = format!("AKIAIOSFODNN{}EXAMPLE", 10 * place + index);
            let id = text(key.id.as_ref(), &default_id).parse().map_err(|error| at(key.id.as_ref(), error))?;
            let made = self.key_made(key, user_made)?;
            let last_used = self.last_used(key)?;
            // Minutes after a user of unknown age do not tell the key's own age.
            let is_age_given = key.age_days.is_some() || key.minutes_after_user.is_some() && is_user_given;
            is_order_given &= is_age_given || made.is_none();
            let is_since_given = key.minutes_after_user.is_some() || is_age_given && is_user_given;
            self.leave(Object::Key, Some(user), index, &MADE.map(|property| (property, is_age_given)));
            self.leave(Object::Key, Some(user), index, &[("minutes_after_user", is_since_given)]);
            let is_idle_given = last_used != Some(LastUsed::Never) || is_age_given;
            self.leave(Object::Key, Some(user), index, &[("idle_days", is_idle_given)]);
            keys.push(AccessKey {
                id: self.read(Facet::AccessKeys, Some(id)),
                status: self.read(Facet::AccessKeys, Some(status(key.active))),
                created_at: self.read(Facet::AccessKeys, made),
                last_used: self.read(Facet::AccessKeyLastUsed, last_used),
            });
        }
        for index in 0..raw.len() {
            let is_given = is_order_given || raw.len() < 2;
            self.leave(Object::Key, Some(user), index, &[("newer_active_keys", is_given)]);
        }
        Ok(keys)
    }

    fn last_used(&self, raw: &RawKey) -> Result<Option<LastUsed>, Diagnostic> {
        let idle_since = self.before(raw.idle_days.as_ref())?;
        if let (Some(true), Some(idle)) = (raw.never_used, &raw.idle_days) {
            return Err(yaml::at(idle, "a key that was never used is idle since it was made")
                .help("give `never_used: true` and `age_days`"));
        }
        Ok(match (raw.never_used, idle_since) {
            (Some(true), _) => Some(LastUsed::Never),
            (Some(false) | None, Some(at)) => {
                let (service, region) = (raw.last_used_service.clone(), raw.last_used_region.clone());
                Some(LastUsed::At { at, service, region })
            }
            (Some(false) | None, None) => None,
        })
    }

    pub(super) fn password(&mut self, raw: &RawPassword, user: &str) -> Result<Password, Diagnostic> {
        let changed_at = self.before(raw.age_days.as_ref())?;
        let idle_since = self.before(raw.idle_days.as_ref())?;
        if let (Some(true), Some(idle)) = (raw.never_used, &raw.idle_days) {
            return Err(yaml::at(idle, "a password that was never used is idle since it was set")
                .help("give `never_used: true` and `age_days`"));
        }
        let last_used = match (raw.never_used, idle_since) {
            (Some(true), _) => Some(None),
            (Some(false) | None, Some(at)) => Some(Some(at)),
            (Some(false) | None, None) => None,
        };
        let is_idle_given = last_used != Some(None) || changed_at.is_some();
        self.leave(Object::Password, Some(user), 0, &[("idle_days", is_idle_given)]);
        Ok(Password {
            changed_at: self.read(Facet::CredentialReport, changed_at),
            last_used: self.read(Facet::PasswordLastUsed, last_used),
        })
    }

    pub(super) fn mfa_devices(
        &mut self,
        raw: &[&RawMfa],
        user: &str,
        account: &Arc<Account>,
    ) -> Result<Vec<MfaDevice>, Diagnostic> {
        let mut devices = Vec::with_capacity(raw.len());
        for (index, device) in raw.iter().enumerate() {
            let kind = mfa_kind(device)?;
            let is_age_given = device.age_days.is_some();
            self.leave(
                Object::Mfa,
                Some(user),
                index,
                &[("kind", kind.is_some()), ("age_days", is_age_given), ("enabled_on", is_age_given)],
            );
            let kind = kind.unwrap_or(MfaKind::Virtual);
            let default = match kind {
                MfaKind::Virtual => format!("arn:aws:iam::{}:mfa/{user}-{index}", account.id),
                MfaKind::Passkey => format!("arn:aws:iam::{}:u2f/user/{user}/key-{index}", account.id),
                MfaKind::Hardware => format!("GAHT1234567{index}"),
            };
            devices.push(MfaDevice {
                serial_number: text(device.serial_number.as_ref(), &default).to_owned(),
                kind,
                enabled_at: self.made(device.age_days.as_ref())?,
            });
        }
        Ok(devices)
    }

    pub(super) fn service_credentials(
        &mut self,
        raw: &[&RawServiceCredential],
        user: &str,
    ) -> Result<Vec<ServiceCredential>, Diagnostic> {
        let mut credentials = Vec::with_capacity(raw.len());
        for (index, credential) in raw.iter().enumerate() {
            let is_age_given = credential.age_days.is_some();
            let created_at = self.made(credential.age_days.as_ref())?;
            let lifetime = credential.lifetime_days.as_ref().filter(|days| days.value != 0.0);
            self.leave(Object::ServiceCredential, Some(user), index, &MADE.map(|property| (property, is_age_given)));
            self.leave(
                Object::ServiceCredential,
                Some(user),
                index,
                &[("service", credential.service.is_some()), ("expires_on", is_age_given || lifetime.is_none())],
            );
            credentials.push(ServiceCredential {
                id: credential.id.clone().unwrap_or_else(|| format!("ACCAEXAMPLE12{index}EXAMPLE")),
                service: credential.service.clone().unwrap_or_default(),
                status: self.read(Facet::ServiceCredentials, Some(status(credential.active))),
                created_at,
                expires_at: lifetime.map(|days| moved(created_at, days, DAY)).transpose()?,
            });
        }
        Ok(credentials)
    }

    pub(super) fn signing_certificates(
        &mut self,
        raw: &[&RawUpload],
        user: &str,
    ) -> Result<Vec<SigningCertificate>, Diagnostic> {
        let mut certificates = Vec::with_capacity(raw.len());
        for (index, upload) in raw.iter().enumerate() {
            let is_age_given = upload.age_days.is_some();
            self.leave(Object::SigningCertificate, Some(user), index, &MADE.map(|property| (property, is_age_given)));
            certificates.push(SigningCertificate {
                id: Fact::Known(upload.id.clone().unwrap_or_else(|| format!("TA7SMP42TDN5Z26OBPJE7EXAMPL{index}"))),
                status: Fact::Known(status(upload.active)),
                created_at: Fact::Known(self.made(upload.age_days.as_ref())?),
            });
        }
        Ok(certificates)
    }

    pub(super) fn ssh_keys(&mut self, raw: &[&RawUpload], user: &str) -> Result<Vec<SshKey>, Diagnostic> {
        let mut keys = Vec::with_capacity(raw.len());
        for (index, upload) in raw.iter().enumerate() {
            let is_age_given = upload.age_days.is_some();
            self.leave(Object::SshKey, Some(user), index, &MADE.map(|property| (property, is_age_given)));
            keys.push(SshKey {
                id: upload.id.clone().unwrap_or_else(|| format!("APKAEIBAERJR{index}EXAMPLE")),
                status: Fact::Known(status(upload.active)),
                created_at: self.made(upload.age_days.as_ref())?,
            });
        }
        Ok(keys)
    }

    /// When something was made; the judged time where that is left out, which no policy gets to see.
    fn made(&self, age_days: Option<&Spanned<f64>>) -> Result<Timestamp, Diagnostic> {
        Ok(self.before(age_days)?.unwrap_or(self.as_of))
    }
}

/// The kind of a device, by its name or its serial number; none where neither is given.
fn mfa_kind(raw: &RawMfa) -> Result<Option<MfaKind>, Diagnostic> {
    let by_number = raw.serial_number.as_ref().map(|number| MfaKind::of_serial_number(&number.value));
    let Some(word) = &raw.kind else { return Ok(by_number) };
    let kind: MfaKind =
        word.value.parse().map_err(|error: keysweep_model::UnknownWord| yaml::at(word, error.to_string()))?;
    match by_number {
        Some(other) if other != kind => {
            Err(yaml::at(word, format!("the device's serial number is that of a {other} one")))
        }
        Some(_) | None => Ok(Some(kind)),
    }
}
