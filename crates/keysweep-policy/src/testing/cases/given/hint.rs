//! What to give a case, so that a policy can read a property.

use crate::objects::Object;

/// What to give, so that a policy that judges `judged` can read the fact that it calls `name`.
pub(crate) fn hint(judged: Object, name: &str) -> String {
    let object = |word: &str| Object::ALL.into_iter().find(|object| object.name() == word);
    let (object, property) = match name.split_once('.') {
        Some((word, property)) if object(word).is_some() => (object(word).unwrap_or(judged), property),
        Some(_) | None => (judged, name),
    };
    let property = property.trim_end_matches(".len");
    let property = property.split_once('(').map_or(property, |(method, _)| method);
    let whom = match object {
        Object::Account | Object::WholeAccount => "account",
        Object::Root => "root user",
        Object::PasswordPolicy => "password policy",
        Object::Mfa => "MFA device",
        Object::ServiceCredential => "service credential",
        Object::SigningCertificate => "signing certificate",
        Object::SshKey => "SSH key",
        Object::Key | Object::User | Object::Password => object.name(),
    };
    format!("give the {whom} {}", what(object, property))
}

fn what(object: Object, property: &str) -> String {
    match (object, property) {
        (_, "created_on" | "created_at" | "changed_on" | "enabled_on") => "`age_days`".to_owned(),
        (Object::Key, "newer_active_keys") => "and the user's other keys `age_days`".to_owned(),
        (Object::Key, "minutes_after_user") => "`minutes_after_user`, or `age_days` and the user too".to_owned(),
        (Object::Key | Object::Password, "idle_days") => "`idle_days`, or `never_used: true` and `age_days`".to_owned(),
        (Object::Key | Object::Password | Object::Root, "never_used" | "last_used_on")
        | (Object::Key, "last_used_service" | "last_used_region") => "`idle_days`, or `never_used: true`".to_owned(),
        (Object::User, "tag" | "has_tag") => "`tags`, which is `{}` for none".to_owned(),
        (Object::User, "has_password" | "password") => "`has_password`, or a `password`".to_owned(),
        (Object::User, "is_quarantined") => "`attached_policies`".to_owned(),
        (Object::WholeAccount, "access_keys") => "`users`, each with its `access_keys`".to_owned(),
        (Object::ServiceCredential, "expires_on") => "`age_days` beside `lifetime_days`".to_owned(),
        (Object::PasswordPolicy, "is_set") => "as `password_policy`, which is null for none".to_owned(),
        (_, other) => format!("`{other}`"),
    }
}
