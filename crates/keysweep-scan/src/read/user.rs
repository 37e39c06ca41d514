//! Facts of one user: a call each, or a look into what was read for the whole account.

use std::sync::Arc;

use keysweep_aws::{CallError, CallErrorKind};
use keysweep_model::{Facet, Fact, LastUsed, Unreadable};

use super::{Reader, unreadable};
use crate::subject::{Subject, Wants};

impl Reader<'_> {
    /// Reads what is wanted of one user.
    pub(super) async fn read_for(&self, mut subject: Subject, wants: Wants) -> Subject {
        for facet in wants.facets.iter() {
            if subject.is_gone {
                break;
            }
            self.read_facet(&mut subject, facet, &wants).await;
        }
        subject
    }

    async fn read_facet(&self, subject: &mut Subject, facet: Facet, wants: &Wants) {
        let name = subject.user.name.clone();
        let session = self.session;
        match facet {
            Facet::AccessKeys => {
                let is_live = self.report_is_live();
                put(subject, facet, session.access_keys(&name).await, |it, keys| it.set_live_keys(keys, is_live));
            }
            Facet::AccessKeyLastUsed => return self.read_last_used(subject, wants).await,
            Facet::UserTags => {
                let tags = match self.known_tags(&name) {
                    Some(tags) => Ok(tags.clone()),
                    None => session.user_tags(&name).await,
                };
                put(subject, facet, tags, |it, tags| Arc::make_mut(&mut it.user).tags = Fact::Known(tags));
            }
            Facet::LoginProfile => {
                put(subject, facet, session.login_profile(&name).await, Subject::set_live_password);
                // The report may have been asked for before it was known that there is a password.
                if subject.read.contains(Facet::CredentialReport) {
                    self.take_password_age(subject);
                }
            }
            Facet::PasswordLastUsed => {
                let last_used = session.password_last_used(&name).await;
                put(subject, facet, last_used, Subject::set_live_password_use);
            }
            Facet::MfaDevices => put(subject, facet, session.mfa_devices(&name).await, Subject::set_live_mfa_devices),
            Facet::SigningCertificates => {
                let certificates = session.signing_certificates(&name).await;
                put(subject, facet, certificates, Subject::set_live_certificates);
            }
            Facet::SshKeys => put(subject, facet, session.ssh_keys(&name).await, |it, keys| {
                Arc::make_mut(&mut it.user).ssh_keys = Fact::Known(keys);
            }),
            Facet::AuthorizationDetails => self.take_permissions(subject).await,
            Facet::ServiceCredentials => self.take_service_credentials(subject),
            Facet::CredentialReport => self.take_password_age(subject),
            // These are read with the account or the organization, never for one user.
            Facet::OrganizationalUnits
            | Facet::Users
            | Facet::AccountSummary
            | Facet::PasswordPolicy
            | Facet::RootMfa => {}
        }
        subject.read = subject.read.with(facet);
    }

    async fn read_last_used(&self, subject: &mut Subject, wants: &Wants) {
        for index in &wants.last_used_of {
            let Some(id) = subject.user.access_keys.known().and_then(|keys| keys.get(*index)).map(|key| key.id.clone())
            else {
                continue;
            };
            let last_used = match id {
                Fact::Known(id) => match self.session.access_key_last_used(&subject.user.name, &id).await {
                    Ok(last_used) => Fact::Known(last_used),
                    Err(error) => Fact::Unreadable(unreadable(Facet::AccessKeyLastUsed, &error)),
                },
                Fact::NotRead(_) => Fact::Unreadable(without_id()),
                Fact::Unreadable(why) => Fact::Unreadable(why),
            };
            set_last_used(subject, *index, last_used);
        }
    }

    /// The users were listed before their permissions were read: one that is missing there was deleted since. That is
    /// asked, because a user that is there and not in the answer would be a gap.
    async fn take_permissions(&self, subject: &mut Subject) {
        let name = &subject.user.name;
        let permissions = match &self.details {
            Some(Ok(details)) => match details.get(name) {
                Some(user) => Fact::Known(user.permissions.clone()),
                None => match self.session.password_last_used(name).await {
                    Err(error) if error.kind == CallErrorKind::NotFound => return subject.is_gone = true,
                    Ok(_) | Err(_) => Fact::Unreadable(missing(
                        Facet::AuthorizationDetails,
                        "iam:GetAccountAuthorizationDetails did not tell of the user",
                    )),
                },
            },
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
            None => return,
        };
        Arc::make_mut(&mut subject.user).permissions = permissions;
    }

    /// A user that is not in the list of all credentials has none.
    fn take_service_credentials(&self, subject: &mut Subject) {
        let credentials = match &self.service_credentials {
            Some(Ok(all)) => Fact::Known(all.get(&subject.user.name).cloned().unwrap_or_default()),
            Some(Err(why)) => Fact::Unreadable(Arc::clone(why)),
            None => return,
        };
        Arc::make_mut(&mut subject.user).service_credentials = credentials;
    }

    fn take_password_age(&self, subject: &mut Subject) {
        let changed_at = self.password_changed_at(&subject.user.name);
        if let Fact::Known(Some(password)) = &mut Arc::make_mut(&mut subject.user).password
            && password.changed_at.is_not_read()
        {
            password.changed_at = changed_at;
        }
    }
}

/// Puts an answer in its place. A user of whom AWS says that there is none was deleted since the users were listed.
fn put<T>(subject: &mut Subject, facet: Facet, answer: Result<T, CallError>, set: impl FnOnce(&mut Subject, T)) {
    match answer {
        Ok(value) => set(subject, value),
        Err(error) if error.kind == CallErrorKind::NotFound => subject.is_gone = true,
        Err(error) => subject.set_unreadable(unreadable(facet, &error)),
    }
}

fn set_last_used(subject: &mut Subject, index: usize, last_used: Fact<LastUsed>) {
    if let Fact::Known(keys) = &mut Arc::make_mut(&mut subject.user).access_keys
        && let Some(key) = keys.get_mut(index)
    {
        key.last_used = last_used;
    }
}

fn without_id() -> Arc<Unreadable> {
    missing(Facet::AccessKeyLastUsed, "the id of the key is not known")
}

fn missing(facet: Facet, reason: &str) -> Arc<Unreadable> {
    Arc::new(Unreadable { facet, reason: reason.to_owned() })
}
