//! What a store holds of one account, as far as a run must be compared with it.

use std::collections::BTreeMap;

use keysweep_model::{Moment, ResourceType, Severity, Standing, Status};
use serde::{Deserialize, Serialize};

use super::state::State;
use crate::{
    StoreError,
    db::{Db, values},
};

/// What a store holds of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownAccount {
    /// Its name, and where it is; none where the store does not know it.
    pub(crate) place: Option<(String, Option<String>)>,
    /// The newest complete run that has read it, and when that ended.
    pub(crate) read: Option<Moment>,
    /// Whether it has left the organization.
    pub(crate) has_left: bool,
    /// Its findings that are not resolved.
    pub(crate) findings: Vec<KnownFinding>,
    /// Its credentials that are there.
    pub(crate) credentials: Vec<KnownCredential>,
    /// What was said last of its findings, by their ids.
    pub(crate) messages: BTreeMap<String, String>,
}

/// A finding that a store holds. The fields stand in the order of the columns.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct KnownFinding {
    pub(crate) number: i64,
    pub(crate) id: String,
    /// The number of its policy, with the script and the parameters by which it was judged last.
    pub(crate) policy: i64,
    pub(crate) user_name: Option<String>,
    pub(crate) resource_type: ResourceType,
    pub(crate) resource_id: Option<String>,
    pub(crate) resource_arn: String,
    pub(crate) owner: Option<String>,
    status: Status,
    severity: Severity,
    exempted_by: Option<String>,
    pub(crate) exempted_until: Option<i64>,
    pub(crate) first_at: i64,
    pub(crate) opened_run: i64,
    pub(crate) opened_at: i64,
    pub(crate) seen_run: Option<i64>,
    pub(crate) seen_at: Option<i64>,
    pub(crate) not_judged: Option<String>,
    closed_run: Option<i64>,
}

const FINDING: &str = "number, id, policy, user_name, resource_type, resource_id, resource_arn, owner, status, severity, \
     exempted_by, exempted_until, first_at, opened_run, opened_at, seen_run, seen_at, not_judged, closed_run";

impl KnownFinding {
    /// All of it that may change.
    pub(crate) fn state(&self) -> State {
        State {
            policy: self.policy,
            user_name: self.user_name.clone(),
            resource_id: self.resource_id.clone(),
            resource_arn: self.resource_arn.clone(),
            owner: self.owner.clone(),
            standing: self.standing(),
            exempted_until: self.exempted_until,
            opened: (self.opened_run, self.opened_at),
            seen: self.seen_run.zip(self.seen_at),
            not_judged: self.not_judged.clone(),
            closed: None,
        }
    }

    /// How it stands.
    pub(crate) fn standing(&self) -> Standing {
        let Self { status, severity, exempted_by, .. } = self;
        Standing { status: *status, severity: *severity, exempted_by: exempted_by.clone() }
    }

    /// Whether it is resolved.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed_run.is_some()
    }
}

/// A credential that a store holds, and that is there as far as it knows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct KnownCredential {
    pub(crate) number: i64,
    pub(crate) user_name: String,
    pub(crate) now: CredentialState,
}

/// What is known of a credential. The fields stand in the order of the columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CredentialState {
    pub(crate) kind: ResourceType,
    pub(crate) id: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) created_at: Option<i64>,
    pub(crate) used: Option<String>,
    pub(crate) used_at: Option<i64>,
    pub(crate) used_service: Option<String>,
    pub(crate) used_region: Option<String>,
    pub(crate) origin: String,
}

const CREDENTIAL: &str = "resource_type, id, status, created_at, used, used_at, used_service, used_region, origin";

/// All that a store holds of the account with this id. One answer, as there are many accounts.
pub(crate) async fn account(db: &mut Db, id: &str) -> Result<KnownAccount, StoreError> {
    let findings = db.as_json(FINDING, "findings f WHERE f.account = a.id AND f.closed_run IS NULL");
    let credential = format!("number, user_name, {}", db.array(CREDENTIAL));
    let credentials = db.as_json(&credential, "credentials c WHERE c.account = a.id AND c.gone_run IS NULL");
    let sql = format!(
        "SELECT a.name, a.ou_path, a.read_run, a.read_at, a.left_run, ({findings}), ({credentials}), \
         (SELECT m.messages FROM messages m WHERE m.account = a.id) FROM accounts a WHERE a.id = $1"
    );
    let known = db
        .first(&sql, &values![id], |row| {
            let read = match (row.optional_int(2)?, row.optional_time(3)?) {
                (Some(run), Some(at)) => Some(Moment { run: run.cast_unsigned(), at }),
                (None, _) | (_, None) => None,
            };
            Ok(KnownAccount {
                place: Some((row.text(0)?, row.optional_text(1)?)),
                read,
                has_left: row.optional_int(4)?.is_some(),
                findings: row.json(5)?,
                credentials: row.json(6)?,
                messages: row.optional_json(7)?.unwrap_or_default(),
            })
        })
        .await?;
    Ok(known.unwrap_or_default())
}

/// The findings of an account that are not resolved.
pub(crate) async fn open_findings(db: &mut Db, account: &str) -> Result<Vec<KnownFinding>, StoreError> {
    let sql = db.as_json(FINDING, "findings WHERE account = $1 AND closed_run IS NULL");
    Ok(db.first(&sql, &values![account], |row| row.json(0)).await?.unwrap_or_default())
}

/// The finding with this id, which was resolved.
pub(crate) async fn closed_finding(db: &mut Db, id: &str) -> Result<Option<KnownFinding>, StoreError> {
    let sql = db.as_json(FINDING, "findings WHERE id = $1 AND closed_run IS NOT NULL");
    let found: Option<Vec<KnownFinding>> = db.first(&sql, &values![id], |row| row.json(0)).await?;
    Ok(found.into_iter().flatten().next())
}
