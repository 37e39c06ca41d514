//! Users and what belongs to them, except credentials other than passwords.

use super::{account, list_page, named_user, paging, user};
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::Shape;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, Tags, Text, User};

const PATH: Shape = Shape {
    min: 1,
    max: 512,
    pattern: "\\u002F[\\u0021-\\u007F]*",
    fits: |text| text.starts_with('/') && text.chars().all(|c| ('\u{21}'..='\u{7f}').contains(&c)),
};

/// `ListUsers`. It leaves out tags and permissions boundary, as AWS does.
pub(super) fn list(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let prefix = cx.call.input.shaped("PathPrefix", &PATH)?.unwrap_or("/".into());
    let paging = paging(cx, &prefix)?;
    let account = account(cx, state)?;
    let users: Vec<&User> = account.users.iter().filter(|user| user.path.starts_with(&*prefix)).collect();
    list_page(&paging, "Users", &users, |user| (&*user.name).into(), |x, user| core(x, user, account, state))
}

/// `GetUser`
pub(super) fn get(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(cx, state)?;
    let user = user(cx, account)?;
    let mut xml = Xml::default();
    xml.node("User", |x| {
        core(x, user, account, state);
        boundary(x, user);
        if !user.tags.is_empty() {
            tag_list(x, &user.tags);
        }
    });
    Ok(Body::Xml(xml))
}

/// What `ListUsers`, `GetUser` and `ListVirtualMFADevices` return about a user.
pub(super) fn core(xml: &mut Xml, user: &User, account: &Account, state: &State) {
    identity(xml, user, account, state);
    if let Some(at) = user.password.as_ref().and_then(|password| password.last_used_at) {
        xml.leaf("PasswordLastUsed", at);
    }
}

/// What every answer returns about a user.
pub(super) fn identity(xml: &mut Xml, user: &User, account: &Account, state: &State) {
    xml.leaf("Path", &user.path);
    xml.leaf("UserName", &user.name);
    xml.leaf("UserId", user.unique_id(state.derive(), account.id));
    xml.leaf("Arn", user.arn(state.world.partition, account.id));
    xml.leaf("CreateDate", user.created_at);
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
pub(super) fn tags(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let user = named_user(cx, account(cx, state)?)?;
    let paging = paging(cx, &user.name)?;
    list_page(&paging, "Tags", user.tags.pairs(), |(key, _)| (&**key).into(), tag)
}

/// `GetLoginProfile`. The time of the last change is in the credential report only.
pub(super) fn login_profile(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let user = user(cx, account(cx, state)?)?;
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
pub(super) fn attached_policies(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(cx, state)?;
    let user = named_user(cx, account)?;
    let prefix = cx.call.input.shaped("PathPrefix", &PATH)?.unwrap_or("/".into());
    let paging = paging(cx, &format!("{}/{prefix}", user.name))?;
    let partition = state.world.partition;
    let under = |arn: &String| arn.split_once(":policy").is_some_and(|(_, path)| path.starts_with(&*prefix));
    let arns: Vec<String> =
        user.attached_policies.iter().map(|p| account.policy_arn(partition, p)).filter(under).collect();
    list_page(&paging, "AttachedPolicies", &arns, |arn| arn.into(), |x, arn| attached_policy(x, arn))
}

pub(super) fn attached_policy(xml: &mut Xml, arn: &str) {
    xml.leaf("PolicyName", arn.rsplit('/').next().unwrap_or(arn));
    xml.leaf("PolicyArn", arn);
}

/// `ListUserPolicies`
pub(super) fn policies(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let user = named_user(cx, account(cx, state)?)?;
    let paging = paging(cx, &user.name)?;
    list_page(
        &paging,
        "PolicyNames",
        &user.inline_policies,
        |policy| (&*policy.name).into(),
        |x, policy| x.text(&policy.name),
    )
}

/// `ListGroupsForUser`
pub(super) fn groups(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(cx, state)?;
    let user = named_user(cx, account)?;
    let paging = paging(cx, &user.name)?;
    list_page(&paging, "Groups", &user.groups, |name| (&**name).into(), |x, name| group(x, account, name, state))
}

/// What every answer returns about a group. A group that only a user names is as old as the account.
pub(super) fn group(xml: &mut Xml, account: &Account, name: &str, state: &State) {
    let path = account.group(name).map_or("/", |group| &group.path);
    xml.leaf("Path", path);
    xml.leaf("GroupName", name);
    xml.leaf("GroupId", state.derive().unique_id("AGPA", &[&account.id.to_string(), name]));
    xml.leaf("Arn", format!("arn:{}:iam::{}:group{path}{name}", state.world.partition, account.id));
    xml.leaf("CreateDate", account.joined_at);
}
