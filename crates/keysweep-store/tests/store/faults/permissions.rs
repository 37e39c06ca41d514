//! Who may read and write the files of a store.

use std::{
    collections::BTreeMap,
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown},
    path::Path,
};

use super::{
    changed,
    child::{NOBODY, child_without_rights, is_root, said_by},
    usual,
};
use crate::world::Home;

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// The files of the folder with their modes.
fn modes(home: &Home) -> BTreeMap<String, String> {
    let entries = fs::read_dir(home.folder.path()).unwrap().map(Result::unwrap);
    entries
        .map(|entry| {
            let mode = entry.metadata().unwrap().mode() & 0o7777;
            (entry.file_name().to_string_lossy().into_owned(), format!("{mode:o}"))
        })
        .collect()
}

#[test]
fn only_the_owner_may_read_what_is_kept() {
    let home = Home::sqlite();
    let night = usual(1);
    let mut recorder = home.begin(&night).unwrap();
    night.give(&mut recorder).unwrap();
    insta::assert_debug_snapshot!(modes(&home), @r#"
    {
        "keysweep.db": "600",
        "keysweep.db-lock": "600",
        "keysweep.db-shm": "600",
        "keysweep.db-wal": "600",
    }
    "#);
    let (store, _) = recorder.finish(&night.result()).unwrap();
    store.close().unwrap();
    insta::assert_debug_snapshot!(modes(&home), @r#"
    {
        "keysweep.db": "600",
    }
    "#);
}

/// A store of one night, which belongs to a user without rights, in a folder that everybody may look into.
fn of_nobody() -> Home {
    let home = Home::sqlite();
    home.record(&usual(1));
    set_mode(home.folder.path(), 0o755);
    if is_root() {
        chown(home.folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        chown(home.place.to_string(), Some(NOBODY), Some(NOBODY)).unwrap();
    }
    home
}

/// Waits until the connections of this process are closed, which they are by threads of their own: the last one takes the
/// files of SQLite along.
fn until_closed(home: &Home) {
    let beside = home.folder.path().join("keysweep.db-shm");
    while beside.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

fn attempts(home: &Home) -> String {
    let tasks = ["read", "record"];
    tasks.map(|task| format!("{task}: {}", said_by(&mut child_without_rights(task, home)))).join("\n")
}

#[test]
fn a_file_that_may_only_be_read_is_read() {
    let home = of_nobody();
    let before = home.history();
    set_mode(home.place.to_string(), 0o400);
    insta::assert_snapshot!(attempts(&home), @"
    read: done
    record: store `STORE` cannot be written to: attempt to write a readonly database
    hint: check the modes of the file and of its folder; to read it only, it may be copied to a folder that you may write to
    ");
    assert_eq!(said_by(&mut child_without_rights("history", &home)), before.trim_end());
    set_mode(home.place.to_string(), 0o600);
    assert_eq!(home.record(&changed(2)).number, 2);
}

#[test]
fn a_folder_that_may_only_be_read_is_said() {
    let home = of_nobody();
    // The copy of the program has to be there before.
    assert_eq!(said_by(&mut child_without_rights("read", &home)), "done");
    until_closed(&home);
    set_mode(home.folder.path(), 0o555);
    insta::assert_snapshot!(attempts(&home), @"
    read: store `STORE` cannot be written to: to read it, SQLite makes files beside it, and may not
    hint: check the modes of the file and of its folder; to read it only, it may be copied to a folder that you may write to
    record: store `STORE` cannot be written to: attempt to write a readonly database
    hint: check the modes of the file and of its folder; to read it only, it may be copied to a folder that you may write to
    ");
    set_mode(home.folder.path(), 0o755);
    assert_eq!(home.record(&changed(2)).number, 2);
}

#[test]
fn a_file_that_may_not_be_read_is_said() {
    let home = of_nobody();
    set_mode(home.place.to_string(), 0);
    insta::assert_snapshot!(attempts(&home), @"
    read: store `STORE` could not be read or written: Permission denied (os error 13)
    hint: check that the folder is there, the modes of both, and the disk and its limits
    record: store `STORE` could not be read or written: Permission denied (os error 13)
    hint: check that the folder is there, the modes of both, and the disk and its limits
    ");
}
