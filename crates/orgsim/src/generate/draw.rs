//! Chance for the generator: integers only, drawn by our own arithmetic, so that no dependency's upgrade changes a world.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of chance that depends on a seed, a purpose and an index, and on nothing else.
pub(super) struct Draw(ChaCha8Rng);

/// What a stream is for, so that streams of the same index differ.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Organization = 1,
    Account = 2,
    Users = 3,
    Breakage = 4,
    Credentials = 5,
    Settings = 6,
    Quarantine = 7,
    Night = 8,
}

impl Draw {
    pub(super) fn new(seed: u64, purpose: Purpose, index: u64) -> Draw {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&index.to_le_bytes());
        bytes[16] = purpose as u8;
        Draw(ChaCha8Rng::from_seed(bytes))
    }

    /// 0 up to but not including `n`; 0 for an `n` of 0.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// `from` up to and including `to`.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u128::from(to.abs_diff(from)) + 1;
        from + ((u128::from(self.0.next_u64()) * span) >> 64) as i64
    }

    /// True in so many of a thousand cases.
    pub(super) fn per_mille(&mut self, chance: u32) -> bool {
        self.below(1000) < chance
    }

    /// Any 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// One of the words; the empty word of none.
    pub(super) fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let at = self.below(u32::try_from(from.len()).unwrap_or(u32::MAX)) as usize;
        from.get(at).copied().unwrap_or_default()
    }

    /// The index of one of the weights, each as likely as it is heavy.
    pub(super) fn weighted(&mut self, weights: &[u32]) -> usize {
        let mut left = self.below(weights.iter().sum());
        for (index, weight) in weights.iter().enumerate() {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return index,
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_pinned() {
        let mut draw = Draw::new(7, Purpose::Users, 3);
        let drawn =
            [draw.between(-5, 5), draw.below(1000).into(), draw.between(0, i64::MAX), draw.weighted(&[1, 1, 8]) as i64];
        insta::assert_snapshot!(format!("{drawn:?}"), @"[1, 88, 8969237351736891921, 2]");
    }

    #[test]
    fn draws_stay_in_bounds_and_reach_them() {
        let mut draw = Draw::new(1, Purpose::Account, 0);
        let drawn: std::collections::BTreeSet<i64> = (0..1000).map(|_| draw.between(-2, 2)).collect();
        assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [-2, -1, 0, 1, 2]);
        assert_eq!(draw.below(0), 0);
        assert!((0..200).all(|_| draw.weighted(&[0, 5, 0]) == 1));
    }
}
