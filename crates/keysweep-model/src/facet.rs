//! Facets: groups of facts that are read together, at a cost in API calls.

use crate::word::words;

words! {
    /// A group of facts that is read together, at a cost in API calls. In the order in which they are read.
    Facet, "facet", {
        /// The organizational units above an account.
        OrganizationalUnits = "organizational_units",
        /// All users of an account, their passwords, and up to two keys and certificates each, without ids; the root
        /// user. Up to four hours old.
        CredentialReport = "credential_report",
        /// All users of an account, and when their passwords were last used.
        Users = "users",
        /// The access keys of one user, with ids.
        AccessKeys = "access_keys",
        /// When and where one access key was last used.
        AccessKeyLastUsed = "access_key_last_used",
        /// The tags of a user.
        UserTags = "user_tags",
        /// Whether a user has a console password, and since when.
        LoginProfile = "login_profile",
        /// When a user last signed in to the console.
        PasswordLastUsed = "password_last_used",
        /// The MFA devices of a user.
        MfaDevices = "mfa_devices",
        /// The groups of every user of an account, and the IAM policies of both.
        AuthorizationDetails = "authorization_details",
        /// The service-specific credentials of every user of an account.
        ServiceCredentials = "service_credentials",
        /// The X.509 signing certificates of a user.
        SigningCertificates = "signing_certificates",
        /// The SSH public keys of a user.
        SshKeys = "ssh_keys",
        /// What credentials the root user of an account has.
        AccountSummary = "account_summary",
        /// The account's rules for console passwords.
        PasswordPolicy = "password_policy",
        /// Whether the root user's MFA device is a virtual one.
        RootMfa = "root_mfa",
    }
}

impl Facet {
    /// The facet in a sentence.
    #[must_use]
    pub fn phrase(self) -> String {
        match self {
            Self::MfaDevices => "MFA devices".to_owned(),
            Self::SshKeys => "SSH keys".to_owned(),
            Self::RootMfa => "root MFA".to_owned(),
            Self::OrganizationalUnits
            | Self::CredentialReport
            | Self::Users
            | Self::AccessKeys
            | Self::AccessKeyLastUsed
            | Self::UserTags
            | Self::LoginProfile
            | Self::PasswordLastUsed
            | Self::AuthorizationDetails
            | Self::ServiceCredentials
            | Self::SigningCertificates
            | Self::AccountSummary
            | Self::PasswordPolicy => self.as_str().replace('_', " "),
        }
    }

    /// The calls that read it.
    #[must_use]
    pub fn actions(self) -> &'static [&'static str] {
        match self {
            Self::OrganizationalUnits => &[
                "organizations:ListRoots",
                "organizations:ListOrganizationalUnitsForParent",
                "organizations:ListAccountsForParent",
            ],
            Self::CredentialReport => &["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
            Self::Users => &["iam:ListUsers", "iam:GetUser"],
            Self::AccessKeys => &["iam:ListAccessKeys"],
            Self::AccessKeyLastUsed => &["iam:GetAccessKeyLastUsed"],
            Self::UserTags => &["iam:ListUserTags", "iam:GetAccountAuthorizationDetails"],
            Self::LoginProfile => &["iam:GetLoginProfile"],
            Self::PasswordLastUsed => &["iam:ListUsers"],
            Self::MfaDevices => &["iam:ListMFADevices"],
            Self::AuthorizationDetails => &["iam:GetAccountAuthorizationDetails"],
            Self::ServiceCredentials => &["iam:ListServiceSpecificCredentials"],
            Self::SigningCertificates => &["iam:ListSigningCertificates"],
            Self::SshKeys => &["iam:ListSSHPublicKeys"],
            Self::AccountSummary => &["iam:GetAccountSummary"],
            Self::PasswordPolicy => &["iam:GetAccountPasswordPolicy"],
            Self::RootMfa => &["iam:ListVirtualMFADevices"],
        }
    }

    /// What reading it takes.
    #[must_use]
    pub fn cost(self) -> &'static str {
        match self {
            Self::OrganizationalUnits => "read with the list of accounts",
            Self::CredentialReport => "two calls an account",
            Self::Users => "one call for every 1,000 users, and one for each user that is gone",
            Self::PasswordLastUsed => "read with the users",
            Self::AccessKeys | Self::LoginProfile | Self::MfaDevices | Self::SigningCertificates => {
                "one call a user; a credential report has most of it"
            }
            Self::AccessKeyLastUsed => "one call a key; a credential report has it",
            Self::UserTags => "one call a user, or one for every 1,000 users",
            Self::SshKeys => "one call a user",
            Self::AuthorizationDetails => "one call for every 1,000 users, groups and IAM policies",
            Self::ServiceCredentials => "one call for every 1,000 of an account",
            Self::RootMfa => "one call for every 1,000 virtual devices of an account",
            Self::AccountSummary | Self::PasswordPolicy => "one call an account",
        }
    }
}

/// A set of facets, small enough to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct FacetSet(u32);

impl FacetSet {
    /// The set of these facets.
    #[must_use]
    pub fn of(facets: &[Facet]) -> Self {
        facets.iter().fold(Self::default(), |set, facet| set.with(*facet))
    }

    /// The set with `facet` added.
    #[must_use]
    pub fn with(self, facet: Facet) -> Self {
        Self(self.0 | 1 << facet as u32)
    }

    /// The set with `facet` taken out.
    #[must_use]
    pub fn without(self, facet: Facet) -> Self {
        Self(self.0 & !(1 << facet as u32))
    }

    /// The facets of both sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The facets that both sets have.
    #[must_use]
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The facets of this set that `other` does not have.
    #[must_use]
    pub fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `facet` is in the set.
    #[must_use]
    pub fn contains(self, facet: Facet) -> bool {
        self.0 & 1 << facet as u32 != 0
    }

    /// Whether the set has no facet.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The facets of the set, in the order in which they are read.
    pub fn iter(self) -> impl Iterator<Item = Facet> {
        Facet::ALL.iter().copied().filter(move |facet| self.contains(*facet))
    }
}

impl FromIterator<Facet> for FacetSet {
    fn from_iter<I: IntoIterator<Item = Facet>>(facets: I) -> Self {
        facets.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added_and_nothing_else() {
        let set = FacetSet::default().with(Facet::UserTags).union(FacetSet::of(&[Facet::AccessKeys]));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Facet::AccessKeys, Facet::UserTags]);
        assert_eq!(set.without(Facet::UserTags), FacetSet::of(&[Facet::AccessKeys]));
        assert_eq!(set.intersection(FacetSet::of(&[Facet::UserTags, Facet::Users])), FacetSet::of(&[Facet::UserTags]));
        assert_eq!(set.difference(FacetSet::of(&[Facet::UserTags])), FacetSet::of(&[Facet::AccessKeys]));
        assert!(FacetSet::default().is_empty() && !set.is_empty());
    }

    #[test]
    fn every_facet_has_a_place_in_the_set_and_a_call_that_reads_it() {
        let all: FacetSet = Facet::ALL.iter().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Facet::ALL);
        assert!(Facet::ALL.iter().all(|facet| !facet.actions().is_empty() && !facet.cost().is_empty()));
        assert_eq!(Facet::AccessKeyLastUsed.phrase(), "access key last used");
    }
}
