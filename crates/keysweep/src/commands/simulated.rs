//! Plugs a simulated organization into the AWS SDK as its HTTP client: the real SDK, the real wire, no socket.

use std::sync::Arc;

use keysweep_aws::{Clock, Endpoint, InProcess, InProcessAnswer, StaticCredentials};
use orgsim::{Outcome, Sim, SimOptions, World};

/// A clock that shows the world's own present, so that its keys are as old tomorrow as they are today.
#[must_use]
pub fn clock(world: &World) -> Clock {
    Clock::starting_at(world.epoch.timestamp())
}

/// A simulator's options, with the time from `clock`.
#[must_use]
pub fn options(clock: &Clock) -> SimOptions {
    let clock = clock.clone();
    SimOptions::new(orgsim::Clock::from_fn(move || clock.now()))
}

/// The endpoint at which `sim` answers as an AWS organization, and knows the caller.
#[must_use]
pub fn endpoint(sim: &Arc<Sim>) -> Endpoint {
    let caller = sim.caller();
    let home = sim.with_world(|world| world.partition.home_region());
    let sim = Arc::clone(sim);
    let server = InProcess::new(move |request| {
        let reply = sim.handle(&request);
        let answer = match reply.outcome {
            Outcome::Response(response) => InProcessAnswer::Response(response),
            Outcome::Truncated { response, keep_bytes } => InProcessAnswer::Truncated { response, keep_bytes },
            Outcome::Reset => InProcessAnswer::Reset,
        };
        (reply.delay, answer)
    });
    let credentials =
        StaticCredentials { access_key_id: caller.access_key_id, secret_access_key: caller.secret_access_key };
    Endpoint::InProcess { server, credentials, region: Some(home.to_owned()) }
}
