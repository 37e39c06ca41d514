//! Compares the findings of one account in a run with those that the store holds. Pure: what comes in decides alone.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;
use keysweep_model::{
    AccountFacts, ChangeKind, Exempted, Fact, Facts, Finding, Moment, Origin, Owner, PolicyId, Resource, ResourceType,
    Seen, Standing, Status, User, UserName,
};
use serde::{Deserialize, Serialize};

use super::{known::KnownFinding, policies::RunPolicies, state::State};

/// What a run tells of an account, beside its findings.
pub(crate) struct Judged<'a> {
    pub(crate) run: Moment,
    pub(crate) policies: &'a RunPolicies,
    pub(crate) facts: &'a AccountFacts,
    /// The verdicts that rest on the account's credential report, by user and policy.
    pub(crate) by_report: &'a BTreeSet<(Option<UserName>, PolicyId)>,
    /// When the newest run ended that has read the account before.
    pub(crate) read_at: Option<Timestamp>,
    /// The tag that says who answers for a user, whatever the case of its letters.
    pub(crate) owner_tag: &'a str,
}

/// What is to be done about one finding of the store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Step {
    /// It is new.
    Add {
        id: String,
        resource_type: ResourceType,
        state: State,
        /// What is said of it.
        message: String,
    },
    /// It is otherwise than before.
    Update {
        number: i64,
        state: State,
        /// What people are told of it; none where nothing of interest has changed.
        change: Option<Changed>,
    },
}

/// A change that people are told of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) kind: ChangeKind,
    pub(crate) before: Option<Standing>,
    pub(crate) after: Option<Standing>,
    pub(crate) reason: String,
}

impl Step {
    /// The state of a finding for which it must be looked up when it was reported last.
    pub(crate) fn unseen(&mut self) -> Option<&mut State> {
        match self {
            Self::Update { state, .. } => {
                let is_wanted = state.seen.is_none() && (state.closed.is_some() || state.not_judged.is_some());
                is_wanted.then_some(state)
            }
            Self::Add { .. } => None,
        }
    }
}

/// The step that closes a finding.
pub(crate) fn resolve(known: &KnownFinding, run: (i64, i64), reason: &str) -> Step {
    let state = State { not_judged: None, closed: Some((run, reason.to_owned())), ..known.state() };
    let change =
        Changed { kind: ChangeKind::Resolved, before: Some(known.standing()), after: None, reason: reason.to_owned() };
    Step::Update { number: known.number, state, change: Some(change) }
}

/// Compares `findings`, all that the run reports of the account, with the open ones of the store and with those resolved
/// ones that have an id of theirs; and notes on each how it stands in the history.
pub(crate) fn compare(judged: &Judged<'_>, findings: &mut [Finding], known: Vec<KnownFinding>) -> Vec<Step> {
    let mut known: HashMap<String, KnownFinding> = known.into_iter().map(|it| (it.id.clone(), it)).collect();
    let users = Users::of(judged.facts);
    let undecided = undecided(findings);
    let mut steps = Vec::new();
    for finding in findings {
        let known = known.remove(finding.id.as_str());
        let Some(policy) = judged.policies.get(&finding.policy) else { continue };
        let owner = users.owner(finding.user_name.as_ref(), judged.owner_tag);
        let state = state(finding, policy.number, owner, judged.moment());
        let first_seen_at = known.as_ref().and_then(|known| Timestamp::from_millisecond(known.first_at).ok());
        let change = match known {
            None => {
                let (id, message) = (finding.id.to_string(), finding.message.clone());
                steps.push(Step::Add { id, resource_type: finding.resource_type, state, message });
                Some(ChangeKind::New)
            }
            Some(known) => {
                let (change, step) = reported(known, state, &finding.message);
                steps.extend(step);
                change
            }
        };
        finding.seen = Some(Seen { first_seen_at: first_seen_at.unwrap_or(judged.run.at), change });
    }
    let mut absent: Vec<_> = known.into_values().filter(|known| !known.is_closed()).collect();
    absent.sort_by_key(|known| known.number);
    steps.extend(absent.iter().filter_map(|known| missing(judged, &users, &undecided, known)));
    steps
}

impl Judged<'_> {
    fn moment(&self) -> (i64, i64) {
        (self.run.run.cast_signed(), self.run.at.as_millisecond())
    }
}

/// What became of a finding that is reported again.
fn reported(known: KnownFinding, mut state: State, message: &str) -> (Option<ChangeKind>, Option<Step>) {
    let is_decided = |status| matches!(status, Status::Fail | Status::Exempt | Status::Pass);
    let before = known.standing();
    let mut reason = message.to_owned();
    // What cannot be judged now stays what it was.
    if !known.is_closed() && is_decided(before.status) && !is_decided(state.standing.status) {
        reason = format!("{}: {message}", state.standing.status);
        state.not_judged = Some(reason.clone());
        state.standing = before.clone();
        state.exempted_until = known.exempted_until;
        state.policy = known.policy;
        state.seen = known.seen_run.zip(known.seen_at);
    }
    let kind = if known.is_closed() {
        Some(ChangeKind::Reopened)
    } else if state.not_judged.is_some() {
        known.not_judged.is_none().then_some(ChangeKind::NotJudged)
    } else if before != state.standing {
        Some(ChangeKind::Changed)
    } else {
        known.not_judged.as_ref().map(|_| ChangeKind::JudgedAgain)
    };
    if !known.is_closed() {
        state.opened = (known.opened_run, known.opened_at);
    }
    // Tags that were not read this time are those of last time.
    state.owner = state.owner.take().or_else(|| known.owner.clone());
    if kind.is_none() && state == known.state() {
        return (None, None);
    }
    let change = kind.map(|kind| {
        let before = (kind != ChangeKind::Reopened).then_some(before);
        Changed { kind, before, after: Some(state.standing.clone()), reason }
    });
    (kind, Some(Step::Update { number: known.number, state, change }))
}

/// What became of a finding that is not reported.
fn missing(
    judged: &Judged<'_>,
    users: &Users<'_>,
    undecided: &HashMap<(Option<UserName>, PolicyId), String>,
    known: &KnownFinding,
) -> Option<Step> {
    let id = judged.policies.id_of(known.policy)?;
    // A policy that did not run says nothing, which follows from the policies of the run.
    let version = judged.policies.get(id)?;
    let user = known.user_name.as_deref().and_then(|name| name.parse::<UserName>().ok());
    if let Some(gone) = users.gone(user.as_ref(), known) {
        return Some(resolve(known, judged.moment(), &gone));
    }
    let reason = undecided
        .get(&(user.clone(), id.clone()))
        .cloned()
        .or_else(|| users.unlisted(user.as_ref()))
        .or_else(|| judged.policies.difference(known.policy, version))
        .or_else(|| rests_on_old_report(judged, users, user.as_ref(), id));
    let Some(reason) = reason else { return Some(resolve(known, judged.moment(), "the policy passes it now")) };
    if known.not_judged.as_ref() == Some(&reason) {
        return None;
    }
    let standing = Some(known.standing());
    let change = known.not_judged.is_none().then(|| Changed {
        kind: ChangeKind::NotJudged,
        before: standing.clone(),
        after: standing,
        reason: reason.clone(),
    });
    let state = State { not_judged: Some(reason), ..known.state() };
    Some(Step::Update { number: known.number, state, change })
}

/// Why a pass by a credential report does not count: the report was made before the account was read the last time, so
/// that it may know less than the store. Where the clock was set back meanwhile, times say nothing.
fn rests_on_old_report(
    judged: &Judged<'_>,
    users: &Users<'_>,
    user: Option<&UserName>,
    policy: &PolicyId,
) -> Option<String> {
    let read_at = judged.read_at.filter(|read_at| *read_at <= judged.run.at)?;
    if !judged.by_report.contains(&(user.cloned(), policy.clone())) {
        return None;
    }
    let made_at = users.report_made_at(user).filter(|made_at| *made_at < read_at)?;
    Some(format!("the credential report of {made_at} is older than the run that saw it last; `--fresh` reads it live"))
}

/// The users and policies of which something could not be judged, with the first reason.
fn undecided(findings: &[Finding]) -> HashMap<(Option<UserName>, PolicyId), String> {
    let mut undecided = HashMap::new();
    for finding in findings.iter().filter(|finding| matches!(finding.status, Status::Unknown | Status::Error)) {
        let key = (finding.user_name.clone(), finding.policy.clone());
        undecided.entry(key).or_insert_with(|| format!("{}: {}", finding.status, finding.message));
    }
    undecided
}

fn state(finding: &Finding, policy: i64, owner: Option<String>, opened: (i64, i64)) -> State {
    let (exempted_by, exempted_until) = match &finding.exemption {
        None => (None, None),
        Some(Exempted::Policy { until }) => (Some("policy".to_owned()), *until),
        Some(Exempted::Register { id, until }) => (Some(format!("exemption {id}")), Some(*until)),
    };
    State {
        policy,
        user_name: finding.user_name.as_ref().map(ToString::to_string),
        resource_id: finding.resource_id.clone(),
        resource_arn: finding.resource_arn.clone(),
        owner,
        standing: Standing { status: finding.status, severity: finding.severity, exempted_by },
        exempted_until: exempted_until.map(Timestamp::as_millisecond),
        opened,
        seen: None,
        not_judged: None,
        closed: None,
    }
}

/// The users of an account by their names.
struct Users<'a> {
    facts: &'a AccountFacts,
    by_name: BTreeMap<&'a UserName, &'a User>,
}

impl<'a> Users<'a> {
    fn of(facts: &'a AccountFacts) -> Self {
        let users = facts.users.value().into_iter().flatten();
        Self { facts, by_name: users.map(|user| (&user.name, &**user)).collect() }
    }

    /// Who answers for a user: none where the tags are not known, empty where none says it.
    fn owner(&self, user: Option<&UserName>, tag: &str) -> Option<String> {
        let Some(user) = user else { return Some(String::new()) };
        let tags = self.by_name.get(user)?.tags.value()?;
        let owner = tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(tag)).map(|(_, owner)| owner.clone());
        Some(owner.unwrap_or_default())
    }

    /// Why the users are not known, where a finding is about one.
    fn unlisted(&self, user: Option<&UserName>) -> Option<String> {
        user?;
        match self.facts.users.origin() {
            Origin::Live | Origin::Reported(_) | Origin::Possible => None,
            Origin::NotRead(_) => Some("the users of the account were not read".to_owned()),
            Origin::Unreadable(why) => Some(why.reason.clone()),
        }
    }

    /// Says so, where the resource of a finding is not there any more, whatever a policy would say of it.
    fn gone(&self, user: Option<&UserName>, known: &KnownFinding) -> Option<String> {
        let name = user?;
        let Some(user) = self.by_name.get(name) else {
            let is_listed = matches!(self.facts.users, Fact::Live(_));
            return is_listed.then(|| format!("the user `{name}` is gone or has another name"));
        };
        let id = known.resource_id.as_deref()?;
        let owner = Owner::User(self.facts.account.clone(), std::sync::Arc::new((*user).clone()));
        let Fact::Live(resources) = Resource::of(&owner, known.resource_type) else { return None };
        let mut ids = resources.iter().map(Resource::id);
        let is_gone = ids.all(|other| matches!(other, Fact::Live(Some(other)) if other != id));
        let what = known.resource_type.phrase().split_once(' ').map_or("resource", |(_, noun)| noun);
        is_gone.then(|| format!("the {what} is gone"))
    }

    /// When the credential report was made that facts of the user, or of any user and the root user, are from.
    fn report_made_at(&self, user: Option<&UserName>) -> Option<Timestamp> {
        let mut made_at: Option<Timestamp> = None;
        let mut look = |origin: Origin<'_>| {
            if let Origin::Reported(report) = origin {
                made_at = Some(made_at.map_or(report.generated_at, |at| at.min(report.generated_at)));
            }
        };
        match user {
            Some(user) => {
                if let Some(user) = self.by_name.get(user) {
                    user.each(&mut |_, origin| look(origin));
                }
            }
            None => {
                look(self.facts.root_activity.origin());
                self.by_name.values().for_each(|user| user.each(&mut |_, origin| look(origin)));
            }
        }
        made_at
    }
}
