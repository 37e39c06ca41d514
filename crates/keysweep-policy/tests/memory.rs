//! What the worst scripts take: the memory of one evaluation, by an allocator that counts, and its time.
//!
//! A process of its own, and one test in it, so that nothing else is counted.
#![cfg(test)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, Account, AccountFacts, AccountState, CredentialStatus, Fact, LastUsed, Owner, Resource, ResourceType,
    User,
};
use keysweep_policy::{Outcome, Policy};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MEBIBYTE: usize = 1 << 20;

/// What an evaluation may take.
const MOST_BYTES: usize = 64 * MEBIBYTE;

/// What is promised of a release build on a machine that is not busy is 250 ms; machines that test are.
const MOST_TIME: Duration = Duration::from_secs(5);

const LONG: &str = "let a = []; a.pad(1000, 1);";

/// 40 copies of what `a` holds in variables of their own.
fn copies(of: &str) -> String {
    (0..40).map(|n| format!("let v{n} = {of};")).collect()
}

/// Scripts that give native functions as much as the limits allow, as often as they can, each to be stopped.
fn greedy() -> Vec<String> {
    let text = "let s = \"\"; s.pad(16000, 'x'); ";
    let list = "let a = []; a.pad(1000, 7); ";
    let words = "let w = []; for i in 0..600 { w.push(`word number ${i}, long`); } ";
    let map = "let m = #{}; for i in 0..250 { m[`key ${i}`] = `value ${i}`; } ";
    let globs = "let g = []; for i in 0..60 { let t = `*x${i}`; t.pad(250, \"*x\"); g.push(t + \"!\"); } ";
    let of_text = [
        "key.user.has_tag(s + n)",
        "key.user.tag(s + n)",
        "s.replace('x', s)",
        "s.replace(\"x\", s)",
        "s.replace('x', 'é')",
        "s.replace(\"\", s)",
        "s.replace(\"x\", \"y\")",
        "s.split(\"\")",
        "s.split(\"x\")",
        "s.split('x', 9223372036854775807)",
        "s.split_rev(\"x\")",
        "s.split()",
        "s.split(8000)",
        "s.to_chars()",
        "s.to_blob()",
        "s.chars()",
        "s.bytes()",
        "s.to_upper() + s.to_lower()",
        "s.make_upper()",
        "s.trim()",
        "s.sub_string(1)",
        "s.crop(1)",
        "s.index_of(\"xy\")",
        "s.contains(\"xy\")",
        "s.ends_with(s)",
        "s.remove(\"y\")",
        "s.set(-1, 'y')",
        "s.get(-1)",
        "s == s + \"y\"",
        "`${s}${n}`.len",
        "s in s",
        "matches_regex(s, `(x|xx|.{0,9})*[^x]{9}${n % 50}`)",
        "matches_regex(s, \"(.{0,40}x){3}[^y]{40}!\")",
        "matches(s, \"*x*x*x*x*x*x*x*x*x*x*x*y\")",
        "parse_int(s) + n",
        "try { date(s); } catch { }",
        "let _v = fail(s, #{ a: s.sub_string(1) });",
    ];
    let of_list = [
        "a + a",
        "a += a",
        "a == a2",
        "a.sort()",
        "a.order()",
        "a.reverse()",
        "a.dedup()",
        "a.contains(8)",
        "a.index_of(8)",
        "a.to_string()",
        "a.to_debug()",
        "`${a}`",
        "a.extract(1)",
        "a.splice(0, 900, a)",
        "a.chop(999)",
        "a.pad(9223372036854775807, a)",
        "a.pad(18014398509481984, a)",
        "a.insert(0, a)",
        "a.map(|x| a2)",
        "a.filter(|x| x == 7).map(|x| x).filter(|x| x > 3)",
        "a.reduce(|x, y| [x, y], 0)",
        "a.append(a2)",
        "8 in a",
    ];
    let of_words = [
        "w.sort()",
        "w + w",
        "w.to_string().split(\",\")",
        "w.map(|t| t.split(\" \"))",
        "w.contains(w)",
        "w == w.map(|t| t)",
    ];
    let of_map =
        ["m.keys() + m.values()", "m.to_json()", "m + m", "m.mixin(m)", "m + m == m", "`${m}`", "m.to_debug().len"];
    let of_globs = ["matches_any(s, g)", "g.some(|t| s.matches(t))", "matches_any(s, g + g)"];
    let rest = [
        "let s = \"\"; s.pad(100, \"\"); pass()",
        "let s = \"\"; s.pad(9223372036854775807, \"x\"); pass()",
        "for x in range(0, 9223372036854775807, 1) { } pass()",
        "for b in (-1).bits() { } loop { for b in 5.bits() { } }",
        "let n = 1; loop { n = (n ** 2) % 1000003; }",
        "let n = 0; loop { n += 1; try { 9223372036854775807 + n } catch { } }",
        "let n = 0; loop { n += 1; date(`2026-03-${n % 9 + 10}`) > now(); }",
        "let t = now(); loop { t = t + days(1) - hours(24); }",
        "let n = 0; loop { n += 1; let t = key.user.name + key.user.arn + key.account.name + n; }",
    ];
    let looped = |before: &str, step: &str| {
        let list = if before.starts_with("let a") { "let a2 = a; " } else { "" };
        format!("fn check(key, params) {{ {before}{list}let n = 0; loop {{ n += 1; {step}; }} }}")
    };
    let each = |before: &str, steps: &[&str]| steps.iter().map(|step| looped(before, step)).collect::<Vec<_>>();
    let rest = rest.map(|body| format!("fn check(key, params) {{ {body} }}"));
    [
        each(text, &of_text),
        each(list, &of_list),
        each(words, &of_words),
        each(map, &of_map),
        each(&format!("{text}{globs}"), &of_globs),
        rest.to_vec(),
    ]
    .concat()
}

fn scripts() -> Vec<String> {
    let body = |body: &str| format!("fn check(key, params) {{ {body} }}");
    let full = "let t = \"\"; t.pad(250, 'x'); let a = []; for i in 0..60 { a.push(t + `${i}`); } a.pad(1020, []);";
    vec![
        body("let s = \"x\"; loop { s += s; }"),
        body("let s = \"x\"; loop { s = `${s}${s}`; }"),
        body("let a = [1]; loop { a += a; }"),
        body("let a = [1]; loop { a = [a, a]; }"),
        body("let m = #{ a: 1 }; loop { m = #{ a: m, b: m }; }"),
        body("let a = []; a.pad(1000000000, 1); pass()"),
        body("let s = \"\"; s.pad(1000000000, 'x'); pass()"),
        body("let s = \"\"; s.pad(16000, 'x'); s.replace(\"x\", s); pass()"),
        body("let s = \"\"; s.pad(16000, 'x'); loop { s.split(\"x\"); }"),
        body("let s = \"\"; s.pad(16000, 'x'); loop { s.to_chars(); }"),
        body(&format!("{full} {} loop {{ }}", copies("a"))),
        body(&format!("{LONG} {} loop {{ }}", copies("a"))),
        body(&format!("{LONG} a.map(|x| {{ let c = []; c.pad(1000, x); c }}); pass()")),
        body(&format!("{LONG} let b = a; let c = a; a.map(|x| b.map(|y| c)); pass()")),
        body(&format!("{LONG} let b = a; loop {{ a.map(|x| b); }}")),
        body(&format!("{LONG} let b = a; a.reduce(|made, x| [made, b], []); pass()")),
        body("let m = #{}; for i in 0..250 { m[`${i}`] = [i, i, i]; } loop { m.values(); m.keys(); m.to_json(); }"),
        body("let n = 0; loop { n += 1; matches_regex(\"x\", `\\\\w{30}x${n}`); }"),
        body("let n = 0; loop { n += 1; matches_regex(\"x\", `[a-z]{100}x${n}`); }"),
        format!(
            "fn f(a, n) {{ {} if n > 0 {{ f(a, n - 1) }} loop {{ }} }} fn check(key, params) {{ {full} f(a, 12); pass() }}",
            copies("a")
        ),
        format!(
            "fn f(a, b, c, d, e, n) {{ f(a, b, c, d, e, f(a, b, c, d, e, n)) }} fn check(key, params) {{ {full} f(a, a, a, a, a, 1) }}"
        ),
        format!("fn f(a, n) {{ [n].map(|x| f(a, x)) }} fn check(key, params) {{ {full} f(a, 1); pass() }}"),
        body(&format!("{full} loop {{ {}1{}; }} }} fn f(a, b) {{ 1", "f(a, ".repeat(20), ")".repeat(20))),
    ]
}

/// An account of 5,000 users with two keys each.
fn account() -> Resource {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let account = Arc::new(Account {
        id: "111122223333".parse().unwrap(),
        name: "prod".to_owned(),
        email: None,
        state: AccountState::Active,
        ou_path: Fact::Live("Root".to_owned()),
    });
    let key = |n: usize| AccessKey {
        id: Fact::Live(format!("AKIA{n:016}").parse().unwrap()),
        status: Fact::Live(CredentialStatus::Active),
        created_at: Fact::Live(at("2025-01-01T00:00:00Z")),
        last_used: Fact::Live(LastUsed::Never),
    };
    let users = (0..5000)
        .map(|n| {
            let arn = format!("arn:aws:iam::111122223333:user/user-{n}");
            let name = format!("user-{n}").parse().unwrap();
            let keys = Fact::Live(vec![key(2 * n), key(2 * n + 1)]);
            let tags = Fact::Live(Default::default());
            Arc::new(User { access_keys: keys, tags, ..User::unread(name, arn, "/".to_owned()) })
        })
        .collect();
    let facts = AccountFacts { users: Fact::Live(users), ..AccountFacts::unread(account) };
    Resource::new(Owner::Account(Arc::new(facts)), ResourceType::Account, 0)
}

fn policy(resource: &str, script: &str) -> Policy {
    let text = format!(
        "//! id: test\n//! title: A test\n//! severity: low\n//! resource: {resource}\n//! remedy: none\n{script}"
    );
    Policy::compile("t", &text).unwrap_or_else(|error| panic!("{error}"))
}

/// The outcome, the bytes that it took at most, and the time.
fn measured(policy: &Policy, resource: &Resource) -> (Outcome, usize, Duration) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let begin = Instant::now();
    let outcome = policy.evaluate(resource, "2026-03-01T12:00:00Z".parse().unwrap()).outcome;
    let time = begin.elapsed();
    (outcome, MEMORY.peak_usage().saturating_sub(before), time)
}

#[test]
fn no_script_takes_more_than_it_may() {
    let account = account();
    let key = Resource::of(account.owner(), ResourceType::AccessKey).value().unwrap()[0].clone();
    let mut worst = (0, Duration::ZERO);
    let all = [scripts(), greedy()].concat();
    assert!(all.len() > 100);
    for script in all {
        let (outcome, bytes, time) = measured(&policy("access_key", &script), &key);
        assert!(matches!(outcome, Outcome::Error(_)), "{script}: {outcome:?}");
        assert!(bytes < MOST_BYTES && time < MOST_TIME, "{script}: {bytes} bytes, {time:?}");
        worst = (worst.0.max(bytes), worst.1.max(time));
    }
    println!("the worst scripts about a key took {} KiB and {} ms", worst.0 >> 10, worst.1.as_millis());
    long_lists(&account);
}

/// What the lists of a large account are for works; what makes too much of them is stopped.
fn long_lists(account: &Resource) {
    let script = "fn check(account, params) { let keys = account.access_keys; \
                  let old = keys.filter(|key| key.active && key.age_days > 90); \
                  if old.len * 100 > keys.len * 5 { fail(`${old.len}`, #{ keys: old.map(|key| key.id) }) } else { pass() } }";
    let (outcome, bytes, time) = measured(&policy("account", script), account);
    assert!(matches!(outcome, Outcome::Verdict(_)), "{outcome:?}");
    assert!(bytes < MOST_BYTES && time < MOST_TIME, "{bytes} bytes, {time:?}");
    for body in [
        "let keys = account.access_keys; let all = keys; keys.map(|key| all.map(|other| other.id)); pass()",
        "loop { account.access_keys.len; }",
        "let keys = account.access_keys; let t = \"\"; t.pad(9000, 'x'); let l = keys.map(|key| t); pass()",
        "let l = account.access_keys.filter(|key| key.active); let t = \"\"; t.pad(9000, 'x'); let v = l.map(|key| t); \
         fail(\"x\", #{ a: v, b: v, c: v, d: v, e: v, f: v, g: v, h: v, i: v, j: v, k: v, l: v, m: v, n: v, o: v, p: v })",
        "let keys = account.access_keys; let l = keys; loop { l = l.map(|x| x); }",
        "let keys = account.access_keys; keys.map(|key| { let a = []; a.pad(1000, key); a }); pass()",
        "let keys = account.access_keys; pass(`${keys.map(|key| key.id)}`)",
    ] {
        let script = format!("fn check(account, params) {{ {body} }}");
        let (outcome, bytes, time) = measured(&policy("account", &script), account);
        assert!(matches!(outcome, Outcome::Error(_)), "{body}: {outcome:?}");
        // The time that a script may take grows with the 10,000 keys.
        assert!(bytes < MOST_BYTES && time < 4 * MOST_TIME, "{body}: {bytes} bytes, {time:?}");
    }
}
