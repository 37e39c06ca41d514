//! What native functions cost, charged before they work.
//!
//! Every native function is in one of four tables, and a test holds the engine to them. Those that do a little cost
//! what each operation costs: one look at one text, list or map at the most, which the limits of those bound. Those that
//! call a function of the script's are charged for each call. Those of our own that do more charge themselves: see
//! [`super::charge`]. All others
//! stand here with their cost, and the engine puts a charge before each: a function that would take the script beyond a
//! limit does not begin.

use std::any::TypeId;

use rhai::{Dynamic, FnPtr, Map};

use super::{
    charge::{Cost, EACH},
    handle::list::Values,
    record::MAX_EVIDENCE,
};

/// The cost of a call with these arguments.
type Pricing = fn(&[&mut Dynamic]) -> Cost;

/// The functions of Rhai's own that do more than a little.
const CHARGED: [(&str, Pricing); 23] = [
    ("chars", pieces),
    ("dedup", pass_over),
    ("fill_with", pieces),
    ("keys", pieces),
    ("make_lower", pass_over),
    ("make_upper", pass_over),
    ("mixin", pieces),
    ("pad", padded),
    ("order", pass_over),
    ("order_desc", pass_over),
    ("sort", pass_over),
    ("sort_desc", pass_over),
    ("split", pieces),
    ("split_rev", pieces),
    ("to_chars", pieces),
    ("to_debug", shown),
    ("to_json", shown),
    ("to_lower", pass_over),
    ("to_string", shown),
    ("to_upper", pass_over),
    ("to_blob", pieces),
    ("trim", pass_over),
    ("values", pieces),
];

/// How the cost of a function of Rhai's own is found; none where it does a little, or is called with a function.
pub(crate) fn pricing(name: &str, types: &[TypeId]) -> Option<Pricing> {
    if types.contains(&TypeId::of::<FnPtr>()) {
        return None;
    }
    CHARGED.iter().find(|(known, _)| *known == name).map(|(_, pricing)| *pricing)
}

/// Goes over all that it is given once, with some work for each piece.
fn pass_over(arguments: &[&mut Dynamic]) -> Cost {
    let size = size_of_all(arguments);
    Cost { operations: size / 16, made: 4 * size, ..Cost::default() }
}

/// Makes a value of each piece.
fn pieces(arguments: &[&mut Dynamic]) -> Cost {
    let size = size_of_all(arguments);
    Cost { operations: size / 2, made: 64 * size, ..Cost::default() }
}

/// Makes a string of it. A string is its own.
fn shown(arguments: &[&mut Dynamic]) -> Cost {
    match arguments {
        [text] if text.is_string() => Cost::default(),
        _ => {
            let size = size_of_all(arguments);
            Cost { operations: size / 4, made: 8 * size, ..Cost::default() }
        }
    }
}

/// Makes so many copies of an item. Rhai refuses what is beyond the limits, but multiplies without care before, so that
/// huge numbers would pass.
fn padded(arguments: &[&mut Dynamic]) -> Cost {
    /// More than any limit can be set to.
    const MOST: usize = 1 << 20;
    let [_, length, item] = arguments else { return Cost::default() };
    let count = length.as_int().ok().and_then(|length| usize::try_from(length).ok()).unwrap_or_default();
    match count.checked_mul(size_of(item)) {
        Some(made) if count <= MOST => Cost { operations: made / 512, ..Cost::default() },
        Some(_) => Cost::default(),
        None => Cost { made: usize::MAX, ..Cost::default() },
    }
}

fn size_of_all(values: &[&mut Dynamic]) -> usize {
    values.iter().map(|value| size_of(value)).sum()
}

/// About the bytes that a value takes. Of what is made from a list of objects, the part counts that may become evidence:
/// all else of it is shared.
pub(crate) fn size_of(value: &Dynamic) -> usize {
    if let Ok(items) = value.as_array_ref() {
        return EACH + items.iter().map(size_of).sum::<usize>();
    }
    if let Ok(entries) = value.as_map_ref() {
        return size_of_map(&entries);
    }
    if let Some(values) = value.read_lock::<Values>() {
        return EACH + values.0.iter().take(MAX_EVIDENCE).map(size_of_one).sum::<usize>();
    }
    size_of_one(value)
}

pub(crate) fn size_of_map(entries: &Map) -> usize {
    EACH + entries.iter().map(|(name, value)| EACH + name.len() + size_of(value)).sum::<usize>()
}

/// The same of what is neither a list nor a map; lists in lists that are shared are no evidence.
fn size_of_one(value: &Dynamic) -> usize {
    EACH + value.as_immutable_string_ref().map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests;
