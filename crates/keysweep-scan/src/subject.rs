//! A user on its way through an account's rounds: what is known, and from where.

use std::{collections::BTreeSet, sync::Arc};

use keysweep_aws::ReportUser;
use keysweep_model::{AccessKey, AccessKeyStatus, Facet, FacetSet, Fact, Unreadable, User};

/// A user with the state of knowledge about its keys.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) user: Arc<User>,
    pub(crate) keys: Keys,
    /// The facets that were read for this user: reading one again would tell nothing new.
    pub(crate) read: FacetSet,
}

/// Where the user's list of keys comes from.
#[derive(Debug, Clone)]
pub(crate) enum Keys {
    /// A credential report: no ids. The last `possible` keys of the user are guesses, which may not exist.
    Reported { possible: usize },
    /// Nobody has asked yet.
    Unlisted,
    /// The list as it is now.
    Live,
    /// The list could not be read. The keys are those of the report, where there was one, with as many guesses.
    Unreadable {
        /// Why.
        why: Arc<Unreadable>,
        /// How many of the keys are guesses.
        possible: usize,
    },
}

/// What must be read before a user can be judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wants {
    pub(crate) facets: FacetSet,
    /// The keys, by place, whose last use is wanted.
    pub(crate) last_used_of: BTreeSet<usize>,
}

impl Subject {
    /// A user from a credential report. A slot that may hold an inactive key is judged as one: a policy that is
    /// content with `inactive` needs to know no more, and any other will ask for the list.
    pub(crate) fn reported(row: ReportUser) -> Self {
        let ReportUser { mut user, possible_keys } = row;
        for _ in 0..possible_keys {
            user.access_keys.push(AccessKey {
                id: Fact::NotRead(Facet::AccessKeys),
                status: Fact::Known(AccessKeyStatus::Inactive),
                created_at: Fact::NotRead(Facet::AccessKeys),
                last_used: Fact::NotRead(Facet::AccessKeys),
            });
        }
        let keys = Keys::Reported { possible: possible_keys };
        Self { user: Arc::new(user), keys, read: FacetSet::default() }
    }

    /// A user whose keys are to be listed.
    pub(crate) fn unlisted(user: User) -> Self {
        Self { user: Arc::new(user), keys: Keys::Unlisted, read: FacetSet::default() }
    }

    /// How many of the user's keys are there for certain.
    pub(crate) fn certain_keys(&self) -> usize {
        self.user.access_keys.len() - self.possible_keys()
    }

    fn possible_keys(&self) -> usize {
        match self.keys {
            Keys::Reported { possible } | Keys::Unreadable { possible, .. } => possible,
            Keys::Live | Keys::Unlisted => 0,
        }
    }

    /// Notes that the list of keys could not be read.
    pub(crate) fn set_unreadable(&mut self, why: Arc<Unreadable>) {
        self.keys = Keys::Unreadable { why, possible: self.possible_keys() };
    }

    /// Puts the list of keys as it is now in the place of what was known before. What a report said of the last use of
    /// a key is kept for the one key that it must be about, and only where `report_is_live` says that it still holds.
    pub(crate) fn set_live_keys(&mut self, mut live: Vec<AccessKey>, report_is_live: bool) {
        let reported = &self.user.access_keys[..self.certain_keys()];
        if report_is_live {
            for index in 0..live.len() {
                if let Some(slot) = slot_of(&live, index, reported) {
                    live[index].last_used = slot.last_used.clone();
                }
            }
        }
        Arc::make_mut(&mut self.user).access_keys = live;
        self.keys = Keys::Live;
    }
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
mod tests {
    use jiff::Timestamp;
    use keysweep_model::{Account, AccountState, LastUsed};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn used(second: i64) -> Fact<LastUsed> {
        Fact::Known(LastUsed::At { at: at(second), service: None, region: None })
    }

    fn key(id: Option<&str>, created: i64, last_used: Fact<LastUsed>) -> AccessKey {
        AccessKey {
            id: id.map_or(Fact::NotRead(Facet::AccessKeys), |id| Fact::Known(id.parse().unwrap())),
            status: Fact::Known(AccessKeyStatus::Active),
            created_at: Fact::Known(at(created)),
            last_used,
        }
    }

    /// The last uses after a list of keys made at `live` replaced a report of `reported` (made, last used).
    fn merged(reported: &[(i64, i64)], live: &[i64], report_is_live: bool) -> Vec<Fact<LastUsed>> {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: String::new(),
            email: None,
            state: AccountState::Active,
            ou_path: Fact::Known("Root".to_owned()),
        };
        let user = User {
            account: Arc::new(account),
            name: "u".parse().unwrap(),
            arn: String::new(),
            path: "/".to_owned(),
            created_at: Fact::Known(at(0)),
            tags: Fact::NotRead(Facet::UserTags),
            access_keys: reported.iter().map(|(made, last)| key(None, *made, used(*last))).collect(),
        };
        let mut subject = Subject::reported(ReportUser { user, possible_keys: 0 });
        let live = live.iter().map(|made| key(Some("AKIAAAAAAAAAAAAAAAAA"), *made, not_read())).collect();
        subject.set_live_keys(live, report_is_live);
        subject.user.access_keys.iter().map(|key| key.last_used.clone()).collect()
    }

    fn not_read() -> Fact<LastUsed> {
        Fact::NotRead(Facet::AccessKeyLastUsed)
    }

    #[test]
    fn a_slot_goes_to_the_key_made_in_the_same_second() {
        assert_eq!(merged(&[(10, 50), (20, 60)], &[20, 10], true), [used(60), used(50)]);
    }

    #[test]
    fn on_a_tie_nothing_is_guessed() {
        assert_eq!(merged(&[(10, 50), (10, 60)], &[10, 10], true), [not_read(), not_read()]);
        assert_eq!(merged(&[(10, 50)], &[10, 10], true), [not_read(), not_read()]);
        assert_eq!(merged(&[(10, 50), (10, 60)], &[10], true), [not_read()]);
    }

    #[test]
    fn a_key_that_the_report_does_not_know_is_not_read() {
        assert_eq!(merged(&[(10, 50)], &[11], true), [not_read()]);
    }

    #[test]
    fn an_old_report_says_nothing_about_the_last_use() {
        assert_eq!(merged(&[(10, 50)], &[10], false), [not_read()]);
    }
}
