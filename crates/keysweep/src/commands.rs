//! The commands, one module each.

mod accounts;
mod demo;
mod diff;
mod exemptions;
mod findings;
mod generate;
mod history;
mod iam_policy;
mod kept;
mod orgsim;
mod policy;
mod recording;
mod runs;
mod saved;
mod scan;
mod schema;
pub mod simulated;
mod store;
mod trend;

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
        Command::Demo(args) => {
            let (nights, flags) = (args.nights, config::Config::from(args.settings));
            let store = flags.store.clone();
            // The file names the store of a real organization.
            demo::run(config::Config { store, ..layered(flags)? }, nights, edge).await
        }
        Command::Scan(config) => scan::run(&layered(*config)?, edge).await,
        Command::Accounts(args) => accounts::run(&layered(args.settings.into())?, args.check, edge).await,
        Command::IamPolicy(args) => iam_policy::run(&args, &layered(args.assume.clone().into())?),
        Command::Policy(command) => policy::run(command, layered, edge),
        Command::Exemptions(command) => exemptions::run(command, layered, edge),
        Command::Findings(args) => findings::run(*args, layered, edge),
        Command::Diff(args) => diff::run(&args, &layered(args.store.clone().into())?, edge),
        Command::Trend(args) => trend::run(&args, &layered(args.store.clone().into())?, edge),
        Command::Runs(command) => runs::run(command, layered, edge),
        Command::Store(command) => store::run(command, layered, edge),
        Command::Schema { name } => schema::run(name),
        Command::Orgsim(command) => orgsim::run(command, edge).await,
        Command::Completions { shell } => generate::completions(shell),
        Command::Man { folder } => generate::manual(&folder, &edge.interrupts.drafts),
    }
}
