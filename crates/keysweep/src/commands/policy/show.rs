//! `keysweep policy show`: everything about one policy.

use keysweep_model::PolicyId;

use crate::{
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings::{self, Listed},
    terminal,
};

/// Prints what there is to know of the policy `id`.
pub(super) fn run(id: &PolicyId, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let policies = settings::policies(config)?;
    let Some(Listed { policy, enabled }) = policies.iter().find(|listed| listed.policy.id() == id) else {
        let known = policies.iter().map(|listed| listed.policy.id());
        return Err(Failure::usage(settings::no_such_policy(id.as_str(), known)));
    };
    Destination::Stdout.print(&terminal::policy(policy, *enabled, &edge.stdout), edge.stdout.color)?;
    Ok(Exit::Clean)
}
