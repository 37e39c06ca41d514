//! Tests of the reports on tested policies.

use crate::{CaseRow, CoverageRow, MissedRow, junit, tests_json};

fn cases() -> Vec<CaseRow> {
    let case = |policy: &str, name: &str, line, failure: Option<&str>| CaseRow {
        policy: policy.to_owned(),
        name: name.to_owned(),
        file: format!("policies/{policy}.test.yaml"),
        line,
        failure: failure.map(str::to_owned),
    };
    vec![
        case("max-age", "a key of 90 days may stay", 1, None),
        case("max-age", "an \"old\" key & <more>", 5, Some("expected fail, got pass: \"\u{1}<young>\"")),
        case("unused", "an idle key", 1, None),
    ]
}

fn text(write: impl Fn(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn junit_has_a_suite_for_each_policy() {
    insta::assert_snapshot!(text(|out| junit::write(&cases(), out)), @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="keysweep policy test" tests="3" skipped="0" failures="1" errors="0">
        <testsuite name="max-age" tests="2" skipped="0" errors="0" failures="1">
            <testcase name="a key of 90 days may stay" classname="max-age" file="policies/max-age.test.yaml" line="1"/>
            <testcase name="an &quot;old&quot; key &amp; &lt;more&gt;" classname="max-age" file="policies/max-age.test.yaml" line="5">
                <failure message="expected fail, got pass: &quot;\u{1}&lt;young&gt;&quot;">expected fail, got pass: &quot;\u{1}&lt;young&gt;&quot;
    policies/max-age.test.yaml:5</failure>
            </testcase>
        </testsuite>
        <testsuite name="unused" tests="1" skipped="0" errors="0" failures="0">
            <testcase name="an idle key" classname="unused" file="policies/unused.test.yaml" line="1"/>
        </testsuite>
    </testsuites>
    "#);
}

#[test]
fn json_has_the_cases_and_what_they_reach() {
    let coverage = CoverageRow {
        file: "policies/max-age.rhai".to_owned(),
        lines: (4, 5),
        branches: (1, 2),
        missed: vec![MissedRow {
            line: 9,
            column: 5,
            kind: "true",
            message: "the condition was never true".to_owned(),
        }],
    };
    insta::assert_snapshot!(text(|out| tests_json::write(&cases()[1..2], Some(std::slice::from_ref(&coverage)), out)), @r#"
    {
      "schema": "keysweep.tests/v1",
      "tool": {
        "name": "keysweep",
        "version": "VERSION"
      },
      "summary": {
        "cases": 1,
        "passed": 0,
        "failed": 1
      },
      "cases": [
        {
          "policy": "max-age",
          "name": "an \"old\" key & <more>",
          "file": "policies/max-age.test.yaml",
          "line": 5,
          "passed": false,
          "failure": "expected fail, got pass: \"\u0001<young>\""
        }
      ],
      "coverage": {
        "lines": {
          "reached": 4,
          "total": 5
        },
        "branches": {
          "reached": 1,
          "total": 2
        },
        "files": [
          {
            "file": "policies/max-age.rhai",
            "lines": {
              "reached": 4,
              "total": 5
            },
            "branches": {
              "reached": 1,
              "total": 2
            },
            "missed": [
              {
                "line": 9,
                "column": 5,
                "kind": "true",
                "message": "the condition was never true"
              }
            ]
          }
        ]
      }
    }
    "#);
    let without: serde_json::Value = serde_json::from_str(&text(|out| tests_json::write(&[], None, out))).unwrap();
    assert!(without["coverage"].is_null());
}
