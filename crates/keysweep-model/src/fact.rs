//! Facts: values that know where they come from, and whether they are known at all.

use std::{fmt, sync::Arc};

use jiff::Timestamp;

use crate::Facet;

/// A value read from AWS, or the honest absence of one.
///
/// There is deliberately no method that gives a default for the unknown: the code that wants the value must say what
/// happens when there is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<T> {
    /// AWS said so when it was asked.
    Live(T),
    /// A credential report says so, which is up to four hours old. It may have changed since.
    Reported(T, Arc<Report>),
    /// A slot of a credential report may hold something. If it does, this is its value.
    Possible(T),
    /// AWS has not been asked. Reading this facet will tell.
    NotRead(Facet),
    /// AWS was asked and did not answer.
    Unreadable(Arc<Unreadable>),
}

/// The credential report that a fact comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// When AWS made the report.
    pub generated_at: Timestamp,
    /// Why the fact could not be read live, where that was tried.
    pub unconfirmed: Option<Arc<Unreadable>>,
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

/// Why a fact has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// AWS has not been asked. Reading this facet will tell.
    NotRead(Facet),
    /// AWS was asked and did not answer.
    Unreadable(Arc<Unreadable>),
}

/// Where a fact comes from, without its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin<'a> {
    /// AWS said so when it was asked.
    Live,
    /// A credential report says so.
    Reported(&'a Report),
    /// A slot of a credential report may hold it.
    Possible,
    /// AWS has not been asked. Reading this facet will tell.
    NotRead(Facet),
    /// AWS was asked and did not answer.
    Unreadable(&'a Arc<Unreadable>),
}

impl<T> Fact<T> {
    /// The value, wherever it comes from.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Live(value) | Self::Reported(value, _) | Self::Possible(value) => Some(value),
            Self::NotRead(_) | Self::Unreadable(_) => None,
        }
    }

    /// The value, wherever it comes from, to be changed.
    pub fn value_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Live(value) | Self::Reported(value, _) | Self::Possible(value) => Some(value),
            Self::NotRead(_) | Self::Unreadable(_) => None,
        }
    }

    /// The value, wherever it comes from.
    ///
    /// # Errors
    /// Why there is none.
    pub fn get(self) -> Result<T, Missing> {
        match self {
            Self::Live(value) | Self::Reported(value, _) | Self::Possible(value) => Ok(value),
            Self::NotRead(facet) => Err(Missing::NotRead(facet)),
            Self::Unreadable(why) => Err(Missing::Unreadable(why)),
        }
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin<'_> {
        match self {
            Self::Live(_) => Origin::Live,
            Self::Reported(_, report) => Origin::Reported(report),
            Self::Possible(_) => Origin::Possible,
            Self::NotRead(facet) => Origin::NotRead(*facet),
            Self::Unreadable(why) => Origin::Unreadable(why),
        }
    }

    /// Whether AWS was not asked yet.
    pub fn is_not_read(&self) -> bool {
        matches!(self, Self::NotRead(_))
    }

    /// The same fact by reference.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Live(value) => Fact::Live(value),
            Self::Reported(value, report) => Fact::Reported(value, Arc::clone(report)),
            Self::Possible(value) => Fact::Possible(value),
            Self::NotRead(facet) => Fact::NotRead(*facet),
            Self::Unreadable(why) => Fact::Unreadable(Arc::clone(why)),
        }
    }

    /// The fact with another value where there is one.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Live(value) => Fact::Live(f(value)),
            Self::Reported(value, report) => Fact::Reported(f(value), report),
            Self::Possible(value) => Fact::Possible(f(value)),
            Self::NotRead(facet) => Fact::NotRead(facet),
            Self::Unreadable(why) => Fact::Unreadable(why),
        }
    }

    /// The fact that follows from the value where there is one. It is no better than what it rests on: what follows from
    /// a report is of that report, and what follows from a possible value is possible.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Live(value) => f(value),
            Self::Reported(value, report) => match f(value) {
                Fact::Live(next) => Fact::Reported(next, report),
                Fact::Reported(next, other) => {
                    Fact::Reported(next, if report.unconfirmed.is_some() { report } else { other })
                }
                next @ (Fact::Possible(_) | Fact::NotRead(_) | Fact::Unreadable(_)) => next,
            },
            Self::Possible(value) => match f(value) {
                Fact::Live(next) | Fact::Reported(next, _) => Fact::Possible(next),
                next @ (Fact::Possible(_) | Fact::NotRead(_) | Fact::Unreadable(_)) => next,
            },
            Self::NotRead(facet) => Fact::NotRead(facet),
            Self::Unreadable(why) => Fact::Unreadable(why),
        }
    }
}

impl Report {
    /// The report that AWS made at this time.
    #[must_use]
    pub fn new(generated_at: Timestamp) -> Self {
        Self { generated_at, unconfirmed: None }
    }
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
        assert_eq!(not_read.and_then(|_| Fact::Live(1)), Fact::NotRead(Facet::UserTags));
        assert_eq!(Fact::Live(1).map(|n| n + 1), Fact::Live(2));
    }

    #[test]
    fn what_follows_from_a_fact_is_no_better_than_it() {
        let why = Arc::new(Unreadable { facet: Facet::AccessKeys, reason: "denied".to_owned() });
        let report = Arc::new(Report::new(Timestamp::UNIX_EPOCH));
        let unconfirmed = Arc::new(Report { unconfirmed: Some(Arc::clone(&why)), ..(*report).clone() });
        let reported = |report: &Arc<Report>| Fact::Reported(1, Arc::clone(report));
        assert_eq!(reported(&report).and_then(Fact::Live), reported(&report));
        assert_eq!(Fact::Live(1).and_then(|_| reported(&report)), reported(&report));
        assert_eq!(reported(&unconfirmed).and_then(|_| reported(&report)), reported(&unconfirmed));
        assert_eq!(reported(&report).and_then(|_| reported(&unconfirmed)), reported(&unconfirmed));
        assert_eq!(reported(&report).and_then(Fact::Possible), Fact::Possible(1));
        assert_eq!(Fact::Possible(1).and_then(|_| reported(&report)), Fact::Possible(1));
        assert_eq!(Fact::Possible(1).and_then(|_| Fact::<i64>::Unreadable(Arc::clone(&why))), Fact::Unreadable(why));
    }
}
