//! Facts: values that know whether they are known.

use std::{fmt, sync::Arc};

/// A value read from AWS, or the honest absence of one.
///
/// There is deliberately no method that gives a default for the unknown: whoever wants the value must say what happens
/// when there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<T> {
    /// AWS said so.
    Known(T),
    /// Nobody has asked AWS yet; reading this facet will tell.
    NotRead(Facet),
    /// AWS was asked and did not answer.
    Unreadable(Arc<Unreadable>),
}

impl<T> Fact<T> {
    /// The value where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotRead(_) | Self::Unreadable(_) => None,
        }
    }

    /// Whether AWS was not asked yet.
    pub fn is_not_read(&self) -> bool {
        matches!(self, Self::NotRead(_))
    }

    /// The same fact by reference.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value) => Fact::Known(value),
            Self::NotRead(facet) => Fact::NotRead(*facet),
            Self::Unreadable(why) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// The fact with its value replaced where it is known.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        self.and_then(|value| Fact::Known(f(value)))
    }

    /// The fact that follows from the value where it is known.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Known(value) => f(value),
            Self::NotRead(facet) => Fact::NotRead(facet),
            Self::Unreadable(why) => Fact::Unreadable(why),
        }
    }
}

/// Why a fact could not be read: data, not an error, because the run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What was being read.
    pub facet: Facet,
    /// What was tried and how it failed, in words for the user, such as
    /// "iam:ListAccessKeys was denied (AccessDenied)".
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} could not be read: {}", self.facet, self.reason)
    }
}

/// A group of facts that is read together, at a cost in API calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    /// The organizational units above an account: read with the list of accounts.
    OrganizationalUnits,
    /// All users of an account and up to two keys each, without key ids: two calls an account.
    CredentialReport,
    /// All users of an account: a call for every 1,000 users.
    Users,
    /// The access keys of one user, with ids: one call a user.
    AccessKeys,
    /// When and where one access key was last used: one call a key.
    AccessKeyLastUsed,
    /// The tags of a user: one call a user, or one for many users of an account.
    UserTags,
}

impl Facet {
    /// Every facet, in the order in which they are read.
    pub const ALL: [Self; 6] = [
        Self::OrganizationalUnits,
        Self::CredentialReport,
        Self::Users,
        Self::AccessKeys,
        Self::AccessKeyLastUsed,
        Self::UserTags,
    ];

    /// The facet in the user's words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OrganizationalUnits => "organizational units",
            Self::CredentialReport => "credential report",
            Self::Users => "users",
            Self::AccessKeys => "access keys",
            Self::AccessKeyLastUsed => "access key last used",
            Self::UserTags => "user tags",
        }
    }
}

impl fmt::Display for Facet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

/// A set of facets, small enough to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FacetSet(u8);

impl FacetSet {
    /// The set with `facet` added.
    #[must_use]
    pub fn with(self, facet: Facet) -> Self {
        Self(self.0 | 1 << facet as u8)
    }

    /// The facets of both sets.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `facet` is in the set.
    #[must_use]
    pub fn contains(self, facet: Facet) -> bool {
        self.0 & 1 << facet as u8 != 0
    }

    /// Whether the set has no facet.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The facets of the set, in the order in which they are read.
    pub fn iter(self) -> impl Iterator<Item = Facet> {
        Facet::ALL.into_iter().filter(move |facet| self.contains(*facet))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_added_and_nothing_else() {
        let set = FacetSet::default().with(Facet::UserTags).union(FacetSet::default().with(Facet::AccessKeys));
        assert_eq!(set.iter().collect::<Vec<_>>(), [Facet::AccessKeys, Facet::UserTags]);
        assert!(FacetSet::default().is_empty() && !set.is_empty());
    }

    #[test]
    fn the_unknown_stays_unknown_through_map_and_and_then() {
        let not_read: Fact<i64> = Fact::NotRead(Facet::UserTags);
        assert_eq!(not_read.clone().map(|n| n + 1), Fact::NotRead(Facet::UserTags));
        assert_eq!(not_read.and_then(|_| Fact::Known(1)), Fact::NotRead(Facet::UserTags));
        assert_eq!(Fact::Known(1).map(|n| n + 1), Fact::Known(2));
    }
}
