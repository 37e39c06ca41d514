//! The types of expressions, and what is wrong with the names and comparisons in them.

use std::{collections::BTreeSet, sync::LazyLock};

use rhai::{ASTFlags, Expr, FnCallExpr, Position};

use super::{Checker, Type, VERDICTS};
use crate::{
    diagnostic::Diagnostic,
    engine::ENGINE,
    explain::{incomparable, place},
    objects::{Kind, Object},
    params::ParamType,
    strict,
    suggest::{did_you_mean, nearest},
};

impl Checker<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::BoolConstant(..) => Type::Value(Kind::Boolean),
            Expr::IntegerConstant(..) => Type::Value(Kind::Integer),
            Expr::FloatConstant(..) => Type::Number,
            Expr::CharConstant(..) | Expr::StringConstant(..) => Type::Value(Kind::Text),
            Expr::Unit(..) => Type::Nothing,
            Expr::InterpolatedString(parts, _) => self.all(parts, Type::Value(Kind::Text)),
            Expr::Array(items, _) => self.all(items, Type::List),
            Expr::And(terms, _) | Expr::Or(terms, _) => self.all(&**terms, Type::Value(Kind::Boolean)),
            Expr::Coalesce(terms, _) => self.all(&**terms, Type::Unknown),
            Expr::Map(entries, _) => self.all(entries.0.iter().map(|(_, value)| value), Type::Unknown),
            Expr::Variable(variable, _, position) => self.variable(&variable.1, !variable.2.is_empty(), *position),
            Expr::Stmt(block) => {
                self.block(block.statements());
                Type::Unknown
            }
            Expr::FnCall(call, position) => self.call(call, *position),
            Expr::Dot(pair, ..) => {
                let receiver = self.expr(&pair.lhs);
                self.chain(receiver, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                self.expr(&pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            _ => Type::Unknown,
        }
    }

    fn all<'e>(&mut self, exprs: impl IntoIterator<Item = &'e Expr>, result: Type) -> Type {
        for expr in exprs {
            self.expr(expr);
        }
        result
    }

    pub(super) fn variable(&mut self, name: &str, is_constant: bool, position: Position) -> Type {
        if is_constant {
            return self.constants.get(name).copied().unwrap_or_else(|| {
                let help = did_you_mean(name, "the file has", self.constants.keys().map(String::as_str));
                let diagnostic = Diagnostic::new(format!("there is no constant `{name}`"));
                self.wrong.push(place(diagnostic, position, 1).maybe_help(help));
                Type::Unknown
            });
        }
        if self.assigned.contains(name) {
            return Type::Unknown;
        }
        self.scope.iter().rev().find(|(known, _)| known == name).map_or(Type::Unknown, |(_, kind)| *kind)
    }

    /// The rest of `receiver.rest`. Rhai nests chains to the right: `a.b.c` is `a` with the rest `b.c`.
    fn chain(&mut self, receiver: Type, rest: &Expr) -> Type {
        match rest {
            Expr::Property(property, position) => self.property(receiver, &property.2, *position),
            Expr::MethodCall(call, position) => self.method(receiver, call, *position),
            Expr::Dot(pair, ..) => {
                let next = self.chain(receiver, &pair.lhs);
                self.chain(next, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                self.chain(receiver, &pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            other => self.expr(other),
        }
    }

    /// The index of `x[index]`, and in a chain that goes on what follows it.
    fn index(&mut self, index: &Expr, flags: ASTFlags) -> Type {
        match index {
            Expr::Dot(pair, ..) if !flags.contains(ASTFlags::BREAK) => {
                self.expr(&pair.lhs);
                self.chain(Type::Unknown, &pair.rhs)
            }
            Expr::Index(pair, flags, _) if !flags.contains(ASTFlags::BREAK) => {
                self.expr(&pair.lhs);
                self.index(&pair.rhs, *flags)
            }
            other => {
                self.expr(other);
                Type::Unknown
            }
        }
    }

    fn property(&mut self, receiver: Type, name: &str, position: Position) -> Type {
        match receiver {
            Type::Object(object) => self.object_property(object, name, position),
            Type::Params => match self.params.get(name) {
                Some(spec) => param_type(spec.kind),
                None => {
                    let help = did_you_mean(name, "it declares", self.params.keys().map(String::as_str));
                    let help = help.unwrap_or_else(|| "declare it under `params` in the metadata".to_owned());
                    self.unknown_name(format!("the policy has no parameter `{name}`"), name, position, Some(help))
                }
            },
            Type::Value(_) | Type::Number | Type::List | Type::Verdict | Type::Nothing | Type::Unknown => {
                let getter = format!("get${name}");
                let somewhere = Object::ALL.iter().any(|object| object.property_names().any(|known| known == name));
                if somewhere || self.uses_maps || NATIVES.contains(&(getter, 1)) {
                    return Type::Unknown;
                }
                let names = Object::ALL.into_iter().flat_map(Object::property_names);
                let help = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
                self.unknown_name(format!("nothing has a property `{name}`"), name, position, help)
            }
        }
    }

    fn object_property(&mut self, object: Object, name: &str, position: Position) -> Type {
        if let Some((_, target)) = object.links().iter().find(|(link, _)| *link == name) {
            return Type::Object(*target);
        }
        if let Some(property) = object.properties().iter().find(|property| property.name == name) {
            return Type::Value(property.kind);
        }
        let help = if object.methods().iter().any(|(method, ..)| *method == name) {
            Some(format!("`{name}` is a method: call it with the name in brackets, as in `{name}(\"owner\")`"))
        } else {
            property_help(object, name)
        };
        self.unknown_name(format!("{} has no property `{name}`", object.phrase()), name, position, help)
    }

    fn method(&mut self, receiver: Type, call: &FnCallExpr, position: Position) -> Type {
        let types: Vec<Type> = call.args.iter().map(|argument| self.expr(argument)).collect();
        let (name, arguments) = (call.name.as_str(), call.args.len());
        match receiver {
            Type::Object(object) => {
                let method = object.methods().iter().find(|(known, count, _)| *known == name && *count == arguments);
                match method {
                    Some((_, _, kind)) => {
                        self.texts(name, &types, position);
                        Type::Value(*kind)
                    }
                    None => {
                        let help = did_you_mean(name, "it has", object.methods().iter().map(|(known, ..)| *known));
                        let message = format!("{} has no method `{name}` {}", object.phrase(), with(arguments));
                        self.unknown_name(message, name, position, help)
                    }
                }
            }
            Type::Params => self.unknown_name("the parameters have no methods".to_owned(), name, position, None),
            Type::Value(_) | Type::Number | Type::List | Type::Verdict | Type::Nothing | Type::Unknown => {
                // A script's own function is a method too: it sees the receiver as `this`.
                if !self.functions.contains(&(name.to_owned(), arguments)) {
                    self.known_function(name, arguments + 1, position);
                }
                Type::Unknown
            }
        }
    }

    pub(super) fn call(&mut self, call: &FnCallExpr, position: Position) -> Type {
        let types: Vec<Type> = call.args.iter().map(|argument| self.expr(argument)).collect();
        let name = call.name.as_str();
        if call.is_operator_call() {
            if let ([a, b], true) = (&types[..], strict::is_comparison(name)) {
                self.comparison(name, *a, *b, position);
                return Type::Value(Kind::Boolean);
            }
            return Type::Unknown;
        }
        self.known_function(name, types.len(), position);
        if VERDICTS.contains(&name) {
            self.texts(name, &types, position);
            return Type::Verdict;
        }
        Type::Unknown
    }

    /// The arguments of our own functions are texts.
    fn texts(&mut self, name: &str, types: &[Type], position: Position) {
        let other = types.iter().find(|kind| !matches!(kind, Type::Value(Kind::Text) | Type::Unknown));
        if let Some(other) = other {
            let help = "put values into a text in backticks: `made ${key.age_days} days ago`";
            let message = format!("`{name}` takes a text, not {}", phrase(*other));
            self.unknown_name(message, name, position, Some(help.to_owned()));
        }
    }

    fn comparison(&mut self, operator: &str, a: Type, b: Type, position: Position) {
        let comparable = match (a, b) {
            (Type::Unknown, _) | (_, Type::Unknown) => true,
            (Type::Number | Type::Value(Kind::Integer), Type::Number | Type::Value(Kind::Integer))
            | (Type::Value(Kind::Text), Type::Value(Kind::Text)) => true,
            (Type::Value(Kind::Boolean), Type::Value(Kind::Boolean)) | (Type::List, Type::List) => {
                strict::is_equality(operator)
            }
            _ => false,
        };
        if !comparable {
            let message = incomparable(phrase(a), phrase(b));
            self.wrong.push(place(Diagnostic::new(message), position, operator.len()));
        }
    }

    fn known_function(&mut self, name: &str, arguments: usize, position: Position) {
        let key = (name.to_owned(), arguments);
        if self.functions.contains(&key) || NATIVES.contains(&key) {
            return;
        }
        let own = self.functions.iter();
        let counts: BTreeSet<usize> =
            own.chain(&*NATIVES).filter(|(known, _)| known == name).map(|(_, n)| *n).collect();
        let (message, help) = if counts.is_empty() {
            let names = self.functions.iter().chain(&*NATIVES).map(|(name, _)| name.as_str());
            let help = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
            (format!("there is no function `{name}`"), help)
        } else {
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let help = format!("it takes {} (`x.f()` counts `x`)", counts.join(" or "));
            (format!("`{name}` cannot be called {}", with(arguments)), Some(help))
        };
        self.unknown_name(message, name, position, help);
    }

    fn unknown_name(&mut self, message: String, name: &str, position: Position, help: Option<String>) -> Type {
        let length = name.chars().count();
        self.wrong.push(place(Diagnostic::new(message), position, length).maybe_help(help));
        Type::Unknown
    }
}

/// The native functions: name and number of arguments.
static NATIVES: LazyLock<BTreeSet<(String, usize)>> = LazyLock::new(|| {
    let functions = |info: rhai::FuncInfo| Some((info.metadata.name.to_string(), info.metadata.num_params));
    let keywords = [("type_of".to_owned(), 1)];
    ENGINE.collect_fn_metadata(None, functions, true).into_iter().chain(keywords).collect()
});

fn param_type(kind: ParamType) -> Type {
    match kind {
        ParamType::Integer => Type::Value(Kind::Integer),
        ParamType::Number => Type::Number,
        ParamType::String => Type::Value(Kind::Text),
        ParamType::Boolean => Type::Value(Kind::Boolean),
        ParamType::List => Type::List,
    }
}

fn phrase(kind: Type) -> &'static str {
    match kind {
        Type::Object(object) => object.phrase(),
        Type::Params => "the parameters",
        Type::Value(Kind::Boolean) => "true or false",
        Type::Value(Kind::Integer) => "a whole number",
        Type::Value(Kind::Text) => "a text",
        Type::Number => "a number",
        Type::List => "a list",
        Type::Verdict => "a verdict",
        Type::Nothing => "nothing (`()`)",
        Type::Unknown => "something",
    }
}

fn property_help(object: Object, name: &str) -> Option<String> {
    match nearest(name, object.property_names()) {
        Some(near) => {
            let doc = object.properties().iter().find(|property| property.name == near).map(|property| property.doc);
            Some(doc.map_or_else(|| format!("did you mean `{near}`?"), |doc| format!("did you mean `{near}`: {doc}?")))
        }
        None => did_you_mean(name, "it has", object.property_names()),
    }
}

fn with(arguments: usize) -> String {
    match arguments {
        0 => "without arguments".to_owned(),
        1 => "with 1 argument".to_owned(),
        n => format!("with {n} arguments"),
    }
}
