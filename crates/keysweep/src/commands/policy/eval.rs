//! `keysweep policy eval` and `keysweep policy diff`: policies on a saved inventory.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use jiff::Timestamp;
use keysweep_model::{FacetSet, Finding, ResourceType, SavedAccount, Status, not_read};
use keysweep_policy::{Policy, load_file};
use keysweep_scan::try_policy;

use crate::{
    cli::policy::{DiffArgs, EvalArgs},
    commands::saved,
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::Destination,
    settings,
    terminal::{self, Change},
};

/// Prints what the policy makes of each resource, with the facts that it touched.
pub(super) fn run(args: &EvalArgs, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let policy = load_file(&settings::compiler(config)?, &args.file).map_err(Failure::listing)?;
    let mut shown = Vec::new();
    let mut counts: BTreeMap<Status, u64> = BTreeMap::new();
    let tried = each_account(&args.inventory, [&policy], args.as_of.map(|as_of| as_of.0), |[findings]| {
        for finding in findings {
            let is_key = args.key.as_ref().is_none_or(|key| finding.resource_id.as_ref() == Some(key));
            let is_user = args.user.as_ref().is_none_or(|user| user_of(&finding) == Some(user));
            if is_key && is_user {
                *counts.entry(finding.status).or_default() += 1;
                if args.statuses.is_empty() || args.statuses.iter().any(|wanted| wanted == finding.status.as_str()) {
                    shown.push(finding);
                }
            }
        }
    })?;
    if counts.is_empty() {
        let message = format!("the inventory has no such {}", policy.metadata().resource);
        return Err(Failure::usage(message).hint("without --key and --user every one of them is judged"));
    }
    let text = terminal::evaluated(&shown, &counts, &policy.summary().params, &edge.stdout);
    Destination::Stdout.print(&text, edge.stdout.color)?;
    tried.say();
    Ok(Exit::Clean)
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
    let mut changes = Vec::new();
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    let tried = each_account(&args.inventory, [&old, &new], args.as_of.map(|as_of| as_of.0), |[old, new]| {
        for (before, after) in pairs(old, new) {
            judged += 1;
            let (was, is) = (ruled(before.as_ref()), ruled(after.as_ref()));
            if let Some(finding) = after.or(before).filter(|_| was != is) {
                *counts.entry((was.clone(), is.clone())).or_default() += 1;
                changes.push(Change { finding, before: was, after: is });
            }
        }
    })?;
    if judged == 0 {
        return Err(Failure::usage(format!("the inventory has no {was}: there is nothing to compare")));
    }
    let text = terminal::changes(&changes, &counts, judged, &edge.stdout);
    Destination::Stdout.print(&text, edge.stdout.color)?;
    tried.say();
    Ok(Exit::Clean)
}

/// How much of an inventory policies could be tried on.
struct Tried {
    /// Whether a policy asked for facts that the inventory does not have.
    lacks_facts: bool,
    /// How many accounts could not be judged, because they or their users were not read.
    unread: u64,
}

impl Tried {
    /// Says what was missing.
    fn say(&self) {
        if self.lacks_facts {
            edge::say(
                "note: the policy asks for facts that the inventory does not have; `--full-inventory` saves every fact",
            );
        }
        if self.unread > 0 {
            let accounts = terminal::count(self.unread, "account");
            edge::say(&format!("note: not judged, because the scan could not read them: {accounts}"));
        }
    }
}

/// Gives `take` the findings of each policy on each account of the inventory at `path`, as of `as_of`, or of the time as
/// of which the inventory was judged when it was saved.
fn each_account<const N: usize>(
    path: &Path,
    policies: [&Policy; N],
    as_of: Option<Timestamp>,
    mut take: impl FnMut([Vec<Finding>; N]),
) -> Result<Tried, Failure> {
    let inventory = saved::open(path)?;
    let run = inventory.run().clone();
    let as_of = as_of.unwrap_or(run.as_of);
    let may_read = policies.iter().fold(FacetSet::default(), |all, policy| all.union(policy.may_read()));
    let mut tried = Tried { lacks_facts: false, unread: 0 };
    for account in inventory {
        match account.map_err(|error| saved::unusable(path, &error))? {
            SavedAccount::Read(facts) => {
                let facts = Arc::new(*facts);
                let results = policies.map(|policy| try_policy(&facts, policy, &run.partition, as_of));
                if results.iter().any(Result::is_err) {
                    tried.unread += 1;
                    continue;
                }
                let results = results.map(Result::unwrap_or_default);
                let mut findings = results.iter().flatten();
                let has_unknown = findings.any(|finding| finding.status == Status::Unknown);
                tried.lacks_facts |= has_unknown && !not_read(&*facts).intersection(may_read).is_empty();
                take(results);
            }
            SavedAccount::Failed(_) => tried.unread += 1,
            SavedAccount::Skipped(_) => {}
        }
    }
    Ok(tried)
}

/// The findings of two policies on the same resources, side by side. A resource that may not exist and passes has none.
fn pairs(old: Vec<Finding>, new: Vec<Finding>) -> Vec<(Option<Finding>, Option<Finding>)> {
    type Key = (ResourceType, Option<String>, Option<String>, usize);
    fn by_resource(findings: Vec<Finding>) -> BTreeMap<Key, Finding> {
        let mut places: BTreeMap<_, usize> = BTreeMap::new();
        let mut all = BTreeMap::new();
        for finding in findings {
            let name = (finding.resource_type, user_of(&finding).map(str::to_owned), finding.resource_id.clone());
            let place = places.entry(name.clone()).or_default();
            all.insert((name.0, name.1, name.2, *place), finding);
            *place += 1;
        }
        all
    }
    let (mut old, mut new) = (by_resource(old), by_resource(new));
    let keys: Vec<Key> = old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))).cloned().collect();
    keys.iter().map(|key| (old.remove(key), new.remove(key))).collect()
}

fn user_of(finding: &Finding) -> Option<&str> {
    finding.user_name.as_ref().map(|name| name.as_str())
}

/// The status of a finding, with the severity of a violation: `fail (high)`.
fn ruled(finding: Option<&Finding>) -> String {
    match finding {
        Some(Finding { status: Status::Fail, severity, .. }) => format!("{} ({severity})", Status::Fail),
        Some(finding) => finding.status.to_string(),
        None => Status::Pass.to_string(),
    }
}
