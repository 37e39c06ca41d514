//! The long-lived credentials of IAM users, as facts.

use jiff::Timestamp;

use crate::{AccessKeyId, Fact, word::words};

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

/// One access key with what has been read about it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessKey {
    /// The key's id; a credential report does not tell it.
    pub id: Fact<AccessKeyId>,
    /// Whether the key works.
    pub status: Fact<CredentialStatus>,
    /// When the key was made.
    pub created_at: Fact<Timestamp>,
    /// When and where the key was last used.
    pub last_used: Fact<LastUsed>,
}

/// When an access key last signed a request, as far as AWS records it: the first use in each span of 15 minutes, since
/// 22 April 2015.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// The console password of a user.
#[derive(Debug, Clone, PartialEq)]
pub struct Password {
    /// When it was last set.
    pub changed_at: Fact<Timestamp>,
    /// When it was last used; none where no use is on record since 20 October 2014.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_User.html
    pub last_used: Fact<Option<Timestamp>>,
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

/// An MFA device of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MfaDevice {
    /// What names it: a serial number, or for virtual devices and passkeys an ARN.
    pub serial_number: String,
    /// What it is.
    pub kind: MfaKind,
    /// When it was enabled.
    pub enabled_at: Timestamp,
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

/// A credential for one AWS service: an API key for Amazon Bedrock, a password for CodeCommit or Keyspaces.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredentialMetadata.html
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceCredential {
    /// Its id, such as `ACCAEXAMPLE123EXAMPLE`.
    pub id: String,
    /// The service, such as `bedrock`: its name without `.amazonaws.com`.
    pub service: String,
    /// Whether it works.
    pub status: Fact<CredentialStatus>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires; none where it does not.
    pub expires_at: Option<Timestamp>,
}

/// An X.509 certificate that signs requests.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_SigningCertificate.html
#[derive(Debug, Clone, PartialEq)]
pub struct SigningCertificate {
    /// Its id; a credential report does not tell it.
    pub id: Fact<String>,
    /// Whether it works.
    pub status: Fact<CredentialStatus>,
    /// When it was uploaded.
    pub created_at: Fact<Timestamp>,
}

/// An SSH public key for CodeCommit.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_SSHPublicKeyMetadata.html
#[derive(Debug, Clone, PartialEq)]
pub struct SshKey {
    /// Its id, such as `APKAEXAMPLE`.
    pub id: String,
    /// Whether it works.
    pub status: Fact<CredentialStatus>,
    /// When it was uploaded.
    pub created_at: Timestamp,
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
