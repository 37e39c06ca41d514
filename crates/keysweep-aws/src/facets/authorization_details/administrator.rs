//! Whether an IAM policy allows every action on every resource.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Whether one statement of the URL-encoded `document` allows every action on every resource without a condition.
/// Statements by `NotAction` or `NotResource` leave something out, and are not counted.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
pub(super) fn allows_everything(document: &str) -> Result<bool, String> {
    let text = percent_decode_str(document).decode_utf8().map_err(|error| format!("an IAM policy: {error}"))?;
    let policy: Value = serde_json::from_str(&text).map_err(|error| format!("an IAM policy is no JSON: {error}"))?;
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().try_fold(false, |any, it| Ok(any | is_everything(it)?)),
        Some(statement @ Value::Object(_)) => is_everything(statement),
        Some(_) | None => Err("an IAM policy has no statement".to_owned()),
    }
}

fn is_everything(statement: &Value) -> Result<bool, String> {
    let allows = match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        Some(_) | None => return Err("a statement of an IAM policy neither allows nor denies".to_owned()),
    };
    let all_actions = has(statement, "Action", &["*", "*:*"])?;
    let all_resources = has(statement, "Resource", &["*"])?;
    let is_conditional = match statement.get("Condition") {
        Some(Value::Object(conditions)) => !conditions.is_empty(),
        Some(_) => return Err("a statement of an IAM policy has a `Condition` that is none".to_owned()),
        None => false,
    };
    Ok(allows && all_actions && all_resources && !is_conditional)
}

/// Whether the text, or a text of the list, that a statement has as `field` is one of `all`.
fn has(statement: &Value, field: &str, all: &[&str]) -> Result<bool, String> {
    let is_one = |value: &Value| {
        let text = value.as_str().ok_or_else(|| format!("a statement of an IAM policy has no text as `{field}`"))?;
        Ok(all.contains(&text))
    };
    match statement.get(field) {
        Some(Value::Array(values)) => values.iter().try_fold(false, |any, value| Ok(any | is_one(value)?)),
        Some(value) => is_one(value),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn judged(statements: &str) -> Result<bool, String> {
        let document = format!(r#"{{"Version": "2012-10-17", "Statement": {statements}}}"#);
        allows_everything(&utf8_percent_encode(&document, NON_ALPHANUMERIC).to_string())
    }

    #[test]
    fn only_everything_on_everything_without_a_condition_is_everything() {
        let cases = [
            (r#"[{"Effect": "Allow", "Action": "*", "Resource": "*"}]"#, true),
            (r#"{"Effect": "Allow", "Action": ["s3:Get*", "*:*"], "Resource": ["*"]}"#, true),
            (r#"[{"Effect": "Deny", "Action": "*", "Resource": "*"}]"#, false),
            (r#"[{"Effect": "Allow", "Action": "iam:*", "Resource": "*"}]"#, false),
            (r#"[{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::x"}]"#, false),
            (r#"[{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]"#, false),
            (r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"x": "y"}}}]"#, false),
            (r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {}}]"#, true),
        ];
        for (statements, expected) in cases {
            assert_eq!(judged(statements), Ok(expected), "{statements}");
        }
    }

    #[test]
    fn what_is_no_policy_is_an_error_and_not_harmless() {
        assert!(allows_everything("%7B").is_err());
        assert!(allows_everything("{}").is_err());
        for statements in [
            r#""x""#,
            r#"["x"]"#,
            r#"[{"Action": "*", "Resource": "*"}]"#,
            r#"[{"Effect": "allow", "Action": "*", "Resource": "*"}]"#,
            r#"[{"Effect": "Allow", "Action": 1, "Resource": "*"}]"#,
            r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": [{}]}]"#,
            r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": true}]"#,
        ] {
            assert!(judged(statements).is_err(), "{statements}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = allows_everything(&text);
        }
    }
}
