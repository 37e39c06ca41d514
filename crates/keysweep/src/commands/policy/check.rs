//! `keysweep policy check`: everything that can be known to be wrong without data.

use std::path::Path;

use keysweep_files::{Code, FileKind, Found, InvalidFile};
use keysweep_policy::Compiler;
use keysweep_report::{CodeRow, DiagnosticRow, PlaceRow, diagnostics_json, sarif};

use super::load;
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
    let compiler = settings::compiler(config)?;
    let files = load::policy_files(&args.paths)?;
    let mut wrong = Vec::new();
    for (folder, file) in &files {
        wrong.extend(check(&compiler, folder, file)?);
    }
    let rows: Vec<DiagnosticRow<'_>> = wrong.iter().flat_map(rows).collect();
    match args.format {
        CheckFormat::Text if wrong.is_empty() => {
            edge::say(&format!("{} checked, nothing wrong", terminal::count(files.len() as u64, "policy file")));
        }
        CheckFormat::Text => {
            let text: Vec<String> = wrong.iter().map(ToString::to_string).collect();
            return Err(Failure::listing(text.join("\n\n")));
        }
        CheckFormat::Json => Destination::Stdout.deliver(|out| diagnostics_json::write(files.len(), &rows, out))?,
        CheckFormat::Sarif => {
            let codes: Vec<CodeRow<'_>> = Code::ALL.iter().map(|code| row_of(*code)).collect();
            Destination::Stdout.deliver(|out| sarif::write(&codes, &rows, out))?;
        }
    }
    Ok(if wrong.is_empty() { Exit::Clean } else { Exit::Usage })
}

fn check(compiler: &Compiler, folder: &Path, file: &Path) -> Result<Option<InvalidFile>, Failure> {
    let text = keysweep_files::read(FileKind::Policy, file, Found::In(folder)).map_err(Failure::usage)?.text;
    Ok(compiler.in_folder(folder).compile(&file.display().to_string(), &text).err())
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
