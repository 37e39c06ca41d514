//! `keysweep accounts`.

use std::io::Write;

use keysweep_aws::Aws;
use keysweep_model::AccountId;
use keysweep_report::{AccountList, AccountRow};
use keysweep_scan::{CheckedAccount, Scope, check_accounts};

use crate::{
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::{Destination, print},
    settings::AccountsSettings,
    terminal::{self, View},
};

/// Lists the accounts. What would make a scan incomplete makes the exit code 3: a role that cannot be assumed, an account
/// that was named and is not there, a selection that leaves none.
pub(super) async fn run(config: &Config, check: bool, edge: &Edge) -> Result<Exit, Failure> {
    let AccountsSettings { connection, check: options, output: to } = AccountsSettings::resolve(config, check)?;
    let destination = Destination::open(to.file.as_deref(), &edge.interrupts.drafts)?;
    let clock = edge.clock.clone();
    let aws = Aws::connect(connection.options(connection.endpoint(), options.account_timeout, clock)).await;
    let accounts = check_accounts(&aws, &options).await?;
    let is_complete = accounts.is_complete();
    let list = AccountList {
        accounts: accounts.accounts.into_iter().map(row).collect(),
        problems: accounts.gaps.iter().map(|gap| sentence(gap.account_id, &gap.reason)).collect(),
        notes: accounts.notes.iter().map(|note| sentence(Some(note.account_id), &note.reason)).collect(),
    };
    let view = View { color: edge.stdout.color && !destination.is_file(), ..edge.stdout };
    let text = |out: &mut dyn Write| print(out, view.color)(&terminal::accounts(&list, &view));
    destination.deliver(|out| to.format.accounts(&list, out, text))?;
    Ok(if is_complete { Exit::Clean } else { Exit::Incomplete })
}

fn sentence(account: Option<AccountId>, reason: &str) -> String {
    match account {
        Some(id) => format!("account {id}: {reason}"),
        None => reason.to_owned(),
    }
}

fn row(checked: CheckedAccount) -> AccountRow {
    let CheckedAccount { account, scope, role } = checked;
    AccountRow {
        id: account.id,
        name: account.name,
        ou_path: account.ou_path.value().cloned(),
        state: account.state,
        scope: match scope {
            Scope::InScope => keysweep_report::Scope::In,
            Scope::Out(reason) | Scope::Lost(reason) => keysweep_report::Scope::Out { reason },
        },
        role,
    }
}
