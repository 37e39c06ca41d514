//! How far a scan has come, for a display of its progress.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Running counts of a scan, written by the scan and read by a progress display.
#[derive(Debug, Default)]
pub struct Progress {
    listed: AtomicU64,
    scanned: AtomicU64,
    failed: AtomicU64,
    skipped: AtomicU64,
    listing_done: AtomicBool,
}

impl Progress {
    /// The accounts found so far that are in scope, skipped ones included.
    #[must_use]
    pub fn listed(&self) -> u64 {
        self.listed.load(Ordering::Relaxed)
    }

    /// The accounts read.
    #[must_use]
    pub fn scanned(&self) -> u64 {
        self.scanned.load(Ordering::Relaxed)
    }

    /// The accounts that could not be read.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// The accounts that are not to be read.
    #[must_use]
    pub fn skipped(&self) -> u64 {
        self.skipped.load(Ordering::Relaxed)
    }

    /// Whether all accounts have been found.
    #[must_use]
    pub fn listing_done(&self) -> bool {
        self.listing_done.load(Ordering::Relaxed)
    }

    pub(crate) fn add_listed(&self) {
        self.listed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_scanned(&self) {
        self.scanned.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_failed(&self) {
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn add_skipped(&self) {
        self.skipped.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn finish_listing(&self) {
        self.listing_done.store(true, Ordering::Relaxed);
    }
}
