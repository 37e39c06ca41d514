//! What can be asked for on the command line. Help, completions and manual pages come from here.

pub mod history;
pub mod policy;

use std::{ffi::OsString, path::PathBuf};

use clap::{
    ArgMatches, Args, CommandFactory, FromArgMatches, Id, Parser, Subcommand, ValueEnum, error::ErrorKind,
    parser::ValueSource,
};
use clap_complete::Shell;
use keysweep_model::{AccountId, escaped, is_unseen};

use self::history::{DiffArgs, FindingsArgs, ListingFormat, RunsCommand, StoreCommand, TrendArgs};
pub use self::policy::PolicyCommand;
use crate::config::{
    AssumeArgs, Config, ConnectionArgs, JudgingArgs, OrganizationArgs, OutputArgs, PolicyArgs, ReadingArgs,
    RecordingArgs, SelectionArgs, StoreArgs, ViewArgs,
};

/// Finds every long-lived IAM credential of an AWS organization, and judges each by your policies.
#[derive(Debug, Parser)]
#[command(name = "keysweep", version, max_term_width = 110, disable_help_subcommand = true)]
#[command(after_help = "Try `keysweep demo` first: it needs no AWS account.\n\n\
    Exit codes:\n  \
      0  complete, and nothing at or above --fail-on\n  \
      1  complete, with findings at or above --fail-on\n  \
      2  bad usage, configuration or policy; nothing was contacted\n  \
      3  incomplete: some account, user or policy could not be judged\n  \
      4  could not start: no credentials, no organization, no store\n  \
      130, 143  ended at once by Ctrl-C or SIGTERM")]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// Read settings from this file [default: keysweep.yaml, where there is one]
    #[arg(long, global = true, value_name = "FILE", env = "KEYSWEEP_CONFIG")]
    pub config: Option<PathBuf>,
    /// Log what happens to stderr; twice to log each call that fails too
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Colour the output: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", env = "KEYSWEEP_COLOR")]
    #[arg(hide_possible_values = true)]
    pub color: When,
    /// Show no progress on stderr
    #[arg(long, global = true)]
    pub no_progress: bool,
}

/// When to do something that suits terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, and where NO_COLOR is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan a simulated organization in this process: nothing to set up, nothing contacted
    Demo(Box<DemoArgs>),
    /// Scan every account of the organization and report what violates the policies
    Scan(Box<Config>),
    /// List the accounts with their organizational unit and state, and whether a scan would read them
    Accounts(Box<AccountsArgs>),
    /// Print the IAM policies that the scan's roles need
    IamPolicy(IamPolicyArgs),
    /// Write, check, test and try policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check and list the exemptions of the register
    #[command(subcommand)]
    Exemptions(ExemptionsCommand),
    /// List the findings of the store, by default those that are open
    Findings(Box<FindingsArgs>),
    /// Show what changed between two runs of the store, by default the last two complete ones
    Diff(DiffArgs),
    /// Show how the findings of the store develop, month by month
    Trend(TrendArgs),
    /// List and show the runs of the store
    #[command(subcommand)]
    Runs(RunsCommand),
    /// Inspect, check, export and prune the store
    #[command(subcommand)]
    Store(StoreCommand),
    /// Print the JSON Schema of a file that you write, for editors
    Schema {
        /// The kind of file
        name: SchemaName,
    },
    /// Run a simulated AWS organization, to try Keysweep or any other AWS client against it
    #[command(subcommand)]
    Orgsim(OrgsimCommand),
    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the manual pages
    Man {
        /// The folder to write them to; it is created if it does not exist
        folder: PathBuf,
    },
}

/// Defines the settings that a command takes as flags, by group.
macro_rules! taken {
    ($(#[$about:meta])* $Taken:ident { $($group:ident: $Group:ident,)* }) => {
        $(#[$about])*
        #[derive(Debug, Args)]
        pub struct $Taken {$(
            #[command(flatten)]
            $group: $Group,
        )*}

        impl From<$Taken> for Config {
            fn from(taken: $Taken) -> Self {
                Self { $($group: taken.$group,)* ..Self::default() }
            }
        }
    };
}

taken! {
    /// The settings of `keysweep demo`.
    DemoSettingsArgs {
        selection: SelectionArgs, assume: AssumeArgs, connection: ConnectionArgs, reading: ReadingArgs,
        policy: PolicyArgs, judging: JudgingArgs, store: StoreArgs, recording: RecordingArgs, output: OutputArgs,
        view: ViewArgs,
    }
}

/// Arguments of `keysweep demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Scan on this many nights, 24 hours apart, in which the organization lives on; more than one needs --store
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=366))]
    #[arg(help_heading = "History")]
    pub nights: u32,
    /// The settings.
    #[command(flatten)]
    pub settings: DemoSettingsArgs,
}

taken! {
    /// The settings of `keysweep accounts`.
    AccountsSettingsArgs {
        selection: SelectionArgs, organization: OrganizationArgs, assume: AssumeArgs, connection: ConnectionArgs,
        output: OutputArgs,
    }
}

/// Arguments of `keysweep accounts`.
#[derive(Debug, Args)]
pub struct AccountsArgs {
    /// Try to assume the role in each account in scope
    #[arg(long)]
    pub check: bool,
    /// The settings.
    #[command(flatten)]
    pub settings: AccountsSettingsArgs,
}

/// Arguments of `keysweep iam-policy`.
#[derive(Debug, Args)]
pub struct IamPolicyArgs {
    /// Whose IAM policy to print
    #[arg(long = "for", value_enum, default_value = "member")]
    pub subject: PolicySubject,
    /// The account that scans run from; needed for `trust`
    #[arg(long, value_name = "ACCOUNT", required_if_eq("subject", "trust"))]
    pub central_account: Option<AccountId>,
    /// The AWS partition of the accounts
    #[arg(long, value_name = "PARTITION", default_value = "aws")]
    pub partition: keysweep_model::Partition,
    /// The roles.
    #[command(flatten)]
    pub assume: AssumeArgs,
}

/// Whose IAM policy to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PolicySubject {
    /// The permissions of the role in each member account; also the session policy of every scan
    Member,
    /// The permissions of the identity that runs scans
    Caller,
    /// The trust policy of the role in each member account
    Trust,
}

/// The files that have a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// The metadata at the head of a policy
    Policy,
    /// The cases of a policy: NAME.test.yaml
    Test,
    /// The register of exemptions: exemptions.yaml
    Exemptions,
    /// The settings: keysweep.yaml
    Config,
}

/// The commands for the register of exemptions.
#[derive(Debug, Subcommand)]
pub enum ExemptionsCommand {
    /// Check the register: form, terms, and that the policies it names exist
    Check {
        /// The register [default: what keysweep.yaml says, else exemptions.yaml]
        file: Option<PathBuf>,
        /// Which policies there are.
        #[command(flatten)]
        policy: PolicyArgs,
    },
    /// List the exemptions with the days that each has left
    List {
        /// The register [default: what keysweep.yaml says, else exemptions.yaml]
        file: Option<PathBuf>,
        /// How to print the list
        #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
        format: ListingFormat,
    },
}

/// The commands of the simulator.
#[derive(Debug, Subcommand)]
pub enum OrgsimCommand {
    /// Serve the organization on a loopback port until interrupted
    Serve {
        /// The port; 0 takes a free one
        #[arg(long, default_value_t = 0)]
        port: u16,
        /// How long a credential report takes, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 0)]
        report_seconds: u64,
        /// Which organization.
        #[command(flatten)]
        world: WorldArgs,
    },
    /// Print the organization as YAML, which `--world` reads
    World(WorldArgs),
    /// Print every account and access key of the organization as JSON
    Truth(WorldArgs),
}

/// Which organization to simulate.
#[derive(Debug, Args)]
pub struct WorldArgs {
    /// How many accounts, the management account included
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub accounts: u32,
    /// How many users in each account
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u32).range(0..=5_000))]
    pub users: u32,
    /// The seed: the same seed gives the same organization
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Give some accounts the usual problems: suspended, role missing, report denied, throttled
    #[arg(long)]
    pub broken: bool,
    /// Read the organization from this YAML file instead of generating one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["accounts", "users", "seed", "broken"])]
    pub world: Option<PathBuf>,
}

/// What the arguments ask for.
///
/// # Errors
/// When they are wrong, or ask for no more than help.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, clap::Error> {
    let mut command = Cli::command();
    let matches = command.try_get_matches_from_mut(arguments)?;
    match matches.subcommand() {
        Some(("scan", scan)) if scan.value_source("inventory").is_some() => no_flag_of_aws(scan, &mut command)?,
        Some(_) | None => {}
    }
    let mut cli = Cli::from_arg_matches(&matches)?;
    if let (Command::Demo(args), Some(("demo", demo))) = (&mut cli.command, matches.subcommand())
        && demo.value_source("store") != Some(ValueSource::CommandLine)
    {
        // What the environment names is the store of a real organization.
        args.settings.store.store = None;
    }
    Ok(cli)
}

/// Refuses the flags that say how AWS is read, where an inventory is judged in its place. The environment may still say
/// it, as the configuration file may.
fn no_flag_of_aws(scan: &ArgMatches, command: &mut clap::Command) -> Result<(), clap::Error> {
    let groups = OrganizationArgs::augment_args(SelectionArgs::augment_args(clap::Command::new("aws")));
    let groups = ReadingArgs::augment_args(ConnectionArgs::augment_args(AssumeArgs::augment_args(groups)));
    let is_given = |id: &Id| scan.value_source(id.as_str()) == Some(ValueSource::CommandLine);
    match groups.get_arguments().find(|argument| is_given(argument.get_id())) {
        Some(argument) => {
            let flag = argument.get_long().unwrap_or_default();
            let message =
                format!("the argument '--{flag}' cannot be used with '--inventory': nothing is read from AWS");
            Err(command.error(ErrorKind::ArgumentConflict, message))
        }
        None => Ok(()),
    }
}

/// The text of an error about the arguments, in which `unseen` values are quoted: each of them, and what follows `=` in
/// it, is escaped.
pub(crate) fn error_text(error: &clap::Error, unseen: &[String]) -> String {
    // With its styles, which are taken out of the plain text together with what looks like them in a value.
    let mut text = error.render().ansi().to_string();
    for value in unseen {
        let parts = [Some(value.as_str()), value.split_once('=').map(|(_, value)| value)];
        for part in parts.into_iter().flatten().chain(value.split([',', '='])).filter(|part| part.contains(is_unseen)) {
            text = text.replace(part, &escaped(part));
        }
    }
    clap::builder::StyledStr::from(text).to_string().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inventory_is_judged_without_flags_about_aws() {
        let refused = |flags: &str| {
            let arguments = format!("keysweep scan --inventory a.jsonl {flags}");
            let error = parse(arguments.split_whitespace().map(OsString::from)).err();
            error.map(|error| error.to_string().lines().next().unwrap_or_default().to_owned())
        };
        assert_eq!(refused("--fail-on high --format json"), None);
        assert_eq!(refused("--store a.db --store-timeout 3 --owner-tag team --fail-on-new high"), None);
        insta::assert_snapshot!(
            ["--account 111122223333", "--ou Root", "--profile p", "--role r", "--fresh", "--save-inventory b.jsonl"]
                .map(|flags| refused(flags).unwrap())
                .join("\n"),
            @"
        error: the argument '--account' cannot be used with '--inventory': nothing is read from AWS
        error: the argument '--ou' cannot be used with '--inventory': nothing is read from AWS
        error: the argument '--profile' cannot be used with '--inventory': nothing is read from AWS
        error: the argument '--role' cannot be used with '--inventory': nothing is read from AWS
        error: the argument '--fresh' cannot be used with '--inventory': nothing is read from AWS
        error: the argument '--save-inventory' cannot be used with '--inventory': nothing is read from AWS
        "
        );
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }
}
