//! What a world means where its YAML says nothing.

use super::{AccessKey, Account, InlinePolicy, Role, Text, Time, User, World};

/// What the caller needs for a scan, and a little more for the tools it is compared with.
pub(crate) const CALLER_ACTIONS: [&str; 8] = [
    "sts:AssumeRole",
    "sts:SetSourceIdentity",
    "sts:TagSession",
    "organizations:Describe*",
    "organizations:List*",
    "iam:Get*",
    "iam:List*",
    "iam:Generate*",
];

pub(super) fn epoch() -> Time {
    super::EPOCH
}

/// 2025-01-01T00:00:00Z.
pub(super) fn long_ago() -> Time {
    Time::from_unix(1_735_689_600)
}

pub(super) fn caller() -> Text {
    "security-scanner".into()
}

pub(super) fn empty() -> Text {
    "".into()
}

pub(super) fn slash() -> Text {
    "/".into()
}

pub(super) fn is_slash(path: &str) -> bool {
    path == "/"
}

pub(super) fn one_hour() -> u32 {
    3600
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_one_hour(seconds: &u32) -> bool {
    *seconds == 3600
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !value
}

pub(super) fn sts() -> Text {
    "sts".into()
}

pub(super) fn us_east_1() -> Text {
    "us-east-1".into()
}

impl World {
    /// Writes out what was left unsaid and puts everything in order: users by name, OUs after their parents.
    pub(crate) fn complete(&mut self) {
        self.name_accounts();
        self.give_roles();
        self.list_every_ou();
        self.ensure_caller();
        for account in &mut self.accounts {
            account.users.sort_by(|a, b| a.name.cmp(&b.name));
        }
        self.name_credentials();
    }

    fn name_accounts(&mut self) {
        for account in &mut self.accounts {
            if account.name.is_empty() {
                account.name = format!("account-{}", account.id).into();
            }
            if account.email.is_empty() {
                account.email = format!("aws+{}@example.com", account.id).into();
            }
        }
    }

    fn give_roles(&mut self) {
        let Some(management) = self.management().map(|account| account.id) else { return };
        for account in &mut self.accounts {
            let made_by_aws = || match account.id == management {
                true => Vec::new(),
                false => vec![Role::organization(management, account.joined_at)],
            };
            for role in account.roles.get_or_insert_with(made_by_aws) {
                if role.trust.is_empty() {
                    role.trust.push(super::Principal::Account(management));
                }
            }
        }
    }

    fn list_every_ou(&mut self) {
        let named = self.organizational_units.iter().chain(self.accounts.iter().map(|account| &account.ou));
        let mut paths = std::collections::BTreeSet::new();
        let mut ordered: Vec<Text> = Vec::new();
        for path in named.filter(|path| !path.is_empty()) {
            // A path that is none is kept as it is, for the check to name it.
            let is_path = !path.split('/').any(str::is_empty);
            let above = path.match_indices('/').map(|(at, _)| at).filter(|_| is_path);
            let ends = above.chain([path.len()]);
            for prefix in ends.map(|end| &path[..end]) {
                if paths.insert(Text::from(prefix)) {
                    ordered.push(prefix.into());
                }
            }
        }
        self.organizational_units = ordered;
    }

    fn ensure_caller(&mut self) {
        let (name, joined_at) = (self.caller.clone(), self.epoch.plus(-30 * 86_400));
        let Some(management) = self.accounts.first_mut() else { return };
        if management.users.iter().any(|user| *user.name == *name) {
            return;
        }
        management.users.push(caller_user(&name, joined_at, AccessKey::unnamed(joined_at)));
    }
}

impl AccessKey {
    /// An active key whose id is yet to be made.
    fn unnamed(created_at: Time) -> AccessKey {
        AccessKey { id: "".into(), status: super::KeyStatus::Active, created_at, last_used: None, changed_at: None }
    }
}

/// The user that a scanner runs as.
pub(crate) fn caller_user(name: &str, created_at: Time, key: AccessKey) -> User {
    User {
        inline_policies: vec![InlinePolicy::allowing("scan-organization", CALLER_ACTIONS)],
        keys: vec![key],
        ..User::new(name, created_at)
    }
}

impl Account {
    /// The names of all groups, those that only a user mentions included, in order.
    pub(crate) fn group_names(&self) -> Vec<&str> {
        let mentioned = self.users.iter().flat_map(|user| &user.groups);
        let mut names: Vec<&str> = self.groups.iter().map(|group| &group.name).chain(mentioned).map(|n| &**n).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}
