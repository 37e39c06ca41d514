//! Exit codes and the errors behind them.

use std::{collections::BTreeMap, fmt, process::ExitCode, str::FromStr};

use keysweep_model::{RunResult, ScanResult, Severity, escaped};
use keysweep_scan::StartError;

/// What the exit code of a command says. Scripts may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: complete, and nothing at or above `--fail-on` and `--fail-on-new`.
    Clean = 0,
    /// 1: complete, with findings at or above `--fail-on`, or new ones at or above `--fail-on-new`.
    Findings = 1,
    /// 2: bad usage, configuration or policy; nothing was contacted.
    Usage = 2,
    /// 3: incomplete: some account, user or policy could not be judged, or the result could not be written or recorded.
    Incomplete = 3,
    /// 4: could not start: no credentials, no organization, no such organizational unit, no store.
    CouldNotStart = 4,
}

impl Exit {
    /// The exit code of a scan, which is `recorded` as this run where there is a history. An incomplete scan is that first
    /// of all: what it did not see may be worse than what it saw.
    #[must_use]
    pub fn of_scan(result: &ScanResult, recorded: Option<&RunResult>, threshold: Threshold) -> Self {
        let is_new = recorded.is_some_and(|recorded| threshold.new.holds_for(&recorded.new_violations));
        let breaks = threshold.all.holds_for(&result.summary.by_severity) || is_new;
        match (result.is_complete(), breaks) {
            (false, _) => Self::Incomplete,
            (true, true) => Self::Findings,
            (true, false) => Self::Clean,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Which violations make the exit code of a scan 1: those of either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Of all violations.
    pub all: FailOn,
    /// Of those that were none when they were judged last.
    pub new: FailOn,
}

impl Threshold {
    /// The threshold by what was given of `--fail-on` and `--fail-on-new`, where `default` holds if nothing was: who asks for
    /// new violations alone wants no others.
    #[must_use]
    pub fn of(all: Option<FailOn>, new: Option<Severity>, default: FailOn) -> Self {
        let or_default = || if new.is_some() { FailOn::Never } else { default };
        Self { all: all.unwrap_or_else(or_default), new: new.map_or(FailOn::Never, FailOn::Severity) }
    }
}

/// Which violations count, by their severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Those of this severity and above.
    Severity(Severity),
    /// None.
    Never,
}

impl FailOn {
    /// Whether any of these violations, counted by severity, counts.
    fn holds_for(self, by_severity: &BTreeMap<Severity, u64>) -> bool {
        match self {
            Self::Severity(severity) => by_severity.range(severity..).any(|(_, count)| *count > 0),
            Self::Never => false,
        }
    }
}

impl fmt::Display for FailOn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Severity(severity) => severity.fmt(out),
            Self::Never => out.write_str("never"),
        }
    }
}

/// A text that is neither a severity nor `never`.
#[derive(Debug, thiserror::Error)]
#[error("{0}, never")]
pub struct FailOnError(<Severity as FromStr>::Err);

impl FromStr for FailOn {
    type Err = FailOnError;

    fn from_str(text: &str) -> Result<Self, FailOnError> {
        match text {
            "never" => Ok(Self::Never),
            text => text.parse().map(Self::Severity).map_err(FailOnError),
        }
    }
}

/// Why a command did not do what was asked: what, with which exit code, and what to do about it.
///
/// A message is one line, whatever values are quoted in it: what cannot be seen in it is escaped, newlines too. Only
/// [`Failure::listing`] takes several lines.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    message: String,
    hint: Option<String>,
}

impl Failure {
    /// Bad usage, configuration or policy.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Bad configuration or policies, as a report of several lines that escapes the values it quotes.
    pub fn listing(report: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: report.to_string(), hint: None }
    }

    /// The work is done, or partly done, and its result could not be handed over.
    pub fn lost(message: impl fmt::Display) -> Self {
        Self::new(Exit::Incomplete, message)
    }

    /// The work could not be started.
    pub fn could_not_start(message: impl fmt::Display) -> Self {
        Self::new(Exit::CouldNotStart, message)
    }

    fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: escaped(&message.to_string()).into_owned(), hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(escaped(&hint.into()).into_owned());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What was found wrong in a file already says `error:` above each place.
        let prefix =
            if ["error: ", "error["].iter().any(|word| self.message.starts_with(word)) { "" } else { "error: " };
        write!(out, "{prefix}{}", self.message)?;
        match &self.hint {
            Some(hint) => write!(out, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let failure = match &error {
            StartError::Caller { .. }
            | StartError::Organization { .. }
            | StartError::Units { .. }
            | StartError::NoSuchUnit { .. } => Self::could_not_start(&error),
            StartError::Interrupted => Self::lost(&error),
            StartError::UnitsOfFile { .. } => Self::usage(&error),
        };
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use keysweep_model::{AccountGap, ApiCalls, Coverage, Run, Step, Summary};

    use super::*;

    /// A complete scan with these violations.
    fn result(by_severity: &[(Severity, u64)]) -> ScanResult {
        let now = "2026-11-22T08:00:00Z".parse().unwrap();
        ScanResult {
            run: Run {
                id: "0193".to_owned(),
                started_at: now,
                finished_at: now,
                as_of: now,
                organization_id: None,
                management_account_id: None,
                partition: "aws".parse().unwrap(),
            },
            coverage: Coverage::default(),
            policies: Vec::new(),
            summary: Summary { by_severity: by_severity.iter().copied().collect(), ..Summary::default() },
            api_calls: ApiCalls::default(),
            exemptions: Vec::new(),
            listed: None,
        }
    }

    fn recorded(new: &[(Severity, u64)]) -> RunResult {
        RunResult { new_violations: new.iter().copied().collect(), ..RunResult::default() }
    }

    fn threshold(all: &str, new: &str) -> Threshold {
        let default = FailOn::Severity(Severity::Low);
        Threshold::of((!all.is_empty()).then(|| all.parse().unwrap()), new.parse().ok(), default)
    }

    #[test]
    fn who_asks_for_new_violations_alone_gets_no_others() {
        let shown = |all, new| {
            let Threshold { all, new } = threshold(all, new);
            format!("{all} of all, {new} of the new ones")
        };
        insta::assert_snapshot!(
            [shown("", ""), shown("high", ""), shown("", "high"), shown("critical", "medium"), shown("never", "low")]
                .join("\n"),
            @"
            low of all, never of the new ones
            high of all, never of the new ones
            never of all, high of the new ones
            critical of all, medium of the new ones
            never of all, low of the new ones
            "
        );
    }

    #[test]
    fn old_violations_and_new_ones_have_thresholds_of_their_own() {
        let result = result(&[(Severity::Low, 3), (Severity::High, 2)]);
        let run = recorded(&[(Severity::Low, 1), (Severity::Critical, 0)]);
        let code = |all: &str, new: &str| Exit::of_scan(&result, Some(&run), threshold(all, new)) as u8;
        assert_eq!([code("", ""), code("high", ""), code("critical", ""), code("never", "")], [1, 1, 0, 0]);
        assert_eq!([code("", "low"), code("", "medium"), code("", "critical")], [1, 0, 0]);
        assert_eq!([code("high", "critical"), code("critical", "low"), code("critical", "medium")], [1, 1, 0]);
        // Without a history nothing is new.
        assert_eq!(Exit::of_scan(&result, None, threshold("", "info")), Exit::Clean);
    }

    #[test]
    fn an_incomplete_scan_is_incomplete_whatever_is_new() {
        let mut result = result(&[(Severity::Critical, 1)]);
        result.coverage.failed.push(AccountGap {
            account_id: None,
            account_name: String::new(),
            step: Step::ListAccounts,
            reason: String::new(),
        });
        let run = recorded(&[(Severity::Critical, 1)]);
        for (all, new) in [("", ""), ("", "low"), ("never", "low"), ("critical", "critical")] {
            assert_eq!(Exit::of_scan(&result, Some(&run), threshold(all, new)), Exit::Incomplete);
        }
    }
}
