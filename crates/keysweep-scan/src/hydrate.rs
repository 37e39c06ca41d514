//! Reads what the policies stopped at, for just the users that they stopped at.

use std::{collections::HashMap, sync::Arc};

use futures::{StreamExt, stream};
use keysweep_aws::{AccountSession, CallError, CallErrorKind};
use keysweep_model::{Facet, Fact, LastUsed, Tags, Unreadable, UserName};

use crate::subject::{Subject, Wants};

/// Reads facts in one account. Whatever cannot be read becomes a fact that says so.
pub(crate) struct Hydrator<'a> {
    pub(crate) session: &'a AccountSession,
    /// How many users the account has.
    pub(crate) users: usize,
    /// Whether what the report says of last uses is as good as asking now.
    pub(crate) report_is_live: bool,
    /// How many calls to make at once.
    pub(crate) at_once: usize,
}

impl Hydrator<'_> {
    /// Reads what each subject wants.
    pub(crate) async fn hydrate(&self, wanted: Vec<(Subject, Wants)>) -> Vec<Subject> {
        let all_tags = self.all_tags(&wanted).await;
        stream::iter(wanted)
            .map(|(subject, wants)| self.hydrate_one(subject, wants, all_tags.as_ref()))
            .buffer_unordered(self.at_once)
            .collect()
            .await
    }

    /// The tags of all users, where that takes fewer calls than those of the users that want them. Where it fails they
    /// are asked for one by one: a role may be allowed the one call and not the other.
    async fn all_tags(&self, wanted: &[(Subject, Wants)]) -> Option<HashMap<UserName, Tags>> {
        let users = wanted.iter().filter(|(_, wants)| wants.facets.contains(Facet::UserTags)).count();
        if users <= AccountSession::all_user_tags_calls(self.users) {
            return None;
        }
        let tags = self.session.all_user_tags().await;
        tags.inspect_err(|error| tracing::info!(account = %self.session.account(), %error, "tags are read one by one"))
            .ok()
    }

    async fn hydrate_one(
        &self,
        mut subject: Subject,
        wants: Wants,
        all_tags: Option<&HashMap<UserName, Tags>>,
    ) -> Subject {
        for facet in wants.facets.iter() {
            match facet {
                Facet::AccessKeys => self.read_access_keys(&mut subject).await,
                Facet::UserTags => self.read_tags(&mut subject, all_tags).await,
                Facet::AccessKeyLastUsed => self.read_last_used(&mut subject, &wants).await,
                // These are read with the account or the organization, never for one user.
                Facet::OrganizationalUnits | Facet::CredentialReport | Facet::Users => {}
            }
            subject.read = subject.read.with(facet);
        }
        subject
    }

    async fn read_access_keys(&self, subject: &mut Subject) {
        match self.session.access_keys(&subject.user.name).await {
            Ok(keys) => subject.set_live_keys(keys, self.report_is_live),
            // The user was deleted since the report or the list of users was made, and its keys with it.
            Err(error) if error.kind == CallErrorKind::NotFound => subject.set_live_keys(Vec::new(), false),
            Err(error) => subject.set_unreadable(unreadable(Facet::AccessKeys, &error)),
        }
    }

    async fn read_tags(&self, subject: &mut Subject, all_tags: Option<&HashMap<UserName, Tags>>) {
        let name = &subject.user.name;
        let tags = match all_tags.and_then(|all| all.get(name)) {
            Some(tags) => Fact::Known(tags.clone()),
            None => match self.session.user_tags(name).await {
                Ok(tags) => Fact::Known(tags),
                Err(error) => Fact::Unreadable(unreadable(Facet::UserTags, &error)),
            },
        };
        Arc::make_mut(&mut subject.user).tags = tags;
    }

    async fn read_last_used(&self, subject: &mut Subject, wants: &Wants) {
        for index in &wants.last_used_of {
            let last_used = self.last_used(subject, *index).await;
            Arc::make_mut(&mut subject.user).access_keys[*index].last_used = last_used;
        }
    }

    async fn last_used(&self, subject: &Subject, index: usize) -> Fact<LastUsed> {
        let read = async |id| match self.session.access_key_last_used(&subject.user.name, id).await {
            Ok(last_used) => Fact::Known(last_used),
            Err(error) => Fact::Unreadable(unreadable(Facet::AccessKeyLastUsed, &error)),
        };
        match subject.user.access_keys[index].id.as_ref() {
            Fact::Known(id) => read(id).await,
            Fact::NotRead(facet) => Fact::NotRead(facet),
            Fact::Unreadable(why) => Fact::Unreadable(why),
        }
    }
}

fn unreadable(facet: Facet, error: &CallError) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: error.to_string() })
}
