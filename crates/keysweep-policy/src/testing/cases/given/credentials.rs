//! Keys, passwords and other credentials of cases.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_files::{Diagnostic, yaml};
use keysweep_model::{
    AccessKey, Account, Facet, LastUsed, MfaDevice, MfaKind, Password, ResourceType, ServiceCredential,
    SigningCertificate, SshKey,
};

use super::{
    super::raw::{RawKey, RawMfa, RawPassword, RawServiceCredential, RawUpload},
    DAY, MADE, Maker, at, moved, status, text,
};

impl Maker {
    pub(super) fn access_keys(
        &mut self,
        raw: &[&RawKey],
        place: usize,
        user_made: &mut Option<Timestamp>,
    ) -> Result<Vec<AccessKey>, Diagnostic> {
        let mut keys = Vec::with_capacity(raw.len());
        for (index, key) in raw.iter().enumerate() {
            let default_id = format!("AKIAIOSFODNN{}EXAMPLE", 10 * place + index);
            let id = text(key.id.as_ref(), &default_id).parse().map_err(|error| at(key.id.as_ref(), error))?;
            let made = self.key_made(key, user_made)?;
            keys.push(AccessKey {
                id: self.read(Facet::AccessKeys, Some(id)),
                status: self.read(Facet::AccessKeys, Some(status(key.active))),
                created_at: self.read(Facet::AccessKeys, made),
                last_used: self.read(Facet::AccessKeyLastUsed, self.last_used(key)?),
            });
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

    pub(super) fn password(&self, raw: &RawPassword) -> Result<Password, Diagnostic> {
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
        Ok(Password {
            changed_at: self.read(Facet::CredentialReport, changed_at),
            last_used: self.read(Facet::PasswordLastUsed, last_used),
        })
    }

    pub(super) fn mfa_devices(
        &self,
        raw: &[&RawMfa],
        user: &str,
        account: &Arc<Account>,
    ) -> Result<Vec<MfaDevice>, Diagnostic> {
        let mut devices = Vec::with_capacity(raw.len());
        for (index, device) in raw.iter().enumerate() {
            let kind = mfa_kind(device)?;
            let default = match kind.unwrap_or(MfaKind::Virtual) {
                MfaKind::Virtual => format!("arn:aws:iam::{}:mfa/{user}-{index}", account.id),
                MfaKind::Passkey => format!("arn:aws:iam::{}:u2f/user/{user}/key-{index}", account.id),
                MfaKind::Hardware => format!("GAHT1234567{index}"),
            };
            devices.push(MfaDevice {
                serial_number: text(device.serial_number.as_ref(), &default).to_owned(),
                kind: self.read(Facet::MfaDevices, kind),
                enabled_at: self.read(Facet::MfaDevices, self.before(device.age_days.as_ref())?),
            });
        }
        Ok(devices)
    }

    pub(super) fn service_credentials(
        &mut self,
        raw: &[&RawServiceCredential],
    ) -> Result<Vec<ServiceCredential>, Diagnostic> {
        let facet = Facet::ServiceCredentials;
        let mut credentials = Vec::with_capacity(raw.len());
        for (index, credential) in raw.iter().enumerate() {
            let mut made = self.before(credential.age_days.as_ref())?;
            let lifetime = credential.lifetime_days.as_ref().filter(|days| days.value != 0.0);
            if let (Some(lifetime), None) = (lifetime, made) {
                if self.kind != ResourceType::ServiceCredential {
                    return Err(yaml::at(lifetime, "give the credential `age_days` too"));
                }
                made = Some(self.as_of);
                self.assume("", &MADE);
                self.assume("", &["expires_on"]);
            }
            let expires_at = lifetime.map(|days| moved(made.unwrap_or(self.as_of), days, DAY)).transpose()?;
            credentials.push(ServiceCredential {
                id: credential.id.clone().unwrap_or_else(|| format!("ACCAEXAMPLE12{index}EXAMPLE")),
                service: self.read(facet, credential.service.clone()),
                status: self.read(facet, Some(status(credential.active))),
                created_at: self.read(facet, made),
                expires_at: self.read(facet, Some(expires_at)),
            });
        }
        Ok(credentials)
    }

    pub(super) fn signing_certificates(&self, raw: &[&RawUpload]) -> Result<Vec<SigningCertificate>, Diagnostic> {
        let facet = Facet::SigningCertificates;
        let certificate = |(index, upload): (usize, &&RawUpload)| {
            let id = upload.id.clone().unwrap_or_else(|| format!("TA7SMP42TDN5Z26OBPJE7EXAMPL{index}"));
            Ok(SigningCertificate {
                id: self.read(facet, Some(id)),
                status: self.read(facet, Some(status(upload.active))),
                created_at: self.read(facet, self.before(upload.age_days.as_ref())?),
            })
        };
        raw.iter().enumerate().map(certificate).collect()
    }

    pub(super) fn ssh_keys(&self, raw: &[&RawUpload]) -> Result<Vec<SshKey>, Diagnostic> {
        let key = |(index, upload): (usize, &&RawUpload)| {
            Ok(SshKey {
                id: upload.id.clone().unwrap_or_else(|| format!("APKAEIBAERJR{index}EXAMPLE")),
                status: self.read(Facet::SshKeys, Some(status(upload.active))),
                created_at: self.read(Facet::SshKeys, self.before(upload.age_days.as_ref())?),
            })
        };
        raw.iter().enumerate().map(key).collect()
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
