//! The accounts with their scope, and on request whether their roles can be assumed: a scan's first steps without the
//! scan.

use std::pin::pin;

use futures::{StreamExt, stream};
use keysweep_aws::Aws;
use keysweep_model::{Account, AccountGap};

use crate::{
    account::open_session,
    discover::{self, AccountSource, StartError},
    scan::Roles,
    select::{Choice, Selection},
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
}

/// An account and what a scan would do with it.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedAccount {
    /// The account.
    pub account: Account,
    /// Whether a scan would read it.
    pub scope: Scope,
    /// Whether its role can be assumed, or why not; none where it was not tried.
    pub check: Option<Result<(), String>>,
}

/// Whether a scan would read an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// It would.
    InScope,
    /// It would not, for this reason.
    Out(String),
}

/// Lists the accounts, and tries their roles where asked to.
///
/// # Errors
/// When the accounts cannot be listed to the end: a part of them is not the organization.
pub async fn check_accounts(aws: &Aws, options: &CheckOptions) -> Result<Vec<CheckedAccount>, StartError> {
    let ground = discover::survey(aws, &options.source, &options.selection).await?;
    let mut accounts = pin!(discover::accounts(aws, &options.source, &ground));
    let mut rows = Vec::new();
    while let Some(listed) = accounts.next().await {
        let listed = listed.map_err(discover::organization_error)?;
        let scope = match options.selection.choose(&listed, &ground.selected_units) {
            Choice::Read => Scope::InScope,
            Choice::OutOfScope => Scope::Out("not selected".to_owned()),
            Choice::Skip(AccountGap { reason, .. }) | Choice::Fail(AccountGap { reason, .. }) => Scope::Out(reason),
        };
        rows.push(CheckedAccount { account: listed.account, scope, check: None });
    }
    rows.sort_by_key(|row| row.account.id);
    let Some(roles) = &options.assume else { return Ok(rows) };
    let checked = stream::iter(rows).map(|mut row| async {
        if row.scope == Scope::InScope {
            let session = open_session(aws, &ground.caller, roles, row.account.id).await;
            row.check = Some(session.map(drop));
        }
        row
    });
    Ok(checked.buffered(options.at_once).collect().await)
}
