//! What is known of one account: its users, its root user and its rules, as facts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{Account, Facet, Fact, LastUsed, User};

/// An account with everything that has been read in it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFacts {
    /// The account.
    pub account: Arc<Account>,
    /// Its IAM users.
    pub users: Fact<Vec<Arc<User>>>,
    /// Its root user.
    pub root: RootUser,
    /// Its rules for console passwords; none where none are set, and AWS's defaults hold.
    pub password_policy: Fact<Option<PasswordPolicy>>,
}

impl AccountFacts {
    /// An account in which nothing has been read.
    #[must_use]
    pub fn unread(account: Arc<Account>) -> Self {
        Self {
            account,
            users: Fact::NotRead(Facet::Users),
            root: RootUser::unread(),
            password_policy: Fact::NotRead(Facet::PasswordPolicy),
        }
    }
}

/// The root user of an account with what has been read about it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct RootUser {
    /// What credentials it has.
    pub credentials: Fact<RootCredentials>,
    /// Whether an MFA device of it is a virtual one.
    pub has_virtual_mfa: Fact<bool>,
    /// When it was used.
    pub activity: Fact<RootActivity>,
}

impl RootUser {
    /// A root user of which nothing has been read.
    #[must_use]
    pub fn unread() -> Self {
        Self {
            credentials: Fact::NotRead(Facet::AccountSummary),
            has_virtual_mfa: Fact::NotRead(Facet::RootMfa),
            activity: Fact::NotRead(Facet::CredentialReport),
        }
    }
}

/// The credentials of a root user, as the account's summary tells them: each a fact of its own.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
#[derive(Debug, Clone, PartialEq)]
pub struct RootCredentials {
    /// Whether it has an access key.
    pub has_access_key: Fact<bool>,
    /// Whether it has a password.
    pub has_password: Fact<bool>,
    /// Whether an MFA device is enabled for it.
    pub has_mfa: Fact<bool>,
    /// Whether it has a signing certificate.
    pub has_signing_certificate: Fact<bool>,
}

/// When a root user was made and used, as the credential report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootActivity {
    /// When the account was made.
    pub created_at: Timestamp,
    /// When its password was last used; none where no use is on record.
    pub password_last_used: Option<Timestamp>,
    /// When its access keys were last used.
    pub access_keys_last_used: Vec<LastUsed>,
}

impl RootActivity {
    /// The latest use of any of its credentials; none where no use is on record.
    #[must_use]
    pub fn last_used(&self) -> Option<Timestamp> {
        let keys = self.access_keys_last_used.iter().filter_map(|used| match used {
            LastUsed::Never => None,
            LastUsed::At { at, .. } => Some(*at),
        });
        keys.chain(self.password_last_used).max()
    }
}

/// An account's rules for console passwords.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// The fewest characters of a password.
    pub minimum_length: u32,
    /// How many former passwords may not be used again; none where all may.
    pub reuse_prevention: Option<u32>,
    /// The days after which a password expires; none where it does not.
    pub max_age_days: Option<u32>,
    /// Whether a password must have a symbol.
    pub require_symbols: bool,
    /// Whether a password must have a digit.
    pub require_numbers: bool,
    /// Whether a password must have an uppercase letter.
    pub require_uppercase: bool,
    /// Whether a password must have a lowercase letter.
    pub require_lowercase: bool,
    /// Whether users may change their passwords themselves.
    pub users_may_change: bool,
}
