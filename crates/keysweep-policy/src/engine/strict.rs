//! Comparisons that never are silently false: of like types they compare, of all others they are errors.

use std::cmp::Ordering;

use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString, Variant};

use super::{
    explain::{incomparable, type_of},
    helpers::{Duration, Time},
};

type Test = fn(Ordering) -> bool;

const EQUALITY: [(&str, Test); 2] = [("==", Ordering::is_eq), ("!=", Ordering::is_ne)];
const ORDER: [(&str, Test); 4] =
    [("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];

/// The operators that compare.
pub(crate) fn is_comparison(operator: &str) -> bool {
    EQUALITY.iter().chain(&ORDER).any(|(name, _)| *name == operator)
}

/// The comparisons that know equal and unequal only.
pub(crate) fn is_equality(operator: &str) -> bool {
    EQUALITY.iter().any(|(name, _)| *name == operator)
}

pub(crate) fn register(engine: &mut Engine) {
    compare(engine, &EQUALITY, |a: &bool, b: &bool| Some(a.cmp(b)));
    for operators in [&EQUALITY[..], &ORDER[..]] {
        compare(engine, operators, |a: &i64, b: &i64| Some(a.cmp(b)));
        compare(engine, operators, |a: &f64, b: &f64| a.partial_cmp(b));
        compare(engine, operators, |a: &i64, b: &f64| integer_with_number(*a, *b));
        compare(engine, operators, |a: &f64, b: &i64| integer_with_number(*b, *a).map(Ordering::reverse));
        compare(engine, operators, |a: &ImmutableString, b: &ImmutableString| Some(a.cmp(b)));
        compare(engine, operators, |a: &Time, b: &Time| Some(a.cmp(b)));
        compare(engine, operators, |a: &Duration, b: &Duration| Some(a.cmp(b)));
        compare(engine, operators, |a: &char, b: &char| Some(a.cmp(b)));
        compare(engine, operators, |a: &char, b: &ImmutableString| Some(char_with_text(*a, b)));
        compare(engine, operators, |a: &ImmutableString, b: &char| Some(char_with_text(*b, a).reverse()));
        for (operator, _) in operators {
            engine.register_fn(*operator, |a: Dynamic, b: Dynamic| -> Result<bool, Box<EvalAltResult>> {
                Err(incomparable(type_of(&a), type_of(&b)).into())
            });
        }
    }
}

fn compare<A: Variant + Clone, B: Variant + Clone>(
    engine: &mut Engine,
    operators: &[(&'static str, Test)],
    order: fn(&A, &B) -> Option<Ordering>,
) {
    for (operator, test) in operators {
        let test = *test;
        engine.register_fn(*operator, move |a: A, b: B| -> Result<bool, Box<EvalAltResult>> {
            order(&a, &b).map(test).ok_or_else(|| "cannot compare with NaN, which is not a number".into())
        });
    }
}

/// The exact order: an integer beyond 2^53 is not rounded to the nearest float first.
pub(crate) fn integer_with_number(integer: i64, number: f64) -> Option<Ordering> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if number.is_nan() {
        return None;
    }
    if number >= BEYOND {
        return Some(Ordering::Less);
    }
    if number < -BEYOND {
        return Some(Ordering::Greater);
    }
    #[expect(clippy::cast_possible_truncation, reason = "the whole part is within the range of i64")]
    let whole = number.trunc() as i64;
    Some(integer.cmp(&whole).then_with(|| 0.0.partial_cmp(&number.fract()).unwrap_or(Ordering::Equal)))
}

fn char_with_text(char: char, text: &str) -> Ordering {
    str::cmp(char.encode_utf8(&mut [0; 4]), text)
}
