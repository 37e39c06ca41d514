//! Finds the exemptions that may be about a violation without looking at each of them.
//!
//! Each exemption is filed under one of the things that it selects by: the one that the fewest other exemptions have. A
//! violation is then held against what is filed under its own account, user and so on. Which of those are about it, and
//! in what order they count, the register decides; the index only leaves out what cannot be.

use std::collections::HashMap;

use aho_corasick::AhoCorasick;
use keysweep_files::Glob;
use keysweep_model::{AccountId, PolicyId, Resource};

use super::Exemption;

/// Where each exemption is filed, by its place in the register.
#[derive(Debug, Default)]
pub(super) struct Index {
    filed: HashMap<Mark, Vec<usize>>,
    users: Literals,
    keys: Literals,
    /// All that are filed under a tag, a unit and an access key: each may be meant where the violation's own is unknown.
    tagged: Vec<usize>,
    in_units: Vec<usize>,
    keyed: Vec<usize>,
}

/// What an exemption is filed under.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Mark {
    Policy(PolicyId),
    Account(AccountId),
    Unit(String),
    Tag(String, String),
    /// A part of a glob that stands for itself.
    User(String),
    Key(String),
}

impl Index {
    pub(super) fn new(exemptions: &[Exemption]) -> Self {
        let mut count: HashMap<Mark, usize> = HashMap::new();
        for mark in exemptions.iter().flat_map(choices).flatten() {
            *count.entry(mark).or_default() += 1;
        }
        let most = |marks: &Vec<Mark>| marks.iter().map(|mark| count[mark]).max();
        let mut index = Self::default();
        for (place, exemption) in exemptions.iter().enumerate() {
            let fewest = choices(exemption).into_iter().min_by_key(most);
            index.file(place, fewest.unwrap_or_default());
        }
        let literals = |index: &Self, text: fn(&Mark) -> Option<&str>| {
            let texts = index.filed.iter().filter_map(|(mark, places)| Some((text(mark)?, places.clone())));
            Literals::new(texts.collect())
        };
        index.users = literals(&index, |mark| if let Mark::User(text) = mark { Some(text) } else { None });
        index.keys = literals(&index, |mark| if let Mark::Key(text) = mark { Some(text) } else { None });
        index
    }

    fn file(&mut self, place: usize, marks: Vec<Mark>) {
        for mark in marks {
            let unknown = match &mark {
                Mark::Policy(_) | Mark::Account(_) | Mark::User(_) => None,
                Mark::Unit(_) => Some(&mut self.in_units),
                Mark::Tag(..) => Some(&mut self.tagged),
                Mark::Key(_) => Some(&mut self.keyed),
            };
            unknown.into_iter().for_each(|places| places.push(place));
            self.filed.entry(mark).or_default().push(place);
        }
    }

    /// The places of the exemptions that may be about the violation of `policy` by `resource`, in the register's order.
    pub(super) fn candidates(&self, policy: &PolicyId, resource: &Resource) -> Vec<usize> {
        let mut places = Vec::new();
        if self.filed.is_empty() {
            return places;
        }
        let account = resource.account();
        self.add(&Mark::Policy(policy.clone()), &mut places);
        self.add(&Mark::Account(account.id), &mut places);
        match account.ou_path.value() {
            Some(path) => self.add_units(path, &mut places),
            None => places.extend(&self.in_units),
        }
        if let Some(user) = resource.user() {
            self.users.add(user.name.as_str(), &mut places);
            match user.tags.value() {
                Some(tags) if !self.tagged.is_empty() => {
                    tags.iter()
                        .for_each(|(name, value)| self.add(&Mark::Tag(name.clone(), value.clone()), &mut places));
                }
                Some(_) => {}
                None => places.extend(&self.tagged),
            }
        }
        match resource.id().value() {
            Some(Some(id)) => self.keys.add(id, &mut places),
            Some(None) => {}
            None => places.extend(&self.keyed),
        }
        places.sort_unstable();
        places.dedup();
        places
    }

    fn add(&self, mark: &Mark, places: &mut Vec<usize>) {
        places.extend(self.filed.get(mark).into_iter().flatten());
    }

    /// Those of the unit of this path and of every unit above it.
    fn add_units(&self, path: &str, places: &mut Vec<usize>) {
        if self.in_units.is_empty() {
            return;
        }
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.for_each(|end| self.add(&Mark::Unit(path[..end].to_owned()), places));
    }
}

/// What an exemption can be filed under: of each choice, all of its marks.
fn choices(exemption: &Exemption) -> Vec<Vec<Mark>> {
    let literal = |glob: &Option<Glob>, mark: fn(String) -> Mark| {
        let text = glob.as_ref().map(Glob::longest_literal).unwrap_or_default();
        if text.is_empty() { Vec::new() } else { vec![mark(text.to_owned())] }
    };
    let tags = exemption.tags.iter().map(|(name, value)| vec![Mark::Tag(name.clone(), value.clone())]);
    let mut choices = vec![
        literal(&exemption.access_key_id, Mark::Key),
        literal(&exemption.user, Mark::User),
        exemption.accounts.iter().cloned().map(Mark::Account).collect(),
        exemption.ou.iter().cloned().map(Mark::Unit).collect(),
        exemption.policies.iter().cloned().map(Mark::Policy).collect(),
    ];
    choices.extend(tags);
    choices.retain(|marks| !marks.is_empty());
    choices
}

/// Parts of globs that stand for themselves, all looked for in a text at once.
#[derive(Debug, Default)]
struct Literals {
    /// None where there are none, or too many for one automaton: then all are given.
    automaton: Option<AhoCorasick>,
    /// The places of the exemptions that are filed under each.
    places: Vec<Vec<usize>>,
}

impl Literals {
    fn new(literals: Vec<(&str, Vec<usize>)>) -> Self {
        let (texts, places): (Vec<_>, Vec<_>) = literals.into_iter().unzip();
        let automaton = if texts.is_empty() { None } else { AhoCorasick::new(texts).ok() };
        Self { automaton, places }
    }

    fn add(&self, text: &str, places: &mut Vec<usize>) {
        match &self.automaton {
            Some(automaton) => {
                automaton.find_overlapping_iter(text).for_each(|found| places.extend(&self.places[found.pattern()]));
            }
            None => places.extend(self.places.iter().flatten()),
        }
    }
}
