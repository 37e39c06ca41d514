//! Functions of Rhai that say nothing where something is wrong: here they are errors.
//!
//! An index outside a list or string, a missing entry of a map, a number that is undefined, and a string made of what
//! has none.

use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext, Position};

use super::{charge, watch};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

pub(crate) fn register(engine: &mut Engine) {
    register_replace(engine);
    engine.register_fn("pad", pad);
    // Rhai would take a string for the name of a function.
    engine.register_fn("index_of", index_of);
    engine.register_fn("get", |list: &mut Array, index: i64| place(list, index).map(|place| list[place].clone()));
    engine.register_fn("set", |list: &mut Array, index: i64, value: Dynamic| -> Result<()> {
        let place = place(list, index)?;
        list[place] = value;
        Ok(())
    });
    engine.register_fn("remove", |list: &mut Array, index: i64| place(list, index).map(|place| list.remove(place)));
    engine.register_fn("pop", |list: &mut Array| list.pop().ok_or_else(|| empty("pop")));
    engine.register_fn("shift", |list: &mut Array| match list.is_empty() {
        true => Err(empty("shift")),
        false => Ok(list.remove(0)),
    });
    engine.register_fn("get", |map: &mut Map, name: &str| map.get(name).cloned().ok_or_else(|| missing(name)));
    engine.register_fn("remove", |map: &mut Map, name: &str| map.remove(name).ok_or_else(|| missing(name)));
    engine.register_fn("get", |text: &str, index: i64| character(text, index));
    engine.register_fn("set", |text: &mut ImmutableString, index: i64, new: char| -> Result<()> {
        character(text, index)?;
        let place = place_of(text.chars().count(), index);
        *text = text.chars().enumerate().map(|(at, old)| if Some(at) == place { new } else { old }).collect();
        Ok(())
    });
    engine.register_fn("to_int", |number: f64| -> Result<i64> {
        #[expect(clippy::cast_possible_truncation, reason = "numbers outside the range are errors")]
        let whole = number.trunc() as i64;
        // 2^63 as a float; the greatest integer itself is not one.
        let is_inside = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
        if is_inside { Ok(whole) } else { Err(format!("{number} is not an integer").into()) }
    });
    // The same as Rhai's own, which takes a value of any type, so that it is charged for a large one.
    engine.register_fn("to_string", |number: i64| number.to_string());
    engine.register_fn("to_string", |value: bool| if value { "true" } else { "false" });
    for name in ["to_string", "to_debug"] {
        engine.register_fn(name, |_: ()| no_text("`()`"));
    }
    engine.register_fn("+", |_: &str, _: ()| -> Result<ImmutableString> { Err("`()` cannot be made a string".into()) });
    engine.register_fn("+", |_: (), _: &str| -> Result<ImmutableString> { Err("`()` cannot be made a string".into()) });
    engine.register_fn("+=", |_: &mut ImmutableString, _: ()| -> Result<()> {
        Err("`()` cannot be made a string".into())
    });
}

/// Strings and characters, each in the place of each.
fn register_replace(engine: &mut Engine) {
    type Context<'a> = NativeCallContext<'a>;
    engine.register_fn("replace", |context: Context, text: &mut ImmutableString, find: &str, with: &str| {
        replace(&context, text, find, with)
    });
    engine.register_fn("replace", |context: Context, text: &mut ImmutableString, find: char, with: &str| {
        replace(&context, text, find.encode_utf8(&mut [0; 4]), with)
    });
    engine.register_fn("replace", |context: Context, text: &mut ImmutableString, find: &str, with: char| {
        replace(&context, text, find, with.encode_utf8(&mut [0; 4]))
    });
    engine.register_fn("replace", |context: Context, text: &mut ImmutableString, find: char, with: char| {
        replace(&context, text, find.encode_utf8(&mut [0; 4]), with.encode_utf8(&mut [0; 4]))
    });
}

/// Stops a script that makes a string of something that has none. Rhai would take the name of its type, and hides errors.
pub(crate) fn no_text(what: &'static str) -> ImmutableString {
    watch::stop(watch::Limit::NoText(what));
    ImmutableString::new()
}

/// Rhai's `replace` makes the whole result before its size is checked; this one checks first.
fn replace(context: &NativeCallContext<'_>, text: &mut ImmutableString, find: &str, with: &str) -> Result<()> {
    charge::replaced(text, find, with).charge()?;
    let found = if find.is_empty() { text.chars().count() + 1 } else { text.matches(find).count() };
    if text.len().saturating_add(found.saturating_mul(with.len())) > context.engine().max_string_size() {
        return Err(EvalAltResult::ErrorDataTooLarge("Length of string".to_owned(), Position::NONE).into());
    }
    *text = text.replace(find, with).into();
    Ok(())
}

/// Rhai's `pad` never ends where there is nothing to pad with.
fn pad(context: NativeCallContext<'_>, text: &mut ImmutableString, length: i64, with: &str) -> Result<()> {
    let missing = usize::try_from(length).unwrap_or_default().saturating_sub(text.chars().count());
    if missing == 0 {
        return Ok(());
    }
    if with.is_empty() {
        return Err("`pad` needs a string to pad with, and this one is empty".into());
    }
    if text.len().saturating_add(missing) > context.engine().max_string_size() {
        return Err(EvalAltResult::ErrorDataTooLarge("Length of string".to_owned(), Position::NONE).into());
    }
    charge::padded_text(missing).charge()?;
    *text = text.chars().chain(with.chars().cycle().take(missing)).collect();
    Ok(())
}

fn index_of(context: NativeCallContext<'_>, list: &mut Array, text: ImmutableString) -> Result<i64> {
    for (index, item) in list.iter().enumerate() {
        if context.call_native_fn::<bool>("==", (item.clone(), text.clone()))? {
            return Ok(i64::try_from(index).unwrap_or(i64::MAX));
        }
    }
    Ok(-1)
}

/// The place of an index; below 0 they count from the end.
fn place(list: &Array, index: i64) -> Result<usize> {
    place_of(list.len(), index).ok_or_else(|| EvalAltResult::ErrorArrayBounds(list.len(), index, Position::NONE).into())
}

fn character(text: &str, index: i64) -> Result<char> {
    let length = text.chars().count();
    let character = place_of(length, index).and_then(|place| text.chars().nth(place));
    character.ok_or_else(|| EvalAltResult::ErrorStringBounds(length, index, Position::NONE).into())
}

fn place_of(length: usize, index: i64) -> Option<usize> {
    let from_end = || usize::try_from(index.unsigned_abs()).ok().and_then(|back| length.checked_sub(back));
    let place = if index < 0 { from_end() } else { usize::try_from(index).ok() };
    place.filter(|place| *place < length)
}

fn empty(name: &str) -> Box<EvalAltResult> {
    format!("`{name}` of a list without items").into()
}

fn missing(name: &str) -> Box<EvalAltResult> {
    format!("the map has no `{name}`").into()
}
