//! Findings.

use std::{
    collections::{BTreeMap, HashMap},
    io,
};

use jiff::Timestamp;
use keysweep_model::{
    AccountId, Change, Exempted, FindingFilter, FindingGroup, FindingHistory, FindingId, GroupBy, Moment, PolicyId,
    RecordedFinding, Remedy, Resolved, ResourceOwner, ResourceType, Severity, Standing, Status, UserName,
};
use serde::Deserialize;

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

/// Messages of so many bytes are kept in memory: those of one account are read together, and its findings are scattered.
const MESSAGES: usize = 64 << 20;

/// A row of a finding: the fields stand in the order of [`COLUMNS`].
#[derive(Deserialize)]
struct Found {
    id: FindingId,
    policy: PolicyId,
    policy_title: String,
    status: Status,
    severity: Severity,
    first_severity: Severity,
    account_id: AccountId,
    account_name: String,
    ou_path: Option<String>,
    resource_type: ResourceType,
    resource_arn: String,
    resource_id: Option<String>,
    user_name: Option<UserName>,
    owner: Option<String>,
    remedy: Remedy,
    exempted_by: Option<String>,
    exempted_until: Option<i64>,
    first_run: u64,
    first_at: i64,
    opened_run: u64,
    opened_at: i64,
    seen_run: Option<u64>,
    seen_at: Option<i64>,
    not_judged: Option<String>,
    closed_run: Option<u64>,
    closed_at: Option<i64>,
    closed_reason: Option<String>,
    read_run: Option<u64>,
    number: i64,
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
    /// When the store has no finding with this id, or several that it may mean; or when the store cannot be read.
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
    /// How large the messages are since they were forgotten last.
    bytes: usize,
}

impl Reading {
    pub(super) async fn new(db: &mut Db) -> Result<Self, StoreError> {
        Ok(Self { newest: Newest::of(db).await?, last_seen: LastSeen::default(), messages: HashMap::new(), bytes: 0 })
    }

    /// The findings with these numbers, in their order.
    pub(super) async fn page(&mut self, db: &mut Db, numbers: &[i64]) -> Result<Vec<RecordedFinding>, StoreError> {
        let places: Vec<String> = numbers.iter().map(ToString::to_string).collect();
        let sql = db.as_json(COLUMNS, &format!("{TABLES} WHERE f.number IN ({})", places.join(", ")));
        let found: Vec<Found> = db.first(&sql, &[], |row| row.json(0)).await?.unwrap_or_default();
        let mut by_number: HashMap<i64, Found> = found.into_iter().map(|found| (found.number, found)).collect();
        let mut findings = Vec::new();
        for found in numbers.iter().filter_map(|number| by_number.remove(number)).collect::<Vec<_>>() {
            findings.push(self.complete(db, found).await?);
        }
        Ok(findings)
    }

    async fn complete(&mut self, db: &mut Db, found: Found) -> Result<RecordedFinding, StoreError> {
        let (number, read_run, seen) = (found.number, found.read_run, moment(found.seen_run, found.seen_at));
        let mut finding = found.recorded();
        let account = finding.account_id.to_string();
        if !self.messages.contains_key(&account) {
            let sql = "SELECT messages FROM messages WHERE account = $1";
            let said: Option<BTreeMap<String, String>> =
                db.first(sql, &values![account.as_str()], |row| row.json(0)).await?;
            let said = said.unwrap_or_default();
            self.bytes += said.iter().map(|(id, message)| id.len() + message.len()).sum::<usize>();
            if self.bytes > MESSAGES {
                self.messages.clear();
                self.bytes = 0;
            }
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

impl Found {
    /// The finding, as far as its row tells it.
    fn recorded(self) -> RecordedFinding {
        let opened = Moment { run: self.opened_run, at: time(self.opened_at) };
        let reason = self.closed_reason.unwrap_or_default();
        RecordedFinding {
            owner: match self.owner {
                None => ResourceOwner::Unknown,
                Some(owner) if owner.is_empty() => ResourceOwner::None,
                Some(owner) => ResourceOwner::Named(owner),
            },
            exemption: self.exempted_by.map(|by| exempted(&by, self.exempted_until.map(time))),
            first_seen: Moment { run: self.first_run, at: time(self.first_at) },
            opened,
            last_seen: opened,
            resolved: moment(self.closed_run, self.closed_at).map(|moment| Resolved { moment, reason }),
            id: self.id,
            policy: self.policy,
            policy_title: self.policy_title,
            status: self.status,
            severity: self.severity,
            first_severity: self.first_severity,
            account_id: self.account_id,
            account_name: self.account_name,
            ou_path: self.ou_path,
            resource_type: self.resource_type,
            resource_arn: self.resource_arn,
            resource_id: self.resource_id,
            user_name: self.user_name,
            message: String::new(),
            remedy: self.remedy,
            not_judged: self.not_judged,
        }
    }
}

fn moment(run: Option<u64>, at: Option<i64>) -> Option<Moment> {
    run.zip(at).map(|(run, at)| Moment { run, at: time(at) })
}

/// A time; one that no clock can show is taken as the earliest.
fn time(milliseconds: i64) -> Timestamp {
    Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MIN)
}

fn exempted(by: &str, until: Option<Timestamp>) -> Exempted {
    let id = by.strip_prefix("exemption ").and_then(|id| id.parse().ok());
    match (id, until) {
        (Some(id), Some(until)) => Exempted::Register { id, until },
        (None, until) | (_, until @ None) => Exempted::Policy { until },
    }
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
