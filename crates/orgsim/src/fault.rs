//! Faults of answers, and the requests that they hit: plain data that a world's YAML can hold.

use serde::{Deserialize, Serialize};

use crate::value::{AccountId, Text};

/// A fault of the answers to some requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The account that is addressed (for `AssumeRole` the role's account); left out, each account by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The action, such as `ListUsers`; left out, every action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Text>,
    /// Which of the matching requests are hit, counted for each account by itself.
    #[serde(default)]
    pub calls: Calls,
    /// The header `Retry-After` of throttles, in seconds; left out, there is no such header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// What happens to them.
    pub kind: FaultKind,
}

impl Fault {
    /// A fault that hits every request to every account.
    #[must_use]
    pub fn new(kind: FaultKind) -> Fault {
        Fault { account: None, action: None, calls: Calls::Always, retry_after: None, kind }
    }

    /// The same fault for one account only.
    #[must_use]
    pub fn account(self, account: AccountId) -> Fault {
        Fault { account: Some(account), ..self }
    }

    /// The same fault for one action only.
    #[must_use]
    pub fn action(self, action: &str) -> Fault {
        Fault { action: Some(action.into()), ..self }
    }

    /// The same fault for some of the calls only.
    #[must_use]
    pub fn calls(self, calls: Calls) -> Fault {
        Fault { calls, ..self }
    }

    /// The same fault whose throttles ask to wait for so many seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Fault {
        Fault { retry_after: Some(seconds), ..self }
    }

    /// Checks its numbers.
    pub(crate) fn check(&self) -> Result<(), FaultError> {
        if let Calls::Probability(p) = self.calls
            && !(0.0..=1.0).contains(&p)
        {
            return Err(FaultError::Probability);
        }
        match &self.kind {
            FaultKind::RateLimit { per_second, burst } if !(*per_second > 0.0 && *burst >= 1.0) => {
                Err(FaultError::RateLimit)
            }
            FaultKind::Latency(Latency::UniformMs { from, to }) if from > to => Err(FaultError::Uniform),
            FaultKind::Latency(Latency::LogNormalMs { median, sigma }) if !(*median >= 0.0 && *sigma >= 0.0) => {
                Err(FaultError::LogNormal)
            }
            FaultKind::Error { status, .. } if !(400..=599).contains(status) => Err(FaultError::Status),
            FaultKind::Latency(_)
            | FaultKind::Throttle
            | FaultKind::RateLimit { .. }
            | FaultKind::Error { .. }
            | FaultKind::Reset
            | FaultKind::Truncate { .. }
            | FaultKind::ReportNeverReady
            | FaultKind::ReportLimitExceeded => Ok(()),
        }
    }
}

/// Why the numbers of a fault are invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// A probability is out of bounds.
    #[error("a probability is between 0 and 1")]
    Probability,
    /// A rate limit would never let a request through.
    #[error("a rate limit needs more than 0 requests per second and a burst of at least 1")]
    RateLimit,
    /// A uniform latency ends before it begins.
    #[error("a uniform latency begins at `from` and ends at `to`, not the other way round")]
    Uniform,
    /// A log-normal latency has a negative parameter.
    #[error("a log-normal latency needs a median and a sigma of at least 0")]
    LogNormal,
    /// An error has the status of a success.
    #[error("an error's HTTP status is between 400 and 599")]
    Status,
}

/// Which of the requests that match a fault are hit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calls {
    /// All.
    #[default]
    Always,
    /// The first so many.
    First(u64),
    /// Just this one, counted from 1.
    Nth(u64),
    /// All from this one on, counted from 1.
    From(u64),
    /// Each by chance, between 0 and 1; which ones follows from the seed.
    Probability(f64),
}

/// What happens to a request that is hit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// The answer comes later; several latencies add up.
    Latency(Latency),
    /// The answer is the service's throttling error, "Rate exceeded".
    Throttle,
    /// A token bucket on the simulator's clock: a request that finds it empty is throttled.
    RateLimit {
        /// How fast the bucket fills.
        per_second: f64,
        /// How many requests a full bucket allows.
        burst: f64,
    },
    /// The answer is this error.
    Error {
        /// The HTTP status.
        status: u16,
        /// The error code, such as `InternalFailure`.
        code: Text,
        /// The message.
        message: Text,
    },
    /// The connection is reset before the request is acted on.
    Reset,
    /// The request is acted on, but the connection breaks in the middle of the answer.
    Truncate {
        /// How many bytes of the body arrive.
        keep_bytes: usize,
    },
    /// Credential reports are started and never finished.
    ReportNeverReady,
    /// `GenerateCredentialReport` answers `LimitExceeded`.
    ReportLimitExceeded,
}

/// How long an answer is delayed, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Latency {
    /// Always the same.
    FixedMs(u64),
    /// Evenly spread.
    UniformMs {
        /// The least.
        from: u64,
        /// The most.
        to: u64,
    },
    /// Log-normally spread, as measured latencies mostly are: a body and a long tail.
    LogNormalMs {
        /// Half of the answers are faster.
        median: f64,
        /// The spread: 0 is none, 0.5 is large, 1 is very large.
        sigma: f64,
    },
}
