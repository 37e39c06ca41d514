//! Groups, inline policies and managed policies.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::value::{AccountId, Partition, Text};

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

/// A policy embedded in a user or group. It has a list of actions that it allows on every resource, or a whole document.
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
    /// A policy that allows actions on every resource.
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

/// The document that allows actions on every resource.
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
