//! `keysweep exemptions`: the register, for those who keep it.

use std::path::PathBuf;

use jiff::Timestamp;
use keysweep_scan::Register;

use crate::{
    cli::ExemptionsCommand,
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
        ExemptionsCommand::List { file } => {
            let (register, _) = read(file, layered(Config::default())?, now)?;
            let list = terminal::exemptions(register.exemptions(), now, &edge.stdout);
            Destination::Stdout.print(&list, edge.stdout.color)?;
            Ok(Exit::Clean)
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
