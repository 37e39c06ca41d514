//! `keysweep accounts`.

use keysweep_aws::{Aws, Endpoint};
use keysweep_model::AccountId;
use keysweep_report::{AccountList, AccountRow, accounts_json};
use keysweep_scan::{CheckOptions, CheckedAccount, Scope, check_accounts};

use crate::{
    config::{Config, Format},
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings::Settings,
    terminal::{self, View},
};

/// Lists the accounts. What would make a scan incomplete makes the exit code 3: a role that cannot be assumed, an account
/// that was named and is not there, a selection that leaves none.
pub(super) async fn run(config: Config, check: bool, edge: &Edge) -> Result<Exit, Failure> {
    let settings = Settings::resolve(config, edge.clock.now())?;
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    let endpoint = Endpoint::Default { profile: settings.profile.clone(), region: settings.region.clone() };
    let aws = Aws::connect(settings.connect_options(endpoint, edge.clock.clone())).await;
    let options = CheckOptions {
        source: settings.scan.source,
        selection: settings.scan.selection,
        assume: check.then_some(settings.scan.roles),
        at_once: settings.scan.concurrency.accounts,
        account_timeout: settings.scan.account_timeout,
    };
    let accounts = check_accounts(&aws, &options).await?;
    let is_complete = accounts.is_complete();
    let list = AccountList {
        accounts: accounts.accounts.into_iter().map(row).collect(),
        problems: accounts.gaps.iter().map(|gap| sentence(gap.account_id, &gap.reason)).collect(),
        notes: accounts.notes.iter().map(|note| sentence(Some(note.account_id), &note.reason)).collect(),
    };
    let view = View { color: edge.stdout.color && !destination.is_file(), ..edge.stdout };
    match settings.output.format {
        Format::Json => destination.deliver(|mut out| accounts_json::write(&list, &mut out))?,
        Format::Text => destination.print(&terminal::accounts(&list, &view), view.color)?,
    }
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
        ou_path: account.ou_path.known().cloned(),
        state: account.state,
        scope: match scope {
            Scope::InScope => keysweep_report::Scope::In,
            Scope::Out(reason) | Scope::Lost(reason) => keysweep_report::Scope::Out { reason },
        },
        role,
    }
}
