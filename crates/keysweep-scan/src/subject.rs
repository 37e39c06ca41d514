//! A user on its way through an account's rounds: what is known, and how far it can be relied on.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use keysweep_aws::{ListedUser, ReportUser};
use keysweep_model::{
    AccessKey, AccessKeyId, Facet, FacetSet, Fact, LastUsed, MfaDevice, Password, ResourceType, SigningCertificate,
    Unreadable, User,
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
    /// The user's unique id, which stays when it gets another name; none for a user of a saved inventory.
    pub(crate) unique_id: Option<String>,
    /// When its password was made, once that is read live.
    pub(crate) password_made_at: Option<Timestamp>,
    /// When its password was last used, as the list of users tells; none where no use is on record.
    password_last_used: Option<Timestamp>,
    /// What a live read has caught the credential report in.
    pub(crate) caught: Option<String>,
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
    /// A user from a credential report and from the list of users. A slot that may hold an inactive credential is judged
    /// as one: a policy that is content with `inactive` needs to know no more, and any other will ask for the list.
    pub(crate) fn reported(row: ReportUser, listed: ListedUser) -> Self {
        let ReportUser { mut user, possible_keys, possible_certificates } = row;
        // The list is as of now.
        user.arn.clone_from(&listed.user.arn);
        user.path.clone_from(&listed.user.path);
        user.created_at = listed.user.created_at.clone();
        if let Fact::Known(Some(password)) = &mut user.password {
            password.last_used = Fact::Known(listed.password_last_used);
        }
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
            (Facet::MfaDevices, user.has_mfa.known().is_some()),
            (Facet::SigningCertificates, user.signing_certificates.known().is_some()),
        ];
        let reported = known.into_iter().filter(|(_, is_known)| *is_known).map(|(facet, _)| facet).collect();
        Self { reported, ..Self::listed(ListedUser { user, ..listed }) }
    }

    /// A user of whom nothing is known but what the list of users tells.
    pub(crate) fn listed(listed: ListedUser) -> Self {
        Self {
            user: Arc::new(listed.user),
            reported: FacetSet::default(),
            read: FacetSet::of(&[Facet::OrganizationalUnits, Facet::Users, Facet::PasswordLastUsed]),
            unconfirmed: Vec::new(),
            unique_id: Some(listed.unique_id),
            password_made_at: None,
            password_last_used: listed.password_last_used,
            caught: None,
        }
    }

    /// A user of whom it is not known whether it is there.
    pub(crate) fn unknown(user: User, why: &Arc<Unreadable>) -> Self {
        let nothing_known = Self::saved(Arc::new(User::unread(&user.account, user.name, user.arn, user.path)));
        nothing_known.unreadable(why)
    }

    /// The user with everything unreadable that has not been read live.
    pub(crate) fn unreadable(self, why: &Arc<Unreadable>) -> Self {
        let mut subject = self.without_report();
        facts::set_all_unreadable(Arc::make_mut(&mut subject.user), why);
        subject.read = Facet::ALL.iter().copied().collect();
        subject
    }

    /// The user as the list of users has it, where anything that is known of it is from a report.
    pub(crate) fn without_report(mut self) -> Self {
        let user = Arc::make_mut(&mut self.user);
        let unread = User::unread(&user.account, user.name.clone(), user.arn.clone(), user.path.clone());
        // These are never from a report, or are not changed by it.
        *user = User {
            created_at: user.created_at.clone(),
            tags: user.tags.clone(),
            permissions: user.permissions.clone(),
            service_credentials: user.service_credentials.clone(),
            ssh_keys: user.ssh_keys.clone(),
            ..unread
        };
        let kept = [
            Facet::OrganizationalUnits,
            Facet::Users,
            Facet::PasswordLastUsed,
            Facet::UserTags,
            Facet::AuthorizationDetails,
            Facet::ServiceCredentials,
            Facet::SshKeys,
        ];
        self.read = self.read.intersection(FacetSet::of(&kept));
        self.reported = FacetSet::default();
        self.unconfirmed.clear();
        self
    }

    /// A user of a saved inventory, of whom nothing more can be read.
    pub(crate) fn saved(user: Arc<User>) -> Self {
        Self {
            user,
            reported: FacetSet::default(),
            read: Facet::ALL.iter().copied().collect(),
            unconfirmed: Vec::new(),
            unique_id: None,
            password_made_at: None,
            password_last_used: None,
            caught: None,
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

    /// Takes away the keys that are guesses, and says whether there were any.
    pub(crate) fn drop_possible_keys(&mut self) -> bool {
        if count(&self.user.access_keys, facts::is_possible_key) == 0 {
            return false;
        }
        if let Fact::Known(keys) = &mut Arc::make_mut(&mut self.user).access_keys {
            keys.retain(|key| !facts::is_possible_key(key));
        }
        true
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

    /// The ids of the keys at these places.
    pub(crate) fn ids_of_keys(&self, places: &BTreeSet<usize>) -> Vec<AccessKeyId> {
        let key = |place: &usize| at(&self.user.access_keys, *place).and_then(|key| key.id.known().cloned());
        places.iter().filter_map(key).collect()
    }

    /// Whether the user has a key of this id.
    pub(crate) fn has_key(&self, id: &AccessKeyId) -> bool {
        self.user.access_keys.known().into_iter().flatten().any(|key| key.id.known() == Some(id))
    }

    /// Puts in its place when the key of this id was last used.
    pub(crate) fn set_last_used(&mut self, id: &AccessKeyId, last_used: &Fact<LastUsed>) {
        let is_it = |key: &AccessKey| key.id.known() == Some(id);
        self.set_last_uses(last_used, is_it);
    }

    /// Notes that it cannot be asked when the keys were last used that have no id.
    pub(crate) fn set_last_use_without_id(&mut self, why: &Arc<Unreadable>) {
        let unread = Fact::NotRead(Facet::AccessKeyLastUsed);
        let is_without = |key: &AccessKey| key.id.known().is_none() && key.last_used == unread;
        self.set_last_uses(&Fact::Unreadable(Arc::clone(why)), is_without);
    }

    fn set_last_uses(&mut self, last_used: &Fact<LastUsed>, is_meant: impl Fn(&AccessKey) -> bool) {
        if let Fact::Known(keys) = &mut Arc::make_mut(&mut self.user).access_keys {
            for key in keys.iter_mut().filter(|key| is_meant(key)) {
                key.last_used = last_used.clone();
            }
        }
    }

    /// Puts the keys that are listed now in the place of those that were listed before, and keeps what was read of the
    /// last use of those that are in both.
    pub(crate) fn set_relisted_keys(&mut self, mut live: Vec<AccessKey>) {
        let user = Arc::make_mut(&mut self.user);
        for key in &mut live {
            let same = user.access_keys.known().into_iter().flatten().find(|before| before.id == key.id);
            if let Some(before) = same {
                key.last_used = before.last_used.clone();
            }
        }
        user.access_keys = Fact::Known(live);
    }

    /// Puts the password as it is now, made at `made_at`, in the place of what was known before. When it was last changed
    /// the report alone tells; but no password was changed before it was made, so that a password that was removed and
    /// made again since the report is as old as the new one.
    pub(crate) fn set_live_password(&mut self, made_at: Option<Timestamp>) {
        let user = Arc::make_mut(&mut self.user);
        let reported = user.password.known().and_then(|before| before.as_ref()).map(|before| before.changed_at.clone());
        let reported = reported.unwrap_or(Fact::NotRead(Facet::CredentialReport));
        user.password = Fact::Known(made_at.map(|made_at| Password {
            changed_at: reported.map(|changed_at| changed_at.max(made_at)),
            last_used: Fact::Known(self.password_last_used),
        }));
        self.password_made_at = made_at;
        self.reported = self.reported.without(Facet::LoginProfile);
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
