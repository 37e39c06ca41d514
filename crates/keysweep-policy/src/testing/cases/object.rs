//! The objects of cases, read by the tables of their properties.

use std::{collections::BTreeMap, fmt};

use keysweep_files::{Code, Diagnostic, did_you_mean, yaml};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_yaml::{Location, Spanned};

use crate::objects::{
    Field, Object,
    give::{DAY, Draft, How},
};

/// An object as a case gives it.
pub(super) struct Given {
    object: Object,
    /// What it gives of the object, by the names of the properties.
    values: BTreeMap<&'static str, Value>,
    /// The fields that the object does not have.
    wrong: Vec<Diagnostic>,
}

/// A value, and how it is put into a draft.
struct Value {
    place: Location,
    put: Box<dyn FnOnce(&mut Draft)>,
}

impl Given {
    /// The object of which nothing is given.
    pub(super) fn nothing(object: Object) -> Self {
        Self { object, values: BTreeMap::new(), wrong: Vec::new() }
    }

    /// The first value whose field is such a one: its name and its place.
    pub(super) fn find(&self, is: impl Fn(&Field) -> bool) -> Option<(&'static str, Location)> {
        let mut given = self.object.fields().filter(|field| is(field));
        given.find_map(|field| self.values.get(field.name).map(|value| (field.name, value.place)))
    }

    /// Makes the object in a draft and gives it to what has it.
    pub(super) fn add(self, draft: &mut Draft) {
        let object = self.object;
        let first = self.find(|_| true);
        self.make(draft);
        object.keep(draft);
        if let Some((_, place)) = first {
            draft.refused_at(&place);
        }
    }

    /// Makes the object in a draft.
    pub(super) fn make(mut self, draft: &mut Draft) {
        self.wrong.into_iter().for_each(|wrong| draft.refuse_by(wrong));
        self.object.begin(draft);
        for field in self.object.fields() {
            if let Some(value) = self.values.remove(field.name) {
                (value.put)(draft);
                draft.refused_at(&value.place);
            }
        }
    }
}

/// Reads one object, or a list of them; none where there is null.
#[derive(Clone, Copy)]
pub(super) enum Objects {
    One(Object),
    List(Object),
}

impl<'de> DeserializeSeed<'de> for Objects {
    type Value = Option<Vec<Given>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Objects {
    type Value = Option<Vec<Given>>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object or a list of objects")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        match self {
            Self::One(_) => deserializer.deserialize_map(self),
            Self::List(_) => deserializer.deserialize_seq(self),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Self::Value, A::Error> {
        let (Self::One(object) | Self::List(object)) = self;
        let mut given = Given::nothing(object);
        while let Some(name) = fields.next_key::<Spanned<String>>()? {
            match object.fields().find(|field| field.name == name.value) {
                Some(field) => {
                    let value = value(field.how, name.defined, &mut fields)?;
                    given.values.extend(value.map(|value| (field.name, value)));
                }
                None => {
                    fields.next_value::<IgnoredAny>()?;
                    given.wrong.push(unknown(object, &name));
                }
            }
        }
        Ok(Some(vec![given]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let (Self::One(object) | Self::List(object)) = self;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self::One(object))? {
            list.append(&mut item.unwrap_or_else(|| vec![Given::nothing(object)]));
        }
        Ok(Some(list))
    }
}

/// An error at a field that an object does not have, or that a case does not give by itself.
fn unknown(object: Object, name: &Spanned<String>) -> Diagnostic {
    let wrong = |message| yaml::at(name, message).code(Code::UnknownField);
    if object.property(&name.value).is_some() {
        return wrong(format!("a case cannot give `{}`", name.value)).help(object.hint(&name.value));
    }
    let names: Vec<_> = object.fields().map(|field| field.name).collect();
    let help = did_you_mean(&name.value, "a case gives", names.iter().copied());
    wrong(format!("{} has no `{}`", object.phrase(), name.value)).maybe_help(help)
}

/// The value of a field whose name stands at `place`; none where it is null and nothing is given by that.
fn value<'de, A: MapAccess<'de>>(how: How, place: Location, map: &mut A) -> Result<Option<Value>, A::Error> {
    match how {
        How::Not => map.next_value::<IgnoredAny>().map(|_| None),
        How::Boolean(set) => plain(map, set),
        How::Integer(set) => plain(map, set),
        How::String(set) => plain(map, set),
        How::Strings(set) => plain(map, set),
        How::Tags(set) => plain(map, set),
        How::Days(set) => plain(map, move |draft, days| {
            if let Some(span) = draft.span(days, DAY) {
                let at = draft.moved(draft.as_of, -span);
                set(draft, at);
            }
        }),
        How::Span(unit, set) => plain(map, move |draft, count| {
            if let Some(span) = draft.span(count, unit) {
                set(draft, span);
            }
        }),
        How::Object(object, set) => {
            let given = map.next_value_seed(Objects::One(object))?;
            let put = move |draft: &mut Draft| {
                set(draft, given.is_some());
                given.into_iter().flatten().for_each(|object| object.add(draft));
            };
            Ok(Some(Value { place, put: Box::new(put) }))
        }
        How::Objects(object, set) => {
            let Some(given) = map.next_value_seed(Objects::List(object))? else { return Ok(None) };
            let put = move |draft: &mut Draft| {
                set(draft, given.len());
                given.into_iter().for_each(|object| object.add(draft));
            };
            Ok(Some(Value { place, put: Box::new(put) }))
        }
    }
}

/// A value that is not an object; none where it is null.
fn plain<'de, A: MapAccess<'de>, T: Deserialize<'de> + 'static>(
    map: &mut A,
    set: impl FnOnce(&mut Draft, T) + 'static,
) -> Result<Option<Value>, A::Error> {
    let given: Option<Spanned<T>> = map.next_value()?;
    Ok(given
        .map(|Spanned { value, defined, .. }| Value { place: defined, put: Box::new(move |draft| set(draft, value)) }))
}
