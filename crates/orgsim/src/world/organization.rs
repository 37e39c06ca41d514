//! The organization and its accounts, as AWS Organizations describes them, and the roles in them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{AccessKey, AccountId, Partition, Tags, Text, Time, User};

/// The role that AWS makes in every account created from an organization
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html>).
pub const ORGANIZATION_ROLE: &str = "OrganizationAccountAccessRole";

/// What an organization is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// `o-` and 10 to 32 letters and digits.
    pub id: Text,
    /// `r-` and 4 to 32 letters and digits.
    pub root_id: Text,
}

impl Default for Organization {
    fn default() -> Organization {
        Organization { id: "o-exampleorg1".into(), root_id: "r-ex01".into() }
    }
}

/// One AWS account with everything in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The 12 digits.
    pub id: AccountId,
    /// The friendly name; by default made from the id.
    #[serde(default = "super::defaults::empty")]
    pub name: Text,
    /// The address of the root user; by default made from the id.
    #[serde(default = "super::defaults::empty")]
    pub email: Text,
    /// How far the account has come in its life.
    #[serde(default)]
    pub state: AccountState,
    /// Names of the OUs above it, from the root down, joined by `/`; empty for an account directly under the root.
    #[serde(default = "super::defaults::empty")]
    pub ou: Text,
    /// How it came to the organization.
    #[serde(default)]
    pub joined: Joined,
    /// When it came.
    #[serde(default = "super::defaults::long_ago")]
    pub joined_at: Time,
    /// Tags of the account in AWS Organizations.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// The sign-in alias.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<Text>,
    /// The credentials of the root user.
    #[serde(default, skip_serializing_if = "Root::is_default")]
    pub root: Root,
    /// The roles. Left out, a member account has [`ORGANIZATION_ROLE`] and the management account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// The groups that have a path or policies; a group that only a user names exists too, with neither.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The IAM users, ordered by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<User>,
}

impl Account {
    /// The roles there are.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        self.roles.as_deref().unwrap_or_default()
    }

    /// The user of that name, as IAM compares names: exactly.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<&User> {
        self.users.binary_search_by(|user| (*user.name).cmp(name)).ok().map(|at| &self.users[at])
    }

    /// The user of that name, to change it.
    pub fn user_mut(&mut self, name: &str) -> Option<&mut User> {
        self.users.binary_search_by(|user| (*user.name).cmp(name)).ok().map(|at| &mut self.users[at])
    }

    /// The ARN of the account's root user, which also stands for the whole account in a trust policy.
    #[must_use]
    pub fn root_arn(&self, partition: Partition) -> String {
        format!("arn:{partition}:iam::{}:root", self.id)
    }
}

/// The state of an account, in AWS's words
/// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccountState {
    /// Signed up, not usable yet.
    PendingActivation,
    /// Usable.
    #[default]
    Active,
    /// Closed by its owner or suspended by AWS, not usable.
    Suspended,
    /// Being closed.
    PendingClosure,
    /// Gone for good, still listed.
    Closed,
}

impl AccountState {
    /// The state as AWS spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            AccountState::PendingActivation => "PENDING_ACTIVATION",
            AccountState::Active => "ACTIVE",
            AccountState::Suspended => "SUSPENDED",
            AccountState::PendingClosure => "PENDING_CLOSURE",
            AccountState::Closed => "CLOSED",
        }
    }

    /// The older field `Status`, which has no word for the first and the last state.
    #[must_use]
    pub fn status(self) -> Option<&'static str> {
        match self {
            AccountState::Active | AccountState::Suspended | AccountState::PendingClosure => Some(self.as_str()),
            AccountState::PendingActivation | AccountState::Closed => None,
        }
    }
}

/// How an account came to the organization.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Joined {
    /// Made in the organization.
    #[default]
    Created,
    /// Existed before and was invited.
    Invited,
}

/// The credentials of an account's root user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Root {
    /// Whether root has a password; member accounts made lately have none.
    pub password: bool,
    /// When the password was last used.
    pub password_last_used: Option<Time>,
    /// Whether root has an MFA device.
    pub mfa: bool,
    /// Root's access keys, which nobody should have.
    pub keys: Vec<AccessKey>,
}

impl Root {
    fn is_default(&self) -> bool {
        *self == Root::default()
    }
}

/// A role: who may assume it and what it may then do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The name, unique in the account.
    pub name: Text,
    /// The path, `/` or `/.../`.
    #[serde(default = "super::defaults::slash", skip_serializing_if = "super::defaults::is_slash")]
    pub path: Text,
    /// Who may assume it; left out, the management account.
    #[serde(default)]
    pub trust: Vec<Principal>,
    /// What whoever assumes it must say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Text>,
    /// The actions it may perform, as in an IAM policy (`iam:List*`); left out, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<Text>>,
    /// The longest session it allows, in seconds.
    #[serde(default = "super::defaults::one_hour", skip_serializing_if = "super::defaults::is_one_hour")]
    pub max_session_seconds: u32,
    /// When it was made.
    #[serde(default = "super::defaults::long_ago")]
    pub created_at: Time,
}

impl Role {
    /// [`ORGANIZATION_ROLE`], trusting the management account.
    #[must_use]
    pub fn organization(management: AccountId, created_at: Time) -> Role {
        Role {
            name: ORGANIZATION_ROLE.into(),
            path: "/".into(),
            trust: vec![Principal::Account(management)],
            external_id: None,
            actions: None,
            max_session_seconds: 3600,
            created_at,
        }
    }

    /// The role's ARN, with its path.
    #[must_use]
    pub fn arn(&self, partition: Partition, account: AccountId) -> String {
        format!("arn:{partition}:iam::{account}:role{}{}", self.path, self.name)
    }
}

/// Who is trusted by a role: an account, or one user or role by its ARN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Everybody in the account whom the account lets.
    Account(AccountId),
    /// A user (`...:user/x`), a role (`...:role/x`) or a role session (`...:assumed-role/x/y`).
    Arn(Text),
}

/// Why a text names no principal.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no principal: a principal is an account id or an ARN")]
pub struct PrincipalError(Box<str>);

impl FromStr for Principal {
    type Err = PrincipalError;

    fn from_str(text: &str) -> Result<Principal, PrincipalError> {
        let root = text.strip_suffix(":root").and_then(|arn| arn.rsplit(':').next());
        match root.unwrap_or(text).parse() {
            Ok(account) => Ok(Principal::Account(account)),
            Err(_) if text.starts_with("arn:") => Ok(Principal::Arn(text.into())),
            Err(_) => Err(PrincipalError(text.into())),
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Account(account) => account.fmt(f),
            Principal::Arn(arn) => f.write_str(arn),
        }
    }
}

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The name, unique in the account.
    pub name: Text,
    /// The path, `/` or `/.../`.
    #[serde(default = "super::defaults::slash", skip_serializing_if = "super::defaults::is_slash")]
    pub path: Text,
    /// Managed policies, each a name of AWS's own or a whole ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<Text>,
}
