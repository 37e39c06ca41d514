//! Facts: values that know whether they are known.

use std::{fmt, sync::Arc};

use crate::Facet;

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
        write!(out, "{} could not be read: {}", self.facet.phrase(), self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unknown_stays_unknown_through_map_and_and_then() {
        let not_read: Fact<i64> = Fact::NotRead(Facet::UserTags);
        assert_eq!(not_read.clone().map(|n| n + 1), Fact::NotRead(Facet::UserTags));
        assert_eq!(not_read.and_then(|_| Fact::Known(1)), Fact::NotRead(Facet::UserTags));
        assert_eq!(Fact::Known(1).map(|n| n + 1), Fact::Known(2));
    }
}
