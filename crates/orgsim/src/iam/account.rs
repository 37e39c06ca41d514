//! Facts about an account as a whole.

use super::{account, list_page, paging};
use crate::backend::Context;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::Account;

/// `GetAccountSummary`
pub(super) fn summary(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(cx, state)?;
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
    let root = &account.root;
    let of_users: usize = account.users.iter().map(|user| user.mfa_devices.len()).sum();
    let mfa_in_use = of_users + usize::from(root.mfa.is_some());
    [
        ("AccessKeysPerUserQuota", 2),
        ("AccountAccessKeysPresent", usize::from(!root.keys.is_empty())),
        ("AccountMFAEnabled", usize::from(root.mfa.is_some())),
        ("AccountPasswordPresent", usize::from(root.password)),
        ("AccountSigningCertificatesPresent", usize::from(!root.signing_certificates.is_empty())),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("Groups", account.group_names().len()),
        ("GroupsPerUserQuota", 10),
        ("GroupsQuota", 300),
        ("InstanceProfiles", 0),
        ("MFADevices", mfa_in_use + account.unassigned_mfa_devices.len()),
        ("MFADevicesInUse", mfa_in_use),
        ("Policies", account.managed_policies.len()),
        ("PoliciesQuota", 1500),
        ("Providers", 0),
        ("Roles", account.roles().len()),
        ("RolesQuota", 1000),
        ("ServerCertificates", 0),
        ("Users", account.users.len()),
        ("UsersQuota", 5000),
    ]
}

/// `GetAccountPasswordPolicy`. What is not set is left out
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html>).
pub(super) fn password_policy(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let account = account(cx, state)?;
    let missing = || {
        let message = format!("The Password Policy with domain name {} cannot be found.", account.id);
        ApiError::no_such_entity(message)
    };
    let policy = account.password_policy.as_ref().ok_or_else(missing)?;
    let mut xml = Xml::default();
    xml.node("PasswordPolicy", |x| {
        x.leaf("MinimumPasswordLength", policy.minimum_length);
        x.leaf("RequireSymbols", policy.require_symbols);
        x.leaf("RequireNumbers", policy.require_numbers);
        x.leaf("RequireUppercaseCharacters", policy.require_uppercase);
        x.leaf("RequireLowercaseCharacters", policy.require_lowercase);
        x.leaf("AllowUsersToChangePassword", policy.users_may_change);
        x.leaf("ExpirePasswords", policy.max_age_days.is_some());
        if let Some(days) = policy.max_age_days {
            x.leaf("MaxPasswordAge", days);
        }
        if let Some(count) = policy.reuse_prevention {
            x.leaf("PasswordReusePrevention", count);
        }
        x.leaf("HardExpiry", policy.hard_expiry);
    });
    Ok(Body::Xml(xml))
}

/// `ListAccountAliases`: at most one there is.
pub(super) fn aliases(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    let alias: Vec<&str> = account(cx, state)?.alias.as_deref().into_iter().collect();
    list_page(&paging(cx, "")?, "AccountAliases", &alias, |alias| (*alias).into(), |x, alias| x.text(alias))
}
