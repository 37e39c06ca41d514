//! The organization: its units and its accounts, as a stream that starts with the first page.

use aws_sdk_organizations::types::Account as AwsAccount;
use futures::{Stream, StreamExt, TryStreamExt, stream};
use keysweep_model::{Account, AccountId, AccountState, Fact};

use crate::{
    Aws, CallError,
    answer::parsed,
    facets::organizational_units::{Units, ids_of_path},
};

/// The organization that the caller is in.
/// Source: docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id: `o-...`.
    pub id: String,
    /// The account that owns it.
    pub management_account: AccountId,
}

/// An account with its place in the tree of organizational units.
#[derive(Debug, Clone, PartialEq)]
pub struct ListedAccount {
    /// The account.
    pub account: Account,
    /// The ids of the root and of the organizational units above the account, from the root down.
    pub unit_ids: Fact<Vec<String>>,
}

impl Aws {
    /// The organization of the caller.
    ///
    /// # Errors
    /// When the caller's account is in no organization, or the caller may not ask.
    pub async fn organization(&self) -> Result<Organization, CallError> {
        const ACTION: &str = "organizations:DescribeOrganization";
        let describe = || self.organizations.describe_organization().send();
        let answer = self.organizations_domain.send(ACTION, describe).await?;
        let found = answer.organization().and_then(|it| Some((it.id()?, it.master_account_id()?.parse().ok()?)));
        let (id, management_account) =
            found.ok_or_else(|| CallError::bad_answer(ACTION, "no organization id or no management account in it"))?;
        Ok(Organization { id: id.to_owned(), management_account })
    }

    /// Every account of the organization, whatever its state, page by page. After an error the accounts that follow are
    /// not known.
    pub fn accounts<'a>(
        &'a self,
        units: &'a Units,
    ) -> impl Stream<Item = Result<ListedAccount, CallError>> + Send + 'a {
        const ACTION: &str = "organizations:ListAccounts";
        let pages = self.organization_pages(
            ACTION,
            |client, token| client.list_accounts().set_next_token(token).send(),
            |page| page.next_token(),
        );
        pages
            .map_ok(|page| stream::iter(page.accounts.unwrap_or_default()).map(Ok))
            .try_flatten()
            .and_then(move |account| self.listed(ACTION, units, account))
    }

    async fn listed(
        &self,
        action: &'static str,
        units: &Units,
        account: AwsAccount,
    ) -> Result<ListedAccount, CallError> {
        let id = parsed(action, account.id().unwrap_or_default())?;
        let unit_ids = match account.paths().first() {
            Some(path) => Fact::Live(ids_of_path(path)),
            None => units.of_account(self, id).await,
        };
        let account = Account {
            id,
            name: account.name().unwrap_or_default().to_owned(),
            email: account.email().map(str::to_owned),
            state: state(&account),
            ou_path: unit_ids.as_ref().and_then(|ids| units.path(ids)),
        };
        Ok(ListedAccount { account, unit_ids })
    }
}

/// `State` where the answer has it, else the older `Status`.
/// Source: docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html, which retires `Status` on
/// 9 September 2026.
fn state(account: &AwsAccount) -> AccountState {
    let text = match (account.state(), account.status()) {
        (Some(state), _) => state.as_str(),
        (None, Some(status)) => status.as_str(),
        (None, None) => "(no state)",
    };
    AccountState::from_aws(text)
}

#[cfg(test)]
mod tests {
    use aws_sdk_organizations::types::{AccountState as AwsState, AccountStatus};

    use super::*;

    #[test]
    fn state_wins_over_status_and_neither_is_not_active() {
        let account = |state: Option<AwsState>, status: Option<AccountStatus>| {
            state_of(AwsAccount::builder().set_state(state).set_status(status).build())
        };
        let state_of_both = account(Some(AwsState::Closed), Some(AccountStatus::Active));
        assert_eq!(state_of_both, AccountState::Closed);
        assert_eq!(account(None, Some(AccountStatus::PendingClosure)), AccountState::PendingClosure);
        assert_ne!(account(None, None), AccountState::Active);
    }

    fn state_of(account: AwsAccount) -> AccountState {
        state(&account)
    }
}
