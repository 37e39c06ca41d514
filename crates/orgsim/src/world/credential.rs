//! The credentials of a user other than passwords and access keys: MFA devices, service-specific credentials, signing
//! certificates and SSH keys.

use serde::{Deserialize, Serialize};

use crate::value::{Text, Time};

/// An MFA device of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MfaDevice {
    /// The kind of device.
    #[serde(default)]
    pub kind: MfaKind,
    /// Its serial number; left out, one is made that fits the kind.
    #[serde(default)]
    pub serial_number: Box<str>,
    /// When it was enabled.
    #[serde(default = "super::defaults::long_ago")]
    pub enabled_at: Time,
}

impl MfaDevice {
    /// A device whose serial number is yet to be made.
    #[must_use]
    pub fn new(kind: MfaKind, enabled_at: Time) -> MfaDevice {
        MfaDevice { kind, serial_number: "".into(), enabled_at }
    }
}

/// What an MFA device is, which shows in its serial number
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MfaKind {
    /// An app: `arn:aws:iam::111111111111:mfa/NAME`.
    #[default]
    Virtual,
    /// A token with a display: `GAHT12345678`.
    Hardware,
    /// A passkey or security key: `arn:aws:iam::111111111111:u2f/user/NAME/...`.
    Passkey,
}

/// A credential of a user that one service alone takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceCredential {
    /// `ACCA` and 17 letters and digits; left out, one is made from the seed.
    #[serde(default)]
    pub id: Box<str>,
    /// The service, without `.amazonaws.com` (`bedrock`, `codecommit`).
    pub service: Text,
    /// Whether it can be used. It is served as it is here, whatever `expires_at` is.
    #[serde(default)]
    pub status: KeyStatus,
    /// When it was made.
    #[serde(default = "super::defaults::long_ago")]
    pub created_at: Time,
    /// When it ends; left out, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Time>,
}

/// An X.509 signing certificate of a user or of the root user, or an SSH public key of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublicKey {
    /// 28 letters and digits for a certificate, `APKA` and 17 for an SSH key; left out, one is made from the seed.
    #[serde(default)]
    pub id: Box<str>,
    /// Whether it can be used.
    #[serde(default)]
    pub status: KeyStatus,
    /// When it was uploaded.
    #[serde(default = "super::defaults::long_ago")]
    pub uploaded_at: Time,
}

/// Whether a credential can be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyStatus {
    /// It can.
    #[default]
    Active,
    /// It was switched off and can be switched on again.
    Inactive,
    /// Its time is over.
    Expired,
}

impl KeyStatus {
    /// The status as AWS spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            KeyStatus::Active => "Active",
            KeyStatus::Inactive => "Inactive",
            KeyStatus::Expired => "Expired",
        }
    }
}
