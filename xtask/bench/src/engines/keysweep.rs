//! Keysweep: objects whose facts are pulled by the script, the sandbox on, and the evidence recorded; beside it the same
//! without limits.

use anyhow::{Result, bail};
use keysweep_model::{Owner, Resource, ResourceType, Verdict};
use keysweep_policy::{Outcome, Policy};

use super::{Engine, Extent, Judged};
use crate::keys::{Key, as_of};

pub(super) struct Keysweep(Policy);

impl Keysweep {
    pub(super) fn new() -> Result<Self> {
        Ok(Self(Policy::compile("rules/keysweep.rhai", include_str!("../../rules/keysweep.rhai"))?))
    }

    pub(super) fn without_limits(&self) -> Self {
        Self(self.0.without_limits())
    }
}

impl Engine for Keysweep {
    type Input<'a> = Resource;

    fn input<'a>(&'a self, key: &'a Key, _extent: Extent) -> Result<Resource> {
        Ok(Resource::new(Owner::User(key.account.clone(), key.user.clone()), ResourceType::AccessKey, key.index))
    }

    fn judge(&self, resource: &Resource) -> Result<Judged> {
        match self.0.evaluate(resource, as_of()).outcome {
            Outcome::Verdict(Verdict::Pass { .. }) => Ok(Judged::Pass),
            Outcome::Verdict(Verdict::Exempt { .. }) => Ok(Judged::Exempt),
            Outcome::Verdict(Verdict::Fail { message, .. }) => Ok(Judged::Fail(Some(message))),
            other @ (Outcome::Needs { .. } | Outcome::Unknown(_) | Outcome::Error(_)) => {
                bail!("Keysweep gave no verdict: {other:?}")
            }
        }
    }
}
