//! What to scan, and how: values that the caller has resolved.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use jiff::Timestamp;
use keysweep_aws::{ReportWait, RoleOptions};
use keysweep_model::AccountId;
use keysweep_policy::Policy;

use crate::{discover::AccountSource, exemptions::ExemptionOptions, select::Selection};

/// What to scan, and how.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The policies to judge by.
    pub policies: Vec<Policy>,
    /// Judge as of this time instead of now. It has no part in signing or waiting.
    pub as_of: Option<Timestamp>,
    /// Where the accounts come from.
    pub source: AccountSource,
    /// Which of them are wanted.
    pub selection: Selection,
    /// The roles to assume.
    pub roles: Roles,
    /// How the users of an account are read.
    pub reading: Reading,
    /// How much is read.
    pub extent: Extent,
    /// The register of exemptions.
    pub exemptions: ExemptionOptions,
    /// How much is done at once.
    pub concurrency: Concurrency,
    /// How long one account may take: after that, what was not read of it is unknown.
    pub account_timeout: Duration,
}

/// The roles to assume.
#[derive(Debug, Clone)]
pub struct Roles {
    /// The role to assume in every account that `by_account` does not name.
    pub default: Arc<RoleOptions>,
    /// The names of the roles of accounts that have another one.
    pub by_account: BTreeMap<AccountId, String>,
}

/// How the users of an account are read.
#[derive(Debug, Clone, Copy)]
pub enum Reading {
    /// By the credential report, and live where a verdict other than a pass depends on it. Without a usable report,
    /// live throughout.
    Report(ReportWait),
    /// Live throughout. The report is only asked for where nothing else tells what a policy wants.
    Fresh(ReportWait),
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// What the policies ask for.
    Asked,
    /// Every facet of every user and account, live where a call can tell it: for an inventory that any policy can be
    /// tried on.
    Everything,
}

/// How much is done at once.
#[derive(Debug, Clone, Copy)]
pub struct Concurrency {
    /// How many accounts are read at once: 1 or more; and at most as many beside them that AWS throttles, which mostly
    /// wait.
    pub accounts: usize,
    /// How many calls are made at once in one account: 1 or more.
    pub calls_per_account: usize,
}
