//! Credential reports: a snapshot of an account's users, taken when it is asked for and valid for four hours
//! (<https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>).

mod csv;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use crate::iam;
use crate::sim::Asked;
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;
use crate::world::Time;

/// How long a report is good for, in seconds.
const VALID: i64 = 4 * 3600;

/// How a credential report looks where AWS's documentation and live accounts differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportStyle {
    /// What the columns of a key that is not active hold.
    pub inactive_keys: InactiveKeys,
    /// Whether `TRUE` and `FALSE` are written in capitals.
    pub booleans: Booleans,
    /// Whether there is a 23rd column, `additional_credentials_info`.
    pub columns: Columns,
}

/// What the report says of a key that is not active.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InactiveKeys {
    /// Its dates, as live accounts do.
    #[default]
    Dated,
    /// `N/A`, as the documentation has it.
    NotApplicable,
}

/// How the report writes yes and no.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Booleans {
    /// `true`, `false`
    #[default]
    Lower,
    /// `TRUE`, `FALSE`
    Upper,
}

/// Which columns the report has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Columns {
    /// The 22 that every report has.
    #[default]
    Usual,
    /// `additional_credentials_info` too.
    Additional,
}

/// A report of one account. What it will say is settled when it is started.
pub(crate) struct Report {
    started_at: Time,
    content: Bytes,
}

/// How far a report has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Absent,
    InProgress,
    Complete,
    Expired,
}

impl Report {
    fn phase(&self, now: Time, takes: Duration) -> Phase {
        let age = now.unix() - self.started_at.unix();
        if age >= VALID {
            Phase::Expired
        } else if age < i64::try_from(takes.as_secs()).unwrap_or(i64::MAX) {
            Phase::InProgress
        } else {
            Phase::Complete
        }
    }
}

fn phase(asked: &Asked<'_>, report: Option<&Report>) -> Phase {
    match report.map(|report| report.phase(asked.now, asked.sim.options().report_time)) {
        Some(Phase::Complete | Phase::InProgress | Phase::Expired) if asked.strike.report_never_ready => {
            Phase::InProgress
        }
        Some(phase) => phase,
        None => Phase::Absent,
    }
}

/// `GenerateCredentialReport`
pub(crate) fn generate(asked: &Asked<'_>, state: &State) -> Result<Body, ApiError> {
    if asked.strike.report_limit_exceeded {
        let message = "No more capacity to launch new report generation tasks.";
        return Err(ApiError::new(409, "LimitExceeded", message));
    }
    let account = iam::account(asked, state)?;
    let mut reports = asked.sim.reports();
    let (word, description) = match phase(asked, reports.get(&account.id)) {
        Phase::Absent | Phase::Expired => {
            let style = asked.sim.options().report_style;
            let content = csv::content(account, state.world.partition, style);
            reports.insert(account.id, Report { started_at: asked.now, content });
            ("STARTED", Some("No report exists. Starting a new report generation task"))
        }
        Phase::InProgress => ("INPROGRESS", None),
        Phase::Complete => ("COMPLETE", None),
    };
    let mut xml = Xml::default();
    xml.leaf("State", word);
    if let Some(description) = description {
        xml.leaf("Description", description);
    }
    Ok(Body::Xml(xml))
}

/// `GetCredentialReport`
pub(crate) fn get(asked: &Asked<'_>, _: &State) -> Result<Body, ApiError> {
    let reports = asked.sim.reports();
    let report = reports.get(&asked.identity.account);
    let (status, code, message) = match (phase(asked, report), report) {
        (Phase::Complete, Some(report)) => {
            let mut xml = Xml::default();
            xml.leaf("Content", STANDARD.encode(&report.content));
            xml.leaf("ReportFormat", "text/csv");
            xml.leaf("GeneratedTime", report.started_at);
            return Ok(Body::Xml(xml));
        }
        (Phase::InProgress, _) => (404, "ReportInProgress", "Report is in progress"),
        (Phase::Expired, _) => (410, "ReportExpired", "Report is expired"),
        (Phase::Absent | Phase::Complete, _) => (410, "ReportNotPresent", "No report is available"),
    };
    Err(ApiError::new(status, code, message))
}
