//! Makes a program of a script, or of none of it.

use std::{collections::BTreeMap, sync::Arc};

use keysweep_model::{FacetSet, ParamValue, ResourceType};
use rhai::{AST, ASTFlags, Expr as Node, FlowControl, FnCallExpr, Ident, Stmt};

use super::{Ask, Call, Choice, Comparison, Expr, Failure, Operation, Program, Read, Step, Test};
use crate::{
    check::{
        ENTRY, Library,
        script::{Function, functions},
    },
    engine::{
        handle::{Names, method_name},
        pattern::Syntax,
    },
    objects::{Kind, Object},
    policy::limits::Limits,
};

/// How deep a program may be nested, so that it fits any stack.
const MOST_DEPTH: usize = 32;

/// How many parts a program may have, so that it takes no time to speak of.
const MOST_PARTS: usize = 1_000;

/// The operations that Rhai counts for one part at the most: a program must not go where Rhai would have stopped.
const OPERATIONS_OF_A_PART: u64 = 4;

/// The program of a checked script that is asked about resources of this kind, with the libraries that it imports; none
/// where it does more than go forward.
pub(crate) fn lower(
    script: &AST,
    libraries: &[Library],
    kind: ResourceType,
    params: &BTreeMap<String, ParamValue>,
    limits: &Arc<Limits>,
) -> Option<Program> {
    let scripts = libraries.iter().map(|library| &*library.script).chain([script]);
    let units = scripts.map(|script| Unit::new(script, libraries)).collect::<Option<Vec<_>>>()?;
    let unit = units.len() - 1;
    let check = units[unit].function(ENTRY, 2)?;
    let object = Object::judged(kind);
    let kinds = [Variable::Object(object), Variable::Params];
    let variables = check.params.iter().cloned().zip(kinds).collect();
    let mut lowering = Lowering {
        units: &units,
        unit,
        judged: object,
        params,
        limits,
        variables,
        values: 0,
        calls: 0,
        parts: 0,
        depth: 0,
    };
    let body = lowering.block(&check.body)?;
    let operations = lowering.parts as u64 * OPERATIONS_OF_A_PART;
    let is_small = lowering.parts <= MOST_PARTS && operations <= limits.operations;
    is_small.then(|| Program { body, limits: Arc::clone(limits) })
}

/// A script: the policy's own, or a library's.
struct Unit {
    functions: Vec<Function>,
    /// The names that it has for libraries, each with the place of that unit.
    imports: Vec<(String, usize)>,
}

impl Unit {
    fn new(script: &AST, libraries: &[Library]) -> Option<Self> {
        // Who may call a private function Rhai knows.
        if script.iter_fn_def().any(|function| function.access.is_private()) {
            return None;
        }
        let import = |statement: &Stmt| {
            let Stmt::Import(import, _) = statement else { return None };
            let Node::StringConstant(path, _) = &import.0 else { return None };
            let unit = libraries.iter().position(|library| *library.path == **path)?;
            Some((import.1.name.to_string(), unit))
        };
        let imports = script.statements().iter().map(import).collect::<Option<_>>()?;
        Some(Self { functions: functions(script), imports })
    }

    fn function(&self, name: &str, count: usize) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name && function.params.len() == count)
    }
}

/// What a name stands for.
#[derive(Clone, Copy)]
enum Variable {
    Object(Object),
    Params,
    /// The variable of this place.
    Value(usize),
}

/// What stands before a dot.
enum Receiver {
    /// An object, with what is read on the way to it.
    Object(Object, Vec<Read>),
    Params,
    Value(Expr),
}

struct Lowering<'a> {
    units: &'a [Unit],
    /// The place of the unit whose function is lowered.
    unit: usize,
    judged: Object,
    params: &'a BTreeMap<String, ParamValue>,
    limits: &'a Limits,
    variables: Vec<(String, Variable)>,
    /// How many variables there are while it runs, those of callers included.
    values: usize,
    /// How deep calls are nested.
    calls: usize,
    /// How many parts it has, each as often as it may run.
    parts: usize,
    depth: usize,
}

impl Lowering<'_> {
    fn block(&mut self, statements: &[Stmt]) -> Option<Vec<Step>> {
        let (names, values) = (self.variables.len(), self.values);
        let steps = statements.iter().map(|statement| self.step(statement)).collect();
        self.variables.truncate(names);
        self.values = values;
        steps
    }

    fn step(&mut self, statement: &Stmt) -> Option<Step> {
        match statement {
            Stmt::Var(made, ..) => {
                let value = self.expr(&made.1)?;
                let variable = match reached(&value) {
                    Some(object) => Variable::Object(object),
                    None => Variable::Value(self.values),
                };
                self.add(&made.0.name, variable)?;
                Some(Step::Let(value))
            }
            Stmt::Return(Some(value), flags, _) if !flags.contains(ASTFlags::BREAK) => {
                Some(Step::Return(self.expr(value)?))
            }
            Stmt::Expr(value) => Some(Step::Value(self.expr(value)?)),
            Stmt::FnCall(call, _) => self.deeper(|it| it.call(call)).map(Step::Value),
            Stmt::If(choice, _) => self
                .deeper(|it| {
                    let condition = it.expr(&choice.expr)?;
                    let then = it.block(choice.body.statements())?;
                    let otherwise = it.block(choice.branch.statements())?;
                    Some(Expr::If(Box::new(Choice { condition, then, otherwise })))
                })
                .map(Step::Value),
            Stmt::For(each, _) => self.each(each),
            _ => None,
        }
    }

    /// A loop over texts that are known before it runs.
    fn each(&mut self, (name, counter, each): &(Ident, Option<Ident>, FlowControl)) -> Option<Step> {
        let (Expr::Texts(texts), None) = (self.expr(&each.expr)?, counter) else { return None };
        let before = self.parts;
        let (names, values) = (self.variables.len(), self.values);
        self.add(&name.name, Variable::Value(self.values))?;
        let body = self.deeper(|it| it.block(each.body.statements()));
        self.variables.truncate(names);
        self.values = values;
        self.parts = before + texts.len().saturating_mul(self.parts - before);
        Some(Step::For(texts, body?))
    }

    /// Adds a variable, where there is room.
    fn add(&mut self, name: &str, variable: Variable) -> Option<()> {
        self.variables.push((name.to_owned(), variable));
        self.values += 1;
        (self.variables.len() <= self.limits.variables()).then_some(())
    }

    /// Goes one level down, as far as may be.
    fn deeper<T>(&mut self, make: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.parts += 1;
        self.depth += 1;
        let made = if self.depth <= MOST_DEPTH && self.parts <= MOST_PARTS { make(self) } else { None };
        self.depth -= 1;
        made
    }

    fn expr(&mut self, node: &Node) -> Option<Expr> {
        self.deeper(|it| it.expr_here(node))
    }

    fn expr_here(&mut self, node: &Node) -> Option<Expr> {
        match node {
            Node::BoolConstant(value, _) => Some(Expr::Boolean(*value)),
            Node::IntegerConstant(value, _) => Some(Expr::Integer(*value)),
            Node::FloatConstant(value, _) => Some(Expr::Number(**value)),
            Node::StringConstant(text, _) => Some(Expr::Text(text.as_str().into())),
            Node::InterpolatedString(parts, _) => Some(Expr::Joined(self.all(parts)?)),
            Node::And(terms, _) => Some(Expr::All(self.all(&**terms)?)),
            Node::Or(terms, _) => Some(Expr::Any(self.all(&**terms)?)),
            Node::Variable(..) | Node::Dot(..) => self.receiver(node)?.value(),
            Node::FnCall(call, _) => self.call(call),
            Node::Stmt(block) => {
                let mut steps = self.block(block.statements())?;
                match steps.pop() {
                    Some(Step::Value(value)) if steps.is_empty() => Some(value),
                    last => Some(Expr::Block(steps.into_iter().chain(last).collect())),
                }
            }
            _ => None,
        }
    }

    fn all<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) -> Option<Vec<Expr>> {
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    fn receiver(&mut self, node: &Node) -> Option<Receiver> {
        match node {
            Node::Variable(variable, ..) if variable.2.is_empty() => {
                let name = variable.1.as_str();
                let (_, variable) = self.variables.iter().rev().find(|(known, _)| known == name)?;
                Some(match *variable {
                    Variable::Object(object) => Receiver::Object(object, Vec::new()),
                    Variable::Params => Receiver::Params,
                    Variable::Value(place) => Receiver::Value(Expr::Variable(place)),
                })
            }
            Node::Dot(pair, flags, _) if !flags.contains(ASTFlags::NEGATED) => {
                let receiver = self.receiver(&pair.lhs)?;
                self.chain(receiver, &pair.rhs)
            }
            Node::Variable(..) | Node::Dot(..) => None,
            other => self.expr(other).map(Receiver::Value),
        }
    }

    /// The rest of `receiver.rest`. Rhai nests chains to the right: `a.b.c` is `a` with the rest `b.c`.
    fn chain(&mut self, receiver: Receiver, rest: &Node) -> Option<Receiver> {
        self.deeper(|it| match rest {
            Node::Property(property, _) => it.property(receiver, &property.2),
            Node::MethodCall(call, _) => it.method(receiver, call).map(Receiver::Value),
            Node::Dot(pair, flags, _) if !flags.contains(ASTFlags::NEGATED) => {
                let next = it.chain(receiver, &pair.lhs)?;
                it.chain(next, &pair.rhs)
            }
            _ => None,
        })
    }

    fn property(&mut self, receiver: Receiver, name: &str) -> Option<Receiver> {
        match receiver {
            Receiver::Object(object, mut through) => {
                let property = object.properties().iter().find(|property| property.name == name)?;
                let name = Arc::clone(Names::new(object, name, property.kind).of(object == self.judged));
                through.push(Read { property, name, reads: property.reads() });
                match property.kind {
                    Kind::Boolean | Kind::Integer | Kind::Text | Kind::Time | Kind::Texts => {
                        Some(Receiver::Value(Expr::Read(through.into_boxed_slice())))
                    }
                    Kind::Object(next) => Some(Receiver::Object(next, through)),
                    Kind::Objects(_) => None,
                }
            }
            Receiver::Params => self.param(name).map(Receiver::Value),
            Receiver::Value(value) => measure(name, value).map(Receiver::Value),
        }
    }

    fn param(&self, name: &str) -> Option<Expr> {
        match self.params.get(name)? {
            ParamValue::Integer(value) => Some(Expr::Integer(*value)),
            ParamValue::Number(value) => Some(Expr::Number(*value)),
            ParamValue::Boolean(value) => Some(Expr::Boolean(*value)),
            ParamValue::String(text) => {
                (text.len() <= self.limits.text_bytes).then(|| Expr::Text(text.as_str().into()))
            }
            ParamValue::List(texts) => self.limits.allow(texts).then(|| Expr::Texts(texts.as_slice().into())),
        }
    }

    fn method(&mut self, receiver: Receiver, call: &FnCallExpr) -> Option<Expr> {
        // A function of the script's own would be called on the receiver.
        if self.units[self.unit].function(&call.name, call.args.len()).is_some() {
            return None;
        }
        let argument = match (&call.args[..], receiver) {
            ([], Receiver::Value(value)) => return measure(&call.name, value),
            ([argument], receiver) => (argument, receiver),
            _ => return None,
        };
        match argument {
            (argument, Receiver::Object(object, through)) => {
                let method = object.methods().iter().find(|method| method.name == call.name)?;
                let argument = self.expr(argument)?;
                let name = match &argument {
                    Expr::Text(text) => Some(method_name(object, object == self.judged, method, text).into()),
                    _ => None,
                };
                let (through, reads) = (through.into_boxed_slice(), FacetSet::of(method.facets));
                Some(Expr::Ask(Box::new(Ask { through, object, method, argument, name, reads })))
            }
            (argument, Receiver::Value(receiver)) => {
                let test = test(&call.name)?;
                let argument = self.expr(argument)?;
                // Of a chain, Rhai looks at the arguments in their order before anything else.
                let is_in_order = match &receiver {
                    Expr::Ask(ask) => is_simple(&ask.argument) || is_simple(&argument),
                    _ => true,
                };
                is_in_order.then(|| Expr::TestMethod(test, Box::new([argument, receiver])))
            }
            (_, Receiver::Params) => None,
        }
    }

    fn call(&mut self, call: &FnCallExpr) -> Option<Expr> {
        if call.capture_parent_scope {
            return None;
        }
        if call.is_operator_call() {
            return self.operator(call);
        }
        if call.is_qualified() {
            let [library] = &call.namespace.path[..] else { return None };
            let (_, unit) = self.units[self.unit].imports.iter().find(|(name, _)| *name == *library.name)?;
            return self.function_call(*unit, call);
        }
        if self.units[self.unit].function(&call.name, call.args.len()).is_some() {
            return self.function_call(self.unit, call);
        }
        match (call.name.as_str(), &call.args[..]) {
            ("pass", []) => Some(Expr::Pass(None)),
            ("pass", [note]) => Some(Expr::Pass(Some(Box::new(self.expr(note)?)))),
            ("fail", [message]) => {
                let message = self.expr(message)?;
                Some(Expr::Fail(Box::new(Failure { message, more: Vec::new() })))
            }
            ("fail", [message, Node::Map(entries, _)]) if entries.0.len() <= self.limits.map_entries => {
                let message = self.expr(message)?;
                let entry = |(name, value): &(Ident, Node)| Some((name.as_str().into(), self.expr(value)?));
                let more = entries.0.iter().map(entry).collect::<Option<_>>()?;
                Some(Expr::Fail(Box::new(Failure { message, more })))
            }
            ("exempt", [reason]) => Some(Expr::Exempt(Box::new(self.expr(reason)?), None)),
            ("exempt", [reason, until]) => {
                Some(Expr::Exempt(Box::new(self.expr(reason)?), Some(Box::new(self.expr(until)?))))
            }
            ("now", []) => Some(Expr::Now),
            ("date", [text]) => Some(Expr::Date(Box::new(self.expr(text)?))),
            ("days_between", [from, to]) => Some(Expr::DaysBetween(self.pair(from, to)?)),
            (name, [a, b]) => Some(Expr::Test(test(name)?, self.pair(a, b)?)),
            _ => None,
        }
    }

    /// A call of a function of a unit, with its body in its place. It sees its parameters and nothing else.
    fn function_call(&mut self, unit: usize, call: &FnCallExpr) -> Option<Expr> {
        let function = self.units[unit].function(&call.name, call.args.len())?;
        let mut variables = Vec::new();
        let mut arguments = Vec::new();
        for (name, argument) in function.params.iter().zip(&call.args) {
            let given = self.argument(argument)?;
            let variable = match &given {
                Receiver::Object(object, _) => Variable::Object(*object),
                Receiver::Params => Variable::Params,
                Receiver::Value(_) => Variable::Value(self.values + arguments.len()),
            };
            arguments.extend(given.value());
            variables.push((name.clone(), variable));
        }
        let outer = (std::mem::replace(&mut self.variables, variables), self.unit, self.values);
        self.unit = unit;
        self.values += arguments.len();
        self.calls += 1;
        let is_allowed = self.calls < self.limits.call_levels && self.variables.len() <= self.limits.variables();
        let body = if is_allowed { self.deeper(|it| it.block(&function.body)) } else { None };
        self.calls -= 1;
        (self.variables, self.unit, self.values) = outer;
        Some(Expr::Call(Box::new(Call { arguments, body: body? })))
    }

    /// What a function is given: an object and the parameters as what they are.
    fn argument(&mut self, node: &Node) -> Option<Receiver> {
        self.deeper(|it| it.receiver(node))
    }

    fn operator(&mut self, call: &FnCallExpr) -> Option<Expr> {
        match (call.name.as_str(), &call.args[..]) {
            ("!", [operand]) => Some(Expr::Not(Box::new(self.expr(operand)?))),
            ("-", [operand]) => {
                let operands = Box::new([Expr::Integer(0), self.expr(operand)?]);
                Some(Expr::Calculate(i64::checked_sub, operands))
            }
            ("+", [a, b]) => Some(Expr::Add(self.pair(a, b)?)),
            (name, [a, b]) => match comparison(name) {
                Some(comparison) => Some(Expr::Compare(comparison, self.pair(a, b)?)),
                None => Some(Expr::Calculate(operation(name)?, self.pair(a, b)?)),
            },
            _ => None,
        }
    }

    fn pair(&mut self, a: &Node, b: &Node) -> Option<Box<[Expr; 2]>> {
        Some(Box::new([self.expr(a)?, self.expr(b)?]))
    }
}

impl Receiver {
    fn value(self) -> Option<Expr> {
        match self {
            Self::Value(value) => Some(value),
            Self::Object(_, through) if !through.is_empty() => Some(Expr::Read(through.into_boxed_slice())),
            Self::Object(..) | Self::Params => None,
        }
    }
}

/// The object that an expression gives, if it gives one.
fn reached(value: &Expr) -> Option<Object> {
    let Expr::Read(reads) = value else { return None };
    match reads.last()?.property.kind {
        Kind::Object(object) => Some(object),
        Kind::Boolean | Kind::Integer | Kind::Text | Kind::Time | Kind::Texts | Kind::Objects(_) => None,
    }
}

/// Whether it looks at no fact.
fn is_simple(value: &Expr) -> bool {
    matches!(value, Expr::Text(_) | Expr::Texts(_) | Expr::Variable(_))
}

/// What of a value is asked by this name.
fn measure(name: &str, value: Expr) -> Option<Expr> {
    match name {
        "len" => Some(Expr::Length(Box::new(value))),
        "is_empty" => Some(Expr::IsEmpty(Box::new(value))),
        _ => None,
    }
}

fn test(name: &str) -> Option<Test> {
    Some(match name {
        "contains" => Test::Contains,
        "starts_with" => Test::StartsWith,
        "ends_with" => Test::EndsWith,
        "matches" => Test::Matches(Syntax::Glob),
        "matches_regex" => Test::Matches(Syntax::Regex),
        "matches_any" => Test::MatchesAny,
        _ => return None,
    })
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::Unequal,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn operation(operator: &str) -> Option<Operation> {
    Some(match operator {
        "-" => i64::checked_sub,
        "*" => i64::checked_mul,
        "/" => i64::checked_div,
        "%" => i64::checked_rem,
        _ => return None,
    })
}
