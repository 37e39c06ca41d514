//! Facts of an account as a whole and of its root user: one call an account, made where a policy asks.

use keysweep_model::{AccountFacts, Facet, FacetSet, Fact};

use super::{Reader, unreadable};

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
}

fn fact<T>(facet: Facet, answer: Result<T, keysweep_aws::CallError>) -> Fact<T> {
    answer.map_or_else(|error| Fact::Unreadable(unreadable(facet, &error)), Fact::Live)
}
