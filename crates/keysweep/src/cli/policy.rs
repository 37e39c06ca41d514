//! The commands for those who write policies.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use keysweep_model::{PolicyId, ResourceType};

use crate::config::{AsOf, PolicyArgs};

/// The commands for those who write policies.
#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Check policies for every mistake that can be found without data
    Check(CheckArgs),
    /// Run the test cases of policies
    Test(TestArgs),
    /// Write a first version of a policy and of its test cases
    New(NewArgs),
    /// List the policies that a scan would judge by, and those that are off
    List(ListArgs),
    /// Show a policy: its metadata, its parameters, its file and its cost in API calls
    Show(ShowArgs),
    /// Evaluate a policy on a saved inventory, and show each fact that it uses
    Eval(EvalArgs),
    /// Compare two versions of a policy on a saved inventory: which resources change verdict or severity
    Diff(DiffArgs),
    /// Write Rhai definition files for editors
    Definitions {
        /// The folder to write them to; it is created if it does not exist
        folder: PathBuf,
    },
    /// Print the reference of the policy language as Markdown
    Reference,
}

/// Arguments of `keysweep policy check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Policy files, and folders of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to print the mistakes
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: CheckFormat,
}

/// How `keysweep policy check` prints what is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For code scanning (SARIF 2.1.0)
    Sarif,
}

/// Arguments of `keysweep policy test`.
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Policy files, and folders of them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Run only the cases whose policy or name contains this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// How to print the outcome
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: TestFormat,
    /// Report the lines and branches of each script that the cases reach
    #[arg(long)]
    pub coverage: bool,
    /// Fail where less than this percentage of lines or of branches is reached; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    pub min_coverage: Option<u8>,
}

/// How `keysweep policy test` prints the outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For CI servers (JUnit XML)
    Junit,
}

/// Arguments of `keysweep policy new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The policy's id, which names its file
    pub name: PolicyId,
    /// The kind of resource that it judges
    #[arg(long, default_value = "access_key", value_name = "RESOURCE")]
    pub resource: ResourceType,
    /// The folder to write to; it is created if it does not exist
    #[arg(long, default_value = "policies", value_name = "DIR")]
    pub folder: PathBuf,
}

/// Arguments of `keysweep policy list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// How to print the list
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: ListFormat,
    /// Which policies there are.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// How `keysweep policy list` prints the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// For documentation
    Markdown,
}

/// Arguments of `keysweep policy show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The policy
    pub id: PolicyId,
    /// Which policies there are.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// Arguments of `keysweep policy eval`.
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The policy's file
    pub file: PathBuf,
    /// The inventory, as `scan --save-inventory` wrote it
    #[arg(long, value_name = "FILE")]
    pub inventory: PathBuf,
    /// Only the access key with this id, or the resource with this id
    #[arg(long, value_name = "ID")]
    pub key: Option<String>,
    /// Only the resources of the user with this name
    #[arg(long, value_name = "NAME")]
    pub user: Option<String>,
    /// Only results with this status (repeatable); all are counted
    #[arg(long = "status", value_name = "STATUS", value_delimiter = ',')]
    #[arg(value_parser = ["pass", "fail", "exempt", "unknown", "error"])]
    pub statuses: Vec<String>,
    /// Judge as of this day or time [default: that of the inventory]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<AsOf>,
}

/// Arguments of `keysweep policy diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The old version of the policy's file
    pub old: PathBuf,
    /// The new version of the policy's file
    pub new: PathBuf,
    /// The inventory, as `scan --save-inventory` wrote it
    #[arg(long, value_name = "FILE")]
    pub inventory: PathBuf,
    /// Judge as of this day or time [default: that of the inventory]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<AsOf>,
}
