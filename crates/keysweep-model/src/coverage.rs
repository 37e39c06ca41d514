//! Coverage: which accounts were judged, and which were not and why.

use serde::{Deserialize, Serialize};

use crate::{AccountId, word::words};

/// Which accounts were judged and which were not: expected = scanned + failed + skipped, always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The accounts that were read.
    pub scanned: u64,
    /// The accounts that should have been read and could not be. Any entry makes the scan incomplete.
    pub failed: Vec<AccountGap>,
    /// The accounts that are not to be read: not active, or excluded by the user.
    pub skipped: Vec<AccountGap>,
    /// What should be known about how scanned accounts were read, and of the exclusions that match no account; by account
    /// id.
    pub notes: Vec<AccountNote>,
}

impl Coverage {
    /// How many accounts are in scope.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.scanned + self.failed.len() as u64 + self.skipped.len() as u64
    }
}

/// An account that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountGap {
    /// The account; none for the accounts that a failed listing did not name, and where a selection leaves no
    /// account.
    pub account_id: Option<AccountId>,
    /// Its name.
    pub account_name: String,
    /// How far it came.
    pub step: Step,
    /// Why it went no further, with what to do about it where that is known.
    pub reason: String,
}

/// What should be known of an account that was read: such as why its credential report was not used, or that it was to
/// be excluded and is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNote {
    /// The account. It counts as scanned where it is there.
    pub account_id: AccountId,
    /// Its name.
    pub account_name: String,
    /// What should be known, and why.
    pub reason: String,
}

words! {
    /// The steps of a scan at which an account can be lost.
    Step, "step", {
        /// The accounts of the organization are listed.
        ListAccounts = "list_accounts",
        /// The account is chosen by what the user selected.
        Select = "select",
        /// The account's state is looked at.
        State = "state",
        /// The role in the account is assumed.
        AssumeRole = "assume_role",
        /// The users of the account are read.
        ReadUsers = "read_users",
        /// The scan was interrupted before the account was done.
        Interrupted = "interrupted",
    }
}
