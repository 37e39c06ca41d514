//! The policies that there are as one JSON document, `keysweep.policies/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.policies/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `policies` | array | the policies, by id |
//!
//! Each policy:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `id`, `title` | string | its name, and what it demands in one line |
//! | `severity` | string | `critical`, `high`, `medium`, `low` or `info` |
//! | `resource` | string | what it judges, such as `access_key` |
//! | `remedy` | string | what it proposes: `none`, `notify`, `rotate`, `deactivate` or `delete` |
//! | `enabled` | boolean | whether a scan judges by it where no policy is named by `--policy` |
//! | `params` | object | the parameters that it runs with: integers, numbers, strings, booleans or arrays of strings |
//! | `frameworks` | object | by framework the array of its controls that the policy implements |
//! | `source` | string | `shipped`, or the path of its file |

use std::io::{self, Write};

use keysweep_model::PolicySummary;
use serde::Serialize;

use crate::{
    document,
    parts::Policy,
    tool::{KEYSWEEP, Tool},
};

/// One policy of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRow {
    /// The policy, with the parameters and the severity that the user has set.
    pub policy: PolicySummary,
    /// Whether it runs where no policy is named.
    pub enabled: bool,
}

/// Writes the list as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(rows: &[PolicyRow], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Document {
        schema: "keysweep.policies/v1",
        tool: KEYSWEEP,
        policies: rows.iter().map(|row| Row { policy: Policy::new(&row.policy), enabled: row.enabled }).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    policies: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    policy: Policy<'a>,
    enabled: bool,
}

#[cfg(test)]
mod tests {
    use keysweep_model::{ParamValue, Remedy, ResourceType, Severity};

    use super::*;

    #[test]
    fn a_policy_with_its_parameters() {
        let policy = PolicySummary {
            id: "access-key-max-age".parse().unwrap(),
            title: "Access keys are rotated".to_owned(),
            severity: Severity::Medium,
            resource: ResourceType::AccessKey,
            remedy: Remedy::Rotate,
            params: [
                ("max_age_days".to_owned(), ParamValue::Integer(90)),
                ("prefixes".to_owned(), ParamValue::List(vec!["svc-".to_owned()])),
            ]
            .into(),
            frameworks: [("cis-aws-7.0".to_owned(), vec!["2.12".to_owned()])].into(),
            source: "shipped".to_owned(),
            script_digest: "00".to_owned(),
        };
        let mut out = Vec::new();
        write(&[PolicyRow { policy, enabled: true }], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]");
        insta::assert_snapshot!(text, @r#"
        {
          "schema": "keysweep.policies/v1",
          "tool": {
            "name": "keysweep",
            "version": "[version]"
          },
          "policies": [
            {
              "id": "access-key-max-age",
              "title": "Access keys are rotated",
              "severity": "medium",
              "resource": "access_key",
              "remedy": "rotate",
              "params": {
                "max_age_days": 90,
                "prefixes": [
                  "svc-"
                ]
              },
              "frameworks": {
                "cis-aws-7.0": [
                  "2.12"
                ]
              },
              "source": "shipped",
              "enabled": true
            }
          ]
        }
        "#);
    }
}
