//! The YAML of cases.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keysweep_files::{Code, Diagnostic, yaml};
use keysweep_model::{ParamValue, Resource, ResourceType};
use serde_yaml::Spanned;

use super::{expect::Expected, given, raw::RawCase};

/// A resource as it might be, and what a policy must say of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the case shows, in a sentence.
    pub name: String,
    /// The line on which the case begins, counted from 1.
    pub line: usize,
    /// What the policy must say.
    pub(super) expect: Expected,
    /// The parameters that differ from their defaults.
    pub(super) params: BTreeMap<String, ParamValue>,
    /// What is judged.
    pub(super) resource: Resource,
    /// The properties, by their names in evidence, that the case does not give and that had to be assumed.
    pub(super) assumed: BTreeSet<String>,
    /// The judged time.
    pub(super) as_of: Timestamp,
}

/// The judged time where a case gives none: 2026-01-01T00:00:00Z.
const AS_OF: Timestamp = Timestamp::constant(1_767_225_600, 0);

pub(super) fn parse(text: &str, kind: ResourceType) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let raw: Vec<Spanned<RawCase>> = yaml::parse_long(text).map_err(|wrong| vec![wrong])?;
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut cases = Vec::new();
    for case in raw {
        if !names.insert(case.value.name.value.clone()) {
            wrong.push(yaml::at(&case.value.name, "another case has this name"));
        }
        match case.value.check(yaml::line(&case.defined), kind) {
            Ok(case) => cases.push(case),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if cases.is_empty() && wrong.is_empty() {
        wrong.push(Diagnostic::new(Code::MissingField, "the file has no case"));
    }
    if wrong.is_empty() { Ok(cases) } else { Err(wrong) }
}

impl RawCase {
    fn check(mut self, line: usize, kind: ResourceType) -> Result<Case, Diagnostic> {
        let as_of = match &self.as_of {
            None => AS_OF,
            Some(text) => text.value.parse().map_err(|_| {
                yaml::at(text, format!("`{}` is not a time in UTC, such as `2026-03-01T00:00:00Z`", text.value))
            })?,
        };
        let mut params = BTreeMap::new();
        for (name, value) in &self.params {
            let typed = value.value.to_param().ok_or_else(|| yaml::at(value, format!("`{name}` has no value")))?;
            params.insert(name.clone(), typed);
        }
        let (resource, assumed) = given::resource(&mut self, kind, as_of)?;
        let expect = self.expect.check()?;
        Ok(Case { name: self.name.value, line, expect, params, resource, assumed, as_of })
    }
}
