//! IAM users, their passwords and their access keys.

use serde::{Deserialize, Serialize};

use super::credential::{KeyStatus, MfaDevice, PublicKey, ServiceCredential};
use super::policy::InlinePolicy;
use crate::derive::Derive;
use crate::value::{AccountId, Partition, Tags, Text, Time};

/// What a caller may do: what a scan needs, and a little more for the tools that it is compared with.
const CALLER_ACTIONS: [&str; 8] = [
    "sts:AssumeRole",
    "sts:SetSourceIdentity",
    "sts:TagSession",
    "organizations:Describe*",
    "organizations:List*",
    "iam:Get*",
    "iam:List*",
    "iam:Generate*",
];

/// An IAM user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// The name, unique in the account.
    pub name: Box<str>,
    /// The path, `/` or `/.../`.
    #[serde(default = "super::defaults::slash", skip_serializing_if = "super::defaults::is_slash")]
    pub path: Text,
    /// When the user was made.
    #[serde(default = "super::defaults::long_ago")]
    pub created_at: Time,
    /// The unique id, `AIDA` and 17 letters and digits, which stays when the user is renamed; left out, it follows from
    /// the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// The console password, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// The MFA devices, at most eight by AWS's quota.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mfa_devices: Vec<MfaDevice>,
    /// The tags, a console key description among them (a tag whose key is an access key id).
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
    /// Names of the groups it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Text>,
    /// Managed policies, each a name (the account's own, or else AWS's) or a whole ARN.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached_policies: Vec<Text>,
    /// Policies of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inline_policies: Vec<InlinePolicy>,
    /// A managed policy that limits it, by ARN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<Text>,
    /// The access keys, at most two by AWS's quota; a world may hold more, as life sometimes does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<AccessKey>,
    /// Credentials for one service each, such as API keys of Amazon Bedrock.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub service_credentials: Vec<ServiceCredential>,
    /// X.509 certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signing_certificates: Vec<PublicKey>,
    /// SSH public keys for CodeCommit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ssh_keys: Vec<PublicKey>,
}

impl User {
    /// A user that has a name and nothing else.
    #[must_use]
    pub fn new(name: &str, created_at: Time) -> User {
        User {
            name: name.into(),
            path: super::defaults::slash(),
            created_at,
            id: None,
            password: None,
            mfa_devices: Vec::new(),
            tags: Tags::default(),
            groups: Vec::new(),
            attached_policies: Vec::new(),
            inline_policies: Vec::new(),
            permissions_boundary: None,
            keys: Vec::new(),
            service_credentials: Vec::new(),
            signing_certificates: Vec::new(),
            ssh_keys: Vec::new(),
        }
    }

    /// The user that clients act as; it may do what a scan needs.
    pub(crate) fn caller(name: &str, created_at: Time, key: AccessKey) -> User {
        User {
            inline_policies: vec![InlinePolicy::allowing("scan-organization", CALLER_ACTIONS)],
            keys: vec![key],
            ..User::new(name, created_at)
        }
    }

    /// The unique id, `AIDA` and 17 letters and digits.
    pub(crate) fn unique_id(&self, derive: Derive, account: AccountId) -> String {
        let of_name = || derive.unique_id("AIDA", &[&account.to_string(), &self.name]);
        self.id.as_ref().map_or_else(of_name, ToString::to_string)
    }

    /// The user's ARN, with its path.
    #[must_use]
    pub fn arn(&self, partition: Partition, account: AccountId) -> String {
        format!("arn:{partition}:iam::{account}:user{}{}", self.path, self.name)
    }

    /// The access key of that id.
    #[must_use]
    pub fn key(&self, id: &str) -> Option<&AccessKey> {
        self.keys.iter().find(|key| &*key.id == id)
    }

    /// The access key of that id, to change it.
    pub fn key_mut(&mut self, id: &str) -> Option<&mut AccessKey> {
        self.keys.iter_mut().find(|key| &*key.id == id)
    }
}

/// A console password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Password {
    /// When it was set or last changed.
    #[serde(default = "super::defaults::long_ago")]
    pub changed_at: Time,
    /// When the user got a password, which a change does not move; left out, when the user was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// When it was last used to sign in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<Time>,
    /// Whether it has to be changed at the next sign-in.
    #[serde(default, skip_serializing_if = "super::defaults::is_false")]
    pub reset_required: bool,
}

/// An access key. Its secret is derived from the world's seed and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// `AKIA` and 16 letters and digits; left out, one is made from the seed.
    #[serde(default)]
    pub id: Box<str>,
    /// Whether it can be used.
    #[serde(default)]
    pub status: KeyStatus,
    /// When it was made.
    #[serde(default = "super::defaults::long_ago")]
    pub created_at: Time,
    /// When it was last changed, which the credential report then shows in place of the former; left out, never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_at: Option<Time>,
    /// Its last use; left out, it was never used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
}

impl AccessKey {
    /// An active key that has no id yet and was never used.
    pub(crate) fn unnamed(created_at: Time) -> AccessKey {
        AccessKey { id: "".into(), status: KeyStatus::Active, created_at, last_used: None, changed_at: None }
    }
}

/// The last use of an access key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastUsed {
    /// When.
    pub at: Time,
    /// The service it was used with (`s3`).
    #[serde(default = "super::defaults::sts")]
    pub service: Text,
    /// The Region, `N/A` where the service has none.
    #[serde(default = "super::defaults::us_east_1")]
    pub region: Text,
}
