//! Policies, for those who look them up.

use keysweep_model::{FacetSet, ParamValue};
use keysweep_policy::{ParamSpec, Policy};

use super::{
    View,
    page::{Look, Page},
    table::Row,
};
use crate::settings::Listed;

/// The list of policies: id, severity, what it judges, whether it runs, and what it demands.
#[must_use]
pub fn policies(policies: &[Listed], view: &View) -> String {
    let mut page = Page::new(view);
    let header = row(["POLICY", "SEVERITY", "RESOURCE", "RUNS", "SOURCE"].map(str::to_owned), "DEMANDS");
    let rows = policies.iter().map(|Listed { policy, enabled }| {
        let metadata = policy.metadata();
        let runs = if *enabled { "yes" } else { "no" };
        let cells =
            [policy.id().as_str(), metadata.severity.as_str(), metadata.resource.as_str(), runs, policy.source_name()];
        row(cells.map(str::to_owned), &metadata.title)
    });
    page.table(0, Some(header), rows.collect());
    page.finish()
}

/// Everything about one policy.
#[must_use]
pub fn policy(policy: &Policy, enabled: bool, view: &View) -> String {
    let metadata = policy.metadata();
    let mut page = Page::new(view);
    page.section("POLICY", Look::Bold, policy.id().as_str(), Look::Bold);
    page.text(super::page::GUTTER, Look::Plain, &metadata.title);
    if !metadata.description.is_empty() {
        page.section("WHY", Look::Bold, &metadata.description, Look::Plain);
    }
    let runs = if enabled { "runs" } else { "does not run unless it is enabled or named by --policy" };
    let about =
        format!("{} severity, judges {}, remedy {}; {runs}", metadata.severity, metadata.resource, metadata.remedy);
    page.section("ABOUT", Look::Bold, &about, Look::Plain);
    page.section("SOURCE", Look::Bold, policy.source_name(), Look::Plain);
    if !metadata.params.is_empty() {
        page.section("PARAMS", Look::Bold, "set them by `policies` in keysweep.yaml", Look::Plain);
        let values = policy.summary().params;
        page.rows(2, metadata.params.iter().map(|(name, spec)| param(name, spec, values.get(name))).collect());
    }
    page.section("READS", Look::Bold, "at most, each only where the script asks for it", Look::Plain);
    page.rows(2, costs(policy.may_read()));
    if !metadata.frameworks.is_empty() {
        page.section("FRAMEWORKS", Look::Bold, "", Look::Plain);
        let controls = metadata.frameworks.iter();
        page.rows(2, controls.map(|(name, ids)| row([name.clone()], &ids.join(", "))).collect());
    }
    if !metadata.references.is_empty() {
        page.section("MORE", Look::Bold, "", Look::Plain);
        page.rows(2, metadata.references.iter().map(|url| Row::of_cells(vec![url.clone()])).collect());
    }
    page.finish()
}

fn param(name: &str, spec: &ParamSpec, value: Option<&ParamValue>) -> Row {
    let value = value.map(show).unwrap_or_default();
    let default = show(&spec.default);
    let set = if value == default { format!("{value} (default)") } else { format!("{value} (default {default})") };
    row([name.to_owned(), spec.kind.as_str().to_owned(), set], &spec.help)
}

fn costs(facets: FacetSet) -> Vec<Row> {
    facets.iter().map(|facet| row([facet.phrase().to_owned(), facet.actions().join(", ")], facet.cost())).collect()
}

fn row<const N: usize>(cells: [String; N], text: &str) -> Row {
    Row { cells: cells.into(), text: text.to_owned() }
}

/// The value as YAML has it.
pub(crate) fn show(value: &ParamValue) -> String {
    match value {
        ParamValue::Integer(value) => value.to_string(),
        ParamValue::Number(value) => value.to_string(),
        ParamValue::String(value) => value.clone(),
        ParamValue::Boolean(value) => value.to_string(),
        ParamValue::List(values) => format!("[{}]", values.join(", ")),
    }
}
