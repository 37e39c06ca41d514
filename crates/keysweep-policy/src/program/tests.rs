//! Programs and Rhai say the same.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, Account, AccountState, CredentialStatus, Facet, Fact, LastUsed, Owner, Password, Permissions, Resource,
    ResourceType, Tags, Unreadable, User,
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};

use super::{End, STACK};
use crate::{Compiler, Limits, Policy, engine::handle::Subject, objects::Object, policy::loader::shipped};

/// The policy file with this body of `check`, and those functions and parameters that it needs.
fn file(body: &str) -> String {
    const FUNCTIONS: [(&str, &str); 4] = [
        ("young(", "fn young(it, n) { if it.active { return it.age_days < n; } it.never_used }"),
        ("named(", "fn named(user, t) { let own = user.name + t; own.starts_with(\"svc\") || user.has_tag(t) }"),
        ("over(", "fn over(it, all) { if it.age_days > all.limit { \"over\" } else { within(it, 3) } }"),
        ("over(", "fn within(it, n) { if it.never_used { return `${n}`; } it.status }"),
    ];
    let needed = FUNCTIONS.iter().filter(|(name, _)| body.contains(name)).map(|(_, function)| *function);
    let functions: Vec<_> = needed.collect();
    const PARAMS: [(&str, &str); 5] = [
        ("limit", "{ type: integer, default: 90 }"),
        ("share", "{ type: number, default: 90.5 }"),
        ("on", "{ type: boolean, default: true }"),
        ("word", "{ type: string, default: svc-a }"),
        ("names", "{ type: list, default: [\"svc-*\", alice] }"),
    ];
    let is_read = |name: &str| body.contains(&format!("params.{name}")) || name == "limit" && body.contains("over(");
    let read = PARAMS.iter().filter(|(name, _)| is_read(name));
    let params: String = read.map(|(name, spec)| format!("//!   {name}: {spec}\n")).collect();
    let params = if params.is_empty() { params } else { format!("//! params:\n{params}") };
    format!(
        "//! id: t\n//! title: T\n//! severity: low\n//! resource: access_key\n//! remedy: none\n{params}\
         fn check(key, params) {{\n{body}\n}}\n{}",
        functions.join("\n")
    )
}

fn policy(body: &str) -> Policy {
    Policy::compile("t", &file(body)).unwrap_or_else(|error| panic!("{error}"))
}

fn now() -> Timestamp {
    Timestamp::constant(1_772_366_400, 0)
}

#[test]
fn policies_that_only_go_forward_run_as_programs() {
    let runs_by_rhai = shipped(&Compiler::default()).unwrap().into_iter().filter(|policy| policy.program().is_none());
    insta::assert_snapshot!(runs_by_rhai.map(|policy| policy.id().to_string()).collect::<Vec<_>>().join(" "), @"stale-access-key-share user-policies-through-groups");
}

#[test]
fn programs_say_what_rhai_says() {
    let mut runner = TestRunner::deterministic();
    // Programs have no clock: on a busy machine it must not part them from Rhai.
    let usual = Limits { milliseconds: 60_000, ..Limits::default() };
    let small = Limits { text_bytes: 256, map_entries: 4, ..usual.clone() };
    let compilers = [usual, small].map(|limits| Compiler::new(limits).unwrap());
    let (bodies, users) = (body(), user());
    let (mut compiled, mut programs, mut alone) = (0, 0, 0);
    for round in 0..2_000 {
        let script = bodies.new_tree(&mut runner).unwrap().current();
        let Ok(policy) = compilers[round % 2].compile("t", &file(&script)) else { continue };
        compiled += 1;
        let Some(program) = policy.program() else { continue };
        programs += 1;
        for _ in 0..4 {
            let user = users.new_tree(&mut runner).unwrap().current();
            let resource = resource(user);
            let [ours, rhais] = [&policy, &policy.by_rhai()].map(|policy| policy.evaluate(&resource, now()));
            assert_eq!(ours, rhais, "{script}\n{resource:?}");
            let subject = Subject::new(Object::Key, now(), &Limits::default());
            alone += usize::from(!matches!(program.run(&subject, &resource), End::Rhai));
        }
    }
    // The comparison is worth something where most scripts compile, and most of those run without Rhai.
    assert!(compiled > 1_000 && programs * 10 > compiled * 9, "{programs} of {compiled}");
    assert!(alone > programs * 2, "{alone} of {}", programs * 4);
}

#[test]
fn libraries_are_part_of_a_program() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "owners.rhai",
        "import \"words\" as words;\nfn is_service(user) { words::first(user.name) || own(user) }\nfn own(user) { user.tag(\"owner\") == \"\" }",
    );
    write("words.rhai", "fn first(name) { name.starts_with(\"svc-\") }");
    let text = file("if owners::is_service(key.user) { return fail(key.user.name); } pass()");
    let text = text.replace("fn check", "import \"owners\" as owners;\nfn check");
    let policy =
        Compiler::default().in_folder(folder.path()).compile("t", &text).unwrap_or_else(|error| panic!("{error}"));
    assert!(policy.program().is_some());
    let (mut runner, users) = (TestRunner::deterministic(), user());
    for _ in 0..50 {
        let resource = resource(users.new_tree(&mut runner).unwrap().current());
        assert_eq!(policy.evaluate(&resource, now()), policy.by_rhai().evaluate(&resource, now()), "{resource:?}");
    }
}

#[test]
fn calls_that_double_do_not_make_a_program_large() {
    let functions = (1..30).map(|n| format!(" fn f{n}(x) {{ f{}(x) + f{}(x) }}", n - 1, n - 1));
    let body = format!("pass(`${{f29(key.age_days)}}`) }} fn f0(x) {{ x }}{}", functions.collect::<String>());
    assert!(policy(body.strip_suffix(" }").unwrap()).program().is_none());
}

#[test]
fn what_a_program_does_not_know_is_left_to_rhai() {
    let scripts = [
        "for n in 0..3 { if key.active { return pass(); } } fail(\"x\")",
        "let n = 1; n += 1; pass(`${n}`)",
        "let a = [1]; pass(`${a}`)",
        "pass(key.user?.name)",
        "pass(`${(now() - key.created_at).days}`)",
        "try { throw 1; } catch { } pass()",
        "pass(`${key.user.access_keys.len}`)",
        "old(key); pass() } private fn old(key) { key.age_days > 9",
        "a(key.age_days); pass() } fn a(n) { if n > 9 { a(n - 1) } else { n }",
        "if key.age_days > global::LIMIT { return fail(\"x\"); } pass() } const LIMIT = 3; fn one() { 1",
        "for (name, place) in params.names { if name == key.id && place > 1 { return pass(); } } pass()",
        "for name in params.names { if name == key.id { break; } } pass()",
        "if key.user.name.has_part(\"x\") { fail(\"x\") } else { pass() } } fn has_part(part) { this.contains(part)",
    ];
    for script in scripts {
        assert!(policy(script).program().is_none(), "{script}");
    }
}

#[test]
fn programs_are_small() {
    let deep = format!("pass(`${{{}key.active}}`)", "!".repeat(40));
    let long = "if key.age_days > 90 && key.active { return pass(); } ".repeat(300) + "pass()";
    assert_eq!([deep, long].map(|script| policy(&script).program().is_some()), [false, false]);
    let few = Compiler::new(Limits { operations: 1_000, ..Limits::default() }).unwrap();
    let many = "if key.age_days > 90 { return pass(); } ".repeat(80) + "pass()";
    assert!(policy(&many).program().is_some());
    assert!(few.compile("t", &file(&many)).unwrap().program().is_none());
}

#[test]
fn patterns_that_have_much_to_look_at_are_left_to_rhai() {
    let user = user().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    let resource = resource(user);
    let ends_by_rhai = |doublings| {
        let mut text = "let t0 = key.user.arn;".to_owned();
        for n in 0..doublings {
            text += &format!(" let t{} = t{n} + t{n};", n + 1);
        }
        let tests = format!("t{doublings}.matches(\"*x\") || ").repeat(20) + "key.user.name == \"\"";
        let policy = policy(&format!("{text} if {tests} {{ return pass(); }} fail(\"x\")"));
        let subject = Subject::new(Object::Key, now(), &Limits::default());
        matches!(policy.program().unwrap().run(&subject, &resource), End::Rhai)
    };
    assert_eq!([0, 2, 8].map(ends_by_rhai), [false, false, true]);
}

#[test]
fn the_deepest_program_fits_its_stack() {
    let nested = |depth| {
        ["if key.active { ".repeat(depth), "pass()".to_owned(), " } else { fail(\"no\") }".repeat(depth)].concat()
    };
    // As deep as a user can allow, so that the program's own depth is what ends it.
    let compiler = Compiler::new(Limits { expression_depth: 128, ..Limits::default() }).unwrap();
    let compiled = (1..64).map(|depth| compiler.compile("t", &file(&nested(depth))).unwrap());
    let policy = compiled.take_while(|policy| policy.program().is_some()).last().unwrap();
    let mut user = user().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    if let Fact::Live(keys) = &mut user.access_keys {
        keys[0].status = Fact::Live(CredentialStatus::Active);
    }
    let run = move || {
        let subject = Subject::new(Object::Key, now(), &Limits::default());
        matches!(policy.program().unwrap().run(&subject, &resource(user)), End::Verdict(_))
    };
    assert!(std::thread::Builder::new().stack_size(STACK / 4).spawn(run).unwrap().join().unwrap());
}

/// The body of a function, right or wrong.
fn body() -> impl Strategy<Value = String> {
    let variables = (flag(1), number(1), text(1)).prop_map(|(flag, number, text)| {
        format!("let f = {flag}; let n = {number}; let t = {text}; let u = key.user; let p = u.password;\n")
    });
    let uses = prop_oneof![
        Just("if f { pass(`${n}${t}`) } else if u.has_password && p.never_used { pass(t) } else { pass() }"),
        Just("if f && n > 3 { return fail(t + n); } exempt(u.name + t)"),
    ];
    prop_oneof![
        block(2),
        (variables.clone(), uses).prop_map(|(variables, uses)| variables + uses),
        (variables, block(1)).prop_map(|(variables, block)| format!("{variables} if f {{ return pass(t); }} {block}")),
    ]
}

fn block(depth: u32) -> BoxedStrategy<String> {
    let each = (flag(1), verdict()).prop_map(|(flag, verdict)| {
        let is_in = "key.user.name.matches(name)";
        format!("for name in params.names {{ let w = name + \"x\"; if {is_in} && ({flag}) {{ return {verdict}; }} key.user.tag(w); }}")
    });
    let end = prop_oneof![
        verdict(),
        verdict().prop_map(|verdict| format!("return {verdict};")),
        verdict().prop_map(|verdict| format!("{verdict};")),
    ];
    if depth == 0 {
        return end.boxed();
    }
    let inner = block(depth - 1);
    prop_oneof![
        (flag(2), inner.clone(), inner.clone()).prop_map(|(flag, a, b)| format!("if {flag} {{ {a} }}\n{b}")),
        (flag(2), inner.clone(), inner.clone()).prop_map(|(flag, a, b)| format!("if {flag} {{ {a} }} else {{ {b} }}")),
        (flag(1), flag(1), inner.clone(), inner.clone(), inner).prop_map(|(f, g, a, b, c)| {
            format!("if {f} {{ return {{ {a} }}; }} else if {g} {{ {b} }} else {{ {c} }}")
                .replace("return { return", "{ return")
        }),
        (each, block(depth - 1)).prop_map(|(each, rest)| format!("{each}\n{rest}")),
        end,
    ]
    .boxed()
}

fn verdict() -> impl Strategy<Value = String> {
    let severity = prop_oneof![4 => Just("\"high\"".to_owned()), 1 => text(1)];
    let until = prop_oneof![Just("\"2027-01-01\""), Just("\"2020-01-01T00:00:00Z\""), Just("\"no day\"")];
    prop_oneof![
        Just("pass()".to_owned()),
        text(2).prop_map(|text| format!("pass({text})")),
        text(2).prop_map(|text| format!("fail({text})")),
        (text(1), severity, number(1), flag(1), text(1)).prop_map(|(message, severity, number, flag, text)| {
            format!("fail({message}, #{{ severity: {severity}, number: {number}, flag: {flag}, text: {text} }})")
        }),
        text(1)
            .prop_map(|text| format!("fail({text}, #{{ names: params.names, groups: key.user.groups, now: now() }})")),
        text(2).prop_map(|text| format!("exempt({text})")),
        (text(1), until).prop_map(|(text, until)| format!("exempt({text}, {until})")),
    ]
}

fn flag(depth: u32) -> BoxedStrategy<String> {
    let facts = prop::sample::select(vec![
        "key.active",
        "key.never_used",
        "key.user.has_password",
        "key.user.is_administrator",
        "params.on",
        "true",
    ])
    .prop_map(str::to_owned);
    if depth == 0 {
        return facts.boxed();
    }
    let operator = || prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let method = prop::sample::select(vec!["contains", "starts_with", "ends_with", "matches", "matches_regex"]);
    let pattern = prop::sample::select(vec!["\"*\"", "\"svc-?\"", "\"a\"", "\"(\"", "params.word"]);
    let inner = || flag(depth - 1);
    prop_oneof![
        3 => facts,
        2 => (number(depth - 1), operator(), number(depth - 1)).prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
        1 => (text(depth - 1), operator(), text(depth - 1)).prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
        1 => (inner(), operator(), inner()).prop_map(|(a, operator, b)| format!("({a}) {operator} ({b})")),
        1 => inner().prop_map(|a| format!("!({a})")),
        1 => (inner(), inner(), inner()).prop_map(|(a, b, c)| format!("(({a}) && ({b}) && ({c}))")),
        1 => (inner(), inner()).prop_map(|(a, b)| format!("(({a}) || ({b}))")),
        1 => (text(depth - 1), method.clone(), pattern.clone()).prop_map(|(a, method, b)| format!("({a}).{method}({b})")),
        1 => (text(depth - 1), method, text(depth - 1)).prop_map(|(a, method, b)| format!("{method}({a}, {b})")),
        1 => text(depth - 1).prop_map(|a| format!("params.names.contains({a})")),
        1 => text(depth - 1).prop_map(|a| format!("matches_any({a}, params.names)")),
        1 => text(depth - 1).prop_map(|a| format!("({a}) in params.names")),
        1 => text(depth - 1).prop_map(|a| format!("key.user.has_tag({a})")),
        1 => number(depth - 1).prop_map(|a| format!("young(key, {a})")),
        1 => (time(), operator(), time()).prop_map(|(a, operator, b)| format!("{a} {operator} {b}")),
        1 => text(depth - 1).prop_map(|a| format!("key.user.groups.contains({a})")),
        1 => Just("key.user.groups.is_empty()".to_owned()),
        1 => text(depth - 1).prop_map(|a| format!("({a}).is_empty()")),
        1 => text(depth - 1).prop_map(|a| format!("named(key.user, {a})")),
    ]
    .boxed()
}

fn number(depth: u32) -> BoxedStrategy<String> {
    let facts = prop::sample::select(vec![
        "key.age_days",
        "key.idle_days",
        "key.newer_active_keys",
        "params.limit",
        "params.share",
        "0",
        "90",
        "-7",
        "9223372036854775807",
        "2.5",
    ])
    .prop_map(str::to_owned);
    if depth == 0 {
        return facts.boxed();
    }
    let operator = prop::sample::select(vec!["+", "-", "*", "/", "%"]);
    let inner = || number(depth - 1);
    prop_oneof![
        3 => facts,
        2 => (inner(), operator, inner()).prop_map(|(a, operator, b)| format!("({a} {operator} {b})")),
        1 => (flag(depth - 1), inner(), inner()).prop_map(|(flag, a, b)| format!("(if {flag} {{ {a} }} else {{ {b} }})")),
        1 => inner().prop_map(|a| format!("-({a})")),
        1 => (time(), time()).prop_map(|(a, b)| format!("days_between({a}, {b})")),
        1 => prop_oneof![Just("key.user.groups.len"), Just("params.names.len()")].prop_map(str::to_owned),
        1 => text(depth - 1).prop_map(|a| format!("({a}).len")),
    ]
    .boxed()
}

fn time() -> impl Strategy<Value = String> + Clone {
    let times = ["key.created_at", "now()", "date(\"2025-12-01\")", "date(\"no day\")", "date(key.created_on)"];
    prop::sample::select(times.to_vec()).prop_map(str::to_owned)
}

fn text(depth: u32) -> BoxedStrategy<String> {
    let facts = prop::sample::select(vec![
        "key.id",
        "key.user.name",
        "key.user.arn",
        "key.account.ou_path",
        "key.user.permissions_boundary",
        "key.last_used_service",
        "key.status",
        "params.word",
        "\"\"",
        "\"é svc\"",
        "\" \"",
        "\"0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789\"",
    ])
    .prop_map(str::to_owned);
    if depth == 0 {
        return facts.boxed();
    }
    let inner = || text(depth - 1);
    prop_oneof![
        3 => facts,
        2 => inner().prop_map(|name| format!("key.user.tag({name})")),
        1 => Just("key.user.tag(\"owner\")".to_owned()),
        1 => Just("over(key, params)".to_owned()),
        2 => (inner(), number(depth - 1), flag(depth - 1)).prop_map(|(a, b, c)| format!("`${{{a}}} of ${{{b}}}: ${{{c}}}`")),
        1 => (inner(), inner()).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (inner(), number(depth - 1)).prop_map(|(a, b)| format!("({a} + {b})")),
        1 => (flag(depth - 1), inner()).prop_map(|(a, b)| format!("({a} + {b})")),
    ]
    .boxed()
}

/// A fact that is known, or not yet read, or cannot be read.
fn fact<T: Clone + std::fmt::Debug>(known: impl Strategy<Value = T>, facet: Facet) -> impl Strategy<Value = Fact<T>> {
    let unreadable = Fact::Unreadable(Arc::new(Unreadable { facet, reason: "denied".to_owned() }));
    prop_oneof![8 => known.prop_map(Fact::Live), 1 => Just(Fact::NotRead(facet)), 1 => Just(unreadable)]
}

fn ago() -> impl Strategy<Value = Timestamp> {
    (-2_000_i64..40_000_000).prop_map(|seconds| now() - SignedDuration::from_secs(seconds))
}

fn resource(user: User) -> Resource {
    let account = Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root/Workloads".to_owned()),
    };
    Resource::new(Owner::User(Arc::new(account), Arc::new(user)), ResourceType::AccessKey, 0)
}

fn user() -> impl Strategy<Value = User> {
    let used = prop_oneof![
        Just(LastUsed::Never),
        ago().prop_map(|at| LastUsed::At { at, service: Some("s3".to_owned()), region: None }),
    ];
    let status = prop_oneof![3 => Just(CredentialStatus::Active), 1 => Just(CredentialStatus::Inactive)];
    let status = fact(status, Facet::AccessKeys);
    let id = fact(Just("AKIAIOSFODNN7EXAMPLE".parse().unwrap()), Facet::AccessKeys);
    let key = (id, status, fact(ago(), Facet::AccessKeys), fact(used, Facet::AccessKeyLastUsed))
        .prop_map(|(id, status, created_at, last_used)| AccessKey { id, status, created_at, last_used });
    let tags = prop::collection::btree_map("(owner|svc-a|a)", "[a-z]{0,300}", 0..3).prop_map(|tags| tags as Tags);
    let groups = prop::collection::vec("[a-z]{1,120}", 0..4);
    let permissions = (any::<bool>(), groups).prop_map(|(is_administrator, groups)| Permissions {
        is_administrator: Fact::Live(is_administrator),
        groups: Fact::Live(groups),
        permissions_boundary: Fact::Live(None),
        ..Permissions::unread()
    });
    let password = fact(prop::option::of(ago()), Facet::CredentialReport)
        .prop_map(|last_used| Password { changed_at: Fact::NotRead(Facet::CredentialReport), last_used });
    (
        prop_oneof![Just("alice"), Just("svc-a"), Just("svc-billing")],
        prop::collection::vec(key, 1..3),
        fact(tags, Facet::UserTags),
        fact(permissions, Facet::AuthorizationDetails),
        fact(prop::option::of(password), Facet::LoginProfile),
    )
        .prop_map(move |(name, keys, tags, permissions, password)| {
            let arn = format!("arn:aws:iam::111122223333:user/{name}");
            User {
                access_keys: Fact::Live(keys),
                tags,
                permissions,
                password,
                ..User::unread(name.parse().unwrap(), arn, "/".to_owned())
            }
        })
}
