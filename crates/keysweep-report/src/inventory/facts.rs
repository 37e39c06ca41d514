//! Facts on the wire.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use keysweep_model::{Facet, Fact, Unreadable};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};

/// A fact as a line holds it; the whole field is missing where nobody has read it.
#[derive(Debug, Serialize)]
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

#[derive(Deserialize)]
struct Why {
    facet: String,
    reason: String,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Wire<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(WireVisitor(PhantomData))
    }
}

/// Reads one of the three keys, and passes over those that a later version has added.
struct WireVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for WireVisitor<T> {
    type Value = Wire<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a fact: one of `known`, `not_read` and `unreadable`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Wire<T>, A::Error> {
        let mut fact = None;
        while let Some(key) = entries.next_key::<String>()? {
            let next = match key.as_str() {
                "known" => Wire::Known(entries.next_value()?),
                "not_read" => Wire::NotRead(entries.next_value()?),
                "unreadable" => {
                    let Why { facet, reason } = entries.next_value()?;
                    Wire::Unreadable { facet, reason }
                }
                _ => {
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if fact.replace(next).is_some() {
                return Err(A::Error::custom("a fact is only one of `known`, `not_read` and `unreadable`"));
            }
        }
        fact.ok_or_else(|| A::Error::custom("a fact is one of `known`, `not_read` and `unreadable`"))
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
