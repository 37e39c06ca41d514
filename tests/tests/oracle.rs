//! The findings of the shipped policies against an oracle that reads the world itself and shares no code with Keysweep:
//! it is written from what the policies say of themselves.

use std::collections::{BTreeMap, BTreeSet};

use orgsim::{
    AccountFields, Booleans, Columns, Generate, InactiveKeys, ReportStyle, World,
    world::{AccessKey, Account, AccountState, KeyStatus, ORGANIZATION_ROLE, Time, User},
};

use crate::harness::{Outcome, Scene};

const DAY: i64 = 86_400;
const MAX_AGE: &str = "access-key-max-age";
const UNUSED: &str = "access-key-unused";
const SINGLE: &str = "single-active-access-key";
const ROOT: &str = "root-access-key";
const ALL: [&str; 4] = [MAX_AGE, UNUSED, SINGLE, ROOT];

/// What a scan should come to, in the words that both sides have: account, user, key and policy of each violation; passes
/// by policy; the accounts that are scanned.
#[derive(Debug, Default, PartialEq)]
struct Verdicts {
    violations: BTreeSet<[String; 4]>,
    passes: BTreeMap<String, u64>,
    scanned: u64,
    unscanned: BTreeSet<String>,
    users: u64,
    keys: u64,
}

#[tokio::test(start_paused = true)]
async fn reports_give_what_the_world_holds() {
    for seed in 0..200 {
        let style = style(seed);
        let outcome = scene(seed, style).scan().await;
        assert_eq!(verdicts(&outcome), oracle(&world(seed), Some(style)), "seed {seed}, {style:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn fresh_scans_give_what_the_world_holds() {
    for seed in 0..200 {
        let outcome = scene(seed, style(seed)).fresh().scan().await;
        assert_eq!(verdicts(&outcome), oracle(&world(seed), None), "seed {seed}");
    }
}

/// The two tests above prove as much as the worlds are varied.
#[test]
fn the_worlds_are_hard_enough() {
    let truths: Vec<_> = (0..200).map(|seed| oracle(&world(seed), None)).collect();
    let violations = |policy| truths.iter().flat_map(|it| &it.violations).filter(|it| it[3] == policy).count();
    let unscanned: usize = truths.iter().map(|it| it.unscanned.len()).sum();
    let users: Vec<User> = (0..200).flat_map(|seed| world(seed).accounts).flat_map(|account| account.users).collect();
    let three = users.iter().filter(|user| user.keys.len() == 3).count();
    let ties = users.iter().filter(|user| user.keys.len() > 1 && user.keys[0].created_at == user.keys[1].created_at);
    let counts = [
        violations(MAX_AGE),
        violations(UNUSED),
        violations(SINGLE),
        violations(ROOT),
        unscanned,
        three,
        ties.count(),
        users.len(),
    ];
    assert!(
        counts.iter().zip([2000, 1000, 1000, 20, 80, 500, 100, 4000]).all(|(there, asked)| *there >= asked),
        "{counts:?}"
    );
}

fn scene(seed: u64, style: ReportStyle) -> Scene {
    let fields = [AccountFields::All, AccountFields::WithoutStatus, AccountFields::StatusOnly];
    Scene::of(world(seed)).by(&ALL).serving(|options| {
        options.report_style = style;
        options.account_fields = fields[seed as usize % 3];
        options.empty_pages = seed.is_multiple_of(2);
        options.report_time = std::time::Duration::from_secs(seed % 5 * 4);
    })
}

/// Every combination of report styles.
fn style(seed: u64) -> ReportStyle {
    ReportStyle {
        inactive_keys: if seed & 1 == 0 { InactiveKeys::Dated } else { InactiveKeys::NotApplicable },
        booleans: if seed & 2 == 0 { Booleans::Lower } else { Booleans::Upper },
        columns: if seed & 4 == 0 { Columns::Usual } else { Columns::Additional },
    }
}

/// A generated world of 1 to 6 accounts of up to 15 users, every third one broken, with some third keys, some keys made
/// in the same second, and accounts in the states that generated worlds have not.
fn world(seed: u64) -> World {
    let (accounts, users) = (1 + seed as usize % 6, (seed as usize * 7) % 16);
    let mut world =
        World::generate(&Generate { accounts, users, seed, broken: seed.is_multiple_of(3), ..Generate::default() });
    for (number, account) in world.accounts.iter_mut().enumerate() {
        if number == 5 {
            account.state = if seed.is_multiple_of(2) { AccountState::Closed } else { AccountState::PendingActivation };
        }
        for (place, user) in account.users.iter_mut().enumerate().filter(|(_, user)| !user.keys.is_empty()) {
            match (seed as usize + place) % 6 {
                0 => tie(user),
                1 if *user.name != *world.caller => add_third(user, number, place),
                _ => {}
            }
        }
    }
    world
}

fn tie(user: &mut User) {
    if let Some(oldest) = user.keys.iter().map(|key| key.created_at).min() {
        user.keys.iter_mut().for_each(|key| key.created_at = oldest);
    }
}

fn add_third(user: &mut User, account: usize, place: usize) {
    let created_at = user.keys[0].created_at.plus(if place.is_multiple_of(2) { 20 * DAY } else { -20 * DAY });
    let id = |slot: usize| format!("AKIA{slot}ACCOUNT{account}USER{place:03}").into();
    while user.keys.len() < 3 {
        let slot = user.keys.len();
        user.keys.push(AccessKey {
            id: id(slot),
            status: KeyStatus::Active,
            created_at,
            last_used: None,
            changed_at: None,
        });
    }
}

/// What a scan said.
fn verdicts(outcome: &Outcome) -> Verdicts {
    let result = &outcome.result;
    let mut verdicts = Verdicts {
        scanned: result.coverage.scanned,
        users: result.summary.users,
        keys: result.summary.access_keys,
        ..Verdicts::default()
    };
    let gaps = result.coverage.failed.iter().chain(&result.coverage.skipped);
    verdicts.unscanned = gaps.map(|gap| gap.account_id.map(|id| id.to_string()).unwrap_or_default()).collect();
    for (policy, counts) in &result.summary.by_policy {
        verdicts.passes.insert(policy.to_string(), counts.pass);
        let others = counts.exempt + counts.unknown + counts.error;
        assert_eq!(others, 0, "{}", outcome.text());
    }
    for finding in &outcome.findings {
        let key = finding.resource_id.clone().unwrap_or_default();
        let user = finding.user_name.as_ref().map(ToString::to_string).unwrap_or_default();
        let account = finding.account_id.to_string();
        let is_new = verdicts.violations.insert([account, user, key, finding.policy.to_string()]);
        assert!(is_new, "a finding is there twice: {}", outcome.text());
    }
    let fails: u64 = result.summary.by_policy.values().map(|counts| counts.fail).sum();
    assert_eq!(fails, verdicts.violations.len() as u64);
    verdicts
}

/// What is true of the world, as far as credential reports of this style show it; none is a scan that lists every key.
fn oracle(world: &World, style: Option<ReportStyle>) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for policy in ALL {
        verdicts.passes.insert(policy.to_owned(), 0);
    }
    for (number, account) in world.accounts.iter().enumerate() {
        if !can_be_scanned(account, number) {
            verdicts.unscanned.insert(account.id.to_string());
            continue;
        }
        verdicts.scanned += 1;
        if account.root.keys.is_empty() {
            *verdicts.passes.entry(ROOT.to_owned()).or_default() += 1;
        } else {
            verdicts.violations.insert([account.id.to_string(), String::new(), String::new(), ROOT.to_owned()]);
        }
        let style = style.filter(|_| may_report(account));
        let dates_inactive_keys = style.is_none_or(|style| style.inactive_keys == InactiveKeys::Dated);
        for user in &account.users {
            verdicts.users += 1;
            let keys = seen_keys(world, user, style.is_some(), dates_inactive_keys);
            verdicts.keys += keys.len() as u64;
            for key in &keys {
                for (policy, is_violated) in judge(world, user, &keys, key) {
                    if is_violated {
                        let (account, user) = (account.id.to_string(), user.name.to_string());
                        verdicts.violations.insert([account, user, key.id.to_string(), policy.to_owned()]);
                    } else {
                        *verdicts.passes.entry(policy.to_owned()).or_default() += 1;
                    }
                }
            }
        }
    }
    verdicts
}

fn can_be_scanned(account: &Account, number: usize) -> bool {
    let role = account.roles().iter().find(|role| *role.name == *ORGANIZATION_ROLE);
    let is_open = number == 0 || role.is_some_and(|role| role.external_id.is_none());
    account.state == AccountState::Active && is_open
}

/// Whether the role may have a report made; where it may not, every key is listed.
fn may_report(account: &Account) -> bool {
    let role = account.roles().iter().find(|role| *role.name == *ORGANIZATION_ROLE);
    role.is_none_or(|role| role.actions.is_none())
}

/// The keys that a scan can know of. A report has room for two keys, and in one of its styles it is silent about inactive
/// ones. Where all that it shows of a user passes, the user's keys are not listed, and the others stay unseen.
fn seen_keys(world: &World, user: &User, by_report: bool, dates_inactive_keys: bool) -> Vec<AccessKey> {
    let shown = user.keys.iter().take(2);
    let shown = shown.filter(|key| dates_inactive_keys || key.status == KeyStatus::Active);
    let shown: Vec<AccessKey> = shown.cloned().collect();
    let is_clean = shown.iter().all(|key| judge(world, user, &shown, key).iter().all(|(_, violated)| !violated));
    if by_report && is_clean { shown } else { user.keys.clone() }
}

/// Each policy, and whether the key violates it.
fn judge(world: &World, user: &User, keys: &[AccessKey], key: &AccessKey) -> [(&'static str, bool); 3] {
    let now = world.epoch;
    let is_active = key.status == KeyStatus::Active;
    // The scan itself uses the caller's key.
    let is_callers = user.name.as_ref() == &*world.caller && world.caller_key().is_some_and(|it| it.id == key.id);
    let last_used = if is_callers { Some(now) } else { key.last_used.as_ref().map(|used| used.at) };
    let is_older_than = |since: Time, days: i64| now.unix() - since.unix() > days * DAY;
    let is_newer = |other: &&AccessKey| (other.created_at, &other.id) > (key.created_at, &key.id);
    let newer = keys.iter().filter(|other| other.status == KeyStatus::Active).find(is_newer);
    [
        (MAX_AGE, is_active && is_older_than(key.created_at, 90)),
        (UNUSED, is_active && is_older_than(last_used.unwrap_or(key.created_at), 45)),
        (SINGLE, is_active && newer.is_some()),
    ]
}
