//! `keysweep policy list`: the policies that there are, and which of them run.

use keysweep_model::escaped;
use keysweep_policy::Policy;
use keysweep_report::{PolicyRow, policies_json};

use crate::{
    cli::policy::ListFormat,
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
    settings::{self, Listed},
    terminal,
};

/// Prints the list.
pub(super) fn run(format: ListFormat, config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let policies = settings::policies(config)?;
    match format {
        ListFormat::Text => {
            Destination::Stdout.print(&terminal::policies(&policies, &edge.stdout), edge.stdout.color)?;
        }
        ListFormat::Json => {
            let rows: Vec<PolicyRow> = policies.iter().map(row).collect();
            Destination::Stdout.deliver(|out| policies_json::write(&rows, out))?;
        }
        ListFormat::Markdown => Destination::Stdout.print(&markdown(&policies), false)?,
    }
    Ok(Exit::Clean)
}

fn row(Listed { policy, enabled }: &Listed) -> PolicyRow {
    PolicyRow { policy: policy.summary(), enabled: *enabled }
}

/// The newest CIS benchmark that the shipped policies name controls of.
const CIS: &str = "cis-aws-7.0";

fn markdown(policies: &[Listed]) -> String {
    // A name or a title must not end its cell or its row.
    let cell = |text: &str| escaped(text).replace('|', "\\|");
    let mut table =
        "| policy | demands | severity | judges | by default | CIS 7.0 |\n|---|---|---|---|---|---|\n".to_owned();
    for Listed { policy, enabled } in policies {
        let metadata = policy.metadata();
        let default = if *enabled { defaults(policy) } else { "off".to_owned() };
        let controls = metadata.frameworks.get(CIS).map(|controls| cell(&controls.join(", "))).unwrap_or_default();
        let (id, title, default) = (policy.id(), cell(&metadata.title), cell(&default));
        table +=
            &format!("| `{id}` | {title} | {} | {} | {default} | {controls} |\n", metadata.severity, metadata.resource);
    }
    table
}

/// The parameters that a policy runs with, in a line.
fn defaults(policy: &Policy) -> String {
    let params = policy.summary().params;
    if params.is_empty() {
        return "on".to_owned();
    }
    let shown = params.iter().map(|(name, value)| format!("`{name}: {}`", terminal::show(value)));
    shown.collect::<Vec<_>>().join(", ")
}
