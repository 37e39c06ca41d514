//! `keysweep policy eval` and `keysweep policy diff`: policies on a saved inventory.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use keysweep_model::{AccountFacts, Evidence, FacetSet, Fact, Resource, Verdict};
use keysweep_policy::{Evaluation, Outcome, Policy, load_file};
use keysweep_report::inventory::Record;

use crate::{
    cli::policy::{DiffArgs, EvalArgs},
    commands::saved,
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::Destination,
    settings,
    terminal::{self, Evaluated, Name},
};

/// Prints what the policy makes of each resource, with the facts that it touched.
pub(super) fn run(args: &EvalArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let policy = load_file(&settings::compiler(config)?, &args.file).map_err(Failure::listing)?;
    let mut evaluated = Vec::new();
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    let mut is_full = true;
    let as_of = args.as_of.map(|as_of| as_of.0);
    each_resource(&args.inventory, &policy, as_of, |name, evaluate| {
        let is_key = args.key.as_ref().is_none_or(|key| name.id.as_ref() == Some(key));
        let is_user = args.user.as_ref().is_none_or(|user| name.user.as_ref() == Some(user));
        if is_key && is_user {
            let evaluation = evaluate(&policy);
            is_full &= !matches!(evaluation.outcome, Outcome::Needs(_));
            let (status, message) = said(&evaluation);
            *counts.entry(status).or_default() += 1;
            if args.statuses.is_empty() || args.statuses.iter().any(|wanted| wanted == status) {
                evaluated.push(Evaluated { name: name.clone(), status, message, evidence: evaluation.evidence });
            }
        }
    })?;
    if counts.is_empty() {
        let message = format!("the inventory has no such {}", policy.metadata().resource);
        return Err(Failure::usage(message).hint("without --key and --user every one of them is judged"));
    }
    let text = terminal::evaluated(&evaluated, &counts, &policy.summary().params, &edge.stdout);
    Destination::Stdout.print(&text, edge.stdout.color)?;
    say_what_holds_all(is_full);
    Ok(Exit::Clean)
}

/// Says how facts are saved that a policy misses.
fn say_what_holds_all(is_full: bool) {
    if !is_full {
        edge::say(
            "note: the policy asks for facts that the inventory does not have; `--full-inventory` saves every fact",
        );
    }
}

/// Prints the resources on which two versions of a policy rule differently: another verdict, or another severity.
pub(super) fn diff(args: &DiffArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let compiler = settings::compiler(config)?;
    let [old, new] = [&args.old, &args.new].map(|path| load_file(&compiler, path).map_err(Failure::listing));
    let (old, new) = (old?, new?);
    let (was, is) = (old.metadata().resource, new.metadata().resource);
    if was != is {
        return Err(Failure::usage(format!("the policies cannot be compared: one judges {was}, the other {is}")));
    }
    let mut judged = 0_u64;
    let mut is_full = true;
    let mut changes = Vec::new();
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    each_resource(&args.inventory, &old, args.as_of.map(|as_of| as_of.0), |name, evaluate| {
        judged += 1;
        let (was, is) = (evaluate(&old), evaluate(&new));
        is_full &= ![&was, &is].iter().any(|evaluation| matches!(evaluation.outcome, Outcome::Needs(_)));
        let (before, after) = (ruled(&old, &was), ruled(&new, &is));
        if before != after {
            *counts.entry((before.clone(), after.clone())).or_default() += 1;
            changes.push(terminal::Change { name: name.clone(), before, after, message: said(&is).1 });
        }
    })?;
    if judged == 0 {
        return Err(Failure::usage(format!("the inventory has no {was}: there is nothing to compare by")));
    }
    Destination::Stdout.print(&terminal::changes(&changes, &counts, judged, &edge.stdout), edge.stdout.color)?;
    say_what_holds_all(is_full);
    Ok(Exit::Clean)
}

/// Calls `visit` for each resource of the inventory at `path` that `policy` is for, as of `as_of`, or of the time as of
/// which the inventory was judged when it was saved. What could not be listed is visited too, and evaluates to unknown.
fn each_resource(
    path: &Path,
    policy: &Policy,
    as_of: Option<Timestamp>,
    mut visit: impl FnMut(&Name, &dyn Fn(&Policy) -> Evaluation),
) -> Result<(), Failure> {
    let inventory = saved::open(path)?;
    let as_of = as_of.unwrap_or(inventory.run().as_of);
    for record in inventory {
        match record.map_err(|error| saved::unusable(path, &error))? {
            Record::Account(facts) => each_of_account(*facts, policy, as_of, &mut visit),
            Record::Failed(_) | Record::Skipped(_) => {}
        }
    }
    Ok(())
}

fn each_of_account(
    facts: AccountFacts,
    policy: &Policy,
    as_of: Timestamp,
    visit: &mut impl FnMut(&Name, &dyn Fn(&Policy) -> Evaluation),
) {
    let facts = Arc::new(facts);
    let kind = policy.metadata().resource;
    for resource in Resource::of_account(kind, &facts).into_iter().filter(|resource| !is_guess(resource)) {
        visit(&name(&resource), &|policy| policy.evaluate(&resource, as_of));
    }
    // What nobody could list may be anything: whoever has it is visited in its place.
    for user in facts.users.known().into_iter().flatten() {
        let resource = match Resource::of_user(kind, user) {
            Fact::Known(_) => continue,
            Fact::NotRead(facet) => Outcome::Needs(FacetSet::of(&[facet])),
            Fact::Unreadable(why) => Outcome::Unknown(why),
        };
        let evaluation = Evaluation { outcome: resource, evidence: Evidence::new(), reads: FacetSet::default() };
        visit(&name(&Resource::User(Arc::clone(user))), &|_| evaluation.clone());
    }
}

/// Whether it is a slot of a credential report in which an inactive credential may be, or none.
fn is_guess(resource: &Resource) -> bool {
    fn unread<T>(fact: Option<&Fact<T>>) -> bool {
        fact.is_some_and(Fact::is_not_read)
    }
    let Some(user) = resource.user() else { return false };
    match resource {
        Resource::AccessKey(_, index) => {
            let key = user.access_keys.known().and_then(|keys| keys.get(*index));
            unread(key.map(|key| &key.id)) && unread(key.map(|key| &key.created_at))
        }
        Resource::SigningCertificate(_, index) => {
            let certificate = user.signing_certificates.known().and_then(|all| all.get(*index));
            unread(certificate.map(|of| &of.id)) && unread(certificate.map(|of| &of.created_at))
        }
        Resource::Account(_)
        | Resource::Root(_)
        | Resource::User(_)
        | Resource::Password(_)
        | Resource::Mfa(..)
        | Resource::ServiceCredential(..)
        | Resource::SshKey(..) => false,
    }
}

fn name(resource: &Resource) -> Name {
    let account = resource.account();
    Name {
        account: account.id.to_string(),
        account_name: account.name.clone(),
        user: resource.user().map(|user| user.name.to_string()),
        id: match resource.id() {
            Fact::Known(id) => id.map(str::to_owned),
            Fact::NotRead(_) | Fact::Unreadable(_) => None,
        },
    }
}

/// The outcome of an evaluation by `policy`, with the severity of a violation: `fail (high)`.
fn ruled(policy: &Policy, evaluation: &Evaluation) -> String {
    let status = said(evaluation).0;
    match &evaluation.outcome {
        Outcome::Verdict(Verdict::Fail { severity, .. }) => {
            format!("{status} ({})", severity.unwrap_or(policy.metadata().severity))
        }
        Outcome::Verdict(Verdict::Pass { .. } | Verdict::Exempt { .. })
        | Outcome::Needs(_)
        | Outcome::Unknown(_)
        | Outcome::Error(_) => status.to_owned(),
    }
}

/// What an evaluation came to, in a word, and in a sentence.
fn said(evaluation: &Evaluation) -> (&'static str, String) {
    match &evaluation.outcome {
        Outcome::Verdict(Verdict::Pass { note }) => ("pass", note.clone().unwrap_or_default()),
        Outcome::Verdict(Verdict::Fail { message, .. }) => ("fail", message.clone()),
        Outcome::Verdict(Verdict::Exempt { reason, .. }) => ("exempt", reason.clone()),
        Outcome::Unknown(why) => ("unknown", why.to_string()),
        Outcome::Error(error) => ("error", error.to_string()),
        Outcome::Needs(facets) => {
            let facets: Vec<_> = facets.iter().map(keysweep_model::Facet::phrase).collect();
            ("unknown", format!("{} were not read when the inventory was saved", facets.join(" and ")))
        }
    }
}
