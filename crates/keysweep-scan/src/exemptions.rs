//! The register of exemptions: which violations are exempted, why, by whom and until when.
//!
//! ```yaml
//! - id: EX-17
//!   policy: access-key-max-age
//!   account: "111122223333"
//!   user: svc-billing-*
//!   reason: the vendor rotates these keys itself, once a year
//!   owner: billing-platform
//!   ticket: SEC-1042
//!   expires: 2027-03-01
//!   approved_by: security-architecture
//! ```
//!
//! An exemption exempts what all of its selectors select: `account`, `ou` (with everything below it), `user` and
//! `access_key_id` (globs), and `tags` of the user. It has an end, always. One that cannot be decided, because a tag
//! could not be read, exempts nothing.

use std::{collections::BTreeSet, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_files::{Glob, InvalidFile};
use keysweep_model::{AccountId, ExemptionId, FacetSet, Fact, Missing, PolicyId, Resource, ResourceType, Unreadable};

mod entry;
mod index;
#[cfg(test)]
mod tests;
mod uses;

pub use entry::Entry;
use index::Index;
pub use uses::ExemptionOptions;
pub(crate) use uses::{Scope, uses};

/// The longest term of an exemption where the user sets none, in days.
pub const DEFAULT_MAX_TERM_DAYS: u32 = 365;

/// The exemptions that hold, in the order of the file. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Register(Arc<Known>);

#[derive(Debug, Default)]
struct Known {
    exemptions: Vec<Exemption>,
    index: Index,
}

/// One exemption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// What the register names it.
    pub id: ExemptionId,
    /// The policies whose violations it exempts.
    pub policies: Vec<PolicyId>,
    /// The accounts that it is for; empty for all.
    pub accounts: Vec<AccountId>,
    /// The organizational unit that it is for, with everything below it, such as `Root/Workloads`; none for all.
    pub ou: Option<String>,
    /// A glob for the names of the users that it is for; none for all.
    pub user: Option<Glob>,
    /// The tags that a user must have, each with its value.
    pub tags: Vec<(String, String)>,
    /// A glob for the ids of the access keys that it is for; none for all, and for other resources.
    pub access_key_id: Option<Glob>,
    /// Why it is granted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Where it was asked for; none where the register does not say.
    pub ticket: Option<String>,
    /// Who granted it; none where the register does not say.
    pub approved_by: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
}

/// What the register says of a violation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// No exemption is about it.
    None,
    /// This exemption, by its place in the register, exempts it.
    Exempt(usize),
    /// This exemption would have exempted it, and has expired.
    Expired(usize),
    /// These facts must be read to decide.
    Needs(FacetSet),
    /// Whether this exemption is about it cannot be decided.
    Unknown {
        /// The exemption, by its place in the register.
        index: usize,
        /// What could not be read.
        why: Arc<Unreadable>,
    },
}

impl Register {
    /// The register that the file `text` holds, which the user knows as `source_name`. `now` is the time of day, from
    /// which the terms of exemptions without `approved_on` count.
    ///
    /// # Errors
    /// When the file is not a list of exemptions, or one of them says what cannot be: each with its place.
    pub fn parse(source_name: &str, text: &str, now: Timestamp, max_term_days: u32) -> Result<Self, InvalidFile> {
        Self::new(source_name, text, &entry::parse(source_name, text)?, now, max_term_days)
    }

    /// The register of these entries of the file `text`.
    ///
    /// # Errors
    /// When one of them says what cannot be: each with its place.
    pub fn new(
        source_name: &str,
        text: &str,
        entries: &[Entry],
        now: Timestamp,
        max_term_days: u32,
    ) -> Result<Self, InvalidFile> {
        let term = entry::Term { now, max: SignedDuration::from_hours(24 * i64::from(max_term_days)), max_term_days };
        let mut exemptions = Vec::new();
        let mut wrong = Vec::new();
        let mut ids = BTreeSet::new();
        for entry in entries {
            match entry.check(&term) {
                Ok(exemption) if !ids.insert(exemption.id.clone()) => wrong.push(entry.duplicate()),
                Ok(exemption) => exemptions.push(exemption),
                Err(diagnostics) => wrong.extend(diagnostics),
            }
        }
        if wrong.is_empty() {
            Ok(Self(Arc::new(Known { index: Index::new(&exemptions), exemptions })))
        } else {
            Err(InvalidFile::new(source_name, text, wrong))
        }
    }

    /// The JSON Schema of the register's file.
    #[must_use]
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Vec<Entry>).into()
    }

    /// The exemptions, in the order of the file.
    #[must_use]
    pub fn exemptions(&self) -> &[Exemption] {
        &self.0.exemptions
    }

    /// What the register says of the violation of `policy` by `resource`, as of `now`. Of several exemptions the first
    /// that certainly exempts it counts; only where none does, one that cannot be decided makes it unknown.
    #[must_use]
    pub fn rule(&self, policy: &PolicyId, resource: &Resource, now: Timestamp) -> Ruling {
        self.decide(self.0.index.candidates(policy, resource), policy, resource, now)
    }

    /// What these exemptions say, by their places in the order of the register.
    fn decide(
        &self,
        places: impl IntoIterator<Item = usize>,
        policy: &PolicyId,
        resource: &Resource,
        now: Timestamp,
    ) -> Ruling {
        let mut otherwise = Ruling::None;
        for index in places {
            let exemption = &self.0.exemptions[index];
            let ruling = match (exemption.selects(policy, resource).get(), exemption.has_expired(now)) {
                (Ok(true), false) => return Ruling::Exempt(index),
                (Ok(true), true) => Ruling::Expired(index),
                (Err(Missing::NotRead(facet)), false) => Ruling::Needs(FacetSet::of(&[facet])),
                (Err(Missing::Unreadable(why)), false) => Ruling::Unknown { index, why },
                (Ok(false), _) | (Err(_), true) => Ruling::None,
            };
            if ruling.weight() > otherwise.weight() {
                otherwise = ruling;
            }
        }
        otherwise
    }
}

impl Ruling {
    /// Which of two rulings decides: facts that can still be read may settle what is undecided.
    fn weight(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Expired(_) => 1,
            Self::Unknown { .. } => 2,
            Self::Needs(_) => 3,
            Self::Exempt(_) => 4,
        }
    }
}

impl Exemption {
    /// Whether it has ended by `now`.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires <= now
    }

    /// Whole days until it ends; a day that has begun counts. 0 where it has ended.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        const DAY: i64 = 24 * 60 * 60;
        let left = self.expires.duration_since(now).max(SignedDuration::ZERO);
        let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
        seconds / DAY + i64::from(seconds % DAY > 0)
    }

    /// Whether it is about a violation of `policy` by `resource`. What costs a call is asked last.
    #[must_use]
    pub fn selects(&self, policy: &PolicyId, resource: &Resource) -> Fact<bool> {
        let account = resource.account();
        let user = resource.user();
        let is_out = !self.policies.contains(policy)
            || !self.accounts.is_empty() && !self.accounts.contains(&account.id)
            || self.user.as_ref().is_some_and(|glob| !user.is_some_and(|user| glob.matches(user.name.as_str())))
            || !self.tags.is_empty() && user.is_none();
        if is_out {
            return Fact::Live(false);
        }
        let in_unit =
            self.ou.as_ref().map_or(Fact::Live(true), |ou| account.ou_path.as_ref().map(|path| is_below(path, ou)));
        all([in_unit, self.selects_key(resource), self.selects_tags(resource)])
    }

    fn selects_key(&self, resource: &Resource) -> Fact<bool> {
        match (&self.access_key_id, resource.kind()) {
            (None, _) => Fact::Live(true),
            (Some(glob), ResourceType::AccessKey) => resource.id().map(|id| id.is_some_and(|id| glob.matches(id))),
            (Some(_), _) => Fact::Live(false),
        }
    }

    fn selects_tags(&self, resource: &Resource) -> Fact<bool> {
        match resource.user() {
            Some(user) if !self.tags.is_empty() => {
                user.tags.as_ref().map(|tags| self.tags.iter().all(|(name, value)| tags.get(name) == Some(value)))
            }
            Some(_) | None => Fact::Live(true),
        }
    }
}

/// Whether all of these hold: not, where one is known not to; unknown, where one of the others is.
fn all(facts: [Fact<bool>; 3]) -> Fact<bool> {
    if facts.iter().any(|fact| fact.value() == Some(&false)) {
        return Fact::Live(false);
    }
    facts.into_iter().find(|fact| fact.value().is_none()).unwrap_or(Fact::Live(true))
}

/// Whether an account with this path is in the unit `ou` or below it.
fn is_below(path: &str, ou: &str) -> bool {
    path.strip_prefix(ou).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
