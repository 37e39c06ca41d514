//! Users of cases.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_files::{Diagnostic, yaml};
use keysweep_model::{Account, Facet, Permissions, ResourceType, User};

use super::{
    super::raw::{RawKey, RawMfa, RawPassword, RawServiceCredential, RawUpload, RawUser},
    MADE, Maker, at, moved, text,
};

/// What a user has, as far as a case gives it.
pub(super) struct Lists<'a> {
    pub(super) access_keys: Option<Vec<&'a RawKey>>,
    /// None where it is not given whether there is one; within, none where there is none.
    pub(super) password: Option<Option<&'a RawPassword>>,
    pub(super) has_mfa: Option<bool>,
    pub(super) mfa_devices: Option<Vec<&'a RawMfa>>,
    pub(super) service_credentials: Option<Vec<&'a RawServiceCredential>>,
    pub(super) signing_certificates: Option<Vec<&'a RawUpload>>,
    pub(super) ssh_keys: Option<Vec<&'a RawUpload>>,
}

/// A password of which nothing is given but that there is one.
const SOME_PASSWORD: &RawPassword = &RawPassword { age_days: None, idle_days: None, never_used: None };

impl<'a> Lists<'a> {
    pub(super) fn of(raw: &'a RawUser) -> Result<Self, Diagnostic> {
        let password = match (&raw.has_password, &raw.password) {
            (Some(has), Some(_)) if !has.value => {
                return Err(yaml::at(has, "the case gives the user a password and says that there is none"));
            }
            (_, Some(password)) => Some(Some(&password.value)),
            (Some(has), None) => Some(has.value.then_some(SOME_PASSWORD)),
            (None, None) => None,
        };
        let devices = raw.mfa_devices.as_ref().map(|devices| devices.value.iter().collect::<Vec<_>>());
        let has_mfa = match (&raw.has_mfa, &devices) {
            (Some(has), Some(devices)) if has.value == devices.is_empty() => {
                return Err(yaml::at(has, format!("the case gives the user {} MFA devices", devices.len())));
            }
            (Some(has), _) => Some(has.value),
            (None, devices) => devices.as_ref().map(|devices| !devices.is_empty()),
        };
        Ok(Self {
            access_keys: raw.access_keys.as_ref().map(|keys| keys.value.iter().collect()),
            password,
            has_mfa,
            // A user without MFA has no devices; one with MFA has some, and which is not given.
            mfa_devices: devices.or(has_mfa.filter(|has| !has).map(|_| Vec::new())),
            service_credentials: raw.service_credentials.as_ref().map(|list| list.value.iter().collect()),
            signing_certificates: raw.signing_certificates.as_ref().map(|list| list.value.iter().collect()),
            ssh_keys: raw.ssh_keys.as_ref().map(|list| list.value.iter().collect()),
        })
    }
}

impl Maker {
    /// The user at this place of its account.
    pub(super) fn user(
        &mut self,
        raw: &RawUser,
        lists: &Lists<'_>,
        place: usize,
        account: &Arc<Account>,
    ) -> Result<User, Diagnostic> {
        let default = if place == 0 { "alice".to_owned() } else { format!("user-{}", place + 1) };
        let (name, path) = (text(raw.name.as_ref(), &default), raw.path.as_deref().unwrap_or("/"));
        let arn = format!("arn:aws:iam::{}:user{path}{name}", account.id);
        let mut made = self.before(raw.age_days.as_ref())?;
        let keys = lists.access_keys.as_deref().map(|keys| self.access_keys(keys, place, &mut made)).transpose()?;
        let password = lists.password.map(|password| password.map(|it| self.password(it)).transpose());
        let devices = lists.mfa_devices.as_deref().map(|devices| self.mfa_devices(devices, name, account));
        let permissions = self.permissions(raw);
        let credentials = lists.service_credentials.as_deref().map(|list| self.service_credentials(list));
        let certificates = lists.signing_certificates.as_deref().map(|list| self.signing_certificates(list));
        let ssh_keys = lists.ssh_keys.as_deref().map(|list| self.ssh_keys(list));
        let parsed = name.parse().map_err(|error| at(raw.name.as_ref(), error))?;
        Ok(User {
            created_at: self.read(Facet::Users, made),
            tags: self.read(Facet::UserTags, raw.tags.clone()),
            access_keys: self.read(Facet::AccessKeys, keys),
            password: self.read(Facet::LoginProfile, password.transpose()?),
            has_mfa: self.read(Facet::MfaDevices, lists.has_mfa),
            mfa_devices: self.read(Facet::MfaDevices, devices.transpose()?),
            permissions: self.read(Facet::AuthorizationDetails, permissions),
            service_credentials: self.read(Facet::ServiceCredentials, credentials.transpose()?),
            signing_certificates: self.read(Facet::SigningCertificates, certificates.transpose()?),
            ssh_keys: self.read(Facet::SshKeys, ssh_keys.transpose()?),
            ..User::unread(parsed, arn, path.to_owned())
        })
    }

    /// The user's permissions; none where none of them is given.
    fn permissions(&self, raw: &RawUser) -> Option<Permissions> {
        let facet = Facet::AuthorizationDetails;
        let boundary = raw.permissions_boundary.clone().map(|arn| Some(arn).filter(|arn| !arn.is_empty()));
        let permissions = Permissions {
            groups: self.read(facet, raw.groups.clone()),
            attached_policies: self.read(facet, raw.attached_policies.clone()),
            group_policies: self.read(facet, raw.group_policies.clone()),
            inline_policies: self.read(facet, raw.inline_policies.clone()),
            is_administrator: self.read(facet, raw.is_administrator),
            permissions_boundary: self.read(facet, boundary),
        };
        (permissions != Permissions::unread()).then_some(permissions)
    }

    /// When a key was made, by its age or by the minutes after its user. Where neither the age of the key nor that of its
    /// user is given, it is assumed to be made at the judged time.
    pub(super) fn key_made(
        &mut self,
        raw: &RawKey,
        user_made: &mut Option<Timestamp>,
    ) -> Result<Option<Timestamp>, Diagnostic> {
        const MINUTE: f64 = 60.0;
        let made = self.before(raw.age_days.as_ref())?;
        let Some(minutes) = &raw.minutes_after_user else { return Ok(made) };
        match (made, *user_made) {
            (Some(_), Some(_)) => Err(yaml::at(minutes, "the ages of the key and of its user tell this already")),
            (Some(made), None) => {
                *user_made = Some(moved(made, minutes, -MINUTE)?);
                Ok(Some(made))
            }
            (None, Some(user)) => moved(user, minutes, MINUTE).map(Some),
            (None, None) if self.kind != ResourceType::AccessKey => {
                Err(yaml::at(minutes, "give the key or its user `age_days` too"))
            }
            (None, None) => {
                *user_made = Some(moved(self.as_of, minutes, -MINUTE)?);
                self.assume("", &MADE);
                self.assume("", &["newer_active_keys"]);
                self.assume("user.", &MADE);
                Ok(Some(self.as_of))
            }
        }
    }
}
