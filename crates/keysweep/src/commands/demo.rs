//! `keysweep demo`: the main job on an organization that is simulated in this process.

use std::sync::Arc;

use keysweep_aws::Aws;
use keysweep_report::Format;
use orgsim::{Generate, Sim, World};

use super::{scan, simulated};
use crate::{
    config::{Config, OrganizationArgs, ScanArgs},
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::Destination,
    settings::Settings,
};

/// What to try next, after the demo.
const NEXT: &str = "\
Try next:  keysweep demo --as-of 2027-03-01        what will be too old by the first of March
           keysweep orgsim serve --broken          the same organization over HTTP, for any AWS client
           keysweep accounts --check               your own: which accounts a scan would reach (needs AWS credentials)";

/// The organization of the demo: 40 accounts of 25 users, some of them broken as in life.
const WORLD: Generate = Generate {
    accounts: 40,
    users: 25,
    seed: 1,
    epoch: orgsim::world::EPOCH,
    partition: orgsim::world::Partition::Aws,
    broken: true,
};

/// Scans the simulated organization and writes the result. The exit code is 0 whatever is found, unless the user interrupts.
pub(super) async fn run(config: Config, edge: &Edge) -> Result<Exit, Failure> {
    // What is for a real organization may stand in the configuration file.
    let config = &Config { organization: OrganizationArgs::default(), scan: ScanArgs::default(), ..config };
    let mut settings = Settings::resolve(config, edge.clock.now())?;
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    let world = World::generate(&WORLD);
    // To the second, so that two runs of the demo print the same.
    settings.scan.as_of.get_or_insert(world.epoch.timestamp());
    let clock = simulated::clock(&world);
    let sim = Arc::new(Sim::new(world, simulated::options(&clock)));
    let aws = Aws::connect(settings.connect_options(simulated::endpoint(&sim), clock)).await;
    let (scanned, _graceful) = scan::scan(&aws, &settings, edge).await?;
    scan::deliver(destination, &scanned, &settings.output, edge)?;
    if settings.output.format == Format::Text {
        edge::say(&format!("\n{NEXT}"));
    }
    Ok(if edge.interrupts.stop.is_cancelled() { Exit::Incomplete } else { Exit::Clean })
}
