//! Cases of policies: `NAME.test.yaml` beside `NAME.rhai`, each an access key and what the policy must say of it.
//!
//! ```yaml
//! - name: a key of 90 and a quarter days is too old
//!   key: { age_days: 90.25 }
//!   expect: { status: fail, message: more than 90 days }
//! ```
//!
//! A case gives the few properties that matter. The rest has defaults, but for those whose value decides what a policy
//! says, such as an age: a policy that touches one of these makes the case fail, and the failure names it.

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use keysweep_model::{PolicyId, Verdict};

pub use self::parse::{Case, Expected, Status};
use crate::{LoadError, Outcome, Policy, PolicyFileError, load_folder, policy::Judgement};

mod given;
mod parse;

/// The cases of the file `text`, which the user knows as `source_name`.
///
/// # Errors
/// When the file is not a list of cases, or a case says what cannot be: with the place.
pub fn parse(source_name: &str, text: &str) -> Result<Vec<Case>, PolicyFileError> {
    parse::parse(text).map_err(|wrong| PolicyFileError::new(source_name, text, wrong))
}

/// Judges the key of a case and compares with what is expected.
///
/// # Errors
/// What the policy said and what the case expects, or why the case cannot be judged.
pub fn run(policy: &Policy, case: &Case) -> Result<(), String> {
    let policy = policy.with_overrides(None, &case.params).map_err(|error| error.to_string())?;
    let judgement = policy.judge(&case.user, 0, case.as_of);
    let (status, message) = said(&judgement)?;
    let Expected { status: wanted, message: part } = &case.expect;
    if status != *wanted {
        return Err(format!("expected {wanted}, got {status}{}", quoted(&message)));
    }
    match part {
        Some(part) if !message.contains(part.as_str()) => {
            Err(format!("expected {wanted} with a message that has `{part}`, got{}", quoted(&message)))
        }
        Some(_) | None => Ok(()),
    }
}

fn said(judgement: &Judgement) -> Result<(Status, String), String> {
    Ok(match &judgement.evaluation.outcome {
        Outcome::Verdict(Verdict::Pass { note }) => (Status::Pass, note.clone().unwrap_or_default()),
        Outcome::Verdict(Verdict::Fail { message }) => (Status::Fail, message.clone()),
        Outcome::Verdict(Verdict::Exempt { reason }) => (Status::Exempt, reason.clone()),
        Outcome::Unknown(why) => (Status::Unknown, why.to_string()),
        Outcome::Error(error) => (Status::Error, error.to_string()),
        Outcome::Needs(_) => {
            let name = judgement.unread.as_deref().unwrap_or("a fact");
            return Err(format!("the policy reads `{name}`, which the case does not give: {}", given::hint(name)));
        }
    })
}

fn quoted(message: &str) -> String {
    if message.is_empty() { ", without a message".to_owned() } else { format!(": \"{message}\"") }
}

/// Why cases could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// The policies could not be loaded.
    #[error(transparent)]
    Policies(#[from] LoadError),
    /// A policy has no readable file of cases.
    #[error("could not read the cases `{}` of policy `{policy}`: {source}", .path.display())]
    Read {
        /// The policy.
        policy: PolicyId,
        /// Where its cases should be.
        path: PathBuf,
        /// Why they could not be read.
        source: io::Error,
    },
    /// A file is not a list of cases.
    #[error(transparent)]
    File(#[from] PolicyFileError),
}

/// What running the cases of a folder came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Every case that was run, in the order of the files.
    pub cases: Vec<CaseReport>,
}

/// What one case came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseReport {
    /// The policy.
    pub policy: PolicyId,
    /// The file of the case.
    pub path: PathBuf,
    /// The line of the case, counted from 1.
    pub line: usize,
    /// The name of the case.
    pub name: String,
    /// What was expected and what came, where they differ.
    pub failure: Option<String>,
}

impl Report {
    /// How many cases failed.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            let CaseReport { policy, path, line, name, failure } = case;
            match failure {
                None => writeln!(out, "ok   {policy}: {name}")?,
                Some(failure) => {
                    writeln!(out, "FAIL {policy}: {name}\n     {failure}\n     {}:{line}", path.display())?;
                }
            }
        }
        write!(out, "{} passed, {} failed", self.cases.len() - self.failed(), self.failed())
    }
}

/// Runs the cases of every policy of a folder.
///
/// # Errors
/// When a policy cannot be loaded, has no cases beside it, or its cases cannot be read. Cases that fail are no error:
/// the report has them.
pub fn run_folder(folder: &Path) -> Result<Report, CasesError> {
    let mut cases = Vec::new();
    for policy in load_folder(folder)? {
        let path = Path::new(policy.source_name()).with_extension("test.yaml");
        let text = fs::read_to_string(&path).map_err(|source| CasesError::Read {
            policy: policy.id().clone(),
            path: path.clone(),
            source,
        })?;
        for case in parse(&path.display().to_string(), &text)? {
            let failure = run(&policy, &case).err();
            let (line, name) = (case.line, case.name);
            cases.push(CaseReport { policy: policy.id().clone(), path: path.clone(), line, name, failure });
        }
    }
    Ok(Report { cases })
}

#[cfg(test)]
mod tests;
