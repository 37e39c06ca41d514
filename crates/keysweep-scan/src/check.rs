//! The accounts with their scope, and on request whether their roles can be assumed: a scan's first steps without the
//! scan.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    pin::pin,
    time::Duration,
};

use futures::{StreamExt, stream};
use keysweep_aws::Aws;
use keysweep_model::{Account, AccountGap, AccountNote, RoleCheck};

use crate::{
    account::open_session,
    discover::{self, AccountSource, Preflight, StartError},
    options::Roles,
    select::{Choice, Remaining, Selection, not_listed, unmatched_exclusions},
};

/// Which accounts to look at, and how.
#[derive(Debug, Clone)]
pub struct CheckOptions {
    /// Where the accounts come from.
    pub source: AccountSource,
    /// Which of them are wanted.
    pub selection: Selection,
    /// The roles to assume, where that is to be tried.
    pub assume: Option<Roles>,
    /// How many accounts are tried at once: 1 or more.
    pub at_once: usize,
    /// How long the role of one account may take.
    pub account_timeout: Duration,
}

/// An account and what a scan would do with it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedAccount {
    /// The account.
    pub account: Account,
    /// Whether a scan would read it.
    pub scope: Scope,
    /// Whether its role can be assumed.
    pub role: RoleCheck,
}

/// Whether a scan would read an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// It would.
    InScope,
    /// It would not, for this reason.
    Out(String),
    /// It should, or may have to, and could not, for this reason.
    Lost(String),
}

/// The accounts, and what is wrong with the list.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedAccounts {
    /// The accounts, by id.
    pub accounts: Vec<CheckedAccount>,
    /// Why a scan of them would be incomplete: accounts that the user named and that are not there, or a selection that
    /// leaves none.
    pub gaps: Vec<AccountGap>,
    /// The exclusions that match no account.
    pub notes: Vec<AccountNote>,
}

impl CheckedAccounts {
    /// Whether a scan could open a session in every account that it is to read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_lost =
            |row: &CheckedAccount| matches!(row.scope, Scope::Lost(_)) || matches!(row.role, RoleCheck::Failed { .. });
        self.gaps.is_empty() && !self.accounts.iter().any(is_lost)
    }
}

/// Lists the accounts, and tries their roles where asked to.
///
/// # Errors
/// When the accounts cannot be listed to the end: a part of them is not the organization.
pub async fn check_accounts(aws: &Aws, options: &CheckOptions) -> Result<CheckedAccounts, StartError> {
    let preflight = discover::preflight(aws, &options.source, &options.selection).await?;
    let mut checked = list(aws, options, &preflight).await?;
    let Some(roles) = &options.assume else { return Ok(checked) };
    let tried = stream::iter(checked.accounts).map(|mut row| async {
        if row.scope == Scope::InScope {
            let session = open_session(aws, &preflight.caller, roles, row.account.id, options.account_timeout).await;
            row.role =
                session.map_or_else(|error| RoleCheck::Failed { reason: error.to_string() }, |_| RoleCheck::Assumed);
        }
        row
    });
    checked.accounts = tried.buffered(options.at_once).collect().await;
    Ok(checked)
}

async fn list(aws: &Aws, options: &CheckOptions, preflight: &Preflight) -> Result<CheckedAccounts, StartError> {
    let mut listing = pin!(discover::accounts(aws, &options.source, preflight));
    let (mut accounts, mut remaining) = (BTreeMap::new(), Remaining::default());
    while let Some(listed) = listing.next().await {
        let listed = listed.map_err(|error| discover::organization_error(aws, error))?;
        // A list that changes while it is read may name an account on two pages.
        if let Entry::Vacant(entry) = accounts.entry(listed.account.id) {
            let choice = options.selection.choose(&listed, &preflight.selected_units);
            remaining.count(&choice);
            entry.insert(CheckedAccount {
                account: listed.account,
                scope: Scope::of(choice),
                role: RoleCheck::NotTried,
            });
        }
    }
    let missing = options.selection.accounts.iter().filter(|id| !accounts.contains_key(id));
    let mut gaps: Vec<_> = missing.map(|id| not_listed(*id)).collect();
    if gaps.is_empty() {
        gaps.extend(remaining.nothing_left(&options.selection));
    }
    let notes = unmatched_exclusions(&options.selection, |id| accounts.contains_key(id)).collect();
    Ok(CheckedAccounts { accounts: accounts.into_values().collect(), gaps, notes })
}

impl Scope {
    fn of(choice: Choice) -> Self {
        match choice {
            Choice::Read => Self::InScope,
            Choice::OutOfScope => Self::Out("not selected".to_owned()),
            Choice::Skip(AccountGap { reason, .. }) => Self::Out(reason),
            Choice::Fail(AccountGap { reason, .. }) => Self::Lost(reason),
        }
    }
}
