//! What a policy says of itself and of a resource, and the evidence for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{PolicyId, ResourceType, word::words};

words! {
    /// How bad a violation is. The words are those of the AWS Security Finding Format, `info` for its
    /// INFORMATIONAL. Source: docs.aws.amazon.com/securityhub/latest/userguide/asff-required-attributes.html
    Severity, "severity", {
        /// Worth knowing; never breaks a build unless asked to.
        Info = "info",
        /// To be fixed when convenient.
        Low = "low",
        /// To be fixed soon.
        Medium = "medium",
        /// To be fixed first.
        High = "high",
        /// To be fixed now.
        Critical = "critical",
    }
}

words! {
    /// What a policy proposes to do about a violation. Nothing is done without an approved plan.
    Remedy, "remedy", {
        /// Nothing that Keysweep could do.
        None = "none",
        /// Tell the owner.
        Notify = "notify",
        /// Replace the key by a new one, in stages.
        Rotate = "rotate",
        /// Make the key inactive, which can be undone.
        Deactivate = "deactivate",
        /// Delete the key, after it has been inactive.
        Delete = "delete",
    }
}

/// What a policy says of one resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Nothing to report.
    Pass {
        /// Why, where the policy says.
        note: Option<String>,
    },
    /// A violation.
    Fail {
        /// What is wrong, in a sentence for the reader of the finding.
        message: String,
        /// How bad this one is, where it differs from the policy's severity.
        severity: Option<Severity>,
        /// What the policy adds to the facts that it looked at.
        evidence: Evidence,
    },
    /// It would be a violation, but this resource is exempted.
    Exempt {
        /// Why it is exempted.
        reason: String,
        /// Until when; none for good.
        until: Option<Timestamp>,
    },
}

/// The value of a policy's parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A text.
    String(String),
    /// True or false.
    Boolean(bool),
    /// A list of texts.
    List(Vec<String>),
}

/// The facts that a policy looked at, by the names that it used, such as `age_days` or `user.tag(owner)`.
pub type Evidence = BTreeMap<String, EvidenceValue>;

/// One fact as evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum EvidenceValue {
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    #[serde(with = "bits")]
    Number(f64),
    /// A text.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
    /// A point in time.
    Time(Timestamp),
    /// It could not be read; the reason.
    Unreadable(String),
}

/// What the readers of a result need to know about a policy that ran.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicySummary {
    /// The policy's id.
    pub id: PolicyId,
    /// What it demands, in one line.
    pub title: String,
    /// The severity of its findings.
    pub severity: Severity,
    /// The kind of resource that it judges.
    pub resource: ResourceType,
    /// What it proposes.
    pub remedy: Remedy,
    /// The parameters that it ran with.
    pub params: BTreeMap<String, ParamValue>,
    /// The controls that it implements, by the name of the framework.
    pub frameworks: BTreeMap<String, Vec<String>>,
    /// Where it came from: `shipped`, or the path of its file as the user named it.
    pub source: String,
    /// A digest of its script and of the libraries that it imports, comments aside: another one may judge otherwise.
    pub script_digest: String,
}

/// Keeps a float by its bits: JSON has no infinity, and not every reader of it gives the last digit back.
mod bits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
        number.to_bits().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
        u64::deserialize(deserializer).map(f64::from_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_values_agree_and_others_are_refused() {
        for severity in Severity::ALL {
            assert_eq!(severity.as_str().parse(), Ok(*severity));
        }
        assert!(Severity::Critical > Severity::High && Severity::Low > Severity::Info);
        insta::assert_snapshot!("urgent".parse::<Severity>().unwrap_err(), @"`urgent` is not a severity: use one of info, low, medium, high, critical");
    }
}
