//! AWS Organizations: the organization, its tree and its accounts, read only
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>).

mod accounts;
mod input;
mod tree;

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::auth;
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::Input;
use crate::wire::page::Paging;
use crate::wire::response::Body;

type Read = fn(&Context<'_>, &State) -> Result<Value, ApiError>;

/// Answers an Organizations call of a known caller.
pub(crate) fn answer(cx: &Context<'_>) -> Result<Body, ApiError> {
    let read: Read = match cx.call.action.as_str() {
        "DescribeAccount" => accounts::describe,
        "DescribeOrganization" => tree::describe_organization,
        "DescribeOrganizationalUnit" => tree::describe_unit,
        "ListAccounts" => accounts::list,
        "ListAccountsForParent" => accounts::list_for_parent,
        "ListOrganizationalUnitsForParent" => tree::list_units,
        "ListParents" => tree::list_parents,
        "ListRoots" => tree::list_roots,
        "ListTagsForResource" => tree::list_tags,
        _ => return Err(cx.unknown_action()),
    };
    if matches!(cx.call.input, Input::Unreadable) {
        return Err(ApiError::new(400, "SerializationException", "The request body is not a JSON object."));
    }
    let state = cx.backend.read();
    auth::authorize(cx, &state, "*")?;
    check_account(cx, &state)?;
    read(cx, &state).map(Body::Json)
}

/// Only the management account and delegated administrators may call; any member may describe its organization.
fn check_account(cx: &Context<'_>, state: &State) -> Result<(), ApiError> {
    let caller = cx.identity.account;
    let management = state.world.management().is_some_and(|account| account.id == caller);
    let delegated = state.world.delegated_administrators.contains(&caller);
    if management || delegated || cx.call.action == "DescribeOrganization" {
        return Ok(());
    }
    let message = "You don't have permissions to access this resource.";
    Err(cx.access_denied(message))
}

/// ARNs in an organization name its management account.
fn arn(state: &State, kind: &str, rest: &str) -> String {
    let world = &state.world;
    let management = world.management().map(|account| account.id.to_string()).unwrap_or_default();
    let separator = if rest.is_empty() { "" } else { "/" };
    format!("arn:{}:organizations::{management}:{kind}/{}{separator}{rest}", world.partition, world.organization.id)
}

/// The page that `NextToken` and `MaxResults` name; `of` distinguishes the lists of an action.
fn paging(cx: &Context<'_>, of: &str) -> Result<Paging, ApiError> {
    let size = input::max_results(cx)?;
    let token = cx.call.input.text("NextToken");
    Paging::new(cx.backend.derive, format!("{}/{of}", cx.call.action), size, token.as_deref())
        .ok_or_else(|| ApiError::invalid_input("INVALID_NEXT_TOKEN", "You specified an invalid value for NextToken."))
}

/// A whole answer: the page under `key`, and the token if there is more.
fn list_page<T>(
    paging: &Paging,
    key: &str,
    items: &[T],
    name: impl Fn(&T) -> Cow<'_, str>,
    each: impl Fn(&T) -> Value,
) -> Value {
    let page = paging.page(items, name);
    let mut answer = json!({ key: page.items.iter().map(each).collect::<Value>() });
    if let Some(last) = &page.last {
        answer["NextToken"] = paging.marker(last).into();
    }
    answer
}
