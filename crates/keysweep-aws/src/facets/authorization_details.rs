//! The facet `authorization details`: the groups and IAM policies of every user of an account.
//!
//! The answer may contradict itself: a group that is deleted between two pages is named by its users and described
//! nowhere. Then, and where a policy document cannot be understood, the permissions of the users that have it are
//! unreadable, and those of all others are known.

mod administrator;

use std::{collections::HashMap, pin::pin};

use aws_sdk_iam::{
    operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput,
    types::{AttachedPolicy, EntityType, GroupDetail, ManagedPolicyDetail, PolicyDetail, UserDetail},
};
use futures::{Stream, TryStreamExt};
use keysweep_model::{Facet, Fact, Permissions, Tags, UserName};

use crate::{
    AccountSession, CallError,
    answer::{tag, unreadable},
    paging::PAGE,
};

const ACTION: &str = "iam:GetAccountAuthorizationDetails";

/// What the authorization details of an account tell of one of its users.
#[derive(Debug, Clone, PartialEq)]
pub struct UserDetails {
    /// Its tags.
    pub tags: Tags,
    /// Its groups and IAM policies; unreadable where the answer names one of them and does not tell of it.
    pub permissions: Fact<Permissions>,
}

impl AccountSession {
    /// The tags and permissions of every user of the account. A user whose own entry has no name is left out.
    ///
    /// # Errors
    /// When any page cannot be read, or when it is about another account.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
    pub async fn authorization_details(&self) -> Result<HashMap<UserName, UserDetails>, CallError> {
        let (mut users, mut known) = (Vec::new(), Known::default());
        let mut pages = pin!(self.details(&[EntityType::User, EntityType::Group, EntityType::LocalManagedPolicy]));
        while let Some(page) = pages.try_next().await? {
            let (groups, policies) = (page.group_detail_list(), page.policies());
            let arns = groups.iter().filter_map(|group| group.arn()).chain(policies.iter().filter_map(|it| it.arn()));
            for arn in arns {
                self.check_account(ACTION, arn)?;
            }
            known.add(groups, policies);
            users.extend(page.user_detail_list.unwrap_or_default());
        }
        let named = |user| Ok(self.user_name(user)?.map(|name| (name, known.details(user))));
        users.iter().filter_map(|user| named(user).transpose()).collect()
    }

    /// How many calls [`Self::all_user_tags`] takes in an account of `users` users.
    #[must_use]
    pub fn all_user_tags_calls(users: usize) -> usize {
        users.div_ceil(PAGE.unsigned_abs() as usize).max(1)
    }

    /// The tags of every user of the account: the same call, for users alone.
    ///
    /// # Errors
    /// When any page cannot be read.
    pub async fn all_user_tags(&self) -> Result<HashMap<UserName, Tags>, CallError> {
        let mut tags = HashMap::new();
        let mut pages = pin!(self.details(&[EntityType::User]));
        while let Some(page) = pages.try_next().await? {
            for user in page.user_detail_list() {
                if let Some(name) = self.user_name(user)? {
                    tags.insert(name, user.tags().iter().map(tag).collect());
                }
            }
        }
        Ok(tags)
    }

    fn details(
        &self,
        of: &[EntityType],
    ) -> impl Stream<Item = Result<GetAccountAuthorizationDetailsOutput, CallError>> {
        self.pages(
            ACTION,
            |iam, marker| {
                let request = iam.get_account_authorization_details().set_filter(Some(of.to_vec()));
                request.max_items(PAGE).set_marker(marker).send()
            },
            |page| (page.is_truncated(), page.marker()),
        )
    }

    fn user_name(&self, user: &UserDetail) -> Result<Option<UserName>, CallError> {
        self.check_account(ACTION, user.arn().unwrap_or_default())?;
        Ok(user.user_name().unwrap_or_default().parse().ok())
    }
}

/// The groups and customer managed policies of an account, each with what is wrong with it.
#[derive(Default)]
struct Known {
    groups: HashMap<String, Result<Group, CallError>>,
    /// Whether each customer managed policy, by ARN, allows everything.
    policies: HashMap<String, Result<bool, CallError>>,
}

#[derive(Clone)]
struct Group {
    attached_policies: Vec<String>,
    /// Whether a policy that is embedded in the group allows everything.
    allows_everything: bool,
}

impl Known {
    /// Adds what a page tells. A group without a name and a policy without an ARN are missed by those who have them.
    fn add(&mut self, groups: &[GroupDetail], policies: &[ManagedPolicyDetail]) {
        let groups = groups.iter().filter_map(|group| Some((group.group_name()?.to_owned(), Group::read(group))));
        self.groups.extend(groups);
        let policies = policies.iter().filter_map(|policy| {
            let arn = policy.arn()?;
            Some((arn.to_owned(), is_everything(arn, policy)))
        });
        self.policies.extend(policies);
    }

    fn details(&self, user: &UserDetail) -> UserDetails {
        let permissions = self.permissions(user);
        let permissions = permissions.map_or_else(|error| unreadable(Facet::AuthorizationDetails, error), Fact::Live);
        UserDetails { tags: user.tags().iter().map(tag).collect(), permissions }
    }

    fn permissions(&self, user: &UserDetail) -> Result<Permissions, CallError> {
        let attached_policies = arns(user.attached_managed_policies())?;
        let mut is_administrator = any_allows_everything(user.user_policy_list())?;
        let mut group_policies = Vec::new();
        for name in user.group_list() {
            let group = self.groups.get(name).cloned();
            let group = group.unwrap_or_else(|| Err(bad(&format!("the group `{name}` is not in it"))))?;
            is_administrator |= group.allows_everything;
            group_policies.extend(group.attached_policies.iter().cloned());
        }
        for arn in attached_policies.iter().chain(&group_policies) {
            is_administrator |= self.is_everything(arn)?;
        }
        let boundary = user.permissions_boundary().map(|boundary| {
            boundary.permissions_boundary_arn().ok_or_else(|| bad("a permissions boundary without an ARN"))
        });
        Ok(Permissions {
            groups: Fact::Live(user.group_list().to_vec()),
            inline_policies: Fact::Live(names(user.user_policy_list())?),
            permissions_boundary: Fact::Live(boundary.transpose()?.map(str::to_owned)),
            attached_policies: Fact::Live(attached_policies),
            group_policies: Fact::Live(group_policies),
            is_administrator: Fact::Live(is_administrator),
        })
    }

    /// Whether a managed policy allows everything. Of AWS's own, which are not in the answer, one does.
    /// Source: docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
    fn is_everything(&self, arn: &str) -> Result<bool, CallError> {
        match arn.split_once(":iam::aws:policy/") {
            Some((_, name)) => Ok(name == "AdministratorAccess"),
            None => {
                let policy = self.policies.get(arn).cloned();
                policy.unwrap_or_else(|| Err(bad(&format!("the IAM policy `{arn}` is not in it"))))
            }
        }
    }
}

impl Group {
    fn read(group: &GroupDetail) -> Result<Self, CallError> {
        let attached_policies = arns(group.attached_managed_policies())?;
        let allows_everything = any_allows_everything(group.group_policy_list())?;
        Ok(Self { attached_policies, allows_everything })
    }
}

/// Whether the default version of a customer managed policy allows everything.
fn is_everything(arn: &str, policy: &ManagedPolicyDetail) -> Result<bool, CallError> {
    let default = policy.policy_version_list().iter().find(|version| version.is_default_version());
    let document = default.and_then(|version| version.document());
    allows_everything(document.ok_or_else(|| bad(&format!("`{arn}` has no default version")))?)
}

fn arns(policies: &[AttachedPolicy]) -> Result<Vec<String>, CallError> {
    let arn = |policy: &AttachedPolicy| policy.policy_arn().map(str::to_owned);
    policies.iter().map(|policy| arn(policy).ok_or_else(|| bad("an attached IAM policy without an ARN"))).collect()
}

fn names(policies: &[PolicyDetail]) -> Result<Vec<String>, CallError> {
    let name = |policy: &PolicyDetail| policy.policy_name().map(str::to_owned);
    policies.iter().map(|policy| name(policy).ok_or_else(|| bad("an IAM policy without a name"))).collect()
}

fn any_allows_everything(policies: &[PolicyDetail]) -> Result<bool, CallError> {
    policies.iter().try_fold(false, |any, policy| {
        let document = policy.policy_document().ok_or_else(|| bad("an IAM policy without a document"))?;
        Ok(any | allows_everything(document)?)
    })
}

fn allows_everything(document: &str) -> Result<bool, CallError> {
    administrator::allows_everything(document).map_err(|error| bad(&error.to_string()))
}

fn bad(reason: &str) -> CallError {
    CallError::bad_answer(ACTION, reason)
}

#[cfg(test)]
mod tests;
