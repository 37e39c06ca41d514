//! The users of an account, by its credential report or by a list of them, and what only a report tells.

use std::{collections::HashMap, sync::Arc};

use jiff::{SignedDuration, Timestamp};
use keysweep_aws::{CredentialReport, ReportUser, ReportWait};
use keysweep_model::{Facet, Fact, RootActivity, Unreadable, UserName};

use super::Reader;
use crate::{scan::Reading, subject::Subject};

/// How old a report may be for its last uses to be as good as asking now: AWS records no more than the first use in
/// each span of 15 minutes anyway.
/// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
const LIVE_REPORT_AGE: SignedDuration = SignedDuration::from_mins(15);

/// What is left of a credential report.
pub(super) struct Report {
    generated_at: Timestamp,
    root: Fact<RootActivity>,
    /// Its rows, until they are the users of the account.
    users: Vec<ReportUser>,
    /// When passwords were last set, by the name of the user.
    passwords: HashMap<UserName, Fact<Timestamp>>,
}

impl Reader<'_> {
    /// All users of the account: by its credential report, or where there is none to use, by a list.
    pub(crate) async fn users(&mut self) -> Result<Vec<Subject>, String> {
        let subjects = match self.reading {
            Reading::Fresh => self.listed_users().await?,
            Reading::Report(_) => match self.read_report().await {
                Ok(report) => std::mem::take(&mut report.users).into_iter().map(Subject::reported).collect(),
                Err(why) => {
                    let why = why.reason.clone();
                    let account = self.session.account();
                    tracing::info!(%account, error = why, "users are read one by one");
                    let users = self.listed_users().await;
                    let users = users.map_err(|error| format!("{why}; and without a report: {error}"))?;
                    self.note(format!("the users were read one by one: {why}"));
                    users
                }
            },
        };
        self.users = subjects.len();
        Ok(subjects)
    }

    async fn listed_users(&self) -> Result<Vec<Subject>, String> {
        let users = self.session.users(self.account).await.map_err(|error| error.to_string())?;
        Ok(users.into_iter().map(Subject::listed).collect())
    }

    /// The credential report of the account. It is asked for once.
    pub(super) async fn read_report(&mut self) -> Result<&mut Report, &Arc<Unreadable>> {
        let report = match self.report.take() {
            Some(report) => report,
            None => self.ask_for_report().await,
        };
        self.report.insert(report).as_mut().map_err(|why| &*why)
    }

    async fn ask_for_report(&self) -> Result<Report, Arc<Unreadable>> {
        let wait = match self.reading {
            Reading::Report(wait) => wait,
            Reading::Fresh => ReportWait::default(),
        };
        let report = self.session.credential_report(self.account, wait).await;
        report
            .map(Report::new)
            .map_err(|error| Arc::new(Unreadable { facet: Facet::CredentialReport, reason: error.to_string() }))
    }

    /// What a report told of the root user, where there was one.
    pub(crate) fn reported_root_activity(&self) -> Fact<RootActivity> {
        match &self.report {
            Some(Ok(report)) => report.root.clone(),
            Some(Err(_)) | None => Fact::NotRead(Facet::CredentialReport),
        }
    }

    /// When and by what the root user was used.
    pub(super) fn root_activity(&self) -> Fact<RootActivity> {
        match &self.report {
            None => Fact::NotRead(Facet::CredentialReport),
            Some(Ok(report)) => report.root.clone(),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// When the password of a user was last set, which no live call tells.
    pub(super) fn password_changed_at(&self, name: &UserName) -> Fact<Timestamp> {
        match &self.report {
            None => Fact::NotRead(Facet::CredentialReport),
            Some(Ok(report)) => report.password_changed_at(name),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// Whether what the report says of last uses is as good as asking now.
    pub(super) fn report_is_live(&self) -> bool {
        let age = |report: &Report| self.clock.now().duration_since(report.generated_at);
        self.report
            .as_ref()
            .and_then(|report| report.as_ref().ok())
            .is_some_and(|report| age(report) <= LIVE_REPORT_AGE)
    }
}

impl Report {
    fn new(report: CredentialReport) -> Self {
        let CredentialReport { generated_at, users, root } = report;
        let passwords = users
            .iter()
            .filter_map(|row| match &row.user.password {
                Fact::Known(password) => Some((row.user.name.clone(), password.as_ref()?.changed_at.clone())),
                Fact::Unreadable(why) => Some((row.user.name.clone(), Fact::Unreadable(Arc::clone(why)))),
                Fact::NotRead(_) => None,
            })
            .collect();
        Self { generated_at, root, users, passwords }
    }

    fn password_changed_at(&self, name: &UserName) -> Fact<Timestamp> {
        let unknown = || {
            let reason = format!("the report of {} tells of no password of the user", self.generated_at);
            Fact::Unreadable(Arc::new(Unreadable { facet: Facet::CredentialReport, reason }))
        };
        self.passwords.get(name).cloned().unwrap_or_else(unknown)
    }
}
