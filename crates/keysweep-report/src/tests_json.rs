//! The results of policy tests as one JSON document, `keysweep.tests/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.tests/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `summary` | object | `cases`, `passed` and `failed`: integers |
//! | `cases` | array | the cases, in the order of their files |
//! | `coverage` | object or null | what the cases reach of the scripts; null where it was not measured |
//!
//! Each case:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `policy` | string | the policy's id |
//! | `name` | string | the case's name |
//! | `file`, `line` | string, integer | where the case stands |
//! | `passed` | boolean | whether what came is what was expected |
//! | `failure` | string or null | what was expected and what came; null where it passed |
//!
//! Coverage has `lines` and `branches`, each an object of the integers `reached` and `total`, over all files; and `files`,
//! each with its `file`, its own `lines` and `branches`, and `missed`: the `line`, the `column`, the `kind` (`line`,
//! `true`, `false`, `right_side`, `loop`) and the `message` of what no case reaches.

use std::io::{self, Write};

use serde::Serialize;

use crate::{
    CaseRow, CoverageRow, document,
    tool::{KEYSWEEP, Tool},
};

/// Writes the outcome as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(cases: &[CaseRow], coverage: Option<&[CoverageRow]>, out: &mut impl Write) -> io::Result<()> {
    document::write(&Document::new(cases, coverage), out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    summary: Summary,
    cases: Vec<Case<'a>>,
    coverage: Option<Coverage<'a>>,
}

#[derive(Serialize)]
struct Summary {
    cases: usize,
    passed: usize,
    failed: usize,
}

#[derive(Serialize)]
struct Case<'a> {
    policy: &'a str,
    name: &'a str,
    file: &'a str,
    line: usize,
    passed: bool,
    failure: Option<&'a str>,
}

#[derive(Serialize)]
struct Coverage<'a> {
    lines: Counts,
    branches: Counts,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    lines: Counts,
    branches: Counts,
    missed: Vec<Missed<'a>>,
}

#[derive(Serialize)]
struct Counts {
    reached: usize,
    total: usize,
}

#[derive(Serialize)]
struct Missed<'a> {
    line: usize,
    column: usize,
    kind: &'static str,
    message: &'a str,
}

impl<'a> Document<'a> {
    fn new(cases: &'a [CaseRow], coverage: Option<&'a [CoverageRow]>) -> Self {
        let failed = cases.iter().filter(|case| case.failure.is_some()).count();
        Self {
            schema: "keysweep.tests/v1",
            tool: KEYSWEEP,
            summary: Summary { cases: cases.len(), passed: cases.len() - failed, failed },
            cases: cases.iter().map(Case::new).collect(),
            coverage: coverage.map(Coverage::new),
        }
    }
}

impl<'a> Case<'a> {
    fn new(row: &'a CaseRow) -> Self {
        Self {
            policy: &row.policy,
            name: &row.name,
            file: &row.file,
            line: row.line,
            passed: row.failure.is_none(),
            failure: row.failure.as_deref(),
        }
    }
}

impl<'a> Coverage<'a> {
    fn new(rows: &'a [CoverageRow]) -> Self {
        let sum = |of: fn(&CoverageRow) -> (usize, usize)| {
            rows.iter().map(of).fold(Counts { reached: 0, total: 0 }, |sum, (reached, total)| Counts {
                reached: sum.reached + reached,
                total: sum.total + total,
            })
        };
        Self {
            lines: sum(|row| row.lines),
            branches: sum(|row| row.branches),
            files: rows.iter().map(File::new).collect(),
        }
    }
}

impl<'a> File<'a> {
    fn new(row: &'a CoverageRow) -> Self {
        let counts = |(reached, total)| Counts { reached, total };
        let missed = |row: &'a crate::MissedRow| Missed {
            line: row.line,
            column: row.column,
            kind: row.kind,
            message: &row.message,
        };
        Self {
            file: &row.file,
            lines: counts(row.lines),
            branches: counts(row.branches),
            missed: row.missed.iter().map(missed).collect(),
        }
    }
}
