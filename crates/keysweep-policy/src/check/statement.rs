//! Statements: what they come to, where they end the script, and the variables that they make.

use keysweep_files::{Code, Place};
use rhai::{ASTFlags, Expr, FlowControl, Ident, Position, Stmt, StmtBlock};

use super::{Checker, Type, Variable};

impl Checker<'_> {
    /// The type of what a function's body comes to.
    pub(super) fn body(&mut self, statements: &[Stmt]) -> Type {
        let is_entry = self.current.is_entry;
        let kind = self.statements(statements, is_entry);
        if is_entry && statements.is_empty() {
            let place = self.source.token(self.functions[self.current.index].begin);
            self.no_verdict("`check` is empty", place);
        }
        kind
    }

    /// The type of what statements come to. Where the script ends with them, `is_end`, it needs a verdict.
    fn statements(&mut self, statements: &[Stmt], is_end: bool) -> Type {
        let outer = self.scope.len();
        let end = statements.iter().rposition(|statement| !statement.is_noop());
        let mut last = Type::Nothing;
        let mut ended = None;
        let mut is_told = false;
        for (index, statement) in statements.iter().enumerate() {
            if let Some(end) = ended.filter(|_| !is_told && !statement.is_noop()) {
                let help = format!("nothing runs after `{end}`: remove it, or put the `{end}` into an `if`");
                let place = self.place_of(statement);
                self.wrong(Code::Unreachable, "this is never reached", place).help(help);
                is_told = true;
            }
            let is_last = Some(index) == end;
            last = self.statement(statement, is_last && is_end);
            if !is_last && ended.is_none() {
                self.thrown_away(statement);
            }
            ended = ended.or_else(|| ends(statement));
        }
        self.leave(outer);
        if ended.is_some() { Type::Never } else { last }
    }

    /// Leaves a block: what was made in it and never read is told.
    fn leave(&mut self, outer: usize) {
        for variable in self.scope.split_off(outer.min(self.scope.len())) {
            let Some(made) = variable.made.filter(|_| !variable.is_read && !variable.name.starts_with('_')) else {
                continue;
            };
            let message = format!("the variable `{}` is never read", variable.name);
            let place = self.source.token(made);
            let help = format!("use it, remove it, or name it `_{}`", variable.name);
            self.wrong(Code::UnusedVariable, message, place).help(help);
        }
    }

    pub(super) fn block(&mut self, block: &StmtBlock, is_end: bool) -> Type {
        if is_end && block.statements().iter().all(Stmt::is_noop) {
            let place = self.source.token(block.position());
            self.no_verdict("`check` ends here without a verdict", place);
        }
        self.statements(block.statements(), is_end)
    }

    /// The body of a loop: not even what ends it is the loop's value.
    fn repeated(&mut self, body: &StmtBlock) {
        self.block(body, false);
        if let Some(last) = body.statements().iter().rev().find(|statement| !statement.is_noop()) {
            self.thrown_away(last);
        }
    }

    fn statement(&mut self, statement: &Stmt, is_end: bool) -> Type {
        let never_verdict = |checker: &mut Self| {
            if is_end {
                let place = checker.place_of(statement);
                checker.no_verdict("`check` ends here without a verdict", place);
            }
            Type::Nothing
        };
        match statement {
            Stmt::If(flow, position) => self.either(flow, *position, is_end),
            Stmt::TryCatch(flow, _) => {
                let goes_on = ends(statement).is_none();
                self.try_catch(flow, goes_on);
                if goes_on { never_verdict(self) } else { Type::Nothing }
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                let is_endless = matches!(flow.expr, Expr::Unit(_) | Expr::BoolConstant(true, _));
                if !is_endless {
                    self.condition(&flow.expr);
                }
                self.repeated(&flow.body);
                if is_endless { Type::Unknown } else { never_verdict(self) }
            }
            Stmt::For(parts, _) => {
                self.for_each(parts);
                never_verdict(self)
            }
            Stmt::Var(variable, _, position) => {
                let (Ident { name, pos }, value, _) = &**variable;
                let kind = self.expr(value);
                let made = Some(if pos.is_none() { *position } else { *pos });
                self.scope.push(Variable { made, is_read: false, ..Variable::given(name, kind) });
                never_verdict(self)
            }
            Stmt::Assignment(assignment) => {
                self.target(&assignment.1.lhs);
                self.expr(&assignment.1.rhs);
                never_verdict(self)
            }
            Stmt::FnCall(call, position) => {
                let kind = self.call(call, *position);
                self.ends_with(kind, self.source.token(*position), is_end)
            }
            Stmt::Block(block) => self.block(block, is_end),
            Stmt::Expr(expr) => {
                let kind = self.expr(expr);
                self.ends_with(kind, self.source.expr(expr), is_end)
            }
            Stmt::Return(value, flags, position) => {
                self.returned(value.as_deref(), *flags, *position);
                Type::Never
            }
            Stmt::BreakLoop(value, ..) => {
                value.iter().for_each(|value| _ = self.expr(value));
                Type::Never
            }
            // Nothing to follow, or refused by the parser already.
            _ => Type::Nothing,
        }
    }

    fn try_catch(&mut self, flow: &FlowControl, goes_on: bool) {
        let outer = self.scope.len();
        self.block(&flow.body, false);
        if let Expr::Variable(caught, ..) = &flow.expr {
            self.scope.push(Variable::given(&caught.1, Type::Unknown));
        }
        self.block(&flow.branch, false);
        self.leave(outer);
        if goes_on {
            let blocks = [&flow.body, &flow.branch];
            blocks.into_iter().filter_map(|block| block.statements().last()).for_each(|last| self.thrown_away(last));
        }
    }

    fn for_each(&mut self, (item, counter, flow): &(Ident, Option<Ident>, FlowControl)) {
        let list = self.expr(&flow.expr);
        let outer = self.scope.len();
        self.scope.push(Variable::given(&item.name, list.item()));
        self.scope.extend(counter.iter().map(|counter| Variable::given(&counter.name, Type::Integer)));
        self.repeated(&flow.body);
        self.scope.truncate(outer);
    }

    fn either(&mut self, flow: &FlowControl, position: Position, is_end: bool) -> Type {
        self.condition(&flow.expr);
        let then = self.block(&flow.body, is_end);
        let has_else = !flow.branch.is_empty() || !flow.branch.position().is_none();
        if !has_else {
            if is_end {
                let place = self.source.token(position);
                self.no_verdict("`check` ends without a verdict where this `if` does not hold", place);
            }
            return if then == Type::Never { Type::Nothing } else { then.or(Type::Nothing) };
        }
        let otherwise = self.block(&flow.branch, is_end);
        then.or(otherwise)
    }

    fn returned(&mut self, value: Option<&Expr>, flags: ASTFlags, position: Position) {
        let kind = value.map_or(Type::Nothing, |value| self.expr(value));
        if !flags.contains(ASTFlags::BREAK) {
            let place = value.map_or_else(|| self.source.token(position), |value| self.source.expr(value));
            self.returns(kind, place);
        }
    }

    /// Notes that the function returns a value of this type.
    fn returns(&mut self, kind: Type, place: Option<Place>) {
        self.ends_with(kind.clone(), place, self.current.is_entry);
        self.current.returned = Some(match self.current.returned.take() {
            Some(returned) => returned.or(kind),
            None => kind,
        });
    }

    /// A condition, which is a boolean.
    pub(super) fn condition(&mut self, condition: &Expr) {
        let kind = self.expr(condition);
        if !kind.may_be(&Type::Boolean) {
            let message = format!("a condition is a boolean, not {}", kind.phrase());
            let place = self.source.expr(condition);
            let help = match kind {
                Type::String => Some("compare it, as in `... != \"\"`"),
                Type::Integer | Type::Float => Some("compare it, as in `... > 0`"),
                Type::List(_) | Type::Objects(_) => Some("ask `!list.is_empty()`"),
                _ => None,
            };
            self.wrong(Code::NotACondition, message, place).maybe_help(help.map(str::to_owned));
        }
    }

    /// What is assigned to: never what the policy is asked about, nor a part of it.
    fn target(&mut self, target: &Expr) {
        self.expr(target);
        let (root, is_part) = match target {
            Expr::Dot(pair, ..) | Expr::Index(pair, ..) => (&pair.lhs, true),
            other => (other, false),
        };
        let Expr::Variable(variable, ..) = root else { return };
        let name = variable.1.as_str();
        let is_asked = self.scope.iter().rev().find(|known| known.name == name).is_some_and(|known| known.is_asked);
        if is_asked || is_part && matches!(self.known(name), Type::Object(_) | Type::Params) {
            let place = self.source.expr(target);
            let (what, can) = if is_part { ("no part of ", "can") } else { ("", "cannot") };
            let message = format!("{what}`{name}` {can} be changed: a policy only judges");
            self.wrong(Code::ReadOnly, message, place);
        }
    }

    pub(super) fn place_of(&self, statement: &Stmt) -> Option<Place> {
        match statement {
            Stmt::Expr(expr) => self.source.expr(expr),
            Stmt::Assignment(assignment) => self.source.expr(&assignment.1.lhs),
            other => self.source.token(other.position()),
        }
    }
}

/// The word by which a statement ends its block, whatever happens in it.
fn ends(statement: &Stmt) -> Option<&'static str> {
    let block = |block: &StmtBlock| block.statements().iter().find_map(ends);
    match statement {
        Stmt::Return(_, flags, _) if flags.contains(ASTFlags::BREAK) => Some("throw"),
        Stmt::Return(..) => Some("return"),
        Stmt::BreakLoop(_, flags, _) if flags.contains(ASTFlags::BREAK) => Some("break"),
        Stmt::BreakLoop(..) => Some("continue"),
        Stmt::Block(inner) => block(inner),
        Stmt::If(flow, _) | Stmt::TryCatch(flow, _) if !flow.branch.is_empty() => {
            block(&flow.body).filter(|_| block(&flow.branch).is_some())
        }
        _ => None,
    }
}
