//! The users of an account: those that IAM lists, with what the credential report tells of them.
//!
//! A report is up to four hours old. A user that was made or renamed since is listed and has no row in it, and is read
//! live. A row without a listed user is about a user that was deleted or renamed: it is asked for by its name, and where
//! none has that name the users are listed once more, because a user that was renamed between two pages of the first list
//! may be in neither.

use std::{collections::HashSet, sync::Arc};

use futures::{StreamExt, stream};
use keysweep_aws::{CallError, CallErrorKind, ListedUser};
use keysweep_model::{CredentialStatus, Facet, Unreadable, User};

use super::{
    Reader,
    merge::{self, Merged},
};
use crate::{options::Reading, subject::Subject};

/// Users of a report or of a list that are no longer users by that name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// They were deleted.
    pub(crate) gone: u64,
    /// They have another name.
    pub(crate) renamed: u64,
}

impl Reader<'_> {
    /// All users of the account: those that are listed, by the credential report where it tells of them.
    pub(crate) async fn users(&mut self) -> Result<Vec<Subject>, CallError> {
        let listed = match self.reading {
            Reading::Fresh(_) => self.session.users().await?,
            Reading::Report(_) => self.list_and_report().await?,
        };
        self.made = listed
            .iter()
            .filter_map(|listed| Some((listed.user.name.clone(), merge::second_of(&listed.user)?)))
            .collect();
        let rows = match (&mut self.report, self.reading) {
            (Some(Ok(report)), Reading::Report(_)) => std::mem::take(&mut report.users),
            _ => Vec::new(),
        };
        let mut subjects = Vec::new();
        if rows.is_empty() {
            subjects.extend(listed.into_iter().map(Subject::listed));
        } else {
            self.merge(merge::merge(rows, listed), &mut subjects).await;
            self.seek_evidence(&subjects).await;
        }
        self.users = subjects.len();
        Ok(subjects)
    }

    /// The users that IAM lists. Meanwhile the report is asked for, which takes some seconds of waiting.
    async fn list_and_report(&mut self) -> Result<Vec<ListedUser>, CallError> {
        let report = async { Ok(self.ask_for_report().await) };
        let (listed, report) = if self.at_once > 1 {
            futures::try_join!(self.session.users(), report)?
        } else {
            (self.session.users().await?, report.await?)
        };
        self.report = Some(self.usable(report));
        Ok(listed)
    }

    async fn merge(&mut self, merged: Merged, subjects: &mut Vec<Subject>) {
        let Merged { reported, mut unreported, unlisted, replaced } = merged;
        subjects.extend(reported.into_iter().map(|(row, listed)| Subject::reported(row, listed)));
        let (mut gone, mut not_found) = (replaced, Vec::new());
        for (row, now) in self.look_up(unlisted).await {
            if let Ok(now) = &now {
                // It got this name after the users were listed.
                unreported.retain(|listed| listed.unique_id != now.unique_id);
            }
            match now {
                Ok(now) if merge::made_at_once(&row, &now) => subjects.push(Subject::reported(row, now)),
                // The name is another user's now.
                Ok(now) => {
                    gone.push(merge::made(&row));
                    unreported.push(now);
                }
                Err(error) if error.kind == CallErrorKind::NotFound => not_found.push(row),
                Err(error) => subjects.push(unsure(row, &error)),
            }
        }
        if !not_found.is_empty() {
            match self.session.users().await {
                Ok(again) => {
                    gone.extend(not_found.iter().map(merge::made));
                    let known = subjects.iter().filter_map(|subject| subject.unique_id.as_ref());
                    let known: HashSet<_> =
                        known.chain(unreported.iter().map(|listed| &listed.unique_id)).cloned().collect();
                    unreported.extend(again.into_iter().filter(|listed| !known.contains(&listed.unique_id)));
                }
                Err(error) => subjects.extend(not_found.into_iter().map(|row| unsure(row, &error))),
            }
        }
        let renamed = merge::renamed(&gone, &unreported);
        self.counts.renamed += renamed;
        self.counts.gone += gone.len() as u64 - renamed;
        subjects.extend(unreported.into_iter().map(Subject::listed));
    }

    /// Asks for the users of these rows by their names.
    async fn look_up(&self, rows: Vec<User>) -> Vec<(User, Result<ListedUser, CallError>)> {
        stream::iter(rows)
            .map(async |row| {
                let now = self.session.user(&row.name).await;
                (row, now)
            })
            .buffered(self.at_once)
            .collect()
            .await
    }

    /// Lists the keys of one user whose inactive key the report dates, where no account has confirmed yet that reports do
    /// so: see [`crate::evidence`]. The user is judged by its report as before: which account looks first is chance, and
    /// chance has no part in a verdict.
    async fn seek_evidence(&mut self, subjects: &[Subject]) {
        let Some(subject) = subjects.iter().find(|subject| has_dated_inactive_key(subject)) else { return };
        if !self.evidence.is_missing() {
            return;
        }
        let Ok(live) = self.session.access_keys(&subject.user.name).await else { return };
        if let Some(what) = self.audit(subject, &live) {
            self.give_report_up(&what);
        }
    }
}

/// The user of a row of whom it cannot be told whether it is there.
fn unsure(row: User, error: &CallError) -> Subject {
    let reason = format!("the credential report has the user, iam:ListUsers has not, and then {error}");
    Subject::unknown(row, &Arc::new(Unreadable { facet: Facet::Users, reason }))
}

fn has_dated_inactive_key(subject: &Subject) -> bool {
    let keys = subject.user.access_keys.value().into_iter().flatten();
    let mut inactive = keys.filter(|key| key.status.value() == Some(&CredentialStatus::Inactive));
    inactive.any(|key| key.created_at.value().is_some())
}
