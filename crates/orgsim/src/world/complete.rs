//! Adds to a world what its YAML leaves out.

use std::collections::BTreeSet;

use super::{AccessKey, Principal, Role, Text, User, World};

impl World {
    /// Adds what was left out and sorts: users by name, OUs after their parents.
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
                    role.trust.push(Principal::Account(management));
                }
            }
        }
    }

    fn list_every_ou(&mut self) {
        let named = self.organizational_units.iter().chain(self.accounts.iter().map(|account| &account.ou));
        let mut paths = BTreeSet::new();
        let mut ordered: Vec<Text> = Vec::new();
        for path in named.filter(|path| !path.is_empty()) {
            // A malformed path is kept as it is, so that the check can name it.
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
        management.users.push(User::caller(&name, joined_at, AccessKey::unnamed(joined_at)));
    }
}
