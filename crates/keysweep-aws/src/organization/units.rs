//! The tree of organizational units: the names above an account.

use std::{collections::HashMap, sync::Arc};

use futures::{StreamExt, TryStreamExt, stream};
use keysweep_model::{AccountId, Facet, Fact, Unreadable};
use tokio::sync::OnceCell;

use crate::{Aws, CallError, attempt::FailedAttempt, paging::pages};

/// How many units are listed at once: Organizations throttles these calls early.
const AT_ONCE: usize = 4;

/// The organizational units of an organization, or why they could not be read.
#[derive(Debug)]
pub struct Units {
    /// The path of names of each root and unit, by its id.
    paths: Fact<HashMap<String, String>>,
    /// The chain of ids down to each root and unit, by its id.
    chains: HashMap<String, Vec<String>>,
    /// The unit of each account, read where the list of accounts does not tell.
    members: OnceCell<Fact<HashMap<AccountId, String>>>,
}

struct Unit {
    id: String,
    path: String,
    chain: Vec<String>,
}

impl Units {
    /// No units: the accounts did not come from the organization.
    #[must_use]
    pub fn none() -> Self {
        let paths = Fact::NotRead(Facet::OrganizationalUnits);
        Self { paths, chains: HashMap::new(), members: OnceCell::new() }
    }

    /// The path of names for a chain of ids, such as `Root/Workloads/Prod`.
    pub(super) fn path(&self, ids: &[String]) -> Fact<String> {
        let last = ids.last().map(String::as_str).unwrap_or_default();
        self.paths.as_ref().and_then(|paths| match paths.get(last) {
            Some(path) => Fact::Known(path.clone()),
            None => unreadable(format!("the organizational unit `{last}` was not in the list of units")),
        })
    }

    /// The ids of the units that `text` names: by id, or by path of names.
    ///
    /// # Errors
    /// The reason for which the units could not be read.
    pub fn find(&self, text: &str) -> Result<Option<String>, Arc<Unreadable>> {
        match &self.paths {
            Fact::Known(paths) => {
                let wanted = text.trim_matches('/');
                Ok(paths.iter().find(|(id, path)| *id == text || *path == wanted).map(|(id, _)| id.clone()))
            }
            Fact::Unreadable(why) => Err(Arc::clone(why)),
            Fact::NotRead(facet) => {
                Err(Arc::new(Unreadable { facet: *facet, reason: "nobody asked for them".to_owned() }))
            }
        }
    }

    /// The chain of ids above an account, by asking which accounts each unit holds.
    pub(super) async fn of_account(&self, aws: &Aws, account: AccountId) -> Fact<Vec<String>> {
        let members = self.members.get_or_init(|| self.read_members(aws)).await;
        members.as_ref().and_then(|units| match units.get(&account).and_then(|id| self.chains.get(id)) {
            Some(chain) => Fact::Known(chain.clone()),
            None => unreadable(format!("account {account} was in the list of no organizational unit")),
        })
    }

    async fn read_members(&self, aws: &Aws) -> Fact<HashMap<AccountId, String>> {
        if let Fact::Unreadable(why) = &self.paths {
            return Fact::Unreadable(Arc::clone(why));
        }
        let lists = stream::iter(self.chains.keys().cloned()).map(|id| aws.accounts_of_unit(id));
        let lists: Result<Vec<_>, _> = lists.buffer_unordered(AT_ONCE).try_collect().await;
        match lists {
            Ok(lists) => Fact::Known(lists.into_iter().flatten().collect()),
            Err(error) => unreadable(error.to_string()),
        }
    }
}

/// The ids in an account's path, such as `o-a1/r-b2/ou-b2-c3/111122223333/`: the root and the units.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html
pub(super) fn ids_of_path(path: &str) -> Vec<String> {
    path.split('/').filter(|id| id.starts_with("r-") || id.starts_with("ou-")).map(str::to_owned).collect()
}

impl Aws {
    /// The tree of organizational units. What cannot be read is part of the value: accounts can be scanned without it.
    pub async fn units(&self) -> Units {
        let (paths, chains) = match self.read_units().await {
            Ok(units) => (
                Fact::Known(units.iter().map(|unit| (unit.id.clone(), unit.path.clone())).collect()),
                units.into_iter().map(|unit| (unit.id, unit.chain)).collect(),
            ),
            Err(error) => (unreadable(error.to_string()), HashMap::new()),
        };
        Units { paths, chains, members: OnceCell::new() }
    }

    async fn read_units(&self) -> Result<Vec<Unit>, CallError> {
        let mut all = Vec::new();
        let mut level = self.roots().await?;
        while !level.is_empty() {
            let below: Vec<_> =
                stream::iter(&level).map(|unit| self.units_below(unit)).buffered(AT_ONCE).try_collect().await?;
            all.append(&mut level);
            level = below.into_iter().flatten().collect();
        }
        Ok(all)
    }

    async fn roots(&self) -> Result<Vec<Unit>, CallError> {
        const ACTION: &str = "organizations:ListRoots";
        let page = |token: Option<String>| async move {
            let ask = || async {
                let answer = self.organizations.list_roots().set_next_token(token.clone()).send().await;
                answer.map_err(|error| FailedAttempt::new(ACTION, &error))
            };
            self.organizations_domain.call(ACTION, ask).await
        };
        let pages = pages(ACTION, page, |page| page.next_token()).await?;
        let roots = pages.iter().flat_map(|page| page.roots());
        Ok(roots.map(|root| Unit::new(None, root.id(), root.name())).collect())
    }

    async fn units_below(&self, parent: &Unit) -> Result<Vec<Unit>, CallError> {
        const ACTION: &str = "organizations:ListOrganizationalUnitsForParent";
        let request = self.organizations.list_organizational_units_for_parent().parent_id(&parent.id);
        let page = |token: Option<String>| {
            let request = request.clone().set_next_token(token);
            async move {
                let ask = || async { request.clone().send().await.map_err(|error| FailedAttempt::new(ACTION, &error)) };
                self.organizations_domain.call(ACTION, ask).await
            }
        };
        let pages = pages(ACTION, page, |page| page.next_token()).await?;
        let units = pages.iter().flat_map(|page| page.organizational_units());
        Ok(units.map(|unit| Unit::new(Some(parent), unit.id(), unit.name())).collect())
    }

    async fn accounts_of_unit(&self, id: String) -> Result<Vec<(AccountId, String)>, CallError> {
        const ACTION: &str = "organizations:ListAccountsForParent";
        let request = self.organizations.list_accounts_for_parent().parent_id(&id);
        let page = |token: Option<String>| {
            let request = request.clone().set_next_token(token);
            async move {
                let ask = || async { request.clone().send().await.map_err(|error| FailedAttempt::new(ACTION, &error)) };
                self.organizations_domain.call(ACTION, ask).await
            }
        };
        let pages = pages(ACTION, page, |page| page.next_token()).await?;
        let accounts = pages.iter().flat_map(|page| page.accounts());
        Ok(accounts.filter_map(|account| Some((account.id()?.parse().ok()?, id.clone()))).collect())
    }
}

impl Unit {
    fn new(parent: Option<&Self>, id: Option<&str>, name: Option<&str>) -> Self {
        let id = id.unwrap_or_default().to_owned();
        let name = name.unwrap_or(&id);
        let path = parent.map_or(name.to_owned(), |parent| format!("{}/{name}", parent.path));
        let mut chain = parent.map(|parent| parent.chain.clone()).unwrap_or_default();
        chain.push(id.clone());
        Self { id, path, chain }
    }
}

fn unreadable<T>(reason: String) -> Fact<T> {
    Fact::Unreadable(Arc::new(Unreadable { facet: Facet::OrganizationalUnits, reason }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_the_root_and_the_units() {
        assert_eq!(ids_of_path("o-a1/r-b2/ou-b2-c3/111122223333/"), ["r-b2", "ou-b2-c3"]);
    }
}
