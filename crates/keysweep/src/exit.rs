//! Exit codes and the errors behind them.

use std::{fmt, process::ExitCode, str::FromStr};

use keysweep_model::{ScanResult, Severity, escaped};
use keysweep_scan::StartError;

/// What the exit code of a command says. Scripts may rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: complete, and nothing at or above `--fail-on`.
    Clean = 0,
    /// 1: complete, with findings at or above `--fail-on`.
    Findings = 1,
    /// 2: bad usage, configuration or policy; nothing was contacted.
    Usage = 2,
    /// 3: incomplete: some account, user or policy could not be judged, or the result could not be written.
    Incomplete = 3,
    /// 4: could not start: no credentials, no organization, no such organizational unit.
    CouldNotStart = 4,
}

impl Exit {
    /// The exit code of a scan. An incomplete scan is that first of all: what it did not see may be worse than what it
    /// saw.
    #[must_use]
    pub fn of_scan(result: &ScanResult, fail_on: FailOn) -> Self {
        let breaks = match fail_on {
            FailOn::Severity(severity) => result.fails_at_or_above(severity) > 0,
            FailOn::Never => false,
        };
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

/// Which violations make the exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Those of this severity and above.
    Severity(Severity),
    /// None.
    Never,
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
