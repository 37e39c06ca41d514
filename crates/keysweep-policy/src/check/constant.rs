//! Values that are known before a script runs: what is compared in vain, and what overflows.

use std::cmp::Ordering;

use keysweep_files::Code;
use rhai::{Expr, FnCallExpr};

use super::Checker;
use crate::engine::strict::integer_with_number;

/// A value that is known.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(super) enum Constant {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// How deep operations may be nested for their value to be known.
const DEPTH: usize = 6;

impl Checker<'_> {
    /// The value of an expression, where it is known.
    pub(super) fn constant(&self, expr: &Expr) -> Option<Constant> {
        self.constant_within(expr, DEPTH)
    }

    fn constant_within(&self, expr: &Expr, depth: usize) -> Option<Constant> {
        match expr {
            Expr::BoolConstant(value, _) => Some(Constant::Boolean(*value)),
            Expr::IntegerConstant(value, _) => Some(Constant::Integer(*value)),
            Expr::FloatConstant(value, _) => Some(Constant::Number(**value)),
            Expr::StringConstant(value, _) => Some(Constant::Text(value.to_string())),
            Expr::Variable(variable, ..) if !variable.2.is_empty() => {
                self.constants.get(variable.1.as_str())?.1.clone()
            }
            Expr::FnCall(call, _) if call.is_operator_call() => self.computed(call, depth.checked_sub(1)?)?.ok(),
            _ => None,
        }
    }

    /// The value of an operation on known integers; an error where there is none.
    fn computed(&self, call: &FnCallExpr, depth: usize) -> Option<Result<Constant, ()>> {
        let operands = call.args.iter().map(|operand| self.constant_within(operand, depth));
        let operands: Option<Vec<Constant>> = operands.collect();
        let result = match (call.name.as_str(), &operands?[..]) {
            ("-", [Constant::Integer(a)]) => a.checked_neg(),
            ("+", [Constant::Integer(a), Constant::Integer(b)]) => a.checked_add(*b),
            ("-", [Constant::Integer(a), Constant::Integer(b)]) => a.checked_sub(*b),
            ("*", [Constant::Integer(a), Constant::Integer(b)]) => a.checked_mul(*b),
            ("/", [Constant::Integer(a), Constant::Integer(b)]) => a.checked_div(*b),
            ("%", [Constant::Integer(a), Constant::Integer(b)]) => a.checked_rem(*b),
            ("**", [Constant::Integer(a), Constant::Integer(b)]) => {
                u32::try_from(*b).ok().and_then(|power| a.checked_pow(power))
            }
            _ => return None,
        };
        Some(result.map(Constant::Integer).ok_or(()))
    }

    /// Arithmetic of known values that has no result.
    pub(super) fn overflow(&mut self, expr: &Expr) {
        let Expr::FnCall(call, _) = expr else { return };
        let by_zero = matches!(call.name.as_str(), "/" | "%")
            && call.args.last().and_then(|divisor| self.constant(divisor)) == Some(Constant::Integer(0));
        let (message, help) = match self.computed(call, DEPTH) {
            _ if by_zero => ("this divides by zero", None),
            Some(Err(())) => ("this overflows", Some("an integer is at most 9,223,372,036,854,775,807".to_owned())),
            Some(Ok(_)) | None => return,
        };
        let place = self.source.expr(expr);
        self.wrong(Code::Overflow, message, place).maybe_help(help);
    }

    /// A comparison that comes out the same whatever is judged.
    pub(super) fn same_whatever(&mut self, expr: &Expr, call: &FnCallExpr) {
        let [a, b] = &call.args[..] else { return };
        let operator = call.name.as_str();
        let is_simple = |expr: &Expr| matches!(expr, Expr::Variable(..) | Expr::Dot(..) | Expr::Index(..));
        let is_same = is_simple(a)
            && is_simple(b)
            && self.source.words(a).is_some_and(|words| Some(words) == self.source.words(b));
        let (outcome, why) = match (self.constant(a), self.constant(b)) {
            (Some(a), Some(b)) => {
                let order = match (&a, &b) {
                    (Constant::Integer(a), Constant::Number(b)) => integer_with_number(*a, *b),
                    (Constant::Number(a), Constant::Integer(b)) => integer_with_number(*b, *a).map(Ordering::reverse),
                    (a, b) => a.partial_cmp(b),
                };
                let Some(order) = order else { return };
                let outcome = match operator {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                };
                (outcome, "both sides are constants")
            }
            _ if is_same => (matches!(operator, "==" | "<=" | ">="), "both sides are the same"),
            _ => return,
        };
        let message = format!("this comparison is always {outcome}: {why}");
        let place = self.source.expr(expr);
        self.wrong(Code::ConstantComparison, message, place).help("compare a fact with a parameter or a value");
    }
}
