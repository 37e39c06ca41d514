//! What scripts are helped with: times, days and patterns.

use jiff::{SignedDuration, Timestamp};
use keysweep_files::parse_time;
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};

use super::{
    charge,
    pattern::{self, Syntax},
};
use crate::objects::days_up;

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// A point in time, as a script holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Time(pub(crate) Timestamp);

/// A span of time, as a script holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Duration(SignedDuration);

pub(crate) fn register(engine: &mut Engine) {
    register_times(engine);
    engine.register_fn("matches", |text: &str, pattern: &str| {
        charge::globs(text, [pattern.len()]).charge()?;
        matches(Syntax::Glob, pattern, text)
    });
    engine.register_fn("matches_any", |text: &str, patterns: Array| matches_any(text, &patterns));
    engine.register_fn("matches_regex", |text: &str, pattern: &str| {
        charge::regex(text, pattern).charge()?;
        matches(Syntax::Regex, pattern, text)
    });
}

fn register_times(engine: &mut Engine) {
    engine.register_type_with_name::<Time>("a timestamp");
    engine.register_type_with_name::<Duration>("a duration");
    engine.register_fn("now", |context: NativeCallContext| -> Result<Time> {
        context.tag().and_then(|tag| tag.clone().try_cast()).ok_or_else(|| "there is no judged time".into())
    });
    engine.register_fn("date", |text: &str| -> Result<Time> {
        parse_time(text).map(Time).map_err(|error| error.to_string().into())
    });
    engine.register_fn("days_between", |from: Time, to: Time| days_up(to.0.duration_since(from.0)));
    engine.register_fn("days", |count: i64| span(count, 24 * 60 * 60));
    engine.register_fn("hours", |count: i64| span(count, 60 * 60));
    engine.register_get("days", |span: &mut Duration| days_up(span.0));
    engine.register_fn("+", |time: Time, span: Duration| moved(time.0.checked_add(span.0)));
    engine.register_fn("-", |time: Time, span: Duration| moved(time.0.checked_sub(span.0)));
    engine.register_fn("-", |a: Time, b: Time| Duration(a.0.duration_since(b.0)));
    engine.register_fn("to_string", |time: &mut Time| time.0.to_string());
    engine.register_fn("to_debug", |time: &mut Time| time.0.to_string());
    engine.register_fn("to_string", |span: &mut Duration| format!("{} days", days_up(span.0)));
    engine.register_fn("to_debug", |span: &mut Duration| format!("{} days", days_up(span.0)));
}

fn span(count: i64, seconds: i64) -> Result<Duration> {
    let seconds = count.checked_mul(seconds).ok_or("the duration is too long")?;
    Ok(Duration(SignedDuration::from_secs(seconds)))
}

fn moved(time: std::result::Result<Timestamp, jiff::Error>) -> Result<Time> {
    time.map(Time).map_err(|_| "there is no such time".into())
}

fn matches(syntax: Syntax, pattern: &str, text: &str) -> Result<bool> {
    pattern::matches(syntax, pattern, text).map_err(|error| error.to_string().into())
}

fn matches_any(text: &str, patterns: &Array) -> Result<bool> {
    let length = |pattern: &Dynamic| pattern.as_immutable_string_ref().map_or(0, |pattern| pattern.len());
    charge::globs(text, patterns.iter().map(length)).charge()?;
    for pattern in patterns {
        let pattern = pattern.read_lock::<ImmutableString>().ok_or("`matches_any` takes a list of strings")?;
        if matches(Syntax::Glob, &pattern, text)? {
            return Ok(true);
        }
    }
    Ok(false)
}
