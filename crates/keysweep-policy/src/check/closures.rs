//! Closures: where they may stand, and what is known of their parameters.
//!
//! They stand as arguments of the methods of lists that call them, and nowhere else. So no such function is ever held by
//! a variable, a list or another function, and none can reach itself or grow.

use keysweep_files::Code;
use rhai::{Expr, FnCallExpr};

use super::{Checker, Current, Type, Variable, script::made_by};

/// The methods of lists that call a function.
const CALLERS: [&str; 13] = [
    "all", "count", "dedup", "drain", "filter", "find", "find_map", "for_each", "index_of", "map", "reduce", "retain",
    "some",
];

/// Those whose function says whether something holds of an item.
const TESTERS: [&str; 8] = ["all", "count", "drain", "filter", "find", "index_of", "retain", "some"];

impl Checker<'_> {
    /// Checks the arguments of a method of a list, among them closures whose parameters are items of it. Their types,
    /// and that of what the function gives.
    pub(super) fn arguments_of_list(&mut self, receiver: &Type, call: &FnCallExpr) -> (Vec<Type>, Type) {
        let name = call.name.as_str();
        let may_call = CALLERS.contains(&name) && !matches!(receiver, Type::Map | Type::String);
        let item = if name == "reduce" { Type::Unknown } else { receiver.item() };
        let mut gives = Type::Unknown;
        let types = call
            .args
            .iter()
            .map(|argument| match made_by(argument).filter(|_| may_call) {
                Some((function, captured, position)) => {
                    gives = self.body_of(&function, &captured, &item);
                    if TESTERS.contains(&name) && !gives.may_be(&Type::Boolean) {
                        let message =
                            format!("the closure of `{name}` returns {} instead of a boolean", gives.phrase());
                        let place = self.source.closure(position);
                        let help = "it returns `true` for the items that count: `|key| key.age_days > 90`";
                        self.wrong(Code::NotACondition, message, place).help(help);
                    }
                    Type::Function
                }
                None => self.expr(argument),
            })
            .collect();
        (types, gives)
    }

    /// A closure where none may stand.
    pub(super) fn misplaced(&mut self, expr: &Expr) -> Type {
        let help = format!("it can be an argument of a list's {}", CALLERS.join(", "));
        let message = "a closure is used where it stands: it cannot be kept or passed on";
        let position = made_by(expr).map_or(expr.position(), |(_, _, position)| position);
        let place = self.source.closure(position);
        self.wrong(Code::MisplacedFunction, message, place).help(help);
        Type::Unknown
    }

    /// Checks the body of a closure, called for items of this type; the type of what it gives.
    fn body_of(&mut self, name: &str, captured: &[String], item: &Type) -> Type {
        let Some((index, function)) = self.functions.iter().enumerate().find(|(_, function)| function.name == name)
        else {
            return Type::Unknown;
        };
        let own = function.params.iter().filter(|param| !captured.contains(param)).count();
        let mut left = own;
        let variables: Vec<Variable> = function
            .params
            .iter()
            .map(|param| {
                if captured.contains(param) {
                    let is_asked = self.capture(param);
                    return Variable { is_asked, ..Variable::given(param, self.known(param)) };
                }
                left -= 1;
                // The second parameter is the place of the item.
                Variable::given(param, if left + 1 == own { item.clone() } else { Type::Integer })
            })
            .collect();
        let outer = std::mem::replace(&mut self.scope, variables);
        let current = std::mem::replace(&mut self.current, Current { index, is_entry: false, returned: None });
        self.current.index = current.index;
        let last = self.body(&function.body);
        let gives = match self.current.returned.take() {
            Some(returned) => returned.or(last),
            None => last,
        };
        self.scope = outer;
        self.current = current;
        gives
    }

    /// Notes that a variable is captured; whether it is a parameter of `check`.
    fn capture(&mut self, name: &str) -> bool {
        let Some(variable) = self.scope.iter_mut().rev().find(|variable| variable.name == name) else { return false };
        variable.is_read = true;
        variable.is_asked
    }
}
