//! Coverage of scripts that are counted by hand.

use std::{fs, path::Path};

use keysweep_model::ResourceType;

use super::*;
use crate::{
    Compiler, Policy, load_folder,
    testing::cases::{Options, judge, parse, run_paths, with_params},
};

const HEAD: &str = "//! id: test\n//! title: A test\n//! severity: low\n//! resource: access_key\n//! remedy: none\n";

/// What the cases reach of the script, which begins on line 6. Each case is an age and an idleness, in days.
fn coverage_of(script: &str, cases: &[(u32, u32)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    covered(folder.path(), script, cases).to_string().replace(&folder.path().display().to_string(), "FOLDER")
}

fn covered(folder: &Path, script: &str, cases: &[(u32, u32)]) -> Coverage {
    fs::write(folder.join("test.rhai"), format!("{HEAD}{script}")).unwrap();
    let case = |(index, (age, idle)): (usize, &(u32, u32))| {
        format!(
            "- {{ name: c{index}, access_key: {{ age_days: {age}, idle_days: {idle} }}, other_access_keys: [{{ age_days: 1 }}], \
                 expect: {{ status: pass }} }}\n"
        )
    };
    fs::write(folder.join("test.test.yaml"), cases.iter().enumerate().map(case).collect::<String>()).unwrap();
    let options = Options { coverage: true, ..Options::default() };
    let report = run_paths(&Compiler::default(), &[folder.join("test.rhai")], &options)
        .unwrap_or_else(|error| panic!("{error}"));
    let errors: Vec<_> = report.cases.iter().filter_map(|case| case.failure.as_ref()).collect();
    assert!(errors.iter().all(|error| !error.contains("got error")), "{errors:?}");
    report.coverage.unwrap()
}

#[test]
fn a_condition_counts_twice_whether_or_not_there_is_an_else() {
    let script = "\
fn check(key, params) {
    if key.age_days > 90 {
        return fail(\"old\");
    }
    pass()
}
";
    // Lines 7 (if), 8 (return), 10 (pass); branches: the condition true, and false.
    insta::assert_snapshot!(coverage_of(script, &[(1, 1)]), @"
    FOLDER/test.rhai  lines 2/3 (66 %), branches 1/2 (50 %)
      line 7, column 5: the condition was never true
      line 8, column 9: it was never reached
    coverage: lines 2/3 (66 %), branches 1/2 (50 %)
    ");
    insta::assert_snapshot!(coverage_of(script, &[(99, 1)]), @"
    FOLDER/test.rhai  lines 2/3 (66 %), branches 1/2 (50 %)
      line 7, column 5: the condition was never false
      line 10, column 5: it was never reached
    coverage: lines 2/3 (66 %), branches 1/2 (50 %)
    ");
    insta::assert_snapshot!(coverage_of(script, &[(99, 1), (1, 1)]), @"
    FOLDER/test.rhai  lines 3/3 (100 %), branches 2/2 (100 %)
    coverage: lines 3/3 (100 %), branches 2/2 (100 %)
    ");
}

#[test]
fn chains_of_else_and_short_circuits_are_followed() {
    let script = "\
fn check(key, params) {
    if key.age_days > 90 && key.idle_days > 30 || key.age_days == 7 {
        fail(\"a\")
    } else if key.age_days > 60 {
        fail(\"b\")
    } else {
        pass()
    }
}
";
    // Lines 7, 8, 9, 10, 12; branches: two conditions twice, and the right sides of `&&` and of `||`.
    insta::assert_snapshot!(coverage_of(script, &[(1, 1)]), @"
    FOLDER/test.rhai  lines 3/5 (60 %), branches 3/6 (50 %)
      line 7, column 5: the condition was never true
      line 7, column 29: the right side was never asked
      line 8, column 9: it was never reached
      line 9, column 12: the condition was never true
      line 10, column 9: it was never reached
    coverage: lines 3/5 (60 %), branches 3/6 (50 %)
    ");
    insta::assert_snapshot!(coverage_of(script, &[(99, 40)]), @"
    FOLDER/test.rhai  lines 2/5 (40 %), branches 2/6 (33 %)
      line 7, column 5: the condition was never false
      line 7, column 51: the right side was never asked
      line 9, column 12: it was never reached
      line 10, column 9: it was never reached
      line 12, column 9: it was never reached
    coverage: lines 2/5 (40 %), branches 2/6 (33 %)
    ");
    insta::assert_snapshot!(coverage_of(script, &[(99, 40), (99, 1), (1, 1)]), @"
    FOLDER/test.rhai  lines 5/5 (100 %), branches 6/6 (100 %)
    coverage: lines 5/5 (100 %), branches 6/6 (100 %)
    ");
}

#[test]
fn functions_constants_loops_and_functions_without_names_count() {
    let script = "\
const LIMIT = 90;

fn is_old(days) { days > global::LIMIT }

fn never(x) {
    x + 1
}

fn check(key, params) {
    let count = 0;
    for item in key.user.access_keys {
        if item.age_days > 5 { count += 1; }
    }
    while count > 1 {
        count -= 1;
    }
    let old = [1, 95].filter(|days| is_old(days));
    let none = [].map(
        |x|
            never(x)
    );
    let text = `${count} of ${if old.len > 0 { \"some\" } else { \"none\" }}, #{ ${none.len} }`;
    if text == \"1 of some, #{ 0 }\" { return pass(text); }
    fail(text)
}
";
    insta::assert_snapshot!(coverage_of(script, &[(99, 1)]), @"
    FOLDER/test.rhai  lines 10/14 (71 %), branches 5/8 (62 %)
      line 11, column 5: it was never reached
      line 19, column 5: the loop's body never ran
      line 20, column 9: it was never reached
      line 25, column 13: it was never reached
      line 27, column 31: the condition was never false
      line 28, column 5: the condition was never false
      line 29, column 5: it was never reached
    coverage: lines 10/14 (71 %), branches 5/8 (62 %)
    ");
}

#[test]
fn libraries_are_measured_over_all_policies() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("lib")).unwrap();
    fs::write(
        folder.path().join("lib/ages.rhai"),
        "const OLD = 90;\nfn is_old(x) {\n    if x > global::OLD { return true; }\n    false\n}\n",
    )
    .unwrap();
    let script = "import \"lib/ages\" as ages;\nfn check(key, params) {\n    if ages::is_old(key.age_days) { fail(\"old\") } else { pass() }\n}\n";
    let coverage = covered(folder.path(), script, &[(1, 1)]);
    let text = coverage.to_string().replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(text, @"
    FOLDER/lib/ages.rhai  lines 3/3 (100 %), branches 1/2 (50 %)
      line 3, column 5: the condition was never true
    FOLDER/test.rhai      lines 2/2 (100 %), branches 1/2 (50 %)
      line 8, column 5: the condition was never true
    coverage: lines 5/5 (100 %), branches 2/4 (50 %)
    ");
    let lcov = coverage.lcov().replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(lcov, @"
    TN:
    SF:FOLDER/lib/ages.rhai
    BRDA:3,0,0,0
    BRDA:3,0,1,1
    BRF:2
    BRH:1
    DA:1,1
    DA:3,1
    DA:4,1
    LF:3
    LH:3
    end_of_record
    TN:
    SF:FOLDER/test.rhai
    BRDA:8,0,0,0
    BRDA:8,0,1,1
    BRF:2
    BRH:1
    DA:6,1
    DA:8,1
    LF:2
    LH:2
    end_of_record
    ");
}

#[test]
fn errors_and_missing_facts_reach_what_comes_before_them() {
    let script = "\
fn check(key, params) {
    try {
        throw \"up\";
    } catch (error) {
        if error != \"up\" { return fail(\"other\"); }
    }
    let region = key.last_used_region;
    if key.user.has_mfa { return pass(region); }
    pass()
}
";
    insta::assert_snapshot!(coverage_of(script, &[(1, 1)]), @"
    FOLDER/test.rhai  lines 5/6 (83 %), branches 1/4 (25 %)
      line 10, column 9: the condition was never true
      line 13, column 5: the condition was never true
      line 13, column 5: the condition was never false
      line 14, column 5: it was never reached
    coverage: lines 5/6 (83 %), branches 1/4 (25 %)
    ");
}

#[test]
fn a_percentage_is_whole_only_where_all_is_reached() {
    let percent = |reached, total| Tally { reached, total }.percent();
    assert_eq!([percent(999, 1000), percent(1000, 1000), percent(0, 0), percent(0, 3)], [99, 100, 100, 0]);
}

/// Bodies of `check` whose meaning a careless probe would change.
const TRICKY: [&str; 30] = [
    "let x = if key.active { 1 } else { 2 } + 3; pass(`${x}`)",
    "pass(if key.active { \"a\" } else { \"b\" })",
    "return if key.active { pass(\"a\") } else { pass(\"b\") };",
    "if (#{ a: 1 }).a == 1 { return pass(\"map\"); } pass(\"none\")",
    "if { let a = 1; a == 1 } { return pass(\"block\"); } pass(\"none\")",
    "let a = false; let b = true; pass(`${!a || b && a == b} ${a && b || b} ${a || (b && !a)}`)",
    "let a = (); pass(`${a ?? 5} ${a ?? a ?? 7}`)",
    "let i = 0; do { i += 1; } while i < 5; pass(`${i}`)",
    "let i = 0; do { i += 1; } until i > 5; pass(`${i}`)",
    "let i = 0; while i < 3 && i != 2 { i += 1; } pass(`${i}`)",
    "let i = loop { break 7; }; pass(`${i}`)",
    "let s = 0; for (x, i) in [5, 6] { s += x * i; } pass(`${s}`)",
    "let s = 0; for x in 0..3 { if x == 1 { continue; } s += x; } pass(`${s}`)",
    "pass(`${[1, 2, 3].filter(|x| x > 1).map(|x| x * 2)}`)",
    "pass(`${[1, 2].map(|x| { let y = x + 1; y })}`)",
    "pass(`${[[1, 2], [3]].map(|l| l.filter(|x| x > 1 && x < 3))}`)",
    "pass(`${[3, 1, 2].reduce(|sum, x| if x > 1 { (sum ?? 0) + x } else { sum })}`)",
    "let limit = 2; pass(`${[1, 2, 3].some(|x| x > limit || x == 0)}`)",
    "pass(`${[1, 2].map(|x| #{ a: x, b: [x] })}`)",
    "pass(`a { b ${`c } ${1 + 1} || ${\"d && {\"}`} ?? e`)",
    "/* if { && */ let s = \"if x { && ||\"; // while {\n pass(s)",
    "let text = `\u{e9}\u{1f511}`; if text.len == 2 && text != \"a\" { return pass(text); } pass()",
    "let a = 1; { let b = 2; a += b; } if a == 3 { return pass(\"three\"); } pass(\"no\")",
    "if key.active {} else {} pass(\"empty\")",
    "let m = #{ a: if key.active { 1 } else { 2 } }; pass(`${m.a}`)",
    "let r = try { throw 3; } catch (e) { e }; pass(`${r}`)",
    "if !key.active { return fail(\"a\"); } else if key.user.path == \"/\" { return pass(\"root\"); } else { return fail(\"b\"); }",
    "let x = 5;\n\n    if x\n        > 3\n        && x < 9\n    {\n        return pass(`${x}`);\n    }\n    pass()",
    "let x = [1, 2][if key.active { 0 } else { 1 }]; -x; pass(`${-x}`)",
    "let f = 5; let f2 = f in [1, 5] && !(f in [2]); pass(`${f2} ${6 in 0..9 || false}`)",
];

#[test]
fn probes_change_no_meaning() {
    let cases = parse("t", "- { name: a, expect: { status: pass } }", ResourceType::AccessKey).unwrap();
    let mut said = String::new();
    for body in TRICKY {
        let policy = match Policy::compile("t", &format!("{HEAD}fn check(key, params) {{\n{body}\n}}\n")) {
            Ok(policy) => policy,
            Err(error) => {
                said += &format!("refused: {body}: {}\n", error.diagnostics[0].message);
                continue;
            }
        };
        let covered = Covered::new(&policy).unwrap_or_else(|error| panic!("{body}: {error}"));
        let [plain, probed] = [&policy, covered.policy()].map(|policy| judge(policy, &cases[0]));
        assert_eq!(format!("{:?}", probed.outcome), format!("{:?}", plain.outcome), "{body}");
        said += &format!("{}\n", shown(&plain.outcome));
    }
    insta::assert_snapshot!(said, @r#"
    4
    a
    a
    map
    refused: if { let a = 1; a == 1 } { return pass("block"); } pass("none"): expecting a boolean expression
    true true true
    5 7
    5
    6
    2
    7
    6
    2
    [4, 6]
    [2, 3]
    [[2], []]
    5
    true
    [#{"a": 1, "b": [1]}, #{"a": 2, "b": [2]}]
    a { b c } 2 || d && { ?? e
    if x { && ||
    é🔑
    three
    empty
    1
    refused: let r = try { throw 3; } catch (e) { e }; pass(`${r}`): unexpected 'try'
    root
    5
    -1
    true true
    "#);
}

fn shown(outcome: &crate::Outcome) -> String {
    match outcome {
        crate::Outcome::Verdict(keysweep_model::Verdict::Pass { note }) => note.clone().unwrap_or_default(),
        other => format!("{other:?}"),
    }
}

#[test]
fn probes_change_no_verdict_of_the_shipped_policies_and_examples() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut compared = 0;
    for folder in ["policies", "examples/policies"] {
        for policy in load_folder(&Compiler::default(), &repository.join(folder)).unwrap() {
            let covered = Covered::new(&policy).unwrap_or_else(|error| panic!("{error}"));
            let path = Path::new(policy.source_name()).with_extension("test.yaml");
            let text = fs::read_to_string(path).unwrap();
            for case in parse("t", &text, policy.metadata().resource).unwrap() {
                let [plain, probed] =
                    [&policy, covered.policy()].map(|policy| judge(&with_params(policy, &case).unwrap(), &case));
                assert_eq!(probed, plain, "{} {}", policy.id(), case.name);
                compared += 1;
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
