//! The rule in plain Rust: what it costs at least, and the verdicts that the others are held to.

use anyhow::Result;

use super::{Engine, Extent, Judged};
use crate::keys::{Key, MAX_AGE_DAYS, MAX_SERVICE_AGE_DAYS, SERVICE_TAG};

pub(super) struct PlainRust;

impl Engine for PlainRust {
    type Input<'a> = &'a Key;

    fn input<'a>(&'a self, key: &'a Key, _extent: Extent) -> Result<&'a Key> {
        Ok(key)
    }

    fn judge(&self, key: &&Key) -> Result<Judged> {
        let facts = key.facts();
        let is_service = || facts.tags.get(SERVICE_TAG).is_some_and(|value| value == "true");
        Ok(match facts.age_days {
            ..=MAX_AGE_DAYS => Judged::Pass,
            _ if !facts.active => Judged::Pass,
            age if !is_service() => too_old(age, MAX_AGE_DAYS),
            ..=MAX_SERVICE_AGE_DAYS => Judged::Exempt,
            age => too_old(age, MAX_SERVICE_AGE_DAYS),
        })
    }
}

fn too_old(age_days: i64, limit: i64) -> Judged {
    Judged::Fail(Some(format!("active for {age_days} days, limit {limit}")))
}
