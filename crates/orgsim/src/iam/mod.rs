//! IAM: the actions that read users and credentials, and the few that change access keys
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html>).

mod account;
mod credentials;
mod details;
mod keys;
mod mfa;
mod report;
mod users;

use std::borrow::Cow;

use crate::auth;
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::{ApiError, AuthError};
use crate::wire::input::NAME;
use crate::wire::page::Paging;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{Account, User};

type Read = fn(&Context<'_>, &State) -> Result<Body, ApiError>;
type Write = fn(&Context<'_>, &mut State) -> Result<Body, ApiError>;

enum Action {
    Read(Read),
    Write(Write),
}

/// Answers an IAM call of a known caller.
pub(crate) fn answer(cx: &Context<'_>) -> Result<Body, ApiError> {
    match action(&cx.call.action).ok_or_else(|| cx.unknown_action())? {
        Action::Read(read) => {
            let state = cx.backend.read();
            auth::authorize(cx, &state, &resource(cx, &state))?;
            read(cx, &state)
        }
        Action::Write(write) => {
            let mut state = cx.backend.write();
            auth::authorize(cx, &state, &resource(cx, &state))?;
            write(cx, &mut state)
        }
    }
}

fn action(name: &str) -> Option<Action> {
    Some(match name {
        "CreateAccessKey" => Action::Write(keys::create),
        "DeleteAccessKey" => Action::Write(keys::delete),
        "GenerateCredentialReport" => Action::Read(report::generate),
        "GetAccessKeyLastUsed" => Action::Read(keys::last_used),
        "GetAccountAuthorizationDetails" => Action::Read(details::authorization_details),
        "GetAccountPasswordPolicy" => Action::Read(account::password_policy),
        "GetAccountSummary" => Action::Read(account::summary),
        "GetCredentialReport" => Action::Read(report::get),
        "GetLoginProfile" => Action::Read(users::login_profile),
        "GetUser" => Action::Read(users::get),
        "ListAccessKeys" => Action::Read(keys::list),
        "ListAccountAliases" => Action::Read(account::aliases),
        "ListAttachedUserPolicies" => Action::Read(users::attached_policies),
        "ListGroupsForUser" => Action::Read(users::groups),
        "ListMFADevices" => Action::Read(mfa::of_user),
        "ListSSHPublicKeys" => Action::Read(credentials::ssh_keys),
        "ListServiceSpecificCredentials" => Action::Read(credentials::service_credentials),
        "ListSigningCertificates" => Action::Read(credentials::signing_certificates),
        "ListUserPolicies" => Action::Read(users::policies),
        "ListUserTags" => Action::Read(users::tags),
        "ListUsers" => Action::Read(users::list),
        "ListVirtualMFADevices" => Action::Read(mfa::virtual_devices),
        "UpdateAccessKey" => Action::Write(keys::update),
        _ => return None,
    })
}

/// What a denial names as the resource
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>).
fn resource(cx: &Context<'_>, state: &State) -> String {
    let users = format!("arn:{}:iam::{}:user/", state.world.partition, cx.identity.account);
    match (cx.call.input.text("UserName"), cx.call.action.as_str()) {
        (Some(name), _) => match state.account(cx.identity.account).and_then(|account| account.user(&name)) {
            Some(user) => user.arn(state.world.partition, cx.identity.account),
            None => users + &name,
        },
        (None, "ListUsers") => users,
        (None, _) => "*".to_owned(),
    }
}

/// The account of the caller; it may have been removed from the world since the caller was authenticated.
fn account<'s>(cx: &Context<'_>, state: &'s State) -> Result<&'s Account, ApiError> {
    let removed = || AuthError::UnknownKey.into_error(cx.call.service.protocol());
    state.account(cx.identity.account).ok_or_else(removed)
}

/// The user that the request names; without a name, the caller's own user.
fn user<'s>(cx: &Context<'_>, account: &'s Account) -> Result<&'s User, ApiError> {
    let Some(name) = cx.call.input.shaped("UserName", &NAME)? else {
        let message = "Must specify userName when calling with non-User credentials";
        return cx.identity.user(account).ok_or_else(|| ApiError::validation(message));
    };
    account.user(&name).ok_or_else(|| no_such_user(&name))
}

/// The user that must be named.
fn named_user<'s>(cx: &Context<'_>, account: &'s Account) -> Result<&'s User, ApiError> {
    let name = cx.call.input.required("UserName", &NAME)?;
    account.user(&name).ok_or_else(|| no_such_user(&name))
}

fn no_such_user(name: &str) -> ApiError {
    ApiError::no_such_entity(format!("The user with name {name} cannot be found."))
}

/// The page that `Marker` and `MaxItems` name; `of` distinguishes the lists of an action.
fn paging(cx: &Context<'_>, of: &str) -> Result<Paging, ApiError> {
    let size = cx.call.input.number("MaxItems", 1, 1000)?.unwrap_or(100);
    let list = format!("{}/{}/{of}", cx.call.action, cx.identity.account);
    let marker = cx.call.input.text("Marker");
    Paging::new(cx.backend.derive, list, usize::try_from(size).unwrap_or(1), marker.as_deref())
        .ok_or_else(|| ApiError::validation("Invalid Marker."))
}

/// The end of a page: `IsTruncated`, and `Marker` if there is more.
fn end_page(xml: &mut Xml, paging: &Paging, last: Option<&str>) {
    xml.leaf("IsTruncated", last.is_some());
    if let Some(last) = last {
        xml.leaf("Marker", paging.marker(last));
    }
}

/// A page whose items are `member` elements, each filled by `each`.
fn list_page<T>(
    paging: &Paging,
    list: &str,
    items: &[T],
    name: impl Fn(&T) -> Cow<'_, str>,
    each: impl Fn(&mut Xml, &T),
) -> Result<Body, ApiError> {
    let page = paging.page(items, name);
    let mut xml = Xml::default();
    xml.list(list, page.items, each);
    end_page(&mut xml, paging, page.last.as_deref());
    Ok(Body::Xml(xml))
}

/// A page of what a user has; each item begins with the name of the user.
fn list_of_user<T>(
    cx: &Context<'_>,
    state: &State,
    list: &str,
    items: fn(&User) -> &[T],
    id: fn(&T) -> &str,
    each: impl Fn(&mut Xml, &T),
) -> Result<Body, ApiError> {
    let user = user(cx, account(cx, state)?)?;
    let with_owner = |x: &mut Xml, item: &T| {
        x.leaf("UserName", &user.name);
        each(x, item);
    };
    list_page(&paging(cx, &user.name)?, list, items(user), |item| id(item).into(), with_owner)
}
