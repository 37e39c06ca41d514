//! Everything that can be set, once: each field is a flag, an environment variable and a key of `keysweep.yaml`.
//!
//! A layer is a [`Config`] in which everything is optional. The flags (with the environment behind them) are one, the
//! file is another, and [`Config::over`] lays the one over the other; [`crate::settings`] fills in the defaults.

mod file;
mod value;

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::Arc,
};

use clap::Args;
use keysweep_files::yaml::Spanned;
use keysweep_model::{AccountId, PolicyId};
use keysweep_policy::Limits;
use schemars::JsonSchema;
use serde::Deserialize;

pub use file::{Exemptions, PolicyConfig, SourceFile, Text, read};
use file::{text, texts};
pub use value::{AccountRole, AsOf, Format};

use crate::exit::FailOn;

/// One layer of settings.
#[derive(Debug, Clone, Default, PartialEq, Args, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(
    title = "keysweep.yaml",
    description = "The settings of Keysweep. A flag wins over its environment variable, that over this file."
)]
pub struct Config {
    /// Scan this account (repeatable; adds to --ou)
    #[arg(long = "account", value_name = "ACCOUNT", env = "KEYSWEEP_ACCOUNTS", value_delimiter = ',')]
    #[arg(help_heading = "Accounts")]
    #[serde(deserialize_with = "texts")]
    #[schemars(with = "Option<Vec<String>>")]
    pub accounts: Option<Vec<AccountId>>,
    /// Do not scan this account (repeatable); it is reported as skipped
    #[arg(long = "exclude-account", value_name = "ACCOUNT", env = "KEYSWEEP_EXCLUDE_ACCOUNTS", value_delimiter = ',')]
    #[arg(help_heading = "Accounts")]
    #[serde(deserialize_with = "texts")]
    #[schemars(with = "Option<Vec<String>>")]
    pub exclude_accounts: Option<Vec<AccountId>>,
    /// Scan the accounts in and below this organizational unit, an id or a path of names (repeatable)
    #[arg(long = "ou", value_name = "OU", env = "KEYSWEEP_OUS", value_delimiter = ',', help_heading = "Accounts")]
    pub ous: Option<Vec<String>>,
    /// Take the accounts from this file (YAML or CSV) instead of AWS Organizations
    #[arg(long, value_name = "FILE", env = "KEYSWEEP_ACCOUNTS_FILE", help_heading = "Accounts")]
    pub accounts_file: Option<PathBuf>,

    /// Assume this role in every account [default: OrganizationAccountAccessRole]
    #[arg(long, value_name = "NAME", env = "KEYSWEEP_ROLE", help_heading = "AWS")]
    pub role: Option<String>,
    /// Assume this role in this account (repeatable); without one the caller's own account is read as the caller
    #[arg(long = "role-for", value_name = "ACCOUNT=NAME", env = "KEYSWEEP_ROLE_FOR", value_delimiter = ',')]
    #[arg(help_heading = "AWS")]
    #[serde(skip)]
    pub role_for: Option<Vec<AccountRole>>,
    /// Roles by account: the key `roles` of the configuration file.
    #[arg(skip)]
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub roles: Option<HashMap<Text<AccountId>, String>>,
    /// Give this external id when assuming roles
    #[arg(long, value_name = "ID", env = "KEYSWEEP_EXTERNAL_ID", hide_env_values = true, help_heading = "AWS")]
    pub external_id: Option<String>,
    /// Name the sessions, as CloudTrail shows them [default: keysweep]
    #[arg(long, value_name = "NAME", env = "KEYSWEEP_SESSION_NAME", help_heading = "AWS")]
    pub session_name: Option<String>,
    /// Set this source identity on the sessions
    #[arg(long, value_name = "NAME", env = "KEYSWEEP_SOURCE_IDENTITY", help_heading = "AWS")]
    pub source_identity: Option<String>,
    /// Use this profile of the shared AWS configuration [default: AWS_PROFILE]
    #[arg(long, value_name = "NAME", env = "KEYSWEEP_PROFILE", help_heading = "AWS")]
    pub profile: Option<String>,
    /// Call STS in this Region [default: AWS_REGION, the profile's, or us-east-1]
    #[arg(long, value_name = "REGION", env = "KEYSWEEP_REGION", help_heading = "AWS")]
    pub region: Option<String>,
    /// Try each call this often before giving it up; throttles do not count [default: 8]
    #[arg(long, value_name = "N", env = "KEYSWEEP_MAX_ATTEMPTS", help_heading = "AWS")]
    pub max_attempts: Option<u32>,
    /// Have this many requests in flight at once, and as many to throttled accounts [default: 128]
    #[arg(long, value_name = "N", env = "KEYSWEEP_MAX_REQUESTS", help_heading = "AWS")]
    pub max_requests: Option<u32>,
    /// Read this many accounts at once, and as many throttled ones [default: 512]
    #[arg(long, value_name = "N", env = "KEYSWEEP_CONCURRENCY", help_heading = "AWS")]
    pub concurrency: Option<u32>,
    /// Make this many calls at once in one account [default: 8]
    #[arg(long, value_name = "N", env = "KEYSWEEP_CALLS_PER_ACCOUNT", help_heading = "AWS")]
    pub calls_per_account: Option<u32>,
    /// Read one account for at most this long; the rest of it is then unknown [default: 1800]
    #[arg(long, value_name = "SECONDS", env = "KEYSWEEP_ACCOUNT_TIMEOUT", help_heading = "AWS")]
    pub account_timeout: Option<u32>,

    /// Read every user live instead of the credential report: more calls, nothing up to four hours old
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "KEYSWEEP_FRESH", help_heading = "Reading")]
    pub fresh: Option<bool>,
    /// Wait this long for a credential report before reading users one by one [default: 120]
    #[arg(long, value_name = "SECONDS", env = "KEYSWEEP_REPORT_TIMEOUT", help_heading = "Reading")]
    pub report_timeout: Option<u32>,

    /// Judge by the policies in this folder too (repeatable); a policy with a shipped one's id takes its place
    #[arg(long = "policies", value_name = "DIR", env = "KEYSWEEP_POLICIES", value_delimiter = ',')]
    #[arg(help_heading = "Policies")]
    pub policy_folders: Option<Vec<PathBuf>>,
    /// Leave out the policies that Keysweep ships
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "KEYSWEEP_NO_SHIPPED_POLICIES", help_heading = "Policies")]
    pub no_shipped_policies: Option<bool>,
    /// Judge by this policy only (repeatable), even where the configuration file disables it
    #[arg(long = "policy", value_name = "ID", env = "KEYSWEEP_POLICY", value_delimiter = ',')]
    #[arg(help_heading = "Policies")]
    #[serde(deserialize_with = "texts")]
    #[schemars(with = "Option<Vec<String>>")]
    pub only_policies: Option<Vec<PolicyId>>,
    /// Settings by policy: the key `policies` of the configuration file.
    #[arg(skip)]
    #[schemars(with = "Option<BTreeMap<String, PolicyConfig>>")]
    pub policies: Option<HashMap<Spanned<String>, PolicyConfig>>,
    /// Judge as of this day (2026-03-01) or time (2026-03-01T12:00:00Z) [default: now]
    #[arg(long, value_name = "DATE", env = "KEYSWEEP_AS_OF", help_heading = "Policies")]
    #[serde(deserialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub as_of: Option<AsOf>,

    /// Let off what this register of exemptions lists [default: exemptions.yaml, where there is one]
    #[arg(long = "exemptions", value_name = "FILE", env = "KEYSWEEP_EXEMPTIONS", help_heading = "Policies")]
    pub exemptions_file: Option<PathBuf>,
    /// Exemptions: the key `exemptions` of the configuration file, in place of a file of their own.
    #[arg(skip)]
    pub exemptions: Option<Exemptions>,
    /// Accept no exemption of more than this many days [default: 365]
    #[arg(long, value_name = "DAYS", env = "KEYSWEEP_EXEMPTION_MAX_TERM_DAYS", help_heading = "Policies")]
    pub exemption_max_term_days: Option<u32>,
    /// Report an exemption that lets off more than this percentage of what its policies judge [default: 10]
    #[arg(long, value_name = "PERCENT", env = "KEYSWEEP_EXEMPTION_MAX_SHARE", help_heading = "Policies")]
    pub exemption_max_share: Option<u8>,
    /// Limits of policy scripts: the key `policy_limits` of the configuration file.
    #[arg(skip)]
    pub policy_limits: Option<Limits>,

    /// Judge what this inventory holds, as --save-inventory wrote it, and contact nothing
    #[arg(long, value_name = "FILE", env = "KEYSWEEP_INVENTORY", help_heading = "Inventory")]
    pub inventory: Option<PathBuf>,
    /// Write what is read to this file, to be judged again later
    #[arg(long, value_name = "FILE", env = "KEYSWEEP_SAVE_INVENTORY", help_heading = "Inventory")]
    pub save_inventory: Option<PathBuf>,
    /// Save every fact, also what no policy asks for, so that any policy can be tried: about six more calls a user
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "KEYSWEEP_FULL_INVENTORY", help_heading = "Inventory")]
    pub full_inventory: Option<bool>,

    /// Exit with 1 for violations of at least this severity: info, low, medium, high, critical or never [default: low]
    #[arg(long, value_name = "SEVERITY", env = "KEYSWEEP_FAIL_ON", help_heading = "Output")]
    #[serde(deserialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub fail_on: Option<FailOn>,
    /// Print text or json [default: text]
    #[arg(long, value_name = "FORMAT", env = "KEYSWEEP_FORMAT", help_heading = "Output")]
    #[serde(deserialize_with = "text")]
    #[schemars(with = "Option<String>")]
    pub format: Option<Format>,
    /// Write the result to this file instead of stdout; the file appears only once it is whole
    #[arg(long, short, value_name = "FILE", env = "KEYSWEEP_OUTPUT", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Show each finding above the summary
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    #[arg(env = "KEYSWEEP_ALL", help_heading = "Output")]
    pub all: Option<bool>,

    /// The configuration file that a part of this came from.
    #[arg(skip)]
    #[serde(skip)]
    pub source: Option<Arc<SourceFile>>,
}

impl Config {
    /// This layer over `below`: what this one leaves open is taken from there.
    #[must_use]
    pub fn over(self, below: Self) -> Self {
        Self {
            accounts: self.accounts.or(below.accounts),
            exclude_accounts: self.exclude_accounts.or(below.exclude_accounts),
            ous: self.ous.or(below.ous),
            accounts_file: self.accounts_file.or(below.accounts_file),
            role: self.role.or(below.role),
            role_for: self.role_for.or(below.role_for),
            roles: self.roles.or(below.roles),
            external_id: self.external_id.or(below.external_id),
            session_name: self.session_name.or(below.session_name),
            source_identity: self.source_identity.or(below.source_identity),
            profile: self.profile.or(below.profile),
            region: self.region.or(below.region),
            max_attempts: self.max_attempts.or(below.max_attempts),
            max_requests: self.max_requests.or(below.max_requests),
            concurrency: self.concurrency.or(below.concurrency),
            calls_per_account: self.calls_per_account.or(below.calls_per_account),
            account_timeout: self.account_timeout.or(below.account_timeout),
            fresh: self.fresh.or(below.fresh),
            report_timeout: self.report_timeout.or(below.report_timeout),
            policy_folders: self.policy_folders.or(below.policy_folders),
            no_shipped_policies: self.no_shipped_policies.or(below.no_shipped_policies),
            only_policies: self.only_policies.or(below.only_policies),
            policies: self.policies.or(below.policies),
            as_of: self.as_of.or(below.as_of),
            exemptions_file: self.exemptions_file.or(below.exemptions_file),
            exemptions: self.exemptions.or(below.exemptions),
            exemption_max_term_days: self.exemption_max_term_days.or(below.exemption_max_term_days),
            exemption_max_share: self.exemption_max_share.or(below.exemption_max_share),
            policy_limits: self.policy_limits.or(below.policy_limits),
            inventory: self.inventory.or(below.inventory),
            save_inventory: self.save_inventory.or(below.save_inventory),
            full_inventory: self.full_inventory.or(below.full_inventory),
            fail_on: self.fail_on.or(below.fail_on),
            format: self.format.or(below.format),
            output: self.output.or(below.output),
            all: self.all.or(below.all),
            source: self.source.or(below.source),
        }
    }
}

/// The JSON Schema of `keysweep.yaml`, made from the type that reads it.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Config).into()
}

#[cfg(test)]
mod tests;
