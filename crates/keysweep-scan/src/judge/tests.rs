//! Tests of what is read before a verdict counts, and of what cannot be read.

use std::sync::Arc;

use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Facet, Fact, FindingId, LastUsed, Password,
    ResourceType, Unreadable,
};

use super::*;
use crate::subject::{Subject, Wants};

const NOW: Timestamp = Timestamp::constant(1_772_366_400, 0); // 2026-03-01T12:00:00Z

fn policy(kind: &str, check: &str) -> Policy {
    let parameters = if check.contains("it.") { "it, _params" } else { "_it, _params" };
    let text = format!(
        "//! id: p\n//! title: T\n//! description: D\n//! severity: low\n//! resource: {kind}\n//! remedy: none\n\
         fn check({parameters}) {{ {check} }}\n"
    );
    Policy::compile("test", &text).unwrap_or_else(|error| panic!("{error}"))
}

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_second(NOW.as_second() - days * 86_400).unwrap()
}

fn account() -> Arc<Account> {
    Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: String::new(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root".to_owned()),
    })
}

const ARN: &str = "arn:aws:iam::111122223333:user/u";

/// A user of a report with a key of this age, a password and no MFA.
fn reported(age: i64, possible_keys: usize) -> Subject {
    let key = AccessKey {
        id: Fact::NotRead(Facet::AccessKeys),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(days_ago(age)),
        last_used: Fact::Live(LastUsed::Never),
    };
    let keys = std::iter::once(key).chain((0..possible_keys).map(|_| AccessKey::possible())).collect();
    let password = Password { changed_at: Fact::Live(days_ago(age)), last_used: Fact::Live(None) };
    let user = User {
        access_keys: Fact::Live(keys),
        password: Fact::Live(Some(password)),
        has_mfa: Fact::Live(false),
        signing_certificates: Fact::Live(Vec::new()),
        ..User::unread("u".parse().unwrap(), ARN.to_owned(), "/".to_owned())
    };
    Subject::of_report(user)
}

fn judged<T>(policy: &Policy, register: &Register, source: Source, judge: impl FnOnce(&Judge<'_>) -> T) -> T {
    let policies = std::slice::from_ref(policy);
    let partition = "aws".parse().unwrap();
    judge(&Judge { policies, register, partition: &partition, as_of: NOW, source, shows_passes: false })
}

fn look_at(subject: &Subject, policy: &Policy, source: Source) -> String {
    judged(policy, &Register::default(), source, |judge| told(judge.user(&account(), subject), wanted))
}

fn wanted(wants: Wants) -> String {
    let facets: Vec<_> = wants.facets.iter().map(keysweep_model::Facet::as_str).collect();
    format!("wants {} {:?}", facets.join(" "), wants.last_used_of)
}

fn told<W>(look: Look<W>, wants: impl FnOnce(W) -> String) -> String {
    match look {
        Look::Wants(wanted) => wants(wanted),
        Look::Settled(judged) => {
            let findings = judged.findings.iter().map(|(_, it)| {
                let every = if is_unlisted(it) { "every " } else { "" };
                format!("{} {every}{}: {}", it.status, it.resource_type, it.message)
            });
            std::iter::once(format!("{} pass", judged.passes.len())).chain(findings).collect::<Vec<_>>().join("; ")
        }
    }
}

/// Whether a finding is named by its user alone, although a user may have several such resources.
fn is_unlisted(finding: &Finding) -> bool {
    let name = match finding.resource_type {
        ResourceType::User | ResourceType::Password => return false,
        ResourceType::AccessKey => ARN.to_owned(),
        kind => format!("{kind}:{ARN}"),
    };
    finding.id == FindingId::new(&finding.policy, finding.account_id, &name)
}

fn look(subject: &Subject, kind: &str, check: &str) -> String {
    look_at(subject, &policy(kind, check), Source::Aws)
}

const OLD_KEY: &str = r#"if it.active && it.age_days > 90 { fail("old") } else { pass() }"#;
const NO_MFA: &str = r#"if it.has_password && !it.has_mfa { fail("no MFA") } else { pass() }"#;
const MANY_KEYS: &str = r#"if it.access_keys.len > 3 { fail("many") } else { pass() }"#;

fn denied(facet: Facet) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: "denied".to_owned() })
}

#[test]
fn a_report_settles_passes_and_nothing_else() {
    assert_eq!(look(&reported(10, 0), "access_key", OLD_KEY), "1 pass");
    assert_eq!(look(&reported(100, 0), "access_key", OLD_KEY), "wants access_keys {}");
    assert_eq!(look(&reported(10, 0), "user", NO_MFA), "wants login_profile mfa_devices {}");
    // Not a fact of the report, but the key must have a name.
    assert_eq!(look(&reported(10, 0), "access_key", r#"fail("x")"#), "wants access_keys {}");
    assert_eq!(look(&reported(10, 0), "user", r#"fail("x")"#), "0 pass; fail user: x");
}

#[test]
fn live_facts_settle_what_rests_on_them() {
    let mut subject = reported(10, 0);
    subject.set_live_password(Some(NOW));
    assert_eq!(look(&subject, "user", NO_MFA), "wants mfa_devices {}");
    subject.set_live_mfa_devices(Vec::new());
    assert_eq!(look(&subject, "user", NO_MFA), "0 pass; fail user: no MFA");
}

#[test]
fn only_facts_that_are_asked_for_are_read() {
    let check = r#"if it.age_days < 50 { return pass(); } if it.user.tag("a") == "b" { pass() } else { fail("x") }"#;
    assert_eq!(look(&reported(10, 0), "access_key", check), "1 pass");
    assert_eq!(look(&reported(60, 0), "access_key", check), "wants user_tags {}");
    let idle = r#"if it.active && it.idle_days > 45 { fail("idle") } else { pass() }"#;
    let mut subject = reported(60, 0);
    assert_eq!(look(&subject, "access_key", idle), "wants access_keys {}");
    let active = AccessKey {
        id: Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(days_ago(60)),
        ..AccessKey::unread()
    };
    let inactive = AccessKey { status: Fact::Live(CredentialStatus::Inactive), ..active.clone() };
    subject.set_live_keys(vec![active, inactive], false);
    assert_eq!(look(&subject, "access_key", idle), "wants access_key_last_used {0}");
}

#[test]
fn a_list_with_a_possible_key_is_counted_by_no_policy() {
    assert_eq!(look(&reported(10, 1), "access_key", OLD_KEY), "1 pass");
    assert_eq!(look(&reported(10, 0), "user", MANY_KEYS), "1 pass");
    assert_eq!(look(&reported(10, 1), "user", MANY_KEYS), "wants access_keys {}");
    let inactive = r#"if it.active { pass() } else { fail("inactive") }"#;
    assert_eq!(look(&reported(10, 1), "access_key", inactive), "wants access_keys {}");
}

#[test]
fn where_the_list_is_unreadable_passes_of_the_report_stand() {
    let mut subject = reported(100, 0);
    subject.asked = subject.asked.with(Facet::AccessKeys);
    subject.set_unreadable(&denied(Facet::AccessKeys));
    let unknown = "0 pass; unknown every access_key: access keys could not be read: denied";
    assert_eq!(look(&subject, "access_key", OLD_KEY), unknown);
    assert_eq!(look(&subject, "access_key", "pass()"), "1 pass");
    let keys = Arc::make_mut(&mut subject.user).access_keys.value_mut().unwrap();
    keys.push(AccessKey { created_at: Subject::reported_fact(days_ago(1)), ..keys[0].clone() });
    assert_eq!(look(&subject, "access_key", OLD_KEY), unknown);
    assert_eq!(look(&subject, "access_key", r#"if it.id == "x" { pass() } else { pass() }"#), unknown);
}

#[test]
fn a_fact_that_cannot_be_confirmed_makes_the_verdict_unknown() {
    let mut subject = reported(10, 0);
    subject.asked = subject.asked.with(Facet::MfaDevices);
    subject.set_unreadable(&denied(Facet::MfaDevices));
    assert_eq!(look(&subject, "user", NO_MFA), "0 pass; unknown user: MFA devices could not be read: denied");
    assert_eq!(look(&subject, "user", r#"if it.has_mfa { fail("x") } else { pass() }"#), "1 pass");
}

#[test]
fn an_inventory_is_judged_as_it_stands() {
    let saved = |age, possible| Subject::saved(reported(age, possible).into_confirmed());
    let look = |subject: &Subject, kind, check| look_at(subject, &policy(kind, check), Source::Inventory);
    assert_eq!(look(&saved(100, 0), "access_key", OLD_KEY), "0 pass; fail access_key: old");
    assert_eq!(
        look(&saved(100, 0), "access_key", r#"if it.user.has_tag("a") { pass() } else { fail("x") }"#),
        "0 pass; unknown access_key: user tags had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 1), "access_key", r#"if it.active { pass() } else { fail("inactive") }"#),
        "1 pass; unknown every access_key: access keys had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 1), "user", MANY_KEYS),
        "0 pass; unknown user: access keys had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 0), "ssh_key", "pass()"),
        "0 pass; unknown every ssh_key: SSH keys had not been read when the inventory was saved"
    );
}

fn look_at_account(subjects: &[Subject], change: impl FnOnce(&mut AccountFacts), kind: &str, check: &str) -> String {
    let subjects: Vec<_> = subjects.iter().collect();
    let mut facts = AccountFacts::unread(account());
    facts.users = Fact::Live(subjects.iter().map(|subject| Arc::clone(&subject.user)).collect());
    change(&mut facts);
    let wants = |wants: AccountWants| {
        let words = |facets: FacetSet| facets.iter().map(keysweep_model::Facet::as_str).collect::<Vec<_>>().join(" ");
        let users: Vec<_> = wants.of_users.iter().map(|wants| words(wants.facets)).collect();
        format!("wants [{}] of users {users:?}", words(wants.of_account))
    };
    judged(&policy(kind, check), &Register::default(), Source::Aws, |judge| {
        told(judge.account(&Arc::new(facts), &subjects), wants)
    })
}

#[test]
fn an_account_is_asked_for_no_more_than_its_policies_touch() {
    let users_unread = |facts: &mut AccountFacts| facts.users = Fact::NotRead(Facet::Users);
    let root_key = r#"if it.has_access_key { fail("key") } else { pass() }"#;
    assert_eq!(look_at_account(&[], users_unread, "root", root_key), "wants [account_summary] of users []");
    assert_eq!(
        look_at_account(&[], users_unread, "account", "if it.users.len > 9 { fail(\"x\") } else { pass() }"),
        "wants [users] of users []"
    );
    let denied = |facts: &mut AccountFacts| facts.root_credentials = Fact::Unreadable(denied(Facet::AccountSummary));
    assert_eq!(
        look_at_account(&[], denied, "root", root_key),
        "0 pass; unknown root: account summary could not be read: denied"
    );
}

#[test]
fn what_an_account_fails_by_is_confirmed_for_all_its_users() {
    let check = r#"for key in it.access_keys { if key.age_days > 90 { return fail("old"); } } pass()"#;
    let pass = [reported(10, 0), reported(20, 0)];
    assert_eq!(look_at_account(&pass, |_| {}, "account", check), "1 pass");
    let mut fail = [reported(10, 0), reported(100, 0)];
    assert_eq!(look_at_account(&fail, |_| {}, "account", check), r#"wants [] of users ["access_keys", "access_keys"]"#);
    fail[0].asked = fail[0].asked.with(Facet::AccessKeys);
    fail[0].set_unreadable(&denied(Facet::AccessKeys));
    assert_eq!(
        look_at_account(&fail, |_| {}, "account", check),
        "0 pass; unknown account: access keys could not be read: denied"
    );
    let guessed = [reported(10, 1), reported(20, 0)];
    let few = r#"if it.access_keys.len > 9 { fail("many") } else { pass() }"#;
    assert_eq!(look_at_account(&guessed, |_| {}, "account", few), r#"wants [] of users ["access_keys", ""]"#);
}

#[test]
fn an_exemption_that_asks_for_tags_has_them_read() {
    let text = "- { id: E1, policy: p, tags: { a: b }, reason: r, owner: o, expires: 2026-09-01 }";
    let register = Register::parse("exemptions.yaml", text, NOW, 365).unwrap();
    let policy = policy("user", r#"fail("x")"#);
    let look = |subject: &Subject, source| judged(&policy, &register, source, |judge| judge.user(&account(), subject));
    let mut subject = reported(10, 0);
    assert_eq!(told(look(&subject, Source::Aws), wanted), "wants user_tags {}");
    let saved = Subject::saved(Arc::clone(&subject.user));
    assert_eq!(
        told(look(&saved, Source::Inventory), wanted),
        "0 pass; unknown user: whether an exemption applies is unknown: user tags had not been read when the \
         inventory was saved"
    );
    Arc::make_mut(&mut subject.user).tags = Fact::Unreadable(denied(Facet::UserTags));
    assert_eq!(
        told(look(&subject, Source::Aws), wanted),
        "0 pass; unknown user: whether exemption `E1` applies is unknown: user tags could not be read: denied"
    );
    Arc::make_mut(&mut subject.user).tags = Fact::Live([("a".to_owned(), "b".to_owned())].into());
    let Look::Settled(judged) = look(&subject, Source::Aws) else { panic!("wants more") };
    let finding = &judged.findings[0].1;
    assert_eq!((judged.exemptions.as_slice(), finding.status), (&[0][..], Status::Exempt));
    assert!(matches!(finding.exemption, Some(Exempted::Register { .. })));
    assert_eq!(finding.evidence["violation"], EvidenceValue::Text("x".to_owned()));
}

#[test]
fn every_unread_fact_of_a_user_is_seen() {
    let unread =
        [Facet::AccessKeys, Facet::UserTags, Facet::AuthorizationDetails, Facet::ServiceCredentials, Facet::SshKeys];
    let origins = crate::subject::Origins::of(&reported(10, 1).user);
    assert_eq!(origins.not_read.without(Facet::Users), FacetSet::of(&unread));
}
