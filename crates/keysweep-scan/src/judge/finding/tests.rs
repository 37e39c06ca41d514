//! Tests of what names a finding.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Facet, Fact, Owner, SshKey, User,
};
use keysweep_policy::Policy;

use super::*;
use crate::{exemptions::Register, judge::Source};

const MADE: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn account() -> Arc<Account> {
    Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root".to_owned()),
    })
}

fn user(key: Fact<keysweep_model::AccessKeyId>) -> Arc<User> {
    let key = AccessKey {
        id: key,
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(MADE),
        last_used: Fact::NotRead(Facet::AccessKeyLastUsed),
    };
    let ssh = SshKey { created_at: Fact::Live(MADE), ..SshKey::unread("APKAEXAMPLE".to_owned()) };
    let arn = "arn:aws:iam::111122223333:user/ann".to_owned();
    Arc::new(User {
        access_keys: Fact::Live(vec![key]),
        ssh_keys: Fact::Live(vec![ssh]),
        ..User::unread("ann".parse().unwrap(), arn, "/".to_owned())
    })
}

fn found<T>(find: impl FnOnce(&Judge<'_>) -> T) -> T {
    let text = "//! id: access-key-max-age\n//! title: T\n//! description: D\n//! severity: low\n\
                //! resource: user\n//! remedy: none\nfn check(_it, _params) { pass() }\n";
    let policy = Policy::compile("test", text).unwrap();
    find(&Judge {
        policies: std::slice::from_ref(&policy),
        register: &Register::default(),
        partition: &"aws".parse().unwrap(),
        as_of: MADE,
        source: Source::Aws,
        shows_passes: false,
    })
}

fn made(resource: &Resource) -> Finding {
    found(|judge| judge.finding(0, resource, Evidence::new()))
}

fn id_of(resource: &str) -> FindingId {
    FindingId::new(&"access-key-max-age".parse().unwrap(), "111122223333".parse().unwrap(), resource)
}

#[test]
fn every_resource_has_an_id_of_its_own_and_access_keys_keep_theirs() {
    let known = Owner::User(account(), user(Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap())));
    let unknown = Owner::User(account(), user(Fact::NotRead(Facet::AccessKeys)));
    let facts = Owner::Account(Arc::new(AccountFacts::unread(account())));
    let (arn, root) = ("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:root");
    let cases = [
        (&known, ResourceType::AccessKey, "AKIAIOSFODNN7EXAMPLE".to_owned(), arn),
        (&unknown, ResourceType::AccessKey, format!("{arn}#0"), arn),
        (&known, ResourceType::User, format!("user:{arn}"), arn),
        (&known, ResourceType::Password, format!("password:{arn}"), arn),
        (&known, ResourceType::SshKey, "ssh_key:APKAEXAMPLE".to_owned(), arn),
        (&facts, ResourceType::Account, format!("account:{root}"), root),
        (&facts, ResourceType::Root, format!("root:{root}"), root),
    ];
    for (owner, kind, name, arn) in cases {
        let finding = made(&Resource::new(owner.clone(), kind, 0));
        assert_eq!((finding.id, finding.resource_arn.as_str()), (id_of(&name), arn), "{name}");
    }
    let unlisted = |kind| found(|judge| judge.unlisted(0, &Resource::new(unknown.clone(), kind, 0)).id);
    assert_eq!(unlisted(ResourceType::AccessKey), id_of(arn));
    assert_eq!(unlisted(ResourceType::Mfa), id_of(&format!("mfa:{arn}")));
}

#[test]
fn a_finding_says_when_its_resource_was_made() {
    let owner = Owner::User(account(), user(Fact::NotRead(Facet::AccessKeys)));
    let made = |kind| made(&Resource::new(owner.clone(), kind, 0)).evidence.remove("created_at");
    let known = Some(EvidenceValue::Time(MADE));
    assert_eq!(made(ResourceType::AccessKey), known);
    assert_eq!(made(ResourceType::SshKey), known);
    assert_eq!(made(ResourceType::User), None);
}
