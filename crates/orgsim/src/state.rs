//! The world while it is served: the data, and the indexes that find accounts, keys and OUs in it.

use std::collections::HashMap;

use crate::derive::Derive;
use crate::world::{Account, AccountId, LastUsed, Text, Time, User, World};

/// AWS records only the first use of a key within a span of 15 minutes
/// (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html> and the IAM user guide on last
/// accessed information).
const LAST_USED_SPAN: i64 = 15 * 60;

pub(crate) struct State {
    pub(crate) world: World,
    accounts: HashMap<AccountId, usize>,
    /// Account and user by access key id. Root's keys are not in it, because no client signs with them.
    keys: HashMap<Box<str>, (u32, u32)>,
    /// OU path by id, the root's empty path included.
    ous: HashMap<String, Text>,
}

impl State {
    pub(crate) fn new(mut world: World) -> State {
        world.complete();
        let mut state = State { world, accounts: HashMap::new(), keys: HashMap::new(), ous: HashMap::new() };
        state.index();
        state
    }

    /// Completes and indexes a world that was changed from outside.
    pub(crate) fn refresh(&mut self) {
        self.world.complete();
        self.index();
    }

    fn index(&mut self) {
        let world = &self.world;
        self.accounts = world.accounts.iter().enumerate().map(|(at, account)| (account.id, at)).collect();
        let paths = world.organizational_units.iter().cloned().chain([Text::from("")]);
        self.ous = paths.map(|path| (world.ou_id(&path), path)).collect();
        self.keys.clear();
        for (a, account) in (0_u32..).zip(&world.accounts) {
            for (u, user) in (0_u32..).zip(&account.users) {
                self.keys.extend(user.keys.iter().map(|key| (key.id.clone(), (a, u))));
            }
        }
    }

    pub(crate) fn derive(&self) -> Derive {
        self.world.derive()
    }

    pub(crate) fn account(&self, id: AccountId) -> Option<&Account> {
        self.world.accounts.get(*self.accounts.get(&id)?)
    }

    /// The place of an account in the world's list.
    pub(crate) fn position(&self, id: AccountId) -> Option<usize> {
        self.accounts.get(&id).copied()
    }

    pub(crate) fn account_mut(&mut self, id: AccountId) -> Option<&mut Account> {
        self.world.accounts.get_mut(*self.accounts.get(&id)?)
    }

    /// The account and user that an access key belongs to.
    pub(crate) fn key_owner(&self, access_key_id: &str) -> Option<(&Account, &User)> {
        let (account, user) = *self.keys.get(access_key_id)?;
        let account = self.world.accounts.get(account as usize)?;
        Some((account, account.users.get(user as usize)?))
    }

    /// Indexes a key that was just added to a user.
    pub(crate) fn key_added(&mut self, account: AccountId, user: &str, access_key_id: &str) {
        let Some(a) = self.accounts.get(&account).copied() else { return };
        let users = self.world.accounts.get(a).map(|account| &account.users);
        let u = users.and_then(|users| users.binary_search_by(|other| (*other.name).cmp(user)).ok());
        if let (Ok(a), Some(Ok(u))) = (u32::try_from(a), u.map(u32::try_from)) {
            self.keys.insert(access_key_id.into(), (a, u));
        }
    }

    /// Removes a key that was just removed from its user.
    pub(crate) fn key_removed(&mut self, access_key_id: &str) {
        self.keys.remove(access_key_id);
    }

    /// Whether a use of the key now would be recorded.
    pub(crate) fn use_is_news(&self, access_key_id: &str, now: Time) -> bool {
        let key = self.key_owner(access_key_id).and_then(|(_, user)| user.key(access_key_id));
        key.is_some_and(|key| key.last_used.as_ref().is_none_or(|used| used.at.plus(LAST_USED_SPAN) <= now))
    }

    /// Records a use of the key.
    pub(crate) fn record_use(&mut self, access_key_id: &str, used: LastUsed) {
        let Some((account, user)) = self.keys.get(access_key_id).copied() else { return };
        let account = self.world.accounts.get_mut(account as usize);
        let user = account.and_then(|account| account.users.get_mut(user as usize));
        if let Some(key) = user.and_then(|user| user.key_mut(access_key_id)) {
            key.last_used = Some(used);
        }
    }

    /// The path of the OU or root of that id.
    pub(crate) fn ou_path(&self, id: &str) -> Option<&Text> {
        self.ous.get(id)
    }
}
