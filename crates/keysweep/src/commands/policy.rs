//! `keysweep policy`: for those who write policies. None of its commands contacts anything.

mod check;
mod definitions;
mod eval;
mod list;
mod new;
mod show;
mod test;

use crate::{
    cli::PolicyCommand,
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
};

/// Runs a command for policies. `layered` lays flags over the configuration file.
pub(super) fn run(
    command: PolicyCommand,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check(args) => check::run(&args, &layered(Config::default())?),
        PolicyCommand::Test(args) => test::run(&args, &layered(Config::default())?),
        PolicyCommand::New(args) => new::run(&args, edge),
        PolicyCommand::List(args) => list::run(args.format, &layered(args.policy.into())?, edge),
        PolicyCommand::Show(args) => show::run(&args.id, &layered(args.policy.into())?, edge),
        PolicyCommand::Eval(args) => eval::run(&args, &layered(Config::default())?, edge),
        PolicyCommand::Diff(args) => eval::diff(&args, &layered(Config::default())?, edge),
        PolicyCommand::Definitions { folder } => definitions::run(&folder, edge),
        PolicyCommand::Reference => {
            Destination::Stdout.print(&keysweep_policy::reference::markdown(), false)?;
            Ok(Exit::Clean)
        }
    }
}
