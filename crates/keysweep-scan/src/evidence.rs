//! What live reads have shown of the credential reports of the partition.
//!
//! A report has two slots for the keys of a user. AWS documents that a slot has no date where its key is not active,
//! which would make an inactive key look like no key at all; live reports date inactive keys. So an undated slot is a
//! guess, and policies that ask for inactive keys, or that go through all keys, would have the keys of nearly every
//! user listed: most users have one key.
//!
//! AWS makes all reports of a partition in one format. Where any account of the run has a report that dates an inactive
//! key, and a live list confirms that this key exists, is inactive and was made at that date, the reports of this
//! partition date inactive keys, and undated slots are empty in all of them. An account whose own report dates an
//! inactive key needs no other's evidence.
//!
//! The inference stays under test: every live list is held against its report by [`crate::audit`]. A single key that was
//! there and has no date in its report makes that report of no use, and ends the use of this evidence for the run.

use std::sync::atomic::{AtomicBool, Ordering};

/// What has been seen so far. Shared by all accounts of a run, which are of one partition.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    confirmed: AtomicBool,
    disproved: AtomicBool,
}

impl Evidence {
    /// Whether undated slots are empty.
    pub(crate) fn inactive_keys_are_dated(&self) -> bool {
        self.confirmed.load(Ordering::Relaxed) && !self.disproved.load(Ordering::Relaxed)
    }

    /// Whether nothing has been seen yet.
    pub(crate) fn is_missing(&self) -> bool {
        !self.confirmed.load(Ordering::Relaxed) && !self.disproved.load(Ordering::Relaxed)
    }

    /// Notes an inactive key that a report dates.
    pub(crate) fn confirm(&self) {
        self.confirmed.store(true, Ordering::Relaxed);
    }

    /// Notes a report that is wrong.
    pub(crate) fn disprove(&self) {
        self.disproved.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_counterexample_outweighs_every_confirmation() {
        let evidence = Evidence::default();
        assert!(evidence.is_missing() && !evidence.inactive_keys_are_dated());
        evidence.confirm();
        assert!(!evidence.is_missing() && evidence.inactive_keys_are_dated());
        evidence.disprove();
        evidence.confirm();
        assert!(!evidence.is_missing() && !evidence.inactive_keys_are_dated());
    }
}
