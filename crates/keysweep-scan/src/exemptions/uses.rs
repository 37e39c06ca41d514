//! The use of the exemptions of the register, and what its owner should look at.

use std::collections::BTreeSet;

use jiff::Timestamp;
use keysweep_model::{AccountId, ExemptionUse, StatusCounts};
use keysweep_policy::Policy;

use super::{Exemption, Register};

/// The register of exemptions, and when it is to be looked at.
#[derive(Debug, Clone, Default)]
pub struct ExemptionOptions {
    /// The exemptions.
    pub register: Register,
    /// The greatest share, in percent, that one exemption should exempt of all that its policies judge; none for any.
    pub max_share: Option<u8>,
}

/// How much of the organization a result is about.
#[derive(Debug)]
pub(crate) struct Scope {
    /// Whether everything was in scope and could be judged, so that an exemption without use has none.
    pub(crate) is_whole: bool,
    /// The accounts of the organization, where all of them were listed.
    pub(crate) accounts: Option<BTreeSet<AccountId>>,
}

/// The use of each exemption: `matched` violations by exemption, `counts` by policy.
pub(crate) fn uses(
    options: &ExemptionOptions,
    policies: &[Policy],
    matched: &[u64],
    counts: &[StatusCounts],
    scope: &Scope,
    as_of: Timestamp,
) -> Vec<ExemptionUse> {
    let exemptions = options.register.exemptions().iter().zip(matched);
    let of_one = |(exemption, matched): (&Exemption, &u64)| {
        let judged = policies.iter().zip(counts).filter(|(policy, _)| exemption.policies.contains(policy.id()));
        let (mut ran, mut total) = (0, 0);
        for (_, counts) in judged {
            ran += 1;
            total += counts.pass + counts.fail + counts.exempt + counts.unknown + counts.error;
        }
        let all_ran = ran == exemption.policies.len();
        let mut problems = Vec::new();
        if exemption.has_expired(as_of) {
            problems.push(expired(exemption, *matched));
        } else if *matched == 0 && all_ran && scope.is_whole {
            problems.push("it matched no violation".to_owned());
        } else if let Some(max) = options.max_share.filter(|max| *matched * 100 > total * u64::from(*max)) {
            problems.push(format!(
                "it exempts {matched} of {total} that its policies judged, which is more than {max} percent"
            ));
        }
        if let Some(accounts) = &scope.accounts {
            let gone = exemption.accounts.iter().filter(|id| !accounts.contains(id));
            problems.extend(gone.map(|id| format!("account {id} is not in the organization")));
        }
        ExemptionUse {
            id: exemption.id.clone(),
            owner: exemption.owner.clone(),
            expires: exemption.expires,
            matched: *matched,
            problems,
        }
    };
    exemptions.map(of_one).collect()
}

fn expired(exemption: &Exemption, matched: u64) -> String {
    let day = exemption.expires.strftime("%Y-%m-%d");
    match matched {
        0 => format!("it expired on {day}"),
        1 => format!("it expired on {day}: 1 violation that it would exempt is reported"),
        many => format!("it expired on {day}: {many} violations that it would exempt are reported"),
    }
}

#[cfg(test)]
mod tests;
