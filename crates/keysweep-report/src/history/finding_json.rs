//! One finding of a store with all that happened to it, as one JSON document, `keysweep.finding/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.finding/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `as_of` | time | when it was asked for |
//! | `finding` | object | the finding as it is now, as in `keysweep.findings/v1` |
//! | `changes` | array | what happened, the oldest first |
//!
//! A change:
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `run` | integer | the number of the run |
//! | `run_id` | string or null | the id of the run; null where it was removed from the store |
//! | `at` | time | when that run began to read |
//! | `kind` | string | `new`, `reopened`, `changed`, `resolved`, `not_judged` or `judged_again` |
//! | `before`, `after` | object or null | how it was reported before, and is reported since: `status`, `severity`, and `exempted_by`, which is `policy`, the id of an exemption of the register, or null; null as a whole where it was not reported |
//! | `reason` | string | why, or what was said of it then |

use std::io::{self, Write};

use jiff::Timestamp;
use keysweep_model::{self as model, FindingHistory};
use serde::Serialize;

use super::parts::{Finding, Standing};
use crate::{
    document,
    parts::to_millisecond,
    tool::{KEYSWEEP, Tool},
};

/// Writes the finding as it is `as_of` that time, as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(history: &FindingHistory, as_of: Timestamp, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Document {
        schema: "keysweep.finding/v1",
        tool: KEYSWEEP,
        as_of: to_millisecond(as_of),
        finding: Finding::new(&history.finding, as_of),
        changes: history.changes.iter().map(Change::new).collect(),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    as_of: Timestamp,
    finding: Finding<'a>,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    run: u64,
    run_id: Option<&'a str>,
    at: Timestamp,
    kind: &'static str,
    before: Option<Standing<'a>>,
    after: Option<Standing<'a>>,
    reason: &'a str,
}

impl<'a> Change<'a> {
    fn new(change: &'a model::Change) -> Self {
        Self {
            run: change.moment.run,
            run_id: change.run_id.as_deref(),
            at: change.moment.at,
            kind: change.kind.as_str(),
            before: change.before.as_ref().map(Standing::new),
            after: change.after.as_ref().map(Standing::new),
            reason: &change.reason,
        }
    }
}
