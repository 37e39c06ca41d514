//! Faults of a real organization: accounts that are closed, locked, partly locked or throttled.

use super::draw::{Draw, Purpose};
use crate::fault::{Calls, Fault, FaultKind};
use crate::world::{Account, AccountState, KeyStatus, ORGANIZATION_ROLE, Text, User, World};

/// Breaks the account at an index.
type Breakage = fn(&mut World, usize);

/// What breaks, and how many of a thousand member accounts it breaks (at least one, while there are any).
const BREAKAGES: [(Breakage, usize); 5] =
    [(suspend, 30), (remove_role, 50), (deny_report, 50), (throttle, 80), (distrust, 25)];

/// Breaks some member accounts, each in one way.
pub(super) fn break_some(world: &mut World) {
    let mut draw = Draw::new(world.seed, Purpose::Breakage, 0);
    let healthy = |(index, account): (usize, &Account)| (account.state == AccountState::Active).then_some(index);
    let mut left: Vec<usize> = world.accounts.iter().enumerate().skip(1).filter_map(healthy).collect();
    let members = left.len();
    quarantine(world, &left);
    for (breakage, per_mille) in BREAKAGES {
        for _ in 0..(members * per_mille / 1000).max(1) {
            if left.is_empty() {
                return;
            }
            let chosen = draw.below(u32::try_from(left.len()).unwrap_or(u32::MAX)) as usize;
            breakage(world, left.swap_remove(chosen));
        }
    }
}

fn suspend(world: &mut World, index: usize) {
    world.accounts[index].state = AccountState::Suspended;
    world.accounts[index].ou = "Suspended".into();
}

fn remove_role(world: &mut World, index: usize) {
    if let Some(roles) = &mut world.accounts[index].roles {
        roles.retain(|role| *role.name != *ORGANIZATION_ROLE);
    }
}

fn deny_report(world: &mut World, index: usize) {
    let allowed = ["iam:List*", "iam:GetUser", "iam:GetAccessKeyLastUsed", "iam:GetAccount*", "iam:GetLoginProfile"];
    for role in world.accounts[index].roles.iter_mut().flatten() {
        role.actions = Some(allowed.iter().map(|action| Text::from(*action)).collect());
    }
}

fn distrust(world: &mut World, index: usize) {
    for role in world.accounts[index].roles.iter_mut().flatten().filter(|role| *role.name == *ORGANIZATION_ROLE) {
        role.external_id = Some("set-by-a-former-vendor".into());
    }
}

fn throttle(world: &mut World, index: usize) {
    let fault = Fault::new(FaultKind::Throttle).account(world.accounts[index].id).calls(Calls::First(3));
    for action in ["GenerateCredentialReport", "ListAccessKeys"] {
        world.faults.push(fault.clone().action(action));
    }
}

/// Attaches the policy that AWS attaches to the user of a leaked key, in one of these accounts.
fn quarantine(world: &mut World, accounts: &[usize]) {
    let mut draw = Draw::new(world.seed, Purpose::Quarantine, 0);
    let leaks = |user: &User| user.keys.iter().any(|key| key.status == KeyStatus::Active);
    let left = accounts.iter().filter(|index| world.accounts[**index].users.iter().any(leaks));
    let left: Vec<usize> = left.copied().collect();
    let Some(account) = left.get(draw.below(u32::try_from(left.len()).unwrap_or(u32::MAX)) as usize) else { return };
    let policy = "AWSCompromisedKeyQuarantineV3";
    let user = world.accounts[*account].users.iter_mut().find(|user| leaks(user));
    if let Some(user) = user.filter(|user| !user.attached_policies.iter().any(|attached| **attached == *policy)) {
        user.attached_policies.push(policy.into());
    }
}
