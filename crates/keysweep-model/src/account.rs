//! Accounts of the organization.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, facts::facts};

facts! {
    /// One account, as Organizations (or the user's accounts file) describes it.
    Account {
        /// The account's id.
        id: AccountId,
        /// The account's name; empty where it has none.
        name: String,
        /// The address of the account's root user, where known.
        [serde(default, skip_serializing_if = "Option::is_none")]
        email: Option<String>,
        /// Whether the account can be used.
        state: AccountState,
    } facts {
        /// The names of the organizational units above the account from the root down, such as `Root/Workloads/Prod`.
        Full ou_path: String = OrganizationalUnits,
    }
}

/// Whether the role in an account can be assumed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleCheck {
    /// It was not tried.
    NotTried,
    /// It was assumed.
    Assumed,
    /// It could not be assumed.
    Failed {
        /// Why not.
        reason: String,
    },
}

/// The state of an account in its life cycle.
/// Source: docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum AccountState {
    /// Being created; not usable yet.
    PendingActivation,
    /// In use.
    Active,
    /// Suspended by AWS.
    Suspended,
    /// Its closure was requested.
    PendingClosure,
    /// Closed; AWS deletes it after 90 days.
    Closed,
    /// A state that AWS has added since, by its name. Such an account is read: it may well be in use.
    Other(String),
}

impl AccountState {
    /// The state that AWS writes as `text`.
    #[must_use]
    pub fn from_aws(text: &str) -> Self {
        match text {
            "PENDING_ACTIVATION" => Self::PendingActivation,
            "ACTIVE" => Self::Active,
            "SUSPENDED" => Self::Suspended,
            "PENDING_CLOSURE" => Self::PendingClosure,
            "CLOSED" => Self::Closed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The state in AWS's words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
            Self::Other(text) => text,
        }
    }
}

impl From<String> for AccountState {
    fn from(text: String) -> Self {
        Self::from_aws(&text)
    }
}

impl From<AccountState> for String {
    fn from(state: AccountState) -> Self {
        state.as_str().to_owned()
    }
}

impl fmt::Display for AccountState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_keeps_its_name() {
        for text in ["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED", "NEW_ONE"] {
            assert_eq!(AccountState::from_aws(text).as_str(), text);
        }
        assert_eq!(AccountState::from_aws("active"), AccountState::Other("active".to_owned()));
    }
}
