//! What a case expects, and whether it came.

use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};

use keysweep_files::{
    Diagnostic, did_you_mean,
    yaml::{self, Scalar},
};
use keysweep_model::{Evidence, EvidenceValue, Facet, FacetSet, Severity, Status, UnknownWord, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_yaml::Spanned;

use crate::{Evaluation, Outcome, OverrideError, Policy, objects::Object};

/// What a policy must say, as written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Expect")]
pub(super) struct RawExpected {
    /// The result: `pass`, `fail`, `exempt`, `unknown` or `error`.
    #[schemars(with = "String")]
    status: Spanned<String>,
    /// What the message, the note, the reason or the error must contain; `*` stands for anything in between.
    message: Option<String>,
    /// The severity of the fail.
    #[schemars(with = "Option<String>")]
    severity: Option<Spanned<String>>,
    /// Facts that the evidence must have, with their values.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    evidence: BTreeMap<String, Spanned<Scalar>>,
    /// The facets that the policy may touch: it must touch no others.
    #[schemars(with = "Option<Vec<String>>")]
    reads: Option<Vec<Spanned<String>>>,
}

/// In what a policy differs from what a case expects, or why the case cannot be judged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CaseError {
    /// The policy does not take the parameters that the case gives.
    #[error(transparent)]
    Params(#[from] OverrideError),
    /// The policy reads a fact that the case does not give.
    #[error("the policy reads `{fact}`, which the case does not give: {hint}")]
    NotGiven {
        /// The name that scripts use.
        fact: String,
        /// What to give.
        hint: String,
    },
    /// It is another result.
    #[error("expected {expected}, got {status}{}", quoted(.message))]
    Status {
        /// The expected one.
        expected: Status,
        /// That of the policy.
        status: Status,
        /// What the policy says; may be empty.
        message: String,
    },
    /// The message lacks a part.
    #[error("expected {status} with a message that has `{part}`, got{}", quoted(.message))]
    Message {
        /// The result, which is as expected.
        status: Status,
        /// The part.
        part: String,
        /// The message; may be empty.
        message: String,
    },
    /// It is another severity.
    #[error("expected the severity {expected}, got {severity}")]
    Severity {
        /// The expected one.
        expected: Severity,
        /// That of the policy.
        severity: Severity,
    },
    /// The evidence lacks a fact, or has another value for it.
    #[error("expected the evidence `{name}: {expected}`, got {found}")]
    Evidence {
        /// The name of the fact.
        name: String,
        /// The expected value.
        expected: String,
        /// What was found in its place.
        found: String,
    },
    /// The policy touches facets that it should not.
    #[error("the policy touches {facets}, which `reads` does not name")]
    Reads {
        /// Their names.
        facets: String,
    },
}

/// What a policy must say.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Expected {
    status: Status,
    message: Option<String>,
    severity: Option<Severity>,
    evidence: BTreeMap<String, Scalar>,
    reads: Option<FacetSet>,
}

impl RawExpected {
    pub(super) fn check(self) -> Result<Expected, Diagnostic> {
        let status: Status = word(&self.status)?;
        let severity = self.severity.as_ref().map(|severity| {
            if status != Status::Fail {
                return Err(yaml::at(severity, format!("only a fail has a severity, and this case expects {status}")));
            }
            word(severity)
        });
        let reads = self.reads.as_deref().map(facets).transpose()?;
        let evidence = self.evidence.into_iter().map(|(name, value)| (name, value.value)).collect();
        Ok(Expected { status, message: self.message, severity: severity.transpose()?, evidence, reads })
    }
}

/// One of a closed set of words.
fn word<T: FromStr<Err = UnknownWord>>(word: &Spanned<String>) -> Result<T, Diagnostic> {
    word.value.parse().map_err(|error: UnknownWord| yaml::at(word, error.to_string()))
}

/// The facets of these names.
pub(super) fn facets(names: &[Spanned<String>]) -> Result<FacetSet, Diagnostic> {
    names.iter().try_fold(FacetSet::default(), |set, name| {
        let facet = Facet::ALL.iter().find(|facet| facet.as_str() == name.value);
        facet.map(|facet| set.with(*facet)).ok_or_else(|| {
            let help = did_you_mean(&name.value, "there are", Facet::ALL.iter().map(|facet| facet.as_str()));
            yaml::at(name, format!("there is no facet `{}`", name.value)).maybe_help(help)
        })
    })
}

/// What a policy said.
struct Said {
    status: Status,
    message: String,
    /// The severity of a fail, and what it adds to the evidence.
    fail: Option<(Severity, Evidence)>,
}

impl Expected {
    /// Compares the evaluation of a case with what it expects. What had to be `assumed` must not decide.
    ///
    /// # Errors
    /// In what it differs.
    pub(super) fn compare(
        &self,
        policy: &Policy,
        evaluation: &Evaluation,
        assumed: &BTreeSet<String>,
    ) -> Result<(), CaseError> {
        if let Some(name) = evaluation.evidence.keys().find(|name| assumed.contains(*name)) {
            return Err(not_given(policy, name));
        }
        let said = said(policy, evaluation)?;
        let Self { status, message, severity, evidence, reads } = self;
        if said.status != *status {
            return Err(CaseError::Status { expected: *status, status: said.status, message: said.message });
        }
        if let Some(part) = message.as_ref().filter(|part| !has_parts(&said.message, part)) {
            return Err(CaseError::Message { status: *status, part: part.clone(), message: said.message });
        }
        let (came, added) = said.fail.unzip();
        if let (Some(wanted), Some(came)) = (severity, came)
            && *wanted != came
        {
            return Err(CaseError::Severity { expected: *wanted, severity: came });
        }
        for (name, wanted) in evidence {
            let found = added.as_ref().and_then(|added| added.get(name)).or(evaluation.evidence.get(name));
            compare_evidence(name, wanted, found)?;
        }
        let touched = evaluation.reads;
        match reads.map(|reads| touched.difference(reads)) {
            Some(others) if !others.is_empty() => {
                let others: Vec<String> = others.iter().map(|facet| format!("`{facet}`")).collect();
                Err(CaseError::Reads { facets: others.join(", ") })
            }
            Some(_) | None => Ok(()),
        }
    }
}

fn said(policy: &Policy, evaluation: &Evaluation) -> Result<Said, CaseError> {
    let plain = |status, message: String| Said { status, message, fail: None };
    Ok(match &evaluation.outcome {
        Outcome::Verdict(Verdict::Pass { note }) => plain(Status::Pass, note.clone().unwrap_or_default()),
        Outcome::Verdict(Verdict::Fail { message, severity, evidence }) => Said {
            status: Status::Fail,
            message: message.clone(),
            fail: Some((severity.unwrap_or(policy.metadata().severity), evidence.clone())),
        },
        Outcome::Verdict(Verdict::Exempt { reason, .. }) => plain(Status::Exempt, reason.clone()),
        Outcome::Unknown(why) => plain(Status::Unknown, why.to_string()),
        Outcome::Error(error) => plain(Status::Error, error.to_string()),
        Outcome::Needs { fact, .. } => return Err(not_given(policy, fact)),
    })
}

fn not_given(policy: &Policy, fact: &str) -> CaseError {
    let hint = hint(Object::judged(policy.metadata().resource), fact);
    CaseError::NotGiven { fact: fact.to_owned(), hint }
}

/// What to give, so that a policy that judges `judged` can read the fact that it calls `name`.
fn hint(judged: Object, name: &str) -> String {
    let reached = name.split_once('.').and_then(|(word, property)| {
        let object = Object::ALL.into_iter().find(|object| object.name() == word)?;
        Some((object, property))
    });
    let (object, property) = reached.unwrap_or((judged, name));
    object.hint(property.trim_end_matches(".len").split('(').next().unwrap_or_default())
}

/// Whether the text has the parts between the stars of a pattern, in their order.
fn has_parts(text: &str, pattern: &str) -> bool {
    let rest = pattern.split('*').try_fold(text, |rest, part| rest.split_once(part).map(|(_, rest)| rest));
    rest.is_some()
}

fn compare_evidence(name: &str, wanted: &Scalar, found: Option<&EvidenceValue>) -> Result<(), CaseError> {
    let (expected, found) = (shown_scalar(wanted), found.map(shown));
    if found.as_ref() == Some(&expected) {
        return Ok(());
    }
    let found = found.map_or("none of that name".to_owned(), |found| format!("`{found}`"));
    Err(CaseError::Evidence { name: name.to_owned(), expected, found })
}

/// A value as a case writes it.
fn shown_scalar(value: &Scalar) -> String {
    match value {
        Scalar::Null => "null".to_owned(),
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::Float(value) => value.to_string(),
        Scalar::String(value) => value.clone(),
        Scalar::List(values) => format!("[{}]", values.join(", ")),
    }
}

fn shown(value: &EvidenceValue) -> String {
    match value {
        EvidenceValue::Boolean(value) => value.to_string(),
        EvidenceValue::Integer(value) => value.to_string(),
        EvidenceValue::Number(value) => value.to_string(),
        EvidenceValue::Text(value) => value.clone(),
        EvidenceValue::List(values) => format!("[{}]", values.join(", ")),
        EvidenceValue::Time(value) => value.to_string(),
        EvidenceValue::Unreadable(why) => format!("unreadable: {why}"),
    }
}

fn quoted(message: &str) -> String {
    if message.is_empty() { ", without a message".to_owned() } else { format!(": \"{message}\"") }
}
