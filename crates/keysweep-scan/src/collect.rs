//! Puts the accounts together into one result, in an order that does not depend on which one was done first.

use std::collections::BTreeMap;

use keysweep_model::{AccountGap, ApiCalls, Coverage, Finding, FindingStatus, Run, ScanResult, StatusCounts, Summary};
use keysweep_policy::Policy;

use crate::{progress::Progress, tally::Tally};

/// What has come in so far.
pub(crate) struct Collected<'a> {
    progress: &'a Progress,
    coverage: Coverage,
    counts: Vec<StatusCounts>,
    findings: Vec<Finding>,
    users: u64,
    access_keys: u64,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(progress: &'a Progress, policies: &[Policy]) -> Self {
        Self {
            progress,
            coverage: Coverage::default(),
            counts: vec![StatusCounts::default(); policies.len()],
            findings: Vec::new(),
            users: 0,
            access_keys: 0,
        }
    }

    pub(crate) fn scanned(&mut self, tally: Tally) {
        self.progress.add_scanned();
        self.coverage.scanned += 1;
        self.users += tally.users;
        self.access_keys += tally.access_keys;
        self.findings.extend(tally.findings);
        for (total, count) in self.counts.iter_mut().zip(tally.counts) {
            *total += count;
        }
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
        self.findings.sort_by(|a, b| order(a).cmp(&order(b)));
        ScanResult {
            run,
            policies: policies.iter().map(Policy::summary).collect(),
            summary: self.summary(policies),
            api_calls,
            coverage: self.coverage,
            findings: self.findings,
        }
    }

    fn summary(&self, policies: &[Policy]) -> Summary {
        let mut by_status = StatusCounts::default();
        for counts in &self.counts {
            by_status += *counts;
        }
        let mut by_severity = BTreeMap::new();
        for finding in self.findings.iter().filter(|finding| finding.status == FindingStatus::Fail) {
            *by_severity.entry(finding.severity).or_default() += 1;
        }
        Summary {
            by_policy: policies.iter().map(|policy| policy.id().clone()).zip(self.counts.iter().copied()).collect(),
            by_status,
            by_severity,
            users: self.users,
            access_keys: self.access_keys,
        }
    }
}

fn order(finding: &Finding) -> impl Ord + use<'_> {
    (finding.account_id, &finding.user_name, &finding.access_key_id, &finding.policy)
}
