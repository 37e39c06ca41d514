//! No room for more: the run is lost, and what was recorded before is kept.

use std::process::{Command, Stdio};

use keysweep_model::RunStatus;

use super::{
    FAIL, changed,
    child::{child, child_with_files_up_to, said_by},
    usual,
};
use crate::world::{Home, Night, keys, night};

/// A night whose findings are new, and take some ten pages.
pub(super) fn large(number: u32) -> Night {
    let ids: Vec<_> = (0..40).map(|key| format!("N{number}K{key}")).collect();
    let list: Vec<_> = ids.iter().map(|id| (id.as_str(), FAIL)).collect();
    night(number).with(1, keys(&list))
}

fn statuses(home: &Home) -> Vec<RunStatus> {
    home.open().runs(None).unwrap().iter().map(|run| run.status).collect()
}

#[test]
fn a_file_that_may_not_grow_keeps_what_it_has_and_can_be_gone_on_with() {
    let home = Home::sqlite();
    home.record(&usual(1));
    let said = said_by(&mut child_with_files_up_to(400 * 1024, "fill", &home));
    let (number, message) = said.split_once('\n').unwrap();
    let number: u32 = number.parse().unwrap();
    insta::assert_snapshot!(message, @"
    store `STORE` could not be read or written: disk I/O error while writing
    hint: check that the folder is there, the modes of both, and the disk and its limits
    ");
    // All that said it was recorded is, and the last is not.
    let mut runs = statuses(&home);
    runs.reverse();
    assert_eq!(runs.iter().filter(|status| **status == RunStatus::Complete).count(), number as usize - 1);
    assert_eq!(runs.last(), Some(&RunStatus::Interrupted), "{runs:?}");
    assert!(number > 3, "{number}");
    assert!(!home.history().contains(&format!("N{number}K")));
    assert_eq!(home.problems(), [""; 0]);
    let run = home.record(&changed(number + 1));
    assert_eq!((run.number, run.status), (u64::from(number) + 1, RunStatus::Complete));
    assert_eq!(home.problems(), [""; 0]);
}

/// In a file system of its own, which only some systems let a program make.
#[test]
fn a_full_disk_keeps_what_it_has_and_can_be_gone_on_with() {
    let home = Home::sqlite();
    let inner = child("full", &home);
    let mut command = Command::new("unshare");
    command.args(["--user", "--mount", "--map-root-user", "/bin/sh", "-c"]);
    command.arg("mount -t tmpfs -o size=1m none \"$FOLDER\" || exit 77; exec \"$0\" \"$@\"");
    command.arg(inner.get_program()).args(inner.get_args()).env("FOLDER", home.folder.path());
    command.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?)))).stderr(Stdio::null());
    let is_allowed = Command::new("unshare").args(["--user", "--mount", "--map-root-user", "true"]).status();
    if is_allowed.is_ok_and(|status| status.success()) {
        insta::assert_snapshot!(said_by(&mut command), @"
        store `STORE` could not be written: the disk is full
        hint: make room there; what was recorded before is kept
        ");
    }
}

#[test]
fn no_store_is_made_where_there_is_no_room_and_none_is_in_the_way_later() {
    let home = Home::sqlite();
    let said = said_by(&mut child_with_files_up_to(8 * 1024, "record", &home));
    insta::assert_snapshot!(said, @"
    store `STORE` could not be read or written: disk I/O error while writing
    hint: check that the folder is there, the modes of both, and the disk and its limits
    ");
    assert_eq!(home.record(&usual(1)).number, 1);
    assert_eq!(home.problems(), [""; 0]);
}
