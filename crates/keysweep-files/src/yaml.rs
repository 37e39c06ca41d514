//! YAML as the user's files hold it: bounded, with every error at its line and column.

use std::fmt;

use keysweep_model::ParamValue;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _, SeqAccess, Visitor},
};
use serde_yaml::{Error, Options};
pub use serde_yaml::{Location, Spanned};

use crate::{
    code::Code,
    diagnostic::{Diagnostic, InvalidFile},
    suggest::nearest,
};

/// The value that a file of the user's holds, where `source_name` is the file as the user named it.
///
/// # Errors
/// Where the text is not YAML, or not of the shape of `T`: with the line, the column and the line itself.
pub fn parse_file<T: DeserializeOwned>(source_name: &str, text: &str) -> Result<T, InvalidFile> {
    serde_yaml::from_str_with_options(text, bounded(1_000_000))
        .map_err(|error| InvalidFile::new(source_name, text, vec![explain(&error)]))
}

/// The value that `text` holds, a short piece of a file.
///
/// # Errors
/// Where the text is not YAML, or not of the shape of `T`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Diagnostic> {
    serde_yaml::from_str_with_options(text, bounded(50_000)).map_err(|error| explain(&error))
}

/// The value that `text` holds, which may be a long list.
///
/// # Errors
/// As [`parse`].
pub fn parse_long<T: DeserializeOwned>(text: &str) -> Result<T, Diagnostic> {
    serde_yaml::from_str_with_options(text, bounded(1_000_000)).map_err(|error| explain(&error))
}

/// An error about `value`, which [`parse_file`] read from that file and which proved wrong later.
pub fn error_at<T>(source_name: &str, text: &str, value: &Spanned<T>, message: impl Into<String>) -> InvalidFile {
    InvalidFile::new(source_name, text, vec![at(value, message)])
}

/// Limits well above what these files need, and well below what hurts.
fn bounded(nodes: usize) -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_events: nodes,
            max_aliases: 16,
            max_anchors: 16,
            max_depth: 16,
            max_nodes: nodes,
            flow_nesting_limit: 16,
        },
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: 1_000,
            max_replay_stack_depth: 4,
            max_alias_expansions_per_anchor: 16,
        },
        strict_booleans: true,
        with_snippet: false,
    }
}

fn explain(error: &Error) -> Diagnostic {
    let message = error.without_snippet().to_string();
    let code = code(&message);
    let Some(location) = error.location() else { return Diagnostic::new(code, plain(&message)) };
    // The message ends with the place, which is shown below it.
    let place = format!(" at line {}, column {}", location.line(), location.column());
    let message = message.trim_end_matches(&place);
    at_location(&location, plain(message)).code(code).maybe_help(nearest_field(message))
}

/// What the reader's message is about.
fn code(message: &str) -> Code {
    if message.starts_with("unknown field") {
        Code::UnknownField
    } else if message.starts_with("missing field") {
        Code::MissingField
    } else if ["expected ", "invalid ", "unknown variant", "cannot deserialize "]
        .iter()
        .any(|start| message.starts_with(start))
    {
        Code::BadValue
    } else {
        Code::MalformedYaml
    }
}

/// The reader's messages that speak of readers, in the words of those who write files.
fn plain(message: &str) -> &str {
    match message {
        "expected string scalar" => "expected one value, not a list or a map",
        "cannot deserialize null into string; use Option<String>" => "expected a string, not null",
        "expected sequence start" => "expected a list",
        "invalid u8" => "expected an integer, 0 to 255",
        "invalid u32" | "invalid u64" => "expected an integer, 0 or more",
        "invalid i64" => "expected an integer",
        "invalid floating point" => "expected an integer or a float",
        "invalid boolean (strict mode expects true/false)" => "expected a boolean, `true` or `false`",
        "expected mapping start" => "expected a map of fields, each a `name: value`",
        other if other.starts_with("multiple YAML documents") => "expected one YAML document, not several",
        other if other.starts_with("budget breached: Aliases") => "there are more than 16 aliases (`*name`)",
        other if other.starts_with("alias replay limit") => "the aliases (`*name`) stand for too much",
        other if other.starts_with("budget breached") => "there is too much in it",
        other => other.split(", set DuplicateKeyPolicy").next().unwrap_or(other),
    }
}

/// What an unknown field or word may have been meant to be, from a message that names both.
fn nearest_field(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (field, known) = rest.split_once("`, expected ")?;
    let known = known.trim_start_matches("one of ").split(", ").map(|name| name.trim_matches('`'));
    nearest(field, known).map(|near| format!("did you mean `{near}`?"))
}

/// An error at the place of a value.
#[must_use]
pub fn at<T>(value: &Spanned<T>, message: impl Into<String>) -> Diagnostic {
    at_location(&value.defined, message)
}

/// An error at a place.
#[must_use]
pub fn at_location(place: &Location, message: impl Into<String>) -> Diagnostic {
    placed(Diagnostic::new(Code::BadValue, message), place)
}

/// The diagnostic at a place.
#[must_use]
pub fn placed(diagnostic: Diagnostic, place: &Location) -> Diagnostic {
    diagnostic.at(line(place), column(place), length(place))
}

/// The line of a place, counted from 1.
#[must_use]
pub fn line(place: &Location) -> usize {
    usize::try_from(place.line()).unwrap_or(1).max(1)
}

fn column(place: &Location) -> usize {
    usize::try_from(place.column()).unwrap_or(1).max(1)
}

fn length(place: &Location) -> usize {
    usize::try_from(place.span().len()).unwrap_or(1).max(1)
}

/// A YAML scalar, or a list of strings.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar {
    /// Nothing.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// A string.
    String(String),
    /// A list of strings.
    List(Vec<String>),
}

impl Scalar {
    /// The value as a parameter's; none for null.
    #[must_use]
    pub fn to_param(&self) -> Option<ParamValue> {
        match self {
            Self::Null => None,
            Self::Boolean(value) => Some(ParamValue::Boolean(*value)),
            Self::Integer(value) => Some(ParamValue::Integer(*value)),
            Self::Float(value) => Some(ParamValue::Number(*value)),
            Self::String(value) => Some(ParamValue::String(value.clone())),
            Self::List(values) => Some(ParamValue::List(values.clone())),
        }
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string, an integer, a float, a boolean, or a list of strings")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Scalar, E> {
        i64::try_from(value).map(Scalar::Integer).map_err(|_| E::custom(format!("`{value}` is too large")))
    }

    fn visit_i128<E: serde::de::Error>(self, value: i128) -> Result<Scalar, E> {
        i64::try_from(value).map(Scalar::Integer).map_err(|_| E::custom(format!("`{value}` is too large")))
    }

    fn visit_u128<E: serde::de::Error>(self, value: u128) -> Result<Scalar, E> {
        i64::try_from(value).map(Scalar::Integer).map_err(|_| E::custom(format!("`{value}` is too large")))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Scalar, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element::<Scalar>()? {
            match item {
                Scalar::String(text) => list.push(text),
                Scalar::Null | Scalar::Boolean(_) | Scalar::Integer(_) | Scalar::Float(_) | Scalar::List(_) => {
                    return Err(A::Error::custom("a list holds strings only: put the entry in quotes"));
                }
            }
        }
        Ok(Scalar::List(list))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn what_the_reader_says_is_said_in_the_words_of_those_who_write_files() {
        fn error<T: DeserializeOwned>(text: &str) -> String {
            let wrong = parse::<T>(text).map(|_| ()).unwrap_err();
            format!("{}: {}\n", wrong.code, wrong.message)
        }
        let said = [
            error::<f64>("true"),
            error::<f64>("[1]"),
            error::<u32>("-1"),
            error::<u8>("300"),
            error::<i64>("x"),
            error::<bool>("yes"),
            error::<String>("{}"),
            error::<String>("~"),
            error::<Vec<String>>("x"),
            error::<BTreeMap<String, String>>("x"),
            error::<String>("a\n---\nb"),
            error::<BTreeMap<String, String>>("{ a: 1, a: 2 }"),
            error::<Vec<String>>(&format!("[&a x{}]", ", *a".repeat(17))),
            error::<Vec<Vec<String>>>(&format!("[&a [{}]{}]", "x, ".repeat(200), ", *a".repeat(9))),
            error::<Vec<String>>(&format!("[{}]", "x, ".repeat(60_000))),
        ];
        insta::assert_snapshot!(said.concat(), @"
        bad-value: expected an integer or a float
        bad-value: expected one value, not a list or a map
        bad-value: expected an integer, 0 or more
        bad-value: expected an integer, 0 to 255
        bad-value: expected an integer
        bad-value: expected a boolean, `true` or `false`
        bad-value: expected one value, not a list or a map
        bad-value: expected a string, not null
        bad-value: expected a list
        bad-value: expected a map of fields, each a `name: value`
        malformed-yaml: expected one YAML document, not several
        malformed-yaml: duplicate mapping key: a
        malformed-yaml: there are more than 16 aliases (`*name`)
        malformed-yaml: the aliases (`*name`) stand for too much
        malformed-yaml: there is too much in it
        ");
    }
}
