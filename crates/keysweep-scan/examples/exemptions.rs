//! How long a register of 5,000 exemptions takes to rule on 100,000 violations. Run it by `cargo xtask bench exemptions`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement prints, and ends where its own data are wrong"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountState, CredentialStatus, Fact, LastUsed, Owner, PolicyId, Resource, ResourceType, User,
};
use keysweep_scan::{DEFAULT_MAX_TERM_DAYS, Register, Ruling};

const EXEMPTIONS: usize = 5_000;
const ACCOUNTS: usize = 1_000;
const USERS: usize = 100;

/// What the exemption of a number selects by.
type Selector = fn(usize) -> String;

/// What the exemptions of each register select by, and what it is called here.
const REGISTERS: [(&str, Selector); 7] = [
    ("a user each", |n| format!("user: svc-{n:05}-deploy")),
    ("a prefix each", |n| format!("user: svc-{n:05}-*")),
    ("a part each", |n| format!("user: \"*{n:05}*\"")),
    ("an account each", |n| format!("account: \"{n:012}\", user: svc-*")),
    ("an account and a prefix each", |n| format!("account: \"{:012}\", user: svc-{n:05}-*", n % ACCOUNTS)),
    ("a key each", |n| format!("access_key_id: AKIA{n:016}")),
    ("a tag each", |n| format!("tags: {{ app: app-{n:05} }}")),
];

fn main() {
    let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let policy: PolicyId = "access-key-max-age".parse().unwrap();
    let violations: Vec<Resource> = (0..ACCOUNTS).flat_map(violations).collect();
    println!("{EXEMPTIONS} exemptions, {} violations", violations.len());
    for (name, selector) in REGISTERS {
        let entry = |n: usize| {
            let selector = selector(n);
            format!("- {{ id: e{n}, policy: {policy}, {selector}, reason: r, owner: o, expires: 2026-09-01 }}\n")
        };
        let text: String = (0..EXEMPTIONS).map(entry).collect();
        let (register, reading) = timed(|| Register::parse("register", &text, now, DEFAULT_MAX_TERM_DAYS).unwrap());
        let rules = |violation: &&Resource| register.rule(&policy, violation, now) != Ruling::None;
        let (exempted, ruling) = timed(|| violations.iter().filter(rules).count());
        println!("{name:30} read in {reading:.2?}, {exempted} violations exempted in {ruling:.2?}");
    }
}

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let begin = Instant::now();
    let made = run();
    (made, begin.elapsed())
}

/// A key of each user of an account.
fn violations(account: usize) -> impl Iterator<Item = Resource> {
    let of = Arc::new(Account {
        id: format!("{account:012}").parse().unwrap(),
        name: format!("account-{account}"),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Workloads/Prod".to_owned()),
    });
    (0..USERS).map(move |user| {
        let n = account * USERS + user;
        let name = format!("svc-{n:05}-deploy");
        let arn = format!("arn:aws:iam::{account:012}:user/{name}");
        let key = AccessKey {
            id: Fact::Live(format!("AKIA{n:016}").parse().unwrap()),
            status: Fact::Live(CredentialStatus::Active),
            created_at: Fact::Live(Timestamp::UNIX_EPOCH),
            last_used: Fact::Live(LastUsed::Never),
        };
        let tags = [("app".to_owned(), format!("app-{n:05}")), ("owner".to_owned(), "data".to_owned())].into();
        let user = User::unread(name.parse().unwrap(), arn, "/".to_owned());
        let user = User { access_keys: Fact::Live(vec![key]), tags: Fact::Live(tags), ..user };
        Resource::new(Owner::User(Arc::clone(&of), Arc::new(user)), ResourceType::AccessKey, 0)
    })
}
