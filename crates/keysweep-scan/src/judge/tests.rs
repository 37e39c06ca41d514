//! Tests of what is read before a verdict counts, and of what cannot be read.

use keysweep_aws::ReportUser;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Facet, Fact, LastUsed, Password, Unreadable,
};

use super::*;
use crate::{facts, subject::Subject};

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
        ou_path: Fact::Known("Root".to_owned()),
    })
}

/// A user of a report with a key of this age, a password and no MFA.
fn reported(age: i64, possible_keys: usize) -> Subject {
    let key = AccessKey {
        id: Fact::NotRead(Facet::AccessKeys),
        status: Fact::Known(CredentialStatus::Active),
        created_at: Fact::Known(days_ago(age)),
        last_used: Fact::Known(LastUsed::Never),
    };
    let password = Password { changed_at: Fact::Known(days_ago(age)), last_used: Fact::Known(None) };
    let user = User {
        access_keys: Fact::Known(vec![key]),
        password: Fact::Known(Some(password)),
        has_mfa: Fact::Known(false),
        signing_certificates: Fact::Known(Vec::new()),
        ..User::unread(&account(), "u".parse().unwrap(), "arn:aws:iam::111122223333:user/u".to_owned(), "/".to_owned())
    };
    Subject::of_row(ReportUser { user, possible_keys, possible_certificates: 0 })
}

fn look_at(subject: &Subject, policy: &Policy, source: Source) -> String {
    let register = Register::default();
    let judge = Judge { policies: std::slice::from_ref(policy), register: &register, as_of: NOW, source };
    told(judge.user(subject), |wants| {
        let facets: Vec<_> = wants.facets.iter().map(keysweep_model::Facet::as_str).collect();
        format!("wants {} {:?}", facets.join(" "), wants.last_used_of)
    })
}

fn told<W>(look: Look<W>, wants: impl FnOnce(W) -> String) -> String {
    match look {
        Look::Wants(wanted) => wants(wanted),
        Look::Settled(judgement) => {
            let others = judgement.others.iter().map(|it| {
                let about = match &it.about {
                    About::Resource(resource) => resource.kind().to_string(),
                    About::Unlisted(kind, _) => format!("every {kind}"),
                };
                format!("{:?} {about}: {}", it.status, it.message)
            });
            std::iter::once(format!("{} pass", judgement.passes.len())).chain(others).collect::<Vec<_>>().join("; ")
        }
    }
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
    assert_eq!(look(&reported(10, 0), "user", r#"fail("x")"#), "0 pass; Fail user: x");
}

#[test]
fn live_facts_settle_what_rests_on_them() {
    let mut subject = reported(10, 0);
    subject.set_live_password(Some(NOW));
    assert_eq!(look(&subject, "user", NO_MFA), "wants mfa_devices {}");
    subject.set_live_mfa_devices(Vec::new());
    assert_eq!(look(&subject, "user", NO_MFA), "0 pass; Fail user: no MFA");
}

#[test]
fn only_facts_that_are_asked_for_are_read() {
    let check = r#"if it.age_days < 50 { return pass(); } if it.user.tag("a") == "b" { pass() } else { fail("x") }"#;
    assert_eq!(look(&reported(10, 0), "access_key", check), "1 pass");
    assert_eq!(look(&reported(60, 0), "access_key", check), "wants user_tags {}");
    let idle = r#"if it.active && it.idle_days > 45 { fail("idle") } else { pass() }"#;
    let mut subject = reported(60, 0);
    assert_eq!(look(&subject, "access_key", idle), "wants access_keys {}");
    let mut keys = subject.user.access_keys.known().unwrap().clone();
    keys[0].id = Fact::Known("AKIAIOSFODNN7EXAMPLE".parse().unwrap());
    keys[0].last_used = Fact::NotRead(Facet::AccessKeyLastUsed);
    keys.push(AccessKey { status: Fact::Known(CredentialStatus::Inactive), ..keys[0].clone() });
    subject.set_live_keys(keys, false);
    assert_eq!(look(&subject, "access_key", idle), "wants access_key_last_used {0}");
}

#[test]
fn a_list_with_guesses_counts_for_nobody() {
    assert_eq!(look(&reported(10, 1), "access_key", OLD_KEY), "1 pass");
    assert_eq!(look(&reported(10, 0), "user", MANY_KEYS), "1 pass");
    assert_eq!(look(&reported(10, 1), "user", MANY_KEYS), "wants access_keys {}");
    let inactive = r#"if it.active { pass() } else { fail("inactive") }"#;
    assert_eq!(look(&reported(10, 1), "access_key", inactive), "wants access_keys {}");
}

#[test]
fn where_the_list_is_unreadable_passes_of_the_report_stand() {
    let mut subject = reported(100, 0);
    subject.read = subject.read.with(Facet::AccessKeys);
    subject.set_unreadable(denied(Facet::AccessKeys));
    let unknown = "0 pass; Unknown every access_key: access keys could not be read: denied";
    assert_eq!(look(&subject, "access_key", OLD_KEY), unknown);
    assert_eq!(look(&subject, "access_key", "pass()"), "1 pass");
    let mut keys = subject.user.access_keys.known().unwrap().clone();
    keys.push(AccessKey { created_at: Fact::Known(days_ago(1)), ..keys[0].clone() });
    Arc::make_mut(&mut subject.user).access_keys = Fact::Known(keys);
    assert_eq!(look(&subject, "access_key", OLD_KEY), unknown);
    assert_eq!(look(&subject, "access_key", r#"if it.id == "x" { pass() } else { pass() }"#), unknown);
}

#[test]
fn a_fact_that_cannot_be_confirmed_makes_the_verdict_unknown() {
    let mut subject = reported(10, 0);
    subject.read = subject.read.with(Facet::MfaDevices);
    subject.set_unreadable(denied(Facet::MfaDevices));
    assert_eq!(look(&subject, "user", NO_MFA), "0 pass; Unknown user: MFA devices could not be read: denied");
    assert_eq!(look(&subject, "user", r#"if it.has_mfa { fail("x") } else { pass() }"#), "1 pass");
}

#[test]
fn an_inventory_is_judged_as_it_stands() {
    let saved = |age, possible| Subject::saved(reported(age, possible).into_confirmed());
    let look = |subject: &Subject, kind, check| look_at(subject, &policy(kind, check), Source::Inventory);
    assert_eq!(look(&saved(100, 0), "access_key", OLD_KEY), "0 pass; Fail access_key: old");
    assert_eq!(
        look(&saved(100, 0), "access_key", r#"if it.user.has_tag("a") { pass() } else { fail("x") }"#),
        "0 pass; Unknown access_key: user tags had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 1), "access_key", r#"if it.active { pass() } else { fail("inactive") }"#),
        "1 pass; Unknown every access_key: access keys had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 1), "user", MANY_KEYS),
        "0 pass; Unknown user: access keys had not been read when the inventory was saved"
    );
    assert_eq!(
        look(&saved(10, 0), "ssh_key", "pass()"),
        "0 pass; Unknown every ssh_key: SSH keys had not been read when the inventory was saved"
    );
}

fn look_at_account(subjects: &[Subject], change: impl FnOnce(&mut AccountFacts), kind: &str, check: &str) -> String {
    let subjects: Vec<_> = subjects.iter().collect();
    let mut facts = AccountFacts::unread(account());
    facts.users = Fact::Known(subjects.iter().map(|subject| Arc::clone(&subject.user)).collect());
    change(&mut facts);
    let policy = policy(kind, check);
    let register = Register::default();
    let judge = Judge { policies: std::slice::from_ref(&policy), register: &register, as_of: NOW, source: Source::Aws };
    told(judge.account(&Arc::new(facts), &subjects), |wants| {
        let words = |facets: FacetSet| facets.iter().map(keysweep_model::Facet::as_str).collect::<Vec<_>>().join(" ");
        let users: Vec<_> = wants.of_users.iter().map(|wants| words(wants.facets)).collect();
        format!("wants [{}] of users {users:?}", words(wants.of_account))
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
    let denied = |facts: &mut AccountFacts| facts.root.credentials = Fact::Unreadable(denied(Facet::AccountSummary));
    assert_eq!(
        look_at_account(&[], denied, "root", root_key),
        "0 pass; Unknown root: account summary could not be read: denied"
    );
}

#[test]
fn what_an_account_fails_by_is_confirmed_for_all_its_users() {
    let check = r#"for key in it.access_keys { if key.age_days > 90 { return fail("old"); } } pass()"#;
    let pass = [reported(10, 0), reported(20, 0)];
    assert_eq!(look_at_account(&pass, |_| {}, "account", check), "1 pass");
    let mut fail = [reported(10, 0), reported(100, 0)];
    assert_eq!(look_at_account(&fail, |_| {}, "account", check), r#"wants [] of users ["access_keys", "access_keys"]"#);
    fail[0].read = fail[0].read.with(Facet::AccessKeys);
    fail[0].set_unreadable(denied(Facet::AccessKeys));
    assert_eq!(
        look_at_account(&fail, |_| {}, "account", check),
        "0 pass; Unknown account: access keys could not be read: denied"
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
    let judge = Judge { policies: std::slice::from_ref(&policy), register: &register, as_of: NOW, source: Source::Aws };
    let wants = |wants: crate::subject::Wants| format!("wants {:?}", wants.facets.iter().collect::<Vec<_>>());
    let mut subject = reported(10, 0);
    assert_eq!(told(judge.user(&subject), wants), "wants [UserTags]");
    let saved = Subject::saved(Arc::clone(&subject.user));
    let of_inventory = Judge { source: Source::Inventory, ..judge };
    assert_eq!(
        told(of_inventory.user(&saved), wants),
        "0 pass; Unknown user: whether an exemption applies is unknown: user tags had not been read when the \
         inventory was saved"
    );
    Arc::make_mut(&mut subject.user).tags = Fact::Unreadable(denied(Facet::UserTags));
    assert_eq!(
        told(judge.user(&subject), wants),
        "0 pass; Unknown user: whether exemption `E1` applies is unknown: user tags could not be read: denied"
    );
    Arc::make_mut(&mut subject.user).tags = Fact::Known([("a".to_owned(), "b".to_owned())].into());
    let Look::Settled(judgement) = judge.user(&subject) else { panic!("wants more") };
    assert_eq!(judgement.exemptions, [0]);
    assert!(matches!(&judgement.others[0].status, Status::Exempt(Exempted::Register { .. })));
    assert_eq!(judgement.others[0].evidence["violation"], EvidenceValue::Text("x".to_owned()));
}

#[test]
fn every_unread_fact_of_a_user_is_seen() {
    let user = &reported(10, 1).user;
    let unread = [
        Facet::Users,
        Facet::AccessKeys,
        Facet::UserTags,
        Facet::AuthorizationDetails,
        Facet::ServiceCredentials,
        Facet::SshKeys,
    ];
    assert_eq!(facts::unread(user), FacetSet::of(&unread));
}
