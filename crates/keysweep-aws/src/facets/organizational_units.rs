//! The facet `organizational units`: the tree of units, and the place of each account in it.

use std::{collections::HashMap, fmt::Display, sync::Arc};

use aws_sdk_organizations::types::{Account, OrganizationalUnit};
use futures::{StreamExt, TryStreamExt, stream};
use keysweep_model::{AccountId, Facet, Fact, Unreadable};
use tokio::sync::OnceCell;

use crate::{Aws, CallError, answer};

/// How many units are listed at once: Organizations throttles these calls early.
const AT_ONCE: usize = 4;

/// The organizational units of an organization, or why they could not be read.
#[derive(Debug)]
pub struct Units {
    /// Each root and unit, by its id.
    units: Fact<HashMap<String, Unit>>,
    /// The unit of each account, read where the list of accounts does not tell.
    members: OnceCell<Fact<HashMap<AccountId, String>>>,
}

#[derive(Debug)]
struct Unit {
    id: String,
    /// The names from the root down.
    path: String,
    /// The ids from the root down.
    chain: Vec<String>,
}

impl Units {
    /// No units: the accounts did not come from the organization.
    #[must_use]
    pub fn none() -> Self {
        Self { units: Fact::NotRead(Facet::OrganizationalUnits), members: OnceCell::new() }
    }

    /// The path of names for a chain of ids, such as `Root/Workloads/Prod`.
    pub(crate) fn path(&self, ids: &[String]) -> Fact<String> {
        let last = ids.last().map(String::as_str).unwrap_or_default();
        self.units.as_ref().and_then(|units| match units.get(last) {
            Some(unit) => Fact::Live(unit.path.clone()),
            None => unreadable(format!("the organizational unit `{last}` was not in the list of units")),
        })
    }

    /// The ids of the units that `text` names: by id, or by path of names.
    ///
    /// # Errors
    /// The reason for which the units could not be read.
    pub fn find(&self, text: &str) -> Result<Option<String>, Arc<Unreadable>> {
        match &self.units {
            Fact::Live(units) | Fact::Reported(units, _) | Fact::Possible(units) => {
                let wanted = text.trim_matches('/');
                Ok(units.values().find(|unit| unit.id == text || unit.path == wanted).map(|unit| unit.id.clone()))
            }
            Fact::Unreadable(why) => Err(Arc::clone(why)),
            Fact::NotRead(facet) => {
                Err(Arc::new(Unreadable { facet: *facet, reason: "they were not asked for".to_owned() }))
            }
        }
    }

    /// The chain of ids above an account, by asking which accounts each unit holds.
    pub(crate) async fn of_account(&self, aws: &Aws, account: AccountId) -> Fact<Vec<String>> {
        let members = self.members.get_or_init(|| self.read_members(aws)).await;
        let units = self.units.as_ref().and_then(|units| members.as_ref().map(|members| (units, members)));
        units.and_then(|(units, members)| match members.get(&account).and_then(|id| units.get(id)) {
            Some(unit) => Fact::Live(unit.chain.clone()),
            None => unreadable(format!("account {account} was in the list of no organizational unit")),
        })
    }

    async fn read_members(&self, aws: &Aws) -> Fact<HashMap<AccountId, String>> {
        let ids: Vec<_> = self.units.value().into_iter().flat_map(HashMap::keys).cloned().collect();
        let lists = stream::iter(ids).map(|id| aws.accounts_of_unit(id)).buffer_unordered(AT_ONCE);
        let members: Result<Vec<_>, _> = lists.try_concat().await;
        members.map_or_else(unreadable, |members| Fact::Live(members.into_iter().collect()))
    }
}

/// The ids in an account's path, such as `o-a1/r-b2/ou-b2-c3/111122223333/`: the root and the units.
/// Source: docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed-view-data-orgs.html
pub(crate) fn ids_of_path(path: &str) -> Vec<String> {
    path.split('/').filter(|id| id.starts_with("r-") || id.starts_with("ou-")).map(str::to_owned).collect()
}

impl Aws {
    /// The tree of organizational units. What cannot be read is part of the value: accounts can be scanned without it.
    pub async fn units(&self) -> Units {
        let by_id = |units: Vec<Unit>| units.into_iter().map(|unit| (unit.id.clone(), unit)).collect();
        let units = self.read_units().await.map_or_else(unreadable, |units| Fact::Live(by_id(units)));
        Units { units, members: OnceCell::new() }
    }

    async fn read_units(&self) -> Result<Vec<Unit>, CallError> {
        let mut all = Vec::new();
        let mut level = self.roots().await?;
        while !level.is_empty() {
            let below = stream::iter(&level).map(|unit| self.units_below(unit)).buffered(AT_ONCE).try_concat().await?;
            all.append(&mut level);
            level = below;
        }
        Ok(all)
    }

    async fn roots(&self) -> Result<Vec<Unit>, CallError> {
        self.organization_pages(
            "organizations:ListRoots",
            |client, token| client.list_roots().set_next_token(token).send(),
            |page| page.next_token(),
        )
        .map_ok(|page| page.roots().iter().map(|root| Unit::new(None, root.id(), root.name())).collect::<Vec<_>>())
        .try_concat()
        .await
    }

    async fn units_below(&self, parent: &Unit) -> Result<Vec<Unit>, CallError> {
        let below = |unit: &OrganizationalUnit| Unit::new(Some(parent), unit.id(), unit.name());
        self.organization_pages(
            "organizations:ListOrganizationalUnitsForParent",
            |client, token| {
                let request = client.list_organizational_units_for_parent().parent_id(&parent.id);
                request.set_next_token(token).send()
            },
            |page| page.next_token(),
        )
        .map_ok(|page| page.organizational_units().iter().map(below).collect::<Vec<_>>())
        .try_concat()
        .await
    }

    async fn accounts_of_unit(&self, id: String) -> Result<Vec<(AccountId, String)>, CallError> {
        let member = |account: &Account| Some((account.id()?.parse().ok()?, id.clone()));
        self.organization_pages(
            "organizations:ListAccountsForParent",
            |client, token| client.list_accounts_for_parent().parent_id(&id).set_next_token(token).send(),
            |page| page.next_token(),
        )
        .map_ok(|page| page.accounts().iter().filter_map(member).collect::<Vec<_>>())
        .try_concat()
        .await
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

fn unreadable<T>(reason: impl Display) -> Fact<T> {
    answer::unreadable(Facet::OrganizationalUnits, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_gives_the_root_and_the_units() {
        assert_eq!(ids_of_path("o-a1/r-b2/ou-b2-c3/111122223333/"), ["r-b2", "ou-b2-c3"]);
    }
}
