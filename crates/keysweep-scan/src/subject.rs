//! A user on its way through an account's rounds: what is known, and how far it can be relied on.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use keysweep_aws::ReportUser;
use keysweep_model::{
    AccessKey, Facet, FacetSet, Fact, MfaDevice, Password, ResourceType, SigningCertificate, Unreadable, User,
};

use crate::facts;

/// A user with the state of knowledge about it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) user: Arc<User>,
    /// The facets whose facts are those of a credential report and could be read live.
    pub(crate) reported: FacetSet,
    /// The facets that were asked for, or that cannot be: asking again would tell nothing new.
    pub(crate) read: FacetSet,
    /// Why facts of the report could not be read live. They stay as the report has them, and settle passes only.
    pub(crate) unconfirmed: Vec<Arc<Unreadable>>,
    /// Whether AWS says that there is no such user any more.
    pub(crate) is_gone: bool,
}

/// What must be read before a user can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    pub(crate) facets: FacetSet,
    /// The keys, by place, whose last use is wanted.
    pub(crate) last_used_of: BTreeSet<usize>,
}

impl Wants {
    pub(crate) fn is_empty(&self) -> bool {
        self.facets.is_empty()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.facets = self.facets.union(other.facets);
        self.last_used_of.extend(other.last_used_of);
    }
}

impl Subject {
    /// A user from a credential report. A slot that may hold an inactive credential is judged as one: a policy that is
    /// content with `inactive` needs to know no more, and any other will ask for the list.
    pub(crate) fn reported(row: ReportUser) -> Self {
        let ReportUser { mut user, possible_keys, possible_certificates } = row;
        if let Fact::Known(keys) = &mut user.access_keys {
            keys.extend((0..possible_keys).map(|_| facts::possible_key()));
        }
        if let Fact::Known(certificates) = &mut user.signing_certificates {
            certificates.extend((0..possible_certificates).map(|_| facts::possible_certificate()));
        }
        if user.has_mfa == Fact::Known(false) {
            user.mfa_devices = Fact::Known(Vec::new());
        }
        let known = [
            (Facet::AccessKeys, user.access_keys.known().is_some()),
            (Facet::AccessKeyLastUsed, user.access_keys.known().is_some()),
            (Facet::LoginProfile, user.password.known().is_some()),
            (Facet::PasswordLastUsed, user.password.known().is_some()),
            (Facet::MfaDevices, user.has_mfa.known().is_some()),
            (Facet::SigningCertificates, user.signing_certificates.known().is_some()),
        ];
        let reported = known.into_iter().filter(|(_, is_known)| *is_known).map(|(facet, _)| facet).collect();
        Self { reported, ..Self::listed(user) }
    }

    /// A user of whom nothing is known but what the list of users tells.
    pub(crate) fn listed(user: User) -> Self {
        Self {
            user: Arc::new(user),
            reported: FacetSet::default(),
            read: FacetSet::of(&[Facet::OrganizationalUnits, Facet::Users]),
            unconfirmed: Vec::new(),
            is_gone: false,
        }
    }

    /// A user of a saved inventory, of whom nothing more can be read.
    pub(crate) fn saved(user: Arc<User>) -> Self {
        Self {
            user,
            reported: FacetSet::default(),
            read: Facet::ALL.iter().copied().collect(),
            unconfirmed: Vec::new(),
            is_gone: false,
        }
    }

    /// The user without what a report said and could not be read live.
    pub(crate) fn into_confirmed(mut self) -> Arc<User> {
        for why in &self.unconfirmed {
            facts::distrust(Arc::make_mut(&mut self.user), why);
        }
        self.user
    }

    /// Whether the user's resource of a kind at `place` is a guess, which may not exist.
    pub(crate) fn is_guess(&self, kind: ResourceType, place: usize) -> bool {
        match kind {
            ResourceType::AccessKey => at(&self.user.access_keys, place).is_some_and(facts::is_possible_key),
            ResourceType::SigningCertificate => {
                at(&self.user.signing_certificates, place).is_some_and(facts::is_possible_certificate)
            }
            ResourceType::User
            | ResourceType::Account
            | ResourceType::Root
            | ResourceType::Password
            | ResourceType::Mfa
            | ResourceType::ServiceCredential
            | ResourceType::SshKey => false,
        }
    }

    /// The facets of lists that hold guesses.
    pub(crate) fn guessed(&self) -> FacetSet {
        let mut guessed = FacetSet::default();
        if count(&self.user.access_keys, facts::is_possible_key) > 0 {
            guessed = guessed.with(Facet::AccessKeys).with(Facet::AccessKeyLastUsed);
        }
        if count(&self.user.signing_certificates, facts::is_possible_certificate) > 0 {
            guessed = guessed.with(Facet::SigningCertificates);
        }
        guessed
    }

    /// How many of the user's access keys are there for certain.
    pub(crate) fn certain_keys(&self) -> usize {
        count(&self.user.access_keys, |key| !facts::is_possible_key(key))
    }

    /// What can still be read to learn `facets`. Which key's last use is wanted is only known once the keys have ids.
    pub(crate) fn wants(&self, facets: FacetSet) -> Wants {
        let facets: FacetSet = facets.iter().map(|facet| self.live_facet(facet)).collect();
        let facets = facets.difference(self.read);
        if !facets.contains(Facet::AccessKeyLastUsed) {
            return Wants { facets, ..Wants::default() };
        }
        let last_used_of = self.keys_of_unread_last_use();
        let facets = if last_used_of.is_empty() { facets.without(Facet::AccessKeyLastUsed) } else { facets };
        Wants { facets, last_used_of }
    }

    /// Those of `facets` that were asked for, in vain where they are still needed.
    pub(crate) fn exhausted(&self, facets: FacetSet) -> FacetSet {
        facets.iter().filter(|facet| self.read.contains(self.live_facet(*facet))).collect()
    }

    /// The keys, by place, whose last use can be asked for.
    fn keys_of_unread_last_use(&self) -> BTreeSet<usize> {
        let keys = self.user.access_keys.known().into_iter().flatten().enumerate();
        let unread = Fact::NotRead(Facet::AccessKeyLastUsed);
        keys.filter(|(_, key)| key.last_used == unread).map(|(place, _)| place).collect()
    }

    /// The facet to be read live for `facet`.
    fn live_facet(&self, facet: Facet) -> Facet {
        let is_of_reported_keys = facet == Facet::AccessKeyLastUsed && self.reported.contains(Facet::AccessKeys);
        if is_of_reported_keys { Facet::AccessKeys } else { facet }
    }

    /// Why one of `facets` could not be read live, where that was tried.
    pub(crate) fn why_unconfirmed(&self, facets: FacetSet) -> Option<&Arc<Unreadable>> {
        let live: FacetSet = facets.iter().map(|facet| self.live_facet(facet)).collect();
        self.unconfirmed.iter().find(|why| live.contains(why.facet))
    }

    /// Notes that a facet could not be read. What a report says stays, and is no more than it was.
    pub(crate) fn set_unreadable(&mut self, why: Arc<Unreadable>) {
        facts::set_unreadable(Arc::make_mut(&mut self.user), &why);
        if self.reported.contains(why.facet) {
            self.unconfirmed.push(why);
        }
    }

    /// Puts the list of keys as it is now in the place of what was known before. What a report said of the last use of
    /// a key is kept for the one key that it must be about, and only where `report_is_live` says that it still holds.
    pub(crate) fn set_live_keys(&mut self, mut live: Vec<AccessKey>, report_is_live: bool) {
        if let (Fact::Known(reported), true) = (&self.user.access_keys, report_is_live) {
            for index in 0..live.len() {
                if let Some(slot) = slot_of(&live, index, reported) {
                    live[index].last_used = slot.last_used.clone();
                }
            }
        }
        Arc::make_mut(&mut self.user).access_keys = Fact::Known(live);
        self.reported = self.reported.without(Facet::AccessKeys).without(Facet::AccessKeyLastUsed);
    }

    /// Puts the password as it is now in the place of what was known before. When it was changed, and until that is read
    /// too when it was used, is told by the report alone.
    pub(crate) fn set_live_password(&mut self, live: Option<Password>) {
        let user = Arc::make_mut(&mut self.user);
        let before = match &user.password {
            Fact::Known(before) => before.clone(),
            Fact::NotRead(_) | Fact::Unreadable(_) => None,
        };
        user.password = Fact::Known(live.map(|live| before.unwrap_or(live)));
        self.reported = self.reported.without(Facet::LoginProfile);
    }

    /// Puts the last use of the password as it is now in the place of what was known before.
    pub(crate) fn set_live_password_use(&mut self, last_used: Option<Timestamp>) {
        if let Fact::Known(Some(password)) = &mut Arc::make_mut(&mut self.user).password {
            password.last_used = Fact::Known(last_used);
        }
        self.reported = self.reported.without(Facet::PasswordLastUsed);
    }

    /// Puts the MFA devices as they are now in the place of what was known before.
    pub(crate) fn set_live_mfa_devices(&mut self, live: Vec<MfaDevice>) {
        let user = Arc::make_mut(&mut self.user);
        user.has_mfa = Fact::Known(!live.is_empty());
        user.mfa_devices = Fact::Known(live);
        self.reported = self.reported.without(Facet::MfaDevices);
    }

    /// Puts the signing certificates as they are now in the place of what was known before.
    pub(crate) fn set_live_certificates(&mut self, live: Vec<SigningCertificate>) {
        Arc::make_mut(&mut self.user).signing_certificates = Fact::Known(live);
        self.reported = self.reported.without(Facet::SigningCertificates);
    }
}

fn at<T>(list: &Fact<Vec<T>>, place: usize) -> Option<&T> {
    list.known().and_then(|items| items.get(place))
}

fn count<T>(list: &Fact<Vec<T>>, is_counted: fn(&T) -> bool) -> usize {
    list.known().map_or(0, |items| items.iter().filter(|item| is_counted(item)).count())
}

/// The report's slot for the key at `index`: the one made in the same second, where neither the report nor the list
/// has another such key. A report names no key ids, so on a tie nothing is certain and nothing is kept.
fn slot_of<'a>(live: &[AccessKey], index: usize, reported: &'a [AccessKey]) -> Option<&'a AccessKey> {
    let created_at = live[index].created_at.known()?;
    let same = |key: &&AccessKey| key.created_at.known() == Some(created_at);
    let mut slots = reported.iter().filter(same);
    let slot = slots.next()?;
    let is_only_one = slots.next().is_none() && live.iter().filter(same).count() == 1;
    is_only_one.then_some(slot).filter(|slot| slot.last_used.known().is_some())
}

#[cfg(test)]
mod tests;
