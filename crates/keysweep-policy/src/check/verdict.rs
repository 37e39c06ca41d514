//! Verdicts: where the script ends without one, and where it makes one that has no effect.

use keysweep_files::{Code, Place};
use rhai::{Expr, FnCallExpr, Position, Stmt, StmtBlock};

use super::{Checker, Type};
use crate::engine::verdicts::VERDICTS;

impl Checker<'_> {
    /// The end of a function by a value of this type; where it `is_end` of `check`, that must be a verdict.
    pub(super) fn ends_with(&mut self, kind: Type, place: Option<Place>, is_end: bool) -> Type {
        if is_end && !kind.may_be(&Type::Verdict) {
            self.no_verdict(&format!("`check` ends with {} instead of a verdict", kind.phrase()), place);
        }
        kind
    }

    pub(super) fn no_verdict(&mut self, message: &str, place: Option<Place>) {
        self.wrong(Code::NoVerdict, message, place).help("end it with `pass()`, `fail(message)` or `exempt(reason)`");
    }

    /// The verdicts that `statement` makes in the place of its value, which nothing takes.
    pub(super) fn thrown_away(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _) => {
                self.tail(&flow.body);
                self.tail(&flow.branch);
            }
            Stmt::Block(block) => self.tail(block),
            Stmt::FnCall(call, position) => self.thrown_away_call(call, *position),
            Stmt::Expr(expr) => match &**expr {
                Expr::FnCall(call, position) => self.thrown_away_call(call, *position),
                Expr::Stmt(block) => self.tail(block),
                _ => {}
            },
            _ => {}
        }
    }

    fn tail(&mut self, block: &StmtBlock) {
        if let Some(last) = block.statements().iter().rev().find(|statement| !statement.is_noop()) {
            self.thrown_away(last);
        }
    }

    fn thrown_away_call(&mut self, call: &FnCallExpr, position: Position) {
        let name = call.name.as_str();
        let of_script = |checker: &Self| {
            let index = checker.function(name, call.args.len())?;
            checker.calls[index].gives.clone()
        };
        let is_verdict = !call.is_qualified() && (VERDICTS.contains(&name) || of_script(self) == Some(Type::Verdict));
        if is_verdict {
            let message = format!("this verdict is discarded: the script goes on after `{name}`");
            let place = self.source.expr(&Expr::FnCall(Box::new(call.clone()), position));
            self.wrong(Code::DiscardedVerdict, message, place).help(format!("write `return {name}(...)`"));
        }
    }
}
