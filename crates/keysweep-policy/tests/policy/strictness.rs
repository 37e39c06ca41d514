//! What Rhai lets pass as silently false is an error here, when the policy is compiled or at the latest when it runs.

use crate::support::{complaints, outcome, refused};

/// Hides the type of a value from the checker.
fn at_run_time(condition: &str) -> String {
    let script = format!(
        "let n = 90; n = 100; let s = \"\"; s = \"90\"; let b = true; b = true; let u = 0; u = (); let f = 0.0; f = 90.5; \
         let nan = 0.0; nan = 0.0 / 0.0; let l = []; l = [1]; if {condition} {{ pass(\"true\") }} else {{ pass(\"false\") }}"
    );
    let shown = run(&script);
    format!("{condition:24} {}", shown.replace("Verdict::", "").replace("Pass { note: Some(", "").replace(") }", ""))
}

#[test]
fn unlike_types_are_not_compared_when_the_policy_runs() {
    let conditions = [
        "n > s",
        "s < n",
        "n == s",
        "s != n",
        "u > n",
        "n >= u",
        "u == u",
        "u != n",
        "b == n",
        "b < b",
        "key == key",
        "key > n",
        "key.user == s",
        "l > l",
        "l == n",
        "nan > f",
        "nan == nan",
        "\"a\" in [1]",
        "n in [\"a\"]",
        "params == params",
        "pass() == pass()",
        "l == [\"1\"]",
        "n",
        "!n",
        "b && n",
        "n || b",
        "s",
    ];
    insta::assert_snapshot!(conditions.map(at_run_time).join("\n"), @r#"
    n > s                    error: line 6, column 192: cannot compare an integer with a string
    s < n                    error: line 6, column 192: cannot compare a string with an integer
    n == s                   error: line 6, column 192: cannot compare an integer with a string
    s != n                   error: line 6, column 192: cannot compare a string with an integer
    u > n                    error: line 6, column 192: cannot compare nothing (`()`) with an integer
    n >= u                   error: line 6, column 192: cannot compare an integer with nothing (`()`)
    u == u                   refused: this comparison is always true: both sides are the same [compare a fact with a parameter or a value]
    u != n                   error: line 6, column 192: cannot compare nothing (`()`) with an integer
    b == n                   error: line 6, column 192: cannot compare a boolean with an integer
    b < b                    refused: this comparison is always false: both sides are the same [compare a fact with a parameter or a value]
    key == key               refused: this comparison is always true: both sides are the same [compare a fact with a parameter or a value]
    key > n                  error: line 6, column 194: cannot compare an object with an integer
    key.user == s            error: line 6, column 199: cannot compare an object with a string
    l > l                    refused: this comparison is always false: both sides are the same [compare a fact with a parameter or a value]
    l == n                   error: line 6, column 192: cannot compare a list with an integer
    nan > f                  error: line 6, column 194: cannot compare with NaN, which is not a number
    nan == nan               refused: this comparison is always true: both sides are the same [compare a fact with a parameter or a value]
    "a" in [1]               refused: cannot compare a string with an integer [write the number without quotes, or make the string a number by `parse_int(text)`]
    n in ["a"]               error: line 6, column 192: cannot compare a string with an integer
    params == params         refused: cannot compare the parameters with the parameters
    pass() == pass()         refused: cannot compare a verdict with a verdict
    l == ["1"]               error: line 6, column 192: cannot compare an integer with a string
    n                        error: line 6, column 190: expected boolean, got integer
    !n                       error: line 6, column 190: there is no function for these types: `! (integer)`
    b && n                   error: line 6, column 195: expected boolean, got integer
    n || b                   error: line 6, column 190: expected boolean, got integer
    s                        error: line 6, column 190: expected boolean, got string
    "#);
}

#[test]
fn like_types_are_compared() {
    let conditions = [
        "n > 90",
        "n > f",
        "f < n",
        "f == 90.5",
        "n == 100.0",
        "100.0 == n",
        "100.5 > n",
        "s == \"90\"",
        "s < \"91\"",
        "b == true",
        "l == [1]",
        "\"9\" in s",
        "'9' == s[0]",
        "s[0] == \"9\"",
        "\"90\" in [s]",
        "n != 3",
        "9007199254740993 > 9007199254740992.0",
        "-1 > -1.5",
        "-2 < -1.5",
        "9223372036854775807 < 1.0e19",
        "-1.0e19 < n",
        "s.len == 2",
        "s.len() == 2",
        "l.len == 1",
        "key.user?.path.starts_with(\"/t\")",
        "key.user.name.to_upper() == \"ALICE\"",
        "(1..3).contains(2)",
        "#{ a: 1 }.a == 1",
        "type_of(n) == \"i64\"",
    ];
    insta::assert_snapshot!(conditions.map(at_run_time).join("\n"), @r#"
    n > 90                   "true"
    n > f                    "true"
    f < n                    "true"
    f == 90.5                "true"
    n == 100.0               "true"
    100.0 == n               "true"
    100.5 > n                "true"
    s == "90"                "true"
    s < "91"                 "true"
    b == true                "true"
    l == [1]                 "true"
    "9" in s                 "true"
    '9' == s[0]              "true"
    s[0] == "9"              "true"
    "90" in [s]              "true"
    n != 3                   "true"
    9007199254740993 > 9007199254740992.0 refused: this comparison is always true: both sides are constants [compare a fact with a parameter or a value]
    -1 > -1.5                refused: this comparison is always true: both sides are constants [compare a fact with a parameter or a value]
    -2 < -1.5                refused: this comparison is always true: both sides are constants [compare a fact with a parameter or a value]
    9223372036854775807 < 1.0e19 refused: this comparison is always true: both sides are constants [compare a fact with a parameter or a value]
    -1.0e19 < n              "true"
    s.len == 2               "true"
    s.len() == 2             "true"
    l.len == 1               "true"
    key.user?.path.starts_with("/t") "true"
    key.user.name.to_upper() == "ALICE" "true"
    (1..3).contains(2)       "true"
    #{ a: 1 }.a == 1         "true"
    type_of(n) == "i64"      "true"
    "#);
}

#[test]
fn arithmetic_that_overflows_is_an_error() {
    let scripts = [
        "let x = 9223372036854775807; x += 1; pass()",
        "let x = 9223372036854775807; pass(`${x * 2}`)",
        "let x = 9223372036854775807; pass(`${-x - 2}`)",
        "pass(`${1 / 0}`)",
        "pass(`${1 % 0}`)",
        "pass(`${2 ** 64}`)",
        "pass(`${(1.0e30).to_int()}`)",
    ];
    insta::assert_snapshot!(scripts.map(run).join("\n"), @"
    error: line 6, column 56: addition overflow: 9223372036854775807 + 1
    error: line 6, column 64: multiplication overflow: 9223372036854775807 * 2
    error: line 6, column 65: subtraction overflow: -9223372036854775807 - 2
    refused: this divides by zero
    refused: this divides by zero
    refused: this overflows [an integer is at most 9,223,372,036,854,775,807]
    error: line 6, column 42: 1000000000000000000000000000000 is not an integer
    ");
}

#[test]
fn what_the_checker_knows_is_refused_before_anything_runs() {
    let bodies = [
        "key.age_day > 3; pass()",
        "key.user.nmae; pass()",
        "key.user.account.ou; pass()",
        "key.user.tag; pass()",
        "key.user.tags(\"x\"); pass()",
        "key.user.tag(); pass()",
        "params.max_age; pass()",
        "params.limit(); pass()",
        "let u = key.user; u.nam; pass()",
        "ket.age_days; pass()",
        "pas()",
        "fail()",
        "pass(1, 2)",
        "\"a\".trimm(); pass()",
        "pass(key.age_days)",
        "exempt(key.active)",
        "key.user.tag(1); pass()",
        "key.age_days = 5; pass()",
        "params.limit += 5; pass()",
        "let x = 1 << 99; pass()",
        "let x = 1 === 1; pass()",
        "\"a\".lenn; pass()",
        "key.age_days > \"90\"; pass()",
        "\"90\" < params.limit; pass()",
        "key.active == \"true\"; pass()",
        "key.active > false; pass()",
        "key.age_days == (); pass()",
        "key == key.user; pass()",
        "100 > \"90\"; pass()",
        "global::LIMIT; pass()",
        "let x = 1; let x = 2; pass()",
        "switch key.age_days { 90 => pass() }",
        "eval(\"1\"); pass()",
        "import \"x\" as y; pass()",
        "print(\"x\"); pass()",
        "let f = |x| x; pass()",
        "Fn(\"check\"); pass()",
        "sleep(1); pass()",
        "if key.active { pass() } else if key.activ { pass() }",
        "for k in [1] { key.oops; } pass()",
        "while key.oops { } pass()",
        "[key.oops]; pass()",
        "#{ a: key.oops }; pass()",
        "`${key.oops}`; pass()",
        "[1][key.oops]; pass()",
        "try { key.oops } catch { } pass()",
        "return key.oops;",
        "fail(key.oops)",
        "key.active && key.oops",
    ];
    insta::assert_snapshot!(bodies.map(|body| format!("{body}\n    {}", complaints(body))).join("\n"), @r#"
    key.age_day > 3; pass()
        an access key has no property `age_day` [did you mean `age_days`: days since the key was made; a day that has begun counts?]
    key.user.nmae; pass()
        a user has no property `nmae` [did you mean `name`: the user's name?]
    key.user.account.ou; pass()
        an account has no property `ou` [it has: `id`, `name`, `ou_path`]
    key.user.tag; pass()
        a user has no property `tag` [`tag` is a method: call it with the name in parentheses, as in `tag("owner")`]
    key.user.tags("x"); pass()
        a user has no method `tags` [did you mean `tag`?]
    key.user.tag(); pass()
        `tag` cannot be called without arguments [give it one string: `tag("owner")`]
    params.max_age; pass()
        the policy has no parameter `max_age` [declare it under `params` in the metadata]
    params.limit(); pass()
        the parameter `limit` is never read [use `params.limit`, or remove it from the metadata]; the parameters have no methods [a parameter is read without parentheses: `params.limit`]
    let u = key.user; u.nam; pass()
        a user has no property `nam` [did you mean `name`: the user's name?]
    ket.age_days; pass()
        there is no variable `ket` [did you mean `key`?]
    pas()
        there is no function `pas` [did you mean `pass`?]
    fail()
        `fail` cannot be called without arguments [call it as `fail(message)` or `fail(message, more)`]
    pass(1, 2)
        `pass` cannot be called with 2 arguments [call it as `pass()` or `pass(note)`]
    "a".trimm(); pass()
        there is no function `trimm` [did you mean `trim`?]
    pass(key.age_days)
        `pass` takes a string, not an integer [put values into a string in backticks: `made ${key.age_days} days ago`]
    exempt(key.active)
        `exempt` takes a string, not a boolean [put values into a string in backticks: `made ${key.age_days} days ago`]
    key.user.tag(1); pass()
        `tag` takes a string, not an integer [put values into a string in backticks: `made ${key.age_days} days ago`]
    key.age_days = 5; pass()
        no part of `key` can be changed: a policy only judges
    params.limit += 5; pass()
        no part of `params` can be changed: a policy only judges
    let x = 1 << 99; pass()
        `<<` is not part of the policy language [it silently loses bits]
    let x = 1 === 1; pass()
        `===` is not part of the policy language
    "a".lenn; pass()
        a string has no property `lenn` [did you mean `len`?]
    key.age_days > "90"; pass()
        cannot compare an integer with a string [write the number without quotes, or make the string a number by `parse_int(text)`]
    "90" < params.limit; pass()
        cannot compare a string with an integer [write the number without quotes, or make the string a number by `parse_int(text)`]
    key.active == "true"; pass()
        cannot compare a boolean with a string
    key.active > false; pass()
        a boolean has no order
    key.age_days == (); pass()
        cannot compare an integer with nothing (`()`) [a fact is never `()`: a string that does not exist is empty, and other facts have an `is_` or `has_`]
    key == key.user; pass()
        cannot compare an access key with a user
    100 > "90"; pass()
        cannot compare an integer with a string [write the number without quotes, or make the string a number by `parse_int(text)`]
    global::LIMIT; pass()
        there is no constant `LIMIT`
    let x = 1; let x = 2; pass()
        there is a variable `x` already [give the new one another name]
    switch key.age_days { 90 => pass() }
        `switch` is not part of the policy language [it silently matches nothing where types differ: use `if` and `else if`]
    eval("1"); pass()
        `eval` is not part of the policy language [a policy runs only what its file says]
    import "x" as y; pass()
        imports stand at the top of the file, outside functions
    print("x"); pass()
        `print` is not part of the policy language [a policy says what it finds in its verdict]
    let f = |x| x; pass()
        a closure is used where it stands: it cannot be kept or passed on [it can be an argument of a list's all, count, dedup, drain, filter, find, find_map, for_each, index_of, map, reduce, retain, some]; the variable `f` is never read [use it, remove it, or name it `_f`]
    Fn("check"); pass()
        `Fn` is not part of the policy language [a policy calls its functions by name]
    sleep(1); pass()
        there is no function `sleep`
    if key.active { pass() } else if key.activ { pass() }
        `check` ends without a verdict where this `if` does not hold [end it with `pass()`, `fail(message)` or `exempt(reason)`]; an access key has no property `activ` [did you mean `active`: whether the key can sign requests?]
    for k in [1] { key.oops; } pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    while key.oops { } pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    [key.oops]; pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    #{ a: key.oops }; pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    `${key.oops}`; pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    [1][key.oops]; pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    try { key.oops } catch { } pass()
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    return key.oops;
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    fail(key.oops)
        an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    key.active && key.oops
        `check` ends with a boolean instead of a verdict [end it with `pass()`, `fail(message)` or `exempt(reason)`]; an access key has no property `oops` [it has: `id`, `active`, `status`, `age_days`, `created_on`, `created_at`, `minutes_after_user`, `never_used`, `idle_days`, `last_used_on`, `last_used_service`, `last_used_region`, `newer_active_keys`, `user`, `account`]
    "#);
}

#[test]
fn what_only_shows_at_run_time_is_an_error_there() {
    let scripts = [
        "let k = key; k = key.user; k.idle_days; pass()",
        "let k = 1; k = params; k.idle_days; pass()",
        "let p = 1; p = params; p[\"limitt\"]; pass()",
        "key[\"age_days\"]; pass()",
        "let k = 1; k = key; k.age_days = 5; pass()",
        "let x = \"\"; x = 1; key.user.tag(x); pass()",
        "let x = \"\"; x = 1; fail(x)",
        "\"a\" - 1; pass()",
        "let m = #{ a: 1 }; m.b; pass()",
        "[1][5]; pass()",
        "this; pass()",
        "let n = 0.0; fail(\"x\", #{ share: 1.0 / n })",
        "let m = #{ a: #{} }; fail(\"x\", #{ more: m.a })",
    ];
    insta::assert_snapshot!(scripts.map(|script| format!("{script}\n    {}", run(script))).join("\n"), @r#"
    let k = key; k = key.user; k.idle_days; pass()
        error: line 6, column 53: a user has no property `idle_days`: it has: `name`, `arn`, `path`, `age_days`, `created_on`, `created_at`, `has_password`, `password`, `has_mfa`, `groups`, `attached_policies`, `group_policies`, `inline_policies`, `permissions_boundary`, `is_administrator`, `is_quarantined`, `access_keys`, `mfa_devices`, `service_credentials`, `signing_certificates`, `ssh_keys`, `account`
    let k = 1; k = params; k.idle_days; pass()
        error: line 6, column 49: the policy has no parameter `idle_days`: it has none
    let p = 1; p = params; p["limitt"]; pass()
        error: line 7, column 49: the policy has no parameter `limitt`: did you mean `limit`?
    key["age_days"]; pass()
        error: line 6, column 28: an access key has no index: write `.age_days`
    let k = 1; k = key; k.age_days = 5; pass()
        error: line 6, column 47: no writable property 'age_days'
    let x = ""; x = 1; key.user.tag(x); pass()
        error: line 6, column 53: there is no function for these types: `tag (a user, integer)`
    let x = ""; x = 1; fail(x)
        error: line 6, column 44: there is no function for these types: `fail (integer)`
    "a" - 1; pass()
        refused: `-` does not take a string and an integer
    let m = #{ a: 1 }; m.b; pass()
        error: line 6, column 46: there is no property `b`
    [1][5]; pass()
        error: line 6, column 29: array index 5 out of bounds: only 1 element in array
    this; pass()
        error: line 6, column 25: 'this' not bound
    let n = 0.0; fail("x", #{ share: 1.0 / n })
        error: line 6, column 38: the evidence `share` is not a number: inf
    let m = #{ a: #{} }; fail("x", #{ more: m.a })
        error: line 6, column 46: the evidence `more` holds a map, which cannot be evidence
    "#);
}

fn run(script: &str) -> String {
    match complaints(script) {
        compiled if compiled == "compiled" => outcome(script),
        complaints => format!("refused: {complaints}"),
    }
}

#[test]
fn a_verdict_that_nothing_takes_is_refused() {
    let bodies = [
        "if key.age_days > 90 { fail(\"old\") } pass()",
        "if key.active { if key.age_days > 90 { fail(\"old\") } } else { pass() } pass()",
        "fail(\"old\"); pass()",
        "for x in [1] { fail(\"old\") } pass()",
        "while key.active { fail(\"old\") } pass()",
        "try { fail(\"old\") } catch { } pass()",
        "{ fail(\"old\") } pass()",
        "if key.active { fail(\"old\"); let x = 1; } pass()",
        "if key.age_days > 90 { fail(\"old\") } else { pass() }",
        "if key.age_days > 90 { return fail(\"old\"); } pass()",
        "let verdict = if key.active { fail(\"old\") } else { pass() }; verdict",
        "fail(\"old\");",
        "if key.active { fail(\"old\") } else { pass() };",
    ];
    insta::assert_snapshot!(bodies.map(|body| format!("{body}\n    {}", complaints(body))).join("\n"), @r#"
    if key.age_days > 90 { fail("old") } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    if key.active { if key.age_days > 90 { fail("old") } } else { pass() } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]; this verdict is discarded: the script goes on after `pass` [write `return pass(...)`]
    fail("old"); pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    for x in [1] { fail("old") } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    while key.active { fail("old") } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    try { fail("old") } catch { } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    { fail("old") } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]
    if key.active { fail("old"); let x = 1; } pass()
        this verdict is discarded: the script goes on after `fail` [write `return fail(...)`]; the variable `x` is never read [use it, remove it, or name it `_x`]
    if key.age_days > 90 { fail("old") } else { pass() }
        compiled
    if key.age_days > 90 { return fail("old"); } pass()
        compiled
    let verdict = if key.active { fail("old") } else { pass() }; verdict
        compiled
    fail("old");
        compiled
    if key.active { fail("old") } else { pass() };
        compiled
    "#);
}

#[test]
fn the_frame_of_a_script_is_checked() {
    let scripts = [
        "fn chek(key, params) { pass() }",
        "fn check(key) { pass() }",
        "fn check(key, params) { pass() }\nif true { 1 }",
        "let x = 1;\nfn check(key, params) { pass() }",
        "const X = 1 + foo();\nfn check(key, params) { pass() }",
        "fn check(key, params) { pass() ",
        "fn check(key, params) { pass() }\nfn check(a, b) { pass() }",
        "fn helper(user) { user.nmae }\nfn check(key, params) { helper(key.user) }",
    ];
    insta::assert_snapshot!(scripts.map(refused).join("\n\n"), @"
    error[wrong-check]: the policy has no function `check`
     --> test.rhai
      = help: write `fn check(key, params) { ... }`; it returns `pass()`, `fail(message)` or `exempt(reason)`

    error[wrong-check]: `check` takes 1 parameter instead of 2
     --> test.rhai:6:4
      |
    6 | fn check(key) { pass() }
      |    ^^^^^^^^^^
      = help: write `fn check(key, params) { ... }`; it returns `pass()`, `fail(message)` or `exempt(reason)`

    error[outside-function]: a statement outside a function never runs
     --> test.rhai:7:1
      |
    7 | if true { 1 }
      | ^^
      = help: put it into `fn check(key, params)`; outside functions a policy has only constants of literal values, such as `const GRACE_DAYS = 7;`

    error[outside-function]: a statement outside a function never runs
     --> test.rhai:6:1
      |
    6 | let x = 1;
      | ^^^
      = help: put it into `fn check(key, params)`; outside functions a policy has only constants of literal values, such as `const GRACE_DAYS = 7;`

    error[outside-function]: a statement outside a function never runs
     --> test.rhai:6:1
      |
    6 | const X = 1 + foo();
      | ^^^^^
      = help: put it into `fn check(key, params)`; outside functions a policy has only constants of literal values, such as `const GRACE_DAYS = 7;`

    error[syntax]: expecting ';' to terminate this statement
     --> test.rhai:6:32
      |
    6 | fn check(key, params) { pass() 
      |                                ^

    error[duplicate-name]: there is a function `check` of 2 parameters already
     --> test.rhai:7:1
      |
    7 | fn check(a, b) { pass() }
      | ^^
      = help: give the new one another name

    error[unknown-property]: a user has no property `nmae`
     --> test.rhai:6:24
      |
    6 | fn helper(user) { user.nmae }
      |                        ^^^^
      = help: did you mean `name`: the user's name?
    ");
}
