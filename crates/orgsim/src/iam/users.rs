//! Users and what belongs to them, but for their credentials other than a password.

use super::{Paging, account, named_user, user};
use crate::derive::Derive;
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::Shape;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, AccountId, Partition, Tags, Text, User};

const PATH: Shape = Shape {
    min: 1,
    max: 512,
    pattern: "\\u002F[\\u0021-\\u007F]*",
    fits: |text| text.starts_with('/') && text.chars().all(|c| ('\u{21}'..='\u{7f}').contains(&c)),
};

/// `ListUsers`. It leaves out tags and permissions boundary, as AWS does.
pub(super) fn list(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let prefix = asked.call.input.shaped("PathPrefix", &PATH)?.unwrap_or("/".into());
    let paging = Paging::read(asked, &prefix)?;
    let account = account(asked, state)?;
    let users: Vec<&User> = account.users.iter().filter(|user| user.path.starts_with(&*prefix)).collect();
    paging.answer(
        asked,
        "Users",
        &users,
        |user| (&*user.name).into(),
        |x, user| core(x, user, account, state.world.partition, state.derive()),
    )
}

/// `GetUser`
pub(super) fn get(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(asked, state)?;
    let user = user(asked, account)?;
    let mut xml = Xml::default();
    xml.node("User", |x| {
        core(x, user, account, state.world.partition, state.derive());
        boundary(x, user);
        if !user.tags.is_empty() {
            tag_list(x, &user.tags);
        }
    });
    Ok(Body::Xml(xml))
}

/// What `ListUsers`, `GetUser` and `ListVirtualMFADevices` tell of a user.
pub(super) fn core(xml: &mut Xml, user: &User, account: &Account, partition: Partition, derive: Derive) {
    identity(xml, user, account, partition, derive);
    if let Some(at) = user.password.as_ref().and_then(|password| password.last_used_at) {
        xml.leaf("PasswordLastUsed", at);
    }
}

/// What every answer tells of a user.
pub(super) fn identity(xml: &mut Xml, user: &User, account: &Account, partition: Partition, derive: Derive) {
    xml.leaf("Path", &user.path);
    xml.leaf("UserName", &user.name);
    xml.leaf("UserId", user_id(derive, account.id, user));
    xml.leaf("Arn", user.arn(partition, account.id));
    xml.leaf("CreateDate", user.created_at);
}

/// The unique id of a user.
pub(crate) fn user_id(derive: Derive, account: AccountId, user: &User) -> String {
    let of_name = || derive.unique_id("AIDA", &[&account.to_string(), &user.name]);
    user.id.as_ref().map_or_else(of_name, ToString::to_string)
}

pub(super) fn boundary(xml: &mut Xml, user: &User) {
    if let Some(arn) = &user.permissions_boundary {
        xml.node("PermissionsBoundary", |x| {
            x.leaf("PermissionsBoundaryType", "Policy");
            x.leaf("PermissionsBoundaryArn", arn);
        });
    }
}

pub(super) fn tag_list(xml: &mut Xml, tags: &Tags) {
    xml.list("Tags", tags.pairs(), tag);
}

fn tag(xml: &mut Xml, (key, value): &(Text, Text)) {
    xml.leaf("Key", key);
    xml.leaf("Value", value);
}

/// `ListUserTags`
pub(super) fn tags(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let user = named_user(asked, account(asked, state)?)?;
    let paging = Paging::read(asked, &user.name)?;
    paging.answer(asked, "Tags", user.tags.pairs(), |(key, _)| (&**key).into(), tag)
}

/// `GetLoginProfile`. When the password was changed is told by the credential report only.
pub(super) fn login_profile(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let user = user(asked, account(asked, state)?)?;
    let missing = || ApiError::no_such_entity(format!("Login Profile for User {} cannot be found.", user.name));
    let password = user.password.as_ref().ok_or_else(missing)?;
    let mut xml = Xml::default();
    xml.node("LoginProfile", |x| {
        x.leaf("UserName", &user.name);
        x.leaf("CreateDate", password.created_at.unwrap_or(user.created_at));
        x.leaf("PasswordResetRequired", password.reset_required);
    });
    Ok(Body::Xml(xml))
}

/// `ListAttachedUserPolicies`
pub(super) fn attached_policies(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(asked, state)?;
    let user = named_user(asked, account)?;
    let prefix = asked.call.input.shaped("PathPrefix", &PATH)?.unwrap_or("/".into());
    let paging = Paging::read(asked, &format!("{}/{prefix}", user.name))?;
    let partition = state.world.partition;
    let under = |arn: &String| arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(&*prefix));
    let arns: Vec<String> =
        user.attached_policies.iter().map(|p| account.policy_arn(partition, p)).filter(under).collect();
    paging.answer(asked, "AttachedPolicies", &arns, |arn| arn.into(), |x, arn| attached_policy(x, arn))
}

pub(super) fn attached_policy(xml: &mut Xml, arn: &str) {
    xml.leaf("PolicyName", arn.rsplit('/').next().unwrap_or(arn));
    xml.leaf("PolicyArn", arn);
}

/// `ListUserPolicies`
pub(super) fn policies(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let user = named_user(asked, account(asked, state)?)?;
    let paging = Paging::read(asked, &user.name)?;
    let names: Vec<&str> = user.inline_policies.iter().map(|policy| &*policy.name).collect();
    paging.page_of_names(asked, "PolicyNames", &names)
}

/// `ListGroupsForUser`
pub(super) fn groups(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(asked, state)?;
    let user = named_user(asked, account)?;
    let paging = Paging::read(asked, &user.name)?;
    paging.answer(asked, "Groups", &user.groups, |name| (&**name).into(), |x, name| group(x, account, name, state))
}

/// What every answer tells of a group. One that only a user mentions is as old as the account.
pub(super) fn group(xml: &mut Xml, account: &Account, name: &str, state: &State) {
    let path = account.group(name).map_or("/", |group| &group.path);
    xml.leaf("Path", path);
    xml.leaf("GroupName", name);
    xml.leaf("GroupId", state.derive().unique_id("AGPA", &[&account.id.to_string(), name]));
    xml.leaf("Arn", format!("arn:{}:iam::{}:group{path}{name}", state.world.partition, account.id));
    xml.leaf("CreateDate", account.joined_at);
}

impl Paging {
    /// A list whose members are bare names.
    pub(super) fn page_of_names(&self, asked: &Asked<'_>, list: &str, names: &[&str]) -> Result<Body, ApiError> {
        let page = self.page(names, |name| (*name).into());
        let mut xml = Xml::default();
        xml.node(list, |x| page.items.iter().for_each(|name| x.leaf("member", name)));
        self.end(asked, &mut xml, page.last.as_deref());
        Ok(Body::Xml(xml))
    }
}
