//! Root users and password policies of cases.

use keysweep_files::{Diagnostic, yaml};
use keysweep_model::{AccountFacts, Facet, Fact, PasswordPolicy, RootActivity, RootCredentials};

use super::{
    super::raw::{RawPasswordPolicy, RawRoot},
    Maker,
};

impl Maker {
    /// Puts into `facts` what the case gives of the root user.
    pub(super) fn root(&self, raw: &RawRoot, facts: &mut AccountFacts) -> Result<(), Diagnostic> {
        let hardware = raw.has_hardware_mfa.as_ref().map(|has| has.value);
        if let (Some(true), Some(false), Some(has)) = (hardware, raw.has_mfa, &raw.has_hardware_mfa) {
            return Err(yaml::at(has, "a root user without MFA has no hardware MFA"));
        }
        let facet = Facet::AccountSummary;
        let credentials = RootCredentials {
            has_access_key: self.read(facet, raw.has_access_key),
            has_password: self.read(facet, raw.has_password),
            // Hardware MFA is MFA; a root user without it has no hardware device.
            has_mfa: self.read(facet, raw.has_mfa.or(hardware.filter(|has| *has))),
            has_signing_certificate: self.read(facet, raw.has_signing_certificate),
        };
        let is_any_given = hardware.is_some() || credentials != RootCredentials::unread();
        facts.root_credentials = self.read(facet, is_any_given.then_some(credentials));
        facts.root_has_virtual_mfa = self.read(Facet::RootMfa, hardware.map(|has| !has));
        facts.root_activity = self.read(Facet::CredentialReport, self.root_activity(raw)?);
        Ok(())
    }

    fn root_activity(&self, raw: &RawRoot) -> Result<Option<RootActivity>, Diagnostic> {
        let idle_since = self.before(raw.idle_days.as_ref())?;
        let password_last_used = match (raw.never_used, idle_since) {
            (Some(true), _) => None,
            (Some(false) | None, Some(at)) => Some(at),
            (Some(false) | None, None) => return Ok(None),
        };
        Ok(Some(RootActivity {
            created_at: self.read(Facet::CredentialReport, idle_since),
            password_last_used: Fact::Live(password_last_used),
            access_keys_last_used: Fact::Live(Vec::new()),
        }))
    }

    /// The account's rules for passwords.
    pub(super) fn password_policy(&self, raw: Option<&RawPasswordPolicy>) -> Option<PasswordPolicy> {
        let raw = raw?;
        let facet = Facet::PasswordPolicy;
        let above_zero = |number: Option<u32>| number.map(|number| Some(number).filter(|number| *number > 0));
        Some(PasswordPolicy {
            minimum_length: self.read(facet, raw.minimum_length),
            reuse_prevention: self.read(facet, above_zero(raw.reuse_prevention)),
            max_age_days: self.read(facet, above_zero(raw.max_age_days)),
            require_symbols: self.read(facet, raw.require_symbols),
            require_numbers: self.read(facet, raw.require_numbers),
            require_uppercase: self.read(facet, raw.require_uppercase),
            require_lowercase: self.read(facet, raw.require_lowercase),
            users_may_change: self.read(facet, raw.users_may_change),
        })
    }
}
