//! What the checker finds: every code, each with the whole of what is wrong marked.

use std::fmt::Write;

use keysweep_files::{Diagnostic, InvalidFile};
use keysweep_policy::Policy;
use proptest::prelude::*;

/// A policy file for this kind of resource.
pub(crate) fn file(resource: &str, script: &str) -> String {
    format!(
        "//! id: test\n//! title: A test\n//! severity: low\n//! resource: {resource}\n//! remedy: none\n\n{script}\n"
    )
}

/// What is found in a policy file.
pub(crate) fn found(text: &str) -> Vec<Diagnostic> {
    match Policy::compile("t.rhai", text) {
        Ok(policy) => policy.warnings().map(|warnings| warnings.diagnostics.clone()).unwrap_or_default(),
        Err(InvalidFile { diagnostics, .. }) => diagnostics,
    }
}

/// What is found in the body of `check`, each with the piece that is marked for it.
fn marked(resource: &str, body: &str) -> String {
    let text = file(resource, &format!("fn check(x, params) {{ {body} }}"));
    let mut out = format!("{body}\n");
    for diagnostic in found(&text) {
        let place = diagnostic.place.unwrap();
        let line = text.lines().nth(place.line - 1).unwrap();
        let piece: String = line.chars().skip(place.column - 1).take(place.length).collect();
        let _ = writeln!(out, "    {} `{piece}`: {}", diagnostic.code, diagnostic.message);
        if let Some(help) = diagnostic.help {
            let _ = writeln!(out, "        {help}");
        }
    }
    out
}

fn of_keys<const N: usize>(bodies: [&str; N]) -> String {
    bodies.map(|body| marked("access_key", body)).concat()
}

#[test]
fn lists_are_followed_to_their_items() {
    let bodies = [
        "x.access_keys.filter(|k| k.agee_days > 90); pass()",
        "let old = x.access_keys.filter(|k| k.active); if old.all(|k| k.user.nam == \"\") { return pass(); } pass()",
        "let names = x.users.map(|user| user.name); if names.contains(3) { } if names[0] > 5 { } pass()",
        "for user in x.users { if user.groups.some(|group| group > 3) { return fail(user.arn); } } pass()",
        "x.users.filter(|user| user.name); pass()",
        "x.users.age_days; pass()",
        "if x.users.filter(|user| user.has_mfa).len > \"3\" { pass() } else { pass() }",
        "if x.users { return pass(); } pass()",
        "x.access_keys[0].aktive; x.access_keys[0].user.tag(3); pass()",
        "x.users.lenn; x.users.filtr(|user| true); pass()",
        "let limit = \"90\"; let n = x.access_keys.count(|k| k.age_days > limit); pass(`${n}`)",
    ];
    insta::assert_snapshot!(bodies.map(|body| marked("account", body)).concat(), @r#"
    x.access_keys.filter(|k| k.agee_days > 90); pass()
        unknown-property `agee_days`: an access key has no property `agee_days`
            did you mean `age_days`: days since the key was made; a day that has begun counts?
    let old = x.access_keys.filter(|k| k.active); if old.all(|k| k.user.nam == "") { return pass(); } pass()
        unknown-property `nam`: a user has no property `nam`
            did you mean `name`: the user's name?
    let names = x.users.map(|user| user.name); if names.contains(3) { } if names[0] > 5 { } pass()
        unlike-comparison `3`: cannot compare a string with an integer
            write the number without quotes, or make the string a number by `parse_int(text)`
        unlike-comparison `names[0] > 5`: cannot compare a string with an integer
            write the number without quotes, or make the string a number by `parse_int(text)`
    for user in x.users { if user.groups.some(|group| group > 3) { return fail(user.arn); } } pass()
        unlike-comparison `group > 3`: cannot compare a string with an integer
            write the number without quotes, or make the string a number by `parse_int(text)`
    x.users.filter(|user| user.name); pass()
        not-a-condition `|user| user.name`: the closure of `filter` returns a string instead of a boolean
            it returns `true` for the items that count: `|key| key.age_days > 90`
    x.users.age_days; pass()
        unknown-property `age_days`: a list has no property `age_days`
            the items of the list have it: ask each item, as in `list.filter(|user| user.age_days ...)`
    if x.users.filter(|user| user.has_mfa).len > "3" { pass() } else { pass() }
        unlike-comparison `x.users.filter(|user| user.has_mfa).len > "3"`: cannot compare an integer with a string
            write the number without quotes, or make the string a number by `parse_int(text)`
    if x.users { return pass(); } pass()
        not-a-condition `x.users`: a condition is a boolean, not a list
            ask `!list.is_empty()`
    x.access_keys[0].aktive; x.access_keys[0].user.tag(3); pass()
        unknown-property `aktive`: an access key has no property `aktive`
            did you mean `active`: whether the key can sign requests?
        wrong-argument-type `3`: `tag` takes a string, not an integer
            put values into a string in backticks: `made ${key.age_days} days ago`
    x.users.lenn; x.users.filtr(|user| true); pass()
        unknown-property `lenn`: a list has no property `lenn`
            did you mean `len`?
        unknown-function `filtr`: there is no function `filtr`
            did you mean `filter`?
        misplaced-function `|user| true`: a closure is used where it stands: it cannot be kept or passed on
            it can be an argument of a list's all, count, dedup, drain, filter, find, find_map, for_each, index_of, map, reduce, retain, some
    let limit = "90"; let n = x.access_keys.count(|k| k.age_days > limit); pass(`${n}`)
        unlike-comparison `k.age_days > limit`: cannot compare an integer with a string
            write the number without quotes, or make the string a number by `parse_int(text)`
    "#);
}

#[test]
fn functions_are_followed_to_their_arguments_and_values() {
    let scripts = [
        "fn old(key) { key.age_day > 90 }\nfn check(key, params) { if old(key) { fail(\"old\") } else { pass() } }",
        "fn limit() { 90 }\nfn check(key, params) { if limit() == \"90\" { fail(\"old\") } else { pass() } }",
        "fn verdict(key) { if key.active { pass() } else { fail(\"no\") } }\nfn check(key, params) { verdict(key); pass() }",
        "fn age_of(key) { key.age_days }\nfn check(key, params) { age_of(key) }",
        "fn owner(it) { it.user.nmae }\nfn check(key, params) { pass(owner(key)) }",
        "fn loop_a(x) { loop_b(x) }\nfn loop_b(x) { loop_a(x.agee) }\nfn check(key, params) { loop_a(key) }",
        "fn unused() { 1 }\nfn check(key, params) { pass() }",
        "fn is(x) { x.active }\nfn check(key, params) { if is(key) && is(key.user) { pass() } else { fail(\"x\") } }",
    ];
    let show = |script: &&str| {
        let said =
            found(&file("access_key", script)).into_iter().map(|it| format!("    {}: {}\n", it.code, it.message));
        format!("{script}\n{}", said.collect::<String>())
    };
    insta::assert_snapshot!(scripts.iter().map(show).collect::<String>(), @r#"
    fn old(key) { key.age_day > 90 }
    fn check(key, params) { if old(key) { fail("old") } else { pass() } }
        unknown-property: an access key has no property `age_day`
    fn limit() { 90 }
    fn check(key, params) { if limit() == "90" { fail("old") } else { pass() } }
        unlike-comparison: cannot compare an integer with a string
    fn verdict(key) { if key.active { pass() } else { fail("no") } }
    fn check(key, params) { verdict(key); pass() }
        discarded-verdict: this verdict is discarded: the script goes on after `verdict`
    fn age_of(key) { key.age_days }
    fn check(key, params) { age_of(key) }
        no-verdict: `check` ends with an integer instead of a verdict
    fn owner(it) { it.user.nmae }
    fn check(key, params) { pass(owner(key)) }
        unknown-property: a user has no property `nmae`
    fn loop_a(x) { loop_b(x) }
    fn loop_b(x) { loop_a(x.agee) }
    fn check(key, params) { loop_a(key) }
        unknown-property: no object has a property `agee`
    fn unused() { 1 }
    fn check(key, params) { pass() }
        unused-function: the function `unused` is never called
    fn is(x) { x.active }
    fn check(key, params) { if is(key) && is(key.user) { pass() } else { fail("x") } }
        not-in-language: `is` is not part of the policy language
    "#);
}

#[test]
fn every_path_through_check_ends_with_a_verdict() {
    insta::assert_snapshot!(of_keys([
        "",
        "if x.active { pass() }",
        "if x.active { return pass(); } else if x.never_used { fail(\"x\") }",
        "if x.active { pass() } else { }",
        "let n = 3;",
        "for k in [1] { return pass(); }",
        "x.age_days",
        "return x;",
        "if x.active { \"pass\" } else { pass() }",
        "try { return pass(); } catch { x.active }",
        "pass(); let y = x;",
        "loop { if x.active { return pass(); } }",
        "while x.active { return pass(); }",
        "{ pass() }",
        "throw \"up\"",
    ]), @r#"
        no-verdict `{`: `check` is empty
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    if x.active { pass() }
        no-verdict `if`: `check` ends without a verdict where this `if` does not hold
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    if x.active { return pass(); } else if x.never_used { fail("x") }
        no-verdict `if`: `check` ends without a verdict where this `if` does not hold
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    if x.active { pass() } else { }
        no-verdict `{`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    let n = 3;
        no-verdict `let`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
        unused-variable `n`: the variable `n` is never read
            use it, remove it, or name it `_n`
    for k in [1] { return pass(); }
        no-verdict `for`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    x.age_days
        no-verdict `x.age_days`: `check` ends with an integer instead of a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    return x;
        no-verdict `x`: `check` ends with an access key instead of a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    if x.active { "pass" } else { pass() }
        no-verdict `"pass"`: `check` ends with a string instead of a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    try { return pass(); } catch { x.active }
        no-verdict `try`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    pass(); let y = x;
        discarded-verdict `pass()`: this verdict is discarded: the script goes on after `pass`
            write `return pass(...)`
        no-verdict `let`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
        unused-variable `y`: the variable `y` is never read
            use it, remove it, or name it `_y`
    loop { if x.active { return pass(); } }
    while x.active { return pass(); }
        no-verdict `while`: `check` ends here without a verdict
            end it with `pass()`, `fail(message)` or `exempt(reason)`
    { pass() }
    throw "up"
    "#);
}

#[test]
fn what_is_never_reached_is_told_once() {
    insta::assert_snapshot!(of_keys([
        "return pass(); let y = 1; pass()",
        "if x.active { return pass(); } else { return fail(\"x\"); } pass()",
        "loop { break; x.active; } pass()",
        "throw 1; pass()",
        "for k in [1] { continue; k + 1 } pass()",
        "fail(\"x\"); pass()",
    ]), @r#"
    return pass(); let y = 1; pass()
        unreachable `let`: this is never reached
            nothing runs after `return`: remove it, or put the `return` into an `if`
        unused-variable `y`: the variable `y` is never read
            use it, remove it, or name it `_y`
    if x.active { return pass(); } else { return fail("x"); } pass()
        unreachable `pass()`: this is never reached
            nothing runs after `return`: remove it, or put the `return` into an `if`
    loop { break; x.active; } pass()
        unreachable `x.active`: this is never reached
            nothing runs after `break`: remove it, or put the `break` into an `if`
    throw 1; pass()
        unreachable `pass()`: this is never reached
            nothing runs after `throw`: remove it, or put the `throw` into an `if`
    for k in [1] { continue; k + 1 } pass()
        unreachable `k + 1`: this is never reached
            nothing runs after `continue`: remove it, or put the `continue` into an `if`
    fail("x"); pass()
        discarded-verdict `fail("x")`: this verdict is discarded: the script goes on after `fail`
            write `return fail(...)`
    "#);
}

#[test]
fn conditions_are_true_or_false() {
    insta::assert_snapshot!(of_keys([
        "if x.user.tag(\"a\") { pass() } else { pass() }",
        "if x.age_days && x.active { pass() } else { pass() }",
        "if !x.user.groups { pass() } else { pass() }",
        "while x.age_days { } pass()",
        "if x.active == true && x.user { pass() } else { pass() }",
    ]), @r#"
    if x.user.tag("a") { pass() } else { pass() }
        not-a-condition `x.user.tag("a")`: a condition is a boolean, not a string
            compare it, as in `... != ""`
    if x.age_days && x.active { pass() } else { pass() }
        not-a-condition `x.age_days`: a condition is a boolean, not an integer
            compare it, as in `... > 0`
    if !x.user.groups { pass() } else { pass() }
        not-a-condition `x.user.groups`: a condition is a boolean, not a list
            ask `!list.is_empty()`
    while x.age_days { } pass()
        not-a-condition `x.age_days`: a condition is a boolean, not an integer
            compare it, as in `... > 0`
    if x.active == true && x.user { pass() } else { pass() }
        not-a-condition `x.user`: a condition is a boolean, not a user
    "#);
}

#[test]
fn arguments_fit_the_functions_that_take_them() {
    insta::assert_snapshot!(of_keys([
        "if matches(x.age_days, \"*\") { } pass()",
        "if matches(x.user.name) { } pass()",
        "if x.user.name.matches(3) { } pass()",
        "if matches_any(x.user.name, \"a*\") { } pass()",
        "if matches_regex(x.user.name, \"(\") { } pass()",
        "if days_between(x.created_on, now()) > 3 { } pass()",
        "if x.created_at > \"2026-03-01\" { } pass()",
        "if x.created_at > date(\"2026-13-01\") { } pass()",
        "if now() - x.created_at > 90 { } pass()",
        "if now() - x.created_at > days(90) { } pass()",
        "if (now() - x.created_at).days > 90 { } pass()",
        "fail(\"x\", #{ severity: \"urgent\" })",
        "fail(\"x\", \"critical\")",
        "exempt(\"x\", \"tomorrow\")",
        "exempt(\"x\", now() + days(3))",
        "if x.user.name - 3 > 4 { } pass()",
        "if x.age_days in [\"a\"] { } pass()",
        "if x.user.name !in [\"a\"] { } pass()",
        "pass(`${x.user.name.to_uper()}`)",
    ]), @r#"
    if matches(x.age_days, "*") { } pass()
        wrong-argument-type `matches`: `matches` does not take an integer and a string
            call it as `matches(text, glob)`
    if matches(x.user.name) { } pass()
        wrong-argument-count `matches`: `matches` cannot be called with 1 argument
            call it as `matches(text, glob)`
    if x.user.name.matches(3) { } pass()
        wrong-argument-type `matches`: `matches` does not take a string and an integer
            call it as `matches(text, glob)`
    if matches_any(x.user.name, "a*") { } pass()
        wrong-argument-type `matches_any`: `matches_any` does not take a string and a string
            call it as `matches_any(text, globs)`
    if matches_regex(x.user.name, "(") { } pass()
        wrong-argument-value `"("`: `(` is not a regular expression: unclosed group
    if days_between(x.created_on, now()) > 3 { } pass()
        wrong-argument-type `days_between`: `days_between` does not take a string and a timestamp
            call it as `days_between(from, to)`
    if x.created_at > "2026-03-01" { } pass()
        unlike-comparison `x.created_at > "2026-03-01"`: cannot compare a timestamp with a string
            make the string a timestamp: `date("2026-03-01")`
    if x.created_at > date("2026-13-01") { } pass()
        wrong-argument-value `"2026-13-01"`: `2026-13-01` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    if now() - x.created_at > 90 { } pass()
        unlike-comparison `now() - x.created_at > 90`: cannot compare a duration with an integer
            compare its `.days`, or compare with `days(90)`
    if now() - x.created_at > days(90) { } pass()
    if (now() - x.created_at).days > 90 { } pass()
    fail("x", #{ severity: "urgent" })
        wrong-argument-value `"urgent"`: `urgent` is not a severity: use one of info, low, medium, high, critical
    fail("x", "critical")
        wrong-argument-type `fail`: `fail` does not take a string and a string
            call it as `fail(message)` or `fail(message, more)`
    exempt("x", "tomorrow")
        wrong-argument-value `"tomorrow"`: `tomorrow` is not a date: write it as `2026-03-01` or `2026-03-01T12:00:00Z`
    exempt("x", now() + days(3))
    if x.user.name - 3 > 4 { } pass()
        wrong-argument-type `x.user.name - 3`: `-` does not take a string and an integer
    if x.age_days in ["a"] { } pass()
        unlike-comparison `x.age_days in ["a"]`: cannot compare an integer with a string
            write the number without quotes, or make the string a number by `parse_int(text)`
    if x.user.name !in ["a"] { } pass()
    pass(`${x.user.name.to_uper()}`)
        unknown-function `to_uper`: there is no function `to_uper`
            did you mean `to_upper`?
    "#);
}

#[test]
fn constants_are_computed() {
    insta::assert_snapshot!(of_keys([
        "if 3 > 2 { } pass()",
        "if x.age_days == x.age_days { } pass()",
        "if 9223372036854775807 + 1 > x.age_days { } pass()",
        "if x.age_days / 0 > 3 { } if 5 / (3 - 3) > x.age_days { } pass()",
        "if 24 * 3600 * 1000000000000000 > x.age_days { } pass()",
    ]), @"
    if 3 > 2 { } pass()
        constant-comparison `3 > 2`: this comparison is always true: both sides are constants
            compare a fact with a parameter or a value
    if x.age_days == x.age_days { } pass()
        constant-comparison `x.age_days == x.age_days`: this comparison is always true: both sides are the same
            compare a fact with a parameter or a value
    if 9223372036854775807 + 1 > x.age_days { } pass()
        overflow `9223372036854775807 + 1`: this overflows
            an integer is at most 9,223,372,036,854,775,807
    if x.age_days / 0 > 3 { } if 5 / (3 - 3) > x.age_days { } pass()
        overflow `x.age_days / 0`: this divides by zero
        overflow `5 / (3 - 3)`: this divides by zero
    if 24 * 3600 * 1000000000000000 > x.age_days { } pass()
        overflow `24 * 3600 * 1000000000000000`: this overflows
            an integer is at most 9,223,372,036,854,775,807
    ");
}

#[test]
fn variables_are_read_or_say_that_they_are_not() {
    insta::assert_snapshot!(of_keys([
        "let days = x.age_days; pass()",
        "let _days = x.age_days; pass()",
        "let days = 3; if x.active { let days_more = days; } pass()",
        "let limit = 3; if [1].some(|n| n > limit) { } pass()",
    ]), @"
    let days = x.age_days; pass()
        unused-variable `days`: the variable `days` is never read
            use it, remove it, or name it `_days`
    let _days = x.age_days; pass()
    let days = 3; if x.active { let days_more = days; } pass()
        unused-variable `days_more`: the variable `days_more` is never read
            use it, remove it, or name it `_days_more`
    let limit = 3; if [1].some(|n| n > limit) { } pass()
    ");
}

#[test]
fn a_policy_knows_what_it_may_read() {
    let may_read = |resource: &str, body: &str| {
        let policy = Policy::compile("t", &file(resource, &format!("fn check(x, params) {{ {body} }}"))).unwrap();
        let facets: Vec<_> = policy.may_read().iter().map(|facet| facet.as_str()).collect();
        format!("{resource} {body}\n    {}\n", facets.join(", "))
    };
    insta::assert_snapshot!([
        may_read("access_key", "pass()"),
        may_read("access_key", "if x.user.tag(\"a\") == \"b\" { pass() } else { fail(`${x.idle_days}`) }"),
        may_read("account", "if x.users.some(|user| user.is_administrator) { pass() } else { pass() }"),
        may_read("root", "if x.has_hardware_mfa { pass() } else { pass() }"),
        may_read("account", "fail(\"x\", #{ users: x.users, keys: x.access_keys })"),
        may_read("user", "if x.access_keys.filter(|k| k.idle_days > 3).is_empty() { pass() } else { fail(x.account.ou_path) }"),
    ].concat(), @r#"
    access_key pass()
        access_keys
    access_key if x.user.tag("a") == "b" { pass() } else { fail(`${x.idle_days}`) }
        access_keys, access_key_last_used, user_tags
    account if x.users.some(|user| user.is_administrator) { pass() } else { pass() }
        users, authorization_details
    root if x.has_hardware_mfa { pass() } else { pass() }
        account_summary, root_mfa
    account fail("x", #{ users: x.users, keys: x.access_keys })
        users, access_keys
    user if x.access_keys.filter(|k| k.idle_days > 3).is_empty() { pass() } else { fail(x.account.ou_path) }
        organizational_units, users, access_keys, access_key_last_used
    "#);
}

#[test]
fn one_long_expression_takes_no_long_time() {
    let begin = std::time::Instant::now();
    for (one, count) in [
        ("1+", 30_000),
        ("x.age_days+", 5_000),
        ("x.active==", 5_000),
        ("1==2||", 9_000),
        ("!", 50),
        ("x.user.", 9_000),
    ] {
        let text = file("access_key", &format!("fn check(x, params) {{ {}x.age_days; pass() }}", one.repeat(count)));
        let _ = Policy::compile("t", &text).map_err(|error| error.to_string());
    }
    assert!(begin.elapsed().as_secs() < 20, "took {:?}", begin.elapsed());
}

proptest! {
    #[test]
    fn what_is_marked_lies_within_the_text(script in "(x|params|fn|check|if|else|let|return|in|\\.|[-+(){}\\[\\]|;!=<>\"`$,:# ]|\\$\\{|//|/\\*|[a-z0-9ä]|\n){0,60}", whole in any::<bool>()) {
        let script = if whole { script } else { format!("fn check(x, params) {{ {script}\n pass() }}") };
        let text = file("user", &script);
        let lines: Vec<usize> = text.lines().map(|line| line.chars().count()).collect();
        for diagnostic in found(&text) {
            if let Some(place) = diagnostic.place {
                prop_assert!(place.line >= 1 && place.line <= lines.len() + 1, "{place:?}");
                let length = lines.get(place.line - 1).copied().unwrap_or_default();
                prop_assert!(place.column >= 1 && place.column <= length + 1, "{place:?} in {length}");
                prop_assert!(place.length >= 1 && place.column + place.length <= length + 2, "{place:?} in {length}");
            }
        }
    }

    #[test]
    fn scripts_that_nearly_compile_are_checked_without_a_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "x.age_days", "x.tag(\"a\")", "x.groups", "x.access_keys", ".filter(|k| k.active)", ".map(|k| ", ")", "[0]", "?.name",
            " > ", " == ", " in ", " + ", " && ", "!", "(", "3", "\"a\"", "`${", "}`", "[", "]", "#{ a: ", " }", "if ", " { ", " } ",
            " else ", "let y = ", "y", "; ", "return ", "pass()", "fail(\"x\")", "for k in ", "while ", "params.p", "global::C", "f(",
        ]), 0..14)
    ) {
        let script = format!("fn f(a) {{ a.name }}\nfn check(x, params) {{ {}; pass() }}", parts.concat());
        let _ = found(&file("user", &script));
    }
}

#[test]
fn mistakes_in_the_metadata_hide_none_in_the_script() {
    let text = |severity: &str, kind: &str| {
        format!(
            "//! id: t\n//! title: T\n//! severity: {severity}\n//! resource: access_key\n//! remedy: none\n//! params:\n\
             //!   limit: {{ type: {kind}, default: 90, min: 100, max: 9 }}\n\n\
             fn check(key, params) {{ if key.aktive {{ return pass(params.limit); }} pass() }}\n"
        )
    };
    let messages = |text: &str| found(text).into_iter().map(|wrong| wrong.message).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(messages(&text("hihg", "integer")), @"
    `hihg` is not a severity: use one of info, low, medium, high, critical
    `min` `100` is above `max` `9`
    an access key has no property `aktive`
    `pass` takes a string, not an integer
    ");
    insta::assert_snapshot!(messages(&text("low\n//! ressource: x", "integer")), @"
    unknown field `ressource`, expected one of id, title, severity, resource, remedy, description, params, frameworks, references, language, enabled
    `min` `100` is above `max` `9`
    an access key has no property `aktive`
    `pass` takes a string, not an integer
    ");
    // Where the type of a parameter is not known, nothing is said of how the script uses it.
    insta::assert_snapshot!(messages(&text("low", "intger")), @"`intger` is not a type of parameter: use one of integer, float, string, boolean, list");
}
