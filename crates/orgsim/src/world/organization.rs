//! The organization and its accounts, as AWS Organizations describes them, and the credentials of their root users.

use serde::{Deserialize, Serialize};

use super::credential::PublicKey;
use super::password_policy::PasswordPolicy;
use super::policy::{Group, ManagedPolicy};
use super::role::Role;
use super::user::{AccessKey, User};
use crate::value::{AccountId, Partition, Tags, Text, Time};

/// The ids of an organization.
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
    /// The state of the account.
    #[serde(default)]
    pub state: AccountState,
    /// Names of the OUs above it, from the root down, joined by `/`; empty for an account directly under the root.
    #[serde(default = "super::defaults::empty")]
    pub ou: Text,
    /// How it joined the organization.
    #[serde(default)]
    pub joined: Joined,
    /// When it joined.
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
    /// The roles. Left out, a member account has [`super::ORGANIZATION_ROLE`] and the management account has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// The groups that have a path or policies; a group that only a user names exists too, with neither.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// The managed policies of its own. One that is only attached by its ARN exists too, and allows nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub managed_policies: Vec<ManagedPolicy>,
    /// The rules for console passwords; left out, AWS's own apply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_policy: Option<PasswordPolicy>,
    /// Names of virtual MFA devices that were created and never assigned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unassigned_mfa_devices: Vec<Text>,
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

    /// The group of that name, if it has a path or policies.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| *group.name == *name)
    }

    /// The ARN of a managed policy that is called by name or by ARN.
    #[must_use]
    pub fn policy_arn(&self, partition: Partition, policy: &str) -> String {
        if policy.starts_with("arn:") {
            return policy.to_owned();
        }
        match self.managed_policies.iter().find(|own| *own.name == *policy) {
            Some(own) => own.arn(partition, self.id),
            None => format!("arn:{partition}:iam::aws:policy/{policy}"),
        }
    }

    /// The account's own policy that is called by name or by ARN.
    #[must_use]
    pub fn managed_policy(&self, policy: &str) -> Option<&ManagedPolicy> {
        let is_called = |own: &&ManagedPolicy| match policy.split_once(":policy/") {
            // The partition is the world's, whatever it is.
            Some((before, path)) => {
                before.ends_with(&format!(":iam::{}", self.id))
                    && format!("/{path}") == format!("{}{}", own.path, own.name)
            }
            None => *own.name == *policy,
        };
        self.managed_policies.iter().find(is_called)
    }

    /// The names of all groups, those that only a user mentions included, in order.
    pub(crate) fn group_names(&self) -> Vec<&str> {
        let mentioned = self.users.iter().flat_map(|user| &user.groups);
        let mut names: Vec<&str> = self.groups.iter().map(|group| &group.name).chain(mentioned).map(|n| &**n).collect();
        names.sort_unstable();
        names.dedup();
        names
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
    /// Usable, in a state that AWS may add one day and that no client knows.
    ActiveRestricted,
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
            AccountState::ActiveRestricted => "ACTIVE_RESTRICTED",
        }
    }

    /// Whether the account's users and roles may do anything.
    #[must_use]
    pub fn is_usable(self) -> bool {
        match self {
            AccountState::Active | AccountState::ActiveRestricted => true,
            AccountState::PendingActivation
            | AccountState::Suspended
            | AccountState::PendingClosure
            | AccountState::Closed => false,
        }
    }

    /// The older field `Status`, which has a word for three of the states only.
    #[must_use]
    pub fn status(self) -> Option<&'static str> {
        match self {
            AccountState::Active | AccountState::Suspended | AccountState::PendingClosure => Some(self.as_str()),
            AccountState::PendingActivation | AccountState::Closed | AccountState::ActiveRestricted => None,
        }
    }
}

/// How an account joined the organization.
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
    /// What MFA device root has.
    pub mfa: RootMfa,
    /// Root's access keys; a well-kept account has none.
    pub keys: Vec<AccessKey>,
    /// Root's X.509 certificates.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub signing_certificates: Vec<PublicKey>,
}

/// What MFA device a root user has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RootMfa {
    /// None.
    #[default]
    None,
    /// An app, which `ListVirtualMFADevices` lists.
    Virtual,
    /// A token or security key, which no action lists.
    Hardware,
}

impl RootMfa {
    /// Whether there is any.
    #[must_use]
    pub fn is_some(self) -> bool {
        self != RootMfa::None
    }
}

impl Root {
    fn is_default(&self) -> bool {
        *self == Root::default()
    }
}
