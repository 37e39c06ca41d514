//! Cases as they are written, and the JSON Schema of them.

use std::{collections::BTreeMap, fmt};

use keysweep_files::{
    Code, Diagnostic, did_you_mean,
    yaml::{self, Scalar},
};
use keysweep_model::ResourceType;
use schemars::SchemaGenerator;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value, json};
use serde_yaml::{Location, Spanned};

use super::{
    expect::RawExpected,
    object::{Given, Objects},
};
use crate::objects::{Field, Object, give::How};

/// A case: a resource as it might be, and what a policy must say of it.
pub(super) struct RawCase {
    pub(super) name: Spanned<String>,
    /// The objects that it gives by their names, each with its place.
    pub(super) objects: BTreeMap<&'static str, (Location, Vec<Given>)>,
    /// The facets that could not be read.
    pub(super) unreadable: Vec<Spanned<String>>,
    /// The parameters that differ from their defaults.
    pub(super) params: BTreeMap<String, Spanned<Scalar>>,
    /// The judged time.
    pub(super) as_of: Option<Spanned<String>>,
    pub(super) expect: RawExpected,
    /// The fields that a case does not have.
    pub(super) wrong: Vec<Diagnostic>,
}

/// The name under which a case gives the other access keys of the user whose access key is judged.
pub(super) const OTHERS: &str = "other_access_keys";

/// The fields of a case beside its objects, each with what it means.
const FIELDS: [(&str, &str); 5] = [
    ("name", "What the case shows, in a sentence."),
    ("unreadable", "The facets that could not be read."),
    ("params", "The parameters that differ from their defaults."),
    ("as_of", "The judged time in UTC; 2026-01-01T00:00:00Z where it does not matter."),
    ("expect", "What the policy must say."),
];

/// The fields of former times, each with the name that it has now.
const FORMER: [(&str, &str); 2] = [("key", "access_key"), ("other_keys", OTHERS)];

impl<'de> Deserialize<'de> for RawCase {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(CaseVisitor)
    }
}

struct CaseVisitor;

impl<'de> Visitor<'de> for CaseVisitor {
    type Value = RawCase;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a case")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<RawCase, A::Error> {
        let (mut name, mut expect, mut as_of) = (None, None, None);
        let (mut unreadable, mut params) = (Vec::new(), BTreeMap::new());
        let (mut objects, mut wrong) = (BTreeMap::new(), Vec::new());
        while let Some(field) = fields.next_key::<Spanned<String>>()? {
            let kind = ResourceType::ALL.iter().find(|kind| kind.as_str() == field.value);
            match (field.value.as_str(), kind) {
                ("name", _) => name = Some(fields.next_value()?),
                ("unreadable", _) => unreadable = fields.next_value()?,
                ("params", _) => params = fields.next_value()?,
                ("as_of", _) => as_of = fields.next_value()?,
                ("expect", _) => expect = Some(fields.next_value()?),
                (OTHERS, _) => {
                    if let Some(others) = fields.next_value_seed(Objects::List(Object::AccessKey))? {
                        objects.insert(OTHERS, (field.defined, others));
                    }
                }
                (_, Some(kind)) => {
                    if let Some(object) = fields.next_value_seed(Objects::One(Object::judged(*kind)))? {
                        objects.insert(kind.as_str(), (field.defined, object));
                    }
                }
                (_, None) => {
                    fields.next_value::<IgnoredAny>()?;
                    wrong.push(unknown(&field));
                }
            }
        }
        let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
        let expect = expect.ok_or_else(|| A::Error::missing_field("expect"))?;
        Ok(RawCase { name, objects, unreadable, params, as_of, expect, wrong })
    }
}

fn unknown(field: &Spanned<String>) -> Diagnostic {
    let name = &field.value;
    if let Some((_, now)) = FORMER.iter().find(|(former, _)| former == name) {
        return yaml::at(field, format!("`{name}` is now called `{now}`")).code(Code::UnknownField);
    }
    let names = ResourceType::WORDS.iter().copied().chain([OTHERS]).chain(FIELDS.map(|(name, _)| name));
    let help = did_you_mean(name, "it has", names);
    yaml::at(field, format!("a case has no `{name}`")).code(Code::UnknownField).maybe_help(help)
}

/// The JSON Schema of a file of cases.
pub(super) fn schema() -> Value {
    let mut generator = SchemaGenerator::default();
    let expect = generator.subschema_for::<RawExpected>();
    let mut definitions = generator.take_definitions(true);
    let objects = Object::ALL.into_iter().filter(|object| *object != Object::Account);
    definitions.extend(objects.map(|object| (object.given_as().to_owned(), object_schema(object))));
    let mut fields: Map<String, Value> = ResourceType::ALL
        .iter()
        .map(|kind| {
            let meaning = format!("{}: what is judged, or what that belongs to.", sentence(kind.phrase()));
            (kind.as_str().to_owned(), described(one(Object::judged(*kind)), &meaning))
        })
        .collect();
    fields.insert(OTHERS.to_owned(), described(list(one(Object::AccessKey)), "The user's other access keys."));
    let types = [
        json!({ "type": "string" }),
        list(json!({ "type": "string" })),
        json!({ "type": "object", "additionalProperties": true }),
        json!({ "type": ["string", "null"] }),
        expect.into(),
    ];
    fields.extend(FIELDS.into_iter().zip(types).map(|((name, doc), of)| (name.to_owned(), described(of, doc))));
    definitions.insert("Case".to_owned(), object(fields, &["name", "expect"]));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cases of a policy",
        "type": "array",
        "items": { "$ref": "#/$defs/Case" },
        "$defs": definitions,
    })
}

/// The schema of an object as a case gives it, made from its table.
fn object_schema(of: Object) -> Value {
    let field = |field: Field| {
        let (schema, more) = match field.how {
            How::Not => (json!(false), ""),
            How::Boolean(_) => (json!({ "type": ["boolean", "null"] }), ""),
            How::Integer(_) => (json!({ "type": ["integer", "null"], "minimum": 0 }), ""),
            How::String(_) => (json!({ "type": ["string", "null"] }), ""),
            How::Strings(_) => (list(json!({ "type": "string" })), ""),
            How::Tags(_) => {
                (json!({ "type": ["object", "null"], "additionalProperties": { "type": "string" } }), "; `{}` for none")
            }
            How::Days(_) | How::Span(..) => (json!({ "type": ["number", "null"] }), "; fractions are allowed"),
            How::Object(of, _) => (one(of), ""),
            How::Objects(of, _) => (list(one(of)), ""),
        };
        (field.name.to_owned(), described(schema, &format!("{}{more}.", sentence(field.doc))))
    };
    object(of.fields().map(field).collect(), &[])
}

fn object(fields: Map<String, Value>, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": fields, "required": required, "additionalProperties": false })
}

fn one(object: Object) -> Value {
    json!({ "anyOf": [{ "$ref": format!("#/$defs/{}", object.given_as()) }, { "type": "null" }] })
}

fn list(items: Value) -> Value {
    json!({ "type": ["array", "null"], "items": items })
}

fn described(mut schema: Value, meaning: &str) -> Value {
    schema["description"] = json!(meaning);
    schema
}

/// The words as a sentence begins.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
