//! The lines of an inventory.

use std::sync::Arc;

use jiff::Timestamp;
use keysweep_model::{
    AccessKey, AccountFacts, AccountGap, AccountId, CredentialStatus, Fact, Partition, Run, SavedAccount,
    SigningCertificate,
};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::SCHEMA;

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
    management_account_id: Option<AccountId>,
    partition: Partition,
}

/// Every other line, as it is written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum WrittenLine<'a> {
    Account(&'a AccountFacts),
    Failed(&'a AccountGap),
    Skipped(&'a AccountGap),
    End(End),
}

/// Every other line, as it is read.
#[derive(Debug)]
pub(super) enum Line {
    Account(SavedAccount),
    End(End),
}

/// The keys of a line: a later version may have added others beside the one that says what it is.
#[derive(Debug, Deserialize)]
struct Keys {
    account: Option<Box<AccountFacts>>,
    failed: Option<AccountGap>,
    skipped: Option<AccountGap>,
    end: Option<End>,
}

impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Keys::deserialize(deserializer)? {
            Keys { account: Some(mut facts), failed: None, skipped: None, end: None } => {
                mark_slots(&mut facts);
                Ok(Self::Account(SavedAccount::Read(facts)))
            }
            Keys { account: None, failed: Some(gap), skipped: None, end: None } => {
                Ok(Self::Account(SavedAccount::Failed(gap)))
            }
            Keys { account: None, failed: None, skipped: Some(gap), end: None } => {
                Ok(Self::Account(SavedAccount::Skipped(gap)))
            }
            Keys { account: None, failed: None, skipped: None, end: Some(end) } => Ok(Self::End(end)),
            Keys { .. } => Err(D::Error::custom("a line is one of `account`, `failed`, `skipped` and `end`")),
        }
    }
}

/// Marks slots of a credential report that may be empty. The first writers of this format did not: to them a slot was an
/// inactive key or certificate of which nothing else was read.
fn mark_slots(facts: &mut AccountFacts) {
    let status = || Fact::Live(CredentialStatus::Inactive);
    for user in facts.users.value_mut().into_iter().flatten() {
        let user = Arc::make_mut(user);
        for key in user.access_keys.value_mut().into_iter().flatten() {
            if *key == (AccessKey { status: status(), ..AccessKey::possible() }) {
                *key = AccessKey::possible();
            }
        }
        for certificate in user.signing_certificates.value_mut().into_iter().flatten() {
            if *certificate == (SigningCertificate { status: status(), ..SigningCertificate::possible() }) {
                *certificate = SigningCertificate::possible();
            }
        }
    }
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
                management_account_id: run.management_account_id,
                partition: run.partition.clone(),
            },
        }
    }

    /// The run, which is taken to have ended when it began: the header is written before the end is known.
    pub(super) fn run(self) -> Run {
        Run {
            id: self.run.id,
            started_at: self.run.started_at,
            finished_at: self.run.started_at,
            as_of: self.run.as_of,
            organization_id: self.run.organization_id,
            management_account_id: self.run.management_account_id,
            partition: self.run.partition,
        }
    }
}
