//! `keysweep exemptions`: the register, for those who keep it.

use std::path::PathBuf;

use jiff::Timestamp;
use keysweep_report::{ExemptionRow, exemptions_json};
use keysweep_scan::{Exemption, Register};

use crate::{
    cli::{ExemptionsCommand, history::ListingFormat},
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::Destination,
    settings, terminal,
};

/// Runs a command for the register. `layered` lays flags over the configuration file.
pub(super) fn run(
    command: ExemptionsCommand,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    let now = edge.clock.now();
    match command {
        ExemptionsCommand::Check { file, policy } => {
            let (register, config) = read(file, layered(policy.into())?, now)?;
            check(&register, &config, now)
        }
        ExemptionsCommand::List { file, format } => {
            let (register, _) = read(file, layered(Config::default())?, now)?;
            list(&register, format, edge, now)
        }
    }
}

/// The register in `file`, or else the one that `config` names.
fn read(file: Option<PathBuf>, mut config: Config, now: Timestamp) -> Result<(Register, Config), Failure> {
    if file.is_some() {
        config.judging.exemptions_file = file;
        config.judging.exemptions = None;
    }
    let register = settings::register(&config, now)?.ok_or_else(|| {
        Failure::usage("there is no register of exemptions").hint("name its file, or write exemptions.yaml")
    })?;
    Ok((register, config))
}

/// Prints the exemptions, those that end first at the top.
fn list(register: &Register, format: ListingFormat, edge: &Edge, now: Timestamp) -> Result<Exit, Failure> {
    match format {
        ListingFormat::Text => {
            let list = terminal::exemptions(register.exemptions(), now, &edge.stdout);
            Destination::Stdout.print(&list, edge.stdout.color)?;
        }
        ListingFormat::Json => {
            let mut rows: Vec<ExemptionRow> = register.exemptions().iter().map(|it| row(it, now)).collect();
            rows.sort_by_key(|row| row.expires);
            Destination::Stdout.deliver(|out| exemptions_json::write(&rows, now, out))?;
        }
    }
    Ok(Exit::Clean)
}

fn row(exemption: &Exemption, now: Timestamp) -> ExemptionRow {
    ExemptionRow {
        id: exemption.id.clone(),
        policies: exemption.policies.clone(),
        accounts: exemption.accounts.clone(),
        ou: exemption.ou.clone(),
        user: exemption.user.as_ref().map(ToString::to_string),
        access_key_id: exemption.access_key_id.as_ref().map(ToString::to_string),
        tags: exemption.tags.clone(),
        reason: exemption.reason.clone(),
        owner: exemption.owner.clone(),
        ticket: exemption.ticket.clone(),
        approved_by: exemption.approved_by.clone(),
        expires: exemption.expires,
        expired: exemption.has_expired(now),
        days_left: exemption.days_left(now),
    }
}

/// Says what is wrong with the register beyond its form: expired exemptions, and policies that do not exist.
fn check(register: &Register, config: &Config, now: Timestamp) -> Result<Exit, Failure> {
    let policies = settings::policies(config)?;
    let mut problems = Vec::new();
    for exemption in register.exemptions() {
        for id in &exemption.policies {
            if !policies.iter().any(|listed| listed.policy.id() == id) {
                problems
                    .push(format!("error: exemption `{}` names the policy `{id}`, which does not exist", exemption.id));
            }
        }
        if exemption.has_expired(now) {
            let day = exemption.expires.strftime("%Y-%m-%d");
            problems.push(format!("error: exemption `{}` expired on {day}: remove it or renew it", exemption.id));
        }
    }
    if !problems.is_empty() {
        return Err(Failure::listing(problems.join("\n")));
    }
    edge::say(&format!("{} checked, nothing wrong", terminal::count(register.exemptions().len() as u64, "exemption")));
    Ok(Exit::Clean)
}
