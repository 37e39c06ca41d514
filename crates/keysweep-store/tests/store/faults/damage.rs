//! Files whose pages were overwritten.

use std::{collections::BTreeMap, fs, path::Path};

use keysweep_store::{Access, StoreError};
use sqlx::{Connection, SqliteConnection};

use super::{FAIL, changed, said};
use crate::world::{Home, keys, night};

const PAGE: usize = 4096;

/// A store in one file, whose tables take several pages.
fn sound() -> (Home, Vec<u8>) {
    let home = Home::sqlite();
    for number in 1..=2 {
        let ids: Vec<_> = (0..40).map(|key| format!("N{number}K{key}")).collect();
        let list: Vec<_> = ids.iter().map(|id| (id.as_str(), FAIL)).collect();
        home.record(&(1..=2).fold(night(number), |night, account| night.with(account, keys(&list))));
    }
    let bytes = fs::read(home.place.to_string()).unwrap();
    (home, bytes)
}

/// A store of these bytes, of which those from `from` on are something else. It is in a place of its own: connections that
/// failed are closed in the background, and write what they can.
fn damaged(bytes: &[u8], from: usize, length: usize) -> Home {
    let home = Home::sqlite();
    let mut bytes = bytes.to_vec();
    bytes[from..from + length].fill(0xa5);
    fs::write(home.place.to_string(), bytes).unwrap();
    home
}

/// What is said of a damaged store when it is checked, exported, read and recorded in.
struct Said {
    check: Result<Vec<String>, StoreError>,
    export: Result<u64, StoreError>,
    lines: usize,
    recorded: Result<(), StoreError>,
}

fn attempt(home: &Home) -> Said {
    let mut out = Vec::new();
    let check = home.try_open(Access::Read).and_then(|mut store| store.check());
    let export = home.try_open(Access::Read).and_then(|mut store| store.export(&mut out));
    let recorded = home.try_record(&changed(3)).map(drop);
    Said { check, export, lines: out.iter().filter(|byte| **byte == b'\n').count(), recorded }
}

/// The first page of each table and index.
fn roots(path: &Path) -> BTreeMap<String, usize> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
        let sql = "SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0";
        let rows: Vec<(String, i64)> = sqlx::query_as(sql).fetch_all(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        rows.into_iter().map(|(name, page)| (name, usize::try_from(page - 1).unwrap() * PAGE)).collect()
    })
}

fn text(home: &Home, what: &str) -> String {
    let tried = attempt(home);
    let check = match &tried.check {
        Ok(problems) => problems.join("\n  "),
        Err(error) => said(&home.place, error),
    };
    let export = match &tried.export {
        Ok(lines) => format!("{lines} lines"),
        Err(error) => format!("{} lines, then {}", tried.lines, said(&home.place, error)),
    };
    let record = match &tried.recorded {
        Ok(()) => "done".to_owned(),
        Err(error) => said(&home.place, error),
    };
    format!("{what}\ncheck: {check}\nexport: {export}\nrecord: {record}\n")
}

#[test]
fn what_is_damaged_is_said_and_the_rest_is_exported() {
    let (home, bytes) = sound();
    let roots = roots(Path::new(&home.place.to_string()));
    let whole = home.open().export(&mut Vec::new()).unwrap();
    let mut all = vec![format!("sound: {whole} lines")];
    for table in ["store", "runs", "findings", "changes", "messages"] {
        all.push(text(&damaged(&bytes, roots[table], PAGE), table));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    sound: 579 lines
    store
    check: the engine's own check failed: database disk image is malformed
      could not be looked at (database disk image is malformed): the store has no id, or several
    export: 579 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    runs
    check: the engine's own check failed: database disk image is malformed
      could not be looked at (database disk image is malformed): runs are complete without a result, or have one and are not
      could not be looked at (database disk image is malformed): changes are of runs that are not complete
      could not be looked at (database disk image is malformed): accounts were read by runs that are not there
    export: 577 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    findings
    check: the engine's own check failed: database disk image is malformed
      could not be looked at (database disk image is malformed): findings are of no policy
      could not be looked at (database disk image is malformed): findings were opened before they were seen, or closed before they were opened
      could not be looked at (database disk image is malformed): findings are closed at no time
      could not be looked at (database disk image is malformed): findings are open without a change that says so
    export: 419 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    changes
    check: the engine's own check failed: database disk image is malformed
      could not be looked at (database disk image is malformed): findings are open without a change that says so
    export: 339 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    messages
    check: the engine's own check failed: database disk image is malformed
    export: 577 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    ");
}

#[test]
fn a_damaged_header_or_list_of_tables_is_said() {
    let (_home, bytes) = sound();
    let mut all = Vec::new();
    for (what, from, length) in
        [("magic", 0, 16), ("page size", 16, 2), ("header", 16, 84), ("tables", 100, 300), ("first page", 0, PAGE)]
    {
        all.push(text(&damaged(&bytes, from, length), what));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    magic
    check: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    export: 0 lines, then `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    record: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    page size
    check: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    export: 0 lines, then `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    record: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    header
    check: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    export: 0 lines, then `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    record: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup

    tables
    check: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    export: 0 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    first page
    check: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    export: 0 lines, then `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    record: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
}

/// Wherever the damage is, something is said of it, and nothing panics.
#[test]
fn every_page_may_be_damaged() {
    let (_home, bytes) = sound();
    for page in 0..bytes.len() / PAGE {
        // All of a page, or where it says what it holds.
        let length = if page % 2 == 0 { PAGE } else { 8 };
        let Said { check, export, recorded, .. } = attempt(&damaged(&bytes, page * PAGE, length));
        match check {
            Ok(problems) => assert!(!problems.is_empty(), "page {page}: nothing is found"),
            Err(error) => assert_says_what_to_do(page, &error),
        }
        for error in [export.map(drop), recorded].into_iter().filter_map(Result::err) {
            assert_says_what_to_do(page, &error);
        }
    }
}

fn assert_says_what_to_do(page: usize, error: &StoreError) {
    let is_named = matches!(error, StoreError::Damaged { .. } | StoreError::NotAStore { .. });
    assert!(is_named && error.hint().is_some(), "page {page}: {error:?}");
}

#[test]
fn a_file_that_was_cut_short_is_damaged() {
    let (_home, bytes) = sound();
    let mut all = Vec::new();
    for (what, length) in [("last page", bytes.len() - PAGE), ("half", bytes.len() / 2), ("header", 50)] {
        all.push(text(&damaged(&bytes[..length], 0, 0), what));
    }
    insta::assert_snapshot!(all.join("\n"), @"
    last page
    check: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    export: 0 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    half
    check: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    export: 0 lines, then store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot
    record: store `STORE` is damaged: database disk image is malformed
    hint: restore it from a backup; until then `keysweep store export` shows what can still be read, and `keysweep store check` what cannot

    header
    check: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    export: 0 lines, then `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    record: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
}
