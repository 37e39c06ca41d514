//! `keysweep diff`: what changed from one run to a later one.

use keysweep_report::history::diff_json;
use keysweep_store::Access;

use crate::{
    cli::history::{DiffArgs, ListingFormat},
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings,
    terminal::{self, View},
};

/// As many findings of each kind of change are shown as text.
const FEW: u64 = 20;

/// Writes what changed between the two runs.
pub(super) fn run(args: &DiffArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let mut store = settings::store::open(config, Access::Read, edge)?;
    let mut difference = |limit| store.difference(args.from.as_ref(), args.to.as_ref(), limit);
    match args.format {
        ListingFormat::Text => {
            let view = View { all: args.shown.all, ..edge.stdout };
            let text = terminal::history::diff(&difference(args.shown.of_text(FEW))?, &view);
            Destination::Stdout.print(&text, view.color)?;
        }
        ListingFormat::Json => {
            let difference = difference(args.shown.limit)?;
            Destination::Stdout.deliver(|out| diff_json::write(&difference, edge.clock.now(), out))?;
        }
    }
    Ok(Exit::Clean)
}
