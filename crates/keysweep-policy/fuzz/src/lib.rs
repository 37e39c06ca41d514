//! What the fuzz targets share: resources to judge, policies to judge them by, and words to make scripts of.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Facet, Fact, LastUsed, MfaDevice, MfaKind,
    Password, PasswordPolicy, Permissions, Resource, RootCredentials, RootUser, ServiceCredential, SigningCertificate,
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
    // A script with one function alone may run without Rhai.
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
    let Fact::Known(users) = &facts.users else { return Vec::new() };
    let user = || Arc::clone(&users[0]);
    vec![
        Resource::AccessKey(user(), 0),
        Resource::User(user()),
        Resource::Account(Arc::clone(&facts)),
        Resource::Root(Arc::clone(&facts)),
        Resource::Password(user()),
        Resource::Mfa(user(), 0),
        Resource::ServiceCredential(user(), 0),
        Resource::SigningCertificate(user(), 0),
        Resource::SshKey(user(), 0),
    ]
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
        ou_path: Fact::Known("Root/Workloads".to_owned()),
    });
    let users = (0..3).map(|n| Arc::new(user(&account, n))).collect();
    Arc::new(AccountFacts {
        users: Fact::Known(users),
        root: RootUser {
            credentials: Fact::Known(RootCredentials {
                has_access_key: Fact::Known(true),
                has_password: Fact::Known(true),
                has_mfa: Fact::Known(true),
                has_signing_certificate: Fact::Known(false),
            }),
            ..RootUser::unread()
        },
        password_policy: Fact::Known(Some(PasswordPolicy {
            minimum_length: 14,
            reuse_prevention: Some(24),
            max_age_days: None,
            require_symbols: true,
            require_numbers: true,
            require_uppercase: true,
            require_lowercase: true,
            users_may_change: true,
        })),
        ..AccountFacts::unread(Arc::clone(&account))
    })
}

/// A user of whom everything is known, or, past the first two, nothing.
fn user(account: &Arc<Account>, n: i64) -> User {
    let arn = format!("arn:aws:iam::111122223333:user/team/user-{n}");
    let name = format!("user-{n}").parse().expect("it is a user name");
    let unread = User::unread(account, name, arn, "/team/".to_owned());
    if n > 1 {
        return unread;
    }
    let status = Fact::Known(CredentialStatus::Active);
    let created = at(1_700_000_000 + n);
    let key = |id: &str, last_used| AccessKey {
        id: Fact::Known(id.parse().expect("it is a key id")),
        status: status.clone(),
        created_at: Fact::Known(created),
        last_used,
    };
    let used =
        LastUsed::At { at: at(1_790_000_000), service: Some("s3".to_owned()), region: Some("eu-west-1".to_owned()) };
    User {
        created_at: Fact::Known(created),
        tags: Fact::Known(Tags::from([("owner".to_owned(), "data".to_owned())])),
        access_keys: Fact::Known(vec![
            key("AKIAIOSFODNN7EXAMPLE", Fact::Known(used)),
            key("AKIAI44QH8DHBEXAMPLE", Fact::NotRead(Facet::AccessKeyLastUsed)),
        ]),
        password: Fact::Known(Some(Password { changed_at: Fact::Known(created), last_used: Fact::Known(None) })),
        has_mfa: Fact::Known(true),
        mfa_devices: Fact::Known(vec![MfaDevice {
            serial_number: "arn:aws:iam::111122223333:mfa/user".to_owned(),
            kind: MfaKind::Virtual,
            enabled_at: created,
        }]),
        permissions: Fact::Known(Permissions {
            groups: vec!["admins".to_owned()],
            is_administrator: true,
            ..Permissions::default()
        }),
        service_credentials: Fact::Known(vec![ServiceCredential {
            id: "ACCAEXAMPLE".to_owned(),
            service: "bedrock".to_owned(),
            status: status.clone(),
            created_at: created,
            expires_at: None,
        }]),
        signing_certificates: Fact::Known(vec![SigningCertificate {
            id: Fact::Known("CERTEXAMPLE".to_owned()),
            status: status.clone(),
            created_at: Fact::Known(created),
        }]),
        ssh_keys: Fact::Known(vec![SshKey { id: "APKAEXAMPLE".to_owned(), status, created_at: created }]),
        ..unread
    }
}
