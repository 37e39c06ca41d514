//! IAM users and their access keys, as facts.

use std::{collections::BTreeMap, sync::Arc};

use jiff::Timestamp;

use crate::{AccessKeyId, Account, Fact, UserName};

/// The tags of a user.
pub type Tags = BTreeMap<String, String>;

/// An IAM user with what has been read about it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// The account that the user is in.
    pub account: Arc<Account>,
    /// The user's name.
    pub name: UserName,
    /// The user's ARN, which holds its path.
    pub arn: String,
    /// The user's IAM path: `/` or `/division/team/`.
    pub path: String,
    /// When the user was made.
    pub created_at: Fact<Timestamp>,
    /// The user's tags. The console keeps the description of an access key in a tag whose name is the key's id.
    pub tags: Fact<Tags>,
    /// The user's access keys. From a credential report at most two, and without their ids.
    pub access_keys: Vec<AccessKey>,
}

/// One access key with what has been read about it so far.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessKey {
    /// The key's id; a credential report does not tell it.
    pub id: Fact<AccessKeyId>,
    /// Whether the key works.
    pub status: Fact<AccessKeyStatus>,
    /// When the key was made.
    pub created_at: Fact<Timestamp>,
    /// When and where the key was last used.
    pub last_used: Fact<LastUsed>,
}

/// Whether an access key works.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyMetadata.html
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessKeyStatus {
    /// The key can sign requests.
    Active,
    /// The key was deactivated and can be made active again.
    Inactive,
    /// The key has expired.
    Expired,
}

/// When an access key last signed a request, as far as AWS records it: the first use in each span of 15 minutes, since
/// 22 April 2015.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastUsed {
    /// No use is on record.
    Never,
    /// The latest use on record.
    At {
        /// When.
        at: Timestamp,
        /// The service that was called, such as `s3`, where AWS tells.
        service: Option<String>,
        /// The Region that was called; none for global services.
        region: Option<String>,
    },
}

impl User {
    /// How many of the user's other active keys are newer than the key at `index`, so that exactly one active key of a
    /// user has none. Keys made in the same second are ordered by id, or by place where ids are not known.
    #[must_use]
    pub fn newer_active_keys(&self, index: usize) -> Fact<usize> {
        let order = |index: usize| {
            let key = &self.access_keys[index];
            key.created_at.as_ref().map(|created| (*created, key.id.known(), index))
        };
        let mut newer = 0;
        for (other, key) in self.access_keys.iter().enumerate() {
            match key.status.as_ref() {
                Fact::Known(AccessKeyStatus::Active) => {}
                Fact::Known(AccessKeyStatus::Inactive | AccessKeyStatus::Expired) => continue,
                Fact::NotRead(facet) => return Fact::NotRead(facet),
                Fact::Unreadable(why) => return Fact::Unreadable(why),
            }
            match order(other).and_then(|theirs| order(index).map(|ours| theirs > ours)) {
                Fact::Known(is_newer) => newer += usize::from(is_newer),
                Fact::NotRead(facet) => return Fact::NotRead(facet),
                Fact::Unreadable(why) => return Fact::Unreadable(why),
            }
        }
        Fact::Known(newer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccountState, Facet};

    fn key(created: i64, status: AccessKeyStatus) -> AccessKey {
        AccessKey {
            id: Fact::NotRead(Facet::AccessKeys),
            status: Fact::Known(status),
            created_at: Fact::Known(Timestamp::from_second(created).unwrap()),
            last_used: Fact::Known(LastUsed::Never),
        }
    }

    fn user(access_keys: Vec<AccessKey>) -> User {
        let account = Account {
            id: "111122223333".parse().unwrap(),
            name: String::new(),
            email: None,
            state: AccountState::Active,
            ou_path: Fact::Known("Root".to_owned()),
        };
        User {
            account: Arc::new(account),
            name: "u".parse().unwrap(),
            arn: "arn:aws:iam::111122223333:user/u".to_owned(),
            path: "/".to_owned(),
            created_at: Fact::Known(Timestamp::UNIX_EPOCH),
            tags: Fact::NotRead(Facet::UserTags),
            access_keys,
        }
    }

    fn newer(user: &User) -> Vec<Fact<usize>> {
        (0..user.access_keys.len()).map(|index| user.newer_active_keys(index)).collect()
    }

    #[test]
    fn exactly_one_active_key_has_no_newer_one_even_on_a_tie() {
        let user = user(vec![
            key(5, AccessKeyStatus::Active),
            key(5, AccessKeyStatus::Active),
            key(9, AccessKeyStatus::Inactive),
        ]);
        assert_eq!(newer(&user), [Fact::Known(1), Fact::Known(0), Fact::Known(0)]);
    }

    #[test]
    fn a_sibling_of_unknown_status_makes_the_count_unknown() {
        let mut user = user(vec![key(5, AccessKeyStatus::Active), key(6, AccessKeyStatus::Active)]);
        user.access_keys[1].status = Fact::NotRead(Facet::AccessKeys);
        assert_eq!(newer(&user)[0], Fact::NotRead(Facet::AccessKeys));
    }
}
