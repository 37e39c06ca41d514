//! The policies of a run: shipped ones, the user's, and what the configuration file says of each.

use std::{collections::BTreeMap, fmt::Display, path::PathBuf};

use keysweep_files::{nearest, yaml::Spanned};
use keysweep_model::PolicyId;
use keysweep_policy::{Compiler, OverrideError, Policy, load_folder, shipped};

use crate::{
    config::{Config, PolicyConfig, Text},
    exit::Failure,
};

/// A policy, and whether it runs by what the user has set.
#[derive(Debug)]
pub struct Listed {
    /// The policy, with the parameters and the severity that the user has set.
    pub policy: Policy,
    /// Whether it runs where no policy is named by `--policy`.
    pub enabled: bool,
}

/// The compiler of policies, with the limits that `config` sets.
///
/// # Errors
/// When a limit is out of its range.
pub fn compiler(config: &Config) -> Result<Compiler, Failure> {
    let limits = config.policy.policy_limits.clone().unwrap_or_default();
    Compiler::new(limits).map_err(|error| Failure::usage(format!("`policy_limits`: {error}")))
}

/// Every policy that there is by `config`, by id.
///
/// # Errors
/// When a policy or what the configuration file says of one is wrong.
pub fn policies(config: &Config) -> Result<Vec<Listed>, Failure> {
    let compiler = compiler(config)?;
    let mut policies = BTreeMap::new();
    if config.policy.no_shipped_policies != Some(true) {
        let shipped = shipped(&compiler).map_err(Failure::listing)?;
        policies.extend(shipped.into_iter().map(|policy| (policy.id().clone(), policy)));
    }
    add_folders(&mut policies, &compiler, config.policy.policy_folders.as_deref().unwrap_or_default())?;
    let settings = settings_by_id(config, &policies)?;
    let listed = |policy: &Policy| {
        let settings = settings.get(policy.id().as_str());
        let enabled = settings.and_then(|settings| settings.enabled).unwrap_or(policy.metadata().enabled);
        let policy = settings.map_or(Ok(policy.clone()), |settings| configured(config, policy, settings))?;
        Ok(Listed { policy, enabled })
    };
    policies.values().map(listed).collect()
}

/// The policies that a scan judges by, by id.
pub(super) fn load(config: &Config) -> Result<Vec<Policy>, Failure> {
    let all = policies(config)?;
    let chosen = config.judging.only_policies.as_deref();
    let is_known = |Text(id): &&Text<PolicyId>| all.iter().any(|listed| listed.policy.id() == id);
    if let Some(Text(id)) = chosen.unwrap_or_default().iter().find(|id| !is_known(id)) {
        return Err(Failure::usage(no_such_policy(id.as_str(), all.iter().map(|listed| listed.policy.id()))));
    }
    let is_named = |listed: &Listed, ids: &[Text<PolicyId>]| ids.iter().any(|Text(id)| listed.policy.id() == id);
    let runs = |listed: &Listed| chosen.map_or(listed.enabled, |ids| is_named(listed, ids));
    let run: Vec<Policy> = all.into_iter().filter(runs).map(|listed| listed.policy).collect();
    if run.is_empty() {
        return Err(Failure::usage("no policy is enabled")
            .hint("enable a policy, or name a folder of policies with --policies"));
    }
    Ok(run)
}

/// What the configuration file says of each policy; every one that it names must exist.
fn settings_by_id<'a>(
    config: &'a Config,
    policies: &BTreeMap<PolicyId, Policy>,
) -> Result<BTreeMap<&'a str, &'a PolicyConfig>, Failure> {
    let mut settings = BTreeMap::new();
    let mut named: Vec<_> = config.policy.policies.iter().flatten().collect();
    // A map has no order, and of several mistakes it should always be the same one that is shown.
    named.sort_by_key(|(id, _)| &id.value);
    for (id, policy) in named {
        if !policies.keys().any(|known| known.as_str() == id.value) {
            return Err(wrong(config, id, no_such_policy(&id.value, policies.keys())));
        }
        settings.insert(id.value.as_str(), policy);
    }
    Ok(settings)
}

/// Adds the user's policies. One with the id of a shipped policy takes its place; two of the user's with one id are a
/// mistake.
fn add_folders(
    policies: &mut BTreeMap<PolicyId, Policy>,
    compiler: &Compiler,
    folders: &[PathBuf],
) -> Result<(), Failure> {
    let mut own: BTreeMap<PolicyId, Policy> = BTreeMap::new();
    for folder in folders {
        for policy in load_folder(compiler, folder).map_err(Failure::listing)? {
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

fn configured(config: &Config, policy: &Policy, settings: &PolicyConfig) -> Result<Policy, Failure> {
    let mut params = BTreeMap::new();
    for (name, value) in &settings.params {
        let param = value.value.to_param();
        let param = param.ok_or_else(|| wrong(config, name, format!("the parameter `{}` has no value", name.value)))?;
        params.insert(name.value.clone(), param);
    }
    policy.with_overrides(settings.severity.map(|Text(severity)| severity), &params).map_err(|error| {
        let place = settings.params.iter().find(|(name, _)| name.value == error.param());
        match (&error, place) {
            (OverrideError::UnknownParam { .. }, Some((name, _))) => wrong(config, name, error),
            (OverrideError::BadValue { .. }, Some((_, value))) => wrong(config, value, error),
            (OverrideError::UnknownParam { .. } | OverrideError::BadValue { .. }, None) => Failure::usage(error),
        }
    })
}

/// The error that `value` of the configuration file is wrong.
fn wrong<T>(config: &Config, value: &Spanned<T>, message: impl Display) -> Failure {
    match &config.source {
        Some(source) => source.error_at(value, message),
        None => Failure::usage(message),
    }
}

/// What to say of an id that none of `policies` has.
pub fn no_such_policy<'a>(id: &str, policies: impl Iterator<Item = &'a PolicyId>) -> String {
    match nearest(id, policies.map(PolicyId::as_str)) {
        Some(near) => format!("there is no policy `{id}`: did you mean `{near}`?"),
        None => format!("there is no policy `{id}`: `keysweep policy list` shows them all"),
    }
}
