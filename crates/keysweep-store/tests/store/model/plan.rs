//! Random sequences of nights: accounts that come, fail and leave, users and keys that change, policies that judge otherwise.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use keysweep_model::{RunSelection, Severity};
use proptest::{collection::vec, option, prelude::*, sample::Index};

use crate::world::{AGE, Found, Keys, Night, Says, UNUSED, account, night};

/// The accounts of every sequence.
pub(super) const ACCOUNTS: [u8; 3] = [1, 2, 3];

/// A sequence of nights, and two places among its complete runs.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    nights: Vec<NightPlan>,
    pub(super) compared: (Index, Index),
}

/// How a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Complete,
    /// After so many accounts it is given up.
    Interrupted(usize),
    /// After so many accounts its process ends.
    Dropped(usize),
}

#[derive(Debug, Clone)]
struct NightPlan {
    end: End,
    /// Since the night before; negative where the clock steps back.
    hours: i64,
    accounts: Vec<AccountPlan>,
    policies: [PolicyPlan; 2],
    narrow: Narrow,
    is_listed: bool,
}

#[derive(Debug, Clone)]
enum AccountPlan {
    AsBefore,
    Absent,
    Is(Found),
}

#[derive(Debug, Clone)]
struct PolicyPlan {
    is_enabled: bool,
    limit: i64,
    script: &'static str,
}

#[derive(Debug, Clone, Copy)]
enum Narrow {
    No,
    ToPolicy(&'static str),
    ToAccount(u8),
}

/// Any sequence.
pub(super) fn plans() -> impl Strategy<Value = Plan> {
    (vec(nights(), 2..=6), any::<(Index, Index)>()).prop_map(|(nights, compared)| Plan { nights, compared })
}

fn nights() -> impl Strategy<Value = NightPlan> {
    let end = prop_oneof![
        6 => Just(End::Complete),
        1 => (0..=3_usize).prop_map(End::Interrupted),
        1 => (0..=3_usize).prop_map(End::Dropped),
    ];
    let hours = prop_oneof![6 => Just(24_i64), 1 => Just(1), 1 => Just(0), 1 => Just(-30), 1 => Just(-800)];
    let narrow = prop_oneof![
        6 => Just(Narrow::No),
        1 => prop_oneof![Just(AGE), Just(UNUSED)].prop_map(Narrow::ToPolicy),
        1 => (1..=3_u8).prop_map(Narrow::ToAccount),
    ];
    let policies = [policies(), policies()];
    (end, hours, vec(accounts(), ACCOUNTS.len()), policies, narrow, prop::bool::weighted(0.85)).prop_map(
        |(end, hours, accounts, policies, narrow, is_listed)| NightPlan {
            end,
            hours,
            accounts,
            policies,
            narrow,
            is_listed,
        },
    )
}

fn policies() -> impl Strategy<Value = PolicyPlan> {
    let limit = prop_oneof![6 => Just(90_i64), 1 => Just(120)];
    let script = prop_oneof![8 => Just("script"), 1 => Just("other")];
    let plan = |(is_enabled, limit, script)| PolicyPlan { is_enabled, limit, script };
    (prop::bool::weighted(0.9), limit, script).prop_map(plan)
}

fn accounts() -> impl Strategy<Value = AccountPlan> {
    let report = prop_oneof![3 => Just(None), 1 => Just(Some(2_i64)), 1 => Just(Some(30))];
    let users = (users("u", "u", &["A", "B", "C"]), users("v", "w", &["D", "E"]));
    let scanned = (users, report).prop_map(|((first, second), report)| {
        AccountPlan::Is(Found::Scanned { users: first.into_iter().chain(second).collect(), report })
    });
    prop_oneof![
        3 => Just(AccountPlan::AsBefore),
        6 => scanned,
        1 => Just(AccountPlan::Absent),
        1 => Just(AccountPlan::Is(Found::Failed)),
        1 => Just(AccountPlan::Is(Found::Skipped)),
        1 => Just(AccountPlan::Is(Found::NoUsers)),
    ]
}

/// A user that has one of two names, with up to two of these keys; or none.
fn users(
    name: &'static str,
    other: &'static str,
    keys: &'static [&'static str],
) -> impl Strategy<Value = Option<Keys>> {
    let name = prop_oneof![5 => Just(name), 1 => Just(other)];
    let owner = prop_oneof![Just(None), Just(Some("ann".to_owned())), Just(Some("bob".to_owned()))];
    let keys = prop::sample::subsequence(keys, 0..=2).prop_flat_map(|ids| {
        let keys: Vec<_> = ids.into_iter().map(|id| verdicts().prop_map(move |says| (id.to_owned(), says))).collect();
        keys
    });
    let user = (name, owner, keys, prop::bool::weighted(0.08)).prop_map(|(user, owner, keys, is_unlisted)| Keys {
        user: user.to_owned(),
        owner,
        keys,
        is_unlisted,
    });
    option::weighted(0.85, user)
}

/// What the two policies say of a key.
fn verdicts() -> impl Strategy<Value = Vec<(String, Says)>> {
    let says = || {
        prop_oneof![
            5 => Just(None),
            4 => Just(Some(Says::Fail(Severity::Medium))),
            1 => Just(Some(Says::Fail(Severity::High))),
            1 => Just(Some(Says::Exempt)),
            1 => Just(Some(Says::ExemptByPolicy)),
            1 => Just(Some(Says::Unknown)),
            1 => Just(Some(Says::Error)),
        ]
    };
    (says(), says()).prop_map(|(age, unused)| {
        let both = [(AGE, age), (UNUSED, unused)];
        both.into_iter().filter_map(|(policy, says)| Some((policy.to_owned(), says?))).collect()
    })
}

impl Plan {
    /// The nights, each with how its run ends.
    pub(super) fn nights(&self) -> Vec<(Night, End)> {
        let mut at: Timestamp = "2026-11-15T02:00:00Z".parse().unwrap();
        let mut there: BTreeMap<u8, Found> = BTreeMap::new();
        let mut all = Vec::new();
        for (number, plan) in (1..).zip(&self.nights) {
            at += SignedDuration::from_hours(plan.hours);
            for (account, plan) in ACCOUNTS.into_iter().zip(&plan.accounts) {
                match plan {
                    AccountPlan::AsBefore => {}
                    AccountPlan::Absent => drop(there.remove(&account)),
                    AccountPlan::Is(found) => drop(there.insert(account, found.clone())),
                }
            }
            all.push((plan.night(number, at, there.clone()), plan.end));
        }
        all
    }
}

impl NightPlan {
    fn night(&self, number: u32, at: Timestamp, there: BTreeMap<u8, Found>) -> Night {
        let policies = [AGE, UNUSED].into_iter().zip(&self.policies).filter(|(_, plan)| plan.is_enabled);
        let mut night = Night {
            at,
            accounts: there,
            policies: policies.clone().map(|(id, plan)| (id.to_owned(), plan.limit)).collect(),
            scripts: policies.map(|(id, plan)| (id.to_owned(), plan.script.to_owned())).collect(),
            is_listed: self.is_listed,
            ..night(number)
        };
        match self.narrow {
            Narrow::No => {}
            Narrow::ToPolicy(id) => {
                night.selection = RunSelection { policies: vec![id.parse().unwrap()], ..RunSelection::default() };
                night.policies.retain(|policy, _| policy == id);
            }
            Narrow::ToAccount(number) => {
                night.selection = RunSelection { accounts: vec![account(number)], ..RunSelection::default() };
                let others: BTreeSet<u8> = night.accounts.keys().copied().filter(|other| *other != number).collect();
                night.accounts.retain(|other, _| *other == number);
                night.beside = others;
            }
        }
        night
    }
}
