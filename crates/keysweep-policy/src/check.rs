//! What can be known to be wrong with a script before it runs.
//!
//! The checker walks the script and follows the types of what is judged, of the parameters and of what is reached from
//! them, through lists, functions and closures. Where it cannot follow, the engine's own strictness
//! remains.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use keysweep_files::{Code, Diagnostic, Level, Place};
use keysweep_model::FacetSet;
use rhai::{AST, ASTFlags, ASTNode, Expr, Position, Stmt};

use self::{
    constant::Constant,
    script::{Function, functions, is_anonymous},
    types::Type,
};
use crate::{
    engine::runtime::ENTRY,
    objects::Object,
    policy::{metadata::Interface, params::ParamType, source::Source},
};

mod call;
mod chain;
mod closures;
mod constant;
mod expr;
mod locked;
mod script;
mod statement;
mod types;
mod verdict;

/// The result of a check.
pub(crate) struct Checked {
    /// Everything that is wrong, and everything that its author may not have meant.
    pub(crate) found: Vec<Diagnostic>,
    /// The facets that the script may touch.
    pub(crate) may_read: FacetSet,
}

impl Checked {
    /// Whether anything of it is an error.
    pub(crate) fn is_wrong(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.code.level() == Level::Error)
    }
}

/// A library that is compiled, as those who import it know it.
#[derive(Clone)]
pub(crate) struct Library {
    /// What scripts import it by.
    pub(crate) path: Arc<str>,
    /// Its file, as the user knows it.
    pub(crate) name: Arc<str>,
    pub(crate) text: Arc<str>,
    pub(crate) script: Arc<AST>,
}

impl Library {
    pub(crate) fn new(path: &str, name: &str, text: &str, script: AST) -> Self {
        Self { path: path.into(), name: name.into(), text: text.into(), script: Arc::new(script) }
    }
}

/// Checks the script of a policy that knows libraries by these names.
pub(crate) fn check(ast: &AST, text: &str, interface: &Interface, libraries: &[(String, Library)]) -> Checked {
    let (source, functions) = (Source::new(text), functions(ast));
    let mut checker = Checker::new(&source, &functions, libraries);
    checker.judged = Some(Object::judged(interface.resource));
    checker.params = interface.params.iter().map(|(name, kind)| (name.as_str(), *kind)).collect();
    checker.survey(ast);
    checker.check_names(ast);
    checker.check_top(ast.statements());
    checker.check_entry();
    checker.check_functions();
    checker.check_locked(ast);
    checker.check_unused(text);
    checker.finish()
}

/// Checks the script of a library that knows others by these names.
pub(crate) fn check_library(ast: &AST, text: &str, libraries: &[(String, Library)]) -> Checked {
    let (source, functions) = (Source::new(text), functions(ast));
    let mut checker = Checker::new(&source, &functions, libraries);
    checker.survey(ast);
    checker.check_names(ast);
    checker.check_top(ast.statements());
    checker.check_functions();
    checker.check_locked(ast);
    checker.finish()
}

struct Checker<'a> {
    source: &'a Source<'a>,
    /// The object that `check` is asked about; none in a library.
    judged: Option<Object>,
    params: BTreeMap<&'a str, ParamType>,
    /// The parameters that the script reads.
    params_read: BTreeSet<String>,
    functions: &'a [Function],
    /// The functions of each library, by the name that the script has for it.
    libraries: BTreeMap<&'a str, BTreeSet<(String, usize)>>,
    constants: BTreeMap<String, (Type, Option<Constant>)>,
    /// Variables that are assigned to somewhere: their type is not followed.
    assigned: BTreeSet<String>,
    /// A script that makes maps has properties of any name.
    uses_maps: bool,
    scope: Vec<Variable>,
    /// What is known of the calls of each function.
    calls: Vec<Calls>,
    /// The function that is being checked.
    current: Current,
    may_read: FacetSet,
    found: Vec<Diagnostic>,
}

/// A variable that can be seen.
struct Variable {
    name: String,
    kind: Type,
    /// Where it is made; none where the script has no part in it.
    made: Option<Position>,
    is_read: bool,
    /// Whether it is a parameter of `check`: what the policy is asked about.
    is_asked: bool,
}

impl Variable {
    fn given(name: &str, kind: Type) -> Self {
        Self { name: name.to_owned(), kind, made: None, is_read: true, is_asked: false }
    }
}

/// What is known of the calls of a function.
#[derive(Default, Clone)]
struct Calls {
    /// The functions that call it, by place.
    by: BTreeSet<usize>,
    /// The types of the arguments of all calls together; none where it was not seen to be called.
    arguments: Option<Vec<Type>>,
    /// The type of its value.
    gives: Option<Type>,
}

/// The function that is being checked.
#[derive(Default)]
struct Current {
    index: usize,
    /// Whether it is `check`, which must end with a verdict.
    is_entry: bool,
    /// The type of what it returns by `return`.
    returned: Option<Type>,
}

impl<'a> Checker<'a> {
    fn new(source: &'a Source<'a>, functions: &'a [Function], libraries: &'a [(String, Library)]) -> Self {
        let known = |library: &Library| -> BTreeSet<_> {
            let functions = library.script.iter_fn_def();
            let functions = functions.filter(|function| !is_anonymous(&function.name));
            functions.map(|function| (function.name.to_string(), function.params.len())).collect()
        };
        Self {
            source,
            judged: None,
            params: BTreeMap::new(),
            params_read: BTreeSet::new(),
            functions,
            libraries: libraries.iter().map(|(name, library)| (name.as_str(), known(library))).collect(),
            constants: BTreeMap::new(),
            assigned: BTreeSet::new(),
            uses_maps: false,
            scope: Vec::new(),
            calls: vec![Calls::default(); functions.len()],
            current: Current::default(),
            may_read: FacetSet::default(),
            found: Vec::new(),
        }
    }

    fn check_locked(&mut self, ast: &AST) {
        for locked::Locked { name, position } in locked::locked(ast) {
            let message = format!("the list belongs to `{name}`, which the closure uses too");
            let help = format!("put what the closure needs of `{name}` into a variable first");
            let place = self.source.token(position);
            self.wrong(Code::MisplacedFunction, message, place).help(help);
        }
    }

    /// One thing may be found twice, where a closure is checked for each list that it is used on.
    fn finish(mut self) -> Checked {
        self.found.sort_by_key(|diagnostic| (diagnostic.place, diagnostic.code));
        self.found.dedup();
        Checked { found: self.found, may_read: self.may_read }
    }

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

    /// No function has a name of the language's own, or is for one type of receiver: Rhai would take it for the
    /// language's, in libraries too, or take one of two that look the same.
    fn check_names(&mut self, ast: &AST) {
        for function in ast.iter_fn_def() {
            let name = function.name.as_str();
            let place = self.source.head(name, function.body.start_position());
            if function.this_type.is_some() {
                let message = format!("`{name}` is for one type of value, which is not part of the policy language");
                let help = format!("write `fn {name}(...)` with the value as a parameter");
                self.wrong(Code::NotInLanguage, message, place).help(help);
            } else if self.is_native_name(name) {
                let message = format!("the language has a function `{name}` already");
                self.wrong(Code::ReservedName, message, place).help("give this one another name");
            }
        }
    }

    /// Outside functions there are imports and constants, and nothing else.
    fn check_top(&mut self, statements: &[Stmt]) {
        for statement in statements {
            match statement {
                Stmt::Noop(_) | Stmt::Import(..) => {}
                Stmt::Var(variable, flags, _)
                    if flags.contains(ASTFlags::CONSTANT) && variable.1.get_literal_value(None).is_some() =>
                {
                    let kind = self.expr(&variable.1);
                    let value = self.constant(&variable.1);
                    self.constants.insert(variable.0.name.to_string(), (kind, value));
                }
                other => {
                    let help = "put it into `fn check(key, params)`; outside functions a policy has only constants \
                                of literal values, such as `const GRACE_DAYS = 7;`";
                    let message = "a statement outside a function never runs";
                    let place = self.source.token(other.position());
                    self.wrong(Code::OutsideFunction, message, place).help(help);
                }
            }
        }
    }

    fn check_entry(&mut self) {
        if self.functions.iter().any(|function| function.name == ENTRY && function.params.len() == 2) {
            return;
        }
        let name = self.judged.map_or("key", Object::name);
        let help = format!(
            "write `fn check({name}, params) {{ ... }}`; it returns `pass()`, `fail(message)` or `exempt(reason)`"
        );
        let other = self.functions.iter().find(|function| function.name == ENTRY);
        let (message, place) = match other {
            Some(function) => {
                let parameters = match function.params.len() {
                    1 => "1 parameter".to_owned(),
                    count => format!("{count} parameters"),
                };
                (format!("`check` takes {parameters} instead of 2"), self.source.head(ENTRY, function.begin))
            }
            None => ("the policy has no function `check`".to_owned(), None),
        };
        self.wrong(Code::WrongCheck, message, place).help(help);
    }

    /// Checks the functions, each after those that call it, so that the types of its arguments are known.
    fn check_functions(&mut self) {
        let functions: Vec<usize> =
            (0..self.functions.len()).filter(|index| !self.functions[*index].is_anonymous()).collect();
        if functions.len() > 1 {
            // Who calls whom shows first, then with what, and then what comes back.
            self.look_over(|checker| functions.iter().for_each(|index| checker.check_function(*index)));
            self.look_over(|checker| checker.check_in_order(functions.clone()));
        }
        self.check_in_order(functions);
    }

    fn check_in_order(&mut self, mut left: Vec<usize>) {
        while !left.is_empty() {
            let is_next = |index: &usize| {
                let mut others = self.calls[*index].by.iter().filter(|caller| *caller != index);
                !others.any(|caller| left.contains(caller))
            };
            let place = left.iter().position(is_next);
            let index = left.remove(place.unwrap_or(0));
            // Of functions that call each other in a circle, not all calls have been seen.
            if place.is_none() || self.calls[index].by.contains(&index) {
                self.calls[index].arguments = None;
            }
            self.check_function(index);
        }
    }

    /// Learns which functions call which, and of what types their values are, and nothing else.
    fn look_over(&mut self, check: impl FnOnce(&mut Self)) {
        let (may_read, params_read, found) = (self.may_read, self.params_read.clone(), self.found.len());
        check(self);
        self.calls.iter_mut().for_each(|calls| calls.arguments = None);
        self.found.truncate(found);
        (self.may_read, self.params_read) = (may_read, params_read);
    }

    fn check_function(&mut self, index: usize) {
        let function = &self.functions[index];
        let is_entry = function.name == ENTRY && function.params.len() == 2;
        let types = match self.judged.filter(|_| is_entry) {
            Some(judged) => vec![Type::Object(judged), Type::Params],
            None => self.calls[index].arguments.clone().unwrap_or_default(),
        };
        let types = types.into_iter().chain(std::iter::repeat(Type::Unknown));
        let is_asked = is_entry && self.judged.is_some();
        let variable = |(name, kind): (&String, Type)| Variable { is_asked, ..Variable::given(name, kind) };
        self.scope = function.params.iter().zip(types).map(variable).collect();
        self.current = Current { index, is_entry: is_asked, returned: None };
        let last = self.body(&function.body);
        let gives = match self.current.returned.take() {
            Some(returned) => returned.or(last),
            None => last,
        };
        self.calls[index].gives = Some(gives);
    }

    /// What the file declares and never uses.
    fn check_unused(&mut self, text: &str) {
        let unread: Vec<_> = self.params.keys().filter(|name| !self.params_read.contains(**name)).copied().collect();
        for name in unread {
            let help = format!("use `params.{name}`, or remove it from the metadata");
            let message = format!("the parameter `{name}` is never read");
            self.wrong(Code::UnusedParameter, message, declared(text, name)).help(help);
        }
        let has_entry = self.functions.iter().any(|function| function.name == ENTRY);
        for (index, function) in self.functions.iter().enumerate().filter(|_| has_entry) {
            if function.name != ENTRY && !function.is_anonymous() && self.calls[index].by.is_empty() {
                let message = format!("the function `{}` is never called", function.name);
                let place = self.source.head(&function.name, function.begin);
                self.wrong(Code::UnusedFunction, message, place).help("call it, or remove it");
            }
        }
    }

    /// Notes something; the caller may add what to do about it.
    fn wrong(&mut self, code: Code, message: impl Into<String>, place: Option<Place>) -> Note<'_> {
        self.found.push(Diagnostic::new(code, message).at_place(place));
        Note(self.found.last_mut())
    }
}

/// What was noted last.
struct Note<'a>(Option<&'a mut Diagnostic>);

impl Note<'_> {
    fn help(self, help: impl Into<String>) {
        self.maybe_help(Some(help.into()));
    }

    fn maybe_help(self, help: Option<String>) {
        if let Some(diagnostic) = self.0 {
            diagnostic.help = help;
        }
    }
}

/// Where the metadata declares a parameter.
fn declared(text: &str, name: &str) -> Option<Place> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let metadata = text.lines().enumerate().filter(|(_, line)| line.starts_with("//!"));
    metadata.skip_while(|(_, line)| !line.contains("params:")).find_map(|(index, line)| {
        line.match_indices(name).find_map(|(at, _)| {
            let is_whole = !line[..at].ends_with(is_name) && line[at + name.len()..].trim_start().starts_with(':');
            let column = line[..at].chars().count() + 1;
            is_whole.then_some(Place { line: index + 1, column, length: name.len() })
        })
    })
}
