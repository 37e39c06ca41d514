//! A user on its way through an account's rounds: what is known, and what was asked.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use keysweep_aws::ListedUser;
use keysweep_model::{
    AccessKey, AccessKeyId, Facet, FacetSet, Fact, Facts, LastUsed, MfaDevice, Origin, Password, SigningCertificate,
    Unreadable, User,
};

/// A user with the state of knowledge about it.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) user: Arc<User>,
    /// The facets that were asked for, or that cannot be: asking again would tell nothing new.
    pub(crate) asked: FacetSet,
    /// The user's unique id, which stays when it gets another name; none for a user of a saved inventory.
    pub(crate) unique_id: Option<String>,
    /// When its password was made, once that is read live.
    pub(crate) password_made_at: Option<Timestamp>,
    /// When its password was last used, as the list of users tells; none where no use is on record.
    password_last_used: Option<Timestamp>,
    /// The error of the credential report that a live read has found.
    pub(crate) report_error: Option<String>,
}

/// What must be read before a user can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    pub(crate) facets: FacetSet,
    /// The keys, by place, whose last use is wanted.
    pub(crate) last_used_of: BTreeSet<usize>,
}

/// Where the facts of a user come from, by facet.
#[derive(Debug, Clone, Default)]
pub(crate) struct Origins {
    /// The facets that have not been read.
    pub(crate) not_read: FacetSet,
    /// The facets whose facts are those of a credential report and could be read live.
    pub(crate) reported: FacetSet,
    /// The facets of lists that hold slots which may be empty.
    pub(crate) possible: FacetSet,
    /// Why facts of the report could not be read live. They stay as the report has them, and settle passes only.
    unconfirmed: Vec<Arc<Unreadable>>,
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

impl Origins {
    pub(crate) fn of(user: &User) -> Self {
        let mut origins = Self::default();
        user.each(&mut |facet, origin| match origin {
            Origin::Live | Origin::Unreadable(_) => {}
            Origin::NotRead(facet) => origins.not_read = origins.not_read.with(facet),
            Origin::Possible => origins.possible = origins.possible.with(facet),
            // No live call tells when a password was last changed.
            Origin::Reported(_) if facet == Facet::CredentialReport => {}
            Origin::Reported(report) => {
                origins.reported = origins.reported.with(facet);
                origins.unconfirmed.extend(report.unconfirmed.clone());
            }
        });
        if origins.possible.contains(Facet::AccessKeys) {
            origins.possible = origins.possible.with(Facet::AccessKeyLastUsed);
        }
        origins
    }

    /// The same, with what a report said taken as it stands.
    pub(crate) fn taken_as_they_stand(self) -> Self {
        Self { reported: FacetSet::default(), unconfirmed: Vec::new(), ..self }
    }

    /// Why one of `facets` could not be read live, where that was tried.
    pub(crate) fn why_unconfirmed(&self, facets: FacetSet) -> Option<&Arc<Unreadable>> {
        let live: FacetSet = facets.iter().map(|facet| self.live_facet(facet)).collect();
        self.unconfirmed.iter().find(|why| live.contains(why.facet))
    }

    /// The facet to be read live for `facet`: the last use of a key is asked for by its id, which no report tells.
    fn live_facet(&self, facet: Facet) -> Facet {
        let is_of_reported_keys = facet == Facet::AccessKeyLastUsed && self.reported.contains(Facet::AccessKeys);
        if is_of_reported_keys { Facet::AccessKeys } else { facet }
    }
}

impl Subject {
    /// A user from a credential report and from the list of users. A slot that may hold an inactive credential is judged
    /// as one: a policy that is content with `inactive` needs to know no more, and any other will ask for the list.
    pub(crate) fn reported(mut user: User, listed: ListedUser) -> Self {
        // The list is as of now.
        user.arn.clone_from(&listed.user.arn);
        user.path.clone_from(&listed.user.path);
        user.created_at = listed.user.created_at.clone();
        if let Some(Some(password)) = user.password.value_mut() {
            password.last_used = Fact::Live(listed.password_last_used);
        }
        if user.has_mfa.value() == Some(&false) {
            user.mfa_devices = user.has_mfa.clone().map(|_| Vec::new());
        }
        Self::listed(ListedUser { user, ..listed })
    }

    /// A user of whom nothing is known but what the list of users tells.
    pub(crate) fn listed(listed: ListedUser) -> Self {
        Self {
            user: Arc::new(listed.user),
            asked: FacetSet::of(&[Facet::OrganizationalUnits, Facet::Users, Facet::PasswordLastUsed]),
            unique_id: Some(listed.unique_id),
            password_made_at: None,
            password_last_used: listed.password_last_used,
            report_error: None,
        }
    }

    /// A user of whom it is not known whether it is there.
    pub(crate) fn unknown(user: User, why: &Arc<Unreadable>) -> Self {
        let nothing_known = Self::saved(Arc::new(User::unread(user.name, user.arn, user.path)));
        nothing_known.unreadable(why)
    }

    /// The user with everything unreadable that has not been read live.
    pub(crate) fn unreadable(self, why: &Arc<Unreadable>) -> Self {
        let mut subject = self.without_report();
        subject.user_mut().each_mut(&mut |_, fact| {
            if let Origin::NotRead(_) = fact.origin() {
                fact.set_unreadable(why);
            }
        });
        subject.asked = Facet::ALL.iter().copied().collect();
        subject
    }

    /// The user without anything that is known from a report, and asked anew for what that was. A use that a young report
    /// told of keys that were then listed is taken back with it.
    pub(crate) fn without_report(mut self) -> Self {
        let mut taken_back = FacetSet::of(&[Facet::CredentialReport]);
        self.user_mut().each_mut(&mut |facet, fact| {
            let is_reported = matches!(fact.origin(), Origin::Reported(_) | Origin::Possible);
            if is_reported || facet == Facet::AccessKeyLastUsed {
                fact.set_not_read(facet);
                taken_back = taken_back.with(facet);
            }
        });
        self.asked = self.asked.difference(taken_back);
        self
    }

    /// A user of a saved inventory, of whom nothing more can be read.
    pub(crate) fn saved(user: Arc<User>) -> Self {
        Self {
            user,
            asked: Facet::ALL.iter().copied().collect(),
            unique_id: None,
            password_made_at: None,
            password_last_used: None,
            report_error: None,
        }
    }

    /// The user without what a report said and could not be read live.
    pub(crate) fn into_confirmed(mut self) -> Arc<User> {
        if !Origins::of(&self.user).unconfirmed.is_empty() {
            self.user_mut().each_mut(&mut |_, fact| {
                if let Origin::Reported(report) = fact.origin()
                    && let Some(why) = report.unconfirmed.clone()
                {
                    fact.set_unreadable(&why);
                }
            });
        }
        self.user
    }

    fn user_mut(&mut self) -> &mut User {
        Arc::make_mut(&mut self.user)
    }

    /// Takes away the keys that may not exist, and says whether there were any.
    pub(crate) fn drop_possible_keys(&mut self) -> bool {
        let has_any = self.keys().any(AccessKey::is_possible);
        if let Some(keys) = self.user_mut().access_keys.value_mut().filter(|_| has_any) {
            keys.retain(|key| !key.is_possible());
        }
        has_any
    }

    /// How many of the user's access keys are there for certain.
    pub(crate) fn certain_keys(&self) -> usize {
        self.keys().filter(|key| !key.is_possible()).count()
    }

    fn keys(&self) -> impl Iterator<Item = &AccessKey> {
        self.user.access_keys.value().into_iter().flatten()
    }

    /// What can still be read to learn `facets`. Which key's last use is wanted is only known once the keys have ids.
    pub(crate) fn wants(&self, facets: FacetSet, origins: &Origins) -> Wants {
        let facets: FacetSet = facets.iter().map(|facet| origins.live_facet(facet)).collect();
        let facets = facets.difference(self.asked);
        if !facets.contains(Facet::AccessKeyLastUsed) {
            return Wants { facets, ..Wants::default() };
        }
        let last_used_of = self.keys_of_unread_last_use();
        let facets = if last_used_of.is_empty() { facets.without(Facet::AccessKeyLastUsed) } else { facets };
        Wants { facets, last_used_of }
    }

    /// Those of `facets` that were asked for, in vain where they are still needed.
    pub(crate) fn exhausted(&self, facets: FacetSet, origins: &Origins) -> FacetSet {
        facets.iter().filter(|facet| self.asked.contains(origins.live_facet(*facet))).collect()
    }

    /// The keys, by place, whose last use can be asked for.
    fn keys_of_unread_last_use(&self) -> BTreeSet<usize> {
        let unread = Fact::NotRead(Facet::AccessKeyLastUsed);
        self.keys().enumerate().filter(|(_, key)| key.last_used == unread).map(|(place, _)| place).collect()
    }

    /// Notes that a facet could not be read. What a report says stays, and is no more than it was.
    pub(crate) fn set_unreadable(&mut self, why: &Arc<Unreadable>) {
        self.user_mut().each_mut(&mut |facet, fact| {
            if fact.origin() == Origin::NotRead(why.facet) {
                fact.set_unreadable(why);
            } else if facet == why.facet {
                fact.set_unconfirmed(why);
            }
        });
    }

    /// Puts the list of keys as it is now in the place of what was known before. What a report said of the last use of
    /// a key is kept for the one key that it must be about, and only where `report_is_live` says that it still holds.
    pub(crate) fn set_live_keys(&mut self, mut live: Vec<AccessKey>, report_is_live: bool) {
        if let (Some(reported), true) = (self.user.access_keys.value(), report_is_live) {
            for index in 0..live.len() {
                if let Some(last_used) = last_used_of_slot(&live, index, reported) {
                    live[index].last_used = Fact::Live(last_used.clone());
                }
            }
        }
        self.user_mut().access_keys = Fact::Live(live);
    }

    /// The ids of the keys at these places.
    pub(crate) fn ids_of_keys(&self, places: &BTreeSet<usize>) -> Vec<AccessKeyId> {
        self.keys()
            .enumerate()
            .filter(|(place, _)| places.contains(place))
            .filter_map(|(_, key)| key.id.value().cloned())
            .collect()
    }

    /// Whether the user has a key of this id.
    pub(crate) fn has_key(&self, id: &AccessKeyId) -> bool {
        self.keys().any(|key| key.id.value() == Some(id))
    }

    /// Puts in its place when the key of this id was last used.
    pub(crate) fn set_last_used(&mut self, id: &AccessKeyId, last_used: &Fact<LastUsed>) {
        self.set_last_uses(last_used, |key| key.id.value() == Some(id));
    }

    /// Notes that it cannot be asked when the keys were last used that have no id.
    pub(crate) fn set_last_use_without_id(&mut self, why: &Arc<Unreadable>) {
        let unread = Fact::NotRead(Facet::AccessKeyLastUsed);
        let is_without = |key: &AccessKey| key.id.value().is_none() && key.last_used == unread;
        self.set_last_uses(&Fact::Unreadable(Arc::clone(why)), is_without);
    }

    fn set_last_uses(&mut self, last_used: &Fact<LastUsed>, is_meant: impl Fn(&AccessKey) -> bool) {
        let keys = self.user_mut().access_keys.value_mut().into_iter().flatten();
        keys.filter(|key| is_meant(key)).for_each(|key| key.last_used = last_used.clone());
    }

    /// Puts the keys that are listed now in the place of those that were listed before, and keeps what was read of the
    /// last use of those that are in both.
    pub(crate) fn set_relisted_keys(&mut self, mut live: Vec<AccessKey>) {
        for key in &mut live {
            if let Some(before) = self.keys().find(|before| before.id == key.id) {
                key.last_used = before.last_used.clone();
            }
        }
        self.user_mut().access_keys = Fact::Live(live);
    }

    /// Puts the password as it is now, made at `made_at`, in the place of what was known before. When it was last changed
    /// the report alone tells; but no password was changed before it was made, so that a password that was removed and
    /// made again since the report is as old as the new one.
    pub(crate) fn set_live_password(&mut self, made_at: Option<Timestamp>) {
        let password_last_used = Fact::Live(self.password_last_used);
        let user = self.user_mut();
        let reported = user.password.value().and_then(|before| before.as_ref()).map(|before| before.changed_at.clone());
        let reported = reported.unwrap_or(Fact::NotRead(Facet::CredentialReport));
        user.password = Fact::Live(made_at.map(|made_at| Password {
            changed_at: reported.map(|changed_at| changed_at.max(made_at)),
            last_used: password_last_used,
        }));
        self.password_made_at = made_at;
    }

    /// Puts the MFA devices as they are now in the place of what was known before.
    pub(crate) fn set_live_mfa_devices(&mut self, live: Vec<MfaDevice>) {
        let user = self.user_mut();
        user.has_mfa = Fact::Live(!live.is_empty());
        user.mfa_devices = Fact::Live(live);
    }

    /// Puts the signing certificates as they are now in the place of what was known before.
    pub(crate) fn set_live_certificates(&mut self, live: Vec<SigningCertificate>) {
        self.user_mut().signing_certificates = Fact::Live(live);
    }
}

/// What the report's slot for the key at `index` tells of its last use: that of the slot made in the same second, where
/// neither the report nor the list has another such key. A report names no key ids, so on a tie nothing is certain and
/// nothing is kept.
fn last_used_of_slot<'a>(live: &[AccessKey], index: usize, reported: &'a [AccessKey]) -> Option<&'a LastUsed> {
    let created_at = live[index].created_at.value()?;
    let same = |key: &&AccessKey| key.created_at.value() == Some(created_at);
    let mut slots = reported.iter().filter(same);
    let slot = slots.next()?;
    let is_only_one = slots.next().is_none() && live.iter().filter(same).count() == 1;
    is_only_one.then_some(slot)?.last_used.value()
}

#[cfg(test)]
mod tests;
