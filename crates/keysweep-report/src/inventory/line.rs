//! The lines of an inventory.

use jiff::Timestamp;
use keysweep_model::{AccountGap, Run, Step};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{SCHEMA, account::Account, facts::parse};

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header {
    schema: String,
    tool: Tool,
    run: RunLine,
}

#[derive(Debug, Serialize, Deserialize)]
struct Tool {
    name: String,
    version: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct RunLine {
    id: String,
    started_at: Timestamp,
    as_of: Timestamp,
    organization_id: Option<String>,
    management_account_id: Option<String>,
    partition: String,
}

/// Every other line, as it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Account(Box<Account>),
    Failed(Gap),
    Skipped(Gap),
    End(End),
}

/// Every other line, as it is read: a later version may have added keys beside the one that says what it is.
#[derive(Debug, Deserialize)]
struct Keys {
    account: Option<Box<Account>>,
    failed: Option<Gap>,
    skipped: Option<Gap>,
    end: Option<End>,
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Keys::deserialize(deserializer)? {
            Keys { account: Some(account), failed: None, skipped: None, end: None } => Ok(Self::Account(account)),
            Keys { account: None, failed: Some(gap), skipped: None, end: None } => Ok(Self::Failed(gap)),
            Keys { account: None, failed: None, skipped: Some(gap), end: None } => Ok(Self::Skipped(gap)),
            Keys { account: None, failed: None, skipped: None, end: Some(end) } => Ok(Self::End(end)),
            Keys { .. } => Err(D::Error::custom("a line is one of `account`, `failed`, `skipped` and `end`")),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Gap {
    account_id: Option<String>,
    account_name: String,
    step: String,
    reason: String,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct End {
    pub(super) records: u64,
    pub(super) sha256: String,
}

impl Header {
    pub(super) fn of(run: &Run) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "keysweep".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            run: RunLine {
                id: run.id.clone(),
                started_at: run.started_at,
                as_of: run.as_of,
                organization_id: run.organization_id.clone(),
                management_account_id: run.management_account_id.map(|id| id.to_string()),
                partition: run.partition.to_string(),
            },
        }
    }

    /// The run, which is taken to have ended when it began: the header is written before the end is known.
    pub(super) fn run(self) -> Result<Run, String> {
        Ok(Run {
            id: self.run.id,
            started_at: self.run.started_at,
            finished_at: self.run.started_at,
            as_of: self.run.as_of,
            organization_id: self.run.organization_id,
            management_account_id: self.run.management_account_id.map(|id| parse(&id)).transpose()?,
            partition: parse(&self.run.partition)?,
        })
    }
}

impl Gap {
    pub(super) fn of(gap: &AccountGap) -> Self {
        Self {
            account_id: gap.account_id.map(|id| id.to_string()),
            account_name: gap.account_name.clone(),
            step: gap.step.to_string(),
            reason: gap.reason.clone(),
        }
    }

    pub(super) fn gap(self) -> Result<AccountGap, String> {
        Ok(AccountGap {
            account_id: self.account_id.map(|id| parse(&id)).transpose()?,
            account_name: self.account_name,
            step: parse::<Step>(&self.step)?,
            reason: self.reason,
        })
    }
}
