//! Rhai's errors in the words of this tool.

use keysweep_files::{Code, Diagnostic, nearest};
use keysweep_model::Verdict;
use rhai::{Array, Dynamic, EvalAltResult, LexError, Map, ParseError, ParseErrorType, Position};

use super::{
    DISABLED,
    handle::list::{List, Values},
    helpers::{Duration, Time},
    watch::Limit,
};
use crate::policy::source::Source;

/// The type of a value with its article.
pub(crate) fn type_of(value: &Dynamic) -> &'static str {
    if value.is_int() {
        "an integer"
    } else if value.is_float() {
        "a float"
    } else if value.is_string() || value.is_char() {
        "a string"
    } else if value.is_bool() {
        "a boolean"
    } else if value.is_unit() {
        "nothing (`()`)"
    } else if value.is::<Array>() || value.is::<List>() || value.is::<Values>() {
        "a list"
    } else if value.is::<Map>() {
        "a map"
    } else if value.is::<Verdict>() {
        "a verdict"
    } else if value.is::<Time>() {
        "a timestamp"
    } else if value.is::<Duration>() {
        "a duration"
    } else {
        "an object"
    }
}

/// That two values cannot be compared, given their types with articles.
pub(crate) fn incomparable(a: &str, b: &str) -> String {
    let is_unordered = ["a boolean", "a list"].contains(&a);
    if a == b && is_unordered { format!("{a} has no order") } else { format!("cannot compare {a} with {b}") }
}

/// Why a script does not compile.
pub(crate) fn parse_error(error: &ParseError, text: &str) -> Diagnostic {
    let source = Source::new(text);
    let (code, message, help) = match &*error.0 {
        ParseErrorType::VariableUndefined(name) => {
            let near = nearest(name, source.made()).map(|near| format!("did you mean `{near}`?"));
            let help = "a function sees its parameters and its own variables; a constant of the file is `global::NAME`";
            let help = near.unwrap_or_else(|| help.to_owned());
            (Code::UnknownVariable, format!("there is no variable `{name}`"), Some(help))
        }
        ParseErrorType::VariableExists(name) => {
            let help = "give the new one another name".to_owned();
            (Code::DuplicateName, format!("there is a variable `{name}` already"), Some(help))
        }
        ParseErrorType::FnDuplicatedDefinition(name, count) => {
            let message = format!("there is a function `{name}` of {count} parameters already");
            (Code::DuplicateName, message, Some("give the new one another name".to_owned()))
        }
        ParseErrorType::ModuleUndefined(name) => {
            let help = format!("import it at the top of the file: `import \"lib/{name}\" as {name};`");
            (Code::BadImport, format!("there is no library `{name}`"), Some(help))
        }
        ParseErrorType::ExprTooDeep => (Code::Syntax, "the script is nested too deep".to_owned(), None),
        ParseErrorType::BadInput(LexError::MalformedNumber(number)) => {
            let help = "an integer is at most 9,223,372,036,854,775,807".to_owned();
            (Code::Syntax, format!("`{number}` is not a number"), Some(help))
        }
        ParseErrorType::Reserved(symbol)
        | ParseErrorType::UnknownOperator(symbol)
        | ParseErrorType::BadInput(LexError::ImproperSymbol(symbol, _)) => {
            let reason = DISABLED.iter().find(|(disabled, _)| disabled == symbol).map(|(_, reason)| *reason);
            (Code::NotInLanguage, format!("`{symbol}` is not part of the policy language"), reason.map(str::to_owned))
        }
        other => (Code::Syntax, lower_first(&other.to_string()), None),
    };
    Diagnostic::new(code, message).maybe_help(help).at_place(source.token(error.1))
}

/// A diagnostic at a position that Rhai knows.
pub(crate) fn place(diagnostic: Diagnostic, position: Position, length: usize) -> Diagnostic {
    match position.line() {
        Some(line) => diagnostic.at(line, position.position().unwrap_or(1), length),
        None => diagnostic,
    }
}

/// Why a script failed while it ran, in one line, and where.
pub(crate) fn runtime_error(error: &EvalAltResult) -> (String, Position) {
    let mut inner = error;
    while let EvalAltResult::ErrorInFunctionCall(_, _, cause, _) = inner {
        inner = cause;
    }
    (runtime_message(inner), inner.position())
}

fn runtime_message(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorTerminated(token, _) => match token.clone().try_cast::<Limit>() {
            Some(limit) => limit.message(),
            None => "the script was stopped".to_owned(),
        },
        EvalAltResult::ErrorRuntime(thrown, _) if thrown.is_string() => thrown.to_string(),
        EvalAltResult::ErrorRuntime(thrown, _) => format!("the script threw {}", type_of(thrown)),
        EvalAltResult::ErrorFunctionNotFound(signature, _) if signature.starts_with("anon$") => {
            let given = plain_types(signature.split_once(' ').map_or("", |(_, types)| types));
            format!("the closure does not take these arguments: `{given}`")
        }
        EvalAltResult::ErrorFunctionNotFound(what, _) if what.ends_with("cannot be sorted") => {
            "only strings or numbers can be sorted, and all items must be of one type".to_owned()
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function for these types: `{}`", plain_types(signature))
        }
        EvalAltResult::ErrorMismatchDataType(wanted, got, _) if !got.is_empty() => {
            format!("expected {}, got {}", plain_types(wanted), plain_types(got))
        }
        EvalAltResult::ErrorStackOverflow(_) => "the script's calls are nested too deep".to_owned(),
        EvalAltResult::ErrorDataRace(..) => {
            "a closure uses the variable whose list it is called for: keep what it needs in another \
             variable"
                .to_owned()
        }
        EvalAltResult::ErrorArithmetic(message, _) => lower_first(message),
        EvalAltResult::ErrorDotExpr(message, _) => lower_first(message.split(" - ").next().unwrap_or(message)),
        EvalAltResult::ErrorDataTooLarge(what, _) => format!("too large: {}", lower_first(what)),
        EvalAltResult::ErrorPropertyNotFound(name, _) => format!("there is no property `{name}`"),
        other => lower_first(&without_position(other)),
    }
}

fn without_position(error: &EvalAltResult) -> String {
    let text = error.to_string();
    let position = format!(" ({})", error.position());
    text.replace(&position, "").trim_end_matches(&format!(" @ {}", error.position())).to_owned()
}

fn plain_types(signature: &str) -> String {
    signature
        .replace("&str | ImmutableString | String", "string")
        .replace("i64", "integer")
        .replace("f64", "float")
        .replace("bool", "boolean")
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}
