//! The history as its rules have it, in plain maps. It is written from the rules alone and calls nothing of the store:
//!
//! - A finding is new when it is first reported, reopened when it returns after it was resolved, and changed when its status,
//!   its severity or its exemption is another.
//! - What could be judged before and cannot be now keeps its state.
//! - What is not reported is resolved where its user or its key is gone, or where its policy passes it by the same rules as
//!   before, by facts that are newer than what is known. In all other cases it was not judged.
//! - What was not read, or not judged by its policy, keeps its state; so does everything where a run did not end.
//! - The findings and the credentials of an account that is not listed any more are closed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use keysweep_model::{AccountOutcome, ChangeKind, Moment, Severity, Standing, Status};

use crate::world::{Found, Keys, Night, Says, made_at};

/// What a finding is about: the account, the policy, and the key, the user or the root user.
pub(super) type Id = (u8, String, String);

/// Why a finding is not judged, or is resolved, in one word.
pub(super) type Why = &'static str;

/// A finding.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) user: Option<String>,
    pub(super) owner: Option<String>,
    pub(super) standing: Standing,
    pub(super) first_severity: Severity,
    pub(super) first: Moment,
    pub(super) opened: Moment,
    pub(super) seen: Moment,
    pub(super) not_judged: Option<Why>,
    pub(super) resolved: Option<(Moment, Why)>,
    /// The limit and the script of the policy that judged it last.
    judged_by: (i64, String),
    pub(super) changes: Vec<Change>,
}

/// A change of a finding.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) moment: Moment,
    pub(super) kind: ChangeKind,
    pub(super) before: Option<Standing>,
    pub(super) after: Option<Standing>,
}

/// An access key.
#[derive(Debug, Clone)]
pub(super) struct Credential {
    pub(super) account: u8,
    pub(super) user: String,
    pub(super) id: Option<String>,
    pub(super) made_at: Timestamp,
    pub(super) origin: &'static str,
    #[expect(dead_code, reason = "credentials are compared by their whole text")]
    pub(super) first: u64,
    pub(super) gone: Option<u64>,
}

/// A run that was carried to its end, and how all stood after it.
#[derive(Debug, Clone)]
pub(super) struct CompleteRun {
    pub(super) outcomes: BTreeMap<u8, AccountOutcome>,
    pub(super) policies: BTreeSet<String>,
    pub(super) changes: BTreeMap<ChangeKind, u64>,
    pub(super) new_violations: BTreeMap<Severity, u64>,
    pub(super) findings: BTreeMap<Id, Finding>,
    is_narrow: (bool, bool),
}

/// How a finding of a run stands in the history: when it was first seen, and what became of it.
pub(super) type Seen = (Timestamp, Option<ChangeKind>);

#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub(super) findings: BTreeMap<Id, Finding>,
    pub(super) credentials: Vec<Credential>,
    pub(super) runs: BTreeMap<u64, CompleteRun>,
    /// The violations of each month that were open after its newest run, by severity, and how many were resolved in it.
    pub(super) months: BTreeMap<String, (BTreeMap<Severity, u64>, u64)>,
    /// When the newest run ended that has read an account, of those that are known to be in the organization.
    read: BTreeMap<u8, Timestamp>,
    /// The accounts that have left, with when they were read last.
    left: BTreeMap<u8, Timestamp>,
}

/// What a night says of one resource.
struct Report {
    id: Id,
    user: Option<String>,
    owner: Option<String>,
    standing: Standing,
}

impl Model {
    /// Reads and judges the accounts of a night, and tells how each reported finding stands.
    pub(super) fn judge(&mut self, night: &Night, run: u64) -> BTreeMap<Id, Seen> {
        let now = Moment { run, at: night.at };
        let mut seen = BTreeMap::new();
        for (number, found) in &night.accounts {
            let reports = reports(night, *number, found);
            let reported: BTreeSet<Id> = reports.iter().map(|report| report.id.clone()).collect();
            for report in reports {
                let id = report.id.clone();
                let change = self.reported(night, now, report);
                seen.insert(id.clone(), (self.findings[&id].first.at, change));
            }
            self.absent(night, now, *number, found, &reported);
            self.read_credentials(night, run, *number, found);
        }
        seen
    }

    fn reported(&mut self, night: &Night, now: Moment, report: Report) -> Option<ChangeKind> {
        let Report { id, user, owner, standing } = report;
        let judged_by = version(night, &id.1);
        let Some(finding) = self.findings.get_mut(&id) else {
            let mut finding = Finding {
                user,
                owner,
                first_severity: standing.severity,
                standing: standing.clone(),
                first: now,
                opened: now,
                seen: now,
                not_judged: None,
                resolved: None,
                judged_by,
                changes: Vec::new(),
            };
            finding.change(now, ChangeKind::New, None, Some(standing));
            self.findings.insert(id, finding);
            return Some(ChangeKind::New);
        };
        (finding.user, finding.owner) = (user, owner);
        let was_open = finding.resolved.is_none();
        if was_open && is_decided(&finding.standing) && !is_decided(&standing) {
            return finding.not_judge(now, "undecided");
        }
        let before = was_open.then(|| finding.standing.clone());
        let kind = match &before {
            None => Some(ChangeKind::Reopened),
            Some(before) if *before != standing => Some(ChangeKind::Changed),
            Some(_) => finding.not_judged.map(|_| ChangeKind::JudgedAgain),
        };
        if !was_open {
            finding.opened = now;
        }
        (finding.resolved, finding.not_judged) = (None, None);
        (finding.seen, finding.judged_by) = (now, judged_by);
        finding.standing = standing.clone();
        if let Some(kind) = kind {
            finding.change(now, kind, before, Some(standing));
        }
        kind
    }

    /// What becomes of the open findings of an account that a night does not report.
    fn absent(&mut self, night: &Night, now: Moment, number: u8, found: &Found, reported: &BTreeSet<Id>) {
        let read = self.read.get(&number).or_else(|| self.left.get(&number)).copied();
        let is_read = matches!(found, Found::Scanned { .. } | Found::NoUsers);
        for (id, finding) in self.findings.iter_mut().filter(|(id, finding)| id.0 == number && finding.is_open()) {
            if !is_read || reported.contains(id) || !night.policies.contains_key(&id.1) {
                continue;
            }
            match outcome(night, found, id, finding, read) {
                Ok(why) => finding.resolve(now, why),
                Err(why) => drop(finding.not_judge(now, why)),
            }
        }
    }

    fn read_credentials(&mut self, night: &Night, run: u64, number: u8, found: &Found) {
        let Found::Scanned { users, report } = found else { return };
        let read = self.read.get(&number).or_else(|| self.left.get(&number)).copied();
        let there = |held: &&mut Credential| held.account == number && held.gone.is_none();
        for held in self.credentials.iter_mut().filter(there) {
            if !users.iter().any(|user| user.user == held.user) {
                held.gone = Some(run);
            }
        }
        for user in users.iter().filter(|user| !user.is_unlisted) {
            let report = report.filter(|_| night.is_reported(user));
            let is_his = |held: &Credential| held.account == number && held.user == user.user && held.gone.is_none();
            let is_whole = report.is_none_or(|hours| read.is_none_or(|read| made(night, hours) >= read));
            let mut found = BTreeSet::new();
            for (key, _) in &user.keys {
                let id = report.is_none().then(|| key_id(key));
                let is_it = |held: &Credential| is_his(held) && held.made_at == made_at(key);
                let place = self.credentials.iter().position(is_it).unwrap_or(self.credentials.len());
                if place == self.credentials.len() {
                    let (account, user, made_at) = (number, user.user.clone(), made_at(key));
                    let new = Credential { account, user, id: None, made_at, origin: "", first: run, gone: None };
                    self.credentials.push(new);
                }
                let held = &mut self.credentials[place];
                held.origin = if id.is_some() { "live" } else { "report" };
                held.id = id.or(held.id.take());
                found.insert(place);
            }
            for (place, held) in self.credentials.iter_mut().enumerate() {
                if is_whole && is_his(held) && !found.contains(&place) {
                    held.gone = Some(run);
                }
            }
        }
    }

    /// What follows when the run has ended as it should.
    pub(super) fn complete(&mut self, night: &Night, run: u64) {
        let now = Moment { run, at: night.at };
        let (mut outcomes, ended) = (BTreeMap::new(), night.at + SignedDuration::from_mins(5));
        for (number, found) in &night.accounts {
            outcomes.insert(*number, outcome_of(found));
            if outcome_of(found) == AccountOutcome::Scanned {
                self.read.insert(*number, ended);
                self.left.remove(number);
            }
        }
        if night.is_listed {
            let is_listed = |number: &u8| night.accounts.contains_key(number) || night.beside.contains(number);
            let left: Vec<u8> = self.read.keys().copied().filter(|number| !is_listed(number)).collect();
            for number in left {
                self.leave(now, number);
            }
        }
        let of_run = self.findings.values().flat_map(|finding| &finding.changes).filter(|it| it.moment.run == run);
        let (mut changes, mut new_violations) = (BTreeMap::new(), BTreeMap::new());
        for change in of_run {
            *changes.entry(change.kind).or_default() += 1;
            if let Some(after) = change.after.as_ref().filter(|_| fails(&change.after) && !fails(&change.before)) {
                *new_violations.entry(after.severity).or_default() += 1;
            }
        }
        let selection = &night.selection;
        self.runs.insert(
            run,
            CompleteRun {
                outcomes,
                policies: night.policies.keys().cloned().collect(),
                changes,
                new_violations,
                findings: self.findings.clone(),
                is_narrow: (!selection.accounts.is_empty(), !selection.policies.is_empty()),
            },
        );
        self.add_to_month(now);
    }

    fn leave(&mut self, now: Moment, number: u8) {
        let open = self.findings.iter_mut().filter(|(id, finding)| id.0 == number && finding.is_open());
        open.for_each(|(_, finding)| finding.resolve(now, "left"));
        let there = self.credentials.iter_mut().filter(|held| held.account == number && held.gone.is_none());
        there.for_each(|held| held.gone = Some(now.run));
        let read = self.read.remove(&number);
        self.left.extend(read.map(|read| (number, read)));
    }

    fn add_to_month(&mut self, now: Moment) {
        let month = now.at.to_zoned(TimeZone::UTC).strftime("%Y-%m").to_string();
        let is_fixed = |finding: &&Finding| {
            let by_leaving = finding.resolved.is_some_and(|(_, why)| why == "left");
            finding.resolved.is_some_and(|(moment, _)| moment.run == now.run)
                && !by_leaving
                && finding.standing.status == Status::Fail
        };
        let resolved = self.findings.values().filter(is_fixed).count() as u64;
        let mut open = BTreeMap::new();
        for finding in self.findings.values().filter(|it| it.is_open() && it.standing.status == Status::Fail) {
            *open.entry(finding.standing.severity).or_default() += 1;
        }
        let entry = self.months.entry(month).or_default();
        *entry = (open, entry.1 + resolved);
    }

    /// Why the newest complete run says nothing of an open finding, where that is so.
    pub(super) fn why_not(&self, id: &Id, finding: &Finding) -> Option<Why> {
        let run = self.runs.values().next_back()?;
        finding.not_judged.or_else(|| run.why_not(id))
    }
}

impl CompleteRun {
    /// Why the run has not read the account of a finding, or not judged by its policy.
    pub(super) fn why_not(&self, id: &Id) -> Option<Why> {
        match self.outcomes.get(&id.0) {
            Some(AccountOutcome::Scanned) if self.policies.contains(&id.1) => None,
            Some(AccountOutcome::Scanned) if self.is_narrow.1 => Some("policy not selected"),
            Some(AccountOutcome::Scanned) => Some("policy disabled"),
            Some(AccountOutcome::Failed) => Some("account failed"),
            Some(AccountOutcome::Skipped) => Some("account skipped"),
            None if self.is_narrow.0 => Some("account not selected"),
            None => Some("account not listed"),
        }
    }
}

impl Finding {
    pub(super) fn is_open(&self) -> bool {
        self.resolved.is_none()
    }

    fn change(&mut self, moment: Moment, kind: ChangeKind, before: Option<Standing>, after: Option<Standing>) {
        self.changes.push(Change { moment, kind, before, after });
    }

    fn resolve(&mut self, now: Moment, why: Why) {
        (self.resolved, self.not_judged) = (Some((now, why)), None);
        self.change(now, ChangeKind::Resolved, Some(self.standing.clone()), None);
    }

    fn not_judge(&mut self, now: Moment, why: Why) -> Option<ChangeKind> {
        let is_change = self.not_judged.replace(why).is_none();
        is_change.then(|| {
            let standing = Some(self.standing.clone());
            self.change(now, ChangeKind::NotJudged, standing.clone(), standing);
            ChangeKind::NotJudged
        })
    }
}

/// Why a finding that was not reported is resolved; or else why it was not judged.
fn outcome(night: &Night, found: &Found, id: &Id, finding: &Finding, read: Option<Timestamp>) -> Result<Why, Why> {
    let users: Option<(&[Keys], Option<i64>)> = match found {
        Found::Scanned { users, report } => Some((users, *report)),
        Found::NoUsers | Found::Failed | Found::Skipped => None,
    };
    let mut is_old = false;
    if let Some(name) = &finding.user {
        let Some((users, report)) = users else { return Err("users") };
        let Some(user) = users.iter().find(|user| user.user == *name) else { return Ok("user gone") };
        if user.is_unlisted {
            return Err("undecided");
        }
        let report = report.filter(|_| night.is_reported(user));
        let has_key = user.keys.iter().any(|(key, _)| key_id(key) == id.2);
        if report.is_none() && !id.2.starts_with("user/") && !has_key {
            return Ok("key gone");
        }
        let is_unknown =
            |(policy, says): &(String, Says)| *policy == id.1 && matches!(says, Says::Unknown | Says::Error);
        if user.keys.iter().any(|(_, says)| says.iter().any(is_unknown)) {
            return Err("undecided");
        }
        // After a clock was set back its times say nothing.
        let read = read.filter(|read| *read <= night.at);
        is_old = report.is_some_and(|hours| read.is_some_and(|read| made(night, hours) < read));
    }
    if finding.judged_by != version(night, &id.1) {
        return Err("policy");
    }
    if is_old { Err("report") } else { Ok("passed") }
}

/// All that a night reports of an account.
fn reports(night: &Night, number: u8, found: &Found) -> Vec<Report> {
    let unknown = Standing { status: Status::Unknown, severity: Severity::Medium, exempted_by: None };
    let mut all = Vec::new();
    let users = match found {
        Found::Failed | Found::Skipped => return all,
        Found::NoUsers => {
            let id = |policy: &String| (number, policy.clone(), "root".to_owned());
            all.extend(night.policies.keys().map(|policy| Report {
                id: id(policy),
                user: None,
                owner: None,
                standing: unknown.clone(),
            }));
            return all;
        }
        Found::Scanned { users, .. } => users,
    };
    for user in users {
        let mut add = |policy: &String, resource: String, standing: Standing| {
            let id = (number, policy.clone(), resource);
            all.push(Report { id, user: Some(user.user.clone()), owner: user.owner.clone(), standing });
        };
        for policy in night.policies.keys() {
            if user.is_unlisted {
                add(policy, format!("user/{}", user.user), unknown.clone());
                continue;
            }
            for (key, says) in &user.keys {
                let says = says.iter().filter(|(of, _)| of == policy);
                says.for_each(|(_, says)| add(policy, key_id(key), standing(*says)));
            }
        }
    }
    all
}

fn standing(says: Says) -> Standing {
    let (status, severity, exempted_by) = match says {
        Says::Fail(severity) => (Status::Fail, severity, None),
        Says::Exempt => (Status::Exempt, Severity::Medium, Some("exemption EX-1".to_owned())),
        Says::ExemptByPolicy => (Status::Exempt, Severity::Medium, Some("policy".to_owned())),
        Says::Unknown => (Status::Unknown, Severity::Medium, None),
        Says::Error => (Status::Error, Severity::Medium, None),
    };
    Standing { status, severity, exempted_by }
}

fn outcome_of(found: &Found) -> AccountOutcome {
    match found {
        Found::Scanned { .. } | Found::NoUsers => AccountOutcome::Scanned,
        Found::Failed => AccountOutcome::Failed,
        Found::Skipped => AccountOutcome::Skipped,
    }
}

/// What a policy judges by in a night.
fn version(night: &Night, policy: &str) -> (i64, String) {
    let script = night.scripts.get(policy).map_or("script", String::as_str);
    (night.policies[policy], script.to_owned())
}

/// When a credential report was made.
fn made(night: &Night, hours: i64) -> Timestamp {
    night.at - SignedDuration::from_hours(hours)
}

pub(super) fn key_id(key: &str) -> String {
    format!("AKIA{key:0>16}")
}

fn is_decided(standing: &Standing) -> bool {
    matches!(standing.status, Status::Fail | Status::Exempt)
}

pub(super) fn fails(standing: &Option<Standing>) -> bool {
    standing.as_ref().is_some_and(|standing| standing.status == Status::Fail)
}
