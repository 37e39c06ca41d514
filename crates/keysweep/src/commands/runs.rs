//! `keysweep runs`: the runs of a store.

use keysweep_report::history::runs_json;
use keysweep_store::Access;

use crate::{
    cli::history::{ListingFormat, RunsCommand, RunsListArgs, RunsShowArgs},
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings,
    terminal::{self, View},
};

/// As many runs are shown as text: a month of nights.
const FEW: u64 = 30;

/// Runs a command for runs. `layered` lays flags over the configuration file.
pub(super) fn run(
    command: RunsCommand,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    match command {
        RunsCommand::List(args) => list(&args, &layered(args.store.clone().into())?, edge),
        RunsCommand::Show(args) => show(&args, &layered(args.store.clone().into())?, edge),
    }
}

fn list(args: &RunsListArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let mut store = settings::store::open(config, Access::Read, edge)?;
    match args.format {
        ListingFormat::Text => {
            let limit = args.shown.of_text(FEW);
            // One more tells whether there are older ones.
            let mut runs = store.runs(limit.map(|limit| limit + 1))?;
            let few = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
            let more = runs.len() > few;
            runs.truncate(few);
            let text = terminal::history::runs(&runs, more, &edge.stdout);
            Destination::Stdout.print(&text, edge.stdout.color)?;
        }
        ListingFormat::Json => {
            let runs = store.runs(args.shown.limit)?;
            Destination::Stdout.deliver(|out| runs_json::write(&runs, out))?;
        }
    }
    Ok(Exit::Clean)
}

fn show(args: &RunsShowArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let detail = settings::store::open(config, Access::Read, edge)?.run(&args.run)?;
    match args.format {
        ListingFormat::Text => {
            let view = View { all: args.all, ..edge.stdout };
            Destination::Stdout.print(&terminal::history::run(&detail, &view), view.color)?;
        }
        ListingFormat::Json => Destination::Stdout.deliver(|out| runs_json::write_one(&detail, out))?,
    }
    Ok(Exit::Clean)
}
