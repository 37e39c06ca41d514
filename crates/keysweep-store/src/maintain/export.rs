//! All of a store as lines of JSON, `keysweep.store/v1`.
//!
//! The first line is `{"schema": "keysweep.store/v1", "store": {...}}`. Every other line has one key, the name of a table,
//! and under it the row with the names of its columns. Times are milliseconds since 1970 in UTC.

use std::io::{self, Write};

use serde_json::{Map, Value as Json};

use crate::{
    Store, StoreError,
    db::{Db, Row},
};

/// The tables with their columns: numbers have a `#` before their names.
const TABLES: &[(&str, &str)] = &[
    (
        "runs",
        "#number id status source version #started_at #finished_at #as_of organization_id management_account \
         aws_partition process selection result",
    ),
    ("accounts", "id name ou_path #read_run #read_at #left_run"),
    ("run_accounts", "account #run outcome name step reason"),
    ("policies", "#number id script params title severity remedy"),
    ("run_policies", "#run #policy"),
    (
        "findings",
        "#number id #policy account user_name resource_type resource_id resource_arn owner status severity exempted_by \
         #exempted_until first_severity #first_run #first_at #opened_run #opened_at #seen_run #seen_at not_judged \
         #closed_run #closed_at closed_reason",
    ),
    (
        "changes",
        "#finding #run #at kind status_before severity_before exempted_before status severity exempted_by reason",
    ),
    ("messages", "account messages"),
    (
        "credentials",
        "#number account user_name resource_type id status #created_at used #used_at used_service used_region origin \
         #first_run #first_at #gone_run #gone_at",
    ),
    ("trend", "month ou_path severity #open #open_seconds open_days #resolved #resolved_seconds resolved_days"),
];

impl Store {
    /// Writes all that the store holds, one row a line, and gives the number of lines.
    ///
    /// # Errors
    /// When the store cannot be read, or is damaged: then all that can be read has been written. When `out` refuses what is written.
    pub fn export(&mut self, out: &mut dyn Write) -> Result<u64, StoreError> {
        let Self { db, waiting, .. } = self;
        waiting.wait(async {
            // All of it as of one moment.
            db.begin_reading().await?;
            let written = export(db, out).await;
            db.roll_back().await;
            written
        })
    }
}

async fn export(db: &mut Db, out: &mut dyn Write) -> Result<u64, StoreError> {
    let store = db
        .first("SELECT id, created_at, organization_id FROM store", &[], |row| {
            Ok(serde_json::json!({
                "id": row.text(0)?, "created_at": row.int(1)?, "organization_id": row.optional_text(2)?,
            }))
        })
        .await;
    let (store, mut damage) = match store {
        Err(error @ StoreError::Damaged { .. }) => (None, Some(error)),
        store => (store?, None),
    };
    let head = serde_json::json!({ "schema": "keysweep.store/v1", "store": store });
    writeln!(out, "{head}").map_err(StoreError::Output)?;
    let mut lines = 1;
    for (table, columns) in TABLES {
        let columns: Vec<&str> = columns.split_whitespace().collect();
        let names: Vec<&str> = columns.iter().map(|column| column.trim_start_matches('#')).collect();
        let sql = format!("SELECT {} FROM {table} ORDER BY 1, 2", names.join(", "));
        let mut refused = None;
        let mut write = |row: Row| {
            let line = Json::Object(Map::from_iter([((*table).to_owned(), object(&row, &columns)?)]));
            lines += 1;
            writeln!(out, "{}", seen(&line)).map_err(|error| {
                refused = Some(error);
                sqlx::Error::Io(io::ErrorKind::Other.into())
            })
        };
        let read = db.each(&sql, &[], &mut write).await;
        match (refused, read) {
            (Some(error), _) => return Err(StoreError::Output(error)),
            // The other tables may still be sound.
            (None, Err(error @ StoreError::Damaged { .. })) => damage = damage.or(Some(error)),
            (None, read) => read?,
        }
    }
    out.flush().map_err(StoreError::Output)?;
    damage.map_or(Ok(lines), Err)
}

fn object(row: &Row, columns: &[&str]) -> Result<Json, sqlx::Error> {
    let mut object = Map::new();
    for (place, column) in columns.iter().enumerate() {
        let value = match column.strip_prefix('#') {
            Some(_) => row.optional_int(place)?.map_or(Json::Null, Json::from),
            None => row.optional_text(place)?.map_or(Json::Null, Json::from),
        };
        object.insert(column.trim_start_matches('#').to_owned(), value);
    }
    Ok(Json::Object(object))
}

/// The line with what cannot be seen escaped. Only strings hold such characters.
fn seen(line: &Json) -> String {
    let text = line.to_string();
    if !text.contains(keysweep_model::is_unseen) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if keysweep_model::is_unseen(character) {
            character.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(character);
        }
    }
    out
}
