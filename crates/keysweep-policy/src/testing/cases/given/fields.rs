//! Which fields a case may have: what its policy judges, what that belongs to, and no others.

use keysweep_files::{Diagnostic, yaml};
use keysweep_model::ResourceType;
use serde_yaml::Location;

use super::super::raw::RawCase;
use crate::objects::Object;

/// Checks that a case of a policy that judges `kind` gives nothing that the policy does not judge.
pub(super) fn check(raw: &RawCase, kind: ResourceType) -> Result<(), Diagnostic> {
    let judged = Object::judged(kind).name();
    for (name, place) in fields(raw) {
        let is_context = match name {
            "account" => true,
            "user" => !kind.is_of_account(),
            "other_keys" => kind == ResourceType::AccessKey,
            other => other == judged,
        };
        if let Some(place) = place.filter(|_| !is_context) {
            let help = match (kind, name) {
                (ResourceType::Account, "root") => "give the root user within `account`".to_owned(),
                (ResourceType::Account, "user") => "give the account `users`".to_owned(),
                _ => format!("give what it judges as `{judged}`"),
            };
            let message = format!("the policy judges {}: a case gives no `{name}`", Object::judged(kind).phrase());
            return Err(yaml::at_location(&place, message).help(help));
        }
    }
    for (name, place) in account_fields(raw) {
        if let Some(place) = place.filter(|_| kind != ResourceType::Account) {
            let message = format!("only cases of policies for accounts give the account's `{name}`");
            return Err(yaml::at_location(&place, message).help(format!("this policy judges `{judged}`")));
        }
    }
    for (name, of, place) in user_fields(raw) {
        if let Some(place) = place.filter(|_| kind == of) {
            let others = if kind == ResourceType::AccessKey { ", and the others as `other_keys`" } else { "" };
            let message = format!("a case of this policy gives no `{name}` of the user");
            return Err(yaml::at_location(&place, message).help(format!("give what is judged as `{judged}`{others}")));
        }
    }
    Ok(())
}

fn fields(raw: &RawCase) -> [(&'static str, Option<Location>); 10] {
    [
        ("key", raw.key.as_ref().map(|it| it.defined)),
        ("other_keys", raw.other_keys.as_ref().map(|it| it.defined)),
        ("user", raw.user.as_ref().map(|it| it.defined)),
        ("account", raw.account.as_ref().map(|it| it.defined)),
        ("root", raw.root.as_ref().map(|it| it.defined)),
        ("password", raw.password.as_ref().map(|it| it.defined)),
        ("mfa", raw.mfa.as_ref().map(|it| it.defined)),
        ("service_credential", raw.service_credential.as_ref().map(|it| it.defined)),
        ("signing_certificate", raw.signing_certificate.as_ref().map(|it| it.defined)),
        ("ssh_key", raw.ssh_key.as_ref().map(|it| it.defined)),
    ]
}

fn account_fields(raw: &RawCase) -> Vec<(&'static str, Option<Location>)> {
    raw.account.as_ref().map_or_else(Vec::new, |account| {
        let account = &account.value;
        vec![
            ("users", account.users.as_ref().map(|it| it.defined)),
            ("root", account.root.as_ref().map(|it| it.defined)),
            ("password_policy", account.password_policy.as_ref().map(|it| it.defined)),
        ]
    })
}

/// The fields of a user that hold what a policy of some kind judges.
fn user_fields(raw: &RawCase) -> Vec<(&'static str, ResourceType, Option<Location>)> {
    raw.user.as_ref().map_or_else(Vec::new, |user| {
        let user = &user.value;
        vec![
            ("access_keys", ResourceType::AccessKey, user.access_keys.as_ref().map(|it| it.defined)),
            ("password", ResourceType::Password, user.password.as_ref().map(|it| it.defined)),
            ("has_password", ResourceType::Password, user.has_password.as_ref().map(|it| it.defined)),
            ("mfa_devices", ResourceType::Mfa, user.mfa_devices.as_ref().map(|it| it.defined)),
            ("has_mfa", ResourceType::Mfa, user.has_mfa.as_ref().map(|it| it.defined)),
            (
                "service_credentials",
                ResourceType::ServiceCredential,
                user.service_credentials.as_ref().map(|it| it.defined),
            ),
            (
                "signing_certificates",
                ResourceType::SigningCertificate,
                user.signing_certificates.as_ref().map(|it| it.defined),
            ),
            ("ssh_keys", ResourceType::SshKey, user.ssh_keys.as_ref().map(|it| it.defined)),
        ]
    })
}
