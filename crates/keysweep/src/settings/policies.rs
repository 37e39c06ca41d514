//! The policies of a run: shipped ones, the user's, and what the configuration file says of each.

use std::{collections::BTreeMap, path::PathBuf};

use keysweep_model::PolicyId;
use keysweep_policy::{Policy, load_folder, shipped};

use crate::{
    config::{Config, PolicyConfig},
    exit::Failure,
};

/// The policies that `config` asks for, by id.
pub(super) fn load(config: &Config) -> Result<Vec<Policy>, Failure> {
    let mut policies = BTreeMap::new();
    if config.no_shipped_policies != Some(true) {
        policies.extend(shipped().into_iter().map(|policy| (policy.id().clone(), policy)));
    }
    add_folders(&mut policies, config.policy_folders.as_deref().unwrap_or_default())?;
    let settings = config.policies.clone().unwrap_or_default();
    let chosen = config.only_policies.as_deref();
    for id in settings.keys().map(String::as_str).chain(chosen.unwrap_or_default().iter().map(PolicyId::as_str)) {
        if !policies.keys().any(|known| known.as_str() == id) {
            return Err(no_such_policy(id, &policies));
        }
    }
    let mut run = Vec::new();
    for (id, policy) in policies {
        let settings = settings.get(id.as_str()).cloned().unwrap_or_default();
        let wanted = chosen.map_or(settings.enabled.unwrap_or(true), |chosen| chosen.contains(&id));
        if wanted {
            run.push(configured(policy, &settings)?);
        }
    }
    if run.is_empty() {
        return Err(
            Failure::usage("no policy is left to judge by").hint("enable a policy, or name one with --policies")
        );
    }
    Ok(run)
}

/// Adds the user's policies. One with the id of a shipped policy takes its place; two of the user's with one id are a
/// mistake.
fn add_folders(policies: &mut BTreeMap<PolicyId, Policy>, folders: &[PathBuf]) -> Result<(), Failure> {
    let mut own: BTreeMap<PolicyId, Policy> = BTreeMap::new();
    for folder in folders {
        for policy in load_folder(folder).map_err(Failure::usage)? {
            if let Some(other) = own.get(policy.id()) {
                let (id, here, there) = (policy.id(), policy.source_name(), other.source_name());
                return Err(Failure::usage(format!("`{here}` and `{there}` both have the policy id `{id}`")));
            }
            if policies.contains_key(policy.id()) {
                tracing::info!(policy = %policy.id(), file = policy.source_name(), "takes the place of the shipped one");
            }
            own.insert(policy.id().clone(), policy);
        }
    }
    policies.extend(own);
    Ok(())
}

fn configured(policy: Policy, settings: &PolicyConfig) -> Result<Policy, Failure> {
    let mut params = BTreeMap::new();
    for (name, value) in &settings.params {
        let Some(value) = value.to_param() else {
            return Err(Failure::usage(format!("policy `{}`: the parameter `{name}` has no value", policy.id())));
        };
        params.insert(name.clone(), value);
    }
    policy.with_overrides(settings.severity, &params).map_err(Failure::usage)
}

fn no_such_policy(id: &str, policies: &BTreeMap<PolicyId, Policy>) -> Failure {
    let known: Vec<_> = policies.keys().map(PolicyId::as_str).collect();
    Failure::usage(format!("there is no policy `{id}`")).hint(format!("the policies are {}", known.join(", ")))
}
