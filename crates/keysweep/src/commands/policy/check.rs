//! `keysweep policy check`: everything that can be known to be wrong without data.

use keysweep_files::{Code, InvalidFile};
use keysweep_policy::load;
use keysweep_report::{CodeRow, DiagnosticRow, PlaceRow, diagnostics_json, sarif};

use crate::{
    cli::policy::{CheckArgs, CheckFormat},
    config::Config,
    edge,
    exit::{Exit, Failure},
    output::Destination,
    settings, terminal,
};

/// Checks the policies and prints what is wrong.
pub(super) fn run(args: &CheckArgs, config: &Config) -> Result<Exit, Failure> {
    let loaded = load(&settings::compiler(config)?, &args.paths);
    let rows: Vec<DiagnosticRow<'_>> = loaded.problems.iter().flat_map(rows).collect();
    match args.format {
        CheckFormat::Text => {
            let files = terminal::count(loaded.files as u64, "policy file");
            loaded.all().map_err(Failure::listing)?;
            edge::say(&format!("{files} checked, nothing wrong"));
            return Ok(Exit::Clean);
        }
        CheckFormat::Json => Destination::Stdout.deliver(|out| diagnostics_json::write(loaded.files, &rows, out))?,
        CheckFormat::Sarif => {
            let codes: Vec<CodeRow<'_>> = Code::ALL.iter().map(|code| row_of(*code)).collect();
            Destination::Stdout.deliver(|out| sarif::write(&codes, &rows, out))?;
        }
    }
    Ok(if loaded.problems.is_empty() { Exit::Clean } else { Exit::Usage })
}

fn rows(error: &InvalidFile) -> impl Iterator<Item = DiagnosticRow<'_>> {
    error.diagnostics.iter().map(|diagnostic| DiagnosticRow {
        file: &error.source_name,
        code: row_of(diagnostic.code),
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        place: diagnostic.place.map(|place| PlaceRow { line: place.line, column: place.column, length: place.length }),
    })
}

fn row_of(code: Code) -> CodeRow<'static> {
    CodeRow { code: code.as_str(), explanation: code.explanation(), level: code.level().as_str() }
}
