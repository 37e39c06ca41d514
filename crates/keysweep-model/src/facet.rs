//! Facets: groups of facts that are read together, at a cost in API calls.

use crate::word::words;

words! {
    /// Of what one read of a facet tells.
    FacetScope, "scope of a facet", {
        /// The whole account, with all its users where the facet is about users.
        Account = "account",
        /// One user.
        User = "user",
    }
}

/// The facets: name = word, phrase, scope, the actions of the calls that read it, how many calls that takes.
macro_rules! facets {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $phrase:literal, $scope:ident, $actions:expr, $cost:literal;)+) => {
        words! {
            /// A group of facts that is read together, at a cost in API calls. In the order in which they are read.
            Facet, "facet", { $($(#[$doc])* $name = $word,)+ }
        }

        impl Facet {
            fn row(self) -> Row {
                match self {
                    $(Self::$name => Row {
                        phrase: $phrase,
                        scope: FacetScope::$scope,
                        actions: &$actions,
                        cost: $cost,
                    },)+
                }
            }
        }
    };
}

struct Row {
    phrase: &'static str,
    scope: FacetScope,
    actions: &'static [&'static str],
    cost: &'static str,
}

facets! {
    /// The organizational units above an account.
    OrganizationalUnits = "organizational_units", "organizational units", Account,
        [
            "organizations:ListRoots",
            "organizations:ListOrganizationalUnitsForParent",
            "organizations:ListAccountsForParent",
        ],
        "read with the list of accounts";
    /// All users of an account, their passwords, and up to two keys and certificates each, without ids; the root
    /// user. Up to four hours old.
    CredentialReport = "credential_report", "credential report", Account,
        ["iam:GenerateCredentialReport", "iam:GetCredentialReport"],
        "two calls an account";
    /// All users of an account, and when their passwords were last used.
    Users = "users", "users", Account,
        ["iam:ListUsers", "iam:GetUser"],
        "one call for every 1,000 users, and one for each user that is gone";
    /// The access keys of one user, with ids.
    AccessKeys = "access_keys", "access keys", User,
        ["iam:ListAccessKeys"],
        "one call a user; a credential report has most of it";
    /// When and where one access key was last used.
    AccessKeyLastUsed = "access_key_last_used", "access key last used", User,
        ["iam:GetAccessKeyLastUsed"],
        "one call a key; a credential report has it";
    /// The tags of a user. One call for the whole account tells them too.
    UserTags = "user_tags", "user tags", User,
        ["iam:ListUserTags", "iam:GetAccountAuthorizationDetails"],
        "one call a user, or one for every 1,000 users";
    /// Whether a user has a console password, and since when.
    LoginProfile = "login_profile", "login profile", User,
        ["iam:GetLoginProfile"],
        "one call a user; a credential report has most of it";
    /// When a user last signed in to the console.
    PasswordLastUsed = "password_last_used", "password last used", Account,
        ["iam:ListUsers"],
        "read with the users";
    /// The MFA devices of a user.
    MfaDevices = "mfa_devices", "MFA devices", User,
        ["iam:ListMFADevices"],
        "one call a user; a credential report has most of it";
    /// The groups of every user of an account, and the IAM policies of both.
    AuthorizationDetails = "authorization_details", "authorization details", Account,
        ["iam:GetAccountAuthorizationDetails"],
        "one call for every 1,000 users, groups and IAM policies";
    /// The service-specific credentials of every user of an account.
    ServiceCredentials = "service_credentials", "service credentials", Account,
        ["iam:ListServiceSpecificCredentials"],
        "one call for every 1,000 of an account";
    /// The X.509 signing certificates of a user.
    SigningCertificates = "signing_certificates", "signing certificates", User,
        ["iam:ListSigningCertificates"],
        "one call a user; a credential report has most of it";
    /// The SSH public keys of a user.
    SshKeys = "ssh_keys", "SSH keys", User,
        ["iam:ListSSHPublicKeys"],
        "one call a user";
    /// What credentials the root user of an account has.
    AccountSummary = "account_summary", "account summary", Account,
        ["iam:GetAccountSummary"],
        "one call an account";
    /// The account's rules for console passwords.
    PasswordPolicy = "password_policy", "password policy", Account,
        ["iam:GetAccountPasswordPolicy"],
        "one call an account";
    /// Whether the root user's MFA device is a virtual one.
    RootMfa = "root_mfa", "root MFA", Account,
        ["iam:ListVirtualMFADevices"],
        "one call for every 1,000 virtual devices of an account";
}

impl Facet {
    /// The facet in a sentence.
    #[must_use]
    pub fn phrase(self) -> &'static str {
        self.row().phrase
    }

    /// Of what one read tells.
    #[must_use]
    pub fn scope(self) -> FacetScope {
        self.row().scope
    }

    /// The actions of the calls that read it, as IAM policies name them.
    #[must_use]
    pub fn actions(self) -> &'static [&'static str] {
        self.row().actions
    }

    /// How many calls a read takes, in words.
    #[must_use]
    pub fn cost(self) -> &'static str {
        self.row().cost
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
    fn every_facet_has_a_place_in_the_set() {
        let all: FacetSet = Facet::ALL.iter().copied().collect();
        assert_eq!(all.iter().collect::<Vec<_>>(), Facet::ALL);
    }

    /// The reference of the policy language is printed from the rows. Here are the scopes, which it does not show.
    #[test]
    fn one_read_of_these_tells_of_one_user() {
        let of_users: FacetSet = Facet::ALL.iter().copied().filter(|facet| facet.scope() == FacetScope::User).collect();
        let words: Vec<_> = of_users.iter().map(Facet::as_str).collect();
        insta::assert_snapshot!(words.join(" "), @"access_keys access_key_last_used user_tags login_profile mfa_devices signing_certificates ssh_keys");
    }
}
