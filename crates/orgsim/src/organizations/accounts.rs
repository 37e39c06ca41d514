//! The accounts of the organization
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html>).

use serde_json::{Value, json};

use super::input::{self, Kind};
use super::{arn, list_page, paging, tree};
use crate::backend::Context;
use crate::options::AccountFields;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::page::Paging;
use crate::world::{Account, Joined};

/// Put in a token after an empty page: the next page at the same place is not empty again.
const SHOWN_EMPTY: &str = "!";

/// `ListAccounts`. Every third account is preceded by an empty page, if a page begins with it; where the counting starts
/// follows from the seed.
pub(super) fn list(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let mut paging = paging(cx, "")?;
    let after = paging.after.take().unwrap_or_default();
    let (place, shown) = after.strip_suffix(SHOWN_EMPTY).map_or((&*after, false), |place| (place, true));
    let start = place.parse().ok().and_then(|id| state.position(id)).map_or(0, |at| at + 1);
    if cx.backend.options.empty_pages && !shown && is_preceded_by_nothing(state, start) {
        let token = paging.marker(&format!("{place}{SHOWN_EMPTY}"));
        return Ok(json!({ "Accounts": [], "NextToken": token }));
    }
    let accounts: Vec<&Account> = state.world.accounts.iter().skip(start).take(paging.size + 1).collect();
    let mut page = answer(cx, state, &paging, &accounts);
    if cx.backend.options.repeated_accounts
        && let Some(before) = start.checked_sub(1).and_then(|at| state.world.accounts.get(at))
        && let Some(listed) = page["Accounts"].as_array_mut()
    {
        listed.insert(0, shape(before, state, cx.backend.options.account_fields));
    }
    Ok(page)
}

fn is_preceded_by_nothing(state: &State, start: usize) -> bool {
    (start as u64).wrapping_add(state.derive().number(&["empty pages"])).is_multiple_of(3)
}

/// `ListAccountsForParent`: only those directly below.
pub(super) fn list_for_parent(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let path = tree::parent(cx, state)?;
    let paging = paging(cx, path)?;
    let accounts: Vec<&Account> = state.world.accounts.iter().filter(|account| &*account.ou == path).collect();
    Ok(answer(cx, state, &paging, &accounts))
}

fn answer(cx: &Context<'_>, state: &State, paging: &Paging, accounts: &[&Account]) -> Value {
    let fields = cx.backend.options.account_fields;
    list_page(
        paging,
        "Accounts",
        accounts,
        |account| account.id.to_string().into(),
        |account| shape(account, state, fields),
    )
}

/// `DescribeAccount`
pub(super) fn describe(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let (_, id) = input::id(cx, "AccountId", &[Kind::Account])?;
    let account = id.parse().ok().and_then(|id| state.account(id)).ok_or_else(|| {
        ApiError::new(400, "AccountNotFoundException", "You specified an account that doesn't exist.")
    })?;
    Ok(json!({ "Account": shape(account, state, cx.backend.options.account_fields) }))
}

fn shape(account: &Account, state: &State, fields: AccountFields) -> Value {
    let mut shape = json!({
        "Id": account.id,
        "Arn": arn(state, "account", &account.id.to_string()),
        "Email": account.email,
        "Name": account.name,
        "JoinedMethod": match account.joined {
            Joined::Created => "CREATED",
            Joined::Invited => "INVITED",
        },
        "JoinedTimestamp": account.joined_at.unix() as f64,
    });
    let (with_state, with_status) = match fields {
        AccountFields::All => (true, true),
        AccountFields::WithoutStatus => (true, false),
        AccountFields::StatusOnly => (false, true),
    };
    if with_state {
        shape["State"] = account.state.as_str().into();
        shape["Paths"] = json!([format!("{}{}/", tree::id_path(state, &account.ou), account.id)]);
    }
    if let Some(status) = account.state.status().filter(|_| with_status) {
        shape["Status"] = status.into();
    }
    shape
}
