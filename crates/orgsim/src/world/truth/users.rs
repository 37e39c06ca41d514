//! What is true of users, except their access keys.

use serde::Serialize;
use serde_json::Value;

use crate::world::{
    Account, AccountId, InlinePolicy, MfaDevice, Password, PublicKey, ServiceCredential, Tags, Text, Time, User, World,
};

/// One IAM user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TruthUser {
    /// The account it is in.
    pub account_id: AccountId,
    /// Its name.
    pub user_name: Box<str>,
    /// Its ARN.
    pub arn: String,
    /// Its path.
    pub path: Text,
    /// When it was made.
    pub created_at: Time,
    /// Its tags.
    pub tags: Tags,
    /// Its console password, null for none.
    pub password: Option<Password>,
    /// Its MFA devices.
    pub mfa_devices: Vec<MfaDevice>,
    /// Its groups, by name.
    pub groups: Vec<Text>,
    /// ARNs of the managed policies attached to it.
    pub attached_policies: Vec<String>,
    /// ARNs of the managed policies attached to its groups.
    pub group_policies: Vec<String>,
    /// Names of the policies embedded in it.
    pub inline_policies: Vec<Text>,
    /// The ARN of the managed policy that limits it, null for none.
    pub permissions_boundary: Option<Text>,
    /// Whether a policy of its own or of its groups allows every action on everything without a condition.
    pub is_administrator: bool,
    /// Whether AWS has quarantined it for a leaked key.
    pub is_quarantined: bool,
    /// Its service-specific credentials.
    pub service_credentials: Vec<ServiceCredential>,
    /// Its signing certificates.
    pub signing_certificates: Vec<PublicKey>,
    /// Its SSH public keys.
    pub ssh_keys: Vec<PublicKey>,
}

/// All users, ordered by account and name.
pub(super) fn users(world: &World) -> Vec<TruthUser> {
    let mut accounts: Vec<&Account> = world.accounts.iter().collect();
    accounts.sort_by_key(|account| account.id);
    accounts.iter().flat_map(|account| account.users.iter().map(|user| of(world, account, user))).collect()
}

fn of(world: &World, account: &Account, user: &User) -> TruthUser {
    let arn = |policy: &Text| account.policy_arn(world.partition, policy);
    let groups = || user.groups.iter().filter_map(|name| account.group(name));
    TruthUser {
        account_id: account.id,
        user_name: user.name.clone(),
        arn: user.arn(world.partition, account.id),
        path: user.path.clone(),
        created_at: user.created_at,
        tags: user.tags.clone(),
        password: user.password.clone(),
        mfa_devices: user.mfa_devices.clone(),
        groups: user.groups.clone(),
        attached_policies: user.attached_policies.iter().map(arn).collect(),
        group_policies: groups().flat_map(|group| &group.attached_policies).map(arn).collect(),
        inline_policies: user.inline_policies.iter().map(|policy| policy.name.clone()).collect(),
        permissions_boundary: user.permissions_boundary.clone(),
        is_administrator: is_administrator(account, user),
        is_quarantined: user.attached_policies.iter().any(|policy| {
            let name = policy.rsplit('/').next().unwrap_or(policy);
            name.starts_with("AWSCompromisedKeyQuarantine")
        }),
        service_credentials: user.service_credentials.clone(),
        signing_certificates: user.signing_certificates.clone(),
        ssh_keys: user.ssh_keys.clone(),
    }
}

fn is_administrator(account: &Account, user: &User) -> bool {
    let groups = || user.groups.iter().filter_map(|name| account.group(name));
    let embedded = |policy: &InlinePolicy| allows_everything(&policy.actions, policy.document.as_ref());
    let attached = |policy: &Text| match account.managed_policy(policy) {
        Some(own) => allows_everything(&own.actions, own.document.as_ref()),
        None => &**policy == "AdministratorAccess" || policy.ends_with(":iam::aws:policy/AdministratorAccess"),
    };
    user.inline_policies.iter().chain(groups().flat_map(|group| &group.inline_policies)).any(embedded)
        || user.attached_policies.iter().chain(groups().flat_map(|group| &group.attached_policies)).any(attached)
}

fn allows_everything(actions: &[Text], document: Option<&Text>) -> bool {
    let is_all = |action: &str| action == "*" || action == "*:*";
    let Some(document) = document else { return actions.iter().any(|action| is_all(action)) };
    let document: Value = serde_json::from_str(document).unwrap_or_default();
    let has = |value: &Value, wanted: &dyn Fn(&str) -> bool| match value {
        Value::Array(many) => many.iter().filter_map(Value::as_str).any(wanted),
        one => one.as_str().is_some_and(wanted),
    };
    let everything = |statement: &Value| {
        let unconditional = statement.get("Condition").and_then(Value::as_object).is_none_or(|all| all.is_empty());
        statement["Effect"] == "Allow"
            && has(&statement["Action"], &is_all)
            && has(&statement["Resource"], &|resource| resource == "*")
            && unconditional
    };
    match &document["Statement"] {
        Value::Array(statements) => statements.iter().any(everything),
        statement => everything(statement),
    }
}
