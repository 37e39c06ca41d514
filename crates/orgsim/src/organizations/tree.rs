//! The organization itself and the tree of its root, OUs and accounts.

use serde_json::{Value, json};

use super::input::{self, Kind};
use super::{arn, list_page, paging};
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::world::{Tags, Text};

/// `DescribeOrganization`
/// (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html>).
pub(super) fn describe_organization(_: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let Some(management) = state.world.management() else {
        let message = "Your account is not a member of an organization.";
        return Err(ApiError::new(400, "AWSOrganizationsNotInUseException", message));
    };
    Ok(json!({
        "Organization": {
            "Id": state.world.organization.id,
            "Arn": arn(state, "organization", ""),
            "FeatureSet": "ALL",
            "MasterAccountArn": arn(state, "account", &management.id.to_string()),
            "MasterAccountId": management.id,
            "MasterAccountEmail": management.email,
            "AvailablePolicyTypes": [],
        }
    }))
}

/// `ListRoots`: there is one.
pub(super) fn list_roots(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let paging = paging(cx, "")?;
    let roots = [&*state.world.organization.root_id];
    let shape = |id: &&str| json!({ "Id": id, "Arn": arn(state, "root", id), "Name": "Root", "PolicyTypes": [] });
    Ok(list_page(&paging, "Roots", &roots, |id| (*id).into(), shape))
}

/// `ListOrganizationalUnitsForParent`: only those directly below.
pub(super) fn list_units(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let parent = parent(cx, state)?;
    let paging = paging(cx, parent)?;
    let units: Vec<&Text> =
        state.world.organizational_units.iter().filter(|path| parent_path(path) == parent).collect();
    Ok(list_page(&paging, "OrganizationalUnits", &units, |path| (&***path).into(), |path| shape(state, path)))
}

/// `DescribeOrganizationalUnit`
pub(super) fn describe_unit(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let (_, id) = input::id(cx, "OrganizationalUnitId", &[Kind::Unit])?;
    let path = state.ou_path(&id).ok_or_else(|| {
        let message = "You specified an organizational unit that doesn't exist.";
        ApiError::new(400, "OrganizationalUnitNotFoundException", message)
    })?;
    Ok(json!({ "OrganizationalUnit": shape(state, path) }))
}

/// `ListParents`: the one OU or root that holds an account or OU.
pub(super) fn list_parents(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let (kind, id) = input::id(cx, "ChildId", &[Kind::Account, Kind::Unit])?;
    let paging = paging(cx, &id)?;
    let path = match kind {
        Kind::Account => id.parse().ok().and_then(|id| state.account(id)).map(|account| &*account.ou),
        Kind::Unit => state.ou_path(&id).map(|path| parent_path(path)),
        Kind::Root | Kind::Other => None,
    };
    let Some(path) = path else {
        let message = "You specified a child that doesn't exist.";
        return Err(ApiError::new(400, "ChildNotFoundException", message));
    };
    let kind = if path.is_empty() { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    let parents = [state.world.ou_id(path)];
    Ok(list_page(&paging, "Parents", &parents, |id| id.into(), |id| json!({ "Id": id, "Type": kind })))
}

/// `ListTagsForResource`. OUs and the root have no tags here. It takes no page size.
pub(super) fn list_tags(cx: &Context<'_>, state: &State) -> Result<Value, ApiError> {
    let (kind, id) = input::id(cx, "ResourceId", &[Kind::Account, Kind::Root, Kind::Unit, Kind::Other])?;
    let paging = paging(cx, &id)?;
    let none = Tags::default();
    let tags = match kind {
        Kind::Account => id.parse().ok().and_then(|id| state.account(id)).map(|account| &account.tags),
        Kind::Unit | Kind::Root => state.ou_path(&id).map(|_| &none),
        Kind::Other => None,
    };
    let Some(tags) = tags else {
        let message = "You specified a target that doesn't exist.";
        return Err(ApiError::new(400, "TargetNotFoundException", message));
    };
    let shape = |(key, value): &(Text, Text)| json!({ "Key": key, "Value": value });
    Ok(list_page(&paging, "Tags", tags.pairs(), |(key, _)| (&**key).into(), shape))
}

/// The path of the OU or root that `ParentId` names.
pub(super) fn parent<'s>(cx: &Context<'_>, state: &'s State) -> Result<&'s str, ApiError> {
    let (_, id) = input::id(cx, "ParentId", &[Kind::Root, Kind::Unit])?;
    let path = state.ou_path(&id).map(|path| &**path);
    path.ok_or_else(|| ApiError::new(400, "ParentNotFoundException", "You specified a parent that doesn't exist."))
}

/// The ids from the organization down to an OU, each followed by `/`.
pub(super) fn id_path(state: &State, path: &str) -> String {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    let units: String =
        ends.filter(|end| *end > 0).map(|end| format!("{}/", state.world.ou_id(&path[..end]))).collect();
    format!("{}/{}/{units}", state.world.organization.id, state.world.organization.root_id)
}

fn parent_path(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn shape(state: &State, path: &str) -> Value {
    let id = state.world.ou_id(path);
    json!({
        "Id": id,
        "Arn": arn(state, "ou", &id),
        "Name": path.rsplit('/').next().unwrap_or(path),
        "Path": id_path(state, path),
    })
}
