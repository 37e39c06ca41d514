//! Exemptions: what each selects, when it ends, and what is told of those that are wrong.

use std::sync::Arc;

use keysweep_model::{AccessKey, Account, AccountState, CredentialStatus, Facet, LastUsed, Owner, User};
use proptest::{prelude::*, test_runner::TestRunner};

use super::*;

const NOW: Timestamp = Timestamp::constant(1_772_366_400, 0); // 2026-03-01T12:00:00Z

fn account() -> Account {
    Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Workloads/Prod".to_owned()),
    }
}

fn resource(user: User, kind: ResourceType) -> Resource {
    Resource::new(Owner::User(Arc::new(account()), Arc::new(user)), kind, 0)
}

fn user() -> User {
    let key = AccessKey {
        id: Fact::Live("AKIAIOSFODNN7EXAMPLE".parse().unwrap()),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(NOW),
        last_used: Fact::Live(LastUsed::Never),
    };
    User {
        access_keys: Fact::Live(vec![key]),
        tags: Fact::Live([("team".to_owned(), "billing".to_owned())].into()),
        ..User::unread("svc-billing".parse().unwrap(), "arn".to_owned(), "/".to_owned())
    }
}

fn parse(text: &str) -> Result<Register, InvalidFile> {
    Register::parse("exemptions.yaml", text, NOW, DEFAULT_MAX_TERM_DAYS)
}

/// A register of exemptions, each with these selectors and that end, for one policy.
fn register(selectors: &[(&str, &str)]) -> Register {
    let entry = |(index, (selector, expires)): (usize, &(&str, &str))| {
        format!("- {{ id: e{index}, policy: p, reason: r, owner: o, expires: {expires}, {selector} }}\n")
    };
    parse(&selectors.iter().enumerate().map(entry).collect::<String>()).unwrap()
}

fn rule(selectors: &[(&str, &str)], user: User) -> Ruling {
    register(selectors).rule(&"p".parse().unwrap(), &resource(user, ResourceType::AccessKey), NOW)
}

const LATER: &str = "2026-09-01";
const OVER: &str = "2026-03-01";

#[test]
fn an_exemption_lets_off_what_all_of_its_selectors_select() {
    let cases = [
        ("account: \"111122223333\"", true),
        ("account: [\"999922223333\", \"111122223333\"]", true),
        ("account: \"999922223333\"", false),
        ("ou: Root/Workloads", true),
        ("ou: Root/Workloads/Prod", true),
        ("ou: Root/Work", false),
        ("user: svc-*", true),
        ("user: svc", false),
        ("tags: { team: billing }", true),
        ("tags: { team: billing, owner: x }", false),
        ("access_key_id: AKIAIOSFODNN7EXAMPLE", true),
        ("access_key_id: ASIA*", false),
        ("user: svc-*, ou: Root/Sandbox", false),
    ];
    for (selector, selected) in cases {
        let expected = if selected { Ruling::Exempt(0) } else { Ruling::None };
        assert_eq!(rule(&[(selector, LATER)], user()), expected, "{selector}");
    }
    let other =
        register(&[("user: \"*\"", LATER)]).rule(&"q".parse().unwrap(), &resource(user(), ResourceType::User), NOW);
    assert_eq!(other, Ruling::None);
    let no_key = register(&[("access_key_id: \"*\"", LATER)]);
    assert_eq!(no_key.rule(&"p".parse().unwrap(), &resource(user(), ResourceType::User), NOW), Ruling::None);
}

#[test]
fn an_expired_exemption_lets_nothing_off_and_says_so() {
    assert_eq!(rule(&[("user: svc-*", OVER)], user()), Ruling::Expired(0));
    assert_eq!(rule(&[("user: svc-*", OVER), ("user: svc-*", LATER)], user()), Ruling::Exempt(1));
}

#[test]
fn what_cannot_be_decided_lets_nothing_off() {
    let mut without_tags = user();
    without_tags.tags = Fact::NotRead(Facet::UserTags);
    let tagged = ("tags: { team: billing }", LATER);
    assert_eq!(rule(&[tagged], without_tags.clone()), Ruling::Needs(FacetSet::of(&[Facet::UserTags])));
    assert_eq!(rule(&[("user: other, tags: { team: billing }", LATER)], without_tags.clone()), Ruling::None);
    assert_eq!(rule(&[tagged, ("user: svc-*", LATER)], without_tags), Ruling::Exempt(1));

    let why = Arc::new(Unreadable { facet: Facet::UserTags, reason: "denied".to_owned() });
    let unreadable = User { tags: Fact::Unreadable(Arc::clone(&why)), ..user() };
    assert_eq!(rule(&[tagged], unreadable.clone()), Ruling::Unknown { index: 0, why });
    assert_eq!(rule(&[("tags: { team: billing }", OVER)], unreadable), Ruling::None);
}

/// Finds among many exemptions as if each were looked at: with facts that are unknown, and selectors of every kind.
#[test]
fn the_index_leaves_out_only_what_is_not_meant() {
    const SELECTORS: [&str; 16] = [
        "account: \"111122223333\"",
        "account: [\"999922223333\", \"111122223333\"]",
        "account: \"999922223333\"",
        "ou: Root",
        "ou: Root/Workloads/Prod",
        "ou: Root/Work",
        "user: svc-*",
        "user: \"*\"",
        "user: \"*-bill??g\"",
        "user: alice",
        "tags: { team: billing }",
        "tags: { team: billing, owner: x }",
        "tags: { team: other }",
        "access_key_id: AKIA*",
        "access_key_id: \"*9\"",
        "access_key_id: \"*\"",
    ];
    let selectors = proptest::collection::vec((0..16_usize, 0..16_usize, any::<bool>(), any::<bool>()), 1..40);
    let unread = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let mut runner = TestRunner::deterministic();
    let checked = runner.run(&(selectors, unread), |(selectors, (tags, unit, id, is_key, is_known))| {
        let entry = |(index, (a, b, expired, other)): (usize, &(usize, usize, bool, bool))| {
            let field = |text: &str| text.split(':').next().map(str::to_owned);
            let (a, b) = (SELECTORS[*a], SELECTORS[*b]);
            let both = if field(a) == field(b) { a.to_owned() } else { format!("{a}, {b}") };
            let (end, policy) = (if *expired { OVER } else { LATER }, if *other { "q" } else { "p" });
            format!("- {{ id: e{index}, policy: {policy}, reason: r, owner: o, expires: {end}, {both} }}\n")
        };
        let register = parse(&selectors.iter().enumerate().map(entry).collect::<String>()).unwrap();
        let mut user = user();
        let why = |facet| Arc::new(Unreadable { facet, reason: "denied".to_owned() });
        if tags {
            user.tags = if is_known { Fact::NotRead(Facet::UserTags) } else { Fact::Unreadable(why(Facet::UserTags)) };
        }
        let mut account = account();
        if unit {
            account.ou_path = Fact::NotRead(Facet::Users);
        }
        if let (true, Fact::Live(keys)) = (id, &mut user.access_keys) {
            keys[0].id = Fact::NotRead(Facet::AccessKeys);
        }
        let kind = if is_key { ResourceType::AccessKey } else { ResourceType::User };
        let resource = Resource::new(Owner::User(Arc::new(account), Arc::new(user)), kind, 0);
        let policy = "p".parse().unwrap();
        let all = 0..register.exemptions().len();
        prop_assert_eq!(register.rule(&policy, &resource, NOW), register.decide(all, &policy, &resource, NOW));
        Ok(())
    });
    assert_eq!(checked, Ok(()));
}

/// However a large register is cut, few of its exemptions are looked at for one violation.
#[test]
fn of_a_large_register_few_exemptions_are_looked_at() {
    type Selector = fn(usize) -> String;
    let registers: [(&str, Selector); 9] = [
        ("a user each", |n| format!("user: svc-{n:05}x")),
        ("a prefix each", |n| format!("user: svc-{n:05}x*")),
        ("a suffix each", |n| format!("user: \"*-{n:05}x\"")),
        ("a part each", |n| format!("user: \"*-{n:05}x*\"")),
        ("an account each", |n| format!("account: \"{n:012}\", user: \"*\"")),
        ("a user of every account", |n| format!("account: \"{n:012}\", user: svc-*")),
        ("a key each", |n| format!("access_key_id: AKIA{n:016}")),
        ("a tag each", |n| format!("tags: {{ app: a{n}, team: billing }}")),
        ("a unit each", |n| format!("ou: Root/Workloads/u{n}")),
    ];
    let policy = "p".parse().unwrap();
    let resource = resource(user(), ResourceType::AccessKey);
    for (name, selector) in registers {
        let mut selectors: Vec<String> = (0..5_000).map(selector).collect();
        selectors.push("user: svc-billing".to_owned());
        let pairs: Vec<_> = selectors.iter().map(|selector| (selector.as_str(), LATER)).collect();
        let register = register(&pairs);
        assert_eq!(register.rule(&policy, &resource, NOW), Ruling::Exempt(5_000), "{name}");
        let looked_at = register.0.index.candidates(&policy, &resource).len();
        assert!(looked_at <= 2, "{name}: {looked_at}");
    }
}

#[test]
fn days_left_count_up_to_the_end() {
    let days = |expires| register(&[("user: \"*\"", expires)]).exemptions()[0].days_left(NOW);
    assert_eq!([days("2026-03-02"), days("2026-03-02T12:00:00Z"), days("2026-02-01")], [1, 1, 0]);
}

#[test]
fn an_exemption_is_approved_before_it_ends_and_not_in_the_future() {
    let entry = |approved: &str, expires: &str| {
        format!("- {{ id: a, policy: p, user: x, reason: r, owner: o, approved_on: {approved}, expires: {expires} }}")
    };
    // It is noon in UTC on 2026-03-01: the next day has begun in UTC+14, and the day after that nowhere.
    for (approved, expires) in [
        ("2026-03-01", "2026-04-01"),
        ("2026-03-02", "2026-04-01"),
        ("2026-03-01T12:00:00Z", "2026-04-01"),
        ("2026-02-01", "2026-02-01"),
    ] {
        assert!(parse(&entry(approved, expires)).is_ok(), "{approved} {expires}");
    }
    let wrong = |approved: &str, expires: &str| parse(&entry(approved, expires)).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            wrong("2026-03-03", "2026-04-01"),
            wrong("2026-03-01T12:00:01Z", "2026-04-01"),
            wrong("2126-01-01", "2126-06-01"),
            wrong("2026-02-02", "2026-02-01"),
            wrong("2026-02-02", "soon"),
        ]
        .join("\n\n"),
        @"
        error[bad-value]: the exemption was approved on 2026-03-03, which is in the future
         --> exemptions.yaml:1:66
          |
        1 | - { id: a, policy: p, user: x, reason: r, owner: o, approved_on: 2026-03-03, expires: 2026-04-01 }
          |                                                                  ^^^^^^^^^^
          = help: give the day of the approval; today is 2026-03-01

        error[bad-value]: the exemption was approved on 2026-03-01T12:00:01Z, which is in the future
         --> exemptions.yaml:1:66
          |
        1 | - { id: a, policy: p, user: x, reason: r, owner: o, approved_on: 2026-03-01T12:00:01Z, expires: 2026-04-01 }
          |                                                                  ^^^^^^^^^^^^^^^^^^^^
          = help: give the day of the approval; today is 2026-03-01

        error[bad-value]: the exemption was approved on 2126-01-01, which is in the future
         --> exemptions.yaml:1:66
          |
        1 | - { id: a, policy: p, user: x, reason: r, owner: o, approved_on: 2126-01-01, expires: 2126-06-01 }
          |                                                                  ^^^^^^^^^^
          = help: give the day of the approval; today is 2026-03-01

        error[bad-value]: the exemption was approved on 2026-02-02, after its end on 2026-02-01
         --> exemptions.yaml:1:66
          |
        1 | - { id: a, policy: p, user: x, reason: r, owner: o, approved_on: 2026-02-02, expires: 2026-02-01 }
          |                                                                  ^^^^^^^^^^
          = help: give the day of the approval, which comes before `expires`

        error[bad-value]: `soon` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
         --> exemptions.yaml:1:87
          |
        1 | - { id: a, policy: p, user: x, reason: r, owner: o, approved_on: 2026-02-02, expires: soon }
          |                                                                                       ^^^^
        "
    );
}

#[test]
fn mistakes_are_shown_where_they_are() {
    let wrong = |text: &str| parse(text).unwrap_err().to_string();
    insta::assert_snapshot!(
        [
            wrong("- { id: a, policy: p, reason: r, owner: o, user: x }"),
            wrong("- { id: a, policy: p, reason: r, owner: o, expires: 2026-04-01 }"),
            wrong("- { id: a b, policy: P_, reason: '', owner: o, expires: soon, user: x }"),
            wrong("- { id: a, policy: p, reason: r, owner: o, expires: 2028-04-01, user: x }"),
            wrong("- { id: a, policy: p, account: 111122223333, reason: r, owner: o, expires: 2026-04-01 }"),
            wrong(
                "- { id: a, policy: p, user: x, reason: r, owner: o, expires: 2026-04-01 }\n\
                 - { id: a, policy: p, user: y, reason: r, owner: o, expires: 2026-04-01 }"
            ),
            wrong("- { id: a, policy: p, usr: x, reason: r, owner: o, expires: 2026-04-01 }"),
        ]
        .join("\n\n"),
        @"
    error[missing-field]: missing field `expires`
     --> exemptions.yaml:1:44
      |
    1 | - { id: a, policy: p, reason: r, owner: o, user: x }
      |                                            ^^^^

    error[bad-value]: the exemption does not say what it exempts
     --> exemptions.yaml:1:9
      |
    1 | - { id: a, policy: p, reason: r, owner: o, expires: 2026-04-01 }
      |         ^
      = help: give `account`, `ou`, `user`, `tags` or `access_key_id`; to exempt everything, disable the policy

    error[bad-value]: `a b` is not an exemption id (1 to 64 letters, digits, `-`, `_` or `.`)
     --> exemptions.yaml:1:9
      |
    1 | - { id: a b, policy: P_, reason: '', owner: o, expires: soon, user: x }
      |         ^^^

    error[bad-value]: `P_` is not a policy id (1 to 64 lowercase letters, digits and dashes, such as `access-key-max-age`)
     --> exemptions.yaml:1:22
      |
    1 | - { id: a b, policy: P_, reason: '', owner: o, expires: soon, user: x }
      |                      ^^

    error[bad-value]: the reason is empty
     --> exemptions.yaml:1:34
      |
    1 | - { id: a b, policy: P_, reason: '', owner: o, expires: soon, user: x }
      |                                  ^^

    error[bad-value]: `soon` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
     --> exemptions.yaml:1:57
      |
    1 | - { id: a b, policy: P_, reason: '', owner: o, expires: soon, user: x }
      |                                                         ^^^^

    error[bad-value]: the exemption ends more than 365 days from now
     --> exemptions.yaml:1:53
      |
    1 | - { id: a, policy: p, reason: r, owner: o, expires: 2028-04-01, user: x }
      |                                                     ^^^^^^^^^^
      = help: renew it in time instead, or allow longer terms by `exemption_max_term_days`

    error[malformed-yaml]: `111122223333` is a number here: put it in quotes
     --> exemptions.yaml:1:32
      |
    1 | - { id: a, policy: p, account: 111122223333, reason: r, owner: o, expires: 2026-04-01 }
      |                                ^^^^^^^^^^^^

    error[bad-value]: another exemption has the id `a`
     --> exemptions.yaml:2:9
      |
    2 | - { id: a, policy: p, user: y, reason: r, owner: o, expires: 2026-04-01 }
      |         ^

    error[unknown-field]: unknown field `usr`, expected one of id, policy, account, ou, user, tags, access_key_id, reason, owner, ticket, approved_by, approved_on, expires
     --> exemptions.yaml:1:23
      |
    1 | - { id: a, policy: p, usr: x, reason: r, owner: o, expires: 2026-04-01 }
      |                       ^^^
      = help: did you mean `user`?
    "
    );
}

#[test]
fn a_selector_selects_something_and_a_glob_has_a_longest_length() {
    let read = |selector: &str| {
        let entry = format!("- {{ id: e, policy: p, reason: r, owner: o, expires: {LATER}, {selector} }}\n");
        parse(&entry).err().map(|error| error.diagnostics[0].message.clone()).unwrap_or_default()
    };
    let long = "x".repeat(257);
    assert_eq!(read("ou: \" \""), "an empty string selects nothing");
    assert_eq!(read("user: \"\""), "an empty string selects nothing");
    assert_eq!(read(&format!("user: {long}")), "the pattern has 257 bytes; at most 256 are allowed");
    assert_eq!(read(&format!("ou: Root/{long}")), "");
}
