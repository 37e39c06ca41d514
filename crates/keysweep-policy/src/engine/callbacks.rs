//! The methods of lists that call a function for each item.
//!
//! Rhai's own take whatever the function returns for a boolean, forget a verdict that is made in it, and take the
//! name of a function for one. These replace them: for lists of objects, which are given, and for those that scripts make.

use keysweep_model::Verdict;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, Map, NativeCallContext, Variant};

use super::{
    costs::size_of,
    explain::type_of,
    handle::list::{List, Values},
    watch::{self, Limit},
};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;
type Context<'a> = NativeCallContext<'a>;

/// A list of any kind.
trait Items: Variant + Clone {
    fn length(&self) -> usize;

    fn item(&self, place: usize) -> Dynamic;

    /// The items at these places.
    fn choose(&self, places: Vec<usize>) -> Self;
}

impl Items for List {
    fn length(&self) -> usize {
        self.len()
    }

    fn item(&self, place: usize) -> Dynamic {
        self.get(place)
    }

    fn choose(&self, places: Vec<usize>) -> Self {
        self.chosen(places)
    }
}

impl Items for Array {
    fn length(&self) -> usize {
        self.len()
    }

    fn item(&self, place: usize) -> Dynamic {
        self[place].clone()
    }

    fn choose(&self, places: Vec<usize>) -> Self {
        places.into_iter().map(|place| self[place].clone()).collect()
    }
}

impl Items for Values {
    fn length(&self) -> usize {
        self.0.len()
    }

    fn item(&self, place: usize) -> Dynamic {
        self.0[place].clone()
    }

    fn choose(&self, places: Vec<usize>) -> Self {
        Self(places.into_iter().map(|place| self.0[place].clone()).collect())
    }
}

pub(crate) fn register(engine: &mut Engine) {
    register_for::<List>(engine);
    register_for::<Values>(engine);
    register_for::<Array>(engine);
    engine.register_fn("map", |context: Context, list: &mut List, change: FnPtr| {
        map(&context, list, &change).map(|made| Values(made.into()))
    });
    engine.register_fn("map", |context: Context, list: &mut Values, change: FnPtr| {
        map(&context, list, &change).map(|made| Values(made.into()))
    });
    engine.register_fn("map", |context: Context, list: &mut Array, change: FnPtr| map(&context, list, &change));
    leave_out(engine);
}

fn register_for<L: Items>(engine: &mut Engine) {
    engine.register_fn("filter", |context: Context, list: &mut L, test: FnPtr| -> Result<L> {
        Ok(list.choose(places(&context, list, &test)?))
    });
    engine.register_fn("count", |context: Context, list: &mut L, test: FnPtr| -> Result<i64> {
        Ok(number(places(&context, list, &test)?.len()))
    });
    engine.register_fn("all", |context: Context, list: &mut L, test: FnPtr| -> Result<bool> {
        Ok(first(&context, list, &test, false)?.is_none())
    });
    engine.register_fn("some", |context: Context, list: &mut L, test: FnPtr| -> Result<bool> {
        Ok(first(&context, list, &test, true)?.is_some())
    });
    engine.register_fn("index_of", |context: Context, list: &mut L, test: FnPtr| -> Result<i64> {
        Ok(first(&context, list, &test, true)?.map_or(-1, number))
    });
    engine.register_fn("find", |context: Context, list: &mut L, test: FnPtr| -> Result<Dynamic> {
        Ok(first(&context, list, &test, true)?.map_or(Dynamic::UNIT, |place| list.item(place)))
    });
    engine.register_fn("find_map", |context: Context, list: &mut L, make: FnPtr| -> Result<Dynamic> {
        for place in 0..list.length() {
            let made = call(&context, &make, list.item(place), place)?;
            if !made.is_unit() {
                return Ok(made);
            }
        }
        Ok(Dynamic::UNIT)
    });
    engine.register_fn("for_each", |context: Context, list: &mut L, run: FnPtr| -> Result<()> {
        (0..list.length()).try_for_each(|place| call(&context, &run, list.item(place), place).map(drop))
    });
    engine.register_fn("reduce", |context: Context, list: &mut L, join: FnPtr| {
        reduce(&context, list, &join, Dynamic::UNIT)
    });
    engine.register_fn("reduce", |context: Context, list: &mut L, join: FnPtr, start: Dynamic| {
        reduce(&context, list, &join, start)
    });
}

/// What of Rhai's is left out: it does the same as others, or cannot be kept from taking anything for a boolean.
fn leave_out(engine: &mut Engine) {
    for name in ["dedup", "drain", "order_by", "reduce_rev", "retain", "sort"] {
        engine.register_fn(name, move |_: &mut Array, _: FnPtr| left_out(name));
    }
    for name in ["find", "find_map", "index_of", "reduce_rev"] {
        engine.register_fn(name, move |_: &mut Array, _: FnPtr, _: Dynamic| left_out(name));
        engine.register_fn(name, move |_: &mut Array, _: FnPtr, _: i64| left_out(name));
    }
    // Rhai takes a string for the name of a function.
    for name in ["all", "dedup", "drain", "filter", "map", "reduce", "reduce_rev", "retain", "some", "sort"] {
        engine.register_fn(name, move |_: &mut Array, function: &str| by_name(name, function));
    }
    for name in ["reduce", "reduce_rev"] {
        engine.register_fn(name, move |_: &mut Array, function: &str, _: Dynamic| by_name(name, function));
    }
    engine.register_fn("index_of", |_: &mut Array, function: &str, _: i64| by_name("index_of", function));
    engine.register_fn("zip", |_: &mut Array, _: Array, _: FnPtr| left_out("zip"));
    for name in ["drain", "filter", "map", "retain"] {
        engine.register_fn(name, move |_: &mut Map, _: FnPtr| -> Result<Dynamic> {
            Err(format!("a map has no `{name}`: use that of its `keys()` or `values()`").into())
        });
    }
}

fn left_out(name: &str) -> Result<Dynamic> {
    Err(format!("`{name}` with a closure is not part of the policy language: use `filter`, `map` or `reduce`").into())
}

fn by_name(name: &str, function: &str) -> Result<Dynamic> {
    Err(format!("`{name}` takes a closure, not the string `{function}`").into())
}

fn map<L: Items>(context: &Context<'_>, list: &L, change: &FnPtr) -> Result<Array> {
    let mut made = Array::new();
    for place in 0..list.length() {
        let item = call(context, change, list.item(place), place)?;
        // Rhai looks at the size of a list when it is done.
        watch::keep(size_of(&item)).map_err(Limit::error)?;
        made.push(item);
    }
    Ok(made)
}

fn reduce<L: Items>(context: &Context<'_>, list: &L, join: &FnPtr, start: Dynamic) -> Result<Dynamic> {
    written_in_place(join)?;
    (0..list.length()).try_fold(start, |made, place| {
        let joined = join.call_raw(context, None, [made, list.item(place)])?;
        no_verdict(joined)
    })
}

/// The places of the items of which the function is true.
fn places<L: Items>(context: &Context<'_>, list: &L, test: &FnPtr) -> Result<Vec<usize>> {
    let mut places = Vec::new();
    for place in 0..list.length() {
        if ask(context, test, list.item(place), place)? {
            places.push(place);
        }
    }
    Ok(places)
}

/// The first place of which the function is `wanted`.
fn first<L: Items>(context: &Context<'_>, list: &L, test: &FnPtr, wanted: bool) -> Result<Option<usize>> {
    for place in 0..list.length() {
        if ask(context, test, list.item(place), place)? == wanted {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

fn ask(context: &Context<'_>, test: &FnPtr, item: Dynamic, place: usize) -> Result<bool> {
    let answer = call(context, test, item, place)?;
    answer.as_bool().map_err(|_| format!("the closure must return a boolean, and returned {}", type_of(&answer)).into())
}

/// What the function makes of an item, or of an item and its place.
fn call(context: &Context<'_>, function: &FnPtr, item: Dynamic, place: usize) -> Result<Dynamic> {
    written_in_place(function)?;
    let made = function.call_raw(context, None, [item.clone()]).or_else(|error| match &*error {
        EvalAltResult::ErrorFunctionNotFound(signature, _) if signature.starts_with(function.fn_name()) => {
            function.call_raw(context, None, [item, number(place).into()])
        }
        _ => Err(error),
    })?;
    no_verdict(made)
}

/// Rhai takes a string for the function of that name.
fn written_in_place(function: &FnPtr) -> Result<()> {
    if function.is_anonymous() {
        return Ok(());
    }
    let name = function.fn_name();
    Err(format!("write a closure: `|item| {name}(item)` instead of `{name}`").into())
}

/// `check` would never see it.
fn no_verdict(made: Dynamic) -> Result<Dynamic> {
    if made.is::<Verdict>() {
        return Err(
            "a closure must not return a verdict: collect the items, then return one verdict from `check`".into()
        );
    }
    Ok(made)
}

fn number(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
