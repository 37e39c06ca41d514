//! What goes wrong around a store: full disks, files and servers that are damaged, locked, foreign, or not there. What was
//! committed is still there afterwards, and each message names the file or the server and says what to do.

mod child;
mod damage;
mod foreign;
mod permissions;
mod room;
mod sharing;

#[cfg(feature = "postgres-tests")]
mod access;
#[cfg(feature = "postgres-tests")]
mod cuts;

use keysweep_model::Severity;
use keysweep_store::{Place, StoreError};

use crate::world::{Night, Says, keys, night};

const FAIL: Option<Says> = Some(Says::Fail(Severity::Medium));

/// What a user reads of an error. The place of the store is replaced.
fn said(place: &Place, error: &StoreError) -> String {
    let place = place.to_string();
    let text = format!("{error}\nhint: {}", error.hint().unwrap_or("none"));
    assert!(text.contains(&place), "`{text}` does not name `{place}`");
    text.replace(&place, "STORE")
}

/// What a user reads of what could not be done.
fn refusal<T>(place: &Place, done: Result<T, StoreError>) -> String {
    match done {
        Ok(_) => "done".to_owned(),
        Err(error) => said(place, &error),
    }
}

/// A night that finds keys in three accounts.
fn usual(number: u32) -> Night {
    let night = night(number).with(1, keys(&[("A", FAIL), ("B", FAIL)])).with(2, keys(&[("C", FAIL)]));
    night.with(3, keys(&[("D", FAIL), ("E", None)]))
}

/// A night like the usual one, after which one finding is resolved and one is new.
fn changed(number: u32) -> Night {
    let night = night(number).with(1, keys(&[("A", FAIL), ("B", None)])).with(2, keys(&[("C", FAIL)]));
    night.with(3, keys(&[("D", FAIL), ("E", FAIL)]))
}
