//! Facts of one user: a call each, or a look into what was read for the whole account.

use std::sync::Arc;

use keysweep_aws::CallErrorKind;
use keysweep_model::{AccessKey, AccessKeyId, Facet, Fact, Unreadable};

use super::{
    Reader,
    answer::{Existence, NoSuchUser, missing, put},
    unreadable,
};
use crate::{
    audit::{Audit, audit},
    subject::{Subject, Wants},
};

/// What came of reading of one user.
pub(super) enum Read {
    /// What was wanted is read, or is known to be unreadable.
    Done(Box<Subject>),
    /// AWS says that there is no such user. What is still wanted of it.
    Missing(Box<Subject>, Wants),
}

impl Reader<'_> {
    /// Reads what is wanted of one user. Where it was found out meanwhile that undated slots of reports are empty, the
    /// user's are taken away instead: it may be that nothing is wanted then.
    pub(super) async fn read_for(&self, mut subject: Subject, wants: Wants, existence: Existence) -> Read {
        if self.evidence.inactive_keys_are_dated() && subject.drop_possible_keys() {
            return Read::Done(Box::new(subject));
        }
        for facet in wants.facets.difference(subject.asked).iter() {
            if let Err(NoSuchUser) = self.read_facet(&mut subject, facet, &wants, existence).await {
                return Read::Missing(Box::new(subject), wants);
            }
        }
        Read::Done(Box::new(subject))
    }

    /// Lists the keys, and holds the list against what a report says of them.
    pub(super) async fn read_access_keys(&self, subject: &mut Subject, existence: Existence) -> Result<(), NoSuchUser> {
        let keys = self.session.access_keys(&subject.user.name).await;
        if let Ok(live) = &keys {
            subject.report_error = self.audit(subject, live);
        }
        let is_live = self.report_age().is_some_and(|report| report.is_live);
        put(subject, Facet::AccessKeys, existence, keys, |it, keys| it.set_live_keys(keys, is_live))
    }

    /// Holds a live list of keys against the report, and says what is wrong with the report.
    pub(super) fn audit(&self, subject: &Subject, live: &[AccessKey]) -> Option<String> {
        let report = self.report_age()?;
        let Fact::Reported(reported, _) = &subject.user.access_keys else { return None };
        let what = match audit(reported, live, report.settled_at) {
            Audit::Agrees => return None,
            Audit::DatesInactiveKey => {
                self.evidence.confirm();
                return None;
            }
            Audit::DatesKeyLater(what) => what,
            Audit::LacksKey(what) => {
                self.evidence.disprove();
                what
            }
        };
        Some(format!("of the user `{}` {what}", subject.user.name))
    }

    /// Asks when the wanted keys were last used. AWS has no answer of its own for a key that is not there, and refuses:
    /// then the keys are listed once more.
    /// Source: docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html, which documents no error for it
    pub(super) async fn read_last_used(
        &self,
        subject: &mut Subject,
        wants: &Wants,
        existence: Existence,
    ) -> Result<(), NoSuchUser> {
        let ids: Vec<AccessKeyId> = subject.ids_of_keys(&wants.last_used_of);
        let mut is_relisted = false;
        for id in ids {
            if !subject.has_key(&id) {
                continue;
            }
            let error = match self.session.access_key_last_used(&subject.user.name, &id).await {
                Ok(last_used) => {
                    subject.set_last_used(&id, &Fact::Live(last_used));
                    continue;
                }
                Err(error) => error,
            };
            let may_be_gone = matches!(error.kind, CallErrorKind::Denied | CallErrorKind::NotFound);
            if may_be_gone && !is_relisted {
                is_relisted = true;
                self.list_keys_again(subject, existence).await?;
            }
            subject.set_last_used(&id, &Fact::Unreadable(unreadable(Facet::AccessKeyLastUsed, &error)));
        }
        subject.set_last_use_without_id(&without_id());
        Ok(())
    }

    /// Lists the keys once more. Where that fails, the keys that are known stay.
    async fn list_keys_again(&self, subject: &mut Subject, existence: Existence) -> Result<(), NoSuchUser> {
        match self.session.access_keys(&subject.user.name).await {
            Ok(live) => subject.set_relisted_keys(live),
            Err(error) if error.kind == CallErrorKind::NotFound && existence == Existence::Listed => {
                return Err(NoSuchUser);
            }
            Err(_) => {}
        }
        Ok(())
    }

    pub(super) async fn read_password(&self, subject: &mut Subject, existence: Existence) -> Result<(), NoSuchUser> {
        let answer = match self.session.login_profile(&subject.user.name).await {
            // The user is there, so what was not found is the password, in whatever words AWS says it.
            Err(error) if error.kind == CallErrorKind::NotFound && existence == Existence::Confirmed => Ok(None),
            answer => answer,
        };
        put(subject, Facet::LoginProfile, existence, answer, Subject::set_live_password)?;
        // The report may have been asked for before it was known that there is a password.
        if subject.asked.contains(Facet::CredentialReport) {
            self.take_password_age(subject);
        }
        Ok(())
    }

    /// The users were listed before their permissions were read: one that is missing there may be gone or renamed.
    pub(super) fn take_permissions(&self, subject: &mut Subject, existence: Existence) -> Result<(), NoSuchUser> {
        let permissions = match &self.details {
            Some(Ok(details)) => match (details.get(&subject.user.name), existence) {
                (Some(user), _) => user.permissions.clone(),
                (None, Existence::Listed) => return Err(NoSuchUser),
                (None, Existence::Confirmed) => Fact::Unreadable(missing(
                    Facet::AuthorizationDetails,
                    "iam:GetAccountAuthorizationDetails did not tell of the user",
                )),
            },
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
            None => return Ok(()),
        };
        Arc::make_mut(&mut subject.user).permissions = permissions;
        Ok(())
    }

    /// A user that is not in the list of all credentials has none.
    pub(super) fn take_service_credentials(&self, subject: &mut Subject) {
        let credentials = match &self.service_credentials {
            Some(Ok(all)) => Fact::Live(all.get(&subject.user.name).cloned().unwrap_or_default()),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
            None => return,
        };
        Arc::make_mut(&mut subject.user).service_credentials = credentials;
    }

    pub(super) fn take_password_age(&self, subject: &mut Subject) {
        let changed_at = self.password_changed_at(&subject.user, subject.password_made_at);
        if let Some(Some(password)) = Arc::make_mut(&mut subject.user).password.value_mut()
            && password.changed_at.is_not_read()
        {
            password.changed_at = changed_at;
        }
    }
}

fn without_id() -> Arc<Unreadable> {
    missing(Facet::AccessKeyLastUsed, "the id of the key is not known")
}
