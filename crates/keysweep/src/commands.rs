//! The commands, one module each.

mod accounts;
mod demo;
mod exemptions;
mod generate;
mod iam_policy;
mod kept;
mod orgsim;
mod policy;
mod saved;
mod scan;
mod schema;
pub mod simulated;

use crate::{
    cli::{Cli, Command},
    config,
    edge::Edge,
    exit::{Exit, Failure},
};

/// Runs the command of `cli`.
///
/// # Errors
/// When the command could not do what was asked.
pub async fn run(cli: Cli, edge: &Edge) -> Result<Exit, Failure> {
    let file = cli.global.config;
    let layered = |flags: config::Config| config::read(file.as_deref()).map(|file| flags.over(file));
    match cli.command {
        Command::Demo(args) => demo::run(layered((*args).into())?, edge).await,
        Command::Scan(config) => scan::run(&layered(*config)?, edge).await,
        Command::Accounts(args) => accounts::run(&layered(args.settings.into())?, args.check, edge).await,
        Command::IamPolicy(args) => iam_policy::run(&args, &layered(args.assume.clone().into())?),
        Command::Policy(command) => policy::run(command, layered, edge),
        Command::Exemptions(command) => exemptions::run(command, layered, edge),
        Command::Schema { name } => schema::run(name),
        Command::Orgsim(command) => orgsim::run(command, edge).await,
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { folder } => generate::manual(&folder, &edge.interrupts.drafts),
    }
}
