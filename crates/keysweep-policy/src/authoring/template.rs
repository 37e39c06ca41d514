//! What `keysweep policy new` writes: for each kind of resource a commented policy, and cases that it passes.

use keysweep_model::{PolicyId, Remedy, ResourceType};

/// A policy to begin with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The policy's file.
    pub policy: String,
    /// The file of its cases.
    pub cases: String,
}

/// What differs from one kind of resource to the next.
struct Body {
    title: &'static str,
    remedy: Remedy,
    /// The parameter, where there is one.
    param: Option<&'static str>,
    /// The body of `check`.
    script: &'static str,
    cases: &'static str,
}

/// The policy `id` for a kind of resource.
#[must_use]
pub fn of(id: &PolicyId, resource: ResourceType) -> Template {
    let (_, body) = &BODIES[resource as usize];
    let name = crate::objects::Object::judged(resource).name();
    let params = body.param.map(|param| format!("//! params:\n//!   {param}\n")).unwrap_or_default();
    let policy = format!(
        "\
//! id: {id}
//! title: {title}
//! description: >
//!   Say here why this matters: findings show it.
//! severity: medium
//! resource: {resource}
{params}//! remedy: {remedy}
//! references: []

// `check` is asked about each resource. It returns `pass()`, `fail(message)` or `exempt(reason)`, and may touch whatever
// `keysweep policy reference` lists. Facts are read when they are touched: ask the cheap ones first.
fn check({name}, params) {{
{script}}}
",
        title = body.title,
        remedy = body.remedy,
        script = body.script,
    );
    let cases = format!(
        "\
# The cases of {id}: run them with `keysweep policy test`. A case gives the few properties that matter.
{}",
        body.cases
    );
    Template { policy, cases }
}

const AGE: &str = "max_age_days: { type: integer, default: 90, min: 1, help: The greatest age in days }";

/// What a template has for each kind of resource, in the order of [`ResourceType::ALL`].
static BODIES: [(ResourceType, Body); ResourceType::ALL.len()] = [
    (
        ResourceType::AccessKey,
        Body {
            title: "Active access keys are replaced in time",
            remedy: Remedy::Rotate,
            param: Some(AGE),
            script: "    \
    if !key.active || key.age_days <= params.max_age_days {
        return pass();
    }
    // Asked last: a tag costs a call, and only users with old keys come this far.
    if key.user.tag(\"service-account\") == \"true\" && key.age_days <= 365 {
        return exempt(\"service accounts replace their keys once a year\");
    }
    fail(`active for ${key.age_days} days, limit ${params.max_age_days}`)
",
            cases: "\
- name: a key of 90 days may stay
  access_key: { age_days: 90 }
  expect: { status: pass, reads: [access_keys] }

- name: a key of 90 and a quarter days must go
  access_key: { age_days: 90.25 }
  user: { tags: {} }
  expect: { status: fail, message: \"active for 91 days, limit 90\" }

- name: an inactive key does no harm
  access_key: { age_days: 400, active: false }
  expect: { status: pass }

- name: a service account has a year
  access_key: { age_days: 365 }
  user: { tags: { service-account: \"true\" } }
  expect: { status: exempt }

- name: and no more than a year
  access_key: { age_days: 366 }
  user: { tags: { service-account: \"true\" } }
  expect: { status: fail }

- name: a user whose tags could not be read is not exempted, and does not pass
  access_key: { age_days: 91 }
  unreadable: [user_tags]
  expect: { status: unknown }
",
        },
    ),
    (
        ResourceType::User,
        Body {
            title: "Users with a console password have MFA",
            remedy: Remedy::Notify,
            param: None,
            script: "    \
    if !user.has_password || user.has_mfa {
        return pass();
    }
    fail(\"has a password and no MFA device\")
",
            cases: "\
- name: a user with password and MFA is fine
  user: { has_password: true, has_mfa: true }
  expect: { status: pass }

- name: a user without a password needs no MFA
  user: { has_password: false }
  expect: { status: pass }

- name: a password alone is not enough
  user: { has_password: true, has_mfa: false }
  expect: { status: fail, message: no MFA }
",
        },
    ),
    (
        ResourceType::Account,
        Body {
            title: "An account has few old access keys",
            remedy: Remedy::None,
            param: Some(AGE),
            script: "    \
    let old = account.access_keys.filter(|key| key.active && key.age_days > params.max_age_days);
    if old.len == 0 {
        return pass();
    }
    fail(`${old.len} old keys`, #{ users: old.map(|key| key.user.name) })
",
            cases: "\
- name: an account of young keys is fine
  account: { users: [{ name: ann, access_keys: [{ age_days: 90 }] }] }
  expect: { status: pass }

- name: old keys are named by their users
  account: { users: [{ name: ann, access_keys: [{ age_days: 91 }] }, { name: bob, access_keys: [] }] }
  expect: { status: fail, message: 1 old key }
",
        },
    ),
    (
        ResourceType::Root,
        Body {
            title: "The root user has no access key",
            remedy: Remedy::Notify,
            param: None,
            script: "    \
    if !root.has_access_key {
        return pass();
    }
    fail(\"the root user has an access key\", #{ severity: \"critical\" })
",
            cases: "\
- name: a root user without a key is fine
  root: { has_access_key: false }
  expect: { status: pass, reads: [account_summary] }

- name: a root user with a key is not
  root: { has_access_key: true }
  expect: { status: fail, severity: critical }
",
        },
    ),
    (
        ResourceType::Password,
        Body {
            title: "Console passwords that are not used are removed",
            remedy: Remedy::Notify,
            param: Some("max_idle_days: { type: integer, default: 45, min: 1, help: The most days without use }"),
            script: "    \
    if password.idle_days <= params.max_idle_days {
        return pass();
    }
    fail(`unused for ${password.idle_days} days, limit ${params.max_idle_days}`)
",
            cases: "\
- name: a password used 45 days ago may stay
  password: { idle_days: 45 }
  expect: { status: pass }

- name: a password used 46 days ago must go
  password: { idle_days: 46 }
  expect: { status: fail, message: unused for 46 days }
",
        },
    ),
    (
        ResourceType::Mfa,
        Body {
            title: "MFA devices are passkeys or hardware",
            remedy: Remedy::Notify,
            param: None,
            script: "    \
    if mfa.kind != \"virtual\" {
        return pass();
    }
    fail(\"an authenticator app can be phished\")
",
            cases: "\
- name: a passkey is fine
  mfa: { kind: passkey }
  expect: { status: pass }

- name: an app is not
  mfa: { kind: virtual }
  expect: { status: fail }
",
        },
    ),
    (
        ResourceType::ServiceCredential,
        Body {
            title: "Service credentials expire",
            remedy: Remedy::Notify,
            param: None,
            script: "    \
    if !service_credential.active || service_credential.has_expiry {
        return pass();
    }
    fail(`a credential for ${service_credential.service} that never expires`)
",
            cases: "\
- name: a credential that expires is fine
  service_credential: { lifetime_days: 30 }
  expect: { status: pass }

- name: one that never does is not
  service_credential: { service: bedrock, lifetime_days: 0 }
  expect: { status: fail, message: bedrock }

- name: an inactive one does no harm
  service_credential: { active: false }
  expect: { status: pass }
",
        },
    ),
    (
        ResourceType::SigningCertificate,
        Body {
            title: "Signing certificates are replaced in time",
            remedy: Remedy::Notify,
            param: Some(AGE),
            script: "    \
    if !signing_certificate.active || signing_certificate.age_days <= params.max_age_days {
        return pass();
    }
    fail(`active for ${signing_certificate.age_days} days, limit ${params.max_age_days}`)
",
            cases: "\
- name: a certificate of 90 days may stay
  signing_certificate: { age_days: 90 }
  expect: { status: pass }

- name: a certificate of 91 days must go
  signing_certificate: { age_days: 91 }
  expect: { status: fail, message: limit 90 }

- name: an inactive one does no harm
  signing_certificate: { age_days: 400, active: false }
  expect: { status: pass }
",
        },
    ),
    (
        ResourceType::SshKey,
        Body {
            title: "SSH keys are replaced in time",
            remedy: Remedy::Notify,
            param: Some(AGE),
            script: "    \
    if !ssh_key.active || ssh_key.age_days <= params.max_age_days {
        return pass();
    }
    fail(`active for ${ssh_key.age_days} days, limit ${params.max_age_days}`)
",
            cases: "\
- name: an SSH key of 90 days may stay
  ssh_key: { age_days: 90 }
  expect: { status: pass }

- name: an SSH key of 91 days must go
  ssh_key: { age_days: 91 }
  expect: { status: fail, message: limit 90 }

- name: an inactive one does no harm
  ssh_key: { age_days: 400, active: false }
  expect: { status: pass }
",
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_resource_has_its_own_row() {
        assert!(BODIES.iter().map(|(resource, _)| resource).eq(ResourceType::ALL));
    }
}
