//! Turns judgements into counts and findings.

use std::ops::AddAssign;

use keysweep_model::{
    AccessKey, Evidence, EvidenceValue, Finding, FindingId, FindingStatus, ResourceType, StatusCounts, User, Verdict,
};
use keysweep_policy::{Evaluation, Outcome, Policy};

use crate::{
    judge::Judgement,
    subject::{Keys, Subject},
};

/// What users came to: those of one account, or of all together.
#[derive(Debug)]
pub(crate) struct Tally {
    /// By policy, in the order of the policies.
    pub(crate) counts: Vec<StatusCounts>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) users: u64,
    pub(crate) access_keys: u64,
}

impl Tally {
    pub(crate) fn new(policies: &[Policy]) -> Self {
        Self { counts: vec![StatusCounts::default(); policies.len()], findings: Vec::new(), users: 0, access_keys: 0 }
    }

    /// Counts a user whose every policy came to its end.
    pub(crate) fn add(&mut self, subject: &Subject, judgement: Judgement, policies: &[Policy]) {
        self.users += 1;
        self.access_keys += subject.certain_keys() as u64;
        match &subject.keys {
            Keys::Unreadable { why, .. } => self.add_unreadable(subject, &judgement, policies, &why.to_string()),
            Keys::Reported { .. } | Keys::Live | Keys::Unlisted => {
                let keys = subject.user.access_keys.iter().take(subject.certain_keys());
                for (key, evaluations) in keys.zip(judgement.evaluations) {
                    for (policy, evaluation) in evaluations.into_iter().enumerate() {
                        self.add_evaluation(policy, &policies[policy], &subject.user, key, evaluation);
                    }
                }
            }
        }
    }

    fn add_evaluation(&mut self, index: usize, policy: &Policy, user: &User, key: &AccessKey, evaluation: Evaluation) {
        let (status, message) = match evaluation.outcome {
            Outcome::Verdict(Verdict::Pass { .. }) => {
                self.counts[index].pass += 1;
                return;
            }
            Outcome::Verdict(Verdict::Fail { message }) => (FindingStatus::Fail, message),
            Outcome::Verdict(Verdict::Exempt { reason }) => (FindingStatus::Exempt, reason),
            Outcome::Unknown(why) => (FindingStatus::Unknown, why.to_string()),
            Outcome::Needs(facets) => {
                let facets: Vec<_> = facets.iter().map(|facet| facet.as_str()).collect();
                (FindingStatus::Unknown, format!("{} could not be read in this scan", facets.join(" and ")))
            }
            Outcome::Error(error) => (FindingStatus::Error, error.to_string()),
        };
        self.report(index, finding(policy, user, Some(key), status, message, evaluation.evidence));
    }

    /// The keys of the user could not be listed. What the report alone could settle stands: a policy that passes every
    /// key of the report passes. Every other policy has one finding on the user, whose keys nobody can name.
    fn add_unreadable(&mut self, subject: &Subject, judgement: &Judgement, policies: &[Policy], why: &str) {
        for (index, policy) in policies.iter().enumerate() {
            let mut evaluations = judgement.evaluations.iter().map(|by_policy| &by_policy[index].outcome).peekable();
            let known = evaluations.peek().is_some();
            let passes = evaluations.all(|outcome| matches!(outcome, Outcome::Verdict(Verdict::Pass { .. })));
            if known && passes {
                self.counts[index].pass += subject.certain_keys() as u64;
            } else {
                let status = FindingStatus::Unknown;
                self.report(index, finding(policy, &subject.user, None, status, why.to_owned(), Evidence::new()));
            }
        }
    }

    fn report(&mut self, policy: usize, finding: Finding) {
        self.counts[policy].count(finding.status);
        self.findings.push(finding);
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (total, count) in self.counts.iter_mut().zip(other.counts) {
            *total += count;
        }
        self.findings.extend(other.findings);
        self.users += other.users;
        self.access_keys += other.access_keys;
    }
}

fn finding(
    policy: &Policy,
    user: &User,
    key: Option<&AccessKey>,
    status: FindingStatus,
    message: String,
    mut evidence: Evidence,
) -> Finding {
    let metadata = policy.metadata();
    // Whoever acts on a finding wants it, whatever the policy asked.
    if let Some(created_at) = key.and_then(|key| key.created_at.known()) {
        evidence.insert("created_at".to_owned(), EvidenceValue::Time(*created_at));
    }
    let access_key_id = key.and_then(|key| key.id.known()).cloned();
    let resource = access_key_id.as_ref().map_or(user.arn.as_str(), |id| id.as_str());
    Finding {
        id: FindingId::new(policy.id(), user.account.id, resource),
        policy: policy.id().clone(),
        status,
        severity: metadata.severity,
        account_id: user.account.id,
        account_name: user.account.name.clone(),
        ou_path: user.account.ou_path.known().cloned(),
        resource_type: ResourceType::AccessKey,
        resource_arn: user.arn.clone(),
        user_name: user.name.clone(),
        access_key_id,
        message,
        evidence,
        remedy: metadata.remedy,
    }
}
