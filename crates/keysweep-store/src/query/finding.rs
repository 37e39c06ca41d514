//! Findings.

use std::{
    collections::{BTreeMap, HashMap},
    io,
};

use keysweep_model::{
    Change, Exempted, FindingFilter, FindingGroup, FindingHistory, GroupBy, Moment, RecordedFinding, Resolved,
    ResourceOwner, Severity, Standing,
};

use super::{filter::Condition, not_judged::Newest};
use crate::{
    Store, StoreError,
    db::{Db, Row, values},
    record::LastSeen,
};

/// The columns of a finding, with its policy `p` and its account `a`.
const COLUMNS: &str = "f.id, p.id, p.title, f.status, f.severity, f.first_severity, f.account, a.name, a.ou_path, \
     f.resource_type, f.resource_arn, f.resource_id, f.user_name, f.owner, p.remedy, f.exempted_by, f.exempted_until, \
     f.first_run, f.first_at, f.opened_run, f.opened_at, f.seen_run, f.seen_at, f.not_judged, f.closed_run, f.closed_at, \
     f.closed_reason, a.read_run, f.number";

/// Where they come from.
const TABLES: &str = "findings f JOIN policies p ON p.number = f.policy JOIN accounts a ON a.id = f.account";

/// The worst first, then those that are open for longest.
const WORST_FIRST: &str = "CASE f.severity WHEN 'critical' THEN 0 WHEN 'high' THEN 1 WHEN 'medium' THEN 2 WHEN 'low' THEN 3 \
     ELSE 4 END, f.opened_at, f.account, f.id";

/// As many rows are asked for at a time.
const PAGE: usize = 2_000;

/// A row of a finding, before what is not in it was looked up.
struct Found {
    finding: RecordedFinding,
    number: i64,
    seen: Option<Moment>,
    read_run: Option<u64>,
}

impl Store {
    /// Gives each finding that `filter` wants to `take`: the worst first, then those that are open for longest, and no more
    /// than `limit`.
    ///
    /// # Errors
    /// When the store cannot be read, or `take` fails.
    pub fn findings(
        &mut self,
        filter: &FindingFilter,
        limit: Option<u64>,
        take: &mut dyn FnMut(RecordedFinding) -> io::Result<()>,
    ) -> Result<(), StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            let mut reading = Reading::new(db).await?;
            // The order is one pass over the table; the rows follow in pages.
            let condition = Condition::of(filter);
            let limit = limit.map_or(String::new(), |limit| format!(" LIMIT {limit}"));
            let sql = format!("SELECT f.number FROM {TABLES} WHERE {} ORDER BY {WORST_FIRST}{limit}", condition.sql);
            let numbers = db.rows(&sql, &condition.values, |row| row.int(0)).await?;
            for page in numbers.chunks(PAGE) {
                for finding in reading.page(db, page).await? {
                    take(finding).map_err(StoreError::Output)?;
                }
            }
            Ok(())
        })
    }

    /// Counts the findings that `filter` wants by something that they have in common, the largest group first; or all
    /// together.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn groups(&mut self, filter: &FindingFilter, by: Option<GroupBy>) -> Result<Vec<FindingGroup>, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(groups(db, filter, by))
    }

    /// The finding with this id, or with an id that begins so, with all that happened to it.
    ///
    /// # Errors
    /// When there is no such finding, or several; or the store cannot be read.
    pub fn finding(&mut self, id: &str) -> Result<FindingHistory, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            let no_such = || StoreError::NoSuchFinding { place: db.place().to_string(), id: id.to_owned() };
            let is_id = id.len() >= 4 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_id {
                return Err(no_such());
            }
            let id = id.to_ascii_lowercase();
            // A range, so that the index is used.
            let sql = "SELECT number FROM findings WHERE id >= $1 AND id < $2 LIMIT 2";
            let end = format!("{id}g");
            let numbers = db.rows(sql, &values![id.as_str(), end], |row| row.int(0)).await?;
            let number = match numbers.as_slice() {
                [] => return Err(StoreError::NoSuchFinding { place: db.place().to_string(), id }),
                [number] => *number,
                [_, _, ..] => return Err(StoreError::Ambiguous { name: id, what: "findings" }),
            };
            let found = Reading::new(db).await?.page(db, &[number]).await?.pop();
            let finding = found.ok_or_else(|| StoreError::NoSuchFinding { place: db.place().to_string(), id })?;
            Ok(FindingHistory { finding, changes: changes(db, number).await? })
        })
    }
}

/// Reads findings with all that belongs to them.
pub(super) struct Reading {
    newest: Newest,
    last_seen: LastSeen,
    messages: HashMap<String, BTreeMap<String, String>>,
}

impl Reading {
    pub(super) async fn new(db: &mut Db) -> Result<Self, StoreError> {
        Ok(Self { newest: Newest::of(db).await?, last_seen: LastSeen::default(), messages: HashMap::new() })
    }

    /// The findings with these numbers, in their order.
    pub(super) async fn page(&mut self, db: &mut Db, numbers: &[i64]) -> Result<Vec<RecordedFinding>, StoreError> {
        let places: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE f.number IN ({})", places.join(", "));
        let found = db.rows(&sql, &[], of).await?;
        let mut by_number: HashMap<i64, Found> = found.into_iter().map(|found| (found.number, found)).collect();
        let mut findings = Vec::new();
        for found in numbers.iter().filter_map(|number| by_number.remove(number)).collect::<Vec<_>>() {
            findings.push(self.complete(db, found).await?);
        }
        // Messages of many accounts are not kept in memory all at once.
        if self.messages.len() > PAGE {
            self.messages.clear();
        }
        Ok(findings)
    }

    async fn complete(&mut self, db: &mut Db, found: Found) -> Result<RecordedFinding, StoreError> {
        let Found { mut finding, number, seen, read_run } = found;
        let account = finding.account_id.to_string();
        if !self.messages.contains_key(&account) {
            let sql = "SELECT messages FROM messages WHERE account = $1";
            let said = db.first(sql, &values![account.as_str()], |row| row.json(0)).await?.unwrap_or_default();
            self.messages.insert(account.clone(), said);
        }
        let said = self.messages.get(&account).and_then(|said| said.get(finding.id.as_str()));
        finding.message = match said {
            Some(said) => said.clone(),
            None => last_message(db, number).await?,
        };
        let last = match seen {
            Some(seen) => Some(seen),
            None => self.last_seen.moment(db, &account, read_run, &finding.policy).await?,
        };
        finding.last_seen = last.unwrap_or(finding.opened).max(finding.opened);
        if finding.resolved.is_none() && finding.not_judged.is_none() {
            finding.not_judged = self.newest.why_not(db, finding.account_id, &finding.policy).await?;
        }
        Ok(finding)
    }
}

/// What was said last of a finding that is resolved.
async fn last_message(db: &mut Db, number: i64) -> Result<String, StoreError> {
    let sql = "SELECT reason FROM changes WHERE finding = $1 AND kind IN ('new', 'reopened', 'changed', 'judged_again') \
               ORDER BY run DESC LIMIT 1";
    Ok(db.first(sql, &values![number], |row| row.text(0)).await?.unwrap_or_default())
}

fn of(row: &Row) -> Result<Found, sqlx::Error> {
    let moment = |run: usize| {
        let moment = row.optional_int(run)?.zip(row.optional_time(run + 1)?);
        Ok::<_, sqlx::Error>(moment.map(|(run, at)| Moment { run: run.cast_unsigned(), at }))
    };
    let opened = Moment { run: row.int(19)?.cast_unsigned(), at: row.time(20)? };
    let reason = row.optional_text(26)?.unwrap_or_default();
    let owner = match row.optional_text(13)? {
        None => ResourceOwner::Unknown,
        Some(owner) if owner.is_empty() => ResourceOwner::None,
        Some(owner) => ResourceOwner::Named(owner),
    };
    let finding = RecordedFinding {
        id: id(row, 0)?,
        policy: row.word(1)?,
        policy_title: row.text(2)?,
        status: row.word(3)?,
        severity: row.word(4)?,
        first_severity: row.word(5)?,
        account_id: row.word(6)?,
        account_name: row.text(7)?,
        ou_path: row.optional_text(8)?,
        resource_type: row.word(9)?,
        resource_arn: row.text(10)?,
        resource_id: row.optional_text(11)?,
        user_name: row.optional_word(12)?,
        owner,
        message: String::new(),
        remedy: row.word(14)?,
        exemption: exemption(row, 15)?,
        first_seen: Moment { run: row.int(17)?.cast_unsigned(), at: row.time(18)? },
        opened,
        last_seen: opened,
        not_judged: row.optional_text(23)?,
        resolved: moment(24)?.map(|moment| Resolved { moment, reason }),
    };
    let read_run = row.optional_int(27)?.map(i64::cast_unsigned);
    Ok(Found { finding, number: row.int(28)?, seen: moment(21)?, read_run })
}

fn id(row: &Row, column: usize) -> Result<keysweep_model::FindingId, sqlx::Error> {
    serde_json::from_value(row.text(column)?.into())
        .map_err(|error| sqlx::Error::ColumnDecode { index: column.to_string(), source: error.into() })
}

fn exemption(row: &Row, column: usize) -> Result<Option<Exempted>, sqlx::Error> {
    let until = row.optional_time(column + 1)?;
    let Some(by) = row.optional_text(column)? else { return Ok(None) };
    let id = by.strip_prefix("exemption ").and_then(|id| id.parse().ok());
    Ok(Some(match (id, until) {
        (Some(id), Some(until)) => Exempted::Register { id, until },
        (None, until) | (_, until @ None) => Exempted::Policy { until },
    }))
}

/// How a finding stood, in three columns from this one on; none where it was not reported.
pub(super) fn standing(row: &Row, column: usize) -> Result<Option<Standing>, sqlx::Error> {
    let standing = row.optional_word(column)?.zip(row.optional_word(column + 1)?);
    let exempted_by = row.optional_text(column + 2)?;
    Ok(standing.map(|(status, severity)| Standing { status, severity, exempted_by }))
}

async fn changes(db: &mut Db, number: i64) -> Result<Vec<Change>, StoreError> {
    let sql = "SELECT c.run, c.at, r.id, c.kind, c.status_before, c.severity_before, c.exempted_before, c.status, c.severity, \
               c.exempted_by, c.reason FROM changes c LEFT JOIN runs r ON r.number = c.run WHERE c.finding = $1 ORDER BY c.run";
    db.rows(sql, &values![number], |row| {
        Ok(Change {
            moment: Moment { run: row.int(0)?.cast_unsigned(), at: row.time(1)? },
            run_id: row.optional_text(2)?,
            kind: row.word(3)?,
            before: standing(row, 4)?,
            after: standing(row, 7)?,
            reason: row.text(10)?,
        })
    })
    .await
}

async fn groups(db: &mut Db, filter: &FindingFilter, by: Option<GroupBy>) -> Result<Vec<FindingGroup>, StoreError> {
    let (key, label) = match by {
        None => ("NULL", "NULL"),
        Some(GroupBy::Owner) => ("f.owner", "NULL"),
        Some(GroupBy::Ou) => ("a.ou_path", "NULL"),
        Some(GroupBy::Account) => ("f.account", "a.name"),
        Some(GroupBy::Policy) => ("p.id", "p.title"),
    };
    let Condition { sql, values } = Condition::of(filter);
    // The casts give the constants a type.
    let sql = format!(
        "SELECT CAST({key} AS TEXT), max(CAST({label} AS TEXT)), f.severity, count(*), min(f.opened_at) FROM {TABLES} \
         WHERE {sql} GROUP BY 1, f.severity"
    );
    let rows = db
        .rows(&sql, &values, |row| {
            let key = (row.optional_text(0)?, row.optional_text(1)?);
            Ok((key, row.word::<Severity>(2)?, row.int(3)?.cast_unsigned(), row.time(4)?))
        })
        .await?;
    let mut groups: BTreeMap<Option<String>, FindingGroup> = BTreeMap::new();
    for ((key, label), severity, count, oldest) in rows {
        let group = groups.entry(key.clone()).or_insert_with(|| {
            let (key, label) = labelled(by, key, label);
            FindingGroup { key, label, findings: 0, by_severity: BTreeMap::new(), oldest }
        });
        group.findings += count;
        *group.by_severity.entry(severity).or_default() += count;
        group.oldest = group.oldest.min(oldest);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort_by(|a, b| b.findings.cmp(&a.findings).then_with(|| a.key.cmp(&b.key)));
    Ok(groups)
}

/// The key of a group and what is read beside it.
fn labelled(by: Option<GroupBy>, key: Option<String>, label: Option<String>) -> (Option<String>, String) {
    let label = label.unwrap_or_default();
    match (by, key) {
        (Some(GroupBy::Owner), None) => (None, "the tags were not read".to_owned()),
        (Some(GroupBy::Owner), Some(key)) if key.is_empty() => (None, "no owner tag".to_owned()),
        (Some(GroupBy::Ou), None) => (None, "not known".to_owned()),
        (Some(GroupBy::Owner | GroupBy::Ou | GroupBy::Account | GroupBy::Policy) | None, key) => (key, label),
    }
}
