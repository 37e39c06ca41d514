//! `keysweep iam-policy`: the text of the IAM policies, to be pasted into whatever makes roles.

use keysweep_aws::{caller_policy, read_policy, trust_policy};

use crate::{
    cli::{IamPolicyArgs, PolicySubject},
    exit::{Exit, Failure},
    output::Destination,
    settings::DEFAULT_ROLE,
};

/// Prints the policy.
pub(super) fn run(args: &IamPolicyArgs) -> Result<Exit, Failure> {
    let policy = match args.subject {
        PolicySubject::Member => read_policy(),
        PolicySubject::Caller => caller_policy(&args.partition, args.role.as_deref().unwrap_or(DEFAULT_ROLE)),
        PolicySubject::Trust => {
            let central = args.central_account.ok_or_else(|| Failure::usage("`--central-account` is missing"))?;
            trust_policy(&args.partition, central, args.external_id.as_deref())
        }
    };
    Destination::Stdout.deliver(|out| writeln!(out, "{policy:#}"))?;
    Ok(Exit::Clean)
}
