//! `keysweep accounts`.

use keysweep_aws::{Aws, Clock, Endpoint};
use keysweep_report::{AccountRow, accounts_json};
use keysweep_scan::{CheckOptions, CheckedAccount, Scope, check_accounts};

use crate::{
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings::{Format, Settings},
    terminal::{self, View},
};

/// Lists the accounts. A role that cannot be assumed makes the exit code 3.
pub(super) async fn run(config: Config, check: bool, edge: &Edge) -> Result<Exit, Failure> {
    let settings = Settings::resolve(config)?;
    let destination = Destination::open(settings.output.file.as_deref())?;
    let endpoint = Endpoint::Default { profile: settings.profile.clone(), region: settings.region.clone() };
    let aws = Aws::connect(settings.connect_options(endpoint, Clock::system())).await;
    let options = CheckOptions {
        source: settings.scan.source,
        selection: settings.scan.selection,
        assume: check.then_some(settings.scan.roles),
        at_once: settings.scan.concurrency.accounts,
    };
    let accounts = check_accounts(&aws, &options).await?;
    let rows: Vec<_> = accounts.into_iter().map(row).collect();
    let view = View { color: edge.stdout.color && !destination.is_file(), ..edge.stdout };
    destination.deliver(|mut out| match settings.output.format {
        Format::Json => accounts_json::write(&rows, &mut out),
        Format::Text => out.write_all(terminal::accounts(&rows, &view).as_bytes()),
    })?;
    let all_good = rows.iter().all(|row| !matches!(row.check, Some(Err(_))));
    Ok(if all_good { Exit::Clean } else { Exit::Incomplete })
}

fn row(checked: CheckedAccount) -> AccountRow {
    let CheckedAccount { account, scope, check } = checked;
    AccountRow {
        id: account.id,
        name: account.name,
        ou_path: account.ou_path.known().cloned(),
        state: account.state,
        scope: match scope {
            Scope::InScope => keysweep_report::Scope::In,
            Scope::Out(reason) => keysweep_report::Scope::Out { reason },
        },
        check,
    }
}
