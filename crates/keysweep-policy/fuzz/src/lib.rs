//! What the fuzz targets share: resources to judge, policies to judge them by, and words to make scripts of.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Facet, Fact, LastUsed, MfaDevice, MfaKind,
    Password, PasswordPolicy, Permissions, Owner, Resource, ResourceType, RootCredentials, ServiceCredential, SigningCertificate,
    SshKey, Tags, User,
};

/// The words that scripts are made of, where they are not given as text. `words.dict` has more.
const WORDS: &[&str] = &[
    "it",
    "params",
    "params.limit",
    "params.names",
    "it.user",
    "it.account",
    "it.age_days",
    "it.active",
    ".user",
    ".account",
    ".age_days",
    ".active",
    ".id",
    ".name",
    ".created_at",
    ".has_tag(\"owner\")",
    ".tag(\"owner\")",
    ".access_keys",
    ".users",
    ".root",
    ".password_policy",
    ".has_password",
    ".password",
    ".len",
    ".len()",
    ".is_empty()",
    ".filter(|x| ",
    ".map(|x| ",
    ".all(|x| ",
    ".some(|x| ",
    ".find(|x| ",
    ".for_each(|x| ",
    ".reduce(|a, x| ",
    ".count(|x| ",
    ".index_of(",
    ".contains(",
    ".push(",
    ".pad(",
    ".sort()",
    ".reverse()",
    ".split(",
    ".sub_string(",
    ".replace(",
    ".to_upper()",
    ".trim()",
    ".keys()",
    ".values()",
    ".get(",
    ".set(",
    ".insert(",
    ".remove(",
    ".truncate(",
    ".extract(",
    ".splice(",
    ".to_string()",
    ".abs()",
    ".to_float()",
    ".to_int()",
    ".days",
    "x",
    "y",
    "a",
    "b",
    "x.age_days",
    "x.active",
    "let a = ",
    "let b = ",
    "const C = 1; ",
    "a = ",
    "b = ",
    "a += ",
    "if ",
    " { ",
    " } ",
    " else { ",
    "while ",
    "loop { ",
    "for x in ",
    "break; ",
    "continue; ",
    "return ",
    "throw ",
    "try { ",
    " } catch { ",
    "; ",
    "(",
    ")",
    "[",
    "]",
    "#{ ",
    "k: ",
    ", ",
    " + ",
    " - ",
    " * ",
    " / ",
    " % ",
    " ** ",
    " == ",
    " != ",
    " < ",
    " > ",
    " <= ",
    " >= ",
    " && ",
    " || ",
    "!",
    " ?? ",
    "?.",
    " in ",
    "..",
    "..=",
    "0",
    "1",
    "-1",
    "90",
    "9223372036854775807",
    "1.5",
    "0.0",
    "true",
    "false",
    "()",
    "\"\"",
    "\"abc\"",
    "'c'",
    "`${",
    "}`",
    "pass()",
    "pass(",
    "fail(",
    "fail(\"no\")",
    "exempt(",
    "exempt(\"why\", ",
    "now()",
    "date(\"2026-03-01\")",
    "days(",
    "hours(",
    "days_between(",
    "matches(",
    "matches_any(",
    "matches_regex(",
    "\"svc-*\"",
    "\"(a+)+$\"",
    "range(0, 9, 1)",
    "helper(",
    "this",
    "global::C",
    "type_of(",
    "parse_int(",
    "max(",
    "min(",
    "severity: \"high\"",
    "|x| ",
];

/// A script: made of words where the first byte is even, else the text itself.
pub fn script(first: u8, rest: &[u8]) -> Option<String> {
    if first % 2 == 1 {
        return std::str::from_utf8(rest).ok().map(str::to_owned);
    }
    let body: String = rest.iter().map(|byte| WORDS[usize::from(*byte) % WORDS.len()]).collect();
    let helper = if body.contains("helper") { "\nfn helper(x) { [x, x] }" } else { "" };
    Some(format!("fn check(it, params) {{ {body}; pass() }}{helper}"))
}

/// The text of a policy for the kind of `resource`, with those parameters that the script reads.
pub fn policy(resource: &Resource, script: &str) -> String {
    let limit = "//!   limit: { type: integer, default: 90 }\n";
    let names = "//!   names: { type: list, default: [a, b] }\n";
    let read = [("params.limit", limit), ("params.names", names)].into_iter().filter(|(name, _)| script.contains(name));
    let params: String = read.map(|(_, spec)| spec).collect();
    let params = if params.is_empty() { params } else { format!("//! params:\n{params}") };
    format!(
        "//! id: fuzz\n//! title: Fuzz\n//! severity: low\n//! resource: {}\n//! remedy: none\n{params}{script}\n",
        resource.kind()
    )
}

/// A resource of every kind, with all that scripts can ask of it; some of it unread or unreadable.
pub fn resources() -> Vec<Resource> {
    let facts = account();
    let Some(user) = facts.users.value().and_then(|users| users.first()) else { return Vec::new() };
    let user = Owner::User(Arc::clone(&facts.account), Arc::clone(user));
    let account = Owner::Account(facts);
    let owner = |kind: ResourceType| if kind.is_of_account() { account.clone() } else { user.clone() };
    ResourceType::ALL.iter().map(|kind| Resource::new(owner(*kind), *kind, 0)).collect()
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn account() -> Arc<AccountFacts> {
    let account = Arc::new(Account {
        id: "111122223333".parse().expect("it is an account id"),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Workloads".to_owned()),
    });
    let users = (0..3).map(|n| Arc::new(user(n))).collect();
    Arc::new(AccountFacts {
        users: Fact::Live(users),
        root_credentials: Fact::Live(RootCredentials {
            has_access_key: Fact::Live(true),
            has_password: Fact::Live(true),
            has_mfa: Fact::Live(true),
            has_signing_certificate: Fact::Live(false),
        }),
        password_policy: Fact::Live(Some(PasswordPolicy {
            minimum_length: Fact::Live(14),
            reuse_prevention: Fact::Live(Some(24)),
            max_age_days: Fact::Live(None),
            require_symbols: Fact::Live(true),
            require_numbers: Fact::Live(true),
            require_uppercase: Fact::Live(true),
            require_lowercase: Fact::Live(true),
            users_may_change: Fact::Live(true),
        })),
        ..AccountFacts::unread(Arc::clone(&account))
    })
}

/// A user of whom everything is known, or, past the first two, nothing.
fn user(n: i64) -> User {
    let arn = format!("arn:aws:iam::111122223333:user/team/user-{n}");
    let name = format!("user-{n}").parse().expect("it is a user name");
    let unread = User::unread(name, arn, "/team/".to_owned());
    if n > 1 {
        return unread;
    }
    let status = Fact::Live(CredentialStatus::Active);
    let created = at(1_700_000_000 + n);
    let key = |id: &str, last_used| AccessKey {
        id: Fact::Live(id.parse().expect("it is a key id")),
        status: status.clone(),
        created_at: Fact::Live(created),
        last_used,
    };
    let used =
        LastUsed::At { at: at(1_790_000_000), service: Some("s3".to_owned()), region: Some("eu-west-1".to_owned()) };
    User {
        created_at: Fact::Live(created),
        tags: Fact::Live(Tags::from([("owner".to_owned(), "data".to_owned())])),
        access_keys: Fact::Live(vec![
            key("AKIAIOSFODNN7EXAMPLE", Fact::Live(used)),
            key("AKIAI44QH8DHBEXAMPLE", Fact::NotRead(Facet::AccessKeyLastUsed)),
        ]),
        password: Fact::Live(Some(Password { changed_at: Fact::Live(created), last_used: Fact::Live(None) })),
        has_mfa: Fact::Live(true),
        mfa_devices: Fact::Live(vec![MfaDevice {
            serial_number: "arn:aws:iam::111122223333:mfa/user".to_owned(),
            kind: Fact::Live(MfaKind::Virtual),
            enabled_at: Fact::Live(created),
        }]),
        permissions: Fact::Live(Permissions {
            groups: Fact::Live(vec!["admins".to_owned()]),
            is_administrator: Fact::Live(true),
            ..Permissions::unread()
        }),
        service_credentials: Fact::Live(vec![ServiceCredential {
            id: "ACCAEXAMPLE".to_owned(),
            service: Fact::Live("bedrock".to_owned()),
            status: status.clone(),
            created_at: Fact::Live(created),
            expires_at: Fact::Live(None),
        }]),
        signing_certificates: Fact::Live(vec![SigningCertificate {
            id: Fact::Live("CERTEXAMPLE".to_owned()),
            status: status.clone(),
            created_at: Fact::Live(created),
        }]),
        ssh_keys: Fact::Live(vec![SshKey { id: "APKAEXAMPLE".to_owned(), status, created_at: Fact::Live(created) }]),
        ..unread
    }
}
