//! The users of a generated account: people, services and contractors, each kind with its habits.

use std::collections::{HashMap, HashSet};

use super::Generate;
use super::draw::{Draw, Purpose};
use super::keys::{self, Habits};
use super::words::{APPLICATIONS, FIRST_NAMES, KEY_NOTES, LAST_NAMES, PURPOSES, TEAMS, VENDORS};
use crate::derive::access_key_id;
use crate::world::{AccessKey, AccountId, MfaDevice, MfaKind, Password, Tags, Text, Time, User};

const DAY: i64 = 86_400;

#[derive(Clone, Copy)]
enum Kind {
    Person,
    Service,
    Contractor,
}

/// The users of the account at `index`, in no order.
pub(super) fn users(generate: &Generate, index: u64, account: AccountId) -> Vec<User> {
    let mut maker = Maker::new(generate, index, account);
    let caller = (index == 0).then(|| maker.caller());
    let others = generate.users.saturating_sub(usize::from(caller.is_some()));
    let mut users = Vec::with_capacity(others + usize::from(caller.is_some()));
    users.extend(caller);
    users.extend((0..others).map(|_| maker.user()));
    users
}

/// What making an account's users needs to remember: names and key ids already given, and text already stored.
struct Maker {
    draw: Draw,
    account: AccountId,
    epoch: Time,
    names: HashSet<Box<str>>,
    key_ids: HashSet<u64>,
    shared: HashMap<String, Text>,
}

impl Maker {
    fn new(generate: &Generate, index: u64, account: AccountId) -> Maker {
        Maker {
            draw: Draw::new(generate.seed, Purpose::Users, index),
            account,
            epoch: generate.epoch,
            names: HashSet::new(),
            key_ids: HashSet::new(),
            shared: HashMap::new(),
        }
    }

    fn caller(&mut self) -> User {
        self.names.insert("security-scanner".into());
        let created_at = self.epoch.plus(-41 * DAY - 3_723);
        let last_used = Some(keys::last_used(self.epoch.plus(-7_200), "sts", "us-east-1"));
        let key = AccessKey { last_used, ..self.key(created_at) };
        let mut user = User::caller("security-scanner", created_at.plus(-60), key);
        user.path = self.share("/service/");
        user.tags = Tags::new(vec![
            (self.share("owner"), self.share("security@example.com")),
            (self.share("service-account"), self.share("true")),
        ]);
        user
    }

    fn user(&mut self) -> User {
        let kind = match self.draw.below(100) {
            0..46 => Kind::Person,
            46..86 => Kind::Service,
            _ => Kind::Contractor,
        };
        let name = self.name(kind);
        let keys = self.keys(kind);
        let oldest = keys.iter().map(|key| key.created_at).min();
        let age = match self.draw.below(3) {
            0 => self.draw.between(60, 2 * 3600),
            _ => self.draw.between(2 * 3600, 500 * DAY),
        };
        let created_at = oldest.unwrap_or(self.epoch.plus(-self.draw.between(2, 900) * DAY)).plus(-age);
        let password = self.password(kind, created_at);
        let has_mfa = password.is_some() && self.draw.per_mille(750);
        let mfa = has_mfa.then(|| MfaDevice::new(MfaKind::Virtual, created_at.plus(1_800)));
        User {
            path: self.path(kind),
            mfa_devices: mfa.into_iter().collect(),
            password,
            tags: self.tags(kind, &keys),
            groups: self.groups(kind),
            attached_policies: self.attached_policies(kind, &keys),
            keys,
            ..User::new(&name, created_at)
        }
    }

    fn name(&mut self, kind: Kind) -> Box<str> {
        let draw = &mut self.draw;
        let wanted = match kind {
            Kind::Person => format!("{}.{}", draw.pick(&FIRST_NAMES), draw.pick(&LAST_NAMES)),
            Kind::Service => format!("svc-{}-{}", draw.pick(&APPLICATIONS), draw.pick(&PURPOSES)),
            Kind::Contractor => format!("ext-{}.{}", draw.pick(&FIRST_NAMES), draw.pick(&LAST_NAMES)),
        };
        let mut name = wanted.clone();
        let mut number = 2;
        while self.names.contains(name.as_str()) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        self.names.insert(name.as_str().into());
        name.into()
    }

    fn keys(&mut self, kind: Kind) -> Vec<AccessKey> {
        let (none_one_two, habits) = match kind {
            Kind::Person => ([40, 48, 12], Habits::PERSON),
            Kind::Service => ([5, 70, 25], Habits::SERVICE),
            Kind::Contractor => ([40, 55, 5], Habits::CONTRACTOR),
        };
        let count = self.draw.weighted(&none_one_two);
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            // Rotation scripts make two keys in the same second now and then.
            let twin = keys.first().map(|key: &AccessKey| key.created_at).filter(|_| self.draw.per_mille(25));
            let created_at = twin.unwrap_or_else(|| keys::creation(&mut self.draw, self.epoch, habits));
            let mut key = self.key(created_at);
            keys::live(&mut self.draw, self.epoch, habits, &mut key);
            if let Some(used) = &mut key.last_used {
                used.service = self.share(&used.service.clone());
                used.region = self.share(&used.region.clone());
            }
            keys.push(key);
        }
        keys.sort_by_key(|key| key.created_at);
        keys
    }

    /// A fresh, active key that was never used.
    fn key(&mut self, created_at: Time) -> AccessKey {
        let mut noise = self.draw.bits() & 0x7f_ffff_ffff;
        while !self.key_ids.insert(noise) {
            noise = self.draw.bits() & 0x7f_ffff_ffff;
        }
        let id = access_key_id("AKIA", self.account.number(), noise).into();
        AccessKey { id, ..AccessKey::unnamed(created_at) }
    }

    fn password(&mut self, kind: Kind, created_at: Time) -> Option<Password> {
        let chance = match kind {
            Kind::Person => 850,
            Kind::Service => 0,
            Kind::Contractor => 600,
        };
        if !self.draw.per_mille(chance) {
            return None;
        }
        let age = self.epoch.unix() - created_at.unix();
        let changed_at = created_at.plus(self.draw.between(0, age.max(0)));
        let since = (self.epoch.unix() - changed_at.unix()).max(0);
        let last_used_at = self.draw.per_mille(800).then(|| changed_at.plus(self.draw.between(0, since)));
        Some(Password { changed_at, created_at: None, last_used_at, reset_required: false })
    }

    fn path(&mut self, kind: Kind) -> Text {
        let usual = match kind {
            Kind::Person => "/",
            Kind::Service => "/service/",
            Kind::Contractor => "/contractors/",
        };
        let path = if self.draw.per_mille(100) { "/legacy/" } else { usual };
        self.share(path)
    }

    fn tags(&mut self, kind: Kind, keys: &[AccessKey]) -> Tags {
        let mut tags = Vec::new();
        match kind {
            Kind::Person => {}
            Kind::Service if self.draw.per_mille(900) => tags.push((self.share("service-account"), self.share("true"))),
            Kind::Service => {}
            Kind::Contractor => {
                let vendor = self.draw.pick(&VENDORS);
                tags.push((self.share("vendor"), self.share(vendor)));
            }
        }
        if self.draw.per_mille(700) {
            let team = self.draw.pick(&TEAMS);
            tags.push((self.share("team"), self.share(team)));
            if self.draw.per_mille(600) {
                tags.push((self.share("owner"), self.share(&format!("{team}@example.com"))));
            }
        }
        for key in keys {
            if self.draw.per_mille(120) {
                let note = self.draw.pick(&KEY_NOTES);
                tags.push((Text::from(&*key.id), self.share(note)));
            }
        }
        Tags::new(tags)
    }

    fn groups(&mut self, kind: Kind) -> Vec<Text> {
        let group = match kind {
            Kind::Person => match self.draw.below(100) {
                0..6 => "Administrators",
                6..70 => "Developers",
                70..78 => "Auditors",
                _ => return Vec::new(),
            },
            Kind::Service => return Vec::new(),
            Kind::Contractor if self.draw.per_mille(700) => "Developers",
            Kind::Contractor => return Vec::new(),
        };
        vec![self.share(group)]
    }

    fn attached_policies(&mut self, kind: Kind, keys: &[AccessKey]) -> Vec<Text> {
        let mut policies = Vec::new();
        match kind {
            Kind::Person | Kind::Contractor => {}
            Kind::Service if self.draw.per_mille(50) => policies.push(self.share("AdministratorAccess")),
            Kind::Service if self.draw.per_mille(500) => policies.push(self.share("AmazonS3FullAccess")),
            Kind::Service => {}
        }
        if !keys.is_empty() && self.draw.per_mille(3) {
            let version = self.draw.pick(&["AWSCompromisedKeyQuarantineV2", "AWSCompromisedKeyQuarantineV3"]);
            policies.push(self.share(version));
        }
        policies.shrink_to_fit();
        policies
    }

    /// The text, stored once in an account however often it is said.
    fn share(&mut self, text: &str) -> Text {
        match self.shared.get(text) {
            Some(shared) => shared.clone(),
            None => {
                let shared = Text::from(text);
                self.shared.insert(text.to_owned(), shared.clone());
                shared
            }
        }
    }
}
