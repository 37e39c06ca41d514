//! What is wrong with policy files as one JSON document, `keysweep.diagnostics/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.diagnostics/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `summary` | object | `files` that were checked, `errors` and `warnings`: integers |
//! | `diagnostics` | array | what is wrong, file by file |
//!
//! Each diagnostic:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `file` | string | the file, as it was named |
//! | `code` | string | which of all that can be wrong it is, such as `unknown-property` |
//! | `level` | string | `error` or `warning` |
//! | `message` | string | what is wrong |
//! | `help` | string or null | what to do about it |
//! | `line`, `column`, `length` | integer or null | the piece that it is about, in characters, counted from 1; null where it is the whole file |

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    DiagnosticRow, document,
    tool::{KEYSWEEP, Tool},
};

/// Writes what is wrong with so many files as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(files: usize, rows: &[DiagnosticRow<'_>], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let count = |level: &str| rows.iter().filter(|row| row.code.level == level).count();
    let document = Document {
        schema: "keysweep.diagnostics/v1",
        tool: KEYSWEEP,
        summary: Summary { files, errors: count("error"), warnings: count("warning") },
        diagnostics: rows.iter().map(Diagnostic::of).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    summary: Summary,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    errors: usize,
    warnings: usize,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    file: &'a str,
    code: &'a str,
    level: &'a str,
    message: &'a str,
    help: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    length: Option<usize>,
}

impl<'a> Diagnostic<'a> {
    fn of(row: &DiagnosticRow<'a>) -> Self {
        Self {
            file: row.file,
            code: row.code.code,
            level: row.code.level,
            message: row.message,
            help: row.help,
            line: row.place.map(|place| place.line),
            column: row.place.map(|place| place.column),
            length: row.place.map(|place| place.length),
        }
    }
}
