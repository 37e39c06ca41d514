//! The number of requests for each account and action.

use std::collections::{BTreeMap, HashMap};

use crate::world::AccountId;

/// The number of requests, including those that were refused, throttled or lost. The account is the one that is
/// addressed: for `AssumeRole` the account of the role, otherwise that of the credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallCounts(HashMap<Option<AccountId>, BTreeMap<Box<str>, u64>>);

impl CallCounts {
    /// All requests.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.values().flat_map(BTreeMap::values).sum()
    }

    /// The requests to an account for an action.
    #[must_use]
    pub fn count(&self, account: AccountId, action: &str) -> u64 {
        self.0.get(&Some(account)).and_then(|actions| actions.get(action)).copied().unwrap_or(0)
    }

    /// The requests to an account.
    #[must_use]
    pub fn account(&self, account: AccountId) -> u64 {
        self.0.get(&Some(account)).map_or(0, |actions| actions.values().sum())
    }

    /// The requests for an action, to any account.
    #[must_use]
    pub fn action(&self, action: &str) -> u64 {
        self.0.values().filter_map(|actions| actions.get(action)).sum()
    }

    /// The requests for each action, to any account.
    #[must_use]
    pub fn by_action(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for (action, count) in self.0.values().flatten() {
            *counts.entry(action.to_string()).or_default() += count;
        }
        counts
    }

    /// Account, action and number of requests, in order. Requests with unknown credentials have no account.
    #[must_use]
    pub fn rows(&self) -> Vec<(Option<AccountId>, &str, u64)> {
        let mut rows = Vec::new();
        for (account, actions) in &self.0 {
            rows.extend(actions.iter().map(|(action, count)| (*account, &**action, *count)));
        }
        rows.sort_unstable();
        rows
    }

    pub(crate) fn record(&mut self, account: Option<AccountId>, action: &str) {
        let actions = self.0.entry(account).or_default();
        match actions.get_mut(action) {
            Some(count) => *count += 1,
            None => drop(actions.insert(action.into(), 1)),
        }
    }
}
