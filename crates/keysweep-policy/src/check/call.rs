//! Calls of functions: whether there is one of that name, and whether it takes these arguments.

use std::{any::TypeId, collections::BTreeMap, sync::LazyLock};

use keysweep_files::{Code, did_you_mean, nearest, parse_time};
use keysweep_model::{FacetSet, Severity};
use rhai::{Expr, FnCallExpr, Position};

use super::{Checker, Type};
use crate::{
    authoring::reference::HELPERS,
    engine::{
        ENGINE,
        pattern::{self, Syntax},
        verdicts::VERDICTS,
    },
};

/// The native functions: of each name, the types of the parameters of each of its forms.
static NATIVES: LazyLock<BTreeMap<String, Vec<Vec<TypeId>>>> = LazyLock::new(|| {
    let form = |info: rhai::FuncInfo| {
        let types = info.metadata.param_types.iter().copied().collect::<Vec<_>>();
        Some((info.metadata.name.to_string(), types))
    };
    let keywords = [("type_of".to_owned(), vec![TypeId::of::<rhai::Dynamic>()])];
    let mut natives: BTreeMap<String, Vec<Vec<TypeId>>> = BTreeMap::new();
    for (name, types) in ENGINE.collect_fn_metadata(None, form, true).into_iter().chain(keywords) {
        natives.entry(name).or_default().push(types);
    }
    natives
});

impl Checker<'_> {
    /// The script's function of this name and so many parameters.
    pub(super) fn function(&self, name: &str, count: usize) -> Option<usize> {
        self.functions.iter().position(|function| function.name == name && function.params.len() == count)
    }

    pub(super) fn is_native_name(&self, name: &str) -> bool {
        NATIVES.contains_key(name)
    }

    pub(super) fn is_native(&self, name: &str, count: usize) -> bool {
        NATIVES.get(name).is_some_and(|forms| forms.iter().any(|form| form.len() == count))
    }

    /// Whether a native function has a form that takes arguments of these types.
    pub(super) fn takes(&self, name: &str, types: &[Type]) -> bool {
        NATIVES.get(name).is_some_and(|forms| forms.iter().any(|form| fits(form, types)))
    }

    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let name = call.name.as_str();
        let types: Vec<Type> = match &call.args[..] {
            [message, Expr::Map(entries, _)] if name == "fail" && !call.is_qualified() => {
                let message = self.expr(message);
                entries.0.iter().for_each(|(_, value)| self.evidence(value));
                vec![message, Type::Map]
            }
            arguments => arguments.iter().map(|argument| self.expr(argument)).collect(),
        };
        if call.is_qualified() {
            return self.library_call(call, position);
        }
        if let Some(index) = self.function(name, types.len()) {
            return self.script_call(index, types);
        }
        self.native_call(name, &types, &call.args, position)
    }

    /// A method of what is not an object: a native function that takes the receiver first.
    pub(super) fn method_call(
        &mut self,
        receiver: &Type,
        call: &FnCallExpr,
        arguments: Vec<Type>,
        position: Position,
    ) -> Type {
        let name = call.name.as_str();
        if let Some(index) = self.function(name, arguments.len()) {
            return self.script_call(index, arguments);
        }
        let types: Vec<Type> = std::iter::once(receiver.clone()).chain(arguments).collect();
        self.native_call(name, &types, &call.args, position)
    }

    /// A call of the script's own function.
    pub(super) fn script_call(&mut self, index: usize, types: Vec<Type>) -> Type {
        let calls = &mut self.calls[index];
        calls.by.insert(self.current.index);
        calls.arguments = Some(match calls.arguments.take() {
            Some(others) => others.into_iter().zip(types).map(|(a, b)| a.or(b)).collect(),
            None => types,
        });
        calls.gives.clone().unwrap_or(Type::Unknown)
    }

    fn native_call(&mut self, name: &str, types: &[Type], arguments: &[Expr], position: Position) -> Type {
        if !self.is_native(name, types.len()) {
            self.unknown_function(name, types.len(), position);
            return Type::Unknown;
        }
        if VERDICTS.contains(&name) {
            self.texts(name, &types[..types.len().min(1)], arguments);
        }
        let is_told = VERDICTS.contains(&name) && types.first().is_some_and(|kind| !kind.may_be(&Type::String));
        if !self.takes(name, types) && !is_told {
            let phrases: Vec<_> = types.iter().map(Type::phrase).collect();
            let message = format!("`{name}` does not take {}", phrases.join(" and "));
            let place = self.source.token(position);
            self.wrong(Code::WrongArgumentType, message, place).maybe_help(signature(name));
        }
        self.check_literals(name, arguments);
        result(name, types)
    }

    fn unknown_function(&mut self, name: &str, count: usize, position: Position) {
        let own = self.functions.iter().filter(|function| !function.is_anonymous());
        let own = own.map(|function| (function.name.as_str(), function.params.len()));
        let native = NATIVES.iter().flat_map(|(name, forms)| forms.iter().map(|form| (name.as_str(), form.len())));
        let all: Vec<(&str, usize)> = own.chain(native).collect();
        let mut counts: Vec<usize> = all.iter().filter(|(known, _)| *known == name).map(|(_, count)| *count).collect();
        counts.sort_unstable();
        counts.dedup();
        let place = self.source.token(position);
        if counts.is_empty() {
            let help =
                nearest(name, all.into_iter().map(|(name, _)| name)).map(|near| format!("did you mean `{near}`?"));
            self.wrong(Code::UnknownFunction, format!("there is no function `{name}`"), place).maybe_help(help);
        } else {
            let help = signature(name).unwrap_or_else(|| {
                let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
                format!("it takes {} (`x.f()` counts `x`)", counts.join(" or "))
            });
            let message = format!("`{name}` cannot be called {}", with(count));
            self.wrong(Code::WrongArgumentCount, message, place).help(help);
        }
    }

    /// A function of a library.
    fn library_call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let library = call.namespace.root();
        let (name, count) = (call.name.as_str(), call.args.len());
        let place = self.source.token(position);
        let Some(functions) = self.libraries.get(library) else {
            let help = did_you_mean(library, "the file imports", self.libraries.keys().copied());
            let place = self.source.token(call.namespace.position());
            self.wrong(Code::BadImport, format!("there is no library `{library}`"), place).maybe_help(help);
            return Type::Unknown;
        };
        if functions.contains(&(name.to_owned(), count)) {
            return Type::Unknown;
        }
        let (code, message, help) = match functions.iter().find(|(known, _)| known == name) {
            Some((_, takes)) => {
                let message = format!("`{library}::{name}` cannot be called {}", with(count));
                (Code::WrongArgumentCount, message, Some(format!("it takes {takes}")))
            }
            None => {
                let help = did_you_mean(name, "it has", functions.iter().map(|(name, _)| name.as_str()));
                (Code::UnknownFunction, format!("the library `{library}` has no function `{name}`"), help)
            }
        };
        self.wrong(code, message, place).maybe_help(help);
        Type::Unknown
    }

    /// Arguments that are strings.
    pub(super) fn texts(&mut self, name: &str, types: &[Type], arguments: &[Expr]) {
        for (kind, argument) in types.iter().zip(arguments).filter(|(kind, _)| !kind.may_be(&Type::String)) {
            let help = "put values into a string in backticks: `made ${key.age_days} days ago`";
            let message = format!("`{name}` takes a string, not {}", kind.phrase());
            let place = self.source.expr(argument);
            self.wrong(Code::WrongArgumentType, message, place).help(help);
        }
    }

    /// Texts that our functions take and that are known already.
    fn check_literals(&mut self, name: &str, arguments: &[Expr]) {
        let Some(last) = arguments.last() else { return };
        let pattern = |syntax| move |text: &str| pattern::wrong(syntax, text).map(|error| error.to_string());
        let time = |text: &str| parse_time(text).err().map(|error| error.to_string());
        let severity = |word: &str| word.parse::<Severity>().err().map(|error| error.to_string());
        match (name, last) {
            ("date", text) => self.literal(text, time),
            ("exempt", text) if arguments.len() == 2 => self.literal(text, time),
            ("matches", text) => self.literal(text, pattern(Syntax::Glob)),
            ("matches_regex", text) => self.literal(text, pattern(Syntax::Regex)),
            ("matches_any", Expr::Array(texts, _)) => {
                texts.iter().for_each(|text| self.literal(text, pattern(Syntax::Glob)));
            }
            ("fail", Expr::Map(entries, _)) => {
                let value = entries.0.iter().find(|(name, _)| name.name == "severity").map(|(_, value)| value);
                value.into_iter().for_each(|value| self.literal(value, severity));
            }
            _ => {}
        }
    }

    fn literal(&mut self, value: &Expr, wrong: impl Fn(&str) -> Option<String>) {
        if let Expr::StringConstant(text, _) = value
            && let Some(message) = wrong(text)
        {
            let place = self.source.expr(value);
            self.wrong(Code::WrongArgumentValue, message, place);
        }
    }

    /// A value in evidence. An object shows as its name or its id, which may have to be read.
    fn evidence(&mut self, value: &Expr) {
        let (Type::Object(object) | Type::Objects(object)) = self.expr(value) else { return };
        let named_by = |name: &str| matches!(name, "id" | "serial_number");
        let names = object.properties().iter().filter(|property| named_by(property.name));
        self.may_read = names.map(|property| property.reads()).fold(self.may_read, FacetSet::union);
    }
}

fn fits(form: &[TypeId], types: &[Type]) -> bool {
    form.len() == types.len() && form.iter().zip(types).all(|(parameter, kind)| kind.fits(*parameter))
}

/// How one of our functions is called.
fn signature(name: &str) -> Option<String> {
    let is_it = |signature: &&str| signature.split('(').next() == Some(name);
    let forms: Vec<_> =
        HELPERS.iter().map(|helper| helper.signature).filter(is_it).map(|form| format!("`{form}`")).collect();
    (!forms.is_empty()).then(|| format!("call it as {}", forms.join(" or ")))
}

pub(super) fn with(arguments: usize) -> String {
    match arguments {
        0 => "without arguments".to_owned(),
        1 => "with 1 argument".to_owned(),
        n => format!("with {n} arguments"),
    }
}

/// The type of what a native function gives.
fn result(name: &str, types: &[Type]) -> Type {
    match (name, types) {
        ("pass" | "fail" | "exempt", _) => Type::Verdict,
        ("now" | "date", _) => Type::Timestamp,
        ("days" | "hours", [Type::Integer]) => Type::Duration,
        ("days_between" | "len" | "count" | "index_of" | "parse_int" | "to_int", _) => Type::Integer,
        (
            "matches" | "matches_any" | "matches_regex" | "all" | "some" | "contains" | "is_empty" | "starts_with"
            | "ends_with",
            _,
        ) => Type::Boolean,
        ("to_string" | "to_upper" | "to_lower" | "sub_string" | "type_of", _) => Type::String,
        ("split", [Type::String, ..]) => Type::list(Type::String),
        ("filter", [list, _]) => list.clone(),
        ("keys", [Type::Map]) => Type::list(Type::String),
        _ => Type::Unknown,
    }
}
