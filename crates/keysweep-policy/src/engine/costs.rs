//! What native functions cost, charged before they work.
//!
//! Every native function is in one of three tables, and a test holds the engine to them. Those that do a little cost
//! what each operation costs: one look at one text, list or map at the most, which the limits of those bound. Those that
//! call a function of the script's are charged for each call. All others stand here with their cost, and the engine puts
//! a charge before each: a function that would take the script beyond a limit does not begin.

use rhai::{Dynamic, FnPtr, ImmutableString};

use super::{
    handle::list::Values,
    verdicts::MAX_EVIDENCE,
    watch::{self, Limit},
};
use keysweep_files::MAX_PATTERN;

/// What a call of a native function costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The time that it takes, in operations: about 100 ns each.
    operations: usize,
    /// Whether it may take longer than that, so that the clock is to be looked at before.
    is_open: bool,
    /// The bytes that it makes at the most, before its result is held against the limits.
    made: usize,
    /// The bytes that stay until the script ends.
    kept: usize,
}

impl Cost {
    /// Charges the running script.
    pub(crate) fn charge(self) -> Result<(), Limit> {
        watch::spend(self.operations as u64)?;
        if self.is_open {
            watch::look()?;
        }
        watch::make(self.made)?;
        watch::keep(self.kept)
    }
}

/// The cost of a call with these arguments.
type Pricing = fn(&[&mut Dynamic]) -> Cost;

/// The functions that do more than a little.
pub(crate) const CHARGED: [(&str, Pricing); 30] = [
    ("chars", pieces),
    ("dedup", pass_over),
    ("exempt", verdict),
    ("fail", verdict),
    ("fill_with", pieces),
    ("keys", pieces),
    ("make_lower", pass_over),
    ("make_upper", pass_over),
    ("matches", globs),
    ("matches_any", globs),
    ("matches_regex", regex),
    ("mixin", pieces),
    ("pad", padded),
    ("order", pass_over),
    ("order_desc", pass_over),
    ("pass", verdict),
    ("replace", replaced),
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

/// How the cost of a native function is found; none where it does a little, or is called with a function.
pub(crate) fn pricing(name: &str, types: &[std::any::TypeId]) -> Option<Pricing> {
    if types.contains(&std::any::TypeId::of::<FnPtr>()) {
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

/// Makes a text of it. A text is its own.
fn shown(arguments: &[&mut Dynamic]) -> Cost {
    match arguments {
        [text] if text.is_string() => Cost::default(),
        _ => {
            let size = size_of_all(arguments);
            Cost { operations: size / 4, made: 8 * size, ..Cost::default() }
        }
    }
}

/// Puts one text in the place of another, wherever that is.
fn replaced(arguments: &[&mut Dynamic]) -> Cost {
    // Its result is held against the limits before it is made.
    Cost { operations: size_of_all(arguments) / 16, ..Cost::default() }
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

/// A verdict keeps its words and its evidence.
fn verdict(arguments: &[&mut Dynamic]) -> Cost {
    let size = size_of_all(arguments);
    Cost { operations: size / 64, kept: size, ..Cost::default() }
}

/// Holds a text against globs: the time is bounded by the product of their lengths.
fn globs(arguments: &[&mut Dynamic]) -> Cost {
    let [text, patterns] = arguments else { return Cost::default() };
    let text = text_length(text);
    let of = |pattern: &Dynamic| text.saturating_mul(1 + text_length(pattern).min(MAX_PATTERN)) + EACH;
    let product = match patterns.as_array_ref() {
        Ok(patterns) => patterns.iter().map(of).fold(0, usize::saturating_add),
        Err(_) => of(patterns),
    };
    Cost { operations: product / 512, ..Cost::default() }
}

/// Compiles a regular expression, and holds a text against it.
fn regex(arguments: &[&mut Dynamic]) -> Cost {
    let size = arguments.iter().map(|text| text_length(text)).sum::<usize>();
    Cost { operations: 2 + size / 64, is_open: true, ..Cost::default() }
}

fn text_length(value: &Dynamic) -> usize {
    value.read_lock::<ImmutableString>().map_or(1, |text| text.len())
}

/// What a value takes beside its contents, in bytes.
const EACH: usize = 48;

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
        return EACH + entries.iter().map(|(name, value)| EACH + name.len() + size_of(value)).sum::<usize>();
    }
    if let Some(values) = value.read_lock::<Values>() {
        return EACH + values.0.iter().take(MAX_EVIDENCE).map(size_of_one).sum::<usize>();
    }
    size_of_one(value)
}

/// The same of what is neither a list nor a map; lists in lists that are shared are no evidence.
fn size_of_one(value: &Dynamic) -> usize {
    EACH + value.as_immutable_string_ref().map_or(0, |text| text.len())
}

#[cfg(test)]
mod tests;
