//! What Rhai lets pass as silently false is an error here, when the policy is compiled or at the latest when it runs.

use crate::support::{complaints, outcome, refused};

/// Hides the type of a value from the checker.
fn at_run_time(condition: &str) -> String {
    let script = format!(
        "let n = 90; n = 100; let s = \"\"; s = \"90\"; let b = true; b = true; let u = 0; u = (); let f = 0.0; f = 90.5; \
         let nan = 0.0; nan = 0.0 / 0.0; let l = []; l = [1]; if {condition} {{ pass(\"true\") }} else {{ pass(\"false\") }}"
    );
    let shown = outcome(&script);
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
    insta::assert_snapshot!(conditions.map(at_run_time).join("\n"), @"");
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
    ];
    insta::assert_snapshot!(conditions.map(at_run_time).join("\n"), @"");
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
        "pass(`${1 << 99}`)",
        "pass(`${(1.0e30).to_int()}`)",
    ];
    insta::assert_snapshot!(scripts.map(outcome).join("\n"), @"");
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
    insta::assert_snapshot!(bodies.map(|body| format!("{body}\n    {}", complaints(body))).join("\n"), @"");
}

#[test]
fn what_only_shows_at_run_time_is_an_error_there() {
    let scripts = [
        "let k = key; k = key.user; k.age_day; pass()",
        "let k = 1; k = key; k.nam; pass()",
        "let p = 1; p = params; p.limitt; pass()",
        "key[\"age_days\"]; pass()",
        "key.age_days = 5; pass()",
        "params.limit = 5; pass()",
        "key.user.tag(1); pass()",
        "fail(key.age_days)",
        "\"a\" - 1; pass()",
        "let m = #{ a: 1 }; m.b; pass()",
        "[1][5]; pass()",
        "this; pass()",
    ];
    insta::assert_snapshot!(scripts.map(|script| format!("{script}\n    {}", run(script))).join("\n"), @"");
}

fn run(script: &str) -> String {
    match complaints(script) {
        compiled if compiled == "compiled" => outcome(script),
        complaints => format!("refused: {complaints}"),
    }
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
    insta::assert_snapshot!(scripts.map(refused).join("\n\n"), @"");
}
