//! The parameters of a call, checked as AWS checks them before anything else.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::wire::error::ApiError;

/// Parameters by name, as the protocol carried them.
pub(crate) enum Input {
    Form(BTreeMap<String, String>),
    Json(Value),
    /// A body that is not a JSON object.
    Unreadable,
}

/// What a text parameter has to look like.
pub(crate) struct Shape {
    pub(crate) min: usize,
    pub(crate) max: usize,
    /// The pattern as AWS's error message shows it.
    pub(crate) pattern: &'static str,
    pub(crate) fits: fn(&str) -> bool,
}

/// Names of users and sessions (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub(crate) const NAME: Shape =
    Shape { min: 1, max: 128, pattern: "[\\w+=,.@-]+", fits: |text| text.chars().all(is_name) };

/// Access key ids.
pub(crate) const KEY_ID: Shape = Shape { min: 16, max: 128, pattern: "[\\w]+", fits: |text| text.chars().all(is_word) };

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// The characters of a name.
pub(crate) fn is_name(c: char) -> bool {
    is_word(c) || "+=,.@-".contains(c)
}

impl Input {
    /// A text parameter.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self {
            Input::Form(form) => form.get(name).map(|value| value.as_str().into()),
            Input::Json(json) => match json.get(name)? {
                Value::String(text) => Some(text.as_str().into()),
                Value::Null => None,
                other => Some(other.to_string().into()),
            },
            Input::Unreadable => None,
        }
    }

    /// A text parameter that must fit a shape if it is there.
    pub(crate) fn shaped(&self, name: &str, shape: &Shape) -> Result<Option<Cow<'_, str>>, ApiError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let length = value.chars().count();
        let constraint = if length < shape.min {
            format!("Member must have length greater than or equal to {}", shape.min)
        } else if length > shape.max {
            format!("Member must have length less than or equal to {}", shape.max)
        } else if !(shape.fits)(&value) {
            format!("Member must satisfy regular expression pattern: {}", shape.pattern)
        } else {
            return Ok(Some(value));
        };
        Err(ApiError::constraint(name, &value, &constraint))
    }

    /// A text parameter that must be there and fit a shape.
    pub(crate) fn required(&self, name: &str, shape: &Shape) -> Result<Cow<'_, str>, ApiError> {
        let missing = || ApiError::constraint(name, "null", "Member must not be null");
        self.shaped(name, shape)?.ok_or_else(missing)
    }

    /// A whole number within bounds.
    pub(crate) fn number(&self, name: &str, min: i64, max: i64) -> Result<Option<i64>, ApiError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        let Ok(number) = value.parse::<i64>() else {
            let message = format!("{value} is not a valid value for parameter {name}");
            return Err(ApiError::new(400, "MalformedInput", message));
        };
        let constraint = if number < min {
            format!("Member must have value greater than or equal to {min}")
        } else if number > max {
            format!("Member must have value less than or equal to {max}")
        } else {
            return Ok(Some(number));
        };
        Err(ApiError::constraint(name, &value, &constraint))
    }

    /// A list of the Query protocol: `Name.member.1`, `Name.member.2` ..., with an optional field behind each number.
    pub(crate) fn members(&self, name: &str, field: &str) -> Vec<Cow<'_, str>> {
        let key =
            |n| if field.is_empty() { format!("{name}.member.{n}") } else { format!("{name}.member.{n}.{field}") };
        (1..).map_while(|n| self.text(&key(n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Input {
        Input::Form(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn a_broken_constraint_is_told_in_aws_words() {
        let input =
            form(&[("MaxItems", "1001"), ("UserName", "a b"), ("AccessKeyId", "AKIA"), ("DurationSeconds", "x")]);
        let messages = [
            input.number("MaxItems", 1, 1000).unwrap_err().message,
            input.required("UserName", &NAME).unwrap_err().message,
            input.required("AccessKeyId", &KEY_ID).unwrap_err().message,
            input.required("RoleSessionName", &NAME).unwrap_err().message,
            input.number("DurationSeconds", 900, 43200).unwrap_err().message,
        ];
        insta::assert_snapshot!(messages.join("\n"), @r"
        1 validation error detected: Value '1001' at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000
        1 validation error detected: Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]+
        1 validation error detected: Value 'AKIA' at 'accessKeyId' failed to satisfy constraint: Member must have length greater than or equal to 16
        1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null
        x is not a valid value for parameter DurationSeconds
        ");
    }

    #[test]
    fn lists_end_at_the_first_gap() {
        let input = form(&[("Filter.member.1", "User"), ("Filter.member.3", "Role"), ("P.member.1.arn", "arn:x")]);
        assert_eq!(input.members("Filter", ""), ["User"]);
        assert_eq!(input.members("P", "arn"), ["arn:x"]);
    }
}
