//! Which call reads each facet: of an account, or of one user.

use std::sync::Arc;

use keysweep_aws::CallError;
use keysweep_model::{AccountFacts, Facet, FacetSet, Fact};

use super::{
    Reader,
    answer::{Existence, NoSuchUser, put},
    unreadable,
};
use crate::subject::{Subject, Wants};

impl Reader<'_> {
    /// Reads what is wanted of the account itself. Its users are read by [`Reader::users`].
    pub(crate) async fn read_account(&mut self, facts: &mut AccountFacts, wanted: FacetSet) {
        for facet in wanted.iter() {
            match facet {
                Facet::AccountSummary => {
                    facts.root_credentials = fact(facet, self.session.account_summary().await);
                }
                Facet::RootMfa => facts.root_has_virtual_mfa = fact(facet, self.session.root_has_virtual_mfa().await),
                Facet::PasswordPolicy => facts.password_policy = fact(facet, self.session.password_policy().await),
                Facet::CredentialReport => {
                    self.read_report().await.ok();
                    facts.root_activity = self.root_activity();
                }
                // These tell of users, or are read with the accounts.
                Facet::OrganizationalUnits
                | Facet::Users
                | Facet::AccessKeys
                | Facet::AccessKeyLastUsed
                | Facet::UserTags
                | Facet::LoginProfile
                | Facet::PasswordLastUsed
                | Facet::MfaDevices
                | Facet::AuthorizationDetails
                | Facet::ServiceCredentials
                | Facet::SigningCertificates
                | Facet::SshKeys => {}
            }
        }
    }

    /// Reads one facet of one user.
    pub(super) async fn read_facet(
        &self,
        subject: &mut Subject,
        facet: Facet,
        wants: &Wants,
        existence: Existence,
    ) -> Result<(), NoSuchUser> {
        let name = subject.user.name.clone();
        let session = self.session;
        match facet {
            Facet::AccessKeys => self.read_access_keys(subject, existence).await?,
            Facet::AccessKeyLastUsed => return self.read_last_used(subject, wants, existence).await,
            Facet::UserTags => {
                let tags = match self.known_tags(&name) {
                    Some(tags) => Ok(tags.clone()),
                    None => session.user_tags(&name).await,
                };
                put(subject, facet, existence, tags, |it, tags| Arc::make_mut(&mut it.user).tags = Fact::Live(tags))?;
            }
            Facet::LoginProfile => self.read_password(subject, existence).await?,
            Facet::MfaDevices => {
                let devices = session.mfa_devices(&name).await;
                put(subject, facet, existence, devices, Subject::set_live_mfa_devices)?;
            }
            Facet::SigningCertificates => {
                let certificates = session.signing_certificates(&name).await;
                put(subject, facet, existence, certificates, Subject::set_live_certificates)?;
            }
            Facet::SshKeys => put(subject, facet, existence, session.ssh_keys(&name).await, |it, keys| {
                Arc::make_mut(&mut it.user).ssh_keys = Fact::Live(keys);
            })?,
            Facet::AuthorizationDetails => self.take_permissions(subject, existence)?,
            Facet::ServiceCredentials => self.take_service_credentials(subject),
            Facet::CredentialReport => self.take_password_age(subject),
            // These are read with the account, its users or the organization, never for one user.
            Facet::OrganizationalUnits
            | Facet::Users
            | Facet::PasswordLastUsed
            | Facet::AccountSummary
            | Facet::PasswordPolicy
            | Facet::RootMfa => {}
        }
        subject.asked = subject.asked.with(facet);
        Ok(())
    }
}

fn fact<T>(facet: Facet, answer: Result<T, CallError>) -> Fact<T> {
    answer.map_or_else(|error| Fact::Unreadable(unreadable(facet, &error)), Fact::Live)
}
