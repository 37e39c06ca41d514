//! How long to wait between two looks at a report in the making.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use keysweep_model::AccountId;

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);

/// Waits that double from half a second to ten, each up to a quarter shorter by a jitter that the account id
/// determines: spread over the accounts, and the same in every run.
pub(super) struct Backoff {
    account: AccountId,
    wait: Duration,
}

impl Backoff {
    pub(super) fn new(account: AccountId) -> Self {
        Self { account, wait: FIRST }
    }

    pub(super) fn next(&mut self) -> Duration {
        let mut hasher = DefaultHasher::new();
        (self.account, self.wait).hash(&mut hasher);
        let jitter = self.wait / 4 * (hasher.finish() % 256) as u32 / 256;
        let wait = self.wait - jitter;
        self.wait = (self.wait * 2).min(LONGEST);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_depend_on_the_account_alone() {
        let waits = |account: &str| {
            let mut backoff = Backoff::new(account.parse().unwrap());
            (0..8).map(|_| backoff.next()).collect::<Vec<_>>()
        };
        let first = waits("111122223333");
        assert_eq!(first, waits("111122223333"));
        assert_ne!(first, waits("111122223334"));
        assert!(first[0] >= FIRST * 3 / 4 && first[0] <= FIRST);
        assert!(first[7] >= LONGEST * 3 / 4 && first[7] <= LONGEST);
    }
}
