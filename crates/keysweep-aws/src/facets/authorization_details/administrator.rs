//! Whether an IAM policy allows every action on every resource.

use std::str::Utf8Error;

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Why an IAM policy cannot be understood.
#[derive(Debug, thiserror::Error)]
pub(super) enum DocumentError {
    #[error("an IAM policy is not UTF-8: {0}")]
    NotText(#[from] Utf8Error),
    #[error("an IAM policy is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("an IAM policy has no statement")]
    NoStatement,
    #[error("a statement of an IAM policy neither allows nor denies")]
    NoEffect,
    #[error("a statement of an IAM policy has no map as `Condition`")]
    BadCondition,
    #[error("a statement of an IAM policy has no string as `{0}`")]
    NotString(&'static str),
}

/// Whether one statement of the URL-encoded `document` allows every action on every resource without a condition.
/// Statements by `NotAction` or `NotResource` leave something out, and are not counted.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
pub(super) fn allows_everything(document: &str) -> Result<bool, DocumentError> {
    let policy: Value = serde_json::from_str(&percent_decode_str(document).decode_utf8()?)?;
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.iter().try_fold(false, |any, it| Ok(any | is_everything(it)?)),
        Some(statement @ Value::Object(_)) => is_everything(statement),
        Some(_) | None => Err(DocumentError::NoStatement),
    }
}

fn is_everything(statement: &Value) -> Result<bool, DocumentError> {
    let allows = match statement.get("Effect").and_then(Value::as_str) {
        Some("Allow") => true,
        Some("Deny") => false,
        Some(_) | None => return Err(DocumentError::NoEffect),
    };
    let all_actions = has(statement, "Action", &["*", "*:*"])?;
    let all_resources = has(statement, "Resource", &["*"])?;
    let is_conditional = match statement.get("Condition") {
        Some(Value::Object(conditions)) => !conditions.is_empty(),
        Some(_) => return Err(DocumentError::BadCondition),
        None => false,
    };
    Ok(allows && all_actions && all_resources && !is_conditional)
}

/// Whether the string, or a string of the list, that a statement has as `field` is one of `all`.
fn has(statement: &Value, field: &'static str, all: &[&str]) -> Result<bool, DocumentError> {
    let is_one = |value: &Value| Ok(all.contains(&value.as_str().ok_or(DocumentError::NotString(field))?));
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

    fn judged(statements: &str) -> Result<bool, DocumentError> {
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
            assert_eq!(judged(statements).unwrap(), expected, "{statements}");
        }
    }

    #[test]
    fn what_cannot_be_understood_is_an_error_and_not_harmless() {
        let statements = [
            r#""x""#,
            r#"["x"]"#,
            r#"[{"Action": "*", "Resource": "*"}]"#,
            r#"[{"Effect": "allow", "Action": "*", "Resource": "*"}]"#,
            r#"[{"Effect": "Allow", "Action": 1, "Resource": "*"}]"#,
            r#"[{"Effect": "Allow", "Action": "s3:*", "Resource": [{}]}]"#,
            r#"[{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": true}]"#,
        ];
        let documents = ["%ff", "%7B", "{}"].map(allows_everything).into_iter();
        let errors = documents.chain(statements.map(judged)).map(|judged| judged.unwrap_err().to_string());
        insta::assert_snapshot!(errors.collect::<Vec<_>>().join("\n"), @"
        an IAM policy is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0
        an IAM policy is not JSON: EOF while parsing an object at line 1 column 1
        an IAM policy has no statement
        an IAM policy has no statement
        a statement of an IAM policy neither allows nor denies
        a statement of an IAM policy neither allows nor denies
        a statement of an IAM policy neither allows nor denies
        a statement of an IAM policy has no string as `Action`
        a statement of an IAM policy has no string as `Resource`
        a statement of an IAM policy has no map as `Condition`
        ");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = allows_everything(&text);
        }
    }
}
