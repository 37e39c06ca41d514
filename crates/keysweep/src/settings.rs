//! Resolved settings: everything has a value, and every value is one that makes sense.

mod exemptions;
mod outputs;
mod policies;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use keysweep_aws::{ReportWait, RoleOptions};
use keysweep_model::Severity;
use keysweep_scan::{AccountSource, Concurrency, Extent, Reading, Roles, ScanOptions, Selection};

pub use exemptions::register;
pub use policies::{Listed, compiler, no_such_policy, policies};

use crate::{
    accounts_file,
    config::{AccountRole, Config, Format},
    exit::{FailOn, Failure},
};

/// The role that AWS Organizations makes in every account that it makes.
/// Source: docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
const DEFAULT_ROLE: &str = "OrganizationAccountAccessRole";

/// Many, because an account spends most of its time waiting for its credential report; fewer than the 600 roles that
/// STS lets an account assume in a second.
const DEFAULT_CONCURRENCY: u32 = 512;

/// In seconds: half an hour, in which IAM answers some 18,000 calls at ten a second.
const DEFAULT_ACCOUNT_TIMEOUT: u32 = 30 * 60;

/// Resolved settings of a scan.
#[derive(Debug)]
pub struct Settings {
    /// The profile, where one was named.
    pub profile: Option<String>,
    /// The Region, where one was named.
    pub region: Option<String>,
    /// How often each call is tried.
    pub max_attempts: u32,
    /// How many requests may be in flight.
    pub max_requests: usize,
    /// What to scan, and how.
    pub scan: ScanOptions,
    /// Whether AWS is scanned, or an inventory judged.
    pub source: Source,
    /// Where what is read is written to, where that is wanted.
    pub save_inventory: Option<PathBuf>,
    /// Which violations make the exit code 1.
    pub fail_on: FailOn,
    /// How and where the result is written.
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
    pub fn resolve(mut config: Config, now: Timestamp) -> Result<Self, Failure> {
        outputs::check(&config)?;
        if let Some(region) = &config.region {
            check("region", region, 1..=63, "-")?;
        }
        Ok(Self {
            scan: scan_options(&mut config, now)?,
            source: config.inventory.map_or(Source::Aws, Source::Inventory),
            save_inventory: config.save_inventory,
            profile: config.profile,
            region: config.region,
            max_attempts: at_least_one("max_attempts", config.max_attempts, 8)?,
            max_requests: at_least_one("max_requests", config.max_requests, 128)? as usize,
            fail_on: config.fail_on.unwrap_or(FailOn::Severity(Severity::Low)),
            output: Output {
                format: config.format.unwrap_or(Format::Text),
                file: config.output,
                all: config.all.unwrap_or(false),
            },
        })
    }
}

fn scan_options(config: &mut Config, now: Timestamp) -> Result<ScanOptions, Failure> {
    Ok(ScanOptions {
        roles: roles(config)?,
        policies: policies::load(config)?,
        exemptions: exemptions::options(config, now)?,
        inventory: None,
        extent: match (&config.save_inventory, config.full_inventory) {
            (Some(_), Some(true)) => Extent::Everything,
            (Some(_) | None, _) => Extent::Asked,
        },
        as_of: config.as_of.map(|as_of| as_of.0),
        source: match &config.accounts_file {
            Some(path) => AccountSource::Listed(accounts_file::read(path, config.found(path))?),
            None => AccountSource::Organization,
        },
        selection: Selection {
            accounts: config.accounts.iter().flatten().copied().collect(),
            excluded: config.exclude_accounts.iter().flatten().copied().collect(),
            units: config.ous.take().unwrap_or_default(),
        },
        reading: match config.fresh {
            Some(true) => Reading::Fresh(report_wait(config.report_timeout)),
            Some(false) | None => Reading::Report(report_wait(config.report_timeout)),
        },
        concurrency: Concurrency {
            accounts: at_least_one("concurrency", config.concurrency, DEFAULT_CONCURRENCY)? as usize,
            calls_per_account: at_least_one("calls_per_account", config.calls_per_account, 8)? as usize,
        },
        account_timeout: Duration::from_secs(
            at_least_one("account_timeout", config.account_timeout, DEFAULT_ACCOUNT_TIMEOUT)?.into(),
        ),
    })
}

fn report_wait(timeout: Option<u32>) -> ReportWait {
    let default = ReportWait::default();
    ReportWait { timeout: timeout.map_or(default.timeout, |seconds| Duration::from_secs(seconds.into())), ..default }
}

fn at_least_one(name: &str, value: Option<u32>, default: u32) -> Result<u32, Failure> {
    match value {
        Some(0) => Err(Failure::usage(format!("`{name}` is 0, and must be at least 1"))),
        Some(value) => Ok(value),
        None => Ok(default),
    }
}

/// The roles, held to what STS accepts, so that a mistake is one error and not one for each account.
///
/// # Errors
/// When STS would not accept a name.
/// Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
pub fn roles(config: &mut Config) -> Result<Roles, Failure> {
    let role = RoleOptions {
        name: config.role.take().unwrap_or_else(|| DEFAULT_ROLE.to_owned()),
        external_id: config.external_id.take(),
        session_name: config.session_name.take().unwrap_or_else(|| "keysweep".to_owned()),
        source_identity: config.source_identity.take(),
    };
    check_role_name(&role.name)?;
    check("session_name", &role.session_name, 2..=64, "=,.@-_+")?;
    if let Some(id) = &role.external_id {
        check("external_id", id, 2..=1224, "=,.@:/-_+")?;
    }
    if let Some(name) = &role.source_identity {
        check("source_identity", name, 2..=64, "=,.@-_+")?;
    }
    let mut by_account = BTreeMap::new();
    for (account, name) in config.roles.take().unwrap_or_default() {
        by_account.insert(account.0, name);
    }
    for AccountRole { account, role } in config.role_for.take().unwrap_or_default() {
        by_account.insert(account, role);
    }
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
    Err(Failure::usage(format!("`{what}` must be {least} to {most} letters, digits and any of `{marks}`")))
}

#[cfg(test)]
mod tests;
