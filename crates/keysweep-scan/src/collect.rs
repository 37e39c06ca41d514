//! Puts the accounts together into one result, in an order that does not depend on which one was done first.

use keysweep_model::{AccountNote, ApiCalls, Coverage, Run, ScanResult, StatusCounts, Summary};
use keysweep_policy::Policy;

use crate::{
    counts::Counts,
    exemptions::{self, ExemptionOptions, Scope},
    progress::Progress,
    sink::AccountResult,
};

/// The coverage and the counts of the accounts that are done.
pub(crate) struct Collector<'a> {
    pub(crate) progress: &'a Progress,
    policies: &'a [Policy],
    exemptions: &'a ExemptionOptions,
    coverage: Coverage,
    total: Counts,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(progress: &'a Progress, policies: &'a [Policy], exemptions: &'a ExemptionOptions) -> Self {
        let total = Counts::new(policies, &exemptions.register);
        Self { progress, policies, exemptions, coverage: Coverage::default(), total }
    }

    /// Counts an account.
    pub(crate) fn add(&mut self, account: &AccountResult) {
        match account {
            AccountResult::Scanned(account) => {
                self.progress.add_scanned();
                self.coverage.scanned += 1;
                self.coverage.notes.extend(account.notes.iter().cloned());
                self.total += &account.counts;
            }
            AccountResult::Failed(gap) => {
                self.progress.add_failed();
                self.coverage.failed.push(gap.clone());
            }
            AccountResult::Skipped(gap) => {
                self.progress.add_skipped();
                self.coverage.skipped.push(gap.clone());
            }
        }
    }

    /// Notes what should be known of an account that may not be there.
    pub(crate) fn add_note(&mut self, note: AccountNote) {
        self.coverage.notes.push(note);
    }

    pub(crate) fn has_failures(&self) -> bool {
        !self.coverage.failed.is_empty()
    }

    /// The result of `run`, where `scope` says what all accounts together were.
    pub(crate) fn into_result(mut self, run: Run, scope: Scope, api_calls: ApiCalls) -> ScanResult {
        self.coverage.failed.sort_by_key(|gap| (gap.account_id.is_none(), gap.account_id));
        self.coverage.skipped.sort_by_key(|gap| gap.account_id);
        // Stable: the notes of one account stay in their order.
        self.coverage.notes.sort_by_key(|note| note.account_id);
        let Counts { by_policy, by_severity, by_exemption, users, users_gone, users_renamed, access_keys } = self.total;
        let mut by_status = StatusCounts::default();
        by_policy.iter().for_each(|counts| by_status += *counts);
        let is_complete = self.coverage.failed.is_empty() && by_status.unknown + by_status.error == 0;
        let scope = Scope { is_whole: scope.is_whole && is_complete, ..scope };
        let ids = self.policies.iter().map(|policy| policy.id().clone());
        ScanResult {
            exemptions: exemptions::uses(self.exemptions, self.policies, &by_exemption, &by_policy, &scope, run.as_of),
            run,
            policies: self.policies.iter().map(Policy::summary).collect(),
            summary: Summary {
                by_policy: ids.zip(by_policy).collect(),
                by_status,
                by_severity,
                users,
                users_gone,
                users_renamed,
                access_keys,
            },
            api_calls,
            coverage: self.coverage,
            listed: scope.accounts,
        }
    }
}
