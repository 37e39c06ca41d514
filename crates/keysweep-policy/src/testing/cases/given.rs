//! What a case gives, as the facts that a policy sees.

use std::{collections::BTreeSet, iter::once, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_files::{Code, Diagnostic, did_you_mean, yaml};
use keysweep_model::{
    Account, AccountFacts, AccountState, CredentialStatus, Facet, FacetSet, Fact, Resource, ResourceType, Unreadable,
};
use serde_yaml::Spanned;

pub(super) use self::hint::hint;
use self::user::Lists;
use super::raw::{RawAccount, RawCase, RawKey, RawMfa, RawPassword, RawRoot, RawServiceCredential, RawUpload, RawUser};
use crate::{left_out::LeftOut, objects::Object};

mod account;
mod credentials;
mod fields;
mod hint;
mod user;

/// What is judged, and what of it the case leaves out.
pub(super) struct Given {
    pub(super) resource: Resource,
    pub(super) left_out: LeftOut,
}

/// The resource of a case for a policy that judges `kind`.
pub(super) fn resource(raw: &RawCase, kind: ResourceType, as_of: Timestamp) -> Result<Given, Diagnostic> {
    fields::check(raw, kind)?;
    let mut maker = Maker { as_of, unreadable: facets(&raw.unreadable)?, left_out: LeftOut::default() };
    let nothing = RawAccount::default();
    let raw_account = raw.account.as_ref().map_or(&nothing, |account| &account.value);
    let account = Arc::new(maker.account(raw_account)?);
    let resource = match kind {
        ResourceType::Account => Resource::Account(Arc::new(maker.whole_account(raw_account, &account)?)),
        ResourceType::Root => {
            let nothing = RawRoot::default();
            let raw_root = raw.root.as_ref().map_or(&nothing, |root| &root.value);
            let root = maker.root(raw_root)?;
            Resource::Root(Arc::new(AccountFacts { root, ..AccountFacts::unread(account) }))
        }
        ResourceType::AccessKey
        | ResourceType::User
        | ResourceType::Password
        | ResourceType::Mfa
        | ResourceType::ServiceCredential
        | ResourceType::SigningCertificate
        | ResourceType::SshKey => maker.of_user(raw, kind, &account)?,
    };
    Ok(Given { resource, left_out: maker.left_out })
}

/// Makes facts of what a case gives.
struct Maker {
    as_of: Timestamp,
    unreadable: FacetSet,
    left_out: LeftOut,
}

impl Maker {
    /// What is judged of a user, with the user around it. What is judged comes first in its user's list.
    fn of_user(&mut self, raw: &RawCase, kind: ResourceType, account: &Arc<Account>) -> Result<Resource, Diagnostic> {
        let nobody = RawUser::default();
        let raw_user = raw.user.as_ref().map_or(&nobody, |user| &user.value);
        let (key, password, mfa) = (RawKey::default(), RawPassword::default(), RawMfa::default());
        let (credential, upload) = (RawServiceCredential::default(), RawUpload::default());
        let mut lists = Lists::of(raw_user)?;
        match kind {
            ResourceType::AccessKey => {
                let others = raw.other_keys.iter().flat_map(|keys| &keys.value);
                lists.access_keys = Some(once(judged(raw.key.as_ref(), &key)).chain(others).collect());
            }
            ResourceType::Password => lists.password = Some(Some(judged(raw.password.as_ref(), &password))),
            ResourceType::Mfa => {
                lists.mfa_devices = Some(vec![judged(raw.mfa.as_ref(), &mfa)]);
                lists.has_mfa = Some(true);
            }
            ResourceType::ServiceCredential => {
                lists.service_credentials = Some(vec![judged(raw.service_credential.as_ref(), &credential)]);
            }
            ResourceType::SigningCertificate => {
                lists.signing_certificates = Some(vec![judged(raw.signing_certificate.as_ref(), &upload)]);
            }
            ResourceType::SshKey => lists.ssh_keys = Some(vec![judged(raw.ssh_key.as_ref(), &upload)]),
            ResourceType::User | ResourceType::Account | ResourceType::Root => {}
        }
        let user = Arc::new(self.user(raw_user, &lists, 0, account)?);
        Ok(match kind {
            ResourceType::AccessKey => Resource::AccessKey(user, 0),
            ResourceType::Password => Resource::Password(user),
            ResourceType::Mfa => Resource::Mfa(user, 0),
            ResourceType::ServiceCredential => Resource::ServiceCredential(user, 0),
            ResourceType::SigningCertificate => Resource::SigningCertificate(user, 0),
            ResourceType::SshKey => Resource::SshKey(user, 0),
            ResourceType::User | ResourceType::Account | ResourceType::Root => Resource::User(user),
        })
    }

    fn account(&self, raw: &RawAccount) -> Result<Account, Diagnostic> {
        let ou_path = raw.ou_path.clone().unwrap_or_else(|| "Root".to_owned());
        Ok(Account {
            id: text(raw.id.as_ref(), "111122223333").parse().map_err(|error| at(raw.id.as_ref(), error))?,
            name: raw.name.clone().unwrap_or_else(|| "example".to_owned()),
            email: None,
            state: AccountState::Active,
            ou_path: self.read(Facet::OrganizationalUnits, Some(ou_path)),
        })
    }

    fn whole_account(&mut self, raw: &RawAccount, account: &Arc<Account>) -> Result<AccountFacts, Diagnostic> {
        let users = raw.users.as_ref().map(|users| self.users(&users.value, account)).transpose()?;
        let nothing = RawRoot::default();
        let root = self.root(raw.root.as_ref().map_or(&nothing, |root| &root.value))?;
        let policy = raw.password_policy.as_ref().map(|policy| self.password_policy(policy.value.as_ref()));
        Ok(AccountFacts {
            users: self.read(Facet::Users, users),
            root,
            password_policy: self.read(Facet::PasswordPolicy, policy),
            ..AccountFacts::unread(Arc::clone(account))
        })
    }

    fn users(&mut self, raw: &[RawUser], account: &Arc<Account>) -> Result<Vec<Arc<keysweep_model::User>>, Diagnostic> {
        let mut names = BTreeSet::new();
        let mut users = Vec::with_capacity(raw.len());
        for (index, raw) in raw.iter().enumerate() {
            let user = self.user(raw, &Lists::of(raw)?, index, account)?;
            if !names.insert(user.name.to_string()) {
                return Err(at(raw.name.as_ref(), format!("another user of the account has the name `{}`", user.name)));
            }
            users.push(Arc::new(user));
        }
        Ok(users)
    }

    /// A fact of a facet: unreadable if the case says so, and else not read where the case does not give it.
    fn read<T>(&self, facet: Facet, given: Option<T>) -> Fact<T> {
        if self.unreadable.contains(facet) {
            return Fact::Unreadable(Arc::new(Unreadable { facet, reason: "the case says so".to_owned() }));
        }
        given.map_or(Fact::NotRead(facet), Fact::Known)
    }

    /// Leaves out those of the properties that are not given.
    fn leave(&mut self, object: Object, user: Option<&str>, index: usize, properties: &[(&'static str, bool)]) {
        for (name, is_given) in properties {
            if !is_given {
                self.left_out.leave(object, user, index, name);
            }
        }
    }

    /// The time that many days before the judged time.
    fn before(&self, days: Option<&Spanned<f64>>) -> Result<Option<Timestamp>, Diagnostic> {
        days.map(|days| moved(self.as_of, days, -DAY)).transpose()
    }
}

/// The facets of these names.
pub(super) fn facets(names: &[Spanned<String>]) -> Result<FacetSet, Diagnostic> {
    names.iter().try_fold(FacetSet::default(), |set, name| {
        let facet = Facet::ALL.iter().find(|facet| facet.as_str() == name.value);
        facet.map(|facet| set.with(*facet)).ok_or_else(|| {
            let help = did_you_mean(&name.value, "there are", Facet::ALL.iter().map(|facet| facet.as_str()));
            yaml::at(name, format!("there is no facet `{}`", name.value)).maybe_help(help)
        })
    })
}

const DAY: f64 = 86_400.0;

/// The time so many days or minutes away; `seconds` is how long one is, below 0 for the past.
fn moved(from: Timestamp, count: &Spanned<f64>, seconds: f64) -> Result<Timestamp, Diagnostic> {
    const MOST: f64 = 36_500.0;
    if !(-MOST..=MOST).contains(&(count.value * seconds.abs() / DAY)) {
        return Err(yaml::at(count, format!("days must be within {MOST}, not `{}`", count.value)));
    }
    let span = SignedDuration::from_secs_f64(count.value * seconds);
    from.checked_add(span).map_err(|_| yaml::at(count, "there is no such time"))
}

fn judged<'a, T>(given: Option<&'a Spanned<T>>, default: &'a T) -> &'a T {
    given.map_or(default, |given| &given.value)
}

fn status(active: Option<bool>) -> CredentialStatus {
    if active.unwrap_or(true) { CredentialStatus::Active } else { CredentialStatus::Inactive }
}

fn text<'a>(given: Option<&'a Spanned<String>>, default: &'a str) -> &'a str {
    given.map_or(default, |given| &given.value)
}

/// An error at what the case gives; the defaults are well formed.
fn at(given: Option<&Spanned<String>>, error: impl std::fmt::Display) -> Diagnostic {
    given.map_or_else(|| Diagnostic::new(Code::BadValue, error.to_string()), |given| yaml::at(given, error.to_string()))
}
