//! `GenerateCredentialReport` and `GetCredentialReport`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::account;
use crate::backend::Context;
use crate::report::{Phase, Report};
use crate::state::State;
use crate::wire::error::ApiError;
use crate::wire::response::Body;
use crate::wire::xml::Xml;

fn phase(cx: &Context<'_>, report: Option<&Report>) -> Phase {
    match report.map(|report| report.phase(cx.now, cx.backend.options.report_time)) {
        Some(Phase::Complete | Phase::InProgress | Phase::Expired) if cx.effects.report_never_ready => {
            Phase::InProgress
        }
        Some(phase) => phase,
        None => Phase::Absent,
    }
}

/// `GenerateCredentialReport`
pub(super) fn generate(cx: &Context<'_>, state: &State) -> Result<Body, ApiError> {
    if cx.effects.report_limit_exceeded {
        let message = "No more capacity to launch new report generation tasks.";
        return Err(ApiError::new(409, "LimitExceeded", message));
    }
    let account = account(cx, state)?;
    let mut reports = cx.backend.reports();
    let (word, description) = match phase(cx, reports.get(&account.id)) {
        Phase::Absent | Phase::Expired => {
            let style = cx.backend.options.report_style;
            reports.insert(account.id, Report::start(account, state.world.partition, style, cx.now));
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
pub(super) fn get(cx: &Context<'_>, _: &State) -> Result<Body, ApiError> {
    let reports = cx.backend.reports();
    let report = reports.get(&cx.identity.account);
    let (status, code, message) = match (phase(cx, report), report) {
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
