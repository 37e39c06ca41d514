//! Users who are listed, and whom AWS then does not find.
//!
//! IAM is eventually consistent: a user that is listed may answer `NoSuchEntity` for some seconds, and a user that has
//! got another name answers it for ever, while its keys work on. So a user is gone only where a list that is made
//! afterwards does not have it, by its unique id, and where asking for it by its name finds none. A user that stays in
//! the list and cannot be found is unknown.
//! Source: docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html, "Changes that I make are not always
//! immediately visible".

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use keysweep_aws::{CallErrorKind, ListedUser};
use keysweep_model::{Facet, Unreadable};

use super::{Reader, answer::Existence, user::Read};
use crate::subject::{Subject, Wants};

/// How long is waited before each look at what AWS says.
const WAITS: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(4), Duration::from_secs(10)];

/// The users by their unique ids.
type ById = HashMap<String, ListedUser>;

impl Reader<'_> {
    /// Finds out about users that AWS could not find, and reads what was wanted of those that are there.
    pub(super) async fn look_again(&mut self, mut missing: Vec<(Subject, Wants)>) -> Vec<Subject> {
        let mut found = Vec::new();
        for (round, wait) in WAITS.into_iter().enumerate() {
            if missing.is_empty() {
                break;
            }
            self.clock.sleep(wait).await;
            let existence = if round + 1 == WAITS.len() { Existence::Confirmed } else { Existence::Listed };
            let listed = match self.session.users().await {
                Ok(listed) => listed.into_iter().map(|listed| (listed.unique_id.clone(), listed)).collect::<ById>(),
                Err(error) => {
                    let why = unknown(&format!("AWS finds no such user, and then {error}"));
                    found.extend(missing.into_iter().map(|(subject, _)| subject.unreadable(&why)));
                    return found;
                }
            };
            let this = &*self;
            let looks: Vec<_> = stream::iter(missing)
                .map(|(subject, wants)| this.look(subject, wants, &listed, existence))
                .buffer_unordered(self.at_once)
                .collect()
                .await;
            missing = Vec::new();
            for look in looks {
                match look {
                    Look::Read(Read::Done(subject)) => found.push(*subject),
                    Look::Read(Read::Missing(subject, wants)) => missing.push((*subject, wants)),
                    Look::Renamed(subject) => {
                        self.counts.renamed += 1;
                        found.push(*subject);
                    }
                    Look::Replaced(subject) => {
                        self.counts.gone += 1;
                        found.push(*subject);
                    }
                    Look::Gone => self.counts.gone += 1,
                }
            }
        }
        found
    }

    async fn look(&self, subject: Subject, wants: Wants, listed: &ById, existence: Existence) -> Look {
        match subject.unique_id.as_ref().and_then(|id| listed.get(id)) {
            Some(now) if now.user.name != subject.user.name => Look::Renamed(Box::new(Subject::listed(now.clone()))),
            Some(_) => Look::Read(self.read_for(subject, wants, existence).await),
            None => match self.session.user(&subject.user.name).await {
                Err(error) if error.kind == CallErrorKind::NotFound => Look::Gone,
                Ok(now) if Some(&now.unique_id) != subject.unique_id.as_ref() => {
                    Look::Replaced(Box::new(Subject::listed(now)))
                }
                Ok(_) => Look::Read(self.read_for(subject, wants, existence).await),
                Err(error) => {
                    let why = unknown(&format!("AWS finds no such user, and then {error}"));
                    Look::Read(Read::Done(Box::new(subject.unreadable(&why))))
                }
            },
        }
    }
}

/// What became of a user that could not be found.
enum Look {
    /// It is there; what came of reading it.
    Read(Read),
    /// It has another name.
    Renamed(Box<Subject>),
    /// It was deleted, and another user has its name.
    Replaced(Box<Subject>),
    /// It was deleted.
    Gone,
}

fn unknown(reason: &str) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet: Facet::Users, reason: reason.to_owned() })
}
