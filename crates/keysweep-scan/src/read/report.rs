//! The credential report of an account, and what only a report tells.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_aws::{CredentialReport, ReportError};
use keysweep_model::{Facet, Fact, RootActivity, Unreadable, User, UserName};

use super::{Reader, merge};
use crate::options::Reading;

/// How old a report may be for its last uses to be as good as asking now: AWS records no more than the first use in
/// each span of 15 minutes anyway.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
const LIVE_REPORT_AGE: SignedDuration = SignedDuration::from_mins(15);

/// How long before its time of generation a report may have looked at a user. AWS does not say how long it takes.
const TAKES_UP_TO: SignedDuration = SignedDuration::from_mins(15);

/// What is left of a credential report.
pub(super) struct Report {
    generated_at: Timestamp,
    root: Fact<RootActivity>,
    /// Its rows, until they are the users of the account.
    pub(super) users: Vec<User>,
    /// Its rows, as far as they are about passwords.
    passwords: Vec<Row>,
}

/// What a row tells of a password.
struct Row {
    name: UserName,
    /// When the user was made, where the report tells.
    made_at: Option<Timestamp>,
    /// When the password was last changed; none where the user has none.
    changed_at: Option<Fact<Timestamp>>,
}

/// How old a report is.
pub(super) struct ReportAge {
    /// Whether what it says of last uses is as good as asking now.
    pub(super) is_live: bool,
    /// What was made before is in it.
    pub(super) settled_at: Timestamp,
}

impl Reader<'_> {
    /// The credential report of the account. It is asked for once.
    pub(super) async fn read_report(&mut self) -> Result<&mut Report, &Arc<Unreadable>> {
        let report = match self.report.take() {
            Some(report) => report,
            None => {
                let answer = self.ask_for_report().await;
                self.usable(answer)
            }
        };
        self.report.insert(report).as_mut().map_err(|why| &*why)
    }

    pub(super) async fn ask_for_report(&self) -> Result<CredentialReport, ReportError> {
        let (Reading::Report(wait) | Reading::Fresh(wait)) = self.reading;
        self.session.credential_report(wait).await
    }

    /// The report, or why there is none to use.
    pub(super) fn usable(&mut self, answer: Result<CredentialReport, ReportError>) -> Result<Report, Arc<Unreadable>> {
        answer.map(Report::new).map_err(|error| {
            let account = self.session.account();
            tracing::info!(%account, %error, "there is no credential report to use");
            if matches!(self.reading, Reading::Report(_)) {
                self.note(format!("the users were read one by one: {error}"));
            }
            unusable(error.to_string())
        })
    }

    /// Gives the report up, because a live read has shown that it is wrong.
    pub(super) fn give_report_up(&mut self, caught: &str) {
        let reason = format!("the credential report cannot be used: {caught}");
        self.note(format!("the users were read one by one: {reason}"));
        self.report = Some(Err(unusable(reason)));
        self.is_report_given_up = true;
    }

    /// Whether the report has been given up since this was last asked. What was judged by it has to be read live then.
    pub(crate) fn has_given_report_up(&mut self) -> bool {
        std::mem::take(&mut self.is_report_given_up)
    }

    /// When and by what the root user was used.
    pub(crate) fn root_activity(&self) -> Fact<RootActivity> {
        match &self.report {
            None => Fact::NotRead(Facet::CredentialReport),
            Some(Ok(report)) => report.root.clone(),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// When the password of a user, made at `made_at`, was last changed, which no live call tells.
    pub(super) fn password_changed_at(&self, user: &User, made_at: Option<Timestamp>) -> Fact<Timestamp> {
        match &self.report {
            None => Fact::NotRead(Facet::CredentialReport),
            Some(Ok(report)) => report.password_changed_at(user, made_at, &self.made),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// How old the report is, where there is one.
    pub(super) fn report_age(&self) -> Option<ReportAge> {
        let report = self.report.as_ref()?.as_ref().ok()?;
        Some(ReportAge {
            is_live: self.clock.now().duration_since(report.generated_at) <= LIVE_REPORT_AGE,
            settled_at: report.settled_at(),
        })
    }
}

fn unusable(reason: String) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet: Facet::CredentialReport, reason })
}

impl Report {
    fn new(report: CredentialReport) -> Self {
        let CredentialReport { generated_at, users, root } = report;
        let passwords = users
            .iter()
            .map(|row| Row {
                name: row.name.clone(),
                made_at: merge::made(row),
                changed_at: match &row.password {
                    Fact::Live(password) | Fact::Reported(password, _) | Fact::Possible(password) => {
                        password.as_ref().map(|password| password.changed_at.clone())
                    }
                    Fact::Unreadable(why) => Some(Fact::Unreadable(Arc::clone(why))),
                    Fact::NotRead(_) => None,
                },
            })
            .collect();
        Self { generated_at, root, users, passwords }
    }

    /// What was made before this time is in the report.
    fn settled_at(&self) -> Timestamp {
        self.generated_at.saturating_sub(TAKES_UP_TO).unwrap_or(Timestamp::MIN)
    }

    /// When the password of `user` was last changed. The report tells it, but of no password that was made again since,
    /// and of no user that was made since: such a password is no older than the report, and taken to be as old as it can
    /// be. `users` are all users of the account with the moments of their creation.
    fn password_changed_at(
        &self,
        user: &User,
        made_at: Option<Timestamp>,
        users: &HashMap<UserName, Timestamp>,
    ) -> Fact<Timestamp> {
        let changed_at = self.row_of(user, users).and_then(|row| row.changed_at.clone());
        match (changed_at, made_at) {
            (Some(changed_at), made_at) if changed_at.value().is_some() => {
                changed_at.map(|changed_at| made_at.map_or(changed_at, |at| at.max(changed_at)))
            }
            (_, Some(made_at)) if made_at >= self.settled_at() => Fact::Live(made_at),
            (Some(unknown), _) => unknown,
            (None, _) => {
                Fact::Unreadable(unusable(format!("the report of {} has no password of the user", self.generated_at)))
            }
        }
    }

    /// The row of a user: that of its name, where it is about the same user. For a user that was renamed since, the only
    /// row of the moment of its creation that is about no other user.
    fn row_of(&self, user: &User, users: &HashMap<UserName, Timestamp>) -> Option<&Row> {
        let made_at = merge::second_of(user)?;
        let mut of_moment = self.passwords.iter().filter(|row| row.made_at == Some(made_at));
        if let Some(row) = of_moment.clone().find(|row| row.name == user.name) {
            return Some(row);
        }
        let is_in_report = |name: &UserName| of_moment.clone().any(|row| row.name == *name);
        let is_only_new_name =
            users.iter().filter(|(name, made)| **made == made_at && !is_in_report(name)).count() == 1;
        let row = of_moment.find(|row| users.get(&row.name) != Some(&made_at))?;
        let is_only_row = of_moment.all(|other| users.get(&other.name) == Some(&made_at));
        (is_only_new_name && is_only_row).then_some(row)
    }
}
