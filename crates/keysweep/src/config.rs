//! Every setting, defined once: its flag, its environment variable, its key in `keysweep.yaml`, its help and its default.
//!
//! Settings stand in groups, and a command takes the flags of those groups that it uses. A layer is a [`Config`]: every
//! group, with everything in it optional. The flags of a command (with the environment behind them) are one layer, the
//! file is another, and [`Config::over`] lays the one over the other; [`crate::settings`] resolves the result.

#[macro_use]
mod definition;
mod file;
mod value;

use std::{collections::HashMap, path::PathBuf, sync::Arc};

use clap::Args;
use keysweep_files::yaml::Spanned;
use keysweep_model::{AccountId, PolicyId, Severity};
use keysweep_policy::Limits;
use keysweep_report::Format;
use keysweep_scan::DEFAULT_MAX_TERM_DAYS;
use schemars::JsonSchema;
use serde::Deserialize;

pub use file::{Exemptions, PolicyConfig, SourceFile, read};
pub use value::{AccountRole, AsOf, Text};

use crate::exit::FailOn;

settings! {
    /// Which accounts of the organization are scanned.
    selection: SelectionArgs under "Accounts" {
        /// Scan this account (repeatable; adds to --ou)
        #[arg(long = "account", value_name = "ACCOUNT", env = "KEYSWEEP_ACCOUNTS", value_delimiter = ',')]
        accounts: Vec<Text<AccountId>>;
        /// Do not scan this account (repeatable); it is reported as skipped
        #[arg(long = "exclude-account", value_name = "ACCOUNT")]
        #[arg(env = "KEYSWEEP_EXCLUDE_ACCOUNTS", value_delimiter = ',')]
        exclude_accounts: Vec<Text<AccountId>>;
        /// Scan the accounts in and below this organizational unit, an id or a path of names (repeatable)
        #[arg(long = "ou", value_name = "OU", env = "KEYSWEEP_OUS", value_delimiter = ',')]
        ous: Vec<String>;
    }

    /// Where a real organization is found.
    organization: OrganizationArgs under "AWS" {
        /// Take the accounts from this file (YAML or CSV) instead of AWS Organizations
        #[arg(long, value_name = "FILE", env = "KEYSWEEP_ACCOUNTS_FILE", help_heading = "Accounts")]
        accounts_file: PathBuf;
        /// Use this profile of the shared AWS configuration [default: AWS_PROFILE]
        #[arg(long, value_name = "NAME", env = "KEYSWEEP_PROFILE")]
        profile: String;
        /// Call STS in this Region [default: AWS_REGION, the profile's, or us-east-1]
        #[arg(long, value_name = "REGION", env = "KEYSWEEP_REGION")]
        region: String;
    }

    /// Which roles are assumed in the accounts.
    assume: AssumeArgs under "AWS" {
        /// Assume this role in every account
        #[arg(long, value_name = "NAME", env = "KEYSWEEP_ROLE")]
        role: String = DEFAULT_ROLE.to_owned();
        /// Assume this role in this account (repeatable); without one the caller's own account is read as the caller
        #[arg(long, value_name = "ACCOUNT=NAME", env = "KEYSWEEP_ROLE_FOR", value_delimiter = ',')]
        #[serde(skip)]
        role_for: Vec<AccountRole>;
        /// The roles of accounts whose role has another name
        #[arg(skip)]
        roles: HashMap<Text<AccountId>, String>;
        /// Give this external id when assuming roles
        #[arg(long, value_name = "ID", env = "KEYSWEEP_EXTERNAL_ID", hide_env_values = true)]
        external_id: String;
    }

    /// The sessions in the accounts, and how calls are made.
    connection: ConnectionArgs under "AWS" {
        /// Give the sessions this name, which CloudTrail shows
        #[arg(long, value_name = "NAME", env = "KEYSWEEP_SESSION_NAME")]
        session_name: String = "keysweep".to_owned();
        /// Set this source identity on the sessions
        #[arg(long, value_name = "NAME", env = "KEYSWEEP_SOURCE_IDENTITY")]
        source_identity: String;
        /// Try each call at most this many times; throttles do not count
        #[arg(long, value_name = "N", env = "KEYSWEEP_MAX_ATTEMPTS")]
        max_attempts: u32 = 8;
        /// Have at most this many requests in flight, and as many again to throttled accounts
        #[arg(long, value_name = "N", env = "KEYSWEEP_MAX_REQUESTS")]
        max_requests: u32 = 128;
        /// Read at most this many accounts at once, and as many again that are throttled
        #[arg(long, value_name = "N", env = "KEYSWEEP_CONCURRENCY")]
        concurrency: u32 = DEFAULT_CONCURRENCY;
        /// Read one account for at most this long; the rest of it is then unknown
        #[arg(long, value_name = "SECONDS", env = "KEYSWEEP_ACCOUNT_TIMEOUT")]
        account_timeout: u32 = DEFAULT_ACCOUNT_TIMEOUT;
    }

    /// What is read of each account, and what is kept of it.
    reading: ReadingArgs under "Reading" {
        /// Read every user live instead of the credential report: more calls, but no fact that is up to four hours old
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        #[arg(env = "KEYSWEEP_FRESH")]
        fresh: bool;
        /// Wait this long for a credential report before reading users one by one
        #[arg(long, value_name = "SECONDS", env = "KEYSWEEP_REPORT_TIMEOUT")]
        report_timeout: u32 = 120;
        /// Make this many calls at once in one account
        #[arg(long, value_name = "N", env = "KEYSWEEP_CALLS_PER_ACCOUNT")]
        calls_per_account: u32 = 8;
        /// Write what is read to this file, to be judged again later
        #[arg(long, value_name = "FILE", env = "KEYSWEEP_SAVE_INVENTORY", help_heading = "Inventory")]
        save_inventory: PathBuf;
        /// Save every fact, also what no policy asks for, so that any policy can be tried: several more calls a user
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        #[arg(env = "KEYSWEEP_FULL_INVENTORY", help_heading = "Inventory")]
        full_inventory: bool;
    }

    /// Which policies there are.
    policy: PolicyArgs under "Policies" {
        /// Take the policies in this folder too (repeatable); a policy with a shipped one's id takes its place
        #[arg(long = "policies", value_name = "DIR", env = "KEYSWEEP_POLICIES", value_delimiter = ',')]
        policy_folders: Vec<PathBuf>;
        /// Leave out the policies that Keysweep ships
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        #[arg(env = "KEYSWEEP_NO_SHIPPED_POLICIES")]
        no_shipped_policies: bool;
        /// Settings by policy: whether it runs, its severity and its parameters
        #[arg(skip)]
        #[schemars(with = "Option<HashMap<String, PolicyConfig>>")]
        policies: HashMap<Spanned<String>, PolicyConfig>;
        /// Limits of policy scripts
        #[arg(skip)]
        policy_limits: Limits;
    }

    /// What is judged, as of when, and what is exempted.
    judging: JudgingArgs under "Policies" {
        /// Judge by this policy only (repeatable), even where the configuration file disables it
        #[arg(long = "policy", value_name = "ID", env = "KEYSWEEP_POLICY", value_delimiter = ',')]
        only_policies: Vec<Text<PolicyId>>;
        /// Judge as of this day (2026-03-01) or time (2026-03-01T12:00:00Z) [default: now]
        #[arg(long, value_name = "DATE", env = "KEYSWEEP_AS_OF")]
        as_of: Text<AsOf>;
        /// Exempt what this register of exemptions lists [default: exemptions.yaml, where there is one]
        #[arg(long = "exemptions", value_name = "FILE", env = "KEYSWEEP_EXEMPTIONS")]
        exemptions_file: PathBuf;
        /// Exemptions, in place of a file of their own
        #[arg(skip)]
        exemptions: Exemptions;
        /// Accept no exemption of more than this many days
        #[arg(long, value_name = "DAYS", env = "KEYSWEEP_EXEMPTION_MAX_TERM_DAYS")]
        exemption_max_term_days: u32 = DEFAULT_MAX_TERM_DAYS;
        /// Report an exemption that covers more than this percentage of what its policies judge
        #[arg(long, value_name = "PERCENT", env = "KEYSWEEP_EXEMPTION_MAX_SHARE")]
        exemption_max_share: u8 = 10;
    }

    /// Where the history is kept.
    store: StoreArgs under "History" {
        /// Keep the history of runs and findings in this SQLite file, or in PostgreSQL: postgres://USER@HOST/DATABASE
        #[arg(long, value_name = "STORE", env = "KEYSWEEP_STORE", hide_env_values = true)]
        store: String;
        /// Wait this long for another process that changes the store
        #[arg(long, value_name = "SECONDS", env = "KEYSWEEP_STORE_TIMEOUT")]
        store_timeout: u32 = 60;
    }

    /// What is recorded of a scan beside its findings.
    recording: RecordingArgs under "History" {
        /// Take who answers for a user from this tag of the user, whatever the case of its letters
        #[arg(long, value_name = "TAG", env = "KEYSWEEP_OWNER_TAG")]
        owner_tag: String = "owner".to_owned();
    }

    /// What only `keysweep scan` takes.
    scan: ScanArgs under "Output" {
        /// Judge this inventory, which --save-inventory wrote, and contact nothing
        #[arg(long, value_name = "FILE", env = "KEYSWEEP_INVENTORY", help_heading = "Inventory")]
        inventory: PathBuf;
        /// Exit with 1 for violations of at least this severity: info, low, medium, high, critical or never
        #[arg(long, value_name = "SEVERITY", env = "KEYSWEEP_FAIL_ON")]
        fail_on: Text<FailOn> = Text(FailOn::Severity(Severity::Low));
        /// Exit with 1 only for violations of at least this severity that the store did not have yet, unless --fail-on is given
        #[arg(long, value_name = "SEVERITY", env = "KEYSWEEP_FAIL_ON_NEW")]
        fail_on_new: Text<Severity>;
    }

    /// How and where a result is written.
    output: OutputArgs under "Output" {
        /// Print text or json
        #[arg(long, value_name = "FORMAT", env = "KEYSWEEP_FORMAT")]
        format: Text<Format> = Text(Format::Text);
        /// Write the result to this file instead of stdout; the file appears only once it is whole
        #[arg(long, short, value_name = "FILE", env = "KEYSWEEP_OUTPUT")]
        output: PathBuf;
    }

    /// How much of a result is shown.
    view: ViewArgs under "Output" {
        /// Show each finding above the summary
        #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
        #[arg(env = "KEYSWEEP_ALL")]
        all: bool;
    }
}

/// The role that AWS Organizations makes in every account that it makes.
/// Source: docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";

/// Many, because an account spends most of its time waiting for its credential report; fewer than the 600 roles that
/// STS lets an account assume in a second.
const DEFAULT_CONCURRENCY: u32 = 512;

/// In seconds: half an hour, in which IAM answers some 18,000 calls at ten a second.
const DEFAULT_ACCOUNT_TIMEOUT: u32 = 30 * 60;

/// The JSON Schema of `keysweep.yaml`, made from the type that reads it.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Keys).into()
}

#[cfg(test)]
mod tests;
