//! The metadata of a policy: YAML in the `//!` comments that begin its file.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    str::FromStr,
};

use keysweep_files::{
    Code, Diagnostic, nearest,
    yaml::{self, Scalar},
};
use keysweep_model::{ParamValue, PolicyId, Remedy, ResourceType, Severity};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;

use super::params::{ParamSpec, ParamType, is_less, show};

/// The version of the policy language that this program reads.
pub const LANGUAGE: u32 = 1;

/// What a policy says of itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Metadata {
    /// The policy's id.
    pub id: PolicyId,
    /// What it demands, in one line.
    pub title: String,
    /// Why, at any length; empty where the policy does not say.
    pub description: String,
    /// How bad a violation is, unless the user says otherwise.
    pub severity: Severity,
    /// The kind of resource that it judges.
    pub resource: ResourceType,
    /// Its parameters by name.
    pub params: BTreeMap<String, ParamSpec>,
    /// The controls that it implements, by the name of the framework.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// What it proposes to do about a violation.
    pub remedy: Remedy,
    /// Where to read more.
    pub references: Vec<String>,
    /// The version of the policy language that it is written in.
    pub language: u32,
    /// Whether it runs where the user does not say.
    pub enabled: bool,
}

/// What a script is checked by: what it is asked about, and the types of its parameters.
pub(crate) struct Interface {
    pub(crate) resource: ResourceType,
    pub(crate) params: BTreeMap<String, ParamType>,
}

impl Interface {
    /// That of a resource and of parameters, by name, whose types have these names; none where one of them is unknown.
    fn of<'a>(resource: Option<ResourceType>, params: impl Iterator<Item = (&'a String, &'a str)>) -> Option<Self> {
        let typed = params.map(|(name, word)| Some((name.clone(), ParamType::named(word)?)));
        Some(Self { resource: resource?, params: typed.collect::<Option<_>>()? })
    }
}

/// Metadata with mistakes in it.
pub(crate) struct Unusable {
    pub(crate) wrong: Vec<Diagnostic>,
    /// None where the mistakes leave it unknown.
    pub(crate) interface: Option<Interface>,
}

impl Metadata {
    /// The metadata of the policy file `text`.
    pub(crate) fn parse(text: &str) -> Result<Self, Unusable> {
        let unusable = |wrong| Unusable { wrong, interface: None };
        let yaml = front_matter(text).map_err(unusable)?;
        let mut wrong = fields::check(&yaml);
        let checked = match yaml::parse::<Raw>(&yaml) {
            Ok(raw) => raw.check(),
            Err(malformed) => {
                let interface = yaml::parse::<Sketch>(&yaml).ok().and_then(|sketch| sketch.interface());
                Err(Unusable { wrong: vec![malformed], interface })
            }
        };
        match checked {
            Ok(metadata) if wrong.is_empty() => Ok(metadata),
            Ok(metadata) => Err(Unusable { interface: Some(metadata.interface()), wrong }),
            Err(unusable) => {
                wrong.extend(unusable.wrong);
                Err(Unusable { wrong, ..unusable })
            }
        }
    }

    pub(crate) fn interface(&self) -> Interface {
        let params = self.params.iter().map(|(name, spec)| (name.clone(), spec.kind)).collect();
        Interface { resource: self.resource, params }
    }
}

/// The metadata's YAML, every character at the line and column that it has in the file, so that YAML's own positions are
/// those of the file: the comment signs become spaces and the lines before them are empty.
fn front_matter(text: &str) -> Result<String, Vec<Diagnostic>> {
    let mut yaml = String::new();
    let mut lines = text.lines().enumerate();
    let mut begun = false;
    for (_, line) in lines.by_ref() {
        match line.strip_prefix("//!") {
            Some(rest) => {
                begun = true;
                yaml.push_str("   ");
                yaml.push_str(rest);
            }
            None if begun => break,
            None if line.trim().is_empty() || line.starts_with("//") => {}
            None => break,
        }
        yaml.push('\n');
    }
    if !begun {
        let help = "begin the file with `//! id: my-policy`, `//! title: ...`, `//! severity: medium`, \
                    `//! resource: access_key` and `//! remedy: none`";
        return Err(vec![Diagnostic::new(Code::NoMetadata, "the policy has no metadata").at(1, 1, 1).help(help)]);
    }
    match lines.find(|(_, line)| line.starts_with("//!")) {
        Some((index, _)) => Err(vec![
            Diagnostic::new(Code::SplitMetadata, "metadata continues below the script")
                .at(index + 1, 1, 3)
                .help("metadata is one block of `//!` lines at the head of the file"),
        ]),
        None => Ok(yaml),
    }
}

/// The metadata at the head of a policy, in lines that begin with `//!`. Which fields there are and which must be there
/// [`fields`] checks, so that one that is missing or unknown hides nothing of the others.
#[derive(Deserialize, JsonSchema)]
#[schemars(title = "Keysweep policy metadata", deny_unknown_fields)]
struct Raw {
    /// The policy's id: 1 to 64 lowercase letters, digits and dashes.
    #[schemars(with = "String")]
    id: Option<Spanned<String>>,
    /// What it demands, in one line.
    #[schemars(with = "String")]
    title: Option<Spanned<String>>,
    /// Why, at any length.
    #[serde(default)]
    description: String,
    /// How bad a violation is.
    #[schemars(with = "String", extend("enum" = Severity::WORDS))]
    severity: Option<Spanned<String>>,
    /// What it judges.
    #[schemars(with = "String", extend("enum" = ResourceType::WORDS))]
    resource: Option<Spanned<String>>,
    /// Its parameters by name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawParam>")]
    params: BTreeMap<String, Spanned<RawParam>>,
    /// The controls that it implements, by the name of the framework.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    frameworks: HashMap<Spanned<String>, Vec<Spanned<String>>>,
    /// What it proposes to do about a violation.
    #[schemars(with = "String", extend("enum" = Remedy::WORDS))]
    remedy: Option<Spanned<String>>,
    /// Where to read more: URLs.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    references: Vec<Spanned<String>>,
    /// The version of the policy language; 1 where it is left out.
    #[schemars(with = "Option<u32>")]
    language: Option<Spanned<u32>>,
    /// Whether it runs where the user does not say; it does where it is left out.
    enabled: Option<bool>,
}

/// A parameter.
#[derive(Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
struct RawParam {
    /// The type of its values.
    #[schemars(with = "String", extend("enum" = ["integer", "float", "string", "boolean", "list"]))]
    r#type: Option<Spanned<String>>,
    /// The value where the user sets none.
    #[schemars(with = "serde_json::Value")]
    default: Option<Spanned<Scalar>>,
    /// The smallest value of an integer or number.
    #[schemars(with = "Option<f64>")]
    min: Option<Spanned<Scalar>>,
    /// The largest value of an integer or number.
    #[schemars(with = "Option<f64>")]
    max: Option<Spanned<Scalar>>,
    /// The only values.
    #[schemars(with = "Option<Vec<serde_json::Value>>")]
    one_of: Option<Vec<Spanned<Scalar>>>,
    /// What it is for.
    #[serde(default)]
    help: String,
}

/// What a script is checked by, of metadata that have a field too many or too few.
#[derive(Deserialize)]
struct Sketch {
    resource: String,
    #[serde(default)]
    params: BTreeMap<String, SketchParam>,
}

#[derive(Deserialize)]
struct SketchParam {
    r#type: String,
}

impl Sketch {
    fn interface(&self) -> Option<Interface> {
        let types = self.params.iter().map(|(name, param)| (name, param.r#type.as_str()));
        Interface::of(self.resource.parse().ok(), types)
    }
}

/// The JSON Schema of the metadata.
pub(crate) fn schema() -> serde_json::Value {
    schemars::schema_for!(Raw).into()
}

impl Raw {
    fn check(self) -> Result<Metadata, Unusable> {
        let mut wrong = Vec::new();
        let id = word(self.id.as_ref(), &[], &mut wrong);
        let severity = word(self.severity.as_ref(), Severity::WORDS, &mut wrong);
        let resource = word(self.resource.as_ref(), ResourceType::WORDS, &mut wrong);
        let remedy = word(self.remedy.as_ref(), Remedy::WORDS, &mut wrong);
        if let Some(empty) = self.title.as_ref().filter(|title| title.value.trim().is_empty()) {
            wrong.push(yaml::at(empty, "the title is empty"));
        }
        let language = self.language.as_ref().map_or(LANGUAGE, |language| language.value);
        if let Some(version) = self.language.as_ref().filter(|version| version.value != LANGUAGE) {
            let message = format!("the policy is written in version {language} of the policy language");
            wrong.push(
                yaml::at(version, message)
                    .code(Code::UnsupportedLanguage)
                    .help(format!("this program reads version {LANGUAGE}")),
            );
        }
        let frameworks = frameworks(self.frameworks, &mut wrong);
        let references = references(self.references, &mut wrong);
        let typed = |raw: &RawParam| raw.r#type.as_ref().map_or_else(String::new, |kind| kind.value.clone());
        let types: Vec<_> = self.params.iter().map(|(name, raw)| (name, typed(&raw.value))).collect();
        let types = types.iter().map(|(name, kind)| (*name, kind.as_str()));
        let interface = Interface::of(resource, types);
        let mut params = BTreeMap::new();
        for (name, raw) in self.params {
            params.extend(raw.value.check(&name, &raw.defined, &mut wrong).map(|spec| (name, spec)));
        }
        match (id, self.title, severity, resource, remedy) {
            (Some(id), Some(title), Some(severity), Some(resource), Some(remedy)) if wrong.is_empty() => Ok(Metadata {
                id,
                title: title.value.trim().to_owned(),
                description: self.description.trim().to_owned(),
                severity,
                resource,
                params,
                frameworks,
                remedy,
                references,
                language,
                enabled: self.enabled.unwrap_or(true),
            }),
            _ => Err(Unusable { wrong, interface }),
        }
    }
}

/// The controls by framework. Names are keyed by version, so that a control's id is never ambiguous.
fn frameworks(
    given: HashMap<Spanned<String>, Vec<Spanned<String>>>,
    wrong: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Vec<String>> {
    let mut frameworks = BTreeMap::new();
    for (name, controls) in given {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if name.value.is_empty() || !name.value.bytes().all(fits) {
            let message = format!("`{}` is not the name of a framework", name.value);
            let help = "a name has lowercase letters, digits, dashes and dots, with the version: `cis-aws-7.0`";
            wrong.push(yaml::at(&name, message).help(help));
        }
        if let Some(empty) = controls.iter().find(|control| control.value.trim().is_empty()) {
            wrong.push(yaml::at(empty, "the id of a control is empty"));
        }
        if controls.is_empty() {
            wrong.push(yaml::at(&name, format!("`{}` names no control", name.value)).help("remove it"));
        }
        frameworks.insert(name.value, controls.into_iter().map(|control| control.value).collect());
    }
    frameworks
}

fn references(given: Vec<Spanned<String>>, wrong: &mut Vec<Diagnostic>) -> Vec<String> {
    for url in &given {
        let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
        if !rest.is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace)) {
            let message = format!("`{}` is not a URL", url.value);
            wrong.push(yaml::at(url, message).help("write it in full: `https://docs.aws.amazon.com/...`"));
        }
    }
    given.into_iter().map(|url| url.value).collect()
}

/// The value that a string stands for, or an error that names the nearest of `words`; none where it is missing.
fn word<T: FromStr<Err: fmt::Display>>(
    text: Option<&Spanned<String>>,
    words: &[&'static str],
    wrong: &mut Vec<Diagnostic>,
) -> Option<T> {
    let text = text?;
    text.value
        .parse()
        .map_err(|error: T::Err| {
            let help = nearest(&text.value, words.iter().copied()).map(|near| format!("did you mean `{near}`?"));
            wrong.push(yaml::at(text, error.to_string()).maybe_help(help));
        })
        .ok()
}

impl RawParam {
    fn check(self, name: &str, place: &serde_yaml::Location, wrong: &mut Vec<Diagnostic>) -> Option<ParamSpec> {
        let before = wrong.len();
        if !is_identifier(name) {
            let message = format!("`{name}` is not a name that a script can use");
            let help = "a parameter's name has lowercase letters, digits and `_`, such as `max_age_days`";
            wrong.push(yaml::at_location(place, message).code(Code::BadParameter).help(help));
        }
        let given = self.r#type.as_ref()?;
        let Some(kind) = ParamType::named(&given.value) else {
            let words = ParamType::ALL.map(ParamType::as_str);
            let message = format!("`{}` is not a type of parameter: use one of {}", given.value, words.join(", "));
            let help = nearest(&given.value, words).map(|near| format!("did you mean `{near}`?"));
            wrong.push(yaml::at(given, message).maybe_help(help));
            return None;
        };
        let default = self.default.as_ref().and_then(|default| typed(kind, "default", default, wrong));
        let min = self.min.as_ref().and_then(|min| bound(kind, "min", min, wrong));
        let max = self.max.as_ref().and_then(|max| bound(kind, "max", max, wrong));
        let one_of = match (kind, &self.one_of) {
            (_, None) => Vec::new(),
            (ParamType::Integer | ParamType::Float | ParamType::String, Some(values)) => {
                values.iter().filter_map(|value| typed(kind, "one_of", value, wrong)).collect()
            }
            (ParamType::Boolean | ParamType::List, Some(_)) => {
                wrong.push(
                    yaml::at_location(place, format!("a {} parameter takes no `one_of`", kind.as_str()))
                        .code(Code::BadParameter),
                );
                Vec::new()
            }
        };
        if let (Some(low), Some(high)) = (&min, &max)
            && is_less(high, low)
        {
            wrong.push(
                yaml::at_location(place, format!("`min` {} is above `max` {}", show(low), show(high)))
                    .code(Code::BadParameter),
            );
        }
        let spec = ParamSpec { kind, default: default?, min, max, one_of, help: self.help };
        if wrong.len() == before
            && let (Some(given), Err(problem)) = (&self.default, spec.accept(&spec.default))
        {
            wrong.push(yaml::at(given, format!("the default of `{name}` {problem}")).code(Code::BadParameter));
        }
        (wrong.len() == before).then_some(spec)
    }
}

fn bound(kind: ParamType, field: &str, value: &Spanned<Scalar>, wrong: &mut Vec<Diagnostic>) -> Option<ParamValue> {
    match kind {
        ParamType::Integer | ParamType::Float => typed(kind, field, value, wrong),
        ParamType::String | ParamType::Boolean | ParamType::List => {
            wrong.push(
                yaml::at(value, format!("a {} parameter takes no `{field}`", kind.as_str())).code(Code::BadParameter),
            );
            None
        }
    }
}

fn typed(kind: ParamType, field: &str, value: &Spanned<Scalar>, wrong: &mut Vec<Diagnostic>) -> Option<ParamValue> {
    let given = value.value.to_param();
    let typed = given.as_ref().and_then(|given| kind.convert(given));
    if typed.is_none() {
        let shown = given.as_ref().map_or_else(|| "null".to_owned(), show);
        wrong.push(yaml::at(value, format!("`{field}` must be of type {}, not {shown}", kind.as_str())));
    }
    typed
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && name.len() <= 64
}

mod fields;
#[cfg(test)]
mod tests;
