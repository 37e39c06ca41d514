//! Functions without a name: where they may stand, what they see, and that none does harm.

use std::time::{Duration, Instant};

use keysweep_policy::{Compiler, Limits};

use crate::support::{body, file, first_error, judge, refused, show, user};

/// What becomes of a body of `check`.
fn end(script: &str) -> String {
    let begin = Instant::now();
    let text = file(&format!("fn twice(list, n) {{ list.map(|i| i * n) }} fn check(key, params) {{ {script} }}"));
    // Time enough, so that what a script ends by does not hang on the machine.
    let limits = Limits { milliseconds: 60_000, ..Limits::default() };
    let end = match Compiler::new(limits).unwrap().compile("t", &text) {
        Err(error) => format!("refused: {}", first_error(&error)),
        Ok(policy) => show(&judge(&policy, user()).outcome),
    };
    assert!(begin.elapsed() < Duration::from_secs(5), "took {:?}", begin.elapsed());
    format!("{script}\n    {end}")
}

#[test]
fn closures_see_what_is_around_them() {
    let scripts = [
        "pass(`${[1, 2, 3].filter(|n| n > 1)}`)",
        "pass(`${[1, 100].filter(|n| n > params.limit)}`)",
        "let keys = key.user.access_keys; pass(`${keys.filter(|other| other.id == key.id).len}`)",
        "pass(`${[1, 2].map(|n| [10, 20].map(|m| n * m + params.limit))}`)",
        "let sum = 0; [1, 2, 3].for_each(|n| sum += n); pass(`${sum}`)",
        "pass(`${twice([1, 2], 4)}`)",
        "pass(`${key.user.access_keys.filter(|k| k.age_days > params.limit).map(|k| k.id)}`)",
        "if [1, 2].all(|n| n > 0) && ![1].some(|n| n > 1) { pass() } else { fail(\"no\") }",
        "pass(`${[3, 1, 2].reduce(|sum, n| sum + n, 0)}`)",
        "let list = [3, 1, 2]; list.sort(|a, b| a - b); pass(`${list}`)",
        "pass(`${[1, 2].index_of(|n| n == 2)}`)",
        "let n = [1].find(|n| n > 5); if n == 1 { pass() } else { fail(\"no\") }",
        "let n = [key].find(|k| k.age_days > 5000); pass(n.id)",
        "let keys = key.user.access_keys; if key.id in keys.map(|k| k.id) { pass(`${keys[0].id}`) } else { fail(\"no\") }",
        "for k in key.user.access_keys { if k.age_days > params.limit { return fail(`${k.id}`); } } pass()",
        "fail(\"x\", #{ keys: key.user.access_keys, ids: key.user.access_keys.map(|k| k.age_days) })",
        "pass(`${key.user.access_keys.index_of(|k| k.age_days > 5)} ${key.user.access_keys.is_empty()}`)",
        "pass(`${[\"check\", \"b\"].index_of(\"b\")}`)",
        "pass(`${[1, 2].find_map(|n| if n > 1 { n * 5 } else { () })}`)",
    ];
    insta::assert_snapshot!(scripts.map(end).join("\n"), @r#"
    pass(`${[1, 2, 3].filter(|n| n > 1)}`)
        Pass { note: Some("[2, 3]") }
    pass(`${[1, 100].filter(|n| n > params.limit)}`)
        Pass { note: Some("[100]") }
    let keys = key.user.access_keys; pass(`${keys.filter(|other| other.id == key.id).len}`)
        Pass { note: Some("1") }
    pass(`${[1, 2].map(|n| [10, 20].map(|m| n * m + params.limit))}`)
        Pass { note: Some("[[100, 110], [110, 130]]") }
    let sum = 0; [1, 2, 3].for_each(|n| sum += n); pass(`${sum}`)
        Pass { note: Some("6") }
    pass(`${twice([1, 2], 4)}`)
        Pass { note: Some("[4, 8]") }
    pass(`${key.user.access_keys.filter(|k| k.age_days > params.limit).map(|k| k.id)}`)
        Pass { note: Some("[\"AKIAIOSFODNN7EXAMPLE\"]") }
    if [1, 2].all(|n| n > 0) && ![1].some(|n| n > 1) { pass() } else { fail("no") }
        Pass { note: None }
    pass(`${[3, 1, 2].reduce(|sum, n| sum + n, 0)}`)
        Pass { note: Some("6") }
    let list = [3, 1, 2]; list.sort(|a, b| a - b); pass(`${list}`)
        refused: a closure is used where it stands: it cannot be kept or passed on
    pass(`${[1, 2].index_of(|n| n == 2)}`)
        Pass { note: Some("1") }
    let n = [1].find(|n| n > 5); if n == 1 { pass() } else { fail("no") }
        error: line 6, column 101: cannot compare nothing (`()`) with an integer
    let n = [key].find(|k| k.age_days > 5000); pass(n.id)
        error: line 6, column 117: unknown property 'id'
    let keys = key.user.access_keys; if key.id in keys.map(|k| k.id) { pass(`${keys[0].id}`) } else { fail("no") }
        Pass { note: Some("AKIAIOSFODNN7EXAMPLE") }
    for k in key.user.access_keys { if k.age_days > params.limit { return fail(`${k.id}`); } } pass()
        Fail { message: "AKIAIOSFODNN7EXAMPLE", severity: None, evidence: {} }
    fail("x", #{ keys: key.user.access_keys, ids: key.user.access_keys.map(|k| k.age_days) })
        Fail { message: "x", severity: None, evidence: {"ids": List(["101"]), "keys": List(["AKIAIOSFODNN7EXAMPLE"])} }
    pass(`${key.user.access_keys.index_of(|k| k.age_days > 5)} ${key.user.access_keys.is_empty()}`)
        Pass { note: Some("0 false") }
    pass(`${["check", "b"].index_of("b")}`)
        Pass { note: Some("1") }
    pass(`${[1, 2].find_map(|n| if n > 1 { n * 5 } else { () })}`)
        Pass { note: Some("10") }
    "#);
}

#[test]
fn closures_are_kept_by_nothing() {
    let scripts = [
        "let f = || 1; pass()",
        "let f = |x| key.age_days > x; pass()",
        "let fs = [|x| x]; pass()",
        "let m = #{ f: |x| x }; pass()",
        "let f = 1; f = |x| x; pass()",
        "return |x| x;",
        "|x| x",
        "twice(|x| x, 1); pass()",
        "[1].push(|x| x); pass()",
        "let a = []; a.push(|| a); pass()",
        "let a = []; a += |x| a; pass()",
        "[1].map(|x| |y| x + y); pass()",
        "[1].map(|x| { let f = |y| y; f }); pass()",
        "[1].contains(|x| x); pass()",
        "let x = [1, 2]; x.filter(|i| x.len > 1); pass()",
        "let x = [[1]]; x[0].filter(|i| x.len > 1); pass()",
        "key.user.access_keys.filter(|k| k.id == key.id); pass()",
        "let x = [1]; x.map(|i| [2].map(|j| x.len)); pass()",
        "let x = [1]; let y = [x]; y.map(|i| x.map(|j| y.len)); pass()",
        "[1].map(\"check\"); pass()",
        "[1].filter(\"f\"); pass()",
        "[1].filter(); pass()",
        "[1].map(check); pass()",
        "[1].map(|x| nothing + x); pass()",
        "[1].map(|x| x.agee_days); pass()",
        "[1].map(|x| nosuch(x)); pass()",
        "[1].map(|key| key); pass()",
        "[1].filter(|x| x); pass()",
        "[1].filter(|x| \"true\"); pass()",
        "[1].all(|x| 1); pass()",
        "[1].some(|x| ()); pass()",
        "[1].find(|x| \"yes\"); pass()",
        "[1].map(|x| fail(\"x\")); pass()",
        "[1].map(|a, b, c, d| a); pass()",
        "[1].map(|x| this); pass()",
        "[1].map(|x| { loop { } }); pass()",
        "[1].map(|x| check(key, params)); pass()",
        "[1].for_each(|x| { return fail(\"x\"); }); pass()",
        "key.user.access_keys.filter(|k| k.age_days); pass()",
        "key.user.access_keys[5].id; pass()",
        "key.user.access_keys[-1].id; pass()",
        "key.user.access_keys.push(1); pass()",
        "let l = key.user.access_keys; l[0] = 1; pass()",
        "key.user.access_keys == key.user.access_keys; pass()",
        "1 in key.user.access_keys; pass()",
        "#{ a: 1 }.filter(|k, v| v); pass()",
        "#{ a: 1 }.map(|k, v| v); pass()",
        "[1].find(|x| x == 1, 0); pass()",
        "[1].drain(|x| x); pass()",
        "[1].drain(\"check\"); pass()",
        "filter([1], \"check\"); pass()",
        "filter([1], |x| x == 1); pass()",
        "[1].sort(\"check\"); pass()",
        "[\"check\"].index_of(\"check\"); pass()",
        "(|x| x).call(1); pass()",
        "[|x| x][0].call(1); pass()",
        "if |x| x { pass() }",
        "key.user.tag(|x| x); pass()",
        "let x = 1; let y = `${|z| x}`; pass()",
        "pass(|x| x)",
        "fail(\"x\", #{ f: |x| x })",
    ];
    insta::assert_snapshot!(scripts.map(end).join("\n"), @r#"
    let f = || 1; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let f = |x| key.age_days > x; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let fs = [|x| x]; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let m = #{ f: |x| x }; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let f = 1; f = |x| x; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    return |x| x;
        refused: a closure is used where it stands: it cannot be kept or passed on
    |x| x
        refused: a closure is used where it stands: it cannot be kept or passed on
    twice(|x| x, 1); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].push(|x| x); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let a = []; a.push(|| a); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let a = []; a += |x| a; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].map(|x| |y| x + y); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].map(|x| { let f = |y| y; f }); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].contains(|x| x); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let x = [1, 2]; x.filter(|i| x.len > 1); pass()
        refused: the list belongs to `x`, which the closure uses too
    let x = [[1]]; x[0].filter(|i| x.len > 1); pass()
        refused: the list belongs to `x`, which the closure uses too
    key.user.access_keys.filter(|k| k.id == key.id); pass()
        refused: the list belongs to `key`, which the closure uses too
    let x = [1]; x.map(|i| [2].map(|j| x.len)); pass()
        refused: the list belongs to `x`, which the closure uses too
    let x = [1]; let y = [x]; y.map(|i| x.map(|j| y.len)); pass()
        refused: the list belongs to `y`, which the closure uses too
    [1].map("check"); pass()
        error: line 6, column 71: `map` takes a closure, not the string `check`
    [1].filter("f"); pass()
        error: line 6, column 71: `filter` takes a closure, not the string `f`
    [1].filter(); pass()
        refused: `filter` cannot be called with 1 argument
    [1].map(check); pass()
        refused: there is no variable `check`
    [1].map(|x| nothing + x); pass()
        refused: there is no variable `nothing`
    [1].map(|x| x.agee_days); pass()
        refused: an integer has no property `agee_days`
    [1].map(|x| nosuch(x)); pass()
        refused: there is no function `nosuch`
    [1].map(|key| key); pass()
        Pass { note: None }
    [1].filter(|x| x); pass()
        refused: the closure of `filter` returns an integer instead of a boolean
    [1].filter(|x| "true"); pass()
        refused: the closure of `filter` returns a string instead of a boolean
    [1].all(|x| 1); pass()
        refused: the closure of `all` returns an integer instead of a boolean
    [1].some(|x| ()); pass()
        refused: the closure of `some` returns nothing (`()`) instead of a boolean
    [1].find(|x| "yes"); pass()
        refused: the closure of `find` returns a string instead of a boolean
    [1].map(|x| fail("x")); pass()
        error: line 6, column 71: a closure must not return a verdict: collect the items, then return one verdict from `check`
    [1].map(|a, b, c, d| a); pass()
        error: line 6, column 71: the closure does not take these arguments: `(integer, integer)`
    [1].map(|x| this); pass()
        error: line 6, column 79: 'this' not bound
    [1].map(|x| { loop { } }); pass()
        error: the script took more than 50000 operations
    [1].map(|x| check(key, params)); pass()
        error: the script's calls are nested too deep
    [1].for_each(|x| { return fail("x"); }); pass()
        error: line 6, column 71: a closure must not return a verdict: collect the items, then return one verdict from `check`
    key.user.access_keys.filter(|k| k.age_days); pass()
        refused: the closure of `filter` returns an integer instead of a boolean
    key.user.access_keys[5].id; pass()
        error: line 6, column 87: the list has no item 5: it has 1, counted from 0
    key.user.access_keys[-1].id; pass()
        error: line 6, column 87: the list has no item -1: it has 1, counted from 0
    key.user.access_keys.push(1); pass()
        refused: `push` does not take a list and an integer
    let l = key.user.access_keys; l[0] = 1; pass()
        error: line 6, column 98: indexer unavailable: a list [i64] = i64
    key.user.access_keys == key.user.access_keys; pass()
        refused: a list has no order
    1 in key.user.access_keys; pass()
        refused: an integer cannot be in a list
    #{ a: 1 }.filter(|k, v| v); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    #{ a: 1 }.map(|k, v| v); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].find(|x| x == 1, 0); pass()
        error: line 6, column 71: `find` with a closure is not part of the policy language: use `filter`, `map` or `reduce`
    [1].drain(|x| x); pass()
        refused: the closure of `drain` returns an integer instead of a boolean
    [1].drain("check"); pass()
        error: line 6, column 71: `drain` takes a closure, not the string `check`
    filter([1], "check"); pass()
        error: line 6, column 67: `filter` takes a closure, not the string `check`
    filter([1], |x| x == 1); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    [1].sort("check"); pass()
        error: line 6, column 71: `sort` takes a closure, not the string `check`
    ["check"].index_of("check"); pass()
        Pass { note: None }
    (|x| x).call(1); pass()
        refused: expecting name of a property
    [|x| x][0].call(1); pass()
        refused: expecting name of a property
    if |x| x { pass() }
        refused: expecting a boolean expression, not Fn
    key.user.tag(|x| x); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let x = 1; let y = `${|z| x}`; pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    pass(|x| x)
        refused: a closure is used where it stands: it cannot be kept or passed on
    fail("x", #{ f: |x| x })
        refused: a closure is used where it stands: it cannot be kept or passed on
    "#);
}

#[test]
fn closures_are_stopped_as_all_others() {
    let long = "let a = []; a.pad(1000, 1);";
    let scripts = [
        "loop { [1].map(|x| x); }".to_owned(),
        format!("{long} let b = a; loop {{ a.map(|x| b.filter(|y| y > x)); }}"),
        format!("{long} let b = a; a.map(|x| b.map(|y| [1, 2, 3].map(|z| x + y + z))); pass()"),
        format!("{long} a.map(|x| {{ let c = []; c.pad(1000, x); c }}); pass()"),
        format!("{long} let n = 0; a.map(|x| {{ while n >= 0 {{ n += 1; }} }}); pass()"),
        format!("{long} a.sort(|x, y| 1); pass()"),
        format!("{long} loop {{ a.sort(|x, y| if x > y {{ 1 }} else {{ -1 }}); }}"),
        format!("{long} a.reduce(|sum, x| sum + \"xxxxxxxxxxxxxxxxxxxxxxxxxxxx\", \"\"); pass()"),
        "let s = \"x\"; [1].map(|i| { loop { s += s; } }); pass()".to_owned(),
        "let a = [1]; [1].for_each(|i| { loop { a += a; } }); pass()".to_owned(),
        "let a = []; loop { [1].for_each(|i| a.push(a)); }".to_owned(),
        "let a = [1]; let b = [2]; loop { [1].for_each(|i| { a.push(b); b.push(a); }); }".to_owned(),
        "try { [1].map(|x| { loop { } }); } catch { } pass()".to_owned(),
        "let m = #{}; loop { [1].for_each(|i| m = #{ a: m, b: m }); }".to_owned(),
    ];
    insta::assert_snapshot!(scripts.map(|script| end(&script)).join("\n"), @r#"
    loop { [1].map(|x| x); }
        error: the script took more than 50000 operations
    let a = []; a.pad(1000, 1); let b = a; loop { a.map(|x| b.filter(|y| y > x)); }
        error: the script took more than 50000 operations
    let a = []; a.pad(1000, 1); let b = a; a.map(|x| b.map(|y| [1, 2, 3].map(|z| x + y + z))); pass()
        error: too large: size of array/BLOB
    let a = []; a.pad(1000, 1); a.map(|x| { let c = []; c.pad(1000, x); c }); pass()
        error: the script's lists, strings and evidence took more than 16777216 bytes
    let a = []; a.pad(1000, 1); let n = 0; a.map(|x| { while n >= 0 { n += 1; } }); pass()
        error: the script took more than 50000 operations
    let a = []; a.pad(1000, 1); a.sort(|x, y| 1); pass()
        refused: a closure is used where it stands: it cannot be kept or passed on
    let a = []; a.pad(1000, 1); loop { a.sort(|x, y| if x > y { 1 } else { -1 }); }
        refused: a closure is used where it stands: it cannot be kept or passed on
    let a = []; a.pad(1000, 1); a.reduce(|sum, x| sum + "xxxxxxxxxxxxxxxxxxxxxxxxxxxx", ""); pass()
        error: too large: length of string
    let s = "x"; [1].map(|i| { loop { s += s; } }); pass()
        error: too large: length of string
    let a = [1]; [1].for_each(|i| { loop { a += a; } }); pass()
        error: too large: size of array/BLOB
    let a = []; loop { [1].for_each(|i| a.push(a)); }
        error: too large: size of array/BLOB
    let a = [1]; let b = [2]; loop { [1].for_each(|i| { a.push(b); b.push(a); }); }
        error: too large: size of array/BLOB
    try { [1].map(|x| { loop { } }); } catch { } pass()
        error: the script took more than 50000 operations
    let m = #{}; loop { [1].for_each(|i| m = #{ a: m, b: m }); }
        error: too large: size of object map
    "#);
    let script = "fn f(n) { [n].map(|x| f(x + 1)) } fn check(key, params) { f(1); pass() }";
    let policy = keysweep_policy::Policy::compile("t", &file(script)).unwrap();
    insta::assert_snapshot!(show(&judge(&policy, user()).outcome), @"error: the script's calls are nested too deep");
    insta::assert_snapshot!(refused("fn f() { |x| x } fn check(key, params) { pass() }"), @"
    error[misplaced-function]: a closure is used where it stands: it cannot be kept or passed on
     --> test.rhai:6:10
      |
    6 | fn f() { |x| x } fn check(key, params) { pass() }
      |          ^^^^^
      = help: it can be an argument of a list's all, count, dedup, drain, filter, find, find_map, for_each, index_of, map, reduce, retain, some

    warning[unused-function]: the function `f` is never called
     --> test.rhai:6:4
      |
    6 | fn f() { |x| x } fn check(key, params) { pass() }
      |    ^^^
      = help: call it, or remove it
    ");
    assert!(matches!(judge(&body("pass()"), user()).outcome, keysweep_policy::Outcome::Verdict(_)));
}
