//! A night in the life of an organization: what a scan finds changed 24 hours later. Drawn from a stream of the world's seed
//! and the day, so that a world has the same nights on every machine.

use std::collections::HashSet;

use jiff::{civil::Weekday, tz::TimeZone};

use super::draw::{Draw, Purpose};
use super::{Generate, accounts};
use crate::derive::access_key_id;
use crate::world::{
    AccessKey, Account, AccountId, AccountState, Joined, KeyStatus, MfaDevice, MfaKind, ORGANIZATION_ROLE, Role, Time,
    User, World,
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// How many users an account has that joins the organization.
const NEW_USERS: usize = 8;

/// The external id that a role asks for during a night in which it cannot be assumed.
const MAINTENANCE: &str = "maintenance-of-one-night";

impl World {
    /// Goes on for 24 hours: the epoch moves, and what happens in an organization in a day has happened. Keys in use were used
    /// again. A few old keys were deactivated or deleted, and others made. Somewhere a user was renamed, another was deleted, and
    /// MFA devices were enabled. The role of an account cannot be assumed until the next night. Where the night ends on a
    /// Monday, as the first one of generated worlds does, an account left and another joined.
    ///
    /// The caller and the management account stay as they are. A world with few accounts has fewer of these changes.
    pub fn next_night(&mut self) {
        self.epoch = self.epoch.plus(DAY);
        let mut draw = Draw::new(self.seed, Purpose::Night, self.epoch.unix().div_euclid(DAY).unsigned_abs());
        self.end_maintenance();
        let mut night = Night { draw: &mut draw, now: self.epoch };
        for account in self.accounts.iter_mut().skip(1).filter(|account| account.state == AccountState::Active) {
            account.users.iter_mut().for_each(|user| night.keys(account.id, user));
        }
        night.rename_user(self);
        night.delete_user(self);
        (0..3).for_each(|_| night.enable_mfa(self));
        let is_monday = self.epoch.timestamp().to_zoned(TimeZone::UTC).weekday() == Weekday::Monday;
        if is_monday {
            night.lose_account(self);
        }
        night.maintain_role(self);
        if is_monday {
            night.join_account(self);
        }
        self.complete();
    }

    fn end_maintenance(&mut self) {
        let roles = self.accounts.iter_mut().flat_map(|account| account.roles.iter_mut().flatten());
        for role in roles.filter(|role| role.external_id.as_deref() == Some(MAINTENANCE)) {
            role.external_id = None;
        }
    }
}

/// What happens until `now`.
struct Night<'a> {
    draw: &'a mut Draw,
    now: Time,
}

impl Night<'_> {
    /// A moment of the 24 hours.
    fn moment(&mut self) -> Time {
        self.now.plus(-self.draw.between(60, DAY - 60))
    }

    /// What a user does with its keys.
    fn keys(&mut self, account: AccountId, user: &mut User) {
        let now = self.now;
        for key in user.keys.iter_mut().filter(|key| key.status == KeyStatus::Active) {
            let used = key.last_used.as_mut().filter(|used| used.at > now.plus(-3 * DAY));
            if let Some(used) = used {
                used.at = used.at.plus(DAY).min(now);
            }
        }
        let is_old = |key: &AccessKey| key.created_at < now.plus(-90 * DAY);
        for key in user.keys.iter_mut().filter(|key| is_old(key) && key.status == KeyStatus::Active) {
            if self.draw.per_mille(10) {
                key.status = KeyStatus::Inactive;
            }
        }
        user.keys.retain(|key| !(is_old(key) && self.draw.per_mille(8)));
        if user.keys.len() < 2 && self.draw.per_mille(10) {
            let id = access_key_id("AKIA", account.number(), self.draw.bits()).into();
            user.keys.push(AccessKey { id, ..AccessKey::unnamed(self.moment()) });
        }
    }

    fn rename_user(&mut self, world: &mut World) {
        let derive = world.derive();
        let has_keys = |user: &User| !user.keys.is_empty();
        let Some((account, at)) = self.user(world, has_keys) else { return };
        let user = &mut account.users[at];
        // Without one of its own, its id would follow from the new name.
        user.id = Some(user.unique_id(derive, account.id).into());
        let name: Box<str> = format!("{}-moved", user.name).into();
        if !account.users.iter().any(|other| other.name == name) {
            account.users[at].name = name;
            account.users.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }

    fn delete_user(&mut self, world: &mut World) {
        if let Some((account, at)) = self.user(world, |user| !user.keys.is_empty()) {
            account.users.remove(at);
        }
    }

    fn enable_mfa(&mut self, world: &mut World) {
        let enabled_at = self.moment();
        if let Some((account, at)) = self.user(world, |user| user.password.is_some() && user.mfa_devices.is_empty()) {
            account.users[at].mfa_devices.push(MfaDevice::new(MfaKind::Passkey, enabled_at));
        }
    }

    /// One of those users, with its account and its place there.
    fn user<'w>(&mut self, world: &'w mut World, is_one: impl Fn(&User) -> bool) -> Option<(&'w mut Account, usize)> {
        let accounts: Vec<_> = members(world).collect();
        let of_account = |index: &usize| {
            let users = world.accounts[*index].users.iter().enumerate();
            users.filter(|(_, user)| is_one(user)).map(|(at, _)| (*index, at)).collect::<Vec<_>>()
        };
        let all: Vec<(usize, usize)> = accounts.iter().flat_map(of_account).collect();
        let (index, at) = self.draw.pick(&all.iter().map(|it| Some(*it)).collect::<Vec<_>>())?;
        Some((&mut world.accounts[index], at))
    }

    /// Lets an account leave, where there are some beside those that every organization begins with.
    fn lose_account(&mut self, world: &mut World) {
        let leaving: Vec<_> = members(world).filter(|index| !accounts::is_foundation(*index)).map(Some).collect();
        if let Some(index) = self.draw.pick(&leaving) {
            let left = world.accounts.remove(index).id;
            world.faults.retain(|fault| fault.account != Some(left));
            world.delegated_administrators.retain(|id| *id != left);
        }
    }

    /// Lets the role of an account ask for another external id until the next night.
    fn maintain_role(&mut self, world: &mut World) {
        let is_open = |role: &&Role| *role.name == *ORGANIZATION_ROLE && role.external_id.is_none();
        let open = members(world).filter(|index| world.accounts[*index].roles().iter().any(|role| is_open(&role)));
        let open: Vec<_> = open.map(Some).collect();
        let Some(index) = self.draw.pick(&open) else { return };
        let roles = world.accounts[index].roles.iter_mut().flatten();
        for role in roles.filter(|role| *role.name == *ORGANIZATION_ROLE) {
            role.external_id = Some(MAINTENANCE.into());
        }
    }

    /// Lets an account join that was another organization's, with users that are as old as any.
    fn join_account(&mut self, world: &mut World) {
        let Some(management) = world.management().map(|account| account.id) else { return };
        let number = |account: &Account| account.name.rsplit('-').next().and_then(|end| end.parse::<usize>().ok());
        let last = world.accounts.iter().filter_map(number).max();
        let index = last.unwrap_or_default().max(world.accounts.len()) + 1;
        let known: HashSet<AccountId> = world.accounts.iter().map(|account| account.id).collect();
        let mut id = management;
        while known.contains(&id) {
            id = AccountId::from_number(self.draw.between(100_000_000_000, 999_999_999_999).unsigned_abs());
        }
        let (seed, epoch, partition) = (world.seed, self.now, world.partition);
        let generate = Generate { accounts: 1, users: NEW_USERS, seed, epoch, partition, broken: false };
        let mut account = accounts::whole(&generate, &world.organization, management, index, id);
        account.joined = Joined::Invited;
        account.joined_at = self.moment();
        world.accounts.push(account);
    }
}

/// The places of the member accounts that are active.
fn members(world: &World) -> impl Iterator<Item = usize> + '_ {
    let accounts = world.accounts.iter().enumerate().skip(1);
    accounts.filter(|(_, account)| account.state == AccountState::Active).map(|(index, _)| index)
}
