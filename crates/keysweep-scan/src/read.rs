//! Reads what the policies stopped at: what tells of one user for just the users that they stopped at, and what tells of
//! the whole account once.

mod answer;
mod facets;
mod merge;
mod missing;
mod report;
mod user;
mod users;

use std::{collections::HashMap, sync::Arc};

use futures::{StreamExt, stream};
use jiff::Timestamp;
use keysweep_aws::{AccountSession, CallError, Clock, UserDetails};
use keysweep_model::{Account, AccountNote, Facet, ServiceCredential, Tags, Unreadable, UserName};

use crate::{
    evidence::Evidence,
    options::Reading,
    subject::{Subject, Wants},
};
use answer::Existence;
use report::Report;
use user::Read;
pub(crate) use users::Counts;

/// What a call for a whole account gave; none where it has not been made.
type Once<T> = Option<Result<T, Arc<Unreadable>>>;

/// Reads facts in one account. Whatever cannot be read becomes a fact that says so.
pub(crate) struct Reader<'a> {
    session: &'a AccountSession,
    account: &'a Arc<Account>,
    clock: &'a Clock,
    reading: Reading,
    /// How many calls to make at once.
    at_once: usize,
    /// What live reads have shown of the reports of the partition.
    evidence: &'a Evidence,
    /// How many users the account has, once they are listed.
    users: usize,
    /// The second in which each user was made, by its name, once they are listed.
    made: HashMap<UserName, Timestamp>,
    /// The users that were found to be gone or renamed so far.
    pub(crate) counts: Counts,
    is_report_given_up: bool,
    report: Once<Report>,
    details: Once<HashMap<UserName, UserDetails>>,
    service_credentials: Once<HashMap<UserName, Vec<ServiceCredential>>>,
    /// The tags of all users, where they were read by themselves; an error where they have to be read one by one.
    all_tags: Option<Result<HashMap<UserName, Tags>, CallError>>,
    /// What should be known about how the account was read, each a reason.
    notes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        session: &'a AccountSession,
        account: &'a Arc<Account>,
        clock: &'a Clock,
        evidence: &'a Evidence,
        reading: Reading,
        at_once: usize,
    ) -> Self {
        Self {
            session,
            account,
            clock,
            reading,
            at_once,
            evidence,
            users: 0,
            made: HashMap::new(),
            counts: Counts::default(),
            is_report_given_up: false,
            report: None,
            details: None,
            service_credentials: None,
            all_tags: None,
            notes: Vec::new(),
        }
    }

    /// Notes what should be known about how the account was read. The same reason is noted once.
    pub(crate) fn note(&mut self, reason: String) {
        if !self.notes.contains(&reason) {
            self.notes.push(reason);
        }
    }

    /// What was noted, in its order.
    pub(crate) fn into_notes(mut self) -> Vec<AccountNote> {
        if let Some(reason) = self.session.out_of_time() {
            self.note(reason);
        }
        let (account_id, name) = (self.account.id, &self.account.name);
        let note = |reason| AccountNote { account_id, account_name: name.clone(), reason };
        self.notes.into_iter().map(note).collect()
    }

    /// Reads what each subject wants, and gives those that are there. Where a live answer contradicts the credential
    /// report, the report is given up.
    pub(crate) async fn read(&mut self, wanted: Vec<(Subject, Wants)>) -> Vec<Subject> {
        self.read_whole(&wanted).await;
        let this = &*self;
        let reads: Vec<_> = stream::iter(wanted)
            .map(|(subject, wants)| this.read_for(subject, wants, Existence::Listed))
            .buffer_unordered(self.at_once)
            .collect()
            .await;
        let (mut read, mut missing) = (Vec::new(), Vec::new());
        for one in reads {
            match one {
                Read::Done(subject) => read.push(*subject),
                Read::Missing(subject, wants) => missing.push((*subject, wants)),
            }
        }
        read.append(&mut self.look_again(missing).await);
        self.heed(&mut read);
        read
    }

    /// Gives the report up where a live read has caught it. Of several such reads the first by the name of the user is
    /// told, whichever was answered first.
    fn heed(&mut self, read: &mut [Subject]) {
        let caught =
            read.iter_mut().filter_map(|subject| Some((subject.user.name.clone(), subject.report_error.take()?)));
        if let Some((_, what)) = caught.min() {
            self.give_report_up(&what);
        }
    }

    /// Makes the calls that tell of all users at once, where they are wanted and have not been made.
    async fn read_whole(&mut self, wanted: &[(Subject, Wants)]) {
        let users_that_want = |facet| wanted.iter().filter(|(_, wants)| wants.facets.contains(facet)).count();
        if users_that_want(Facet::CredentialReport) > 0 {
            self.read_report().await.ok();
        }
        if users_that_want(Facet::AuthorizationDetails) > 0 {
            self.read_details().await;
        }
        if users_that_want(Facet::ServiceCredentials) > 0 {
            self.read_service_credentials().await;
        }
        // The details have the tags too; where they were refused, so would be the same call for the tags alone.
        if self.details.is_none() && self.all_tags.is_none() {
            let users = users_that_want(Facet::UserTags);
            if users > AccountSession::all_user_tags_calls(self.users) {
                self.read_all_tags().await;
            }
        }
    }

    async fn read_details(&mut self) {
        if self.details.is_none() {
            let details = self.session.authorization_details().await;
            self.details = Some(details.map_err(|error| unreadable(Facet::AuthorizationDetails, &error)));
        }
    }

    async fn read_service_credentials(&mut self) {
        if self.service_credentials.is_none() {
            let credentials = self.session.service_credentials().await;
            self.service_credentials = Some(credentials.map_err(|error| unreadable(Facet::ServiceCredentials, &error)));
        }
    }

    /// Reads the tags of all users. Where that fails they are asked for one by one: a role may be allowed the one call
    /// and not the other.
    async fn read_all_tags(&mut self) {
        let tags = self.session.all_user_tags().await;
        let account = self.session.account();
        self.all_tags = Some(tags.inspect_err(|error| tracing::info!(%account, %error, "tags are read one by one")));
    }

    /// The tags of a user, where a call for all users told them.
    fn known_tags(&self, name: &UserName) -> Option<&Tags> {
        let of_details = self.details.as_ref().and_then(|details| details.as_ref().ok());
        let of_all = self.all_tags.as_ref().and_then(|tags| tags.as_ref().ok());
        of_details
            .and_then(|details| details.get(name))
            .map(|user| &user.tags)
            .or_else(|| of_all.and_then(|tags| tags.get(name)))
    }
}

fn unreadable(facet: Facet, error: &CallError) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: error.to_string() })
}
