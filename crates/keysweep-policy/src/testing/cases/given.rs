//! What a case gives, as the facts that a policy sees.

use std::{collections::BTreeSet, iter::once, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_files::{Code, Diagnostic, did_you_mean, yaml};
use keysweep_model::{
    Account, AccountFacts, AccountState, CredentialStatus, Facet, FacetSet, Fact, Owner, Resource, ResourceType,
    Unreadable, User,
};
use serde_yaml::Spanned;

pub(super) use self::hint::hint;
use self::user::Lists;
use super::raw::{RawAccount, RawCase, RawKey, RawMfa, RawPassword, RawRoot, RawServiceCredential, RawUpload, RawUser};

mod account;
mod credentials;
mod fields;
mod hint;
mod user;

/// What a case gives.
pub(super) struct Given {
    pub(super) resource: Resource,
    /// The properties, by their names in evidence, that rest on a time which the case does not give and which had to be
    /// assumed to tell others by.
    pub(super) assumed: BTreeSet<String>,
}

/// The properties that tell when something was made.
const MADE: [&str; 3] = ["age_days", "created_on", "created_at"];

/// The resource of a case for a policy that judges `kind`.
pub(super) fn resource(raw: &RawCase, kind: ResourceType, as_of: Timestamp) -> Result<Given, Diagnostic> {
    fields::check(raw, kind)?;
    let mut maker = Maker { kind, as_of, unreadable: facets(&raw.unreadable)?, assumed: BTreeSet::new() };
    let nothing = RawAccount::default();
    let raw_account = raw.account.as_ref().map_or(&nothing, |account| &account.value);
    let account = Arc::new(maker.account(raw_account)?);
    let owner = match kind {
        ResourceType::Account => Owner::Account(Arc::new(maker.whole_account(raw_account, account)?)),
        ResourceType::Root => {
            let nothing = RawRoot::default();
            let mut facts = AccountFacts::unread(account);
            maker.root(raw.root.as_ref().map_or(&nothing, |root| &root.value), &mut facts)?;
            Owner::Account(Arc::new(facts))
        }
        ResourceType::AccessKey
        | ResourceType::User
        | ResourceType::Password
        | ResourceType::Mfa
        | ResourceType::ServiceCredential
        | ResourceType::SigningCertificate
        | ResourceType::SshKey => {
            let user = maker.of_user(raw, kind, &account)?;
            Owner::User(account, Arc::new(user))
        }
    };
    Ok(Given { resource: Resource::new(owner, kind, 0), assumed: maker.assumed })
}

/// Makes facts of what a case gives.
struct Maker {
    /// The kind of what is judged.
    kind: ResourceType,
    as_of: Timestamp,
    unreadable: FacetSet,
    assumed: BTreeSet<String>,
}

impl Maker {
    /// What is judged of a user, with the user around it. What is judged comes first in its user's list.
    fn of_user(&mut self, raw: &RawCase, kind: ResourceType, account: &Arc<Account>) -> Result<User, Diagnostic> {
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
        self.user(raw_user, &lists, 0, account)
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

    fn whole_account(&mut self, raw: &RawAccount, account: Arc<Account>) -> Result<AccountFacts, Diagnostic> {
        let users = raw.users.as_ref().map(|users| self.users(&users.value, &account)).transpose()?;
        let policy = raw.password_policy.as_ref().map(|policy| self.password_policy(policy.value.as_ref()));
        let mut facts = AccountFacts {
            users: self.read(Facet::Users, users),
            password_policy: self.read(Facet::PasswordPolicy, policy),
            ..AccountFacts::unread(account)
        };
        let nothing = RawRoot::default();
        self.root(raw.root.as_ref().map_or(&nothing, |root| &root.value), &mut facts)?;
        Ok(facts)
    }

    fn users(&mut self, raw: &[RawUser], account: &Arc<Account>) -> Result<Vec<Arc<User>>, Diagnostic> {
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
        given.map_or(Fact::NotRead(facet), Fact::Live)
    }

    /// Notes that these properties rest on an assumption.
    fn assume(&mut self, object: &str, properties: &[&str]) {
        self.assumed.extend(properties.iter().map(|property| format!("{object}{property}")));
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
