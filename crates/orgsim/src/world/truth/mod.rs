//! What is true of a world, in a form that any tool can be compared with.

mod users;

use serde::Serialize;

pub use self::users::TruthUser;
use super::{AccountId, AccountState, KeyStatus, PasswordPolicy, Principal, Root, Text, Time, World};

/// The facts of a world: every account, IAM user and credential, whether or not a client can read them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The organization's id.
    pub organization_id: Text,
    /// The management account.
    pub management_account_id: Option<AccountId>,
    /// Whose access key clients are given.
    pub caller: TruthCaller,
    /// All accounts, in the world's order.
    pub accounts: Vec<TruthAccount>,
    /// All roles, ordered by account and name.
    pub roles: Vec<TruthRole>,
    /// All access keys of IAM users, ordered by account, user and key.
    pub access_keys: Vec<TruthKey>,
    /// All IAM users, ordered by account and name.
    pub users: Vec<TruthUser>,
}

/// The user that clients act as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthCaller {
    /// Its name in the management account.
    pub user_name: Text,
    /// The key that clients sign with.
    pub access_key_id: Option<Box<str>>,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthAccount {
    /// The 12 digits.
    pub id: AccountId,
    /// The friendly name.
    pub name: Text,
    /// The root user's address.
    pub email: Text,
    /// The state.
    pub state: AccountState,
    /// The names of everything above it from the root down, such as `Root/Workloads/Prod`.
    pub ou_path: Text,
    /// The id of the OU or root that holds it.
    pub parent_id: String,
    /// How many IAM users it has.
    pub users: usize,
    /// When its root user was made: when the account was.
    pub joined_at: Time,
    /// The credentials of its root user.
    pub root: Root,
    /// Its own rules for console passwords, null for none.
    pub password_policy: Option<PasswordPolicy>,
}

/// One role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthRole {
    /// The account it is in.
    pub account_id: AccountId,
    /// Its name.
    pub role_name: Text,
    /// Its ARN.
    pub arn: String,
    /// Who may assume it.
    pub trust: Vec<Principal>,
    /// The external id that they must give.
    pub external_id: Option<Text>,
}

/// One access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthKey {
    /// The account it is in.
    pub account_id: AccountId,
    /// The user it belongs to.
    pub user_name: Box<str>,
    /// Its id.
    pub access_key_id: Box<str>,
    /// Whether it can be used.
    pub status: KeyStatus,
    /// When it was made.
    pub created_at: Time,
    /// When it was last used, null for never.
    pub last_used_at: Option<Time>,
}

impl World {
    /// What is true of this world.
    #[must_use]
    pub fn truth(&self) -> Truth {
        let caller =
            TruthCaller { user_name: self.caller.clone(), access_key_id: self.caller_key().map(|key| key.id.clone()) };
        let mut roles = self.truth_roles();
        roles.sort_by(|a, b| (a.account_id, &a.role_name).cmp(&(b.account_id, &b.role_name)));
        let mut access_keys = self.truth_keys();
        access_keys.sort_by(|a, b| {
            (a.account_id, &a.user_name, &a.access_key_id).cmp(&(b.account_id, &b.user_name, &b.access_key_id))
        });
        Truth {
            organization_id: self.organization.id.clone(),
            management_account_id: self.management().map(|account| account.id),
            caller,
            accounts: self.truth_accounts(),
            roles,
            access_keys,
            users: users::users(self),
        }
    }

    fn truth_accounts(&self) -> Vec<TruthAccount> {
        let one = |account: &super::Account| TruthAccount {
            id: account.id,
            name: account.name.clone(),
            email: account.email.clone(),
            state: account.state,
            ou_path: if account.ou.is_empty() { "Root".into() } else { format!("Root/{}", account.ou).into() },
            parent_id: self.ou_id(&account.ou),
            users: account.users.len(),
            joined_at: account.joined_at,
            root: account.root.clone(),
            password_policy: account.password_policy.clone(),
        };
        self.accounts.iter().map(one).collect()
    }

    fn truth_roles(&self) -> Vec<TruthRole> {
        let of = |account: &super::Account, role: &super::Role| TruthRole {
            account_id: account.id,
            role_name: role.name.clone(),
            arn: role.arn(self.partition, account.id),
            trust: role.trust.clone(),
            external_id: role.external_id.clone(),
        };
        self.accounts.iter().flat_map(|account| account.roles().iter().map(move |role| of(account, role))).collect()
    }

    fn truth_keys(&self) -> Vec<TruthKey> {
        let of = |account_id, user: &super::User, key: &super::AccessKey| TruthKey {
            account_id,
            user_name: user.name.clone(),
            access_key_id: key.id.clone(),
            status: key.status,
            created_at: key.created_at,
            last_used_at: key.last_used.as_ref().map(|used| used.at),
        };
        let users = self.accounts.iter().flat_map(|account| account.users.iter().map(move |user| (account.id, user)));
        users.flat_map(|(account, user)| user.keys.iter().map(move |key| of(account, user, key))).collect()
    }
}
