//! `keysweep trend`: how findings develop over months.

use keysweep_report::history::trend_json;
use keysweep_store::Access;

use crate::{
    cli::history::{ListingFormat, TrendArgs},
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings, terminal,
};

/// Writes the months.
pub(super) fn run(args: &TrendArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let months = settings::store::open(config, Access::Read, edge)?.trend(args.months, args.by_ou)?;
    match args.format {
        ListingFormat::Text => {
            let text = terminal::history::trend(&months, &edge.stdout);
            Destination::Stdout.print(&text, edge.stdout.color)?;
        }
        ListingFormat::Json => Destination::Stdout.deliver(|out| trend_json::write(&months, out))?,
    }
    Ok(Exit::Clean)
}
