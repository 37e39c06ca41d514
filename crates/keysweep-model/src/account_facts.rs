//! What is known of one account: its users, its root user and its rules, as facts.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{Account, AccountGap, Fact, LastUsed, User, facts::facts};

facts! {
    /// An account with everything that has been read in it so far.
    AccountFacts {
        /// The account.
        [serde(flatten)]
        account: Arc<Account>,
    } facts {
        /// What credentials its root user has.
        Full root_credentials: RootCredentials = AccountSummary,
        /// Whether an MFA device of its root user is a virtual one.
        Full root_has_virtual_mfa: bool = RootMfa,
        /// When its root user was used.
        Full root_activity: RootActivity = CredentialReport,
        /// Its rules for console passwords; none where none are set, and AWS's defaults hold.
        Full password_policy: Option<PasswordPolicy> = PasswordPolicy,
        /// Its IAM users.
        Full users: Vec<Arc<User>> = Users,
    }
}

/// One account of an inventory, which a scan has saved.
#[derive(Debug, Clone, PartialEq)]
pub enum SavedAccount {
    /// It was read.
    Read(Box<AccountFacts>),
    /// It should have been read and could not be.
    Failed(AccountGap),
    /// It was not to be read.
    Skipped(AccountGap),
}

facts! {
    /// The credentials of a root user, as the account's summary tells them: each a fact of its own.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    RootCredentials {} facts {
        /// Whether it has an access key.
        Bare has_access_key: bool = AccountSummary,
        /// Whether it has a password.
        Bare has_password: bool = AccountSummary,
        /// Whether an MFA device is enabled for it.
        Bare has_mfa: bool = AccountSummary,
        /// Whether it has a signing certificate.
        Bare has_signing_certificate: bool = AccountSummary,
    }
}

facts! {
    /// When a root user was made and used, as the credential report tells it.
    RootActivity {} facts {
        /// When the account was made.
        Bare created_at: Timestamp = CredentialReport,
        /// When its password was last used; none where no use is on record.
        Optional password_last_used: Option<Timestamp> = CredentialReport,
        /// When its access keys were last used.
        Bare access_keys_last_used: Vec<LastUsed> = CredentialReport,
    }
}

impl RootActivity {
    /// The latest use of any of its credentials; none where no use is on record.
    #[must_use]
    pub fn last_used(&self) -> Fact<Option<Timestamp>> {
        self.access_keys_last_used.as_ref().and_then(|keys| {
            let of_keys = keys.iter().filter_map(|used| match used {
                LastUsed::Never => None,
                LastUsed::At { at, .. } => Some(*at),
            });
            self.password_last_used.as_ref().map(|password| of_keys.chain(*password).max())
        })
    }
}

facts! {
    /// An account's rules for console passwords.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_PasswordPolicy.html
    PasswordPolicy {} facts {
        /// The fewest characters of a password.
        Bare minimum_length: u32 = PasswordPolicy,
        /// How many former passwords may not be used again; none where all may.
        Optional reuse_prevention: Option<u32> = PasswordPolicy,
        /// The days after which a password expires; none where it does not.
        Optional max_age_days: Option<u32> = PasswordPolicy,
        /// Whether a password must have a symbol.
        Bare require_symbols: bool = PasswordPolicy,
        /// Whether a password must have a digit.
        Bare require_numbers: bool = PasswordPolicy,
        /// Whether a password must have an uppercase letter.
        Bare require_uppercase: bool = PasswordPolicy,
        /// Whether a password must have a lowercase letter.
        Bare require_lowercase: bool = PasswordPolicy,
        /// Whether users may change their passwords themselves.
        Bare users_may_change: bool = PasswordPolicy,
    }
}
