//! What a policy makes of the resources of an inventory, and where two versions of it differ.

use std::collections::BTreeMap;

use keysweep_model::{EvidenceValue, Finding, ParamValue, Status};

use super::{
    View,
    page::{Look, Page},
    policy::show,
    table::Row,
    text,
};

/// One resource of which two versions of a policy say different things.
#[derive(Debug)]
pub struct Change {
    /// What the new version says of the resource.
    pub finding: Finding,
    /// The result by the old version: the status, and the severity of a violation.
    pub before: String,
    /// The result by the new version.
    pub after: String,
}

/// The verdict on each of these resources, with the parameters and every fact that was touched, and how many of all come
/// to what.
#[must_use]
pub fn evaluated(
    findings: &[Finding],
    counts: &BTreeMap<Status, u64>,
    params: &BTreeMap<String, ParamValue>,
    view: &View,
) -> String {
    let mut page = Page::new(view);
    for finding in findings {
        let Finding { status, message, evidence, .. } = finding;
        let subject = cells(finding).join("  ");
        page.section(&status.as_str().to_uppercase(), Look::Bold, &subject, Look::Bold);
        page.text(super::page::GUTTER, Look::Plain, message);
        let params = params.iter().map(|(param, value)| vec![format!("params.{param}"), show(value)]);
        let facts = evidence.iter().map(|(fact, value)| vec![fact.clone(), fact_text(value)]);
        page.rows(super::page::GUTTER, facts.chain(params).map(Row::of_cells).collect());
    }
    let all = text::count(counts.values().sum(), "resource");
    let each: Vec<String> =
        counts.iter().map(|(status, count)| format!("{} {status}", text::thousands(*count))).collect();
    page.section("EVAL", Look::Bold, &format!("{all}: {}", each.join(", ")), Look::Bold);
    page.finish()
}

/// The resources that change verdict or severity, and how many of how many do.
#[must_use]
pub fn changes(changes: &[Change], counts: &BTreeMap<(String, String), u64>, judged: u64, view: &View) -> String {
    let mut page = Page::new(view);
    let row = |change: &Change| {
        let mut all = vec![format!("{} -> {}", change.before, change.after)];
        all.extend(cells(&change.finding));
        Row { cells: all, text: change.finding.message.clone() }
    };
    page.rows(0, changes.iter().map(row).collect());
    let said = format!(
        "{} of {} change verdict or severity",
        text::thousands(changes.len() as u64),
        text::count(judged, "resource")
    );
    let each: Vec<String> = counts
        .iter()
        .map(|((before, after), count)| format!("{} {before} -> {after}", text::thousands(*count)))
        .collect();
    let said = if each.is_empty() { said } else { format!("{said}: {}", each.join(", ")) };
    page.section("DIFF", Look::Bold, &said, Look::Bold);
    page.finish()
}

fn cells(finding: &Finding) -> Vec<String> {
    let user = finding.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
    let id = finding.resource_id.clone().unwrap_or_default();
    vec![finding.account_id.to_string(), finding.account_name.clone(), user, id]
}

fn fact_text(value: &EvidenceValue) -> String {
    match value {
        EvidenceValue::Boolean(value) => value.to_string(),
        EvidenceValue::Integer(value) => value.to_string(),
        EvidenceValue::Number(value) => value.to_string(),
        EvidenceValue::Text(value) => format!("\"{value}\""),
        EvidenceValue::List(values) => format!("[{}]", values.join(", ")),
        EvidenceValue::Time(value) => value.to_string(),
        EvidenceValue::Unreadable(reason) => format!("unreadable: {reason}"),
    }
}
