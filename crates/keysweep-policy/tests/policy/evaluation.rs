//! What policies make of facts: known, not read yet, unreadable.

use std::{sync::Arc, thread};

use keysweep_model::{
    CredentialStatus, Evidence, EvidenceValue, Facet, Fact, LastUsed, Resource, ResourceType, Unreadable, User, Verdict,
};
use keysweep_policy::{Compiler, Outcome, Policy, shipped};
use proptest::prelude::*;

use crate::support::{ago, body, judge, key, now, outcome, policy, resource, show, user};

fn denied(facet: Facet) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: "iam:X was denied (AccessDenied)".to_owned() })
}

#[test]
fn scripts_see_every_property() {
    let script = "pass(`${key.id} ${key.active} ${key.status} ${key.age_days} ${key.created_on} ${key.never_used} \
                  ${key.idle_days} ${key.last_used_on} ${key.last_used_service} ${key.last_used_region} \
                  ${key.newer_active_keys} | ${key.user.name} ${key.user.arn} ${key.user.path} ${key.user.age_days} \
                  ${key.user.tag(\"owner\")} [${key.user.tag(\"x\")}] ${key.user.has_tag(\"x\")} | \
                  ${key.account.id} ${key.user.account.name} ${key.account.ou_path} | ${params.limit}`)";
    insta::assert_snapshot!(outcome(script), @r#"Pass { note: Some("AKIAIOSFODNN7EXAMPLE true Active 101 2025-11-21 false 10 2026-02-19 s3 eu-west-1 0 | alice arn:aws:iam::111122223333:user/team/alice /team/ 1000 data [] false | 111122223333 prod Root/Workloads | 90") }"#);
}

#[test]
fn evidence_names_what_was_touched_and_nothing_else() {
    let policy =
        body(r#"if key.age_days > 90 && key.user.tag("owner") == "data" { return fail("old"); } key.status; pass()"#);
    insta::assert_debug_snapshot!(judge(&policy, user()).evidence, @r#"
    {
        "age_days": Integer(
            101,
        ),
        "user.tag(owner)": Text(
            "data",
        ),
    }
    "#);
}

#[test]
fn a_key_is_older_than_90_days_when_its_age_is_more_than_90_times_24_hours() {
    let policy = body("pass(`${key.age_days} ${key.idle_days}`)");
    let days = |age: f64| {
        let mut user = user();
        key(&mut user).created_at = Fact::Live(ago(age));
        key(&mut user).last_used = Fact::Live(LastUsed::Never);
        show(&judge(&policy, user).outcome)
    };
    insta::assert_snapshot!([89.75, 90.0, 90.000_001, 90.25, 0.0, -5.0].map(days).join("\n"), @r#"
    Pass { note: Some("90 90") }
    Pass { note: Some("90 90") }
    Pass { note: Some("91 91") }
    Pass { note: Some("91 91") }
    Pass { note: Some("0 0") }
    Pass { note: Some("0 0") }
    "#);
}

#[test]
fn a_fact_that_was_not_read_stops_the_script_and_is_named() {
    let mut user = user();
    user.tags = Fact::NotRead(Facet::UserTags);
    key(&mut user).last_used = Fact::NotRead(Facet::AccessKeyLastUsed);
    let policy = body(r#"if key.user.has_tag("x") { return pass(); } if key.never_used { fail("x") } else { pass() }"#);
    let evaluation = judge(&policy, user.clone());
    assert!(matches!(evaluation.outcome, Outcome::Needs { facet: Facet::UserTags, .. }));
    user.tags = Fact::Live([].into());
    assert!(matches!(judge(&policy, user).outcome, Outcome::Needs { facet: Facet::AccessKeyLastUsed, .. }));
}

#[test]
fn an_unreadable_fact_makes_unknown_and_is_evidence() {
    let mut user = user();
    user.tags = Fact::Unreadable(denied(Facet::UserTags));
    let evaluation = judge(&body(r#"if key.user.tag("x") == "" { pass() } else { pass() }"#), user);
    assert_eq!(evaluation.outcome, Outcome::Unknown(denied(Facet::UserTags)));
    let reason = "iam:X was denied (AccessDenied)".to_owned();
    assert_eq!(evaluation.evidence["user.tag(x)"], EvidenceValue::Unreadable(reason));
}

#[test]
fn nothing_that_a_script_does_hides_a_missing_fact() {
    let scripts = [
        r#"try { key.user.tag("x"); } catch { return pass(); } pass()"#,
        r#"try { key.user.tag("x"); } catch (err) { throw "other"; } pass()"#,
        r#"let n = 0; loop { try { n += 1; key.user.tag("x"); } catch { } if n > 3 { return pass(); } }"#,
        r#"key.user?.tag("x") ?? ""; pass()"#,
        r#"let x = if key.user.has_tag("x") { 1 } else { 2 }; pass()"#,
        r#"["a", "b"].contains(key.user.tag("x")); pass()"#,
    ];
    for script in scripts {
        let mut unread = user();
        unread.tags = Fact::NotRead(Facet::UserTags);
        let needs = judge(&body(script), unread).outcome;
        assert!(matches!(needs, Outcome::Needs { facet: Facet::UserTags, .. }), "{script}");
        let mut unreadable = user();
        unreadable.tags = Fact::Unreadable(denied(Facet::UserTags));
        assert_eq!(judge(&body(script), unreadable).outcome, Outcome::Unknown(denied(Facet::UserTags)), "{script}");
    }
}

#[test]
fn only_verdicts_are_verdicts() {
    let scripts = [
        "",
        "()",
        "true",
        "42",
        r#""pass""#,
        "key",
        "pass",
        "#{}",
        "pass(); ",
        "return;",
        r#"fail("")"#,
        r#"exempt(" ")"#,
        r#"throw "up""#,
        "throw 1",
        "throw pass()",
        "pass().note",
    ];
    let outcomes = scripts.map(|script| {
        match Policy::compile("t", &crate::support::file(&format!("fn check(key, params) {{ {script} }}"))) {
            Ok(policy) => format!("{script:12} {}", show(&judge(&policy, user()).outcome)),
            Err(error) => format!("{script:12} refused: {}", error.diagnostics[0].message),
        }
    });
    insta::assert_snapshot!(outcomes.join("\n"), @r#"
                 refused: `check` is empty
    ()           refused: `check` ends with nothing (`()`) instead of a verdict
    true         refused: `check` ends with a boolean instead of a verdict
    42           refused: `check` ends with an integer instead of a verdict
    "pass"       refused: `check` ends with a string instead of a verdict
    key          refused: `check` ends with an access key instead of a verdict
    pass         refused: there is no variable `pass`
    #{}          refused: `check` ends with a map instead of a verdict
    pass();      Pass { note: None }
    return;      refused: `check` ends with nothing (`()`) instead of a verdict
    fail("")     error: line 6, column 25: `fail` needs a message: the finding shows nothing else
    exempt(" ")  error: line 6, column 25: `exempt` needs a message: the finding shows nothing else
    throw "up"   error: line 6, column 25: up
    throw 1      error: line 6, column 25: the script threw an integer
    throw pass() error: line 6, column 25: the script threw a verdict
    pass().note  refused: a verdict has no property `note`
    "#);
}

#[test]
fn verdicts_come_from_helpers_and_constants_are_seen() {
    let policy = policy(
        "const GRACE = 10;\nfn check(key, params) { judge_age(key.age_days, params.limit + global::GRACE) }\n\
         fn judge_age(age, limit) { if age > limit { fail(`${age} > ${limit}`) } else { pass() } }",
    );
    assert_eq!(
        judge(&policy, user()).outcome,
        Outcome::Verdict(Verdict::Fail { message: "101 > 100".to_owned(), severity: None, evidence: Evidence::new() })
    );
}

#[test]
fn a_key_that_the_user_does_not_have_never_passes() {
    let evaluation = body("if key.active { pass() } else { pass() }")
        .evaluate(&Resource::new(resource(user()).owner().clone(), ResourceType::AccessKey, 1), now());
    assert_eq!(show(&evaluation.outcome), "unknown: access keys could not be read: there is no such resource");
}

#[test]
fn evaluations_run_on_many_threads_and_small_stacks() {
    let policy = shipped(&Compiler::default()).unwrap().remove(0);
    let key = resource(user());
    let expected = policy.evaluate(&key, now());
    thread::scope(|scope| {
        for _ in 0..4 {
            thread::Builder::new()
                .stack_size(128 << 10)
                .spawn_scoped(scope, || {
                    (0..50).for_each(|_| {
                        assert_eq!(policy.evaluate(&key, now()), expected);
                    });
                })
                .unwrap();
        }
    });
}

fn fact<T: Clone + std::fmt::Debug + 'static>(
    facet: Facet,
    value: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Fact<T>> {
    prop_oneof![
        4 => value.prop_map(Fact::Live),
        1 => Just(Fact::NotRead(facet)),
        1 => Just(Fact::Unreadable(denied(facet))),
    ]
    .boxed()
}

prop_compose! {
    fn any_user()(
        status in fact(Facet::AccessKeys, prop_oneof![Just(CredentialStatus::Active), Just(CredentialStatus::Inactive)]),
        age in fact(Facet::AccessKeys, -10.0..400.0),
        idle in fact(Facet::AccessKeyLastUsed, proptest::option::of(-10.0..400.0)),
        tags in fact(Facet::UserTags, Just([("service-account".to_owned(), "true".to_owned())].into())),
    ) -> User {
        let mut user = user();
        user.tags = tags;
        let key = key(&mut user);
        key.status = status;
        key.created_at = age.map(ago);
        key.last_used = idle.map(|idle| match idle {
            None => LastUsed::Never,
            Some(days) => LastUsed::At { at: ago(days), service: None, region: None },
        });
        user
    }
}

/// What the shipped policies must say, written without Rhai: none where a fact is missing that decides.
fn oracle(user: &User) -> [Option<bool>; 3] {
    let key = &user.access_keys.value().unwrap()[0];
    let older = |then: &jiff::Timestamp, days: i64| {
        now().duration_since(*then).as_nanos() > i128::from(days) * 86_400_000_000_000
    };
    let active = key.status.value().map(|status| *status == CredentialStatus::Active);
    let if_active = |fails: Option<bool>| active.and_then(|active| if active { fails } else { Some(false) });
    let idle = key.last_used.value().and_then(|used| match used {
        LastUsed::Never => key.created_at.value().map(|created| older(created, 45)),
        LastUsed::At { at, .. } => Some(older(at, 45)),
    });
    [
        if_active(key.created_at.value().map(|created| older(created, 90))),
        if_active(idle),
        if_active(key.created_at.value().map(|_| false)),
    ]
}

proptest! {
    #[test]
    fn the_shipped_policies_say_what_plain_rust_says(user in any_user()) {
        let shipped = shipped(&Compiler::default()).unwrap();
        let judged = ["access-key-max-age", "access-key-unused", "single-active-access-key"];
        let policies = judged.map(|id| shipped.iter().find(|policy| policy.id().as_str() == id).unwrap());
        for (policy, expected) in policies.into_iter().zip(oracle(&user)) {
            let evaluation = judge(policy, user.clone());
            match (&evaluation.outcome, expected) {
                (Outcome::Verdict(Verdict::Fail { .. }), Some(true)) | (Outcome::Verdict(Verdict::Pass { .. }), Some(false)) => {}
                (Outcome::Needs { .. } | Outcome::Unknown(_), None) => {}
                (other, expected) => prop_assert!(false, "{}: {other:?} instead of {expected:?}", policy.id()),
            }
            prop_assert_eq!(judge(policy, user.clone()), evaluation);
        }
    }

    #[test]
    fn a_missing_fact_that_is_touched_never_passes(
        user in any_user(),
        touch in proptest::sample::select(vec!["key.status", "key.age_days", "key.idle_days", "key.never_used", "key.user.tag(\"x\")"]),
        hide in any::<bool>(),
    ) {
        let script = if hide { format!("try {{ {touch}; }} catch {{ }} pass()") } else { format!("{touch}; pass()") };
        let key = &user.access_keys.value().unwrap()[0];
        let is_known = match touch {
            "key.status" => key.status.value().is_some(),
            "key.age_days" => key.created_at.value().is_some(),
            "key.never_used" => key.last_used.value().is_some(),
            "key.idle_days" => match key.last_used.value() {
                None => false,
                Some(LastUsed::Never) => key.created_at.value().is_some(),
                Some(LastUsed::At { .. }) => true,
            },
            _ => user.tags.value().is_some(),
        };
        let passes = matches!(judge(&body(&script), user.clone()).outcome, Outcome::Verdict(Verdict::Pass { .. }));
        prop_assert_eq!(passes, is_known);
    }
}

#[test]
fn a_variable_of_check_may_have_the_name_of_a_constant() {
    let script = "const A = 1;\nfn check(key, params) { let A = key.id.len(); fail(`${A} ${global::A}`) }";
    let outcome = judge(&policy(script), user()).outcome;
    insta::assert_snapshot!(show(&outcome), @r#"Fail { message: "20 1", severity: None, evidence: {} }"#);
}

#[test]
fn each_evaluation_has_a_time_of_its_own() {
    let policy = body("pass(`${days_between(key.created_at, now())}`)");
    let notes = [now(), ago(-7.0), now()].map(|at| show(&policy.evaluate(&resource(user()), at).outcome));
    insta::assert_snapshot!(notes.join("\n"), @r#"
    Pass { note: Some("101") }
    Pass { note: Some("108") }
    Pass { note: Some("101") }
    "#);
}

/// Each evaluation is as if it were the first, though Rhai keeps what it has looked up.
#[test]
fn an_evaluation_leaves_nothing_behind() {
    let scripts = [
        "fn check(key, params) { let n = global::LIMIT + 1; if key.active { fail(`${n}`) } else { pass(`${n}`) } }\n\
         const LIMIT = 3;",
        "fn check(key, params) { let age = key.age_days; age += params.limit; pass(`${age}`) }",
        "fn check(key, params) { if key.active { throw \"thrown\"; } pass(`${[1, 2].map(|n| n + key.age_days)}`) }",
        "fn check(key, params) { if key.active { loop { [1].map(|x| x); } } pass() }",
        "fn check(key, params) { pass(`${deep(if key.active { 99 } else { 3 })}`) }\n\
         fn deep(n) { if n == 0 { 0 } else { 1 + deep(n - 1) } }",
        "fn check(key, params) { let l = [key.age_days, key.id]; for x in l { if x == key.age_days { l[0] = 5; } } pass(`${l}`) }",
        "fn check(key, params) { let never = key.never_used; if never && key.user.has_mfa { fail(\"no\") } else { pass(`${never}`) } }",
    ];
    let mut inactive = user();
    key(&mut inactive).status = Fact::Live(CredentialStatus::Inactive);
    let mut unread = user();
    key(&mut unread).last_used = Fact::NotRead(Facet::AccessKeyLastUsed);
    let mut unused = user();
    key(&mut unused).last_used = Fact::Live(LastUsed::Never);
    let users = [user(), inactive, unread, unused];
    for script in scripts {
        let kept = policy(script);
        let first = |user: &User| judge(&policy(script), user.clone());
        let expected: Vec<_> = users.iter().map(first).collect();
        let all = || {
            for place in [0, 1, 0, 2, 1, 3, 3, 2, 0] {
                assert_eq!(judge(&kept, users[place].clone()), expected[place], "{script}");
            }
        };
        thread::scope(|threads| (0..4).for_each(|_| drop(threads.spawn(all))));
    }
}
