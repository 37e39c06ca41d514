//! The accounts as `keysweep accounts` lists them: the plain values that every rendering of the list starts from.

use keysweep_model::{AccountId, AccountState, RoleCheck};

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountList {
    /// The accounts.
    pub accounts: Vec<AccountRow>,
    /// Why a scan of these accounts would be incomplete, beside what is said of each account. Each a sentence.
    pub problems: Vec<String>,
    /// What else should be known: the exclusions that match no account. Each a sentence.
    pub notes: Vec<String>,
}

/// One account of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// The account's id.
    pub id: AccountId,
    /// The account's name; empty where it has none.
    pub name: String,
    /// The names of the organizational units above the account from the root down; none where they were not read.
    pub ou_path: Option<String>,
    /// Where the account is in its life cycle.
    pub state: AccountState,
    /// Whether a scan would read the account.
    pub scope: Scope,
    /// Whether the role in the account could be assumed.
    pub role: RoleCheck,
}

/// Whether a scan would read an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// It would.
    In,
    /// It would not.
    Out {
        /// Why not, such as "the account is SUSPENDED".
        reason: String,
    },
}
