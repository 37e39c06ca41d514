//! `keysweep policy test`: the cases that stand beside policies, and what they reach.

use keysweep_policy::cases::{self, Options, Report};
use keysweep_report::{CaseRow, CoverageRow, MissedRow, junit, tests_json};

use crate::{
    cli::policy::{TestArgs, TestFormat},
    config::Config,
    edge,
    exit::{Exit, Failure},
    output::Destination,
    settings,
};

/// Runs the cases and prints the results. Cases that fail, and a coverage that is too low, make the exit code 1.
pub(super) fn run(args: &TestArgs, config: &Config) -> Result<Exit, Failure> {
    let coverage = args.coverage || args.min_coverage.is_some();
    let options = Options { filter: args.filter.clone(), coverage };
    let report = cases::run_paths(&settings::compiler(config)?, &args.paths, &options).map_err(Failure::listing)?;
    let reached = rows(&report);
    match args.format {
        TestFormat::Text => {
            Destination::Stdout.print(&format!("{report}\n"), false)?;
            Exit::Clean
        }
        TestFormat::Json => {
            Destination::Stdout
                .deliver(|mut out| tests_json::write(&cases_of(&report), reached.as_deref(), &mut out))?;
            Exit::Clean
        }
        TestFormat::Junit => {
            Destination::Stdout.deliver(|mut out| junit::write(&cases_of(&report), &mut out))?;
            Exit::Clean
        }
    };
    let reached = report.coverage.as_ref().map_or(100, |coverage| coverage.percent());
    let wanted = args.min_coverage.unwrap_or(0);
    if reached < wanted {
        edge::say(&format!("the cases reach {reached} percent, less than {wanted}"));
    }
    Ok(if report.failed() > 0 || reached < wanted { Exit::Findings } else { Exit::Clean })
}

fn cases_of(report: &Report) -> Vec<CaseRow> {
    let row = |case: &cases::CaseReport| CaseRow {
        policy: case.policy.to_string(),
        name: case.name.clone(),
        file: case.path.display().to_string(),
        line: case.line,
        failure: case.failure.clone(),
    };
    report.cases.iter().map(row).collect()
}

/// What the cases reach of each script, where that was asked.
fn rows(report: &Report) -> Option<Vec<CoverageRow>> {
    let coverage = report.coverage.as_ref()?;
    let rows = coverage.files.iter().map(|(file, reached)| {
        let (lines, branches) = (reached.lines(), reached.branches());
        let missed = reached.missed().into_iter().map(|missed| MissedRow {
            line: missed.line,
            column: missed.column,
            kind: missed.kind.as_str(),
            message: missed.what().to_owned(),
        });
        CoverageRow {
            file: file.clone(),
            lines: (lines.reached, lines.total),
            branches: (branches.reached, branches.total),
            missed: missed.collect(),
        }
    });
    Some(rows.collect())
}
