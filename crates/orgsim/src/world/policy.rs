//! What is written into an account to permit things: groups, and policies that are embedded or the account's own.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Account, AccountId, Partition, Text};

/// A group of users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The name, unique in the account.
    pub name: Text,
    /// The path, `/` or `/.../`.
    #[serde(default = "super::defaults::slash", skip_serializing_if = "super::defaults::is_slash")]
    pub path: Text,
    /// Managed policies, each a name (the account's own, or else AWS's) or a whole ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<Text>,
    /// Policies of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline_policies: Vec<InlinePolicy>,
}

/// A policy embedded in a user or group. It says what it allows on everything, or has a whole document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InlinePolicy {
    /// The name, unique in its user or group.
    pub name: Text,
    /// The actions it allows (`iam:List*`), where there is no document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Text>,
    /// The document as JSON text, in place of the actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Text>,
}

impl InlinePolicy {
    /// A policy that allows actions on everything.
    #[must_use]
    pub fn allowing<'a>(name: &str, actions: impl IntoIterator<Item = &'a str>) -> InlinePolicy {
        InlinePolicy { name: name.into(), actions: actions.into_iter().map(Text::from).collect(), document: None }
    }

    /// The policy's document, as JSON text.
    #[must_use]
    pub fn document(&self) -> String {
        written(self.document.as_ref(), &self.actions)
    }
}

/// A policy of the account's own ("customer managed") that can be attached to users and groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagedPolicy {
    /// The name, unique in the account.
    pub name: Text,
    /// The path, `/` or `/.../`.
    #[serde(default = "super::defaults::slash", skip_serializing_if = "super::defaults::is_slash")]
    pub path: Text,
    /// The actions it allows (`iam:List*`), where there is no document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Text>,
    /// The document as JSON text, in place of the actions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Text>,
}

impl ManagedPolicy {
    /// The policy's ARN, with its path.
    #[must_use]
    pub fn arn(&self, partition: Partition, account: AccountId) -> String {
        format!("arn:{partition}:iam::{account}:policy{}{}", self.path, self.name)
    }

    /// The policy's document, as JSON text.
    #[must_use]
    pub fn document(&self) -> String {
        written(self.document.as_ref(), &self.actions)
    }
}

/// The document that allows actions on everything.
pub(crate) fn allowing(actions: &[impl AsRef<str>]) -> Value {
    let actions: Vec<&str> = actions.iter().map(AsRef::as_ref).collect();
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    })
}

fn written(document: Option<&Text>, actions: &[Text]) -> String {
    document.map_or_else(|| allowing(actions).to_string(), |document| document.to_string())
}

impl Account {
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
}
