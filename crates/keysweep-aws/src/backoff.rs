//! How long to wait between two attempts at the same thing.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

/// Waits that double from the first to the longest, each up to a quarter shorter by a jitter that a seed determines:
/// spread over what waits at the same time, and the same in every run.
pub(crate) struct Backoff {
    seed: u64,
    wait: Duration,
    longest: Duration,
}

impl Backoff {
    pub(crate) fn new(first: Duration, longest: Duration, seed: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        seed.hash(&mut hasher);
        Self { seed: hasher.finish(), wait: first, longest }
    }

    pub(crate) fn next(&mut self) -> Duration {
        let mut hasher = DefaultHasher::new();
        (self.seed, self.wait).hash(&mut hasher);
        let jitter = self.wait / 4 * (hasher.finish() % 256) as u32 / 256;
        let wait = self.wait - jitter;
        self.wait = (self.wait * 2).min(self.longest);
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_a_limit_and_depend_on_the_seed_alone() {
        let (first, longest) = (Duration::from_millis(500), Duration::from_secs(10));
        let waits = |account: &str| {
            let mut backoff = Backoff::new(first, longest, account);
            (0..8).map(|_| backoff.next()).collect::<Vec<_>>()
        };
        let some = waits("111122223333");
        assert_eq!(some, waits("111122223333"));
        assert_ne!(some, waits("111122223334"));
        assert!(some[0] >= first * 3 / 4 && some[0] <= first);
        assert!(some[7] >= longest * 3 / 4 && some[7] <= longest);
    }
}
