//! Looks into a user's and an account's facts: what has not been read, and what a report only guesses at.

use std::sync::Arc;

use keysweep_model::{
    AccessKey, AccountFacts, CredentialStatus, Facet, FacetSet, Fact, SigningCertificate, Unreadable, User,
};

/// The facets that would tell more of `user`.
pub(crate) fn unread(user: &User) -> FacetSet {
    let of_user = [
        not_read(&user.created_at),
        not_read(&user.tags),
        not_read(&user.access_keys),
        not_read(&user.password),
        not_read(&user.has_mfa),
        not_read(&user.mfa_devices),
        not_read(&user.permissions),
        not_read(&user.service_credentials),
        not_read(&user.signing_certificates),
        not_read(&user.ssh_keys),
    ];
    let keys = user.access_keys.known().into_iter().flatten().flat_map(|key| {
        [not_read(&key.id), not_read(&key.status), not_read(&key.created_at), not_read(&key.last_used)]
    });
    let certificates = user.signing_certificates.known().into_iter().flatten().flat_map(|certificate| {
        [not_read(&certificate.id), not_read(&certificate.status), not_read(&certificate.created_at)]
    });
    let password = user.password.known().into_iter().flatten();
    let password = password.flat_map(|password| [not_read(&password.changed_at), not_read(&password.last_used)]);
    of_user.into_iter().chain(keys).chain(certificates).chain(password).flatten().collect()
}

/// The facets that would tell more of an account and its root user, its users aside.
pub(crate) fn unread_of_account(facts: &AccountFacts) -> FacetSet {
    let facts = [
        not_read(&facts.users),
        not_read(&facts.root.credentials),
        not_read(&facts.root.has_virtual_mfa),
        not_read(&facts.root.activity),
        not_read(&facts.password_policy),
    ];
    facts.into_iter().flatten().collect()
}

/// Marks what was to be read with a facet, and could not be.
pub(crate) fn set_unreadable(user: &mut User, why: &Arc<Unreadable>) {
    deny(&mut user.tags, why);
    deny(&mut user.access_keys, why);
    deny(&mut user.password, why);
    deny(&mut user.has_mfa, why);
    deny(&mut user.mfa_devices, why);
    deny(&mut user.permissions, why);
    deny(&mut user.service_credentials, why);
    deny(&mut user.signing_certificates, why);
    deny(&mut user.ssh_keys, why);
    if let Fact::Known(Some(password)) = &mut user.password {
        deny(&mut password.changed_at, why);
        deny(&mut password.last_used, why);
    }
}

/// Makes every fact of a user unreadable that has not been read.
pub(crate) fn set_all_unreadable(user: &mut User, why: &Arc<Unreadable>) {
    deny_unread(&mut user.created_at, why);
    deny_unread(&mut user.tags, why);
    deny_unread(&mut user.access_keys, why);
    deny_unread(&mut user.password, why);
    deny_unread(&mut user.has_mfa, why);
    deny_unread(&mut user.mfa_devices, why);
    deny_unread(&mut user.permissions, why);
    deny_unread(&mut user.service_credentials, why);
    deny_unread(&mut user.signing_certificates, why);
    deny_unread(&mut user.ssh_keys, why);
}

/// Takes back what a report said of a facet.
pub(crate) fn distrust(user: &mut User, why: &Arc<Unreadable>) {
    match why.facet {
        Facet::AccessKeys => user.access_keys = Fact::Unreadable(Arc::clone(why)),
        Facet::LoginProfile => user.password = Fact::Unreadable(Arc::clone(why)),
        Facet::MfaDevices => {
            user.has_mfa = Fact::Unreadable(Arc::clone(why));
            user.mfa_devices = Fact::Unreadable(Arc::clone(why));
        }
        Facet::SigningCertificates => user.signing_certificates = Fact::Unreadable(Arc::clone(why)),
        // No report tells of these, or the list of users tells them as well.
        Facet::OrganizationalUnits
        | Facet::CredentialReport
        | Facet::PasswordLastUsed
        | Facet::Users
        | Facet::AccessKeyLastUsed
        | Facet::UserTags
        | Facet::AuthorizationDetails
        | Facet::ServiceCredentials
        | Facet::SshKeys
        | Facet::AccountSummary
        | Facet::PasswordPolicy
        | Facet::RootMfa => {}
    }
}

/// A key that may be there: a report that is silent about inactive keys has an empty slot for it.
pub(crate) fn possible_key() -> AccessKey {
    AccessKey {
        id: Fact::NotRead(Facet::AccessKeys),
        status: Fact::Known(CredentialStatus::Inactive),
        created_at: Fact::NotRead(Facet::AccessKeys),
        last_used: Fact::NotRead(Facet::AccessKeys),
    }
}

/// Whether `key` is such a guess. Nothing else has a status and no last use that could be asked for.
pub(crate) fn is_possible_key(key: &AccessKey) -> bool {
    *key == possible_key()
}

/// A signing certificate that may be there, as [`possible_key`].
pub(crate) fn possible_certificate() -> SigningCertificate {
    SigningCertificate {
        id: Fact::NotRead(Facet::SigningCertificates),
        status: Fact::Known(CredentialStatus::Inactive),
        created_at: Fact::NotRead(Facet::SigningCertificates),
    }
}

/// Whether `certificate` is such a guess.
pub(crate) fn is_possible_certificate(certificate: &SigningCertificate) -> bool {
    *certificate == possible_certificate()
}

fn not_read<T>(fact: &Fact<T>) -> Option<Facet> {
    match fact {
        Fact::NotRead(facet) => Some(*facet),
        Fact::Known(_) | Fact::Unreadable(_) => None,
    }
}

fn deny_unread<T>(fact: &mut Fact<T>, why: &Arc<Unreadable>) {
    if fact.is_not_read() {
        *fact = Fact::Unreadable(Arc::clone(why));
    }
}

fn deny<T>(fact: &mut Fact<T>, why: &Arc<Unreadable>) {
    if not_read(fact) == Some(why.facet) {
        *fact = Fact::Unreadable(Arc::clone(why));
    }
}
