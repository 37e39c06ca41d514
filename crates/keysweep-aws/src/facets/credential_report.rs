//! The facet `credential report`: every user of an account and up to two access keys each, for two calls.
//!
//! AWS makes the report on demand, at most every four hours, and takes some seconds for it. So it is asked for first,
//! and fetched when it is ready. Whatever goes wrong with it is a [`ReportError`]: the users can still be read one by
//! one, which costs more calls but needs no report.
//! Source: docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html

mod table;

pub use table::TableError;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{Fact, RootActivity, User};

use crate::{AccountSession, CallError, answer::timestamp, backoff::Backoff};

/// The waits between two looks at a report in the making.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The credential report of an account. Its facts are [`Fact::Reported`].
///
/// The creation date of a key is the report's `access_key_n_last_rotated`, which AWS documents as "created or last
/// changed". It is taken for the former until something contradicts it: see [`ReportError::Contradictory`].
#[derive(Debug, Clone, PartialEq)]
pub struct CredentialReport {
    /// When AWS made it: it says nothing about what happened since.
    pub generated_at: Timestamp,
    /// Its rows, but for the root user's: the users with the keys and certificates that it tells of, without their ids.
    /// AWS documents the dates of an inactive key as `N/A`, which makes it look like no key at all: such a slot is a
    /// possible key. There are none where this report shows that it does date inactive keys. So for certificates.
    pub users: Vec<User>,
    /// What its row for the root user tells.
    pub root: Fact<RootActivity>,
}

/// How long to wait for a report, and how old it may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReportWait {
    /// The longest wait for one report.
    pub timeout: Duration,
    /// The greatest age at which a report is used: AWS makes a new one after four hours.
    pub max_age: SignedDuration,
}

impl Default for ReportWait {
    fn default() -> Self {
        // A report of just under four hours may be a few minutes older once it is read.
        Self { timeout: Duration::from_secs(120), max_age: SignedDuration::from_mins(4 * 60 + 15) }
    }
}

/// Why there is no report to use.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// AWS refused to make it or to give it.
    #[error(transparent)]
    Call(#[from] CallError),
    /// AWS was still making it when the wait was over.
    #[error("the credential report was not ready after {} seconds", .waited.as_secs())]
    NotReady {
        /// How long it was waited for.
        waited: Duration,
    },
    /// AWS had no capacity to make it when the wait was over.
    #[error("AWS had no capacity to make the credential report within {} seconds", .waited.as_secs())]
    NoCapacity {
        /// How long it was waited for.
        waited: Duration,
    },
    /// The report is too old to be judged by.
    #[error("the credential report was made at {generated_at}, which is too long ago")]
    Stale {
        /// When AWS made it.
        generated_at: Timestamp,
    },
    /// The report's dates of keys are not those of their creation: see [`CredentialReport`].
    #[error("the credential report cannot be used: {reason}")]
    Contradictory {
        /// Which date shows it.
        reason: String,
    },
    /// The report cannot be understood.
    #[error("the credential report cannot be used: {0}")]
    Malformed(#[from] TableError),
}

/// What AWS said to a request for a report, or to the question where it is.
enum Progress {
    Ready(Box<Document>),
    Making,
    Absent,
    NoCapacity,
}

struct Document {
    generated_at: Timestamp,
    csv: Vec<u8>,
}

impl AccountSession {
    /// Has the report made, waits for it and reads it.
    ///
    /// # Errors
    /// When there is no report, or none that can be used: see [`ReportError`].
    pub async fn credential_report(&self, wait: ReportWait) -> Result<CredentialReport, ReportError> {
        let clock = &self.aws().clock;
        let started = clock.now();
        let mut backoff = Backoff::new(FIRST_LOOK, LONGEST_WAIT, self.account());
        let mut progress = self.generate().await?;
        loop {
            let waited = Duration::try_from(clock.now().duration_since(started)).unwrap_or_default();
            let is_over = waited >= wait.timeout;
            progress = match progress {
                Progress::Ready(document) => return self.read(*document, wait.max_age),
                Progress::NoCapacity if is_over => return Err(ReportError::NoCapacity { waited }),
                Progress::Making | Progress::Absent if is_over => return Err(ReportError::NotReady { waited }),
                Progress::Making => {
                    clock.sleep(backoff.next()).await;
                    self.fetch().await?
                }
                Progress::Absent | Progress::NoCapacity => {
                    clock.sleep(backoff.next()).await;
                    self.generate().await?
                }
            };
        }
    }

    /// Asks for the report to be made; where AWS already has one it is fetched at once.
    async fn generate(&self) -> Result<Progress, ReportError> {
        let answer = self
            .call("iam:GenerateCredentialReport", |iam| iam.generate_credential_report().send())
            .await
            .map(|answer| answer.state().map(|state| state.as_str().to_owned()));
        match answer {
            Ok(Some(state)) if state == "COMPLETE" => self.fetch().await,
            Ok(_) => Ok(Progress::Making),
            // AWS answers this when too many reports are being made at once; it passes.
            Err(error) if error.code.as_deref() == Some("LimitExceeded") => Ok(Progress::NoCapacity),
            Err(error) => Err(error.into()),
        }
    }

    async fn fetch(&self) -> Result<Progress, ReportError> {
        const ACTION: &str = "iam:GetCredentialReport";
        let answer = match self.call(ACTION, |iam| iam.get_credential_report().send()).await {
            Ok(answer) => answer,
            Err(error) => {
                return match error.code.as_deref() {
                    Some("ReportInProgress") => Ok(Progress::Making),
                    Some("ReportNotPresent" | "ReportExpired") => Ok(Progress::Absent),
                    _ => Err(error.into()),
                };
            }
        };
        match (answer.generated_time, answer.content) {
            (Some(generated), Some(content)) => {
                let generated_at = timestamp(ACTION, &generated)?;
                Ok(Progress::Ready(Box::new(Document { generated_at, csv: content.into_inner() })))
            }
            _ => Err(TableError::Absent.into()),
        }
    }

    fn read(&self, document: Document, max_age: SignedDuration) -> Result<CredentialReport, ReportError> {
        let Document { generated_at, csv } = document;
        if self.aws().clock.now().duration_since(generated_at) > max_age {
            return Err(ReportError::Stale { generated_at });
        }
        let table::Parsed { users, root } = table::parse(&csv, self.account(), generated_at)?;
        if let Some(reason) = users.iter().find_map(table::used_before_made) {
            return Err(ReportError::Contradictory { reason });
        }
        for row in &users {
            self.check_account("iam:GetCredentialReport", &row.arn)?;
        }
        Ok(CredentialReport { generated_at, users, root })
    }
}
