//! Tests of the formats for what is wrong with policy files.

use serde_json::Value;

use crate::{CodeRow, DiagnosticRow, PlaceRow, diagnostics_json, sarif};

const UNKNOWN: CodeRow<'_> =
    CodeRow { code: "unknown-property", explanation: "There is no such property.", level: "error" };
const UNUSED: CodeRow<'_> =
    CodeRow { code: "unused-function", explanation: "A function is never called.", level: "warning" };

fn rows() -> [DiagnosticRow<'static>; 2] {
    [
        DiagnosticRow {
            file: "./policies/a b.rhai",
            code: UNKNOWN,
            message: "an access key has no property `agee`",
            help: Some("did you mean `age_days`?"),
            place: Some(PlaceRow { line: 12, column: 9, length: 4 }),
        },
        DiagnosticRow {
            file: "/etc/ä.rhai",
            code: UNUSED,
            message: "the function `f` is never called",
            help: None,
            place: None,
        },
    ]
}

fn sarif() -> Value {
    let mut out = Vec::new();
    sarif::write(&[UNUSED, UNKNOWN], &rows(), &mut out).unwrap();
    assert!(out.ends_with(b"}\n"));
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn the_document_has_all_that_is_wrong() {
    let mut out = Vec::new();
    diagnostics_json::write(3, &rows(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text, @r#"
    {
      "schema": "keysweep.diagnostics/v1",
      "tool": {
        "name": "keysweep",
        "version": "VERSION"
      },
      "summary": {
        "files": 3,
        "errors": 1,
        "warnings": 1
      },
      "diagnostics": [
        {
          "file": "./policies/a b.rhai",
          "code": "unknown-property",
          "level": "error",
          "message": "an access key has no property `agee`",
          "help": "did you mean `age_days`?",
          "line": 12,
          "column": 9,
          "length": 4
        },
        {
          "file": "/etc/ä.rhai",
          "code": "unused-function",
          "level": "warning",
          "message": "the function `f` is never called",
          "help": null,
          "line": null,
          "column": null,
          "length": null
        }
      ]
    }
    "#);
}

#[test]
fn a_result_points_to_its_rule_and_to_a_piece_of_its_file() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&sarif()["runs"][0]["results"]).unwrap(), @r#"
    [
      {
        "ruleId": "unknown-property",
        "ruleIndex": 1,
        "level": "error",
        "message": {
          "text": "an access key has no property `agee` (did you mean `age_days`?)"
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "policies/a%20b.rhai"
              },
              "region": {
                "startLine": 12,
                "startColumn": 9,
                "endColumn": 13
              }
            }
          }
        ]
      },
      {
        "ruleId": "unused-function",
        "ruleIndex": 0,
        "level": "warning",
        "message": {
          "text": "the function `f` is never called"
        },
        "locations": [
          {
            "physicalLocation": {
              "artifactLocation": {
                "uri": "file:///etc/%C3%A4.rhai"
              }
            }
          }
        ]
      }
    ]
    "#);
}

#[test]
fn the_log_is_what_the_standard_asks_for() {
    let log: serde_sarif::sarif::Sarif = serde_json::from_value(sarif()).unwrap();
    let run = &log.runs[0];
    let rules = run.tool.driver.rules.as_ref().unwrap();
    let results = run.results.as_ref().unwrap();
    for result in results {
        let rule = &rules[usize::try_from(result.rule_index.unwrap()).unwrap()];
        assert_eq!(result.rule_id.as_ref(), Some(&rule.id));
        assert!(rule.short_description.is_some());
    }
    assert_eq!(results.len(), 2);
}
