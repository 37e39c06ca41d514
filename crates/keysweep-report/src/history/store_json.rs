//! A store in numbers as one JSON document, `keysweep.store_info/v1`.
//!
//! | key | type | meaning |
//! |---|---|---|
//! | `schema` | string | always `keysweep.store_info/v1` |
//! | `tool` | object | `name` and `version` of the program that wrote the document |
//! | `store.place` | string | the file, or the URL without its password |
//! | `store.engine` | string | `SQLite` or `PostgreSQL`, with its version |
//! | `store.id` | string | the store's own id |
//! | `store.created_at` | time | when it was made |
//! | `store.schema_version` | integer | the version of its tables |
//! | `store.bytes` | integer | its size |
//! | `store.organization_id` | string or null | the organization whose history it holds, once a run has told that |
//! | `runs` | object | how many runs are `running`, `complete` and `interrupted` |
//! | `findings` | object | how many findings are `open`, `exempt` and `resolved` |
//! | `changes` | integer | the changes of findings |
//! | `accounts` | integer | the accounts that are in the organization as far as is known |
//! | `credentials` | integer | the credentials that are there as far as they were read |
//! | `last_run` | object or null | the newest run, as in `keysweep.runs/v1` |

use std::io::{self, Write};

use jiff::Timestamp;
use keysweep_model::StoreInfo;
use serde::Serialize;

use super::parts::{ByRunStatus, ByState, Run};
use crate::{
    document,
    parts::to_millisecond,
    tool::{KEYSWEEP, Tool},
};

/// Writes the store as one pretty-printed document with a final newline.
///
/// # Errors
/// When `out` refuses what is written.
pub fn write(info: &StoreInfo, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let document = Document {
        schema: "keysweep.store_info/v1",
        tool: KEYSWEEP,
        store: Store {
            place: &info.place,
            engine: &info.engine,
            id: &info.id,
            created_at: to_millisecond(info.created_at),
            schema_version: info.schema,
            bytes: info.bytes,
            organization_id: info.organization_id.as_deref(),
        },
        runs: ByRunStatus(&info.runs),
        findings: ByState(&info.findings),
        changes: info.changes,
        accounts: info.accounts,
        credentials: info.credentials,
        last_run: info.last_run.as_ref().map(Run::new),
    };
    document::write(&document, out)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    tool: Tool,
    store: Store<'a>,
    runs: ByRunStatus<'a>,
    findings: ByState<'a>,
    changes: u64,
    accounts: u64,
    credentials: u64,
    last_run: Option<Run<'a>>,
}

#[derive(Serialize)]
struct Store<'a> {
    place: &'a str,
    engine: &'a str,
    id: &'a str,
    created_at: Timestamp,
    schema_version: u64,
    bytes: u64,
    organization_id: Option<&'a str>,
}
