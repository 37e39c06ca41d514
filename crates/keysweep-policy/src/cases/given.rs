//! What a case gives, as the facts that a policy sees.

use std::{collections::BTreeMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{
    AccessKey, AccessKeyStatus, Account, AccountState, Facet, FacetSet, Fact, LastUsed, Unreadable, User,
};
use serde::Deserialize;
use serde_yaml::Spanned;

use crate::{diagnostic::Diagnostic, suggest::did_you_mean, yaml};

/// The judged time where a case gives none: 2026-01-01T00:00:00Z.
pub(super) const AS_OF: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// An access key as a case gives it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawKey {
    id: Option<Spanned<String>>,
    /// Whether it can sign requests; it can where nothing is said.
    active: Option<bool>,
    /// Days since it was made, fractions allowed; below 0 for keys made after the judged time.
    age_days: Option<Spanned<f64>>,
    /// Days since it was last used, or made where it was never used.
    idle_days: Option<Spanned<f64>>,
    never_used: Option<bool>,
    last_used_service: Option<String>,
    last_used_region: Option<String>,
}

/// A user as a case gives it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawUser {
    name: Option<Spanned<String>>,
    path: Option<String>,
    age_days: Option<Spanned<f64>>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

/// An account as a case gives it.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawAccount {
    id: Option<Spanned<String>>,
    name: Option<String>,
    ou_path: Option<String>,
}

/// What to give, so that a policy can read the property `name`.
pub(super) fn hint(name: &str) -> &'static str {
    match name {
        "age_days" | "created_on" | "newer_active_keys" => "give the key `age_days`",
        "never_used" | "last_used_on" | "last_used_service" | "last_used_region" => {
            "give the key `idle_days`, or `never_used: true`"
        }
        "idle_days" => "give the key `idle_days`, or `never_used: true` and `age_days`",
        "user.age_days" => "give the user `age_days`",
        _ => "it cannot be given yet",
    }
}

/// The user of a case; the keys in the order given.
pub(super) fn user<'a>(
    user: &RawUser,
    account: &RawAccount,
    keys: impl Iterator<Item = &'a RawKey>,
    unreadable: &[Spanned<String>],
    as_of: Timestamp,
) -> Result<User, Diagnostic> {
    let unreadable = facets(unreadable)?;
    let account = account.account(unreadable)?;
    let (name, path) = (text(user.name.as_ref(), "alice"), user.path.as_deref().unwrap_or("/"));
    let access_keys = keys.enumerate().map(|(index, key)| key.access_key(index, unreadable, as_of));
    Ok(User {
        arn: format!("arn:aws:iam::{}:user{path}{name}", account.id),
        account: Arc::new(account),
        name: name.parse().map_err(|error| at(user.name.as_ref(), error))?,
        path: path.to_owned(),
        created_at: read(unreadable, Facet::Users, before(as_of, user.age_days.as_ref())?),
        tags: read(unreadable, Facet::UserTags, Some(user.tags.clone())),
        access_keys: access_keys.collect::<Result<_, _>>()?,
    })
}

impl RawAccount {
    fn account(&self, unreadable: FacetSet) -> Result<Account, Diagnostic> {
        let ou_path = self.ou_path.clone().unwrap_or_else(|| "Root".to_owned());
        Ok(Account {
            id: text(self.id.as_ref(), "111122223333").parse().map_err(|error| at(self.id.as_ref(), error))?,
            name: self.name.clone().unwrap_or_else(|| "example".to_owned()),
            email: None,
            state: AccountState::Active,
            ou_path: read(unreadable, Facet::OrganizationalUnits, Some(ou_path)),
        })
    }
}

impl RawKey {
    fn access_key(&self, index: usize, unreadable: FacetSet, as_of: Timestamp) -> Result<AccessKey, Diagnostic> {
        let default_id = format!("AKIAIOSFODNN{index}EXAMPLE");
        let id = text(self.id.as_ref(), &default_id).parse().map_err(|error| at(self.id.as_ref(), error))?;
        let status = if self.active.unwrap_or(true) { AccessKeyStatus::Active } else { AccessKeyStatus::Inactive };
        let made = before(as_of, self.age_days.as_ref())?;
        let idle_since = before(as_of, self.idle_days.as_ref())?;
        if let (Some(true), Some(idle)) = (self.never_used, &self.idle_days) {
            return Err(yaml::at(idle, "a key that was never used is idle since it was made")
                .help("give `never_used: true` and `age_days`"));
        }
        let last_used = match (self.never_used, idle_since) {
            (Some(true), _) => Some(LastUsed::Never),
            (Some(false) | None, Some(at)) => {
                let (service, region) = (self.last_used_service.clone(), self.last_used_region.clone());
                Some(LastUsed::At { at, service, region })
            }
            (Some(false) | None, None) => None,
        };
        Ok(AccessKey {
            id: read(unreadable, Facet::AccessKeys, Some(id)),
            status: read(unreadable, Facet::AccessKeys, Some(status)),
            created_at: read(unreadable, Facet::AccessKeys, made),
            last_used: read(unreadable, Facet::AccessKeyLastUsed, last_used),
        })
    }
}

/// A fact of a facet: unreadable if the case says so, and else not read where the case does not give it.
fn read<T>(unreadable: FacetSet, facet: Facet, given: Option<T>) -> Fact<T> {
    let lost = |facet| unreadable.contains(facet);
    // The credential report tells of keys and of their use.
    let in_report = matches!(facet, Facet::AccessKeys | Facet::AccessKeyLastUsed);
    if lost(facet) || in_report && lost(Facet::CredentialReport) {
        return Fact::Unreadable(Arc::new(Unreadable { facet, reason: "the case says so".to_owned() }));
    }
    given.map_or(Fact::NotRead(facet), Fact::Known)
}

fn facets(names: &[Spanned<String>]) -> Result<FacetSet, Diagnostic> {
    let known: Vec<(String, Facet)> =
        Facet::ALL.into_iter().map(|facet| (facet.as_str().replace(' ', "_"), facet)).collect();
    names.iter().try_fold(FacetSet::default(), |set, name| {
        let facet = known.iter().find(|(word, _)| *word == name.value).map(|(_, facet)| *facet);
        facet.map(|facet| set.with(facet)).ok_or_else(|| {
            let help = did_you_mean(&name.value, "there are", known.iter().map(|(word, _)| word.as_str()));
            yaml::at(name, format!("there is no facet `{}`", name.value)).maybe_help(help)
        })
    })
}

/// The time that many days before the judged time.
fn before(as_of: Timestamp, days: Option<&Spanned<f64>>) -> Result<Option<Timestamp>, Diagnostic> {
    const MOST: f64 = 36_500.0;
    let Some(days) = days else { return Ok(None) };
    if !(-MOST..=MOST).contains(&days.value) {
        return Err(yaml::at(days, format!("days must be within {MOST}, not `{}`", days.value)));
    }
    let elapsed = SignedDuration::from_secs_f64(days.value * 86_400.0);
    as_of.checked_sub(elapsed).map(Some).map_err(|_| yaml::at(days, "there is no such time"))
}

fn text<'a>(given: Option<&'a Spanned<String>>, default: &'a str) -> &'a str {
    given.map_or(default, |given| &given.value)
}

/// An error at what the case gives; the defaults are well formed.
fn at(given: Option<&Spanned<String>>, error: impl std::fmt::Display) -> Diagnostic {
    given.map_or_else(|| Diagnostic::new(error.to_string()), |given| yaml::at(given, error.to_string()))
}
