//! `keysweep demo`: the main job on an organization that is simulated in this process.

use std::sync::Arc;

use keysweep_aws::Aws;
use keysweep_report::Format;
use orgsim::{Generate, Sim, World};

use super::{kept::Scanned, scan, simulated};
use crate::{
    config::{Config, OrganizationArgs, ScanArgs},
    edge::{self, Edge},
    exit::{Exit, Failure},
    interrupt::Graceful,
    output::Destination,
    settings::Settings,
    terminal,
};

/// What to try next, after the demo.
const NEXT: &str = "\
Try next:  keysweep demo --as-of 2027-03-01        what will be too old by the first of March
           keysweep orgsim serve --broken          the same organization over HTTP, for any AWS client
           keysweep accounts --check               your own: which accounts a scan would reach (needs AWS credentials)";

/// What to try next, after a demo that was recorded.
const NEXT_WITH_STORE: &str = "\
Try next, with the same --store:
           keysweep diff                           what is new since the night before, what was fixed, and why
           keysweep findings --group-by owner      who has what to do
           keysweep trend                          how it develops, month by month";

/// The organization of the demo: 40 accounts of 25 users, some of them broken as in life.
const WORLD: Generate = Generate {
    accounts: 40,
    users: 25,
    seed: 1,
    epoch: orgsim::world::EPOCH,
    partition: orgsim::world::Partition::Aws,
    broken: true,
};

/// Scans the simulated organization on so many nights, and writes the result of the last one. The exit code is 0 whatever is
/// found, unless the user interrupts or a night cannot be recorded.
pub(super) async fn run(config: Config, nights: u32, edge: &Edge) -> Result<Exit, Failure> {
    // What is for a real organization may stand in the configuration file.
    let config = &Config { organization: OrganizationArgs::default(), scan: ScanArgs::default(), ..config };
    let mut settings = Settings::resolve(config, edge.clock.now())?;
    if nights > 1 && settings.recording.is_none() {
        let message = format!("`--nights {nights}` shows what changes from night to night, and no store is named");
        return Err(Failure::usage(message).hint("add --store demo.db"));
    }
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    let save_inventory = settings.save_inventory.take();
    let mut world = World::generate(&WORLD);
    for night in 1..nights {
        let (scanned, _graceful) = one_night(&mut settings, &world, false, edge).await?;
        let line = terminal::night(night, nights, world.epoch.timestamp(), &scanned.result, scanned.recorded());
        edge::say(&line);
        if edge.interrupts.stop.is_cancelled() || scanned.recorded.is_err() {
            return Ok(scan::exit(&scanned, Exit::Incomplete));
        }
        world.next_night();
    }
    settings.save_inventory = save_inventory;
    let (scanned, _graceful) = one_night(&mut settings, &world, edge.progress, edge).await?;
    scan::deliver(destination, &scanned, &settings.output, edge)?;
    if settings.output.format == Format::Text {
        let next = if scanned.recorded().is_some() { NEXT_WITH_STORE } else { NEXT };
        edge::say(&format!("\n{next}"));
    }
    let is_interrupted = edge.interrupts.stop.is_cancelled();
    Ok(scan::exit(&scanned, if is_interrupted { Exit::Incomplete } else { Exit::Clean }))
}

/// Scans the organization as it is in `world`, at the world's own time.
async fn one_night(
    settings: &mut Settings,
    world: &World,
    shown: bool,
    edge: &Edge,
) -> Result<(Scanned, Graceful), Failure> {
    let clock = simulated::clock(world);
    let kept = scan::keep(settings, world.epoch.timestamp(), edge)?;
    let given = settings.scan.as_of;
    // To the second, so that two runs of the demo print the same.
    settings.scan.as_of.get_or_insert(world.epoch.timestamp());
    let sim = Arc::new(Sim::new(world.clone(), simulated::options(&clock)));
    let aws = Aws::connect(settings.connect_options(simulated::endpoint(&sim), clock)).await;
    let scanned = scan::scan(&aws, settings, kept, shown, edge).await;
    settings.scan.as_of = given;
    scanned
}
