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

/// A fact to be written; none where it was not read and `facet` would have told it.
pub(super) fn write<T, W>(fact: &Fact<T>, facet: Facet, value: impl FnOnce(&T) -> W) -> Option<Wire<W>> {
    match fact {
        Fact::Known(known) => Some(Wire::Known(value(known))),
        Fact::NotRead(other) if *other == facet => None,
        Fact::NotRead(other) => Some(Wire::NotRead(other.as_str().to_owned())),
        Fact::Unreadable(why) => {
            Some(Wire::Unreadable { facet: why.facet.as_str().to_owned(), reason: why.reason.clone() })
        }
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
