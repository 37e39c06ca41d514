//! How files keep facts: what the inventory is made of. The names of fields are those of the types.
//!
//! A fact is `{"known": value}`, `{"not_read": facet}` or `{"unreadable": {"facet": ..., "reason": ...}}`. Beside `known`
//! stands `"reported_at": time` where the value is from a credential report that was made then, and `"possible": true`
//! where it is that of a slot which may be empty. Keys that are not known are passed over.

use std::{fmt, marker::PhantomData, str::FromStr, sync::Arc};

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, IgnoredAny, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
    ser::SerializeMap,
};

use crate::{Facet, Fact, Report, Unreadable};

/// A fact in the form that a file keeps.
pub(crate) trait Stored<T>: Sized {
    /// The form of a fact that `facet` tells; none where the file leaves it out.
    fn of(fact: Fact<T>, facet: Facet) -> Option<Self>;

    /// The fact of a form.
    fn fact(form: Option<Self>, facet: Facet) -> Fact<T>;
}

/// The forms.
pub(crate) mod kept {
    use super::Fact;

    /// A fact; left out where it was not read.
    pub(crate) struct Full<T>(pub(super) Fact<T>);

    /// The value alone where it is live, else the fact.
    pub(crate) struct Bare<T>(pub(super) Fact<T>);

    /// As [`Bare`], and left out where there is none.
    pub(crate) struct Optional<T>(pub(super) Fact<T>);
}

impl<T> Stored<T> for kept::Full<T> {
    fn of(fact: Fact<T>, facet: Facet) -> Option<Self> {
        (!matches!(fact, Fact::NotRead(unread) if unread == facet)).then_some(Self(fact))
    }

    fn fact(form: Option<Self>, facet: Facet) -> Fact<T> {
        form.map_or(Fact::NotRead(facet), |form| form.0)
    }
}

impl<T> Stored<T> for kept::Bare<T> {
    fn of(fact: Fact<T>, facet: Facet) -> Option<Self> {
        kept::Full::of(fact, facet).map(|form| Self(form.0))
    }

    fn fact(form: Option<Self>, facet: Facet) -> Fact<T> {
        form.map_or(Fact::NotRead(facet), |form| form.0)
    }
}

impl<'a, T> Stored<&'a Option<T>> for kept::Optional<&'a Option<T>> {
    fn of(fact: Fact<&'a Option<T>>, _: Facet) -> Option<Self> {
        (!matches!(fact, Fact::Live(None))).then_some(Self(fact))
    }

    fn fact(form: Option<Self>, _: Facet) -> Fact<&'a Option<T>> {
        form.map_or(Fact::Live(&None), |form| form.0)
    }
}

impl<T> Stored<Option<T>> for kept::Optional<Option<T>> {
    fn of(fact: Fact<Option<T>>, _: Facet) -> Option<Self> {
        (!matches!(fact, Fact::Live(None))).then_some(Self(fact))
    }

    fn fact(form: Option<Self>, _: Facet) -> Fact<Option<T>> {
        form.map_or(Fact::Live(None), |form| form.0)
    }
}

impl<T: Serialize> Serialize for kept::Full<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<T: Serialize> Serialize for kept::Bare<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Fact::Live(value) => value.serialize(serializer),
            fact @ (Fact::Reported(..) | Fact::Possible(_) | Fact::NotRead(_) | Fact::Unreadable(_)) => {
                fact.serialize(serializer)
            }
        }
    }
}

impl<T: Serialize> Serialize for kept::Optional<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Fact::Live(value) => value.serialize(serializer),
            fact @ (Fact::Reported(..) | Fact::Possible(_) | Fact::NotRead(_) | Fact::Unreadable(_)) => {
                fact.serialize(serializer)
            }
        }
    }
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Live(value) => map.serialize_entry("known", value)?,
            Self::Reported(value, report) => {
                map.serialize_entry("known", value)?;
                map.serialize_entry("reported_at", &report.generated_at)?;
            }
            Self::Possible(value) => {
                map.serialize_entry("known", value)?;
                map.serialize_entry("possible", &true)?;
            }
            Self::NotRead(facet) => map.serialize_entry("not_read", facet)?,
            Self::Unreadable(why) => map.serialize_entry("unreadable", &**why)?,
        }
        map.end()
    }
}

impl Serialize for Unreadable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("facet", &self.facet)?;
        map.serialize_entry("reason", &self.reason)?;
        map.end()
    }
}

#[derive(Deserialize)]
struct Why {
    facet: Facet,
    reason: String,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for kept::Full<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Fact::deserialize(deserializer).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for kept::Bare<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareVisitor::<T, T> { of_bare: |value| value, wire: PhantomData }).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for kept::Optional<Option<T>> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BareVisitor::<T, Option<T>> { of_bare: Some, wire: PhantomData }).map(Self)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(FactVisitor(PhantomData))
    }
}

/// Reads a fact, and passes over the keys that a later version has added.
struct FactVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for FactVisitor<T> {
    type Value = Fact<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a fact with one of `known`, `not_read` and `unreadable`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Fact<T>, A::Error> {
        let mut fact = None;
        let mut reported_at: Option<Timestamp> = None;
        let mut is_possible = false;
        while let Some(key) = entries.next_key::<String>()? {
            let next = match key.as_str() {
                "known" => Fact::Live(entries.next_value()?),
                "not_read" => Fact::NotRead(entries.next_value()?),
                "unreadable" => {
                    let Why { facet, reason } = entries.next_value()?;
                    Fact::Unreadable(Arc::new(Unreadable { facet, reason }))
                }
                "reported_at" => {
                    reported_at = entries.next_value()?;
                    continue;
                }
                "possible" => {
                    is_possible = entries.next_value()?;
                    continue;
                }
                _ => {
                    entries.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if fact.replace(next).is_some() {
                return Err(A::Error::custom("a fact has only one of `known`, `not_read` and `unreadable`"));
            }
        }
        let fact =
            fact.ok_or_else(|| A::Error::custom("a fact must have one of `known`, `not_read` and `unreadable`"))?;
        Ok(match (fact, reported_at) {
            (Fact::Live(value), _) if is_possible => Fact::Possible(value),
            (Fact::Live(value), Some(at)) => Fact::Reported(value, Arc::new(Report::new(at))),
            (fact, _) => fact,
        })
    }
}

/// Reads a fact `T` or a bare value `B`. No bare value is a map.
struct BareVisitor<B, T> {
    of_bare: fn(B) -> T,
    wire: PhantomData<T>,
}

impl<B, T> BareVisitor<B, T> {
    fn bare<'de, E: Error>(self, bare: impl IntoDeserializer<'de, E>) -> Result<Fact<T>, E>
    where
        B: Deserialize<'de>,
    {
        B::deserialize(bare.into_deserializer()).map(|value| Fact::Live((self.of_bare)(value)))
    }
}

impl<'de, B: Deserialize<'de>, T: Deserialize<'de>> Visitor<'de> for BareVisitor<B, T> {
    type Value = Fact<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value or a fact")
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Fact<T>, A::Error> {
        FactVisitor(PhantomData).visit_map(entries)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Fact<T>, A::Error> {
        B::deserialize(SeqAccessDeserializer::new(items)).map(|value| Fact::Live((self.of_bare)(value)))
    }

    fn visit_bool<E: Error>(self, bare: bool) -> Result<Fact<T>, E> {
        self.bare(bare)
    }

    fn visit_u64<E: Error>(self, bare: u64) -> Result<Fact<T>, E> {
        self.bare(bare)
    }

    fn visit_i64<E: Error>(self, bare: i64) -> Result<Fact<T>, E> {
        self.bare(bare)
    }

    fn visit_str<E: Error>(self, bare: &str) -> Result<Fact<T>, E> {
        self.bare(bare)
    }
}

/// Values that files keep as the string that they are written as.
macro_rules! strings {
    ($($value:ty),+ $(,)?) => {
        $(
            impl Serialize for $value {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }

            impl<'de> Deserialize<'de> for $value {
                fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    deserializer.deserialize_str(StringVisitor(PhantomData))
                }
            }
        )+
    };
}

strings!(
    crate::AccountId,
    crate::AccessKeyId,
    crate::AccountOutcome,
    crate::ChangeKind,
    crate::CredentialStatus,
    crate::ExemptionId,
    crate::Facet,
    crate::MfaKind,
    crate::Partition,
    crate::PolicyId,
    crate::Remedy,
    crate::ResourceType,
    crate::Severity,
    crate::Status,
    crate::Step,
    crate::UserName,
);

struct StringVisitor<T>(PhantomData<T>);

impl<T: FromStr<Err: fmt::Display>> Visitor<'_> for StringVisitor<T> {
    type Value = T;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a string")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }
}
