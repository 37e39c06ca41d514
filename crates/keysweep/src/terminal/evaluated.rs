//! What a policy makes of the resources of an inventory, and where two versions of it differ.

use std::collections::BTreeMap;

use keysweep_model::{Evidence, EvidenceValue, ParamValue};

use super::{
    View,
    page::{Look, Page},
    policy::show,
    table::Row,
    text,
};

/// What a resource is called.
#[derive(Debug, Clone)]
pub struct Name {
    /// The account's id.
    pub account: String,
    /// The account's name.
    pub account_name: String,
    /// The user; none for a resource that does not belong to a user.
    pub user: Option<String>,
    /// What names it within its user, where it has such a name.
    pub id: Option<String>,
}

/// One resource as a policy judges it.
#[derive(Debug)]
pub struct Evaluated {
    /// The resource.
    pub name: Name,
    /// What the judgement came to, in a word.
    pub status: &'static str,
    /// And in a sentence; may be empty.
    pub message: String,
    /// The facts that the policy touched.
    pub evidence: Evidence,
}

/// One resource of which two versions of a policy say different things.
#[derive(Debug)]
pub struct Change {
    /// The resource.
    pub name: Name,
    /// What the old version says: the verdict, and the severity of a violation.
    pub before: String,
    /// What the new version says.
    pub after: String,
    /// And in a sentence; may be empty.
    pub message: String,
}

/// The verdict on each of these resources, with the parameters and every fact that was touched, and how many of all come
/// to what.
#[must_use]
pub fn evaluated(
    evaluated: &[Evaluated],
    counts: &BTreeMap<&str, u64>,
    params: &BTreeMap<String, ParamValue>,
    view: &View,
) -> String {
    let mut page = Page::new(view);
    for Evaluated { name, status, message, evidence } in evaluated {
        let subject = cells(name).join("  ");
        page.section(&status.to_uppercase(), Look::Bold, &subject, Look::Bold);
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
        all.extend(cells(&change.name));
        Row { cells: all, text: change.message.clone() }
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

fn cells(name: &Name) -> Vec<String> {
    let user = name.user.clone().unwrap_or_default();
    vec![name.account.clone(), name.account_name.clone(), user, name.id.clone().unwrap_or_default()]
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
