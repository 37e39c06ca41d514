//! Facts about an account as a whole.

use super::{Paging, account};
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::Account;

/// `GetAccountSummary`
pub(super) fn summary(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(asked, state)?;
    let mut xml = Xml::default();
    xml.node("SummaryMap", |x| {
        for (key, value) in entries(account) {
            x.node("entry", |x| {
                x.leaf("key", key);
                x.leaf("value", value);
            });
        }
    });
    Ok(Body::Xml(xml))
}

fn entries(account: &Account) -> [(&'static str, usize); 22] {
    let mfa = account.users.iter().filter(|user| user.mfa_enabled_at.is_some()).count();
    let root = &account.root;
    [
        ("AccessKeysPerUserQuota", 2),
        ("AccountAccessKeysPresent", usize::from(!root.keys.is_empty())),
        ("AccountMFAEnabled", usize::from(root.mfa)),
        ("AccountPasswordPresent", usize::from(root.password)),
        ("AccountSigningCertificatesPresent", 0),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("Groups", account.group_names().len()),
        ("GroupsPerUserQuota", 10),
        ("GroupsQuota", 300),
        ("InstanceProfiles", 0),
        ("MFADevices", mfa + usize::from(root.mfa)),
        ("MFADevicesInUse", mfa + usize::from(root.mfa)),
        ("Policies", 0),
        ("PoliciesQuota", 1500),
        ("Providers", 0),
        ("Roles", account.roles().len()),
        ("RolesQuota", 1000),
        ("ServerCertificates", 0),
        ("Users", account.users.len()),
        ("UsersQuota", 5000),
    ]
}

/// `ListAccountAliases`: at most one there is.
pub(super) fn aliases(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    let alias: Vec<&str> = account(asked, state)?.alias.as_deref().into_iter().collect();
    Paging::read(asked, "")?.page_of_names(asked, "AccountAliases", &alias)
}
