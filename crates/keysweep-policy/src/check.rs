//! What can be known to be wrong with a script before it runs.
//!
//! The checker walks the script and follows the types of `key`, of `params` and of what is reached from them. Where it
//! cannot follow, the engine's own strictness remains.

use std::collections::{BTreeMap, BTreeSet};

use rhai::{AST, ASTFlags, ASTNode, Expr, FnCallExpr, Position, Stmt, StmtBlock};

use crate::{
    diagnostic::Diagnostic,
    explain::place,
    objects::{Kind, Object},
    params::ParamSpec,
};

mod expr;

/// The function that every policy defines.
pub(crate) const ENTRY: &str = "check";

/// Everything that is wrong with the script of a policy with these parameters.
pub(crate) fn check(ast: &AST, params: &BTreeMap<String, ParamSpec>) -> Vec<Diagnostic> {
    let mut checker = Checker {
        params,
        functions: ast.iter_fn_def().map(|function| (function.name.to_string(), function.params.len())).collect(),
        constants: BTreeMap::new(),
        assigned: BTreeSet::new(),
        uses_maps: false,
        scope: Vec::new(),
        wrong: Vec::new(),
    };
    checker.survey(ast);
    checker.check_top(ast.statements());
    checker.check_entry(ast);
    checker.check_functions(ast);
    checker.wrong
}

/// A function of the script: where it is, and the types of its parameters.
struct Function {
    begin: Position,
    end: Position,
    scope: Vec<(String, Type)>,
}

/// The functions that make verdicts.
const VERDICTS: [&str; 3] = ["pass", "fail", "exempt"];

/// The type of an expression as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    Object(Object),
    Params,
    Value(Kind),
    Number,
    List,
    Verdict,
    Nothing,
    Unknown,
}

struct Checker<'a> {
    params: &'a BTreeMap<String, ParamSpec>,
    functions: BTreeSet<(String, usize)>,
    constants: BTreeMap<String, Type>,
    /// Variables that are assigned to somewhere: their type is not followed.
    assigned: BTreeSet<String>,
    /// A script that makes maps has properties of any name.
    uses_maps: bool,
    scope: Vec<(String, Type)>,
    wrong: Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Notes what holds for the whole script.
    fn survey(&mut self, ast: &AST) {
        ast.walk(&mut |path| {
            match path.last() {
                Some(ASTNode::Stmt(Stmt::Assignment(assignment))) => {
                    if let Expr::Variable(variable, ..) = &assignment.1.lhs {
                        self.assigned.insert(variable.1.to_string());
                    }
                }
                Some(ASTNode::Expr(Expr::Map(..))) => self.uses_maps = true,
                _ => {}
            }
            true
        });
    }

    /// Outside functions there are constants and nothing else.
    fn check_top(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Noop(_) => {}
                Stmt::Var(variable, flags, _)
                    if flags.contains(ASTFlags::CONSTANT) && variable.1.get_literal_value(None).is_some() =>
                {
                    let kind = self.expr(&variable.1);
                    self.constants.insert(variable.0.name.to_string(), kind);
                }
                other => {
                    let help = "put it into `fn check(key, params)`; outside functions a policy has only constants \
                                of literal values, such as `const GRACE_DAYS = 7;`";
                    let message = "a statement outside a function never judges anything";
                    self.wrong.push(place(Diagnostic::new(message), other.position(), 1).help(help));
                }
            }
        }
    }

    fn check_entry(&mut self, ast: &AST) {
        if self.functions.contains(&(ENTRY.to_owned(), 2)) {
            return;
        }
        let help = "write `fn check(key, params) { ... }`; it returns `pass()`, `fail(message)` or `exempt(reason)`";
        self.wrong.push(match ast.iter_fn_def().find(|function| function.name == ENTRY) {
            Some(function) => {
                let message = format!("`check` takes {} parameters instead of 2", function.params.len());
                place(Diagnostic::new(message), function.body.start_position(), 1).help(help)
            }
            None => Diagnostic::new("the policy has no function `check`").help(help),
        });
    }

    fn check_functions(&mut self, ast: &AST) {
        let functions: Vec<Function> = ast
            .iter_fn_def()
            .map(|function| {
                let is_entry = function.name == ENTRY && function.params.len() == 2;
                let types = if is_entry { [Type::Object(Object::Key), Type::Params] } else { [Type::Unknown; 2] };
                let types = types.into_iter().chain(std::iter::repeat(Type::Unknown));
                Function {
                    begin: function.body.start_position(),
                    end: function.body.end_position(),
                    scope: function.params.iter().map(ToString::to_string).zip(types).collect(),
                }
            })
            .collect();
        // Rhai shows a function's statements only by a walk over the whole script, which goes function by function.
        let mut current = None;
        let mut last = Vec::new();
        ast.walk(&mut |path| {
            if let [ASTNode::Stmt(statement)] = path {
                let position = statement.position();
                let inside = |function: &Function| function.begin <= position && position <= function.end;
                if let Some(index) = functions.iter().position(inside) {
                    if current != Some(index) {
                        current = Some(index);
                        last.clear();
                        self.scope = functions[index].scope.clone();
                    }
                    // What has a statement after it in its function does not end it.
                    self.wrong.append(&mut last);
                    self.statement(statement);
                    last = discarded(statement);
                }
            }
            true
        });
    }

    fn block<'s>(&mut self, statements: impl IntoIterator<Item = &'s Stmt>) {
        let outer = self.scope.len();
        let mut last = Vec::new();
        for statement in statements {
            self.wrong.append(&mut last);
            self.statement(statement);
            last = discarded(statement);
        }
        self.scope.truncate(outer);
    }

    /// The body of a loop: not even what ends it is the loop's value.
    fn repeated(&mut self, body: &StmtBlock) {
        self.block(body);
        self.wrong.extend(body.statements().last().map(discarded).unwrap_or_default());
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _) | Stmt::TryCatch(flow, _) => {
                self.expr(&flow.expr);
                self.block(&flow.body);
                self.block(&flow.branch);
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => {
                self.expr(&flow.expr);
                self.repeated(&flow.body);
            }
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                self.expr(&flow.expr);
                let outer = self.scope.len();
                self.scope.extend([Some(item), counter.as_ref()].into_iter().flatten().map(unknown));
                self.repeated(&flow.body);
                self.scope.truncate(outer);
            }
            Stmt::Var(variable, ..) => {
                let kind = self.expr(&variable.1);
                self.scope.push((variable.0.name.to_string(), kind));
            }
            Stmt::Assignment(assignment) => {
                self.target(&assignment.1.lhs, assignment.0.position());
                self.expr(&assignment.1.rhs);
            }
            Stmt::FnCall(call, position) => {
                self.call(call, *position);
            }
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::Expr(expr) => {
                self.expr(expr);
            }
            Stmt::BreakLoop(Some(expr), ..) | Stmt::Return(Some(expr), ..) => {
                self.expr(expr);
            }
            // Nothing to follow, or refused by the parser already.
            _ => {}
        }
    }

    /// What is assigned to: never a part of what the policy is asked about.
    fn target(&mut self, target: &Expr, position: Position) {
        self.expr(target);
        if let Expr::Dot(pair, ..) | Expr::Index(pair, ..) = target
            && let Expr::Variable(variable, ..) = &pair.lhs
            && let Type::Object(_) | Type::Params = self.variable(&variable.1, false, position)
        {
            let message = format!("nothing of `{}` can be set: a policy judges, it changes nothing", variable.1);
            self.wrong.push(place(Diagnostic::new(message), position, 1));
        }
    }
}

/// The verdicts that are made where the value of `statement` would be and are lost, if nothing takes that value.
fn discarded(statement: &Stmt) -> Vec<Diagnostic> {
    let tail = |block: &StmtBlock| block.statements().last().map(discarded).unwrap_or_default();
    let call = |call: &FnCallExpr, position| {
        let name = call.name.as_str();
        let message = format!("this verdict is thrown away: the script goes on after `{name}`");
        let diagnostic = Diagnostic::new(message).help(format!("write `return {name}(...)`"));
        if VERDICTS.contains(&name) { vec![place(diagnostic, position, name.len())] } else { Vec::new() }
    };
    match statement {
        Stmt::If(flow, _) | Stmt::TryCatch(flow, _) => [tail(&flow.body), tail(&flow.branch)].concat(),
        Stmt::Block(block) => tail(block),
        Stmt::FnCall(verdict, position) => call(verdict, *position),
        Stmt::Expr(expr) => match &**expr {
            Expr::FnCall(verdict, position) => call(verdict, *position),
            Expr::Stmt(block) => tail(block),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn unknown(ident: &rhai::Ident) -> (String, Type) {
    (ident.name.to_string(), Type::Unknown)
}
