//! What the store and the model say of the same history, as lines of text that must be equal.

use std::collections::BTreeMap;

use keysweep_model::{
    ChangeKind, ChangedFinding, Difference, FindingFilter, FindingGroup, FindingHistory, FindingStates, GroupBy,
    Moment, NotJudgedGroup, RecordedFinding, ResourceOwner, RunStatus, Severity, Standing, Status,
};
use keysweep_store::{RunName, Store};
use serde_json::Value as Json;

use super::history::{CompleteRun, Finding, Id, Model, Why, fails};
use crate::world::account;

/// Compares all that both say.
pub(super) fn all(store: &mut Store, model: &Model, statuses: &BTreeMap<u64, RunStatus>) {
    assert_eq!(store.check().unwrap(), [""; 0], "the store is not sound");
    let found = findings(store);
    let of_store: Vec<String> = found.values().map(|it| recorded(&id(it), it)).collect();
    let of_model: Vec<String> = model.findings.iter().map(|(id, finding)| predicted(model, id, finding)).collect();
    same("findings", &of_store, &of_model);
    let exported = export(store);
    let of_model: Vec<String> = model.findings.iter().flat_map(|(id, finding)| changes(id, finding)).collect();
    same("changes", &exported_changes(&exported), &of_model);
    let mut of_model: Vec<String> = model.credentials.iter().map(|it| format!("{it:?}")).collect();
    of_model.sort();
    same("credentials", &exported_credentials(&exported), &of_model);
    if let Some((id, finding)) = model.findings.iter().next_back() {
        let FindingHistory { finding: it, changes } = store.finding(found[id].id.as_str()).unwrap();
        assert_eq!(recorded(id, &it), predicted(model, id, finding));
        let kinds: Vec<_> = changes.iter().map(|change| (change.moment, change.kind)).collect();
        assert_eq!(kinds, finding.changes.iter().map(|change| (change.moment, change.kind)).collect::<Vec<_>>());
    }
    for by in [GroupBy::Account, GroupBy::Policy, GroupBy::Owner, GroupBy::Ou] {
        let mut of_store: Vec<String> =
            store.groups(&FindingFilter::default(), Some(by)).unwrap().iter().map(group).collect();
        of_store.sort();
        same("groups", &of_store, &groups(model, by));
    }
    runs(store, model, statuses);
    months(store, model);
}

/// Fails with the lines that only one of them has.
fn same(what: &str, of_store: &[String], of_model: &[String]) {
    let beside = |lines: &[String], others: &[String]| {
        lines.iter().filter(|line| !others.contains(line)).cloned().collect::<Vec<_>>().join("\n")
    };
    let (store, model) = (beside(of_store, of_model), beside(of_model, of_store));
    assert!(of_store == of_model, "{what}\nonly the store says:\n{store}\nonly the model says:\n{model}");
}

/// The findings of the store.
fn findings(store: &mut Store) -> BTreeMap<Id, RecordedFinding> {
    let filter = FindingFilter { states: FindingStates::All, ..FindingFilter::default() };
    let mut all = BTreeMap::new();
    let take = &mut |finding: RecordedFinding| {
        assert!(all.insert(id(&finding), finding).is_none(), "a finding is there twice");
        Ok(())
    };
    store.findings(&filter, None, take).unwrap();
    all
}

/// What a finding of the store is about.
fn id(finding: &RecordedFinding) -> Id {
    let of_arn = || finding.resource_arn.rsplit(':').next().unwrap().to_owned();
    let number = finding.account_id.to_string()[8..].parse().unwrap();
    (number, finding.policy.to_string(), finding.resource_id.clone().unwrap_or_else(of_arn))
}

fn recorded(id: &Id, it: &RecordedFinding) -> String {
    let exempted_by = it.exemption.as_ref().map(|exempted| match exempted {
        keysweep_model::Exempted::Policy { .. } => "policy".to_owned(),
        keysweep_model::Exempted::Register { id, .. } => format!("exemption {id}"),
    });
    let standing = Standing { status: it.status, severity: it.severity, exempted_by };
    let owner = match &it.owner {
        ResourceOwner::Named(owner) => owner.as_str(),
        ResourceOwner::None => "-",
        ResourceOwner::Unknown => "?",
    };
    let moments = [it.first_seen, it.opened, it.last_seen];
    let resolved = it.resolved.as_ref().map(|it| (it.moment, class(&it.reason)));
    let user = it.user_name.as_ref().map_or("-", |user| user.as_str());
    let not_judged = it.not_judged.as_deref().map(class);
    line(id, user, owner, &standing, it.first_severity, moments, not_judged, resolved)
}

fn predicted(model: &Model, id: &Id, it: &Finding) -> String {
    let not_judged = if it.is_open() { model.why_not(id, it) } else { None };
    let (user, owner) = (it.user.as_deref().unwrap_or("-"), it.owner.as_deref().unwrap_or("-"));
    let moments = [it.first, it.opened, it.seen];
    line(id, user, owner, &it.standing, it.first_severity, moments, not_judged, it.resolved)
}

#[expect(clippy::too_many_arguments, reason = "one line is made of all of it, for both sides")]
fn line(
    id: &Id,
    user: &str,
    owner: &str,
    standing: &Standing,
    first_severity: Severity,
    moments: [Moment; 3],
    not_judged: Option<Why>,
    resolved: Option<(Moment, Why)>,
) -> String {
    let [first, opened, seen] = moments.map(|it| format!("{} of {}", it.run, it.at));
    let state = match (resolved, standing.status) {
        (Some((moment, why)), _) => format!("resolved by {} of {} as {why}", moment.run, moment.at),
        (None, Status::Exempt) => "exempt".to_owned(),
        (None, _) => "open".to_owned(),
    };
    format!(
        "{id:?} of {user}, {owner}: {state}, {}, at first {first_severity}; first {first}, opened {opened}, seen {seen}; \
         not judged: {}",
        shown(Some(standing)),
        not_judged.unwrap_or("-")
    )
}

fn shown(standing: Option<&Standing>) -> String {
    standing.map_or("-".to_owned(), |it| {
        format!("{} {} {}", it.status, it.severity, it.exempted_by.as_deref().unwrap_or("-"))
    })
}

/// The one word for a reason in words.
fn class(reason: &str) -> Why {
    let words: [(&str, Why); 15] = [
        ("unknown: ", "undecided"),
        ("error: ", "undecided"),
        ("iam:ListUsers was denied", "users"),
        ("the policy judges otherwise now", "policy"),
        ("the credential report of ", "report"),
        ("the policy passes it now", "passed"),
        (" is gone or has another name", "user gone"),
        ("the access key is gone", "key gone"),
        ("the account has left the organization", "left"),
        (" could not be read in run ", "account failed"),
        (" was skipped in run ", "account skipped"),
        (" was not listed in run ", "account not listed"),
        (" is disabled or gone in run ", "policy disabled"),
        ("policy `", "policy not selected"),
        (" was not selected in run ", "account not selected"),
    ];
    words.iter().find(|(text, _)| reason.contains(text)).map_or("a reason that no rule has", |(_, why)| why)
}

fn changes(id: &Id, finding: &Finding) -> Vec<String> {
    let line = |change: &super::history::Change| {
        let (before, after) = (shown(change.before.as_ref()), shown(change.after.as_ref()));
        format!("{id:?} {} at {}: {}, {before} to {after}", change.moment.run, change.moment.at, change.kind)
    };
    finding.changes.iter().map(line).collect()
}

/// The rows that the store exports, by their tables.
fn export(store: &mut Store) -> BTreeMap<String, Vec<Json>> {
    let mut out = Vec::new();
    store.export(&mut out).unwrap();
    let mut tables: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for line in String::from_utf8(out).unwrap().lines().skip(1) {
        let Json::Object(line) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
        for (table, row) in line {
            tables.entry(table).or_default().push(row);
        }
    }
    tables
}

fn rows<'a>(exported: &'a BTreeMap<String, Vec<Json>>, table: &str) -> &'a [Json] {
    exported.get(table).map_or(&[], Vec::as_slice)
}

fn text<'a>(row: &'a Json, column: &str) -> &'a str {
    row[column].as_str().unwrap_or("-")
}

fn time(millisecond: &Json) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(millisecond.as_i64().unwrap()).unwrap()
}

fn number_of(account: &str) -> u8 {
    account[8..].parse().unwrap()
}

fn exported_changes(exported: &BTreeMap<String, Vec<Json>>) -> Vec<String> {
    let policies: BTreeMap<i64, &str> =
        rows(exported, "policies").iter().map(|row| (row["number"].as_i64().unwrap(), text(row, "id"))).collect();
    let of_finding = |row: &Json| -> Id {
        let of_arn = || text(row, "resource_arn").rsplit(':').next().unwrap().to_owned();
        let resource = row["resource_id"].as_str().map_or_else(of_arn, str::to_owned);
        let policy = policies[&row["policy"].as_i64().unwrap()];
        (number_of(text(row, "account")), policy.to_owned(), resource)
    };
    let findings = rows(exported, "findings").iter().map(|row| (row["number"].as_i64().unwrap(), of_finding(row)));
    let findings: BTreeMap<i64, Id> = findings.collect();
    let standing = |row: &Json, columns: [&str; 3]| match row[columns[0]].as_str() {
        None => "-".to_owned(),
        Some(_) => columns.map(|column| text(row, column)).join(" "),
    };
    let line = |row: &Json| {
        let id = findings[&row["finding"].as_i64().unwrap()].clone();
        let before = standing(row, ["status_before", "severity_before", "exempted_before"]);
        let after = standing(row, ["status", "severity", "exempted_by"]);
        let (run, at) = (row["run"].as_u64().unwrap(), time(&row["at"]));
        (id.clone(), run, format!("{id:?} {run} at {at}: {}, {before} to {after}", text(row, "kind")))
    };
    let mut lines: Vec<_> = rows(exported, "changes").iter().map(line).collect();
    lines.sort();
    lines.into_iter().map(|(.., line)| line).collect()
}

fn exported_credentials(exported: &BTreeMap<String, Vec<Json>>) -> Vec<String> {
    let line = |row: &Json| {
        let credential = super::history::Credential {
            account: number_of(text(row, "account")),
            user: text(row, "user_name").to_owned(),
            id: row["id"].as_str().map(str::to_owned),
            made_at: time(&row["created_at"]),
            origin: if text(row, "origin") == "live" { "live" } else { "report" },
            first: row["first_run"].as_u64().unwrap(),
            gone: row["gone_run"].as_u64(),
        };
        format!("{credential:?}")
    };
    let mut lines: Vec<_> = rows(exported, "credentials").iter().map(line).collect();
    lines.sort();
    lines
}

fn group(it: &FindingGroup) -> String {
    format!("{:?}: {} {:?} since {}", it.key, it.findings, it.by_severity, it.oldest)
}

fn groups(model: &Model, by: GroupBy) -> Vec<String> {
    let mut groups: BTreeMap<Option<String>, FindingGroup> = BTreeMap::new();
    let is_open = |it: &Finding| it.is_open() && it.standing.status != Status::Exempt;
    for (id, finding) in model.findings.iter().filter(|(_, finding)| is_open(finding)) {
        let key = match by {
            GroupBy::Account => Some(account(id.0).to_string()),
            GroupBy::Policy => Some(id.1.clone()),
            GroupBy::Owner => finding.owner.clone(),
            GroupBy::Ou => Some(format!("Root/ou-{}", id.0 % 2)),
        };
        let oldest = finding.opened.at;
        let empty = FindingGroup { key, label: String::new(), findings: 0, by_severity: BTreeMap::new(), oldest };
        let group = groups.entry(empty.key.clone()).or_insert(empty);
        group.findings += 1;
        *group.by_severity.entry(finding.standing.severity).or_default() += 1;
        group.oldest = group.oldest.min(oldest);
    }
    let mut lines: Vec<_> = groups.values().map(group).collect();
    lines.sort();
    lines
}

/// The runs with their results.
fn runs(store: &mut Store, model: &Model, statuses: &BTreeMap<u64, RunStatus>) {
    let of_store: BTreeMap<u64, _> = store.runs(None).unwrap().into_iter().map(|run| (run.number, run)).collect();
    // A server takes a moment to notice that a process is gone.
    let status = |status| if status == RunStatus::Running { RunStatus::Interrupted } else { status };
    let found: BTreeMap<_, _> = of_store.iter().map(|(number, run)| (*number, status(run.status))).collect();
    assert_eq!(found, *statuses, "runs: the store, then the model");
    for (number, run) in &model.runs {
        let result = of_store[number].result.as_ref().unwrap();
        assert_eq!(result.changes, run.changes, "changes of run {number}: the store, then the model");
        assert_eq!(result.new_violations, run.new_violations, "new violations of run {number}");
        let mut accounts = BTreeMap::new();
        run.outcomes.values().for_each(|outcome| *accounts.entry(*outcome).or_default() += 1);
        assert_eq!(of_store[number].accounts, accounts, "accounts of run {number}");
    }
}

fn months(store: &mut Store, model: &Model) {
    let months = store.trend(u32::MAX, false).unwrap().into_iter().map(|mut it| {
        it.open.retain(|_, open| *open > 0);
        (it.month.strftime("%Y-%m").to_string(), (it.open, it.resolved))
    });
    let is_empty = |(open, resolved): &(BTreeMap<_, _>, u64)| open.is_empty() && *resolved == 0;
    let of_store: BTreeMap<_, _> = months.filter(|(_, month)| !is_empty(month)).collect();
    let of_model = model.months.clone().into_iter().filter(|(_, month)| !is_empty(month)).collect();
    assert_eq!(of_store, of_model, "months: the store, then the model");
}

/// What changed between two complete runs.
pub(super) fn difference(store: &mut Store, model: &Model, from: u64, to: u64) {
    let names = [from, to].map(RunName::Number);
    let it = store.difference(Some(&names[0]), Some(&names[1]), None).unwrap();
    let (before, after) = (&model.runs[&from], &model.runs[&to]);
    let (nets, not_judged, coverage) = (nets(before, after), not_judged(before, after), coverage(before, after));
    let Difference { counts, new_violations, findings, not_judged: of_store, coverage: covered, .. } = it;
    let line = |it: &ChangedFinding| net(&id(&it.finding), it.kind, it.before.as_ref(), it.after.as_ref());
    let mut found: Vec<_> = findings.iter().map(line).collect();
    found.sort();
    let mut wanted: Vec<_> = nets.iter().map(|(id, (kind, [a, b]))| net(id, *kind, a.as_ref(), b.as_ref())).collect();
    wanted.sort();
    same(&format!("difference from {from} to {to}"), &found, &wanted);
    let (mut kinds, mut violations): (BTreeMap<_, u64>, BTreeMap<_, u64>) = Default::default();
    for (kind, [before, after]) in nets.values() {
        *kinds.entry(*kind).or_default() += 1;
        if let Some(now) = after.as_ref().filter(|_| fails(after) && !fails(before)) {
            *violations.entry(now.severity).or_default() += 1;
        }
    }
    assert_eq!((counts, new_violations), (kinds, violations), "counts from {from} to {to}");
    let group = |it: &NotJudgedGroup| {
        let account = it.account_id.map(|id| id.to_string());
        (account, it.policy.as_ref().map(ToString::to_string), class(&it.reason), it.findings)
    };
    let mut groups: Vec<_> = of_store.iter().map(group).collect();
    groups.sort();
    assert_eq!(groups, not_judged, "not judged from {from} to {to}: the store, then the model");
    let covered: Vec<_> = covered.iter().map(|it| (it.account_id, it.before, it.after)).collect();
    assert_eq!(covered, coverage, "coverage from {from} to {to}: the store, then the model");
}

fn net(id: &Id, kind: ChangeKind, before: Option<&Standing>, after: Option<&Standing>) -> String {
    format!("{id:?}: {kind}, {} to {}", shown(before), shown(after))
}

/// How the findings differ, by how they stood after each of the two runs.
fn nets(before: &CompleteRun, after: &CompleteRun) -> BTreeMap<Id, (ChangeKind, [Option<Standing>; 2])> {
    let mut nets = BTreeMap::new();
    for (id, now) in &after.findings {
        let earlier = before.findings.get(id);
        let open = |it: &&Finding| it.is_open();
        let (was, is) = (earlier.filter(open), Some(now).filter(open));
        let kind = match (was, is) {
            (None, None) => None,
            (None, Some(_)) if earlier.is_none() => Some(ChangeKind::New),
            (None, Some(_)) => Some(ChangeKind::Reopened),
            (Some(_), None) => Some(ChangeKind::Resolved),
            (Some(was), Some(is)) if was.not_judged.is_none() && is.not_judged.is_some() => Some(ChangeKind::NotJudged),
            (Some(was), Some(is)) if was.standing != is.standing => Some(ChangeKind::Changed),
            (Some(was), Some(is)) => {
                (was.not_judged.is_some() && is.not_judged.is_none()).then_some(ChangeKind::JudgedAgain)
            }
        };
        let standings = [was, is].map(|it| it.map(|it| it.standing.clone()));
        nets.extend(kind.map(|kind| (id.clone(), (kind, standings))));
    }
    nets
}

type Group = (Option<String>, Option<String>, Why, u64);

/// The findings that were open all the time, and that the later run says nothing of although the earlier one did.
fn not_judged(before: &CompleteRun, after: &CompleteRun) -> Vec<Group> {
    let mut groups: BTreeMap<(Option<String>, Option<String>, Why), u64> = BTreeMap::new();
    let is_open = |run: &CompleteRun, id: &Id| run.findings.get(id).is_some_and(Finding::is_open);
    let both = after.findings.keys().filter(|id| is_open(before, id) && is_open(after, id));
    for id in both.filter(|id| before.why_not(id).is_none()) {
        let Some(why) = after.why_not(id) else { continue };
        let is_of_account = why.starts_with("account");
        let key = (is_of_account.then(|| account(id.0).to_string()), (!is_of_account).then(|| id.1.clone()), why);
        *groups.entry(key).or_default() += 1;
    }
    groups.into_iter().map(|((account, policy, why), findings)| (account, policy, why, findings)).collect()
}

type Covered =
    (keysweep_model::AccountId, Option<keysweep_model::AccountOutcome>, Option<keysweep_model::AccountOutcome>);

fn coverage(before: &CompleteRun, after: &CompleteRun) -> Vec<Covered> {
    let outcomes = |number| (before.outcomes.get(&number).copied(), after.outcomes.get(&number).copied());
    let of_account = |number: u8| {
        let (before, after) = outcomes(number);
        (before != after).then(|| (account(number), before, after))
    };
    super::plan::ACCOUNTS.into_iter().filter_map(of_account).collect()
}
