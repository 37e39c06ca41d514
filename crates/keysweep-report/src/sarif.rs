//! What is wrong with policy files as a SARIF 2.1.0 log, which code scanning reads.
//!
//! The log has one run. Its rules are all codes, whether found or not, so that a reader can tell what was looked for;
//! each result points to its rule, and to a piece of one line where it has a place. Columns count Unicode code points.
//! Source: docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html

use std::io::{self, Write};

use serde::Serialize;

use crate::{CodeRow, DiagnosticRow, PlaceRow, document};

/// Writes what is wrong, out of all `codes`, as one pretty-printed log with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(codes: &[CodeRow<'_>], rows: &[DiagnosticRow<'_>], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    document::write(&Log::new(codes, rows), out)
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    short_description: Text<'a>,
    default_configuration: Configuration<'a>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    level: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'a str,
    message: Text<'a>,
    locations: [Location; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_column: usize,
}

impl<'a> Log<'a> {
    fn new(codes: &[CodeRow<'a>], rows: &[DiagnosticRow<'a>]) -> Self {
        let rules = codes.iter().map(|code| Rule {
            id: code.code,
            short_description: Text { text: code.explanation.into() },
            default_configuration: Configuration { level: code.level },
        });
        let driver = Driver { name: "keysweep", semantic_version: env!("CARGO_PKG_VERSION"), rules: rules.collect() };
        let results = rows.iter().map(|row| outcome(codes, row)).collect();
        let run = Run { tool: Tool { driver }, column_kind: "unicodeCodePoints", results };
        Self {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: [run],
        }
    }
}

fn outcome<'a>(codes: &[CodeRow<'a>], row: &DiagnosticRow<'a>) -> Outcome<'a> {
    let text = match row.help {
        Some(help) => format!("{} ({help})", row.message).into(),
        None => row.message.into(),
    };
    let region = row.place.map(|PlaceRow { line, column, length }| Region {
        start_line: line,
        start_column: column,
        end_column: column + length,
    });
    let physical_location = PhysicalLocation { artifact_location: ArtifactLocation { uri: uri(row.file) }, region };
    Outcome {
        rule_id: row.code.code,
        rule_index: codes.iter().position(|code| code.code == row.code.code),
        level: row.code.level,
        message: Text { text },
        locations: [Location { physical_location }],
    }
}

/// The path of a file as a reference: relative where the path is, and with everything but plain characters escaped.
/// Source: rfc-editor.org/rfc/rfc3986
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.trim_start_matches("./");
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
