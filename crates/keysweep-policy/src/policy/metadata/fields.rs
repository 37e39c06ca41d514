//! Which fields the metadata have: all that are missing and all that are unknown, in one run.

use std::collections::HashMap;

use keysweep_files::{
    Code, Diagnostic, nearest,
    yaml::{self, at_location},
};
use serde::{Deserialize, de::IgnoredAny};
use serde_yaml::{Location, Spanned};

/// The fields of the metadata, those first that must be there.
pub(super) const FIELDS: [&str; 11] = [
    "id",
    "title",
    "severity",
    "resource",
    "remedy",
    "description",
    "params",
    "frameworks",
    "references",
    "language",
    "enabled",
];
const NEEDED: usize = 5;

/// The fields of a parameter.
pub(super) const PARAM_FIELDS: [&str; 6] = ["type", "default", "min", "max", "one_of", "help"];
const NEEDED_OF_PARAM: usize = 2;

/// How many unknown fields are told of one place.
const MOST: usize = 20;

/// Fields with their places, and whether each has a value.
type Fields = HashMap<Spanned<String>, Option<IgnoredAny>>;

/// The fields of each parameter.
#[derive(Deserialize)]
struct Params {
    #[serde(default)]
    params: HashMap<Spanned<String>, Fields>,
}

/// What is wrong with the fields of the metadata; nothing where they are no fields at all, which is told elsewhere.
pub(super) fn check(text: &str) -> Vec<Diagnostic> {
    let Ok(fields) = yaml::parse::<Fields>(text) else { return Vec::new() };
    let mut wrong = unknown(&fields, &FIELDS);
    let first = fields.keys().map(|field| &field.defined).min_by_key(|place| yaml::line(place));
    wrong.extend(missing(&fields, &FIELDS[..NEEDED], first, "the metadata has"));
    let params = yaml::parse::<Params>(text).map(|parsed| parsed.params).unwrap_or_default();
    for (name, fields) in &params {
        wrong.extend(unknown(fields, &PARAM_FIELDS));
        let whose = format!("the parameter `{}` has", name.value);
        wrong.extend(missing(fields, &PARAM_FIELDS[..NEEDED_OF_PARAM], Some(&name.defined), &whose));
    }
    wrong
}

fn unknown(fields: &Fields, known: &[&'static str]) -> Vec<Diagnostic> {
    let mut unknown: Vec<_> = fields.keys().filter(|field| !known.contains(&field.value.as_str())).collect();
    unknown.sort_by_key(|field| (field.defined.line(), field.defined.column()));
    unknown.truncate(MOST);
    let diagnostic = |field: &Spanned<String>| {
        let message = format!("unknown field `{}`, expected one of {}", field.value, known.join(", "));
        let help = nearest(&field.value, known.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        at_location(&field.defined, message).code(Code::UnknownField).maybe_help(help)
    };
    unknown.into_iter().map(diagnostic).collect()
}

/// Those that are needed and not there, told at `place`, or are there without a value, told where they are.
fn missing(fields: &Fields, needed: &[&str], place: Option<&Location>, whose: &str) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    for name in needed {
        let given = fields.iter().find(|(field, _)| field.value == *name);
        let (message, place) = match given {
            Some((_, Some(_))) => continue,
            Some((field, None)) => (format!("the field `{name}` is empty"), Some(&field.defined)),
            None => (format!("{whose} no field `{name}`"), place),
        };
        let diagnostic = match place {
            Some(place) => at_location(place, message),
            None => Diagnostic::new(Code::MissingField, message),
        };
        wrong.push(diagnostic.code(Code::MissingField));
    }
    wrong
}
