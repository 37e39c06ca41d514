//! A list is locked while its method runs, and with it the variable by way of which it was reached: a function that the
//! method calls for each item cannot use that variable.

use rhai::{AST, ASTNode, Expr, Position, Stmt};

/// A use of a variable that is locked.
pub(super) struct Locked {
    pub(super) name: String,
    pub(super) position: Position,
}

/// The uses of locked variables in closures.
pub(super) fn locked(ast: &AST) -> Vec<Locked> {
    let mut found = Vec::new();
    ast.walk(&mut |path| {
        if let Some(ASTNode::Expr(Expr::MethodCall(call, _))) = path.last()
            && let Some(root) = root_of(path)
        {
            let uses = call.args.iter().flat_map(captured);
            found.extend(uses.filter(|(name, _)| name == root).map(|(name, position)| Locked { name, position }));
        }
        true
    });
    found
}

/// The variables that a closure captures.
fn captured(argument: &Expr) -> Vec<(String, Position)> {
    match argument {
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Share(shared), ..] => shared.iter().map(|(it, _)| (it.name.to_string(), it.pos)).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// The variable that the chain begins with whose last link is the end of `path`, if it begins with one.
fn root_of<'p>(path: &[ASTNode<'p>]) -> Option<&'p str> {
    let expr_of = |node: &ASTNode<'p>| match node {
        ASTNode::Expr(expr) => Some(*expr),
        _ => None,
    };
    let mut link = expr_of(path.last()?)?;
    let mut root = None;
    for node in path[..path.len() - 1].iter().rev() {
        match expr_of(node) {
            Some(chain @ (Expr::Dot(pair, ..) | Expr::Index(pair, ..))) if std::ptr::eq(&raw const pair.rhs, link) => {
                root = Some(&pair.lhs);
                link = chain;
            }
            // In a chain that goes on, the link is the left of the rest.
            Some(chain @ (Expr::Dot(pair, ..) | Expr::Index(pair, ..)))
                if std::ptr::eq(&raw const pair.lhs, link) && root.is_none() =>
            {
                link = chain;
            }
            _ => break,
        }
    }
    match root? {
        Expr::Variable(variable, ..) => Some(&variable.1),
        _ => None,
    }
}
