//! The long-lived credentials of IAM users, as facts.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    AccessKeyId, Facet, Fact,
    facts::{facts, values},
    word::words,
};

values!(AccessKeyId, CredentialStatus, LastUsed, MfaKind);

words! {
    /// Whether a credential works. Access keys, service-specific credentials, signing certificates and SSH keys share
    /// these words.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html
    CredentialStatus, "credential status", {
        /// It works.
        Active = "Active",
        /// It was deactivated and can be made active again.
        Inactive = "Inactive",
        /// It has expired.
        Expired = "Expired",
    }
}

facts! {
    /// One access key with what has been read about it so far.
    AccessKey {} facts {
        /// The key's id; a credential report does not tell it.
        Full id: AccessKeyId = AccessKeys,
        /// Whether the key works.
        Full status: CredentialStatus = AccessKeys,
        /// When the key was made.
        Full created_at: Timestamp = AccessKeys,
        /// When and where the key was last used.
        Full last_used: LastUsed = AccessKeyLastUsed,
    }
}

impl AccessKey {
    /// A key that a slot of a credential report may hold: an inactive one, of which the report tells nothing.
    #[must_use]
    pub fn possible() -> Self {
        let last_used = Fact::NotRead(Facet::AccessKeys);
        Self { status: Fact::Possible(CredentialStatus::Inactive), last_used, ..Self::unread() }
    }

    /// Whether the key may not exist.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        matches!(self.status, Fact::Possible(_))
    }
}

/// When an access key last signed a request, as far as AWS records it: the first use in each span of 15 minutes, since
/// 22 April 2015.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Use", into = "Use")]
pub enum LastUsed {
    /// No use is on record.
    Never,
    /// The latest use on record.
    At {
        /// When.
        at: Timestamp,
        /// The service that was called, such as `s3`, where AWS tells.
        service: Option<String>,
        /// The Region that was called; none for global services.
        region: Option<String>,
    },
}

/// A use as files keep it; without a time there was none.
#[derive(Serialize, Deserialize)]
struct Use {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

impl From<LastUsed> for Use {
    fn from(used: LastUsed) -> Self {
        match used {
            LastUsed::Never => Self { at: None, service: None, region: None },
            LastUsed::At { at, service, region } => Self { at: Some(at), service, region },
        }
    }
}

impl From<Use> for LastUsed {
    fn from(Use { at, service, region }: Use) -> Self {
        at.map_or(Self::Never, |at| Self::At { at, service, region })
    }
}

facts! {
    /// The console password of a user.
    Password {} facts {
        /// When it was last set.
        Full changed_at: Timestamp = CredentialReport,
        /// When it was last used; none where no use is on record since 20 October 2014.
        /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
        Full last_used: Option<Timestamp> = PasswordLastUsed,
    }
}

words! {
    /// The kinds of MFA device.
    /// Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html
    MfaKind, "kind of MFA device", {
        /// An authenticator app.
        Virtual = "virtual",
        /// A hardware token that shows codes.
        Hardware = "hardware",
        /// A passkey or a FIDO security key.
        Passkey = "passkey",
    }
}

facts! {
    /// An MFA device of a user.
    MfaDevice {
        /// What names it: a serial number, or for virtual devices and passkeys an ARN.
        serial_number: String,
    } facts {
        /// What it is.
        Bare kind: MfaKind = MfaDevices,
        /// When it was enabled.
        Bare enabled_at: Timestamp = MfaDevices,
    }
}

impl MfaKind {
    /// The kind of the device with this serial number.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_MFADevice.html
    #[must_use]
    pub fn of_serial_number(serial_number: &str) -> Self {
        match serial_number.split(':').nth(5).and_then(|resource| resource.split('/').next()) {
            Some("mfa") => Self::Virtual,
            Some("u2f") => Self::Passkey,
            Some(_) | None => Self::Hardware,
        }
    }
}

facts! {
    /// A credential for one AWS service: an API key for Amazon Bedrock, a password for CodeCommit or Keyspaces.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredentialMetadata.html
    ServiceCredential {
        /// Its id, such as `ACCAEXAMPLE123EXAMPLE`.
        id: String,
    } facts {
        /// The service, such as `bedrock`: its name without `.amazonaws.com`.
        Bare service: String = ServiceCredentials,
        /// Whether it works.
        Full status: CredentialStatus = ServiceCredentials,
        /// When it was made.
        Bare created_at: Timestamp = ServiceCredentials,
        /// When it expires; none where it does not.
        Optional expires_at: Option<Timestamp> = ServiceCredentials,
    }
}

facts! {
    /// An X.509 certificate that signs requests.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_SigningCertificate.html
    SigningCertificate {} facts {
        /// Its id; a credential report does not tell it.
        Full id: String = SigningCertificates,
        /// Whether it works.
        Full status: CredentialStatus = SigningCertificates,
        /// When it was uploaded.
        Full created_at: Timestamp = SigningCertificates,
    }
}

impl SigningCertificate {
    /// A certificate that a slot of a credential report may hold: an inactive one, of which the report tells nothing.
    #[must_use]
    pub fn possible() -> Self {
        Self { status: Fact::Possible(CredentialStatus::Inactive), ..Self::unread() }
    }

    /// Whether the certificate may not exist.
    #[must_use]
    pub fn is_possible(&self) -> bool {
        matches!(self.status, Fact::Possible(_))
    }
}

facts! {
    /// An SSH public key for CodeCommit.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_SSHPublicKeyMetadata.html
    SshKey {
        /// Its id, such as `APKAEXAMPLE`.
        id: String,
    } facts {
        /// Whether it works.
        Full status: CredentialStatus = SshKeys,
        /// When it was uploaded.
        Bare created_at: Timestamp = SshKeys,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_number_tells_the_kind_of_device() {
        let kinds =
            ["arn:aws:iam::111122223333:mfa/ann", "arn:aws:iam::111122223333:u2f/user/ann/key-X", "GAHT12345678"]
                .map(MfaKind::of_serial_number);
        assert_eq!(kinds, [MfaKind::Virtual, MfaKind::Passkey, MfaKind::Hardware]);
    }
}
