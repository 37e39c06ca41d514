//! The functions of a script, with their bodies.

use rhai::{AST, ASTNode, Expr, Position, Stmt};

/// A function of a script.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) params: Vec<String>,
    pub(super) body: Vec<Stmt>,
    /// Where its body begins.
    pub(super) begin: Position,
}

impl Function {
    /// Whether it is a closure.
    pub(super) fn is_anonymous(&self) -> bool {
        is_anonymous(&self.name)
    }
}

/// Whether this is the name that Rhai gives to functions without one.
pub(super) fn is_anonymous(name: &str) -> bool {
    name.starts_with("anon$")
}

/// The functions of a script, in the order of the file.
///
/// Rhai shows a function's statements only by a walk over a whole script, so each function is walked as a script of its
/// own, and copied.
pub(super) fn functions(ast: &AST) -> Vec<Function> {
    let mut functions: Vec<Function> = ast
        .iter_fn_def()
        .map(|function| {
            let (name, count) = (function.name.as_str(), function.params.len());
            let mut alone = ast.clone_functions_only();
            alone.retain_functions(|_, _, other, params| other == name && params == count);
            let mut body = Vec::new();
            alone.walk(&mut |path| {
                if let [ASTNode::Stmt(statement)] = path {
                    body.push((*statement).clone());
                }
                true
            });
            let params = function.params.iter().map(ToString::to_string).collect();
            Function { name: name.to_owned(), params, body, begin: function.body.start_position() }
        })
        .collect();
    functions.sort_by_key(|function| (function.begin, function.name.clone()));
    functions
}

/// The closure that an expression makes: its name within Rhai, what it captures, and where it stands.
pub(super) fn made_by(expr: &Expr) -> Option<(String, Vec<String>, Position)> {
    match expr {
        Expr::DynamicConstant(value, position) => {
            let function = value.read_lock::<rhai::FnPtr>()?;
            Some((function.fn_name().to_owned(), Vec::new(), *position))
        }
        // A function that captures is a block that shares what it captures, and ends by binding it.
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(captured), Stmt::Expr(bound)] => {
                let Expr::FnCall(call, _) = &**bound else { return None };
                let (name, _, position) = made_by(call.args.first()?)?;
                let captured = captured.iter().map(|(variable, _)| variable.name.to_string()).collect();
                Some((name, captured, position))
            }
            _ => None,
        },
        _ => None,
    }
}
