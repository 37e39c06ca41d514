//! Resolved settings: everything has a value, and every value is one that makes sense.

mod exemptions;
mod outputs;
mod policies;
mod recording;
pub mod store;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use keysweep_aws::{Clock, ConnectOptions, Endpoint, ReportWait, RoleOptions};
use keysweep_model::AccountId;
use keysweep_report::Format;
use keysweep_scan::{AccountSource, CheckOptions, Concurrency, Extent, Reading, Roles, ScanOptions, Selection};

pub use exemptions::register;
pub use policies::{Listed, compiler, no_such_policy, policies};
pub use recording::Recording;

use crate::{
    accounts_file,
    config::{Config, Text},
    exit::{Failure, Threshold},
};

/// Resolved settings of a scan.
#[derive(Debug)]
pub struct Settings {
    /// How AWS is reached.
    pub connection: Connection,
    /// What to scan, and how.
    pub scan: ScanOptions,
    /// Whether AWS is scanned, or an inventory judged.
    pub source: Source,
    /// Where what is read is written to, where that is wanted.
    pub save_inventory: Option<PathBuf>,
    /// Where and how the run is recorded, where that is wanted.
    pub recording: Option<Recording>,
    /// Which violations make the exit code 1.
    pub threshold: Threshold,
    /// How and where the result is written.
    pub output: Output,
}

/// How AWS is reached.
#[derive(Debug)]
pub struct Connection {
    /// The profile, where one was named.
    pub profile: Option<String>,
    /// The Region, where one was named.
    pub region: Option<String>,
    /// How often each call is tried.
    pub max_attempts: u32,
    /// How many requests may be in flight.
    pub max_requests: usize,
}

/// Resolved settings of a list of accounts.
#[derive(Debug)]
pub struct AccountsSettings {
    /// How AWS is reached.
    pub connection: Connection,
    /// Which accounts are listed, and whether their roles are tried.
    pub check: CheckOptions,
    /// How and where the list is written.
    pub output: Output,
}

/// Where the facts come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// From AWS.
    Aws,
    /// From the inventory in this file.
    Inventory(PathBuf),
}

/// How and where a result is written.
#[derive(Debug, Clone)]
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file; none for stdout.
    pub file: Option<PathBuf>,
    /// Whether each finding is shown.
    pub all: bool,
}

impl Settings {
    /// Fills in the defaults, and reads the policies, the exemptions as of `now`, and the accounts file.
    ///
    /// # Errors
    /// When a value is out of its range, or a policy or the accounts file is at fault.
    pub fn resolve(config: &Config, now: Timestamp) -> Result<Self, Failure> {
        let source = config.scan.inventory.clone().map_or(Source::Aws, Source::Inventory);
        let given = config.scan.fail_on.map(|Text(fail_on)| fail_on);
        let new = config.scan.fail_on_new.map(|Text(severity)| severity);
        Ok(Self {
            output: output(config)?,
            connection: connection(config)?,
            scan: scan_options(config, now)?,
            recording: recording::resolve(config, &source)?,
            source,
            save_inventory: config.reading.save_inventory.clone(),
            threshold: Threshold::of(given, new, config.scan.fail_on().0),
        })
    }

    /// How to reach `endpoint` by these settings.
    #[must_use]
    pub fn connect_options(&self, endpoint: Endpoint, clock: Clock) -> ConnectOptions {
        self.connection.options(endpoint, self.scan.account_timeout, clock)
    }
}

impl AccountsSettings {
    /// Fills in the defaults, and reads the accounts file. Roles are tried where `check` says so.
    ///
    /// # Errors
    /// When a value is out of its range, or the accounts file is at fault.
    pub fn resolve(config: &Config, check: bool) -> Result<Self, Failure> {
        let roles = roles(config)?;
        Ok(Self {
            output: output(config)?,
            connection: connection(config)?,
            check: CheckOptions {
                source: account_source(config)?,
                selection: selection(config),
                assume: check.then_some(roles),
                at_once: at_least_one("concurrency", config.connection.concurrency())? as usize,
                account_timeout: seconds(at_least_one("account_timeout", config.connection.account_timeout())?),
            },
        })
    }
}

impl Connection {
    /// The endpoint of AWS.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint {
        Endpoint::Default { profile: self.profile.clone(), region: self.region.clone() }
    }

    /// How to reach `endpoint`, where a throttled call is given up after `throttle_timeout`.
    #[must_use]
    pub fn options(&self, endpoint: Endpoint, throttle_timeout: Duration, clock: Clock) -> ConnectOptions {
        let (max_attempts, max_requests) = (self.max_attempts, self.max_requests);
        ConnectOptions { endpoint, max_attempts, max_requests, throttle_timeout, clock }
    }
}

fn scan_options(config: &Config, now: Timestamp) -> Result<ScanOptions, Failure> {
    let reading = &config.reading;
    let wait = ReportWait { timeout: seconds(reading.report_timeout()), ..ReportWait::default() };
    let calls_per_account = at_least_one("calls_per_account", reading.calls_per_account())? as usize;
    Ok(ScanOptions {
        roles: roles(config)?,
        policies: policies::load(config)?,
        exemptions: exemptions::options(config, now)?,
        extent: match (&reading.save_inventory, reading.full_inventory) {
            (Some(_), Some(true)) => Extent::Everything,
            (Some(_) | None, _) => Extent::Asked,
        },
        as_of: config.judging.as_of.map(|Text(as_of)| as_of.0),
        source: account_source(config)?,
        selection: selection(config),
        reading: if reading.fresh == Some(true) { Reading::Fresh(wait) } else { Reading::Report(wait) },
        concurrency: Concurrency {
            accounts: at_least_one("concurrency", config.connection.concurrency())? as usize,
            calls_per_account,
        },
        account_timeout: seconds(at_least_one("account_timeout", config.connection.account_timeout())?),
    })
}

/// How and where the result is written, where that overwrites nothing that is read.
fn output(config: &Config) -> Result<Output, Failure> {
    outputs::check(config)?;
    Ok(Output {
        format: config.output.format().0,
        file: config.output.output.clone(),
        all: config.view.all == Some(true),
    })
}

fn connection(config: &Config) -> Result<Connection, Failure> {
    let (organization, connection) = (&config.organization, &config.connection);
    if let Some(region) = &organization.region {
        check("region", region, 1..=63, "-")?;
    }
    Ok(Connection {
        profile: organization.profile.clone(),
        region: organization.region.clone(),
        max_attempts: at_least_one("max_attempts", connection.max_attempts())?,
        max_requests: at_least_one("max_requests", connection.max_requests())? as usize,
    })
}

fn account_source(config: &Config) -> Result<AccountSource, Failure> {
    match &config.organization.accounts_file {
        Some(path) => Ok(AccountSource::Listed(accounts_file::read(path, config.found(path))?)),
        None => Ok(AccountSource::Organization),
    }
}

fn selection(config: &Config) -> Selection {
    let ids = |accounts: &Option<Vec<Text<AccountId>>>| accounts.iter().flatten().map(|id| id.0).collect();
    Selection {
        accounts: ids(&config.selection.accounts),
        excluded: ids(&config.selection.exclude_accounts),
        units: config.selection.ous.clone().unwrap_or_default(),
    }
}

fn seconds(number: u32) -> Duration {
    Duration::from_secs(number.into())
}

fn at_least_one(name: &str, value: u32) -> Result<u32, Failure> {
    match value {
        0 => Err(Failure::usage(format!("`{name}` is 0, and must be at least 1"))),
        value => Ok(value),
    }
}

/// The roles, held to what STS accepts, so that a mistake is one error and not one for each account.
///
/// # Errors
/// When STS would not accept a name.
/// Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
pub fn roles(config: &Config) -> Result<Roles, Failure> {
    let (assume, connection) = (&config.assume, &config.connection);
    let role = RoleOptions {
        name: assume.role(),
        external_id: assume.external_id.clone(),
        session_name: connection.session_name(),
        source_identity: connection.source_identity.clone(),
    };
    check_role_name(&role.name)?;
    check("session_name", &role.session_name, 2..=64, "=,.@-_+")?;
    if let Some(id) = &role.external_id {
        check("external_id", id, 2..=1224, "=,.@:/-_+")?;
    }
    if let Some(name) = &role.source_identity {
        check("source_identity", name, 2..=64, "=,.@-_+")?;
    }
    let of_file = assume.roles.iter().flatten().map(|(account, name)| (account.0, name.clone()));
    let named = assume.role_for.iter().flatten().map(|named| (named.account, named.role.clone()));
    let by_account: BTreeMap<_, _> = of_file.chain(named).collect();
    by_account.values().try_for_each(|name| check_role_name(name))?;
    Ok(Roles { default: Arc::new(role), by_account })
}

/// A role's name with its path, as it stands in the role's ARN.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
fn check_role_name(name: &str) -> Result<(), Failure> {
    if name.starts_with("arn:") {
        let message = format!("the role `{name}` is an ARN, which names one account");
        return Err(Failure::usage(message).hint("give the role's name, with its path: `security/Audit`"));
    }
    check("role", name, 1..=576, "=,.@-_+/")
}

fn check(what: &str, text: &str, length: std::ops::RangeInclusive<usize>, marks: &str) -> Result<(), Failure> {
    let fits = length.contains(&text.len());
    if fits && text.chars().all(|c| c.is_ascii_alphanumeric() || marks.contains(c)) {
        return Ok(());
    }
    let (least, most) = (length.start(), length.end());
    // The text may be an external id, which is better not shown.
    Err(Failure::usage(format!(
        "`{what}` must have {least} to {most} characters: letters, digits and any of `{marks}`"
    )))
}

#[cfg(test)]
mod tests;
