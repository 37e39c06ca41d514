//! Turns judgements into counts and findings.

use std::ops::AddAssign;

use keysweep_model::{Finding, Status, StatusCounts};
use keysweep_policy::Policy;

use crate::{exemptions::Register, judge::Judged, subject::Subject};

/// What users and accounts came to: those of one account, or all together.
#[derive(Debug)]
pub(crate) struct Tally {
    /// By policy, in the order of the policies.
    pub(crate) counts: Vec<StatusCounts>,
    /// How many violations each exemption is about, in the order of the register.
    pub(crate) exempted: Vec<u64>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) users: u64,
    pub(crate) users_gone: u64,
    pub(crate) users_renamed: u64,
    pub(crate) access_keys: u64,
}

impl Tally {
    pub(crate) fn new(policies: &[Policy], register: &Register) -> Self {
        Self {
            counts: vec![StatusCounts::default(); policies.len()],
            exempted: vec![0; register.exemptions().len()],
            findings: Vec::new(),
            users: 0,
            users_gone: 0,
            users_renamed: 0,
            access_keys: 0,
        }
    }

    /// Counts a user.
    pub(crate) fn add_user(&mut self, subject: &Subject) {
        self.users += 1;
        self.access_keys += subject.certain_keys() as u64;
    }

    /// Counts the results of all policies on something.
    pub(crate) fn add(&mut self, judged: Judged) {
        for policy in judged.passes {
            self.counts[policy].pass += 1;
        }
        for exemption in judged.exemptions {
            self.exempted[exemption] += 1;
        }
        for (policy, finding) in judged.findings {
            if finding.status != Status::Pass {
                self.counts[policy].count(finding.status);
            }
            self.findings.push(finding);
        }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        for (total, count) in self.counts.iter_mut().zip(other.counts) {
            *total += count;
        }
        for (total, count) in self.exempted.iter_mut().zip(other.exempted) {
            *total += count;
        }
        self.findings.extend(other.findings);
        self.users += other.users;
        self.users_gone += other.users_gone;
        self.users_renamed += other.users_renamed;
        self.access_keys += other.access_keys;
    }
}
