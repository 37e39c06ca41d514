//! Roles, and who may assume them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::value::{AccountId, Partition, Text, Time, serde_as_text};

/// The role that AWS makes in every account created from an organization
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html>).
pub const ORGANIZATION_ROLE: &str = "OrganizationAccountAccessRole";

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
    /// The external id that must be given to assume it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<Text>,
    /// The actions that its trust policy allows in addition to `sts:AssumeRole`, such as `sts:SetSourceIdentity` and
    /// `sts:TagSession`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_actions: Vec<Text>,
    /// The web identity token whose holder may assume it by `AssumeRoleWithWebIdentity`; left out, none may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub web_identity_token: Option<Text>,
    /// Whether its sessions carry transitive tags, as those of EKS Pod Identity do.
    #[serde(default, skip_serializing_if = "super::defaults::is_false")]
    pub tags_sessions: bool,
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
            trusted_actions: Vec::new(),
            web_identity_token: None,
            tags_sessions: false,
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
    /// Every user and role of the account that the account permits.
    Account(AccountId),
    /// A user (`...:user/x`), a role (`...:role/x`) or a role session (`...:assumed-role/x/y`).
    Arn(Text),
}

serde_as_text!(Principal);

/// Why a text is not a principal.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a principal: a principal is an account id or an ARN")]
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
