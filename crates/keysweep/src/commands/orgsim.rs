//! `keysweep orgsim`: the simulated organization for any AWS client.

use std::{
    error::Error,
    io::{self, Write},
    net::Ipv4Addr,
    sync::Arc,
    time::Duration,
};

use keysweep_files::{FileKind, Found};
use keysweep_model::is_unseen;
use keysweep_report::document;
use orgsim::{Generate, Sim, SimOptions, World, WorldError, server};
use tokio::net::TcpListener;

use super::simulated;
use crate::{
    cli::{OrgsimCommand, WorldArgs},
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
};

/// Runs a command of the simulator.
pub(super) async fn run(command: OrgsimCommand, edge: &Edge) -> Result<Exit, Failure> {
    match command {
        OrgsimCommand::Serve { port, report_seconds, world } => {
            let report_time = Duration::from_secs(report_seconds);
            let options = SimOptions { report_time, ..simulated::options(&edge.clock) };
            serve(Sim::new(world_of(&world)?, options), port, edge).await?;
        }
        OrgsimCommand::World(args) => {
            let world = world_of(&args)?;
            if args.world.is_some() && has_unseen_names(&world)? {
                // JSON is YAML, and the writer of YAML escapes no more than control characters.
                Destination::Stdout.deliver(|out| document::write(&world, out))?;
            } else {
                Destination::Stdout.deliver(|mut out| world.write_yaml(&mut out).map_err(into_io_error))?;
            }
        }
        OrgsimCommand::Truth(args) => {
            let truth = world_of(&args)?.truth();
            Destination::Stdout.deliver(|out| document::write(&truth, out))?;
        }
    }
    Ok(Exit::Clean)
}

/// Whether a name in the world has characters that cannot be seen. Generated names have none.
fn has_unseen_names(world: &World) -> Result<bool, Failure> {
    let text = world.to_yaml().map_err(Failure::lost)?;
    Ok(text.contains(|c| is_unseen(c) && c != '\n'))
}

/// The error with the kind that the stream gave it, which tells a reader who has left from a disk that is full.
fn into_io_error(error: WorldError) -> io::Error {
    let mut causes = std::iter::successors(Some(&error as &dyn Error), |&error| error.source());
    let kind = causes.find_map(|cause| cause.downcast_ref::<io::Error>()).map_or(io::ErrorKind::Other, io::Error::kind);
    io::Error::new(kind, error)
}

fn world_of(args: &WorldArgs) -> Result<World, Failure> {
    let Some(path) = &args.world else {
        let (accounts, users) = (args.accounts as usize, args.users as usize);
        return Ok(World::generate(&Generate {
            accounts,
            users,
            seed: args.seed,
            broken: args.broken,
            ..Generate::default()
        }));
    };
    let file = keysweep_files::read(FileKind::World, path, Found::Named).map_err(Failure::usage)?;
    World::from_yaml(&file.text).map_err(|error| {
        let error = if file.is_own { error.to_string() } else { "it is not the YAML of an organization".to_owned() };
        Failure::usage(format!("in `{}`: {error}", path.display()))
    })
}

async fn serve(sim: Sim, port: u16, edge: &Edge) -> Result<(), Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener =
        listener.map_err(|error| Failure::could_not_start(format!("could not listen on 127.0.0.1:{port}: {error}")))?;
    let address = listener.local_addr().map_err(Failure::could_not_start)?;
    // A reader of the announcement may interrupt it.
    let _graceful = edge.interrupts.graceful();
    Destination::Stdout.deliver(|out| announce(out, &sim, &format!("http://{address}")))?;
    server::serve(listener, Arc::new(sim), edge.interrupts.stop.cancelled())
        .await
        .map_err(|error| Failure::could_not_start(format!("could not serve on {address}: {error}")))
}

/// The address, and the commands that point a shell's AWS clients at it. The secret opens nothing but this simulation.
fn announce(out: &mut dyn Write, sim: &Sim, url: &str) -> io::Result<()> {
    let accounts = sim.with_world(|world| world.accounts.len());
    writeln!(
        out,
        "# a simulated AWS organization of {accounts} accounts answers on {url} until interrupted; to use it:"
    )?;
    writeln!(out, "unset AWS_PROFILE AWS_SESSION_TOKEN")?;
    writeln!(out, "export AWS_ENDPOINT_URL={url}")?;
    for (name, value) in sim.caller_environment() {
        writeln!(out, "export {name}={value}")?;
    }
    Ok(())
}
