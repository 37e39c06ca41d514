//! AWS Organizations: the organization, its tree and its accounts, read only
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Operations.html>).

mod accounts;
mod input;
mod tree;

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::auth;
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::Input;
use crate::wire::page;
use crate::wire::response::Body;

type Read = fn(&Asked<'_>, &State) -> Result<Value, ApiError>;

/// Answers an Organizations call of a known caller.
pub(crate) fn answer(asked: &Asked<'_>) -> Result<Body, ApiError> {
    let read: Read = match asked.call.action.as_str() {
        "DescribeAccount" => accounts::describe,
        "DescribeOrganization" => tree::describe_organization,
        "DescribeOrganizationalUnit" => tree::describe_unit,
        "ListAccounts" => accounts::list,
        "ListAccountsForParent" => accounts::list_for_parent,
        "ListOrganizationalUnitsForParent" => tree::list_units,
        "ListParents" => tree::list_parents,
        "ListRoots" => tree::list_roots,
        "ListTagsForResource" => tree::list_tags,
        _ => return Err(asked.unknown_action()),
    };
    if matches!(asked.call.input, Input::Unreadable) {
        return Err(ApiError::new(400, "SerializationException", "The request body is not a JSON object."));
    }
    let state = asked.sim.read();
    auth::authorize(&state, &asked.identity, asked.call, "*")?;
    check_account(asked, &state)?;
    read(asked, &state).map(Body::Json)
}

/// Only the management account and delegated administrators may call; any member may describe its organization.
fn check_account(asked: &Asked<'_>, state: &State) -> Result<(), ApiError> {
    let caller = asked.identity.account;
    let management = state.world.management().is_some_and(|account| account.id == caller);
    let delegated = state.world.delegated_administrators.contains(&caller);
    if management || delegated || asked.call.action == "DescribeOrganization" {
        return Ok(());
    }
    let message = "You don't have permissions to access this resource.";
    Err(ApiError::access_denied(asked.call.service.protocol(), message))
}

/// ARNs in an organization name its management account.
fn arn(state: &State, kind: &str, rest: &str) -> String {
    let world = &state.world;
    let management = world.management().map(|account| account.id.to_string()).unwrap_or_default();
    let separator = if rest.is_empty() { "" } else { "/" };
    format!("arn:{}:organizations::{management}:{kind}/{}{separator}{rest}", world.partition, world.organization.id)
}

/// The part of a list that `NextToken` and `MaxResults` ask for.
struct Paging {
    size: usize,
    after: Option<String>,
    list: String,
}

impl Paging {
    /// Reads the two parameters; `of` tells lists of the same action apart.
    fn read(asked: &Asked<'_>, of: &str) -> Result<Paging, ApiError> {
        let size = input::max_results(asked)?;
        let list = format!("{}/{of}", asked.call.action);
        let after = match asked.call.input.text("NextToken") {
            None => None,
            Some(token) => Some(page::open(asked.sim.derive(), &list, &token).ok_or_else(|| {
                ApiError::invalid_input("INVALID_NEXT_TOKEN", "You specified an invalid value for NextToken.")
            })?),
        };
        Ok(Paging { size, after, list })
    }

    fn token(&self, asked: &Asked<'_>, last: &str) -> Value {
        page::seal(asked.sim.derive(), &self.list, last).into()
    }

    /// A whole answer: the page under `key`, and the token if there is more.
    fn answer<T>(
        &self,
        asked: &Asked<'_>,
        key: &str,
        items: &[T],
        name: impl Fn(&T) -> Cow<'_, str>,
        each: impl Fn(&T) -> Value,
    ) -> Value {
        let page = page::page(items, name, self.size, self.after.as_deref());
        let mut answer = Map::new();
        answer.insert(key.to_owned(), page.items.iter().map(each).collect());
        if let Some(last) = &page.last {
            answer.insert("NextToken".to_owned(), self.token(asked, last));
        }
        json!(answer)
    }
}
