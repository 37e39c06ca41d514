//! Puts the accounts together into one result, in an order that does not depend on which one was done first.

use std::collections::BTreeMap;

use keysweep_model::{AccountGap, ApiCalls, Coverage, Finding, FindingStatus, Run, ScanResult, StatusCounts, Summary};
use keysweep_policy::Policy;

use crate::{progress::Progress, tally::Tally};

/// What has come in so far.
pub(crate) struct Collected<'a> {
    pub(crate) progress: &'a Progress,
    coverage: Coverage,
    total: Tally,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(progress: &'a Progress, policies: &[Policy]) -> Self {
        Self { progress, coverage: Coverage::default(), total: Tally::new(policies) }
    }

    pub(crate) fn scanned(&mut self, tally: Tally) {
        self.progress.add_scanned();
        self.coverage.scanned += 1;
        self.total += tally;
    }

    pub(crate) fn failed(&mut self, gap: AccountGap) {
        self.progress.add_failed();
        self.coverage.failed.push(gap);
    }

    pub(crate) fn skipped(&mut self, gap: AccountGap) {
        self.progress.add_skipped();
        self.coverage.skipped.push(gap);
    }

    pub(crate) fn into_result(mut self, run: Run, policies: &[Policy], api_calls: ApiCalls) -> ScanResult {
        self.coverage.failed.sort_by_key(|gap| (gap.account_id.is_none(), gap.account_id));
        self.coverage.skipped.sort_by_key(|gap| gap.account_id);
        self.total.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        ScanResult {
            run,
            policies: policies.iter().map(Policy::summary).collect(),
            summary: self.summary(policies),
            api_calls,
            coverage: self.coverage,
            findings: self.total.findings,
        }
    }

    fn summary(&self, policies: &[Policy]) -> Summary {
        let mut by_status = StatusCounts::default();
        for counts in &self.total.counts {
            by_status += *counts;
        }
        let mut by_severity = BTreeMap::new();
        for finding in self.total.findings.iter().filter(|finding| finding.status == FindingStatus::Fail) {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
        Summary {
            by_policy: policies
                .iter()
                .map(|policy| policy.id().clone())
                .zip(self.total.counts.iter().copied())
                .collect(),
            by_status,
            by_severity,
            users: self.total.users,
            access_keys: self.total.access_keys,
        }
    }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    (finding.account_id, &finding.user_name, &finding.access_key_id, &finding.policy)
}
