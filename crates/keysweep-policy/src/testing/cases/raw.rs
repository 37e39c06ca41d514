//! Cases as they are written.

use std::collections::BTreeMap;

use keysweep_files::yaml::Scalar;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use serde_yaml::Spanned;

use super::expect::RawExpected;

/// A case: a resource as it might be, and what a policy must say of it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Case")]
pub(super) struct RawCase {
    /// What the case shows, in a sentence.
    #[schemars(with = "String")]
    pub(super) name: Spanned<String>,
    /// The access key that is judged.
    #[schemars(with = "Option<RawKey>")]
    pub(super) key: Option<Spanned<RawKey>>,
    /// The user's other access keys.
    #[schemars(with = "Option<Vec<RawKey>>")]
    pub(super) other_keys: Option<Spanned<Vec<RawKey>>>,
    /// The user that is judged, or the one that what is judged belongs to.
    #[schemars(with = "Option<RawUser>")]
    pub(super) user: Option<Spanned<RawUser>>,
    /// The account that is judged, or the one that what is judged is in.
    #[schemars(with = "Option<RawAccount>")]
    pub(super) account: Option<Spanned<RawAccount>>,
    /// The root user that is judged.
    #[schemars(with = "Option<RawRoot>")]
    pub(super) root: Option<Spanned<RawRoot>>,
    /// The console password that is judged.
    #[schemars(with = "Option<RawPassword>")]
    pub(super) password: Option<Spanned<RawPassword>>,
    /// The MFA device that is judged.
    #[schemars(with = "Option<RawMfa>")]
    pub(super) mfa: Option<Spanned<RawMfa>>,
    /// The service-specific credential that is judged.
    #[schemars(with = "Option<RawServiceCredential>")]
    pub(super) service_credential: Option<Spanned<RawServiceCredential>>,
    /// The signing certificate that is judged.
    #[schemars(with = "Option<RawUpload>")]
    pub(super) signing_certificate: Option<Spanned<RawUpload>>,
    /// The SSH public key that is judged.
    #[schemars(with = "Option<RawUpload>")]
    pub(super) ssh_key: Option<Spanned<RawUpload>>,
    /// The facets that could not be read.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) unreadable: Vec<Spanned<String>>,
    /// The parameters that differ from their defaults.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(super) params: BTreeMap<String, Spanned<Scalar>>,
    /// The judged time in UTC; 2026-01-01T00:00:00Z where it does not matter.
    #[schemars(with = "Option<String>")]
    pub(super) as_of: Option<Spanned<String>>,
    /// What the policy must say.
    pub(super) expect: RawExpected,
}

/// An access key as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Key")]
pub(super) struct RawKey {
    /// Its id.
    #[schemars(with = "Option<String>")]
    pub(super) id: Option<Spanned<String>>,
    /// Whether it can sign requests; it can where nothing is said.
    pub(super) active: Option<bool>,
    /// Days since it was made, fractions allowed; below 0 for keys made after the judged time.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
    /// Days since it was last used.
    #[schemars(with = "Option<f64>")]
    pub(super) idle_days: Option<Spanned<f64>>,
    /// Whether it was never used.
    pub(super) never_used: Option<bool>,
    /// The service that it last called; none where nothing is said.
    pub(super) last_used_service: Option<String>,
    /// The Region that it last called; none where nothing is said.
    pub(super) last_used_region: Option<String>,
    /// Minutes from the making of its user to its own, in place of an age.
    #[schemars(with = "Option<f64>")]
    pub(super) minutes_after_user: Option<Spanned<f64>>,
}

/// A user as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "User")]
pub(super) struct RawUser {
    /// The user's name; `alice` where nothing is said, and then `user-2` and so on.
    #[schemars(with = "Option<String>")]
    pub(super) name: Option<Spanned<String>>,
    /// The user's IAM path; `/` where nothing is said.
    pub(super) path: Option<String>,
    /// Days since the user was made.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
    /// The user's tags; `{}` for none.
    pub(super) tags: Option<BTreeMap<String, String>>,
    /// Whether the user has a console password.
    #[schemars(with = "Option<bool>")]
    pub(super) has_password: Option<Spanned<bool>>,
    /// The user's console password.
    #[schemars(with = "Option<RawPassword>")]
    pub(super) password: Option<Spanned<RawPassword>>,
    /// Whether an MFA device is enabled for the user.
    #[schemars(with = "Option<bool>")]
    pub(super) has_mfa: Option<Spanned<bool>>,
    /// The user's MFA devices.
    #[schemars(with = "Option<Vec<RawMfa>>")]
    pub(super) mfa_devices: Option<Spanned<Vec<RawMfa>>>,
    /// The names of the user's groups.
    pub(super) groups: Option<Vec<String>>,
    /// The ARNs of the IAM policies that are attached to the user itself.
    pub(super) attached_policies: Option<Vec<String>>,
    /// The ARNs of the IAM policies that are attached to the user's groups.
    pub(super) group_policies: Option<Vec<String>>,
    /// The names of the IAM policies that are embedded in the user itself.
    pub(super) inline_policies: Option<Vec<String>>,
    /// Whether the user may do everything.
    pub(super) is_administrator: Option<bool>,
    /// The ARN of the IAM policy that bounds the user's permissions; an empty text for none.
    pub(super) permissions_boundary: Option<String>,
    /// The user's access keys.
    #[schemars(with = "Option<Vec<RawKey>>")]
    pub(super) access_keys: Option<Spanned<Vec<RawKey>>>,
    /// The user's service-specific credentials.
    #[schemars(with = "Option<Vec<RawServiceCredential>>")]
    pub(super) service_credentials: Option<Spanned<Vec<RawServiceCredential>>>,
    /// The user's signing certificates.
    #[schemars(with = "Option<Vec<RawUpload>>")]
    pub(super) signing_certificates: Option<Spanned<Vec<RawUpload>>>,
    /// The user's SSH public keys.
    #[schemars(with = "Option<Vec<RawUpload>>")]
    pub(super) ssh_keys: Option<Spanned<Vec<RawUpload>>>,
}

/// A console password as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Password")]
pub(super) struct RawPassword {
    /// Days since it was last set.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
    /// Days since it was last used.
    #[schemars(with = "Option<f64>")]
    pub(super) idle_days: Option<Spanned<f64>>,
    /// Whether it was never used.
    pub(super) never_used: Option<bool>,
}

/// An MFA device as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Mfa")]
pub(super) struct RawMfa {
    /// Its serial number, or its ARN; one of its kind where nothing is said.
    #[schemars(with = "Option<String>")]
    pub(super) serial_number: Option<Spanned<String>>,
    /// `virtual`, `hardware` or `passkey`.
    #[schemars(with = "Option<String>")]
    pub(super) kind: Option<Spanned<String>>,
    /// Days since it was enabled.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
}

/// A service-specific credential as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ServiceCredential")]
pub(super) struct RawServiceCredential {
    /// Its id.
    pub(super) id: Option<String>,
    /// The service, such as `bedrock`.
    pub(super) service: Option<String>,
    /// Whether it works; it does where nothing is said.
    pub(super) active: Option<bool>,
    /// Days since it was made.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
    /// Days from its making to its end; it has none where nothing is said, and where this is 0.
    #[schemars(with = "Option<f64>")]
    pub(super) lifetime_days: Option<Spanned<f64>>,
}

/// A signing certificate or an SSH public key as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Upload")]
pub(super) struct RawUpload {
    /// Its id.
    pub(super) id: Option<String>,
    /// Whether it works; it does where nothing is said.
    pub(super) active: Option<bool>,
    /// Days since it was uploaded.
    #[schemars(with = "Option<f64>")]
    pub(super) age_days: Option<Spanned<f64>>,
}

/// An account as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Account")]
pub(super) struct RawAccount {
    /// The account's id.
    #[schemars(with = "Option<String>")]
    pub(super) id: Option<Spanned<String>>,
    /// The account's name.
    pub(super) name: Option<String>,
    /// The organizational units above it; `Root` where nothing is said.
    pub(super) ou_path: Option<String>,
    /// The account's users. In cases of policies for accounts only, as are the two below.
    #[schemars(with = "Option<Vec<RawUser>>")]
    pub(super) users: Option<Spanned<Vec<RawUser>>>,
    /// The account's root user.
    #[schemars(with = "Option<RawRoot>")]
    pub(super) root: Option<Spanned<RawRoot>>,
    /// The account's rules for console passwords; null where it has none of its own.
    #[serde(default, deserialize_with = "present")]
    #[schemars(with = "Option<RawPasswordPolicy>")]
    pub(super) password_policy: Option<Spanned<Option<RawPasswordPolicy>>>,
}

/// A root user as a case gives it.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Root")]
pub(super) struct RawRoot {
    /// Whether it has an access key.
    pub(super) has_access_key: Option<bool>,
    /// Whether it has a password.
    pub(super) has_password: Option<bool>,
    /// Whether an MFA device is enabled for it.
    pub(super) has_mfa: Option<bool>,
    /// Whether it has MFA and no virtual device.
    #[schemars(with = "Option<bool>")]
    pub(super) has_hardware_mfa: Option<Spanned<bool>>,
    /// Whether it has a signing certificate.
    pub(super) has_signing_certificate: Option<bool>,
    /// Whether it was never used.
    pub(super) never_used: Option<bool>,
    /// Days since it was last used, or since the account was made where it was never used.
    #[schemars(with = "Option<f64>")]
    pub(super) idle_days: Option<Spanned<f64>>,
}

/// An account's rules for console passwords as a case gives them.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PasswordPolicy")]
pub(super) struct RawPasswordPolicy {
    /// The fewest characters of a password.
    pub(super) minimum_length: Option<u32>,
    /// How many former passwords may not be used again; 0 where all may.
    pub(super) reuse_prevention: Option<u32>,
    /// Days after which a password expires; 0 where it does not.
    pub(super) max_age_days: Option<u32>,
    /// Whether a password must have a symbol.
    pub(super) require_symbols: Option<bool>,
    /// Whether a password must have a digit.
    pub(super) require_numbers: Option<bool>,
    /// Whether a password must have an uppercase letter.
    pub(super) require_uppercase: Option<bool>,
    /// Whether a password must have a lowercase letter.
    pub(super) require_lowercase: Option<bool>,
    /// Whether users may change their passwords themselves.
    pub(super) users_may_change: Option<bool>,
}

/// A value that is there, were it null: a field that is missing has its default and does not come here.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
