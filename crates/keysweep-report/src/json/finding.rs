//! One finding of the document.

use jiff::Timestamp;
use keysweep_model::{ChangeKind, Evidence, EvidenceValue, Exempted, Finding};
use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeSeq},
};

use crate::{Findings, parts::to_millisecond};

/// Writes the findings one at a time.
pub(super) fn each<S: Serializer>(findings: &Findings, out: S) -> Result<S::Ok, S::Error> {
    let mut out = out.serialize_seq(None)?;
    for finding in findings.iter() {
        let (_, finding) = finding.map_err(S::Error::custom)?;
        out.serialize_element(&Document::new(&finding))?;
    }
    out.end()
}

#[derive(Serialize)]
struct Document<'a> {
    id: &'a str,
    policy: &'a str,
    status: &'static str,
    severity: &'static str,
    account_id: String,
    account_name: &'a str,
    ou_path: Option<&'a str>,
    resource_type: &'static str,
    resource_arn: &'a str,
    resource_id: Option<&'a str>,
    user_name: Option<&'a str>,
    access_key_id: Option<&'a str>,
    message: &'a str,
    #[serde(serialize_with = "each_fact")]
    evidence: &'a Evidence,
    remedy: &'static str,
    exemption: Option<Exemption<'a>>,
    first_seen_at: Option<Timestamp>,
    change: Option<&'static str>,
}

impl<'a> Document<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            id: finding.id.as_str(),
            policy: finding.policy.as_str(),
            status: finding.status.as_str(),
            severity: finding.severity.as_str(),
            account_id: finding.account_id.to_string(),
            account_name: &finding.account_name,
            ou_path: finding.ou_path.as_deref(),
            resource_type: finding.resource_type.as_str(),
            resource_arn: &finding.resource_arn,
            resource_id: finding.resource_id.as_deref(),
            user_name: finding.user_name.as_ref().map(|name| name.as_str()),
            access_key_id: finding.access_key_id(),
            message: &finding.message,
            evidence: &finding.evidence,
            remedy: finding.remedy.as_str(),
            exemption: finding.exemption.as_ref().map(Exemption::new),
            first_seen_at: finding.seen.map(|seen| to_millisecond(seen.first_seen_at)),
            change: finding.seen.map(|seen| seen.change.map_or("unchanged", ChangeKind::as_str)),
        }
    }
}

/// The exemption of the resource.
#[derive(Serialize)]
struct Exemption<'a> {
    by: &'static str,
    id: Option<&'a str>,
    until: Option<Timestamp>,
}

impl<'a> Exemption<'a> {
    fn new(exempted: &'a Exempted) -> Self {
        match exempted {
            Exempted::Policy { until } => Self { by: "policy", id: None, until: *until },
            Exempted::Register { id, until } => Self { by: "register", id: Some(id.as_str()), until: Some(*until) },
        }
    }
}

fn each_fact<S: Serializer>(evidence: &Evidence, out: S) -> Result<S::Ok, S::Error> {
    out.collect_map(evidence.iter().map(|(name, value)| (name, Fact::new(value))))
}

#[derive(Serialize)]
#[serde(untagged)]
enum Fact<'a> {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(&'a str),
    List(&'a [String]),
    Time(Timestamp),
    Unreadable { unreadable: &'a str },
}

impl<'a> Fact<'a> {
    fn new(value: &'a EvidenceValue) -> Self {
        match value {
            EvidenceValue::Boolean(value) => Self::Boolean(*value),
            EvidenceValue::Integer(value) => Self::Integer(*value),
            EvidenceValue::Number(value) => Self::Number(*value),
            EvidenceValue::Text(value) => Self::Text(value),
            EvidenceValue::List(values) => Self::List(values),
            EvidenceValue::Time(value) => Self::Time(*value),
            EvidenceValue::Unreadable(reason) => Self::Unreadable { unreadable: reason },
        }
    }
}
