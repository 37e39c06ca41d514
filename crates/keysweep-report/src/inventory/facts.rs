//! Facts on the wire.

use std::{str::FromStr, sync::Arc};

use keysweep_model::{Facet, Fact, Unreadable};
use serde::{Deserialize, Serialize};

/// A fact as a line holds it; the whole field is missing where nobody has read it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wire<T> {
    Known(T),
    NotRead(String),
    Unreadable { facet: String, reason: String },
}

/// Yes or no, which is written as such where it is known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Flag {
    Known(bool),
    Unknown(Wire<bool>),
}

impl Flag {
    pub(super) fn of(fact: &Fact<bool>) -> Self {
        match fact {
            Fact::Known(known) => Self::Known(*known),
            Fact::NotRead(facet) => Self::Unknown(Wire::NotRead(facet.as_str().to_owned())),
            Fact::Unreadable(why) => Self::Unknown(Wire::unreadable(why)),
        }
    }

    /// The fact, which `facet` would have told.
    pub(super) fn fact(self, facet: Facet) -> Result<Fact<bool>, String> {
        match self {
            Self::Known(known) => Ok(Fact::Known(known)),
            Self::Unknown(wire) => read(Some(wire), facet, Ok),
        }
    }
}

impl<T> Wire<T> {
    fn unreadable(why: &Unreadable) -> Self {
        Self::Unreadable { facet: why.facet.as_str().to_owned(), reason: why.reason.clone() }
    }
}

/// A fact to be written; none where it was not read and `facet` would have told it.
pub(super) fn write<T, W>(fact: &Fact<T>, facet: Facet, value: impl FnOnce(&T) -> W) -> Option<Wire<W>> {
    match fact {
        Fact::Known(known) => Some(Wire::Known(value(known))),
        Fact::NotRead(other) if *other == facet => None,
        Fact::NotRead(other) => Some(Wire::NotRead(other.as_str().to_owned())),
        Fact::Unreadable(why) => Some(Wire::unreadable(why)),
    }
}

/// A fact that was read; a missing one was not read, and `facet` would have told it.
pub(super) fn read<T, W>(
    wire: Option<Wire<W>>,
    facet: Facet,
    value: impl FnOnce(W) -> Result<T, String>,
) -> Result<Fact<T>, String> {
    Ok(match wire {
        None => Fact::NotRead(facet),
        Some(Wire::Known(known)) => Fact::Known(value(known)?),
        Some(Wire::NotRead(other)) => Fact::NotRead(parse(&other)?),
        Some(Wire::Unreadable { facet, reason }) => {
            Fact::Unreadable(Arc::new(Unreadable { facet: parse(&facet)?, reason }))
        }
    })
}

/// A value that is written as a text.
pub(super) fn parse<T: FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}
