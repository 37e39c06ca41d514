//! Access keys: listed, described, created, updated and deleted.

use super::{account, list_of_user, user};
use crate::backend::Context;
use crate::derive::access_key_id;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::input::KEY_ID;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::{AccessKey, KeyStatus};

/// Access keys that a user may have
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const QUOTA: usize = 2;

/// `ListAccessKeys`
pub(super) fn list(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    list_of_user(
        cx,
        state,
        "AccessKeyMetadata",
        |user| &user.keys,
        |key| &key.id,
        |x, key| {
            x.leaf("AccessKeyId", &key.id);
            x.leaf("Status", key.status.as_str());
            x.leaf("CreateDate", key.created_at);
        },
    )
}

/// `GetAccessKeyLastUsed`. Its page documents no error for a key that is not there: AWS refuses as if the caller were
/// not allowed, so that it does not reveal which keys exist in other accounts.
pub(super) fn last_used(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let id = cx.call.input.required("AccessKeyId", &KEY_ID)?;
    let found = state.key_owner(&id).filter(|(account, _)| account.id == cx.identity.account);
    let Some((user, key)) = found.and_then(|(_, user)| Some((user, user.key(&id)?))) else {
        let caller = cx.identity.arn(state.world.partition);
        let message = format!(
            "User: {caller} is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access key {id}"
        );
        return Err(cx.access_denied(message));
    };
    let mut xml = Xml::default();
    xml.leaf("UserName", &user.name);
    xml.node("AccessKeyLastUsed", |x| match &key.last_used {
        Some(used) => {
            x.leaf("LastUsedDate", used.at);
            x.leaf("ServiceName", &used.service);
            x.leaf("Region", &used.region);
        }
        None => {
            x.leaf("ServiceName", "N/A");
            x.leaf("Region", "N/A");
        }
    });
    Ok(Body::Xml(xml))
}

/// `CreateAccessKey`: the only answer with a secret.
pub(super) fn create(cx: &Context<'_>, state: &mut State) -> Result<Body, ApiError> {
    let owner = account(cx, state)?;
    let (account_id, user) = (owner.id, user(cx, owner)?);
    if user.keys.len() >= QUOTA {
        let message = format!("Cannot exceed quota for AccessKeysPerUser: {QUOTA}");
        return Err(ApiError::new(409, "LimitExceeded", message));
    }
    let name = user.name.clone();
    let id = unused_id(state, account_id.number(), &name, cx.now.unix());
    let key = AccessKey {
        id: id.as_str().into(),
        status: KeyStatus::Active,
        created_at: cx.now,
        last_used: None,
        changed_at: None,
    };
    if let Some(user) = state.account_mut(account_id).and_then(|account| account.user_mut(&name)) {
        user.keys.push(key);
    }
    state.key_added(account_id, &name, &id);
    let mut xml = Xml::default();
    xml.node("AccessKey", |x| {
        x.leaf("UserName", &name);
        x.leaf("AccessKeyId", &id);
        x.leaf("Status", KeyStatus::Active.as_str());
        x.leaf("SecretAccessKey", state.derive().secret(&id));
        x.leaf("CreateDate", cx.now);
    });
    Ok(Body::Xml(xml))
}

/// An unused id, which follows from the user and the time.
fn unused_id(state: &State, account: u64, user: &str, now: i64) -> String {
    let mut attempt = 0_u32;
    loop {
        let noise = state.derive().number(&["new key", user, &now.to_string(), &attempt.to_string()]);
        let id = access_key_id("AKIA", account, noise);
        if state.key_owner(&id).is_none() {
            return id;
        }
        attempt += 1;
    }
}

/// `UpdateAccessKey`
pub(super) fn update(cx: &Context<'_>, state: &mut State) -> Result<Body, ApiError> {
    let id = cx.call.input.required("AccessKeyId", &KEY_ID)?;
    let status = cx.call.input.text("Status");
    let status = match status.as_deref() {
        Some("Active") => KeyStatus::Active,
        Some("Inactive") => KeyStatus::Inactive,
        Some("Expired") => return Err(ApiError::new(400, "InvalidInput", "Status cannot be set to Expired.")),
        other => {
            let constraint = match other {
                Some(_) => "Member must satisfy enum value set: [Active, Inactive, Expired]",
                None => "Member must not be null",
            };
            return Err(ApiError::constraint("Status", other.unwrap_or("null"), constraint));
        }
    };
    own_key(cx, state, &id)?.status = status;
    Ok(Body::Nothing)
}

/// `DeleteAccessKey`
pub(super) fn delete(cx: &Context<'_>, state: &mut State) -> Result<Body, ApiError> {
    let id = cx.call.input.required("AccessKeyId", &KEY_ID)?;
    own_key(cx, state, &id)?;
    let owner = account(cx, state)?;
    let (account_id, name) = (owner.id, user(cx, owner)?.name.clone());
    if let Some(user) = state.account_mut(account_id).and_then(|account| account.user_mut(&name)) {
        user.keys.retain(|key| *key.id != *id);
    }
    state.key_removed(&id);
    Ok(Body::Nothing)
}

/// The key of that id, which must belong to the user that is named.
fn own_key<'s>(cx: &Context<'_>, state: &'s mut State, id: &str) -> Result<&'s mut AccessKey, ApiError> {
    let owner = account(cx, state)?;
    let (account_id, name) = (owner.id, user(cx, owner)?.name.clone());
    let user = state.account_mut(account_id).and_then(|account| account.user_mut(&name));
    let key = user.and_then(|user| user.key_mut(id));
    key.ok_or_else(|| ApiError::no_such_entity(format!("The Access Key with id {id} cannot be found.")))
}
