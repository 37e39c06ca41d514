//! The results of cases.

use std::{fmt, path::PathBuf};

use keysweep_files::shown;
use keysweep_model::{PolicyId, escaped};

use crate::testing::coverage::Coverage;

/// The results of the cases of policies.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Every case that was run, in the order of the files.
    pub cases: Vec<CaseReport>,
    /// What the cases that were run reach of the scripts, where that was asked for.
    pub coverage: Option<Coverage>,
}

/// The result of one case.
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

    /// How many cases held.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases.len() - self.failed()
    }
}

impl fmt::Display for Report {
    /// A line or a few for each case: names and messages cannot forge one.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for case in &self.cases {
            let CaseReport { policy, path, line, name, failure } = case;
            let name = escaped(name);
            match failure {
                None => writeln!(out, "ok   {policy}: {name}")?,
                Some(failure) => {
                    let failure = escaped(failure);
                    writeln!(out, "FAIL {policy}: {name}\n     {failure}\n     {}:{line}", shown(path))?;
                }
            }
        }
        if let Some(coverage) = &self.coverage {
            writeln!(out, "{coverage}")?;
        }
        write!(out, "{} passed, {} failed", self.passed(), self.failed())
    }
}
