//! What changed between two runs.

use std::collections::{BTreeMap, HashMap};

use keysweep_model::{
    AccountId, AccountOutcome, ChangeKind, ChangedFinding, CoverageChange, Difference, NotJudgedGroup, PolicyId,
    RecordedRun, Severity, Standing, Status,
};

use super::{
    finding::{Reading, standing},
    not_judged::Newest,
    run::{self, RunName},
};
use crate::{
    Store, StoreError,
    db::{Db, values},
};

/// What became of a finding between two runs, all changes together.
struct Net {
    finding: i64,
    /// Its account and its id, which order those that are as bad.
    name: (String, String),
    before: Option<Standing>,
    after: Option<Standing>,
    kind: ChangeKind,
    reason: String,
}

impl Store {
    /// What changed from one complete run to a later one: by default the last two; of one that is named, up to the newest.
    /// Of each kind of change no more than `limit` findings are given, and all are counted.
    ///
    /// # Errors
    /// When the store has no run of a given name or too few runs, or cannot be read.
    pub fn difference(
        &mut self,
        from: Option<&RunName>,
        to: Option<&RunName>,
        limit: Option<u64>,
    ) -> Result<Difference, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            let (from, to) = runs(db, from, to).await?;
            difference(db, from, to, limit).await
        })
    }
}

/// The two runs, the earlier one first.
async fn runs(
    db: &mut Db,
    from: Option<&RunName>,
    to: Option<&RunName>,
) -> Result<(RecordedRun, RecordedRun), StoreError> {
    let sql = "SELECT number FROM runs WHERE status = 'complete' ORDER BY number DESC LIMIT 2";
    let newest = db.rows(sql, &[], |row| row.int(0)).await?;
    let too_few = StoreError::TooFewRuns { place: db.place().to_string(), complete: newest.len() as u64 };
    let number = |at: usize| newest.get(at).map(|number| RunName::Number(number.cast_unsigned()));
    let (Some(last), second) = (number(0), number(1)) else { return Err(too_few) };
    let from = match (from, second) {
        (Some(name), _) => run::named(db, name, true).await?,
        (None, Some(name)) => run::named(db, &name, true).await?,
        (None, None) => return Err(too_few),
    };
    let to = run::named(db, to.unwrap_or(&last), true).await?;
    Ok(if from.number <= to.number { (from, to) } else { (to, from) })
}

async fn difference(
    db: &mut Db,
    from: RecordedRun,
    to: RecordedRun,
    limit: Option<u64>,
) -> Result<Difference, StoreError> {
    let nets = net_changes(db, from.number.cast_signed(), to.number.cast_signed()).await?;
    let mut counts: BTreeMap<ChangeKind, u64> = BTreeMap::new();
    let mut new_violations: BTreeMap<Severity, u64> = BTreeMap::new();
    let mut shown: Vec<Net> = Vec::new();
    let mut by_kind: BTreeMap<ChangeKind, Vec<Net>> = BTreeMap::new();
    for net in nets {
        *counts.entry(net.kind).or_default() += 1;
        let is_violation = |standing: &Option<Standing>| standing.as_ref().is_some_and(|it| it.status == Status::Fail);
        if let Some(after) = net.after.as_ref().filter(|_| is_violation(&net.after) && !is_violation(&net.before)) {
            *new_violations.entry(after.severity).or_default() += 1;
        }
        by_kind.entry(net.kind).or_default().push(net);
    }
    for mut nets in by_kind.into_values() {
        // Those that stand as they stood before are judged by that.
        let severity = |net: &Net| net.after.as_ref().or(net.before.as_ref()).map(|standing| standing.severity);
        nets.sort_by(|a, b| severity(b).cmp(&severity(a)).then_with(|| a.name.cmp(&b.name)));
        nets.truncate(limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX));
        shown.append(&mut nets);
    }
    let mut reading = Reading::new(db).await?;
    let mut findings = Vec::new();
    let mut nets: HashMap<i64, Net> = HashMap::new();
    let numbers: Vec<i64> = shown.iter().map(|net| net.finding).collect();
    nets.extend(shown.into_iter().map(|net| (net.finding, net)));
    for page in numbers.chunks(2_000) {
        for (number, finding) in page.iter().zip(reading.page(db, page).await?) {
            if let Some(Net { kind, before, after, reason, .. }) = nets.remove(number) {
                findings.push(ChangedFinding { kind, before, after, reason, finding });
            }
        }
    }
    let not_judged = not_judged(db, &from, &to).await?;
    let coverage = coverage(db, &from, &to).await?;
    Ok(Difference { from, to, counts, new_violations, findings, not_judged, coverage })
}

/// The changes after `from`, up to and with `to`: the first and the last of each finding, and the one before them, tell what
/// became of it.
async fn net_changes(db: &mut Db, from: i64, to: i64) -> Result<Vec<Net>, StoreError> {
    let sql = "SELECT n.finding, b.status_before, b.severity_before, b.exempted_before, e.status, e.severity, e.exempted_by, \
               e.kind, e.reason, (SELECT c.kind FROM changes c WHERE c.finding = n.finding AND c.run <= $1 \
               ORDER BY c.run DESC LIMIT 1), f.account, f.id FROM \
               (SELECT finding, min(run) AS first, max(run) AS last FROM changes WHERE run > $1 AND run <= $2 \
               GROUP BY finding) n \
               JOIN changes b ON b.finding = n.finding AND b.run = n.first \
               JOIN changes e ON e.finding = n.finding AND e.run = n.last \
               JOIN findings f ON f.number = n.finding";
    let nets = db
        .rows(sql, &values![from, to], |row| {
            let (before, after) = (standing(row, 1)?, standing(row, 4)?);
            let kind = net_kind(row.optional_word(9)?, row.word(7)?, before.as_ref(), after.as_ref());
            let Some(kind) = kind else { return Ok(None) };
            let name = (row.text(10)?, row.text(11)?);
            Ok(Some(Net { finding: row.int(0)?, name, before, after, kind, reason: row.text(8)? }))
        })
        .await?;
    Ok(nets.into_iter().flatten().collect())
}

/// The kind of all changes of a finding together; none where it is as it was. `earlier` is the last change before them.
fn net_kind(
    earlier: Option<ChangeKind>,
    last: ChangeKind,
    before: Option<&Standing>,
    after: Option<&Standing>,
) -> Option<ChangeKind> {
    // What is not judged is so from the change that says it to the next one.
    let (was_judged, is_judged) = (earlier != Some(ChangeKind::NotJudged), last != ChangeKind::NotJudged);
    match (before, after) {
        (None, None) => None,
        (None, Some(_)) if earlier.is_none() => Some(ChangeKind::New),
        (None, Some(_)) => Some(ChangeKind::Reopened),
        (Some(_), None) => Some(ChangeKind::Resolved),
        (Some(_), Some(_)) if was_judged && !is_judged => Some(ChangeKind::NotJudged),
        (Some(before), Some(after)) if before != after => Some(ChangeKind::Changed),
        (Some(_), Some(_)) => (!was_judged && is_judged).then_some(ChangeKind::JudgedAgain),
    }
}

/// The findings that were open after both runs, in accounts and by policies that the earlier run has read and judged by, and
/// the later one not.
async fn not_judged(db: &mut Db, from: &RecordedRun, to: &RecordedRun) -> Result<Vec<NotJudgedGroup>, StoreError> {
    // What was opened after the earlier run may have been open before too: then its changes tell.
    let open_after = |run| {
        format!(
            "(SELECT c.kind FROM changes c WHERE c.finding = f.number AND c.run <= {run} ORDER BY c.run DESC LIMIT 1) \
             <> 'resolved'"
        )
    };
    let open = format!(
        "f.first_run <= $2 AND CASE WHEN f.opened_run <= $2 THEN f.closed_run IS NULL OR f.closed_run > $1 \
         ELSE {} AND {} END AND f.account IN (SELECT account FROM run_accounts WHERE run = $2 AND outcome = 'scanned') \
         AND p.id IN (SELECT q.id FROM run_policies r JOIN policies q ON q.number = r.policy WHERE r.run = $2)",
        open_after("$2"),
        open_after("$1")
    );
    let (from_number, to_number) = (from.number.cast_signed(), to.number.cast_signed());
    let mut later = Newest::of_run(db, Some(to.clone())).await?;
    let mut groups = Vec::new();
    let sql = format!(
        "SELECT f.account, count(*) FROM findings f JOIN policies p ON p.number = f.policy WHERE {open} AND f.account NOT IN \
         (SELECT account FROM run_accounts WHERE run = $1 AND outcome = 'scanned') GROUP BY f.account ORDER BY f.account"
    );
    let accounts = db
        .rows(&sql, &values![to_number, from_number], |row| {
            Ok((row.word::<AccountId>(0)?, row.int(1)?.cast_unsigned()))
        })
        .await?;
    for (account, findings) in accounts {
        if let Some(reason) = later.why_not_account(db, account).await? {
            groups.push(NotJudgedGroup { reason, account_id: Some(account), policy: None, findings });
        }
    }
    let sql = format!(
        "SELECT p.id, count(*) FROM findings f JOIN policies p ON p.number = f.policy WHERE {open} AND f.account IN \
         (SELECT account FROM run_accounts WHERE run = $1 AND outcome = 'scanned') AND p.id NOT IN \
         (SELECT q.id FROM run_policies r JOIN policies q ON q.number = r.policy WHERE r.run = $1) GROUP BY p.id ORDER BY p.id"
    );
    let policies = db
        .rows(&sql, &values![to_number, from_number], |row| Ok((row.word::<PolicyId>(0)?, row.int(1)?.cast_unsigned())))
        .await?;
    for (policy, findings) in policies {
        if let Some(reason) = later.why_not_policy(&policy) {
            groups.push(NotJudgedGroup { reason, account_id: None, policy: Some(policy), findings });
        }
    }
    Ok(groups)
}

/// The accounts whose outcome is another.
async fn coverage(db: &mut Db, from: &RecordedRun, to: &RecordedRun) -> Result<Vec<CoverageChange>, StoreError> {
    let before = outcomes(db, from).await?;
    let after = outcomes(db, to).await?;
    let mut ids: Vec<AccountId> = before.keys().chain(after.keys()).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let change = |id: AccountId| {
        let (before, after) = (before.get(&id), after.get(&id));
        let outcome = |of: Option<&Outcome>| of.map(|of| of.outcome);
        (outcome(before) != outcome(after)).then(|| CoverageChange {
            account_id: id,
            account_name: after.or(before).map(|of| of.name.clone()).unwrap_or_default(),
            before: outcome(before),
            after: outcome(after),
            reason: after.and_then(|of| of.reason.clone()),
        })
    };
    Ok(ids.into_iter().filter_map(change).collect())
}

/// The outcome of an account in a run.
struct Outcome {
    name: String,
    outcome: AccountOutcome,
    reason: Option<String>,
}

async fn outcomes(db: &mut Db, run: &RecordedRun) -> Result<BTreeMap<AccountId, Outcome>, StoreError> {
    let sql = "SELECT ra.account, coalesce(a.name, ra.name, ''), ra.outcome, ra.reason FROM run_accounts ra \
               LEFT JOIN accounts a ON a.id = ra.account WHERE ra.run = $1";
    let of_run = db
        .rows(sql, &values![run.number.cast_signed()], |row| {
            let outcome = Outcome { name: row.text(1)?, outcome: row.word(2)?, reason: row.optional_text(3)? };
            Ok((row.word::<AccountId>(0)?, outcome))
        })
        .await?;
    Ok(of_run.into_iter().collect())
}
