//! The YAML of cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use jiff::Timestamp;
use keysweep_model::{ParamValue, User};
use serde::Deserialize;
use serde_yaml::Spanned;

use super::given::{self, RawAccount, RawKey, RawUser};
use crate::{
    diagnostic::Diagnostic,
    yaml::{self, Scalar},
};

/// An access key and what a policy must say of it.
#[derive(Debug, Clone)]
pub struct Case {
    /// What the case shows, in a sentence.
    pub name: String,
    /// The line on which the case begins, counted from 1.
    pub line: usize,
    /// What the policy must say.
    pub expect: Expected,
    /// The parameters that differ from their defaults.
    pub(super) params: BTreeMap<String, ParamValue>,
    /// The user; the key to be judged is the first.
    pub(super) user: Arc<User>,
    /// The judged time.
    pub(super) as_of: Timestamp,
}

/// What a policy must say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What the judgement must come to.
    pub status: Status,
    /// What the message, the note, the reason or the error must contain.
    pub message: Option<String>,
}

/// What a judgement comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing to report.
    Pass,
    /// A violation.
    Fail,
    /// Let off.
    Exempt,
    /// A fact that the policy asked for could not be read.
    Unknown,
    /// The policy itself failed.
    Error,
}

impl fmt::Display for Status {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Exempt => "exempt",
            Self::Unknown => "unknown",
            Self::Error => "error",
        })
    }
}

/// A case as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCase {
    name: Spanned<String>,
    #[serde(default)]
    key: RawKey,
    /// The user's other access keys.
    #[serde(default)]
    other_keys: Vec<RawKey>,
    #[serde(default)]
    user: RawUser,
    #[serde(default)]
    account: RawAccount,
    /// The facets that could not be read, by their names with `_` for spaces.
    #[serde(default)]
    unreadable: Vec<Spanned<String>>,
    #[serde(default)]
    params: BTreeMap<String, Spanned<Scalar>>,
    as_of: Option<Spanned<String>>,
    expect: Expected,
}

pub(super) fn parse(text: &str) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let raw: Vec<Spanned<RawCase>> = yaml::parse(text).map_err(|wrong| vec![wrong])?;
    let mut names = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut cases = Vec::new();
    for case in raw {
        if !names.insert(case.value.name.value.clone()) {
            wrong.push(yaml::at(&case.value.name, "another case has this name"));
        }
        match case.value.check(yaml::line(&case.defined)) {
            Ok(case) => cases.push(case),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if cases.is_empty() && wrong.is_empty() {
        wrong.push(Diagnostic::new("the file has no case"));
    }
    if wrong.is_empty() { Ok(cases) } else { Err(wrong) }
}

impl RawCase {
    fn check(self, line: usize) -> Result<Case, Diagnostic> {
        let as_of = match &self.as_of {
            None => given::AS_OF,
            Some(text) => text.value.parse().map_err(|_| {
                yaml::at(text, format!("`{}` is not a time in UTC, such as `2026-03-01T00:00:00Z`", text.value))
            })?,
        };
        let mut params = BTreeMap::new();
        for (name, value) in &self.params {
            let typed = value.value.to_param().ok_or_else(|| yaml::at(value, format!("`{name}` has no value")))?;
            params.insert(name.clone(), typed);
        }
        let keys = std::iter::once(&self.key).chain(&self.other_keys);
        let user = given::user(&self.user, &self.account, keys, &self.unreadable, as_of)?;
        Ok(Case { name: self.name.value, line, expect: self.expect, params, user: Arc::new(user), as_of })
    }
}
