//! The verdicts that a script can come to: made by functions, and by nothing else.

use jiff::Timestamp;
use keysweep_files::parse_time;
use keysweep_model::{Evidence, EvidenceValue, Severity, Verdict};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, Map, NativeCallContext};

use super::{
    charge,
    costs::size_of_map,
    explain::{runtime_error, type_of},
    handle::{
        list::{List, Values},
        name_of,
    },
    helpers::Time,
    record::MAX_EVIDENCE,
};

type Result<T> = std::result::Result<T, Box<EvalAltResult>>;

/// The functions that make verdicts.
pub(crate) const VERDICTS: [&str; 3] = ["pass", "fail", "exempt"];

pub(crate) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Verdict>("a verdict");
    engine.register_fn("pass", || Verdict::Pass { note: None });
    engine.register_fn("pass", |note: &str| -> Result<Verdict> {
        charge::verdict(note, 0).charge()?;
        Ok(Verdict::Pass { note: Some(note.to_owned()) })
    });
    engine.register_fn("fail", |message: &str| -> Result<Verdict> {
        charge::verdict(message, 0).charge()?;
        Ok(Verdict::Fail { message: said("fail", message)?, severity: None, evidence: Evidence::new() })
    });
    engine.register_fn("fail", fail_with);
    engine.register_fn("exempt", |reason: &str| -> Result<Verdict> {
        charge::verdict(reason, 0).charge()?;
        Ok(Verdict::Exempt { reason: said("exempt", reason)?, until: None })
    });
    engine.register_fn("exempt", |context: NativeCallContext, reason: &str, until: Time| {
        exempt_until_time(reason, until.0, judged_time(&context)?)
    });
    engine.register_fn("exempt", |context: NativeCallContext, reason: &str, until: &str| {
        exempt_until(reason, until, judged_time(&context)?)
    });
}

fn said(verdict: &str, words: &str) -> Result<String> {
    if words.trim().is_empty() {
        return Err(format!("`{verdict}` needs a message: the finding shows nothing else").into());
    }
    Ok(words.to_owned())
}

/// `fail(message, #{ severity: "critical", ... })`: everything but the severity is evidence.
fn fail_with(message: &str, more: Map) -> Result<Verdict> {
    charge::verdict(message, size_of_map(&more)).charge()?;
    let mut severity = None;
    let mut evidence = Evidence::new();
    for (name, value) in more {
        if name == "severity" {
            severity = Some(parse_severity(&value)?);
        } else {
            let value = evidence_value(&value);
            let value = value.map_err(|error| format!("the evidence `{name}` {}", runtime_error(&error).0))?;
            evidence.insert(name.to_string(), value);
        }
    }
    Ok(Verdict::Fail { message: said("fail", message)?, severity, evidence })
}

fn parse_severity(value: &Dynamic) -> Result<Severity> {
    let Some(word) = value.read_lock::<ImmutableString>() else {
        return Err(format!("`severity` is a string, not {}", type_of(value)).into());
    };
    word.parse::<Severity>().map_err(|error| error.to_string().into())
}

/// A value as evidence.
fn evidence_value(value: &Dynamic) -> Result<EvidenceValue> {
    if let Some(items) = value.read_lock::<Array>() {
        return evidence_list(items.len(), items.iter().cloned());
    }
    if let Some(items) = value.read_lock::<List>() {
        return evidence_list(items.len(), items.iter());
    }
    if let Some(values) = value.read_lock::<Values>() {
        return evidence_list(values.0.len(), values.0.iter().cloned());
    }
    if let Ok(value) = value.as_bool() {
        return Ok(EvidenceValue::Boolean(value));
    }
    if let Ok(value) = value.as_int() {
        return Ok(EvidenceValue::Integer(value));
    }
    if let Ok(value) = value.as_float() {
        // JSON has no other numbers.
        let finite = Some(value).filter(|value| value.is_finite());
        return finite.map(EvidenceValue::Number).ok_or_else(|| format!("is not a number: {value}").into());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(EvidenceValue::Time(time.0));
    }
    evidence_text(value).map(EvidenceValue::Text)
}

/// The items as strings; of a long list the first, and how many more there are.
fn evidence_list(length: usize, items: impl Iterator<Item = Dynamic>) -> Result<EvidenceValue> {
    let mut texts = items.take(MAX_EVIDENCE).map(|item| evidence_text(&item)).collect::<Result<Vec<_>>>()?;
    if length > MAX_EVIDENCE {
        texts.push(format!("and {} more", length - MAX_EVIDENCE));
    }
    Ok(EvidenceValue::List(texts))
}

fn evidence_text(value: &Dynamic) -> Result<String> {
    if value.is_string() || value.is_char() || value.is_int() || value.is_bool() || value.is_float() {
        return Ok(value.to_string());
    }
    if let Some(time) = value.read_lock::<Time>() {
        return Ok(time.0.to_string());
    }
    name_of(value).unwrap_or_else(|| Err(format!("holds {}, which cannot be evidence", type_of(value)).into()))
}

fn judged_time(context: &NativeCallContext) -> Result<Timestamp> {
    let now: Time = context.tag().and_then(|tag| tag.clone().try_cast()).ok_or("there is no judged time")?;
    Ok(now.0)
}

/// An exemption up to a time that is written as a string.
fn exempt_until(reason: &str, until: &str, now: Timestamp) -> Result<Verdict> {
    exempt_until_time(reason, parse_time(until).map_err(|error| error.to_string())?, now)
}

/// An exemption that has run out is the violation that it exempted.
fn exempt_until_time(reason: &str, until: Timestamp, now: Timestamp) -> Result<Verdict> {
    charge::verdict(reason, 0).charge()?;
    let reason = said("exempt", reason)?;
    if until > now {
        return Ok(Verdict::Exempt { reason, until: Some(until) });
    }
    let message = format!("the exemption ran out on {}: {reason}", until.strftime("%Y-%m-%d"));
    Ok(Verdict::Fail { message, severity: None, evidence: Evidence::new() })
}
