//! Root users and password policies of cases.

use keysweep_files::{Diagnostic, yaml};
use keysweep_model::{Facet, Fact, LastUsed, PasswordPolicy, RootActivity, RootCredentials, RootUser};

use super::{
    super::raw::{RawPasswordPolicy, RawRoot},
    Maker,
};
use crate::objects::Object;

impl Maker {
    pub(super) fn root(&mut self, raw: &RawRoot) -> Result<RootUser, Diagnostic> {
        let hardware = raw.has_hardware_mfa.as_ref().map(|has| has.value);
        if let (Some(true), Some(false), Some(has)) = (hardware, raw.has_mfa, &raw.has_hardware_mfa) {
            return Err(yaml::at(has, "a root user without MFA has no hardware MFA"));
        }
        // Hardware MFA is MFA; a root user without it has no hardware device.
        let has_mfa = raw.has_mfa.or(hardware.filter(|has| *has));
        let given = [
            ("has_access_key", raw.has_access_key.is_some()),
            ("has_password", raw.has_password.is_some()),
            ("has_mfa", has_mfa.is_some()),
            ("has_signing_certificate", raw.has_signing_certificate.is_some()),
        ];
        self.leave(Object::Root, None, 0, &given);
        let is_hardware_given = hardware.is_some() || has_mfa == Some(false);
        self.leave(Object::Root, None, 0, &[("has_hardware_mfa", is_hardware_given)]);
        let is_any_given = is_hardware_given || given.iter().any(|(_, is_given)| *is_given);
        let credentials = is_any_given.then(|| RootCredentials {
            has_access_key: Fact::Known(raw.has_access_key.unwrap_or_default()),
            has_password: Fact::Known(raw.has_password.unwrap_or_default()),
            has_mfa: Fact::Known(has_mfa.unwrap_or(hardware.is_some())),
            has_signing_certificate: Fact::Known(raw.has_signing_certificate.unwrap_or_default()),
        });
        // Whether a device is virtual is asked only of a root user with MFA.
        let has_virtual_mfa = hardware.map(|has| !has).or((has_mfa == Some(true)).then_some(true));
        let activity = self.root_activity(raw)?;
        Ok(RootUser {
            credentials: self.read(Facet::AccountSummary, credentials),
            has_virtual_mfa: self.read(Facet::RootMfa, has_virtual_mfa),
            activity: self.read(Facet::CredentialReport, activity),
        })
    }

    fn root_activity(&mut self, raw: &RawRoot) -> Result<Option<RootActivity>, Diagnostic> {
        let idle_since = self.before(raw.idle_days.as_ref())?;
        let created_at = idle_since.unwrap_or(self.as_of);
        self.leave(Object::Root, None, 0, &[("idle_days", idle_since.is_some())]);
        Ok(match (raw.never_used, idle_since) {
            (Some(true), _) => {
                let access_keys_last_used = vec![LastUsed::Never];
                Some(RootActivity { created_at, password_last_used: None, access_keys_last_used })
            }
            (Some(false) | None, Some(at)) => {
                let password_last_used = Some(at);
                Some(RootActivity { created_at, password_last_used, access_keys_last_used: Vec::new() })
            }
            (Some(false) | None, None) => None,
        })
    }

    /// The account's rules for passwords; of those that it has, what is not given is left out.
    pub(super) fn password_policy(&mut self, raw: Option<&RawPasswordPolicy>) -> Option<PasswordPolicy> {
        let raw = raw?;
        self.leave(
            Object::PasswordPolicy,
            None,
            0,
            &[
                ("minimum_length", raw.minimum_length.is_some()),
                ("reuse_prevention", raw.reuse_prevention.is_some()),
                ("max_age_days", raw.max_age_days.is_some()),
                ("require_symbols", raw.require_symbols.is_some()),
                ("require_numbers", raw.require_numbers.is_some()),
                ("require_uppercase", raw.require_uppercase.is_some()),
                ("require_lowercase", raw.require_lowercase.is_some()),
                ("users_may_change", raw.users_may_change.is_some()),
            ],
        );
        Some(PasswordPolicy {
            minimum_length: raw.minimum_length.unwrap_or_default(),
            reuse_prevention: raw.reuse_prevention.filter(|count| *count > 0),
            max_age_days: raw.max_age_days.filter(|days| *days > 0),
            require_symbols: raw.require_symbols.unwrap_or_default(),
            require_numbers: raw.require_numbers.unwrap_or_default(),
            require_uppercase: raw.require_uppercase.unwrap_or_default(),
            require_lowercase: raw.require_lowercase.unwrap_or_default(),
            users_may_change: raw.users_may_change.unwrap_or_default(),
        })
    }
}
