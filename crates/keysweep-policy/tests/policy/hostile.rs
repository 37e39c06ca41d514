//! Scripts that mean harm: each must end in a proper error, soon, and leave the process as it was.

use std::time::{Duration, Instant};

use keysweep_policy::{Outcome, Policy};

use crate::support::{body, file, judge, show, user};

/// The script's end, and that it came in time. The time is many times what is promised: machines that test are busy.
fn end(script: &str) -> String {
    ended(&file(script))
}

fn ended(text: &str) -> String {
    let begin = Instant::now();
    let end = match Policy::compile("t", text) {
        Err(error) => format!("refused: {}", error.diagnostics[0].message),
        Ok(policy) => {
            let outcome = judge(&policy, user()).outcome;
            assert!(matches!(outcome, Outcome::Error(_)), "{}", show(&outcome));
            show(&outcome)
        }
    };
    assert!(begin.elapsed() < Duration::from_secs(5), "took {:?}", begin.elapsed());
    end
}

fn check(script: &str) -> String {
    let end = end(&format!("fn check(key, params) {{ {script} }}"));
    let script: String = script.chars().take(70).collect();
    format!("{script}\n    {end}")
}

#[test]
fn scripts_that_never_end_are_stopped() {
    let scripts = [
        "loop { }",
        "while true { }",
        "do { } while true",
        "let x = 0; loop { x += 1; if x < 0 { break; } }",
        "for i in 0..9223372036854775807 { } pass()",
        "for i in range(0.0, 1.0e18, 0.5) { } pass()",
        "for i in 0..1000 { for j in 0..1000 { for k in 0..1000 { } } } pass()",
        "loop { try { throw 1; } catch { } }",
        "try { loop { } } catch { } pass()",
        "let a = []; loop { a.push(1); a.pop(); }",
        "let a = []; for i in 0..1000 { a.push(`${i}`); } loop { let b = a == a; }",
        "let a = []; for i in 0..1000 { a.push(i); } loop { let t = a.to_string(); }",
        "let a = []; a.pad(1000, 7); loop { a.sort(); a.reverse(); }",
        "let s = \"\"; s.pad(16000, 'x'); loop { let i = s.index_of(\"y\"); }",
        "let s = \"\"; s.pad(16000, 'x'); loop { s.to_upper(); s.contains(\"xxxxy\"); }",
        "let s = \"\"; s.pad(16000, 'x'); loop { s.split(\"x\").len(); }",
    ];
    insta::assert_snapshot!(scripts.map(check).join("\n"), @"");
}

#[test]
fn recursion_is_stopped() {
    let scripts = [
        "fn check(key, params) { check(key, params) }",
        "fn f(n) { f(n + 1) + f(n + 2) } fn check(key, params) { f(0); pass() }",
        "fn a(n) { b(n) } fn b(n) { a(n) } fn check(key, params) { try { a(1) } catch { } pass() }",
        "fn f(n) { if n > 0 { f(n - 1); f(n - 1); f(n - 1); f(n - 1); } } fn check(key, params) { f(14); pass() }",
        "fn f() { this.f() } fn check(key, params) { key.f(); pass() }",
        "fn f() { this.f() } fn check(key, params) { let x = 1; x.f(); pass() }",
    ];
    insta::assert_snapshot!(scripts.map(end).join("\n"), @"");
}

#[test]
fn calls_as_deep_as_they_may_be_work() {
    let script = "fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } } fn check(key, params) { pass(`${f(14)}`) }";
    let policy = Policy::compile("t", &file(script)).unwrap();
    insta::assert_snapshot!(show(&judge(&policy, user()).outcome), @"");
}

#[test]
fn memory_is_bounded() {
    let scripts = [
        "let s = \"x\"; loop { s += s; }",
        "let s = \"x\"; loop { s = s + s; }",
        "let s = \"x\"; loop { s = `${s}${s}`; }",
        "let a = [1]; loop { a += a; }",
        "let a = [1]; loop { a = [a, a]; }",
        "let m = #{}; for i in 0..100000 { m[`${i}`] = i; } pass()",
        "let a = []; a.pad(1000000000, 1); pass()",
        "let s = \"\"; s.pad(1000000000, 'x'); pass()",
        "let s = \"\"; s.pad(16000, 'x'); s.replace(\"x\", s); pass()",
        "let s = \"\"; s.pad(16000, 'x'); s.replace(\"\", s); pass()",
        "let s = \"\"; s.pad(16000, 'x'); let a = []; for i in 0..1000 { a.push(s); } pass()",
        "let a = []; a.insert(9223372036854775807, 1); a.pad(9223372036854775807, 1); pass()",
        "let a = [1]; loop { a.append(a); }",
        "let m = #{ a: 1 }; loop { m = #{ a: m, b: m }; }",
        "let s = \"\"; s.pad(16000, 'x'); fail(s + s)",
        "let b = blob(1000000000); pass()",
    ];
    insta::assert_snapshot!(scripts.map(check).join("\n"), @"");
}

#[test]
fn ways_out_of_the_sandbox_are_closed() {
    let scripts = [
        "eval(\"loop {}\")",
        "import \"/etc/passwd\" as x; pass()",
        "export key; pass()",
        "print(\"x\"); pass()",
        "debug(\"x\"); pass()",
        "sleep(1000000); pass()",
        "let f = Fn(\"check\"); f.call(key, params)",
        "call(check, key, params)",
        "let f = || 1; pass()",
        "[1].map(|x| x); pass()",
        "[1].map(\"check\"); pass()",
        "[1].filter(\"f\"); pass()",
        "check.curry(1); pass()",
        "timestamp(); pass()",
        "rand(); pass()",
        "exit(pass())",
        "parse_json(\"{}\"); pass()",
        "get_fn_metadata_list(); pass()",
        "open_file(\"/etc/passwd\"); pass()",
        "key.tag = 5; pass()",
    ];
    insta::assert_snapshot!(scripts.map(check).join("\n"), @"");
}

#[test]
fn sources_that_mean_to_choke_the_parser_are_refused() {
    let deep = |open: &str, middle: &str, close: &str| {
        let n = 60_000 / (open.len() + close.len());
        check(&format!("{}{middle}{}; pass()", open.repeat(n), close.repeat(n)))
    };
    let ends = [
        deep("(", "1", ")"),
        deep("[", "1", "]"),
        deep("{", "1", "}"),
        deep("#{a:", "1", "}"),
        deep("!", "true", ""),
        deep("-", "1", ""),
        deep("1+", "1", ""),
        deep("1 == ", "1", ""),
        deep("true && ", "true", ""),
        deep("() ?? ", "1", ""),
        deep("if true {", "1", "}"),
        deep("if true {1} else ", "{1}", ""),
        deep("key", ".user", ".user"),
        deep("[1]", "[0]", "[0]"),
        deep("key.active.", "x", "()"),
        deep("`${", "1", "}`"),
        deep("pass(", "", ")"),
        deep("let x = ", "1", ""),
        deep("\"", "", ""),
        deep("/*", "", ""),
        deep("try {", "1", "} catch {}"),
        deep("while true {", "1", "}"),
        end(&"x".repeat(65 << 10)),
        end(&format!("fn check(key, params) {{ {} }}", "1;".repeat(30_000))),
        end(&(0..2_000).map(|n| format!("fn f{n}() {{}}")).collect::<String>()),
    ];
    insta::assert_snapshot!(ends.join("\n"), @"");
}

#[test]
fn metadata_that_means_harm_is_refused() {
    let bomb: String = (0..9)
        .map(|n| match n {
            0 => "//! a0: &a0 [x,x,x,x,x,x,x,x,x]\n".to_owned(),
            n => format!("//! a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(",")),
        })
        .collect();
    let ends = [
        ended(&bomb),
        ended(&format!("//! id: {}x{}", "[".repeat(20_000), "]".repeat(20_000))),
        ended(&format!("//! id: {}", "{a: ".repeat(10_000))),
        ended(&format!("//! id: &a [*a]\n//! {}", "- ".repeat(10_000))),
        ended(&"//! a: 1\n".repeat(6_000)),
        ended(&format!("//! {}: 1", "k".repeat(60_000))),
        ended("//! <<: *x"),
        ended("//! id: !!binary aGk=\n//! \u{0}: 1"),
        ended("//! include: !include /etc/passwd"),
    ];
    insta::assert_snapshot!(ends.join("\n"), @"");
}

#[test]
fn a_hostile_script_leaves_the_next_evaluation_alone() {
    let (hostile, good) = (body("loop { }"), body("pass()"));
    for _ in 0..3 {
        assert!(matches!(judge(&hostile, user()).outcome, Outcome::Error(_)));
        assert!(matches!(judge(&good, user()).outcome, Outcome::Verdict(_)));
    }
}
