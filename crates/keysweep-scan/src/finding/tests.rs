//! Tests of what names a finding.

use std::sync::Arc;

use keysweep_model::{AccessKey, AccountFacts, AccountState, CredentialStatus, Evidence, Facet, SshKey};

use super::*;

const MADE: Timestamp = Timestamp::constant(1_700_000_000, 0);

fn account() -> Arc<Account> {
    Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Known("Root".to_owned()),
    })
}

fn user(key: Fact<keysweep_model::AccessKeyId>) -> Arc<User> {
    let key = AccessKey {
        id: key,
        status: Fact::Known(CredentialStatus::Active),
        created_at: Fact::Known(MADE),
        last_used: Fact::NotRead(Facet::AccessKeyLastUsed),
    };
    let ssh = SshKey { id: "APKAEXAMPLE".to_owned(), status: Fact::Known(CredentialStatus::Active), created_at: MADE };
    let arn = "arn:aws:iam::111122223333:user/ann".to_owned();
    Arc::new(User {
        access_keys: Fact::Known(vec![key]),
        ssh_keys: Fact::Known(vec![ssh]),
        ..User::unread(&account(), "ann".parse().unwrap(), arn, "/".to_owned())
    })
}

fn made(about: About) -> Finding {
    let text = "//! id: access-key-max-age\n//! title: T\n//! description: D\n//! severity: low\n\
                //! resource: user\n//! remedy: none\nfn check(_it, _params) { pass() }\n";
    let policy = Policy::compile("test", text).unwrap();
    let conclusion = Conclusion {
        policy: 0,
        about,
        status: Status::Fail,
        severity: None,
        message: String::new(),
        evidence: Evidence::new(),
    };
    finding(&policy, &"aws".parse().unwrap(), conclusion)
}

fn id_of(resource: &str) -> FindingId {
    FindingId::new(&"access-key-max-age".parse().unwrap(), "111122223333".parse().unwrap(), resource)
}

#[test]
fn every_resource_has_an_id_of_its_own_and_access_keys_keep_theirs() {
    let known = user(Fact::Known("AKIAIOSFODNN7EXAMPLE".parse().unwrap()));
    let unknown = user(Fact::NotRead(Facet::AccessKeys));
    let facts = Arc::new(AccountFacts::unread(account()));
    let (arn, root) = ("arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:root");
    let cases = [
        (Resource::AccessKey(Arc::clone(&known), 0), "AKIAIOSFODNN7EXAMPLE".to_owned(), arn),
        (Resource::AccessKey(unknown, 0), format!("{arn}#0"), arn),
        (Resource::User(Arc::clone(&known)), format!("user:{arn}"), arn),
        (Resource::Password(Arc::clone(&known)), format!("password:{arn}"), arn),
        (Resource::SshKey(Arc::clone(&known), 0), "ssh_key:APKAEXAMPLE".to_owned(), arn),
        (Resource::Account(Arc::clone(&facts)), format!("account:{root}"), root),
        (Resource::Root(facts), format!("root:{root}"), root),
    ];
    for (resource, name, arn) in cases {
        let finding = made(About::Resource(resource));
        assert_eq!((finding.id, finding.resource_arn.as_str()), (id_of(&name), arn), "{name}");
    }
    let unlisted = |kind| made(About::Unlisted(kind, Arc::clone(&known))).id;
    assert_eq!(unlisted(ResourceType::AccessKey), id_of(arn));
    assert_eq!(unlisted(ResourceType::Mfa), id_of(&format!("mfa:{arn}")));
}

#[test]
fn a_finding_says_when_its_resource_was_made() {
    let user = user(Fact::NotRead(Facet::AccessKeys));
    let made = |resource| made(About::Resource(resource)).evidence.remove("created_at");
    let known = Some(EvidenceValue::Time(MADE));
    assert_eq!(made(Resource::AccessKey(Arc::clone(&user), 0)), known);
    assert_eq!(made(Resource::SshKey(Arc::clone(&user), 0)), known);
    assert_eq!(made(Resource::User(user)), None);
}
