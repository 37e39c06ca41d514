//! What documents of several kinds have in common.

use std::collections::BTreeMap;

use jiff::Timestamp;
use keysweep_model::{ParamValue, PolicySummary, Severity};
use serde::{Serialize, Serializer};

/// The time without what is finer than a millisecond.
pub(crate) fn to_millisecond(time: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(time.as_millisecond()).unwrap_or(time)
}

/// Counts by severity, worst first. Every severity is there.
pub(crate) struct BySeverity<'a>(pub(crate) &'a BTreeMap<Severity, u64>);

impl Serialize for BySeverity<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let worst_first = Severity::ALL.iter().rev();
        out.collect_map(worst_first.map(|severity| (severity.as_str(), self.0.get(severity).copied().unwrap_or(0))))
    }
}

/// A policy.
#[derive(Serialize)]
pub(crate) struct Policy<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'static str,
    resource: &'static str,
    remedy: &'static str,
    params: BTreeMap<&'a str, Param<'a>>,
    frameworks: &'a BTreeMap<String, Vec<String>>,
    source: &'a str,
}

impl<'a> Policy<'a> {
    pub(crate) fn new(policy: &'a PolicySummary) -> Self {
        Self {
            id: policy.id.as_str(),
            title: &policy.title,
            severity: policy.severity.as_str(),
            resource: policy.resource.as_str(),
            remedy: policy.remedy.as_str(),
            params: policy.params.iter().map(|(name, value)| (name.as_str(), Param::new(value))).collect(),
            frameworks: &policy.frameworks,
            source: &policy.source,
        }
    }
}

/// The value of a parameter.
#[derive(Serialize)]
#[serde(untagged)]
enum Param<'a> {
    Integer(i64),
    Number(f64),
    String(&'a str),
    Boolean(bool),
    List(&'a [String]),
}

impl<'a> Param<'a> {
    fn new(value: &'a ParamValue) -> Self {
        match value {
            ParamValue::Integer(value) => Self::Integer(*value),
            ParamValue::Number(value) => Self::Number(*value),
            ParamValue::String(value) => Self::String(value),
            ParamValue::Boolean(value) => Self::Boolean(*value),
            ParamValue::List(values) => Self::List(values),
        }
    }
}
