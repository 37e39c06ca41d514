//! Findings of a store, or how many there are of each group, as CSV with a header line.
//!
//! The columns of findings are the keys of a finding of `keysweep.findings/v1`, with the parts of an object in columns of
//! their own: `exempted_by` is `policy` or the id of an exemption of the register. What is not known is an empty cell.
//! Characters that cannot be seen are written as `\u{202e}`. A spreadsheet runs a cell that begins with `=`, `+`, `-`, `@`,
//! a tab or a carriage return as a formula, and anyone who may name a user writes into these cells: such a cell begins with
//! an apostrophe. Source: owasp.org/www-community/attacks/CSV_Injection

use std::{
    borrow::Cow,
    io::{self, Write},
};

use csv::{ErrorKind, Writer};
use jiff::Timestamp;
use keysweep_model::{FindingGroup, GroupBy, RecordedFinding, Severity, escaped};

use super::{Each, parts::Exemption, parts::owner};

/// The header of findings.
const FINDING: [&str; 28] = [
    "id",
    "policy",
    "policy_title",
    "state",
    "status",
    "severity",
    "first_severity",
    "account_id",
    "account_name",
    "ou_path",
    "resource_type",
    "resource_arn",
    "resource_id",
    "user_name",
    "owner",
    "message",
    "remedy",
    "exempted_by",
    "exempted_until",
    "first_seen_at",
    "opened_at",
    "open_days",
    "last_seen_run",
    "last_seen_at",
    "not_judged",
    "resolved_run",
    "resolved_at",
    "resolved_reason",
];

/// Writes the findings that `each` gives, a line each. They are written as they come. What is open has been open until
/// `as_of`.
///
/// # Errors
/// When `out` refuses what is written, or `each` fails.
pub fn write(as_of: Timestamp, each: &mut Each<'_>, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut out = Writer::from_writer(out);
    out.write_record(FINDING).map_err(refused)?;
    each(&mut |finding| out.write_record(cells(&finding, as_of).map(cell)).map_err(refused))?;
    out.flush()
}

/// Writes how many findings there are of each group, a line each.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write_groups(by: GroupBy, groups: &[FindingGroup], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut out = Writer::from_writer(out);
    let worst_first = || Severity::ALL.iter().rev();
    let header = [by.as_str(), "label", "findings"].into_iter();
    out.write_record(header.chain(worst_first().map(|severity| severity.as_str())).chain(["oldest"]))
        .map_err(refused)?;
    for group in groups {
        let named = [group.key.clone().unwrap_or_default(), group.label.clone(), group.findings.to_string()];
        let counts = worst_first().map(|it| group.by_severity.get(it).copied().unwrap_or(0).to_string());
        let record = named.into_iter().chain(counts).chain([group.oldest.to_string()]);
        out.write_record(record.map(cell)).map_err(refused)?;
    }
    out.flush()
}

fn cells(finding: &RecordedFinding, as_of: Timestamp) -> [String; 28] {
    let exemption = finding.exemption.as_ref().map(Exemption::new);
    let resolved = finding.resolved.as_ref();
    [
        finding.id.to_string(),
        finding.policy.to_string(),
        finding.policy_title.clone(),
        finding.state().to_string(),
        finding.status.to_string(),
        finding.severity.to_string(),
        finding.first_severity.to_string(),
        finding.account_id.to_string(),
        finding.account_name.clone(),
        finding.ou_path.clone().unwrap_or_default(),
        finding.resource_type.to_string(),
        finding.resource_arn.clone(),
        finding.resource_id.clone().unwrap_or_default(),
        text(finding.user_name.as_ref()),
        text(owner(&finding.owner)),
        finding.message.clone(),
        finding.remedy.to_string(),
        text(exemption.as_ref().map(|exemption| exemption.id.unwrap_or(exemption.by))),
        text(exemption.as_ref().and_then(|exemption| exemption.until)),
        finding.first_seen.at.to_string(),
        finding.opened.at.to_string(),
        super::open_days(finding, as_of).to_string(),
        finding.last_seen.run.to_string(),
        finding.last_seen.at.to_string(),
        finding.not_judged.clone().unwrap_or_default(),
        text(resolved.map(|resolved| resolved.moment.run)),
        text(resolved.map(|resolved| resolved.moment.at)),
        text(resolved.map(|resolved| &resolved.reason)),
    ]
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// The cell in characters that can be seen, and that no spreadsheet runs.
fn cell(text: String) -> String {
    let seen = match escaped(&text) {
        Cow::Borrowed(_) => None,
        Cow::Owned(seen) => Some(seen),
    };
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let seen = seen.unwrap_or(text);
    if is_formula { format!("'{seen}") } else { seen }
}

/// The error that the writer met with.
fn refused(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}
