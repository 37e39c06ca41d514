//! Counts of what was read and judged.

use std::{collections::BTreeMap, ops::AddAssign};

use keysweep_model::{Severity, Status, StatusCounts};
use keysweep_policy::Policy;

use crate::{exemptions::Register, judge::Judged, subject::Subject};

/// The counts of one account, or of all accounts together.
#[derive(Debug, Clone)]
pub struct Counts {
    /// The results of judging by policy, in the order of the policies.
    pub by_policy: Vec<StatusCounts>,
    /// The violations by severity.
    pub by_severity: BTreeMap<Severity, u64>,
    /// How many violations each exemption is about, in the order of the register.
    pub by_exemption: Vec<u64>,
    /// The users that were read.
    pub users: u64,
    /// The users of a credential report, or of a list of users, that were deleted since, as far as the scan asked.
    pub users_gone: u64,
    /// The users of a credential report that have another name now.
    pub users_renamed: u64,
    /// The access keys that were judged.
    pub access_keys: u64,
}

impl Counts {
    pub(crate) fn new(policies: &[Policy], register: &Register) -> Self {
        Self {
            by_policy: vec![StatusCounts::default(); policies.len()],
            by_severity: BTreeMap::new(),
            by_exemption: vec![0; register.exemptions().len()],
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
    pub(crate) fn add(&mut self, judged: &Judged) {
        for policy in &judged.passes {
            self.by_policy[*policy].pass += 1;
        }
        for exemption in &judged.exemptions {
            self.by_exemption[*exemption] += 1;
        }
        for (policy, finding) in &judged.findings {
            match finding.status {
                // A pass is among those counted above, whether it makes a finding or not.
                Status::Pass => continue,
                Status::Fail => *self.by_severity.entry(finding.severity).or_default() += 1,
                Status::Unknown | Status::Error | Status::Exempt => {}
            }
            self.by_policy[*policy].count(finding.status);
        }
    }
}

impl AddAssign<&Self> for Counts {
    fn add_assign(&mut self, other: &Self) {
        for (total, count) in self.by_policy.iter_mut().zip(&other.by_policy) {
            *total += *count;
        }
        for (severity, count) in &other.by_severity {
            *self.by_severity.entry(*severity).or_default() += count;
        }
        for (total, count) in self.by_exemption.iter_mut().zip(&other.by_exemption) {
            *total += count;
        }
        self.users += other.users;
        self.users_gone += other.users_gone;
        self.users_renamed += other.users_renamed;
        self.access_keys += other.access_keys;
    }
}
