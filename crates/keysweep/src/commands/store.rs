//! `keysweep store`: the store itself, for those who keep it.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use keysweep_files::shown;
use keysweep_report::history::store_json;
use keysweep_store::Access;

use super::history::{self, Reading};
use crate::{
    cli::history::{ListingFormat, Span, StoreCommand},
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::Destination,
    settings, terminal,
};

/// Runs a command for the store. `layered` lays flags over the configuration file.
pub(super) fn run(
    command: StoreCommand,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    match command {
        StoreCommand::Info { format, store } => info(format, &layered(store.into())?, edge),
        StoreCommand::Check { store } => check(&layered(store.into())?, edge),
        StoreCommand::Export { output, store } => export(output.as_deref(), &layered(store.into())?, edge),
        StoreCommand::Prune { older_than, dry_run, store } => prune(older_than, dry_run, &layered(store.into())?, edge),
    }
}

fn info(format: ListingFormat, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let info = settings::store::open(config, Access::Read, edge)?.info()?;
    match format {
        ListingFormat::Text => {
            Destination::Stdout.print(&terminal::history::store(&info, &edge.stdout), edge.stdout.color)?;
        }
        ListingFormat::Json => Destination::Stdout.deliver(|out| store_json::write(&info, out))?,
    }
    Ok(Exit::Clean)
}

/// Says what is wrong with the store, if anything is.
fn check(config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let mut store = settings::store::open(config, Access::Read, edge)?;
    let problems = store.check()?;
    if problems.is_empty() {
        edge::say(&format!("store `{}` checked, nothing wrong", store.place()));
        return Ok(Exit::Clean);
    }
    Destination::Stdout.print(&terminal::history::problems(&problems, &edge.stdout), edge.stdout.color)?;
    Ok(Exit::Incomplete)
}

/// Writes all that the store holds. With a file, stderr says where it is.
fn export(output: Option<&Path>, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let mut store = settings::store::open(config, Access::Read, edge)?;
    let destination = history::destination(output, config, edge)?;
    let mut reading = Reading::default();
    let mut lines = 0;
    let delivered = destination.deliver(|out| {
        let mut out = BufWriter::new(out);
        lines = reading.told(store.export(&mut out))?;
        out.flush()
    });
    reading.finish(delivered)?;
    if let Some(path) = output {
        edge::say(&format!("{} written to {}", terminal::count(lines, "line"), shown(path)));
    }
    Ok(Exit::Clean)
}

/// Removes what is old, or tells what would be removed.
fn prune(older_than: Span, dry_run: bool, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let mut store = settings::store::open(config, Access::Read, edge)?;
    let pruned = store.prune(older_than.before(edge.clock.now()), dry_run)?;
    let text = terminal::history::pruned(&pruned, dry_run, &edge.stdout);
    Destination::Stdout.print(&text, edge.stdout.color)?;
    Ok(Exit::Clean)
}
