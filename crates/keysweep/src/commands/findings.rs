//! `keysweep findings`: findings over time.

use std::io::Write;

use keysweep_files::shown;
use keysweep_model::GroupBy;
use keysweep_report::history::{FindingList, Take, finding_json, findings_csv, findings_json};
use keysweep_store::{Access, Store};

use super::history::{self, Reading};
use crate::{
    cli::history::{FindingsArgs, FindingsCommand, FindingsFormat, FindingsShowArgs, ListingFormat},
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::{Destination, print},
    settings, terminal,
};

/// As many findings, or groups of them, are shown as text: a screen or two.
const FEW: u64 = 50;

/// Runs the command. `layered` lays flags over the configuration file.
pub(super) fn run(
    args: FindingsArgs,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    match &args.command {
        Some(FindingsCommand::Show(args)) => show(args, &layered(args.store.clone().into())?, edge),
        None => {
            let config = layered(args.store.clone().into())?;
            list(args, &config, edge)
        }
    }
}

/// Writes the findings, or how many there are of each group. With a file, stderr says where it is.
fn list(args: FindingsArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let FindingsArgs { command: _, filter, group_by, format, output, shown: limits, store: _ } = args;
    let mut store = settings::store::open(config, Access::Read, edge)?;
    let destination = history::destination(output.as_deref(), config, edge)?;
    let view = history::view(&destination, limits.all, edge);
    let as_of = edge.clock.now();
    let filter = filter.at(as_of);
    let run = store.newest_complete()?;
    let total = store.groups(&filter, None)?.pop();
    let list = FindingList { as_of, run: run.as_ref(), filter: &filter, total: total.as_ref() };
    let limit = match format {
        FindingsFormat::Text => limits.of_text(FEW),
        FindingsFormat::Json | FindingsFormat::Csv => limits.limit,
    };
    match group_by {
        Some(by) => groups(&mut store, &list, by, (format, limit), destination, &view)?,
        None => {
            let mut reading = Reading::default();
            let mut each = |take: &mut Take<'_>| reading.told(store.findings(&filter, limit, take));
            let delivered = destination.deliver(|out| match format {
                FindingsFormat::Text => {
                    terminal::history::findings(&list, &mut each, &view, &mut print(out, view.color))
                }
                FindingsFormat::Json => findings_json::write(&list, &mut each, out),
                FindingsFormat::Csv => findings_csv::write(as_of, &mut each, out),
            });
            reading.finish(delivered)?;
        }
    }
    if let Some(path) = &output {
        edge::say(&format!("written to {}", shown(path)));
    }
    Ok(Exit::Clean)
}

/// Writes how many findings there are of each group.
fn groups(
    store: &mut Store,
    list: &FindingList<'_>,
    by: GroupBy,
    (format, limit): (FindingsFormat, Option<u64>),
    destination: Destination,
    view: &terminal::View,
) -> Result<(), Failure> {
    let groups = store.groups(list.filter, Some(by))?;
    let few = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX).min(groups.len());
    destination.deliver(|out: &mut dyn Write| match format {
        FindingsFormat::Text => print(out, view.color)(&terminal::history::groups(list, by, &groups, limit, view)),
        FindingsFormat::Json => findings_json::write_groups(list, by, &groups[..few], out),
        FindingsFormat::Csv => findings_csv::write_groups(by, &groups[..few], out),
    })
}

/// Writes a finding with all that happened to it.
fn show(args: &FindingsShowArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let history = settings::store::open(config, Access::Read, edge)?.finding(&args.id)?;
    let now = edge.clock.now();
    match args.format {
        ListingFormat::Text => {
            let text = terminal::history::finding(&history, now, &edge.stdout);
            Destination::Stdout.print(&text, edge.stdout.color)?;
        }
        ListingFormat::Json => Destination::Stdout.deliver(|out| finding_json::write(&history, now, out))?,
    }
    Ok(Exit::Clean)
}
