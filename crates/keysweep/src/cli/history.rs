//! The commands for the history that a store keeps.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use keysweep_model::{AccountId, FindingFilter, FindingStates, GroupBy, PolicyId, Severity};
use keysweep_store::RunName;

use crate::config::{AsOf, StoreArgs};

/// How a list is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListingFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

/// How much of a list is shown.
#[derive(Debug, Clone, Copy, Args)]
pub struct ShownArgs {
    /// Show so many at most; of changes so many of each kind
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub limit: Option<u64>,
    /// Show all in text too; other formats have all unless --limit is given
    #[arg(long, conflicts_with = "limit")]
    pub all: bool,
}

impl ShownArgs {
    /// How many are shown as text, where `few` suit a terminal; none for all.
    #[must_use]
    pub fn of_text(self, few: u64) -> Option<u64> {
        if self.all { None } else { Some(self.limit.unwrap_or(few)) }
    }
}

/// The commands for runs.
#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs of the store, the newest first
    List(RunsListArgs),
    /// Show a run: its coverage, the policies that it judged by, and what changed in it
    Show(RunsShowArgs),
}

/// Arguments of `keysweep runs list`.
#[derive(Debug, Args)]
pub struct RunsListArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListingFormat,
    /// How many.
    #[command(flatten)]
    pub shown: ShownArgs,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `keysweep runs show`.
#[derive(Debug, Args)]
pub struct RunsShowArgs {
    /// The number of the run, or the beginning of its id
    pub run: RunName,
    /// How to print it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListingFormat,
    /// Show every account that was not scanned
    #[arg(long)]
    pub all: bool,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `keysweep findings`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct FindingsArgs {
    /// What else to do than to list findings.
    #[command(subcommand)]
    pub command: Option<FindingsCommand>,
    /// Which.
    #[command(flatten)]
    pub filter: FilterArgs,
    /// Count them by owner, ou, account or policy, with the oldest of each
    #[arg(long, value_name = "WHAT", help_heading = "Output")]
    pub group_by: Option<GroupBy>,
    /// How to print them
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT", help_heading = "Output")]
    pub format: FindingsFormat,
    /// Write them to this file instead of stdout; the file appears only once it is whole
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// How many.
    #[command(flatten, next_help_heading = "Output")]
    pub shown: ShownArgs,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What else there is to do with findings.
#[derive(Debug, Subcommand)]
pub enum FindingsCommand {
    /// Show every change of a finding, with run and time
    Show(FindingsShowArgs),
}

/// Arguments of `keysweep findings show`.
#[derive(Debug, Args)]
pub struct FindingsShowArgs {
    /// The finding's id, or its beginning (at least 4 digits)
    pub id: String,
    /// How to print it
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListingFormat,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// How `keysweep findings` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For spreadsheets
    Csv,
}

/// Which findings are wanted.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which findings")]
pub struct FilterArgs {
    /// Those that are open, resolved or exempt; or all
    #[arg(long, value_name = "STATUS", default_value = "open")]
    pub status: FindingStates,
    /// Those of this policy (repeatable)
    #[arg(long = "policy", value_name = "ID", value_delimiter = ',')]
    pub policies: Vec<PolicyId>,
    /// Those of this severity (repeatable): info, low, medium, high or critical
    #[arg(long = "severity", value_name = "SEVERITY", value_delimiter = ',')]
    pub severities: Vec<Severity>,
    /// Those in this account (repeatable)
    #[arg(long = "account", value_name = "ACCOUNT", value_delimiter = ',')]
    pub accounts: Vec<AccountId>,
    /// Those in and below this organizational unit (repeatable), a path of names such as Root/Workloads
    #[arg(long = "ou", value_name = "PATH")]
    pub ous: Vec<String>,
    /// Those that this owner answers for (repeatable)
    #[arg(long = "owner", value_name = "OWNER")]
    pub owners: Vec<String>,
    /// Those that were opened on this day (2026-03-01) or at this time or later; of resolved ones, those resolved since
    #[arg(long, value_name = "DATE")]
    pub since: Option<AsOf>,
    /// Those that were opened longer ago than this: 30d, 6w or 12h
    #[arg(long, value_name = "SPAN")]
    pub older_than: Option<Span>,
}

impl FilterArgs {
    /// The filter, at `now`.
    #[must_use]
    pub fn at(self, now: Timestamp) -> FindingFilter {
        let path = |ou: String| ou.trim_end_matches('/').to_owned();
        FindingFilter {
            states: self.status,
            policies: self.policies,
            severities: self.severities,
            accounts: self.accounts,
            ous: self.ous.into_iter().map(path).collect(),
            owners: self.owners,
            since: self.since.map(|since| since.0),
            opened_before: self.older_than.map(|span| span.before(now)),
        }
    }
}

/// Arguments of `keysweep diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier run: its number, or the beginning of its id [default: the last complete run but one]
    #[arg(value_name = "RUN")]
    pub from: Option<RunName>,
    /// The later run [default: the last complete run]
    #[arg(value_name = "RUN")]
    pub to: Option<RunName>,
    /// How to print what changed
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListingFormat,
    /// How many of each kind of change.
    #[command(flatten)]
    pub shown: ShownArgs,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Arguments of `keysweep trend`.
#[derive(Debug, Args)]
pub struct TrendArgs {
    /// Show so many months, up to that of the newest run
    #[arg(long, value_name = "N", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=1_200))]
    pub months: u32,
    /// Show each organizational unit too
    #[arg(long)]
    pub by_ou: bool,
    /// How to print the months
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListingFormat,
    /// The store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// The commands for the store itself.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Show the store in numbers
    Info {
        /// How to print them
        #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
        format: ListingFormat,
        /// The store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Check that the store is whole: exits with 3 where something is wrong
    Check {
        /// The store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Write all that the store holds as JSON lines
    Export {
        /// Write it to this file instead of stdout; the file appears only once it is whole
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
        /// The store.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Remove runs and resolved findings that are old; what an open finding needs is kept
    Prune {
        /// Remove what is older than this: 365d, 52w or 12h
        #[arg(long, value_name = "SPAN")]
        older_than: Span,
        /// Only tell what would be removed
        #[arg(long)]
        dry_run: bool,
        /// The store.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// A span of time, written as a number of days, weeks or hours: `30d`, `6w`, `12h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(SignedDuration);

impl Span {
    /// The time that is so long before `now`.
    #[must_use]
    pub fn before(self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.0).unwrap_or(Timestamp::MIN)
    }
}

/// A text that is not a span of time.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// It is written otherwise.
    #[error("`{0}` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h")]
    Form(String),
    /// It is longer than any history.
    #[error("`{0}` is longer than 100 years")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, SpanError> {
        const YEARS_100: i64 = 100 * 366 * 24;
        let form = || SpanError::Form(text.to_owned());
        let units = [('h', 1), ('d', 24), ('w', 7 * 24)];
        let found = units.iter().find_map(|(unit, hours)| Some((text.strip_suffix(*unit)?, *hours)));
        let (number, hours) = found.ok_or_else(form)?;
        if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(form());
        }
        let span = number.parse::<i64>().ok().and_then(|number| number.checked_mul(hours));
        match span.filter(|hours| *hours <= YEARS_100) {
            Some(hours) => Ok(Self(SignedDuration::from_hours(hours))),
            None => Err(SpanError::TooLong(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_numbers_of_hours_days_or_weeks() {
        let span = |text: &str| match text.parse::<Span>() {
            Ok(span) => format!("{text} is {} h", span.0.as_hours()),
            Err(error) => error.to_string(),
        };
        let texts =
            ["30d", "6w", "12h", "0d", "30", "d", "-1d", "1.5d", "30 d", "1m", "", "99999999999999999999d", "5300w"];
        insta::assert_snapshot!(texts.map(span).join("\n"), @"
        30d is 720 h
        6w is 1008 h
        12h is 12 h
        0d is 0 h
        `30` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `d` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `-1d` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `1.5d` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `30 d` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `1m` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `` is not a span of time: write a number of days, weeks or hours, such as 30d, 6w or 12h
        `99999999999999999999d` is longer than 100 years
        `5300w` is longer than 100 years
        ");
    }
}
