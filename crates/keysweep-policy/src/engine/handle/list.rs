//! Lists of objects, what an account or a user has, however many; and lists of what is made of each of them.
//!
//! A list is given, not made: it is shared however often a script holds it, so that no script can fill the memory with
//! copies of it.

use std::sync::Arc;

use keysweep_model::Resource;
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext, Position};

use super::{Subject, handle};
use crate::{engine::natives::no_text, objects::Object};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// Objects of one kind, or some of them.
#[derive(Clone)]
pub(crate) struct List {
    subject: Arc<Subject>,
    object: Object,
    resources: Arc<[Resource]>,
    /// The places of those that are in it; none for all.
    chosen: Option<Arc<[usize]>>,
}

impl List {
    pub(crate) fn new(subject: &Arc<Subject>, object: Object, resources: Vec<Resource>) -> Self {
        Self { subject: Arc::clone(subject), object, resources: resources.into(), chosen: None }
    }

    pub(crate) fn len(&self) -> usize {
        self.chosen.as_ref().map_or(self.resources.len(), |chosen| chosen.len())
    }

    /// The place among all of the item at `index`.
    fn place(&self, index: usize) -> usize {
        self.chosen.as_ref().map_or(index, |chosen| chosen[index])
    }

    pub(crate) fn get(&self, index: usize) -> Dynamic {
        handle(self.object, &self.subject, self.resources[self.place(index)].clone(), true)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Dynamic> + '_ {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The items at these places of the list.
    pub(crate) fn chosen(&self, places: Vec<usize>) -> Self {
        let chosen = places.into_iter().map(|index| self.place(index)).collect();
        Self { chosen: Some(chosen), ..self.clone() }
    }

    fn same(&self, other: &Self) -> bool {
        let mine = (0..self.len()).map(|index| &self.resources[self.place(index)]);
        let others = (0..other.len()).map(|index| &other.resources[other.place(index)]);
        self.len() == other.len() && mine.zip(others).all(|(a, b)| a.is_same(b))
    }
}

/// What is made of each item of a list that is given. It may be longer than the lists that scripts make themselves, so it
/// is shared too, and nothing is added to it.
#[derive(Clone)]
pub(crate) struct Values(pub(crate) Arc<[Dynamic]>);

impl Values {
    fn get(&self, index: i64) -> Result<Dynamic> {
        let item = usize::try_from(index).ok().and_then(|index| self.0.get(index));
        item.cloned().ok_or_else(|| no_item(index, self.0.len()))
    }

    fn position(&self, context: &NativeCallContext<'_>, value: &Dynamic) -> Result<Option<usize>> {
        for (place, item) in self.0.iter().enumerate() {
            if context.call_native_fn::<bool>("==", (item.clone(), value.clone()))? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn same(&self, context: &NativeCallContext<'_>, others: &[Dynamic]) -> Result<bool> {
        let mut pairs = self.0.iter().zip(others);
        let same = |(a, b): (&Dynamic, &Dynamic)| context.call_native_fn("==", (a.clone(), b.clone()));
        Ok(self.0.len() == others.len()
            && pairs.try_fold(true, |all, pair| same(pair).map(|same: bool| all && same))?)
    }

    /// The list as Rhai shows its own.
    fn show(&self, context: &NativeCallContext<'_>) -> Result<String> {
        let mut text = "[".to_owned();
        for (index, item) in self.0.iter().enumerate() {
            let item: ImmutableString = context.call_native_fn("to_debug", (item.clone(),))?;
            text.push_str(if index == 0 { "" } else { ", " });
            text.push_str(&item);
            if text.len() > context.engine().max_string_size() {
                return Err(EvalAltResult::ErrorDataTooLarge("Length of string".to_owned(), Position::NONE).into());
            }
        }
        Ok(text + "]")
    }
}

impl IntoIterator for Values {
    type Item = Dynamic;
    type IntoIter = Box<dyn Iterator<Item = Dynamic>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new((0..).map_while(move |index| self.0.get(index).cloned()))
    }
}

fn no_item(index: i64, length: usize) -> Box<EvalAltResult> {
    format!("the list has no item {index}: it has {length}, counted from 0").into()
}

#[expect(clippy::cast_possible_wrap, reason = "no list has more items than memory has bytes")]
fn register_values(engine: &mut Engine) {
    engine.register_type_with_name::<Values>("a list");
    engine.register_get("len", |list: &mut Values| list.0.len() as i64);
    engine.register_fn("len", |list: &mut Values| list.0.len() as i64);
    engine.register_get("is_empty", |list: &mut Values| list.0.is_empty());
    engine.register_fn("is_empty", |list: &mut Values| list.0.is_empty());
    engine.register_indexer_get(|list: &mut Values, index: i64| list.get(index));
    engine.register_iterator::<Values>();
    engine.register_fn("contains", |context: NativeCallContext, list: &mut Values, value: Dynamic| {
        list.position(&context, &value).map(|place| place.is_some())
    });
    engine.register_fn("index_of", |context: NativeCallContext, list: &mut Values, value: Dynamic| {
        list.position(&context, &value).map(|place| place.map_or(-1, |place| place as i64))
    });
    for (operator, wanted) in [("==", true), ("!=", false)] {
        engine.register_fn(operator, move |context: NativeCallContext, a: &mut Values, b: Values| {
            a.same(&context, &b.0).map(|same| same == wanted)
        });
        engine.register_fn(operator, move |context: NativeCallContext, a: &mut Values, b: Array| {
            a.same(&context, &b).map(|same| same == wanted)
        });
        engine.register_fn(operator, move |context: NativeCallContext, a: Array, b: Values| {
            b.same(&context, &a).map(|same| same == wanted)
        });
    }
    engine.register_fn("to_string", |context: NativeCallContext, list: &mut Values| match list.show(&context) {
        Ok(text) => text.into(),
        Err(_) => no_text("a list of this length, or of such items,"),
    });
}

#[expect(clippy::cast_possible_wrap, reason = "no list has more items than memory has bytes")]
pub(crate) fn register(engine: &mut Engine) {
    register_values(engine);
    engine.register_type_with_name::<List>("a list");
    engine.register_get("len", |list: &mut List| list.len() as i64);
    engine.register_fn("len", |list: &mut List| list.len() as i64);
    engine.register_get("is_empty", |list: &mut List| list.len() == 0);
    engine.register_fn("is_empty", |list: &mut List| list.len() == 0);
    engine.register_indexer_get(|list: &mut List, index: i64| -> Result<Dynamic> {
        let place = usize::try_from(index).ok().filter(|place| *place < list.len());
        place.map(|place| list.get(place)).ok_or_else(|| no_item(index, list.len()))
    });
    engine.register_iterator::<List>();
    engine.register_fn("==", |a: List, b: List| a.same(&b));
    engine.register_fn("!=", |a: List, b: List| !a.same(&b));
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |_: &mut List| no_text("a list of objects"));
    }
}

impl IntoIterator for List {
    type Item = Dynamic;
    type IntoIter = Box<dyn Iterator<Item = Dynamic>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new((0..self.len()).map(move |index| self.get(index)))
    }
}
