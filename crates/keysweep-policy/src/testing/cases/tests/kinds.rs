//! Cases of policies for each kind of resource, and what they must not leave out.

use keysweep_model::ResourceType;

use super::super::*;
use crate::{Policy, objects::Object};

/// What a policy that touches `property` and passes with its value makes of a case; `x` is what it judges.
fn touched(resource: ResourceType, property: &str, case: &str) -> String {
    let text = format!(
        "//! id: test\n//! title: A test\n//! severity: low\n//! resource: {resource}\n//! remedy: none\n\
         fn check(x, params) {{ pass(`${{{property}}}`) }}"
    );
    let policy = Policy::compile("test.rhai", &text).unwrap_or_else(|error| panic!("{error}"));
    let case = format!("- {{ name: a, {case} expect: {{ status: pass, message: zzz }} }}");
    match parse("t", &case, resource) {
        Err(error) => format!("{}\n", error.diagnostics[0].message),
        Ok(cases) => {
            let said = run(&policy, &cases[0]).unwrap_err().to_string();
            let said = said.strip_prefix("expected pass with a message that has `zzz`, got").unwrap_or(&said);
            format!("{}\n", said.trim_start_matches([':', ',']).trim())
        }
    }
}

#[test]
fn every_kind_is_given_under_its_own_name() {
    use ResourceType::*;
    let said = [
        touched(AccessKey, "x.minutes_after_user", "access_key: { minutes_after_user: 9.5 },"),
        touched(AccessKey, "x.age_days", "access_key: { minutes_after_user: 9 },"),
        touched(AccessKey, "x.age_days", "access_key: { minutes_after_user: 1440 }, user: { age_days: 10 },"),
        touched(
            AccessKey,
            "x.newer_active_keys",
            "access_key: { age_days: 9 }, other_access_keys: [{ age_days: 3 }, { age_days: 99 }],",
        ),
        touched(AccessKey, "x.user.age_days", "access_key: { age_days: 3, minutes_after_user: 1440 },"),
        touched(User, "x.has_password", "user: { password: { age_days: 3 } },"),
        touched(User, "x.password.idle_days", "user: { password: { age_days: 3, never_used: true } },"),
        touched(User, "x.has_mfa", "user: { mfa_devices: [{ kind: passkey }] },"),
        touched(User, "x.mfa_devices.len", "user: { has_mfa: false },"),
        touched(
            User,
            "x.is_quarantined",
            "user: { attached_policies: [\"arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3\"] },",
        ),
        touched(User, "x.is_administrator", "user: { is_administrator: true },"),
        touched(User, "x.ssh_keys[0].age_days", "user: { ssh_keys: [{ age_days: 4 }] },"),
        touched(
            Account,
            "x.access_keys.len",
            "account: { users: [{ access_keys: [{}, {}] }, { access_keys: [{}] }] },",
        ),
        touched(
            Account,
            "x.access_keys.map(|key| key.id)",
            "account: { users: [{ access_keys: [{}, {}] }, { access_keys: [{}] }] },",
        ),
        touched(Account, "x.root.has_mfa", "account: { root: { has_mfa: true } },"),
        touched(Account, "x.password_policy.minimum_length", "account: { password_policy: null },"),
        touched(Account, "x.password_policy.max_age_days", "account: { password_policy: { max_age_days: 90 } },"),
        touched(Root, "x.has_hardware_mfa", "root: { has_mfa: false },"),
        touched(Root, "x.has_mfa", "root: { has_hardware_mfa: true },"),
        touched(Root, "x.last_used_on", "root: { idle_days: 3 }, as_of: \"2026-03-04T00:00:00Z\","),
        touched(Root, "x.idle_days", "root: { never_used: true, idle_days: 9 },"),
        touched(Root, "x.never_used", "root: { never_used: true, idle_days: 9 },"),
        touched(Password, "x.user.has_password", ""),
        touched(Mfa, "x.user.has_mfa", ""),
        touched(Mfa, "x.serial_number", "mfa: { kind: passkey },"),
        touched(Mfa, "x.serial_number", "mfa: { kind: hardware },"),
        touched(Mfa, "x.kind", "mfa: { serial_number: GAHT1 },"),
        touched(ServiceCredential, "x.lifetime_days", "service_credential: { lifetime_days: 89.5 },"),
        touched(ServiceCredential, "x.has_expiry", ""),
        touched(SigningCertificate, "x.created_on", "signing_certificate: { age_days: 1 },"),
        touched(SshKey, "x.status", "ssh_key: { active: false },"),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    "10"
    the policy reads `age_days`, which the case does not give: give the access key `age_days`
    "9"
    "1"
    "4"
    "true"
    "3"
    "true"
    "0"
    "true"
    "true"
    "4"
    "3"
    "["AKIAIOSFODNN0EXAMPLE", "AKIAIOSFODNN1EXAMPLE", "AKIAIOSFODNN10EXAMPLE"]"
    "true"
    "8"
    "90"
    "false"
    "true"
    "2026-03-01"
    "9"
    "true"
    "true"
    "true"
    "arn:aws:iam::111122223333:u2f/user/alice/key-0"
    "GAHT12345670"
    "hardware"
    "90"
    "false"
    "2025-12-31"
    "Inactive"
    "#);
}

#[test]
fn nothing_that_decides_has_a_default() {
    let harmless = ["id", "name", "arn", "path", "active", "status", "user", "account", "serial_number", "ou_path"];
    let has_default = ["has_expiry", "expires_on", "lifetime_days"];
    let mut said = String::new();
    for kind in ResourceType::ALL {
        let object = Object::judged(*kind);
        let names = object.property_names().filter(|name| !harmless.contains(name) && !has_default.contains(name));
        for name in names.filter(|name| !matches!(*name, "root" | "password_policy" | "newer_active_keys")) {
            let property = if name == "password" { "x.password.age_days".to_owned() } else { format!("x.{name}") };
            said += &format!("{kind} {}", touched(*kind, &property, ""));
        }
    }
    assert!(said.lines().all(|line| line.contains("which the case does not give")), "{said}");
    insta::assert_snapshot!(said, @"
    access_key the policy reads `age_days`, which the case does not give: give the access key `age_days`
    access_key the policy reads `created_on`, which the case does not give: give the access key `age_days`
    access_key the policy reads `created_at`, which the case does not give: give the access key `age_days`
    access_key the policy reads `minutes_after_user`, which the case does not give: give the access key `minutes_after_user`, or `age_days` and the user too
    access_key the policy reads `never_used`, which the case does not give: give the access key `idle_days`, or `never_used: true`
    access_key the policy reads `idle_days`, which the case does not give: give the access key `idle_days`, or `never_used: true` and `age_days`
    access_key the policy reads `last_used_on`, which the case does not give: give the access key `idle_days`, or `never_used: true`
    access_key the policy reads `last_used_service`, which the case does not give: give the access key `idle_days`, or `never_used: true`
    access_key the policy reads `last_used_region`, which the case does not give: give the access key `idle_days`, or `never_used: true`
    user the policy reads `age_days`, which the case does not give: give the user `age_days`
    user the policy reads `created_on`, which the case does not give: give the user `age_days`
    user the policy reads `created_at`, which the case does not give: give the user `age_days`
    user the policy reads `has_password`, which the case does not give: give the user `has_password`, or a `password`
    user the policy reads `password`, which the case does not give: give the user `has_password`, or a `password`
    user the policy reads `has_mfa`, which the case does not give: give the user `has_mfa`
    user the policy reads `groups`, which the case does not give: give the user `groups`
    user the policy reads `attached_policies`, which the case does not give: give the user `attached_policies`
    user the policy reads `group_policies`, which the case does not give: give the user `group_policies`
    user the policy reads `inline_policies`, which the case does not give: give the user `inline_policies`
    user the policy reads `permissions_boundary`, which the case does not give: give the user `permissions_boundary`
    user the policy reads `is_administrator`, which the case does not give: give the user `is_administrator`
    user the policy reads `is_quarantined`, which the case does not give: give the user `attached_policies`
    user the policy reads `access_keys.len`, which the case does not give: give the user `access_keys`
    user the policy reads `mfa_devices.len`, which the case does not give: give the user `mfa_devices`
    user the policy reads `service_credentials.len`, which the case does not give: give the user `service_credentials`
    user the policy reads `signing_certificates.len`, which the case does not give: give the user `signing_certificates`
    user the policy reads `ssh_keys.len`, which the case does not give: give the user `ssh_keys`
    account the policy reads `users.len`, which the case does not give: give the account `users`
    account the policy reads `access_keys.len`, which the case does not give: give the account `users`, each with its `access_keys`
    root the policy reads `has_access_key`, which the case does not give: give the root user `has_access_key`
    root the policy reads `has_password`, which the case does not give: give the root user `has_password`
    root the policy reads `has_mfa`, which the case does not give: give the root user `has_mfa`
    root the policy reads `has_signing_certificate`, which the case does not give: give the root user `has_signing_certificate`
    root the policy reads `has_hardware_mfa`, which the case does not give: give the root user `has_hardware_mfa`
    root the policy reads `never_used`, which the case does not give: give the root user `idle_days`, or `never_used: true`
    root the policy reads `idle_days`, which the case does not give: give the root user `idle_days`
    root the policy reads `last_used_on`, which the case does not give: give the root user `idle_days`, or `never_used: true`
    password the policy reads `age_days`, which the case does not give: give the password `age_days`
    password the policy reads `changed_on`, which the case does not give: give the password `age_days`
    password the policy reads `never_used`, which the case does not give: give the password `idle_days`, or `never_used: true`
    password the policy reads `idle_days`, which the case does not give: give the password `idle_days`, or `never_used: true` and `age_days`
    password the policy reads `last_used_on`, which the case does not give: give the password `idle_days`, or `never_used: true`
    mfa the policy reads `kind`, which the case does not give: give the MFA device `kind`
    mfa the policy reads `age_days`, which the case does not give: give the MFA device `age_days`
    mfa the policy reads `enabled_on`, which the case does not give: give the MFA device `age_days`
    service_credential the policy reads `service`, which the case does not give: give the service credential `service`
    service_credential the policy reads `age_days`, which the case does not give: give the service credential `age_days`
    service_credential the policy reads `created_on`, which the case does not give: give the service credential `age_days`
    service_credential the policy reads `created_at`, which the case does not give: give the service credential `age_days`
    signing_certificate the policy reads `age_days`, which the case does not give: give the signing certificate `age_days`
    signing_certificate the policy reads `created_on`, which the case does not give: give the signing certificate `age_days`
    signing_certificate the policy reads `created_at`, which the case does not give: give the signing certificate `age_days`
    ssh_key the policy reads `age_days`, which the case does not give: give the SSH key `age_days`
    ssh_key the policy reads `created_on`, which the case does not give: give the SSH key `age_days`
    ssh_key the policy reads `created_at`, which the case does not give: give the SSH key `age_days`
    ");
}

#[test]
fn nothing_that_decides_has_a_default_beside_what_is_given() {
    use ResourceType::*;
    let said = [
        touched(User, "x.groups.len", "user: { is_administrator: false },"),
        touched(User, "x.is_administrator", "user: { groups: [] },"),
        touched(User, "x.has_tag(\"a\")", ""),
        touched(User, "x.mfa_devices.len", "user: { has_mfa: true },"),
        touched(User, "x.ssh_keys[0].age_days", "user: { ssh_keys: [{}] },"),
        touched(AccessKey, "x.newer_active_keys", "access_key: { age_days: 3 }, other_access_keys: [{}],"),
        touched(
            AccessKey,
            "x.newer_active_keys",
            "access_key: { minutes_after_user: 3 }, other_access_keys: [{ age_days: 1 }],",
        ),
        touched(AccessKey, "x.user.age_days", "access_key: { minutes_after_user: 3 },"),
        touched(Root, "x.has_password", "root: { has_mfa: true },"),
        touched(Root, "x.has_hardware_mfa", "root: { has_mfa: true },"),
        touched(Root, "x.idle_days", "root: { never_used: true },"),
        touched(Account, "x.password_policy.reuse_prevention", "account: { password_policy: { minimum_length: 8 } },"),
        touched(Account, "x.users[1].age_days", "account: { users: [{ age_days: 3 }, ~] },"),
        touched(ServiceCredential, "x.expires_on", "service_credential: { lifetime_days: 3 },"),
        touched(Mfa, "x.age_days", "mfa: { kind: virtual },"),
    ];
    insta::assert_snapshot!(said.concat(), @"
    the policy reads `groups`, which the case does not give: give the user `groups`
    the policy reads `is_administrator`, which the case does not give: give the user `is_administrator`
    the policy reads `has_tag(a)`, which the case does not give: give the user `tags`, which is `{}` for none
    the policy reads `mfa_devices.len`, which the case does not give: give the user `mfa_devices`
    the policy reads `ssh_key.age_days`, which the case does not give: give the SSH key `age_days`
    the policy reads `newer_active_keys`, which the case does not give: give the access key and the user's other keys `age_days`
    the policy reads `newer_active_keys`, which the case does not give: give the access key and the user's other keys `age_days`
    the policy reads `user.age_days`, which the case does not give: give the user `age_days`
    the policy reads `has_password`, which the case does not give: give the root user `has_password`
    the policy reads `has_hardware_mfa`, which the case does not give: give the root user `has_hardware_mfa`
    the policy reads `idle_days`, which the case does not give: give the root user `idle_days`
    the policy reads `password_policy.reuse_prevention`, which the case does not give: give the password policy `reuse_prevention`
    the policy reads `user.age_days`, which the case does not give: give the user `age_days`
    the policy reads `expires_on`, which the case does not give: give the service credential `age_days` beside `lifetime_days`
    the policy reads `age_days`, which the case does not give: give the MFA device `age_days`
    ");
}

#[test]
fn what_does_not_belong_into_a_case_is_refused() {
    use ResourceType::*;
    let said = [
        touched(AccessKey, "x.id", "user: { access_keys: [] },"),
        touched(AccessKey, "x.id", "mfa: {},"),
        touched(AccessKey, "x.id", "account: { users: [] },"),
        touched(AccessKey, "x.id", "access_key: { age_days: 1, minutes_after_user: 1 }, user: { age_days: 2 },"),
        touched(AccessKey, "x.id", "access_key: { last_used_service: s3 },"),
        touched(AccessKey, "x.id", "access_key: { age_days: 1, never_used: true, last_used_region: us-east-1 },"),
        touched(Account, "x.id", "root: { has_mfa: true },"),
        touched(Account, "x.id", "user: {},"),
        touched(Account, "x.id", "account: { users: [{ name: a }, { name: a }] },"),
        touched(Root, "x.has_mfa", "user: {},"),
        touched(Root, "x.has_mfa", "root: { has_mfa: false, has_hardware_mfa: true },"),
        touched(Password, "x.age_days", "user: { has_password: false },"),
        touched(Password, "x.age_days", "password: { never_used: true, idle_days: 3 },"),
        touched(Password, "x.age_days", "password: { age_days: 1.0e9, never_used: true, idle_days: 3 },"),
        touched(User, "x.name", "user: { has_password: false, password: {} },"),
        touched(User, "x.name", "user: { has_mfa: true, mfa_devices: [] },"),
        touched(Mfa, "x.kind", "mfa: { kind: phone },"),
        touched(Mfa, "x.kind", "mfa: { kind: virtual, serial_number: GAHT1 },"),
    ];
    insta::assert_snapshot!(said.concat(), @"
    a case of this policy cannot give the user's `access_keys`
    the policy judges an access key, so a case cannot give `mfa`
    only cases of policies for accounts give the account's `users`
    the ages of the key and of its user tell this already
    only a key that was used has a last service and Region: give it `idle_days` too
    only a key that was used has a last service and Region: give it `idle_days` too
    the policy judges an account, so a case cannot give `root`
    the policy judges an account, so a case cannot give `user`
    another user of the account has the name `a`
    the policy judges a root user, so a case cannot give `user`
    a root user without MFA has no hardware MFA
    a case of this policy cannot give the user's `has_password`
    a password that was never used is idle since it was set
    a span of time has at most 36500 days
    the case gives the user a password and says that there is none
    the case gives the user 0 MFA devices
    `phone` is not a kind of MFA device: use one of virtual, hardware, passkey
    the device's serial number is that of a hardware one
    ");
}

#[test]
fn an_unreadable_facet_makes_its_facts_unknown_and_no_others() {
    let unknown =
        |resource, property: &str, facet: &str| touched(resource, property, &format!("unreadable: [{facet}],"));
    use ResourceType::*;
    let said = [
        unknown(AccessKey, "x.id", "access_keys"),
        unknown(AccessKey, "x.never_used", "access_key_last_used"),
        unknown(User, "x.has_mfa", "mfa_devices"),
        unknown(User, "x.tag(\"a\")", "user_tags"),
        unknown(User, "x.groups", "authorization_details"),
        unknown(Account, "x.users", "users"),
        unknown(Account, "x.password_policy.is_set", "password_policy"),
        unknown(Account, "x.ou_path", "organizational_units"),
        unknown(Root, "x.has_mfa", "account_summary"),
        unknown(Root, "x.never_used", "credential_report"),
        unknown(Password, "x.never_used", "password_last_used"),
        unknown(Mfa, "x.kind", "mfa_devices"),
        unknown(ServiceCredential, "x.service", "service_credentials"),
        unknown(SigningCertificate, "x.active", "signing_certificates"),
        unknown(SshKey, "x.active", "ssh_keys"),
        touched(Root, "x.has_hardware_mfa", "root: { has_mfa: true }, unreadable: [root_mfa],"),
        touched(AccessKey, "x.active", "unreadable: [users],"),
    ];
    insta::assert_snapshot!(said.concat(), @r#"
    expected pass, got unknown: "access keys could not be read: the case says so"
    expected pass, got unknown: "access key last used could not be read: the case says so"
    expected pass, got unknown: "MFA devices could not be read: the case says so"
    expected pass, got unknown: "user tags could not be read: the case says so"
    expected pass, got unknown: "authorization details could not be read: the case says so"
    expected pass, got unknown: "users could not be read: the case says so"
    expected pass, got unknown: "password policy could not be read: the case says so"
    expected pass, got unknown: "organizational units could not be read: the case says so"
    expected pass, got unknown: "account summary could not be read: the case says so"
    expected pass, got unknown: "credential report could not be read: the case says so"
    expected pass, got unknown: "password last used could not be read: the case says so"
    expected pass, got unknown: "MFA devices could not be read: the case says so"
    expected pass, got unknown: "service credentials could not be read: the case says so"
    expected pass, got unknown: "signing certificates could not be read: the case says so"
    expected pass, got unknown: "SSH keys could not be read: the case says so"
    expected pass, got unknown: "root MFA could not be read: the case says so"
    "true"
    "#);
}
