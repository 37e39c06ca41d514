//! One finding with all that happened to it.

use jiff::Timestamp;
use keysweep_model::{Change, FindingHistory, FindingState, RecordedFinding, ResourceOwner};
use keysweep_report::history::open_days;

use super::rows;
use crate::terminal::{
    View,
    page::{GUTTER, Look, Page},
    table::Row,
    text,
};

/// The finding as it is at `now`, and its changes, the oldest first.
#[must_use]
pub fn finding(history: &FindingHistory, now: Timestamp, view: &View) -> String {
    let FindingHistory { finding, changes } = history;
    let mut page = Page::new(view);
    let severity = finding.severity;
    let said = format!("{}: {}", finding.policy, state(finding, now));
    page.section(&severity.as_str().to_uppercase(), Look::Severity(severity), &said, Look::Bold);
    page.text(GUTTER, Look::Plain, &finding.policy_title);
    page.text(GUTTER, Look::Plain, &finding.message);
    page.section("FINDING", Look::Bold, finding.id.as_str(), Look::Plain);
    page.rows(2, about(finding));
    if let Some(why) = &finding.not_judged {
        page.section("NOT JUDGED", Look::Loud, &format!("by the newest run: {why}"), Look::Plain);
    }
    page.section("HISTORY", Look::Bold, &text::count(changes.len() as u64, "change"), Look::Bold);
    page.rows(2, changes.iter().map(row).collect());
    page.finish()
}

/// Where it stands: "open for 41 d, since run 3 of 2026-11-03 02:00".
fn state(finding: &RecordedFinding, now: Timestamp) -> String {
    let days = text::days(open_days(finding, now));
    let since = format!("run {} of {}", finding.opened.run, text::minute(finding.opened.at));
    match finding.state() {
        FindingState::Open => format!("open for {days}, since {since}"),
        FindingState::Exempt => {
            let by = finding.exemption.as_ref().map_or_else(|| "exempted".to_owned(), rows::exempted);
            format!("{by}; reported for {days}, since {since}")
        }
        FindingState::Resolved => {
            let resolved = finding.resolved.as_ref().map(rows::resolved);
            format!("{}; was open for {days}, since {since}", resolved.unwrap_or_default())
        }
    }
}

/// What it is about, a row for each thing that is known.
fn about(finding: &RecordedFinding) -> Vec<Row> {
    let owner = match &finding.owner {
        ResourceOwner::Named(name) => name.clone(),
        ResourceOwner::None => "no owner tag".to_owned(),
        ResourceOwner::Unknown => "not known: the tags were not read".to_owned(),
    };
    let first_severity = (finding.first_severity != finding.severity)
        .then(|| format!("{}, {} when it was first seen", finding.severity, finding.first_severity));
    let seen = |moment: keysweep_model::Moment| format!("run {} of {}", moment.run, text::minute(moment.at));
    let facts = [
        ("account", Some([finding.account_id.to_string(), finding.account_name.clone()].join(" "))),
        ("ou path", finding.ou_path.clone()),
        ("user", finding.user_name.as_ref().map(ToString::to_string)),
        (finding.resource_type.as_str(), finding.resource_id.clone()),
        ("arn", Some(finding.resource_arn.clone())),
        ("owner", Some(owner)),
        ("severity", first_severity),
        ("remedy", Some(finding.remedy.to_string())),
        ("first seen", Some(seen(finding.first_seen))),
        ("last seen", Some(seen(finding.last_seen))),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, text)| Row { cells: vec![name.replace('_', " ")], text }).collect()
}

fn row(change: &Change) -> Row {
    let cells = vec![
        format!("run {}", change.moment.run),
        text::minute(change.moment.at),
        crate::terminal::recorded::change(change.kind).to_owned(),
        rows::transition(change.before.as_ref(), change.after.as_ref()),
    ];
    Row { cells, text: change.reason.clone() }
}
