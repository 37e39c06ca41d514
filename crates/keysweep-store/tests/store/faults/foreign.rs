//! Places that are not, or not plainly, the file of a store.

use std::{
    fs,
    os::unix::fs::{FileTypeExt, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use keysweep_store::{Access, Place, Store};
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::{refusal, usual};
use crate::world::{Home, options};

/// What is said to somebody who reads `path`, and to somebody who records in it. The file is left as it was.
fn both(path: &Path) -> String {
    let place = Place::parse(path.to_str().unwrap()).unwrap();
    let before = path.is_file().then(|| fs::read(path).unwrap());
    let reading = refusal(&place, Store::open(&place, Access::Read, options("1 on test")));
    let recording = refusal(&place, Store::open(&place, Access::Write, options("1 on test")));
    if let Some(before) = before {
        assert_eq!(fs::read(path).unwrap(), before);
    }
    if reading == recording {
        format!("both: {reading}")
    } else {
        format!("reading: {reading}\nrecording: {recording}")
    }
}

fn path(home: &Home, name: &str) -> PathBuf {
    home.folder.path().join(name)
}

/// A database of another program.
fn database(path: &Path, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite://{}?mode=rwc", path.display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
    });
}

#[test]
fn databases_of_other_programs_are_left_alone() {
    let home = Home::sqlite();
    let (tables, marked) = (path(&home, "tables.db"), path(&home, "marked.db"));
    database(&tables, "CREATE TABLE photos (name TEXT)");
    database(&marked, "PRAGMA application_id = 77; VACUUM");
    insta::assert_snapshot!([both(&tables), both(&marked)].join("\n"), @"
    both: `STORE` is not a store: it is an SQLite database of another program
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    both: `STORE` is not a store: it is an SQLite database of another program
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
}

#[test]
fn other_files_are_left_alone() {
    let home = Home::sqlite();
    let (text, short) = (path(&home, "text"), path(&home, "short"));
    fs::write(&text, "first line of a text\n".repeat(500)).unwrap();
    fs::write(&short, "x").unwrap();
    insta::assert_snapshot!([both(&text), both(&short)].join("\n"), @"
    both: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    both: `STORE` is not a store: it is not an SQLite database
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
}

#[test]
fn an_empty_file_is_no_store_to_read_and_becomes_one() {
    let home = Home::sqlite();
    fs::write(home.place.to_string(), "").unwrap();
    insta::assert_snapshot!(refusal(&home.place, home.try_open(Access::Read)), @"
    `STORE` is not a store: it is empty
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
    assert_eq!(home.record(&usual(1)).number, 1);
}

#[test]
fn nothing_is_waited_for_at_a_pipe_and_nothing_is_written_to_a_folder() {
    let home = Home::sqlite();
    let (pipe, folder) = (path(&home, "pipe"), path(&home, "folder"));
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    fs::create_dir(&folder).unwrap();
    insta::assert_snapshot!([both(&pipe), both(&folder)].join("\n"), @"
    both: `STORE` is not a store: it is a device or a pipe
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    both: `STORE` is not a store: it is a folder
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 0);
}

#[test]
fn a_device_is_no_store() {
    let home = Home::sqlite();
    let device = path(&home, "device");
    // Only the administrator may make one.
    let made = Command::new("mknod").arg(&device).args(["c", "1", "3"]).output().unwrap();
    if !made.status.success() {
        return;
    }
    let said = both(&device);
    assert!(fs::metadata(&device).unwrap().file_type().is_char_device());
    insta::assert_snapshot!(said, @"
    both: `STORE` is not a store: it is a device or a pipe
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
}

#[test]
fn a_folder_that_is_not_there_is_not_made() {
    let home = Home::sqlite();
    insta::assert_snapshot!(both(&path(&home, "none/keysweep.db")), @"
    reading: there is no store `STORE`
    hint: record a run first: `keysweep scan --store FILE`
    recording: store `STORE` could not be read or written: No such file or directory (os error 2)
    hint: check that the folder is there, the modes of both, and the disk and its limits
    ");
    assert!(!path(&home, "none").exists());
}

#[test]
fn a_link_to_nothing_is_not_followed() {
    let home = Home::sqlite();
    symlink(path(&home, "gone.db"), path(&home, "link.db")).unwrap();
    insta::assert_snapshot!(both(&path(&home, "link.db")), @"
    reading: there is no store `STORE`
    hint: record a run first: `keysweep scan --store FILE`
    recording: `STORE` is not a store: it is a link to a file that is not there
    hint: name another file, or none that is there yet; where it was a store, restore it from a backup
    ");
    assert!(!path(&home, "gone.db").exists());
}

/// Another user of the folder may have put it there.
#[test]
fn what_a_lock_file_points_at_is_not_overwritten() {
    let home = Home::sqlite();
    home.record(&usual(1));
    let (target, link) = (path(&home, "target"), path(&home, "keysweep.db-lock"));
    fs::write(&target, "precious").unwrap();
    symlink(&target, &link).unwrap();
    insta::assert_snapshot!(refusal(&home.place, home.try_record(&usual(2))), @"
    store `STORE` could not be read or written: `STORE-lock`, its lock, is not a regular file: remove it
    hint: check that the folder is there, the modes of both, and the disk and its limits
    ");
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    fs::remove_file(link).unwrap();
    assert_eq!(home.record(&usual(3)).number, 2);
}

#[test]
fn a_link_to_a_store_is_the_same_store_with_the_same_lock() {
    let home = Home::sqlite();
    home.record(&usual(1));
    symlink(home.place.to_string(), path(&home, "link.db")).unwrap();
    let link = Place::parse(path(&home, "link.db").to_str().unwrap()).unwrap();
    let linked = Home { place: link, folder: tempfile::tempdir().unwrap() };
    assert_eq!(linked.history(), home.history());
    let (first, mut second) = (home.begin(&usual(2)).unwrap(), options("2 on test"));
    second.timeout = std::time::Duration::ZERO;
    let opened = Store::open(&linked.place, Access::Write, second).unwrap();
    let begun = keysweep_store::Recorder::begin(opened, usual(3).new_run(), tempfile::tempfile().unwrap());
    insta::assert_snapshot!(refusal(&linked.place, begun), @"
    store `STORE` is in use by process 1 on test; waited 0 s for it
    hint: run again when it is done, or wait longer with --store-timeout
    ");
    first.interrupt();
    assert_eq!(linked.record(&usual(4)).number, 3);
    assert_eq!(home.open().runs(None).unwrap().len(), 3);
    // SQLite keeps its files beside the real one.
    assert!(!path(&home, "link.db-wal").exists());
}
