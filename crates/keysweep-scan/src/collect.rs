//! Puts the accounts together into one result, in an order that does not depend on which one was done first.

use std::collections::BTreeMap;

use keysweep_model::{
    AccountGap, AccountNote, ApiCalls, Coverage, Finding, Run, ScanResult, Status, StatusCounts, Summary,
};
use keysweep_policy::Policy;

use crate::{
    exemptions::{self, ExemptionOptions, Scope},
    progress::Progress,
    tally::Tally,
};

/// What has come in so far.
pub(crate) struct Collected<'a> {
    pub(crate) progress: &'a Progress,
    policies: &'a [Policy],
    exemptions: &'a ExemptionOptions,
    coverage: Coverage,
    total: Tally,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(progress: &'a Progress, policies: &'a [Policy], exemptions: &'a ExemptionOptions) -> Self {
        let total = Tally::new(policies, &exemptions.register);
        Self { progress, policies, exemptions, coverage: Coverage::default(), total }
    }

    /// Takes in an account that was read, with what should be known about how.
    pub(crate) fn scanned(&mut self, tally: Tally, notes: Vec<AccountNote>) {
        self.progress.add_scanned();
        self.coverage.scanned += 1;
        self.coverage.notes.extend(notes);
        self.total += tally;
    }

    pub(crate) fn noted(&mut self, note: AccountNote) {
        self.coverage.notes.push(note);
    }

    pub(crate) fn failed(&mut self, gap: AccountGap) {
        self.progress.add_failed();
        self.coverage.failed.push(gap);
    }

    pub(crate) fn has_failures(&self) -> bool {
        !self.coverage.failed.is_empty()
    }

    pub(crate) fn skipped(&mut self, gap: AccountGap) {
        self.progress.add_skipped();
        self.coverage.skipped.push(gap);
    }

    /// The result of `run`, where `scope` says what all accounts together were.
    pub(crate) fn into_result(mut self, run: Run, scope: &Scope, api_calls: ApiCalls) -> ScanResult {
        self.coverage.failed.sort_by_key(|gap| (gap.account_id.is_none(), gap.account_id));
        self.coverage.skipped.sort_by_key(|gap| gap.account_id);
        // Stable: the notes of one account stay in their order.
        self.coverage.notes.sort_by_key(|note| note.account_id);
        self.total.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        let summary = self.summary();
        let is_complete = self.coverage.failed.is_empty() && summary.by_status.unknown + summary.by_status.error == 0;
        let scope = Scope { is_whole: scope.is_whole && is_complete, accounts: scope.accounts.clone() };
        let (matched, counts) = (&self.total.exempted, &self.total.counts);
        ScanResult {
            exemptions: exemptions::uses(self.exemptions, self.policies, matched, counts, &scope, run.as_of),
            run,
            policies: self.policies.iter().map(Policy::summary).collect(),
            summary,
            api_calls,
            coverage: self.coverage,
            findings: self.total.findings,
        }
    }

    fn summary(&self) -> Summary {
        let mut by_status = StatusCounts::default();
        for counts in &self.total.counts {
            by_status += *counts;
        }
        let mut by_severity = BTreeMap::new();
        for finding in self.total.findings.iter().filter(|finding| finding.status == Status::Fail) {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
        let ids = self.policies.iter().map(|policy| policy.id().clone());
        Summary {
            by_policy: ids.zip(self.total.counts.iter().copied()).collect(),
            by_status,
            by_severity,
            users: self.total.users,
            users_gone: self.total.users_gone,
            users_renamed: self.total.users_renamed,
            access_keys: self.total.access_keys,
        }
    }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    let Finding { account_id, user_name, resource_type, resource_id, policy, id, .. } = finding;
    (account_id, user_name, resource_type, resource_id, policy, id)
}
