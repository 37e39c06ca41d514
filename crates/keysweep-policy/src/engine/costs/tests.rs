//! That every native function is charged, and that none does more than its charge says.

use std::{
    any::TypeId,
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rhai::{Array, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::*;
use crate::{
    engine::{
        ENGINE, build,
        helpers::Time,
        watch::{Clock, watched},
    },
    policy::limits::Limits,
};

/// The functions that call a function of the script's, or refuse to: they are charged for each call.
const CALLERS: [&str; 21] = [
    "all",
    "count",
    "debug",
    "dedup",
    "drain",
    "filter",
    "find",
    "find_map",
    "for_each",
    "index_of",
    "map",
    "order",
    "order_by",
    "reduce",
    "reduce_rev",
    "retain",
    "some",
    "sort",
    "sort_by",
    "to_debug",
    "zip",
];

/// The functions of our own that charge themselves.
const OWN: [&str; 7] = ["exempt", "fail", "matches", "matches_any", "matches_regex", "pass", "replace"];

/// The functions that do a little: one look at what they are given.
const LITTLE: [&str; 108] = [
    "!",
    "!=",
    "%",
    "&",
    "*",
    "**",
    "+",
    "+=",
    "-",
    "/",
    "<",
    "<<",
    "<=",
    "==",
    ">",
    ">=",
    ">>",
    "E",
    "PI",
    "^",
    "abs",
    "acos",
    "acosh",
    "all",
    "append",
    "asin",
    "asinh",
    "atan",
    "atanh",
    "bits",
    "bytes",
    "ceiling",
    "chop",
    "clear",
    "contains",
    "cos",
    "cosh",
    "crop",
    "date",
    "days",
    "days_between",
    "debug",
    "drain",
    "end",
    "ends_with",
    "exp",
    "extract",
    "filter",
    "floor",
    "fraction",
    "get",
    "has_tag",
    "hours",
    "hypot",
    "index_of",
    "insert",
    "int",
    "is_empty",
    "is_even",
    "is_exclusive",
    "is_finite",
    "is_inclusive",
    "is_infinite",
    "is_nan",
    "is_odd",
    "is_zero",
    "len",
    "ln",
    "log",
    "map",
    "max",
    "min",
    "now",
    "parse_float",
    "parse_int",
    "pop",
    "print",
    "push",
    "range",
    "reduce",
    "reduce_rev",
    "remove",
    "retain",
    "reverse",
    "round",
    "set",
    "shift",
    "sign",
    "sin",
    "sinh",
    "some",
    "splice",
    "sqrt",
    "start",
    "starts_with",
    "sub_string",
    "tag",
    "tan",
    "tanh",
    "to_binary",
    "to_degrees",
    "to_float",
    "to_hex",
    "to_int",
    "to_octal",
    "to_radians",
    "truncate",
    "|",
];

/// The native functions with the types that they take, those of objects left out: they are charged where facts are
/// touched.
fn natives() -> Vec<(String, Vec<TypeId>)> {
    let form = |function: rhai::FuncInfo<'_>| {
        let types = function.metadata.param_types.to_vec();
        Some((function.metadata.name.to_string(), types))
    };
    let all: BTreeSet<_> = ENGINE.collect_fn_metadata(None, form, true).into_iter().collect();
    all.into_iter().collect()
}

#[test]
fn every_native_function_is_in_a_table() {
    // A property and an index are looked up in one value.
    let named = natives().into_iter().filter(|(name, _)| !name.starts_with("get$") && !name.starts_with("index$"));
    let (callers, others): (Vec<_>, Vec<_>) = named.partition(|(_, types)| types.contains(&TypeId::of::<FnPtr>()));
    let names = |all: Vec<(String, Vec<TypeId>)>| all.into_iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    let is_charged = |name: &String| OWN.contains(&name.as_str()) || CHARGED.iter().any(|(charged, _)| charged == name);
    let little: Vec<_> = names(others).into_iter().filter(|name| !is_charged(name)).collect();
    assert_eq!(names(callers).into_iter().collect::<Vec<_>>(), CALLERS);
    assert_eq!(little, LITTLE);
    let all: BTreeSet<String> = natives().into_iter().map(|(name, _)| name).collect();
    assert!(CHARGED.iter().map(|(name, _)| *name).chain(OWN).all(|name| all.contains(name)));
}

/// The largest values of a type that the limits allow, each of another shape.
fn largest(kind: TypeId) -> Option<Vec<Dynamic>> {
    let limits = Limits::default();
    let text = |piece: &str| piece.repeat(limits.text_bytes / piece.len());
    let list = |item: Dynamic| Dynamic::from(vec![item; limits.list_items - 1] as Array);
    let words: Array = (0..500).map(|n| format!("*a*{n}*aaaaaaaaaaaaaaaaaaa?").into()).collect();
    let map = (0..limits.map_entries).map(|n| (format!("{n:060}").into(), Dynamic::from(n as i64))).collect::<Map>();
    let long = ["a", "\u{1}"].map(|piece| Dynamic::from(text(piece)));
    let short = ["(a|aa|.{0,40})*[^b]{50}!", &("*a".repeat(127) + "b"), "a", ""];
    let texts: Vec<_> = long.into_iter().chain(short.map(|text| Dynamic::from(text.to_owned()))).collect();
    let lists = vec![list(1_i64.into()), words.into()];
    let all = [
        (TypeId::of::<ImmutableString>(), texts.clone()),
        (TypeId::of::<&str>(), texts.clone()),
        (TypeId::of::<String>(), texts.clone()),
        (TypeId::of::<char>(), vec!['a'.into(), 'é'.into()]),
        (TypeId::of::<i64>(), vec![1_000_i64.into(), i64::MAX.into(), i64::MIN.into()]),
        (TypeId::of::<f64>(), vec![1.0e300.into(), f64::NAN.into()]),
        (TypeId::of::<bool>(), vec![true.into()]),
        (TypeId::of::<()>(), vec![Dynamic::UNIT]),
        (TypeId::of::<Array>(), lists.clone()),
        (TypeId::of::<Map>(), vec![map.clone().into()]),
        (TypeId::of::<Dynamic>(), lists.into_iter().chain([map.into()]).chain(texts).collect()),
        (TypeId::of::<std::ops::Range<i64>>(), vec![(0..i64::MAX).into(), (-5..1_000).into()]),
        (TypeId::of::<std::ops::RangeInclusive<i64>>(), vec![(0..=i64::MAX).into(), (0..=1_000).into()]),
        (TypeId::of::<Time>(), vec![Dynamic::from(Time(Timestamp::MAX))]),
        (TypeId::of::<Values>(), vec![Dynamic::from(Values(vec![Dynamic::from(text("a")); 200].into()))]),
    ];
    all.into_iter().find(|(known, _)| *known == kind).map(|(_, values)| values)
}

/// Every way to give the largest values to these parameters.
fn arguments(types: &[TypeId]) -> Option<Vec<Vec<Dynamic>>> {
    types.iter().try_fold(vec![Vec::new()], |begun, kind| {
        let values = largest(*kind)?;
        let with = |begun: &Vec<Dynamic>| {
            values.iter().map(|value| [&begun[..], std::slice::from_ref(value)].concat()).collect()
        };
        Some(begun.iter().flat_map(|begun| -> Vec<Vec<Dynamic>> { with(begun) }).collect())
    })
}

/// However large its arguments are, no native function works for long at once, so that the clock is looked at in time.
/// What may take longer is refused before it begins.
#[test]
fn no_native_function_works_for_long() {
    let limits = Limits { milliseconds: 60_000, ..Limits::default() };
    let slowest = Arc::new(Mutex::new((Duration::ZERO, String::new(), 0)));
    let (found, mut engine) = (Arc::clone(&slowest), build(&limits));
    engine.register_raw_fn("probe", [], move |context: NativeCallContext<'_>, _| -> Result<(), Box<EvalAltResult>> {
        for (name, types) in natives() {
            for mut given in arguments(&types).unwrap_or_default() {
                let mut given: Vec<&mut Dynamic> = given.iter_mut().collect();
                let begin = Instant::now();
                let _ = watched(Clock::MACHINE, &limits, || context.call_native_fn_raw(&name, true, &mut given));
                let mut slowest = found.lock().unwrap();
                slowest.2 += 1;
                if begin.elapsed() > slowest.0 {
                    (slowest.0, slowest.1) = (begin.elapsed(), name.clone());
                }
            }
        }
        Ok(())
    });
    engine.run("probe()").unwrap();
    let (time, name, calls) = &*slowest.lock().unwrap();
    println!("of {calls} calls `{name}` took longest, {time:?}");
    // In a build without optimisation, on a machine that is busy; some 5 ms otherwise.
    assert!(*calls > 1_000 && *time < Duration::from_secs(1), "{calls} {name} {time:?}");
}
