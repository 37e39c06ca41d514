//! The types of expressions, and what is wrong with the names in them.

use keysweep_files::{Code, did_you_mean};
use rhai::{Expr, FnCallExpr, Position, Token};

use super::{Checker, Type, script::made_by};
use crate::engine::{explain::incomparable, strict};

impl Checker<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::BoolConstant(..) => Type::Boolean,
            Expr::IntegerConstant(..) => Type::Integer,
            Expr::FloatConstant(..) => Type::Float,
            Expr::CharConstant(..) | Expr::StringConstant(..) => Type::String,
            Expr::Unit(..) => Type::Nothing,
            Expr::InterpolatedString(parts, _) => self.all(parts, Type::String),
            Expr::Array(items, _) => {
                let kinds: Vec<Type> = items.iter().map(|item| self.expr(item)).collect();
                Type::list(kinds.into_iter().reduce(Type::or).unwrap_or(Type::Unknown))
            }
            Expr::And(terms, _) | Expr::Or(terms, _) => {
                terms.iter().for_each(|term| self.condition(term));
                Type::Boolean
            }
            Expr::Coalesce(terms, _) => self.all(&**terms, Type::Unknown),
            Expr::Map(entries, _) => self.all(entries.0.iter().map(|(_, value)| value), Type::Map),
            Expr::Variable(variable, _, position) => {
                let kind = self.variable(&variable.1, !variable.2.is_empty(), *position);
                if kind == Type::Params {
                    // Handed on whole, they may all be read.
                    self.params_read.extend(self.params.keys().map(|name| (*name).to_owned()));
                }
                kind
            }
            Expr::DynamicConstant(..) | Expr::Stmt(_) if made_by(expr).is_some() => self.misplaced(expr),
            Expr::Stmt(block) => self.block(block, false),
            Expr::FnCall(call, position) => match &call.op_token {
                Some(operator) => self.operation(expr, call, operator, *position),
                None if self.source.is_in(*position) => self.membership(expr, call),
                None => self.call(call, *position),
            },
            Expr::Dot(pair, ..) => {
                let receiver = self.receiver(&pair.lhs);
                self.chain(receiver, &pair.rhs)
            }
            Expr::Index(pair, flags, _) => {
                let list = self.expr(&pair.lhs);
                self.index(&list, &pair.rhs, *flags)
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

    /// What stands before a dot: of the parameters, only the one that follows is read.
    fn receiver(&mut self, expr: &Expr) -> Type {
        match expr {
            Expr::Variable(variable, _, position) => self.variable(&variable.1, !variable.2.is_empty(), *position),
            other => self.expr(other),
        }
    }

    pub(super) fn variable(&mut self, name: &str, is_constant: bool, position: Position) -> Type {
        if !is_constant {
            if let Some(variable) = self.scope.iter_mut().rev().find(|variable| variable.name == name) {
                variable.is_read = true;
            }
            return self.known(name);
        }
        if let Some((kind, _)) = self.constants.get(name) {
            return kind.clone();
        }
        let help = did_you_mean(name, "the file has", self.constants.keys().map(String::as_str));
        let place = self.source.token(position);
        self.wrong(Code::UnknownConstant, format!("there is no constant `{name}`"), place).maybe_help(help);
        Type::Unknown
    }

    /// The type of a variable, as far as it stays the same.
    pub(super) fn known(&self, name: &str) -> Type {
        if self.assigned.contains(name) {
            return Type::Unknown;
        }
        let variable = self.scope.iter().rev().find(|variable| variable.name == name);
        variable.map_or(Type::Unknown, |variable| variable.kind.clone())
    }

    fn operation(&mut self, expr: &Expr, call: &FnCallExpr, operator: &Token, position: Position) -> Type {
        let kinds: Vec<Type> = match call.name.as_str() {
            "!" => call
                .args
                .iter()
                .map(|operand| {
                    self.condition(operand);
                    Type::Boolean
                })
                .collect(),
            _ => call.args.iter().map(|operand| self.expr(operand)).collect(),
        };
        match (&kinds[..], operator) {
            ([a, b], _) if strict::is_comparison(&call.name) => {
                if self.comparable(&call.name, a, b, expr) {
                    self.same_whatever(expr, call);
                }
                Type::Boolean
            }
            (_, Token::Bang) => Type::Boolean,
            ([_, _], Token::ExclusiveRange | Token::InclusiveRange) => Type::Range,
            _ => {
                self.overflow(expr);
                self.arithmetic(expr, call, &kinds, position)
            }
        }
    }

    /// `item in list`, which is `list.contains(item)`.
    fn membership(&mut self, expr: &Expr, call: &FnCallExpr) -> Type {
        let kinds: Vec<Type> = call.args.iter().map(|operand| self.expr(operand)).collect();
        match &kinds[..] {
            [whole, part] if whole.is_known() && !self.takes("contains", &kinds) => {
                let message = format!("{} cannot be in {}", part.phrase(), whole.phrase());
                let place = self.source.expr(expr);
                self.wrong(Code::WrongArgumentType, message, place);
            }
            [list @ Type::List(_), item] => {
                self.comparable("==", item, &list.item(), expr);
            }
            _ => {}
        }
        Type::Boolean
    }

    pub(super) fn comparable(&mut self, operator: &str, a: &Type, b: &Type, expr: &Expr) -> bool {
        let is_comparable = a.compares(operator, b);
        if !is_comparable {
            let message = incomparable(a.phrase(), b.phrase());
            let help = match (a, b) {
                (Type::Timestamp, Type::String) | (Type::String, Type::Timestamp) => {
                    Some("make the string a timestamp: `date(\"2026-03-01\")`")
                }
                (Type::Duration, Type::Integer | Type::Float) | (Type::Integer | Type::Float, Type::Duration) => {
                    Some("compare its `.days`, or compare with `days(90)`")
                }
                (Type::Integer | Type::Float, Type::String) | (Type::String, Type::Integer | Type::Float) => {
                    Some("write the number without quotes, or make the string a number by `parse_int(text)`")
                }
                (Type::Nothing, _) | (_, Type::Nothing) => Some(
                    "a fact is never `()`: a string that does not exist is empty, and other facts have an `is_` or `has_`",
                ),
                _ => None,
            };
            let place = self.source.expr(expr);
            self.wrong(Code::UnlikeComparison, message, place).maybe_help(help.map(str::to_owned));
        }
        is_comparable
    }

    /// The type of what an operator gives, once it is known to take its operands.
    fn arithmetic(&mut self, expr: &Expr, call: &FnCallExpr, kinds: &[Type], position: Position) -> Type {
        let name = call.name.as_str();
        match kinds {
            [Type::String, _] | [_, Type::String] if name == "+" => Type::String,
            [Type::List(_) | Type::Map, _] | [_, Type::List(_) | Type::Map] if name == "+" => Type::Unknown,
            [Type::Integer, Type::Integer] | [Type::Integer] => Type::Integer,
            [Type::Integer | Type::Float, Type::Integer | Type::Float] | [Type::Float] => Type::Float,
            [Type::Timestamp, Type::Duration] if matches!(name, "+" | "-") => Type::Timestamp,
            [Type::Timestamp, Type::Timestamp] if name == "-" => Type::Duration,
            _ if kinds.iter().all(Type::is_known) && !self.takes(name, kinds) => {
                let phrases: Vec<_> = kinds.iter().map(Type::phrase).collect();
                let message = format!("`{name}` does not take {}", phrases.join(" and "));
                let place = self.source.expr(expr).or_else(|| self.source.token(position));
                self.wrong(Code::WrongArgumentType, message, place);
                Type::Unknown
            }
            _ => Type::Unknown,
        }
    }
}
