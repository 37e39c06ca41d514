//! Properties and methods, one after the other.

use keysweep_files::{Code, did_you_mean, nearest};
use keysweep_model::FacetSet;
use rhai::{ASTFlags, Expr, FnCallExpr, Position};

use super::{Checker, Type, call::with};
use crate::objects::Object;

impl Checker<'_> {
    /// The rest of `receiver.rest`. Rhai nests chains to the right: `a.b.c` is `a` with the rest `b.c`.
    pub(super) fn chain(&mut self, receiver: Type, rest: &Expr) -> Type {
        match rest {
            Expr::Property(property, position) => self.property(&receiver, &property.2, *position),
            Expr::MethodCall(call, position) => self.method(&receiver, call, *position),
            Expr::Dot(pair, ..) => {
                let next = self.chain(receiver, &pair.lhs);
                self.chain(next, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                let list = self.chain(receiver, &pair.lhs);
                self.index(&list, &pair.rhs, *flags)
            }
            other => self.expr(other),
        }
    }

    /// The index of `list[index]`, and in a chain that goes on what follows it.
    pub(super) fn index(&mut self, list: &Type, index: &Expr, flags: ASTFlags) -> Type {
        let item = |checker: &mut Self, index: &Expr| {
            let kind = checker.expr(index);
            // A range takes a part of a list.
            if kind == Type::Integer { list.item() } else { Type::Unknown }
        };
        match index {
            Expr::Dot(pair, ..) if !flags.contains(ASTFlags::BREAK) => {
                let item = item(self, &pair.lhs);
                self.chain(item, &pair.rhs)
            }
            Expr::Index(pair, flags, _) if !flags.contains(ASTFlags::BREAK) => {
                let item = item(self, &pair.lhs);
                self.index(&item, &pair.rhs, *flags)
            }
            other => item(self, other),
        }
    }

    fn property(&mut self, receiver: &Type, name: &str, position: Position) -> Type {
        match receiver {
            Type::Object(object) => self.object_property(*object, name, position),
            Type::Params => match self.params.get(name) {
                Some(kind) => {
                    self.params_read.insert(name.to_owned());
                    Type::of_param(*kind)
                }
                None => {
                    let help = did_you_mean(name, "it declares", self.params.keys().copied());
                    let help = help.unwrap_or_else(|| "declare it under `params` in the metadata".to_owned());
                    let message = format!("the policy has no parameter `{name}`");
                    let place = self.source.token(position);
                    self.wrong(Code::UnknownParameter, message, place).help(help);
                    Type::Unknown
                }
            },
            Type::List(_) | Type::Objects(_) if name == "len" => Type::Integer,
            Type::List(_) | Type::Objects(_) if name == "is_empty" => Type::Boolean,
            Type::String if name == "len" => Type::Integer,
            Type::Duration if name == "days" => Type::Integer,
            Type::Map | Type::Unknown | Type::Never => self.property_of_something(receiver, name, position),
            Type::Boolean
            | Type::Integer
            | Type::Float
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::List(_)
            | Type::Objects(_)
            | Type::Range
            | Type::Function
            | Type::Verdict
            | Type::Nothing => {
                if !self.takes(&format!("get${name}"), std::slice::from_ref(receiver)) {
                    let help = self.property_elsewhere(receiver, name);
                    let message = format!("{} has no property `{name}`", receiver.phrase());
                    let place = self.source.token(position);
                    self.wrong(Code::UnknownProperty, message, place).maybe_help(help);
                }
                Type::Unknown
            }
        }
    }

    /// What may have been meant by a property of what has none of that name.
    fn property_elsewhere(&self, receiver: &Type, name: &str) -> Option<String> {
        match receiver {
            Type::Objects(object) if object.property_names().any(|known| known == name) => Some(format!(
                "the items of the list have it: ask each item, as in `list.filter(|{}| {}.{name} ...)`",
                object.name(),
                object.name()
            )),
            Type::List(_) | Type::Objects(_) => {
                nearest(name, ["len", "is_empty"]).map(|near| format!("did you mean `{near}`?"))
            }
            Type::String => nearest(name, ["len"]).map(|near| format!("did you mean `{near}`?")),
            Type::Duration => Some("did you mean `days`?".to_owned()),
            Type::Timestamp => {
                Some("compare it with another time, or take one from the other: `(now() - time).days`".to_owned())
            }
            Type::Object(_)
            | Type::Params
            | Type::Boolean
            | Type::Integer
            | Type::Float
            | Type::Map
            | Type::Range
            | Type::Function
            | Type::Verdict
            | Type::Nothing
            | Type::Never
            | Type::Unknown => None,
        }
    }

    /// A property of what is not known: some object must have it, or a map.
    fn property_of_something(&mut self, receiver: &Type, name: &str, position: Position) -> Type {
        self.params_read.insert(name.to_owned());
        let mut somewhere = self.uses_maps || *receiver == Type::Map || self.is_native(&format!("get${name}"), 1);
        somewhere |= self.params.contains_key(name);
        for property in Object::ALL.iter().flat_map(|object| object.properties()).filter(|it| it.name == name) {
            self.may_read = self.may_read.union(property.reads());
            somewhere = true;
        }
        if !somewhere {
            let names = Object::ALL.into_iter().flat_map(Object::property_names);
            let help = nearest(name, names).map(|near| format!("did you mean `{near}`?"));
            let place = self.source.token(position);
            self.wrong(Code::UnknownProperty, format!("no object has a property `{name}`"), place).maybe_help(help);
        }
        Type::Unknown
    }

    fn object_property(&mut self, object: Object, name: &str, position: Position) -> Type {
        if let Some(property) = object.properties().iter().find(|property| property.name == name) {
            self.may_read = self.may_read.union(property.reads());
            return Type::of(property.kind);
        }
        let whole = object == Object::Account && Object::WholeAccount.property_names().any(|known| known == name);
        let help = if whole {
            Some("only a policy of `resource: account` is asked about all that is in an account".to_owned())
        } else if object.methods().iter().any(|method| method.name == name) {
            Some(format!("`{name}` is a method: call it with the name in parentheses, as in `{name}(\"owner\")`"))
        } else {
            property_help(object, name)
        };
        let place = self.source.token(position);
        let message = format!("{} has no property `{name}`", object.phrase());
        self.wrong(Code::UnknownProperty, message, place).maybe_help(help);
        Type::Unknown
    }

    fn method(&mut self, receiver: &Type, call: &FnCallExpr, position: Position) -> Type {
        match receiver {
            Type::Object(object) => self.object_method(*object, call, position),
            Type::Params => {
                let place = self.source.token(position);
                let message = "the parameters have no methods";
                let help = format!("a parameter is read without parentheses: `params.{}`", call.name);
                self.wrong(Code::UnknownMethod, message, place).help(help);
                Type::Unknown
            }
            Type::Boolean
            | Type::Integer
            | Type::Float
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::List(_)
            | Type::Objects(_)
            | Type::Map
            | Type::Range
            | Type::Function
            | Type::Verdict
            | Type::Nothing
            | Type::Never
            | Type::Unknown => {
                let (arguments, gives) = self.arguments_of_list(receiver, call);
                if !receiver.is_known() {
                    for method in
                        Object::ALL.iter().flat_map(|object| object.methods()).filter(|it| it.name == call.name)
                    {
                        self.may_read = self.may_read.union(FacetSet::of(method.facets));
                    }
                }
                if let ("contains", Type::List(item), [argument], [kind]) =
                    (call.name.as_str(), receiver, &call.args[..], &arguments[..])
                {
                    self.comparable("==", item, kind, argument);
                }
                let kind = self.method_call(receiver, call, arguments, position);
                if call.name == "map" { Type::list(gives) } else { kind }
            }
        }
    }

    fn object_method(&mut self, object: Object, call: &FnCallExpr, position: Position) -> Type {
        let types: Vec<Type> = call.args.iter().map(|argument| self.expr(argument)).collect();
        let (name, count) = (call.name.as_str(), call.args.len());
        if let Some(method) = object.methods().iter().find(|method| method.name == name && count == 1) {
            self.may_read = self.may_read.union(FacetSet::of(method.facets));
            self.texts(name, &types, &call.args);
            return Type::of(method.kind);
        }
        // A script's own function is a method too: it sees the receiver as `this`.
        if let Some(index) = self.function(name, count) {
            return self.script_call(index, types);
        }
        let place = self.source.token(position);
        let (code, message, help) = if object.methods().iter().any(|method| method.name == name) {
            let message = format!("`{name}` cannot be called {}", with(count));
            (Code::WrongArgumentCount, message, Some(format!("give it one string: `{name}(\"owner\")`")))
        } else if object.property_names().any(|known| known == name) {
            let message = format!("{} has no method `{name}`", object.phrase());
            (Code::UnknownMethod, message, Some(format!("`{name}` is a property: write it without parentheses")))
        } else {
            let message = format!("{} has no method `{name}`", object.phrase());
            let names = object.methods().iter().map(|method| method.name);
            (Code::UnknownMethod, message, did_you_mean(name, "it has", names))
        };
        self.wrong(code, message, place).maybe_help(help);
        Type::Unknown
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
