//! The store: in numbers, what is wrong with it, and what was removed from it.

use std::collections::BTreeMap;

use keysweep_model::{FindingState, Pruned, RunStatus, StoreInfo};

use super::rows;
use crate::terminal::{
    View,
    page::{Look, Page},
    table::Row,
    text,
};

/// The store in numbers.
#[must_use]
pub fn store(info: &StoreInfo, view: &View) -> String {
    let mut page = Page::new(view);
    page.section("STORE", Look::Bold, &info.place, Look::Bold);
    let runs = RunStatus::ALL.iter().map(|status| counted(&info.runs, *status, status.as_str()));
    let findings = FindingState::ALL.iter().map(|state| counted(&info.findings, *state, state.as_str()));
    let last = info.last_run.as_ref().map(|run| format!("{}: {}", rows::named(run), run.status));
    let facts = [
        ("engine", format!("{}, tables of version {}", info.engine, info.schema)),
        ("id", info.id.clone()),
        ("created", format!("{} UTC", text::minute(info.created_at))),
        ("size", size(info.bytes)),
        ("organization", info.organization_id.clone().unwrap_or_else(|| "not known yet".to_owned())),
        ("runs", runs.collect::<Vec<_>>().join(", ")),
        ("last run", last.unwrap_or_else(|| "none yet".to_owned())),
        ("findings", findings.collect::<Vec<_>>().join(", ")),
        ("changes", text::thousands(info.changes)),
        ("accounts", text::thousands(info.accounts)),
        ("credentials", text::thousands(info.credentials)),
    ];
    page.rows(2, facts.into_iter().map(|(name, text)| Row { cells: vec![name.to_owned()], text }).collect());
    page.finish()
}

fn counted<W: Ord>(counts: &BTreeMap<W, u64>, word: W, name: &str) -> String {
    format!("{} {name}", text::thousands(counts.get(&word).copied().unwrap_or_default()))
}

/// A number of bytes as one reads it: "812 B", "4.0 KiB", "1.2 GiB".
fn size(bytes: u64) -> String {
    let units = [("GiB", 1_u64 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    match units.iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => {
            let tenths = u128::from(bytes) * 10 / u128::from(*unit);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} B"),
    }
}

/// What is wrong with a store, a section each.
#[must_use]
pub fn problems(problems: &[String], view: &View) -> String {
    let mut page = Page::new(view);
    for problem in problems {
        page.section("PROBLEM", Look::Loud, problem, Look::Plain);
    }
    page.section("TOTAL", Look::Bold, &text::count(problems.len() as u64, "problem"), Look::Bold);
    page.finish()
}

/// What was removed from a store, or would be.
#[must_use]
pub fn pruned(pruned: &Pruned, dry_run: bool, view: &View) -> String {
    let Pruned { runs, findings, changes, credentials } = *pruned;
    let mut page = Page::new(view);
    let parts = [
        text::count(runs, "run"),
        text::count(findings, "resolved finding"),
        text::count(changes, "change"),
        text::count(credentials, "credential"),
    ];
    let said = if dry_run { "would be removed" } else { "removed" };
    page.section("PRUNE", Look::Bold, &format!("{said}: {}", parts.join(", ")), Look::Bold);
    page.finish()
}
