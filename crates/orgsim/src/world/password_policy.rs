//! An account's rules for console passwords
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html>).

use serde::{Deserialize, Serialize};

/// The rules that an account has set for the console passwords of its users. Left out, a rule is not set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// The least number of characters, 6 to 128.
    pub minimum_length: u8,
    /// Whether a symbol is needed.
    pub require_symbols: bool,
    /// Whether a digit is needed.
    pub require_numbers: bool,
    /// Whether an uppercase letter is needed.
    pub require_uppercase: bool,
    /// Whether a lowercase letter is needed.
    pub require_lowercase: bool,
    /// Whether users may change their own.
    pub users_may_change: bool,
    /// After how many days one has to be changed; left out, never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u16>,
    /// How many earlier ones may not be used again; left out, all may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reuse_prevention: Option<u8>,
    /// Whether a user whose password is too old can no longer change it.
    pub hard_expiry: bool,
}

/// What `UpdateAccountPasswordPolicy` sets by default.
impl Default for PasswordPolicy {
    fn default() -> PasswordPolicy {
        PasswordPolicy {
            minimum_length: 6,
            require_symbols: false,
            require_numbers: false,
            require_uppercase: false,
            require_lowercase: false,
            users_may_change: false,
            max_age_days: None,
            reuse_prevention: None,
            hard_expiry: false,
        }
    }
}
