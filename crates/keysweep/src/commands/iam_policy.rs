//! `keysweep iam-policy`: the text of the IAM policies, to be pasted into whatever makes roles.

use keysweep_aws::{caller_policy, read_policy, trust_policy};
use keysweep_report::document;

use crate::{
    cli::{IamPolicyArgs, PolicySubject},
    config::Config,
    exit::{Exit, Failure},
    output::Destination,
    settings,
};

/// Prints the policy for the roles that `config` names.
pub(super) fn run(args: &IamPolicyArgs, config: &Config) -> Result<Exit, Failure> {
    let roles = settings::roles(config)?;
    let policy = match args.subject {
        PolicySubject::Member => read_policy(),
        PolicySubject::Caller => caller_policy(&args.partition, &roles.default.name, &roles.by_account),
        PolicySubject::Trust => {
            let central = args.central_account.ok_or_else(|| Failure::usage("`--central-account` is missing"))?;
            trust_policy(&args.partition, central, roles.default.external_id.as_deref())
        }
    };
    Destination::Stdout.deliver(|out| document::write(&policy, out))?;
    Ok(Exit::Clean)
}
