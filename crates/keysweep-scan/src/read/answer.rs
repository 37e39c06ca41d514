//! An answer about one user: in its place, unreadable, or that there is no such user.

use std::sync::Arc;

use keysweep_aws::{CallError, CallErrorKind};
use keysweep_model::{Facet, Unreadable};

use super::unreadable;
use crate::subject::Subject;

/// What is known of a user's being there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existence {
    /// It was listed. It may be gone by now, or AWS may not know it everywhere yet.
    Listed,
    /// It is still listed after AWS could not find it, and after some time.
    Confirmed,
}

/// AWS says that there is no such user.
pub(super) struct NoSuchUser;

/// Puts an answer in its place.
pub(super) fn put<T>(
    subject: &mut Subject,
    facet: Facet,
    existence: Existence,
    answer: Result<T, CallError>,
    set: impl FnOnce(&mut Subject, T),
) -> Result<(), NoSuchUser> {
    match (answer, existence) {
        (Ok(value), _) => set(subject, value),
        (Err(error), Existence::Listed) if error.kind == CallErrorKind::NotFound => return Err(NoSuchUser),
        (Err(error), Existence::Confirmed) if error.kind == CallErrorKind::NotFound => {
            let reason = format!("{error}, although iam:ListUsers lists the user");
            subject.set_unreadable(&missing(facet, &reason));
        }
        (Err(error), Existence::Listed | Existence::Confirmed) => subject.set_unreadable(&unreadable(facet, &error)),
    }
    Ok(())
}

pub(super) fn missing(facet: Facet, reason: &str) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: reason.to_owned() })
}
