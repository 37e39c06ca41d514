//! `keysweep policy show`: everything about one policy.

use keysweep_model::PolicyId;

use super::print;
use crate::{
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    settings::{self, Listed},
    terminal,
};

/// Prints what there is to know of the policy `id`.
pub(super) fn run(id: &PolicyId, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let policies = settings::policies(config)?;
    match policies.iter().find(|listed| listed.policy.id() == id) {
        Some(Listed { policy, enabled }) => print(&terminal::policy(policy, *enabled, &edge.stdout), edge.stdout.color),
        None => {
            let known = policies.iter().map(|listed| listed.policy.id());
            Err(Failure::usage(settings::no_such_policy(id.as_str(), known)))
        }
    }
}
