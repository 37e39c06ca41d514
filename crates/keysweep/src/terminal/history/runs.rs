//! The runs of a store, and one of them.

use keysweep_model::{
    AccountGap, AccountOutcome, ChangeKind, Coverage, RecordedAccount, RecordedPolicy, RecordedRun, Run, RunDetail,
    RunSelection, RunSource, RunStatus, Step,
};

use super::rows;
use crate::terminal::{
    View, coverage,
    page::{GUTTER, Look, Page},
    table::{Row, right_aligned},
    text, totals,
};

/// The runs, the newest first. Where `more` says that there are older ones, the list says so too.
#[must_use]
pub fn runs(runs: &[RecordedRun], more: bool, view: &View) -> String {
    let mut page = Page::new(view);
    if runs.is_empty() {
        page.section("RUNS", Look::Bold, "none is recorded yet", Look::Bold);
        return page.finish();
    }
    let titles = ["RUN", "ACCOUNTS", "VIOLATIONS", "NEW", "RESOLVED"].map(str::to_owned).to_vec();
    let numbers: Vec<_> = [titles].into_iter().chain(runs.iter().map(numbers)).collect();
    let words = runs.iter().map(|run| (text::minute(run.started_at), run.status.to_string(), notes(run).join("; ")));
    let words = [("STARTED (UTC)".to_owned(), "STATUS".to_owned(), "NOTES".to_owned())].into_iter().chain(words);
    let mut rows = right_aligned(&numbers).zip(words).map(|(numbers, (started, status, text))| {
        let (number, rest) = numbers.split_at(1);
        Row { cells: [number, &[started, status], rest].concat(), text }
    });
    let header = rows.next();
    page.table(0, header, rows.collect());
    if more {
        page.text(0, Look::Dim, "... and older ones: --all shows each");
    }
    page.finish()
}

/// The number of a run, and its counts where they are known.
fn numbers(run: &RecordedRun) -> Vec<String> {
    let of = |outcome| run.accounts.get(&outcome).copied().unwrap_or_default();
    let scanned = of(AccountOutcome::Scanned);
    let expected = scanned + of(AccountOutcome::Failed) + of(AccountOutcome::Skipped);
    let accounts = match run.status {
        RunStatus::Complete => format!("{} of {}", text::thousands(scanned), text::thousands(expected)),
        RunStatus::Running | RunStatus::Interrupted => text::thousands(scanned),
    };
    let counts = run.result.as_ref().map(|result| {
        let changed = |kind| result.changes.get(&kind).copied().unwrap_or_default();
        let new = changed(ChangeKind::New) + changed(ChangeKind::Reopened);
        [result.by_status.fail, new, changed(ChangeKind::Resolved)].map(text::thousands)
    });
    let counts = counts.unwrap_or_else(|| ["-"; 3].map(str::to_owned));
    [run.number.to_string(), accounts].into_iter().chain(counts).collect()
}

/// What distinguishes a run from one that reads all that there is.
fn notes(run: &RecordedRun) -> Vec<String> {
    let status = match run.status {
        RunStatus::Complete => None,
        RunStatus::Running => Some(format!("recorded by process {}", run.process)),
        RunStatus::Interrupted => Some(format!("was recorded by process {}", run.process)),
    };
    let source = match run.source {
        RunSource::Aws => None,
        RunSource::Inventory => Some("from an inventory".to_owned()),
    };
    let as_of = Run::is_what_if(run.as_of, run.started_at).then(|| format!("as of {}", text::minute(run.as_of)));
    [status, source, as_of, narrowed(&run.selection)].into_iter().flatten().collect()
}

/// To how much a run was narrowed: "narrowed to 2 accounts, 1 policy; without 3 accounts".
fn narrowed(selection: &RunSelection) -> Option<String> {
    let RunSelection { accounts, ous, excluded_accounts, policies } = selection;
    let policies = match policies.len() {
        0 => None,
        1 => Some("1 policy".to_owned()),
        several => Some(format!("{} policies", text::thousands(several as u64))),
    };
    let to = [counted(accounts.len(), "account"), counted(ous.len(), "OU"), policies];
    let to: Vec<_> = to.into_iter().flatten().collect();
    let narrowed = (!to.is_empty()).then(|| format!("narrowed to {}", to.join(", ")));
    let without = counted(excluded_accounts.len(), "account").map(|accounts| format!("without {accounts}"));
    let parts: Vec<_> = [narrowed, without].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// A number of things, where there are any.
fn counted(number: usize, thing: &str) -> Option<String> {
    (number > 0).then(|| text::count(number as u64, thing))
}

/// One run with its coverage and the policies that it judged by.
#[must_use]
pub fn run(detail: &RunDetail, view: &View) -> String {
    let RunDetail { run, gaps, policies } = detail;
    let mut page = Page::new(view);
    page.section("RUN", Look::Bold, &format!("{}: {}", run.number, run.status), Look::Bold);
    page.text(GUTTER, Look::Plain, &run.id);
    page.rows(2, about(run));
    page.section("POLICIES", Look::Bold, &text::thousands(policies.len() as u64), Look::Bold);
    page.rows(2, policies.iter().map(policy).collect());
    if run.status == RunStatus::Complete {
        coverage::write(&mut page, &coverage(run, gaps));
    }
    if let Some(result) = &run.result {
        let changes = rows::changes_and_violations(&result.changes, &result.new_violations);
        page.section("CHANGES", Look::Bold, &changes, Look::Bold);
        let said = totals::judged(&result.by_status, &result.by_severity);
        page.section("TOTAL", Look::Bold, &said, Look::Bold);
    }
    page.finish()
}

/// The circumstances of a run, a row each.
fn about(run: &RecordedRun) -> Vec<Row> {
    let ended = run.finished_at.map(|end| {
        let took = text::duration(end.duration_since(run.started_at));
        format!("{} UTC, took {took}", text::minute(end))
    });
    let source = match run.source {
        RunSource::Aws => "AWS",
        RunSource::Inventory => "a saved inventory",
    };
    let selection = &run.selection;
    let facts = [
        ("started", Some(format!("{} UTC", text::minute(run.started_at)))),
        ("ended", ended),
        ("as of", Some(format!("{} UTC", text::minute(run.as_of)))),
        ("read from", Some(source.to_owned())),
        ("organization", run.organization_id.clone()),
        ("management", run.management_account_id.map(|id| id.to_string())),
        ("partition", Some(run.partition.to_string())),
        ("accounts", listed(&selection.accounts)),
        ("ous", listed(&selection.ous)),
        ("excluded", listed(&selection.excluded_accounts)),
        ("policies", listed(&selection.policies)),
        ("recorded by", Some(format!("Keysweep {}, process {}", run.version, run.process))),
    ];
    let known = facts.into_iter().filter_map(|(name, value)| Some((name, value?)));
    known.map(|(name, text)| Row { cells: vec![name.to_owned()], text }).collect()
}

/// The items in a line, where there are any.
fn listed(items: &[impl ToString]) -> Option<String> {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    (!items.is_empty()).then(|| items.join(", "))
}

fn policy(policy: &RecordedPolicy) -> Row {
    let params: Vec<_> = policy.params.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    Row { cells: vec![policy.severity.to_string(), policy.id.to_string()], text: params.join(", ") }
}

/// The coverage of a run, as a scan has it.
fn coverage(run: &RecordedRun, gaps: &[RecordedAccount]) -> Coverage {
    let of = |outcome: AccountOutcome| gaps.iter().filter(move |account| account.outcome == outcome).map(gap).collect();
    Coverage {
        scanned: run.accounts.get(&AccountOutcome::Scanned).copied().unwrap_or_default(),
        failed: of(AccountOutcome::Failed),
        skipped: of(AccountOutcome::Skipped),
        notes: Vec::new(),
    }
}

fn gap(account: &RecordedAccount) -> AccountGap {
    let (step, reason) = account.gap.clone().unwrap_or((Step::Select, String::new()));
    AccountGap { account_id: account.account_id, account_name: account.account_name.clone(), step, reason }
}
