//! Compiles policies: under limits of the user's, and with the libraries that stand in their folder.
//!
//! A policy shares functions by `import "lib/owners" as owners;`, which reads `lib/owners.rhai` in the policy's own folder
//! when the policy is compiled. No path leads out of the folder, by `..`, from the root, or by a link. Nothing is read
//! when a policy runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use keysweep_files::{Code, Diagnostic, FileKind, Found, InvalidFile, hidden_characters};
use keysweep_model::FacetSet;
use rhai::{AST, ASTNode, Engine, Expr, Module, Position, Scope, Stmt, module_resolvers::StaticModuleResolver};

use super::{
    MAX_SOURCE, Policy,
    limits::{LimitError, Limits},
    metadata::{Interface, Metadata, Unusable},
    source::Source,
};
use crate::{
    check::{self, Checked, Library},
    engine::{
        self, ENGINE, MAX_LIBRARIES,
        explain::{parse_error, place},
        runtime::ENTRY,
    },
};

/// The stack for compiling, in bytes: enough for scripts nested as deep as the parser lets them be.
pub(crate) const COMPILER_STACK: usize = 32 << 20;

/// Compiles policies. Cheap to clone.
#[derive(Clone)]
pub struct Compiler {
    engine: Arc<Engine>,
    limits: Arc<Limits>,
    /// Where policies import from; none where they cannot.
    folder: Option<Arc<Path>>,
}

/// A compiled script, and the engine that runs it.
pub(crate) struct Compiled {
    pub(crate) metadata: Metadata,
    pub(crate) script: AST,
    pub(crate) engine: Arc<Engine>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) libraries: Vec<Library>,
    /// What its author may not have meant.
    pub(crate) warnings: Vec<Diagnostic>,
    /// The facets that the script and its libraries may touch.
    pub(crate) may_read: FacetSet,
}

impl Default for Compiler {
    /// A compiler under the usual limits, for policies that import nothing.
    fn default() -> Self {
        Self { engine: Arc::clone(&ENGINE), limits: Arc::new(Limits::default()), folder: None }
    }
}

impl Compiler {
    /// A compiler under these limits, for policies that import nothing.
    ///
    /// # Errors
    /// When a limit is out of its range.
    pub fn new(limits: Limits) -> Result<Self, LimitError> {
        limits.check()?;
        let engine = if limits == Limits::default() { Arc::clone(&ENGINE) } else { Arc::new(engine::build(&limits)) };
        Ok(Self { engine, limits: Arc::new(limits), folder: None })
    }

    /// The same compiler for policies that import from `folder`.
    #[must_use]
    pub fn in_folder(&self, folder: &Path) -> Self {
        Self { folder: Some(folder.into()), ..self.clone() }
    }

    /// Compiles the policy file `text`. `source_name` says where it came from: `shipped`, or its path as the user named
    /// it.
    ///
    /// # Errors
    /// When anything is wrong with the metadata, the script or a library that can be known without data: all of it, each
    /// with its place.
    pub fn compile(&self, source_name: &str, text: &str) -> Result<Policy, InvalidFile> {
        stacker::grow(COMPILER_STACK, || self.compile_here(text))
            .map(|compiled| Policy::new(source_name, text, compiled))
            .map_err(|failed| match failed {
                Failed::Policy(diagnostics) => InvalidFile::new(source_name, text, diagnostics),
                Failed::Library(error) => *error,
            })
    }

    fn compile_here(&self, text: &str) -> Result<Compiled, Failed> {
        if text.len() > MAX_SOURCE {
            let message = format!("the policy has {} bytes; at most {MAX_SOURCE} are allowed", text.len());
            return Err(Failed::Policy(vec![Diagnostic::new(Code::TooLarge, message)]));
        }
        let hidden = hidden_characters(text);
        if !hidden.is_empty() {
            return Err(Failed::Policy(hidden));
        }
        let metadata = Metadata::parse(text);
        let script = self.engine.compile(text).map_err(|error| vec![parse_error(&error, text)]);
        let (metadata, script) = match (metadata, script) {
            (Ok(metadata), Ok(script)) => (metadata, script),
            (Ok(_), Err(wrong)) => return Err(Failed::Policy(wrong)),
            (Err(Unusable { wrong, .. }), Err(more)) => return Err(Failed::Policy([wrong, more].concat())),
            (Err(Unusable { wrong, interface }), Ok(script)) => {
                let checked = interface.map(|interface| self.check(&script, text, &interface));
                let more = match checked {
                    Some(Ok((checked, _))) => checked.found,
                    Some(Err(Failed::Policy(more))) => more,
                    Some(Err(Failed::Library(_))) | None => Vec::new(),
                };
                return Err(Failed::Policy([wrong, more].concat()));
            }
        };
        let (mut checked, libraries) = self.check(&script, text, &metadata.interface())?;
        checked.found.extend(ambiguous(&script, text, &libraries));
        if checked.is_wrong() {
            return Err(Failed::Policy(checked.found));
        }
        let of_libraries = libraries.iter().map(|loaded| loaded.may_read);
        let may_read = of_libraries.fold(checked.may_read, FacetSet::union);
        let (engine, libraries) = self.engine_with(libraries);
        let (limits, warnings) = (Arc::clone(&self.limits), checked.found);
        Ok(Compiled { metadata, script, engine, limits, libraries, warnings, may_read })
    }

    /// What is to be said of a script, and the libraries that it imports.
    fn check(&self, script: &AST, text: &str, interface: &Interface) -> Result<(Checked, Vec<Loaded>), Failed> {
        let mut imports = Imports { compiler: self, loaded: Vec::new(), loading: Vec::new() };
        let aliases = imports.of_script(script)?;
        Ok((check::check(script, text, interface, &aliases), imports.loaded))
    }

    /// The engine that knows these libraries: that of all policies where there are none.
    fn engine_with(&self, libraries: Vec<Loaded>) -> (Arc<Engine>, Vec<Library>) {
        if libraries.is_empty() {
            return (Arc::clone(&self.engine), Vec::new());
        }
        let mut engine = engine::build(&self.limits);
        let mut resolver = StaticModuleResolver::new();
        let mut known = Vec::new();
        for loaded in libraries {
            resolver.insert(loaded.path, loaded.module);
            known.push(loaded.library);
        }
        engine.set_module_resolver(resolver);
        (Arc::new(engine), known)
    }
}

/// Why a policy does not compile.
enum Failed {
    /// What is wrong with its own file.
    Policy(Vec<Diagnostic>),
    /// What is wrong with a library.
    Library(Box<InvalidFile>),
}

/// A library that is compiled.
struct Loaded {
    /// What scripts import it by.
    path: String,
    module: Module,
    library: Library,
    may_read: FacetSet,
}

/// The libraries of a policy while they are loaded.
struct Imports<'a> {
    compiler: &'a Compiler,
    loaded: Vec<Loaded>,
    /// Those that are being loaded, each because of the one before it.
    loading: Vec<String>,
}

impl Imports<'_> {
    /// The libraries that a script imports, by the names that it gives them.
    fn of_script(&mut self, script: &AST) -> Result<Vec<(String, Library)>, Failed> {
        let mut aliases: Vec<(String, Library)> = Vec::new();
        only_at_top(script).map_err(|wrong| Failed::Policy(vec![wrong]))?;
        for statement in script.statements() {
            let Stmt::Import(import, position) = statement else { continue };
            let refused = |message: String, help: &str| {
                Failed::Policy(vec![
                    place(Diagnostic::new(Code::BadImport, message), *position, "import".len()).help(help),
                ])
            };
            let Expr::StringConstant(path, ..) = &import.0 else {
                return Err(refused("an import names its library by a string".to_owned(), EXAMPLE));
            };
            if import.1.name.is_empty() {
                return Err(refused(format!("the import of `{path}` has no name"), EXAMPLE));
            }
            let name = import.1.name.as_str();
            if name == GLOBAL || aliases.iter().any(|(known, _)| known == name) {
                return Err(Failed::Policy(vec![taken(name, *position)]));
            }
            let library = self.library(path, *position)?;
            aliases.push((name.to_owned(), library));
        }
        Ok(aliases)
    }

    fn library(&mut self, path: &str, position: Position) -> Result<Library, Failed> {
        if let Some(loaded) = self.loaded.iter().find(|loaded| loaded.path == path) {
            return Ok(loaded.library.clone());
        }
        let refused = |message: String, help: &str| {
            Failed::Policy(vec![place(Diagnostic::new(Code::BadImport, message), position, "import".len()).help(help)])
        };
        let Some(folder) = &self.compiler.folder else {
            return Err(refused("a policy without a folder cannot import".to_owned(), "put it into a file"));
        };
        if self.loading.iter().any(|loading| loading == path) {
            return Err(refused(
                format!("`{path}` imports itself through other libraries"),
                "remove one of the imports",
            ));
        }
        if self.loaded.len() + self.loading.len() >= MAX_LIBRARIES {
            return Err(refused(format!("a policy imports at most {MAX_LIBRARIES} libraries"), "join some of them"));
        }
        let file = file_of(folder, path).ok_or_else(|| {
            let message = format!("`{path}` is not a path within the policy's folder");
            refused(message, "an import names a file below the folder, without `.rhai`: `lib/owners`")
        })?;
        let text = keysweep_files::read(FileKind::Policy, &file, Found::In(folder));
        let text = text.map_err(|error| refused(error.to_string(), EXAMPLE))?.text;
        self.loading.push(path.to_owned());
        let loaded = self.load(path, &file, &text)?;
        self.loading.pop();
        let library = loaded.library.clone();
        self.loaded.push(loaded);
        Ok(library)
    }

    fn load(&mut self, path: &str, file: &Path, text: &str) -> Result<Loaded, Failed> {
        let name = file.display().to_string();
        let wrong = |diagnostics| Failed::Library(Box::new(InvalidFile::new(&name, text, diagnostics)));
        if text.len() > MAX_SOURCE {
            let message = format!("the library has {} bytes; at most {MAX_SOURCE} are allowed", text.len());
            return Err(wrong(vec![Diagnostic::new(Code::TooLarge, message)]));
        }
        let hidden = hidden_characters(text);
        if !hidden.is_empty() {
            return Err(wrong(hidden));
        }
        let engine = &self.compiler.engine;
        let script = engine.compile(text).map_err(|error| wrong(vec![parse_error(&error, text)]))?;
        let aliases = self.of_script(&script).map_err(|failed| match failed {
            Failed::Policy(diagnostics) => wrong(diagnostics),
            library @ Failed::Library(_) => library,
        })?;
        let checked = check::check_library(&script, text, &aliases);
        if checked.is_wrong() {
            return Err(wrong(checked.found));
        }
        // What a library imports itself is found by the engine that runs it.
        let mut resolver = StaticModuleResolver::new();
        for loaded in &self.loaded {
            resolver.insert(loaded.path.clone(), loaded.module.clone());
        }
        let mut engine = engine::build(&self.compiler.limits);
        engine.set_module_resolver(resolver);
        let module = Module::eval_ast_as_new(Scope::new(), &script, &engine).map_err(|error| {
            wrong(vec![Diagnostic::new(Code::BadImport, crate::engine::explain::runtime_error(&error).0)])
        })?;
        let library = Library::new(path, &name, text, script);
        Ok(Loaded { path: path.to_owned(), module, library, may_read: checked.may_read })
    }
}

/// What Rhai calls the constants of a file.
const GLOBAL: &str = "global";

/// An import by a name that stands for something else already: Rhai takes the last of them, wherever it is used.
fn taken(name: &str, position: Position) -> Diagnostic {
    let message = match name {
        GLOBAL => "an import cannot be called `global`: that is the name of the constants of the file".to_owned(),
        name => format!("there is an import `{name}` already"),
    };
    let diagnostic = Diagnostic::new(Code::DuplicateName, message).help("give the new one another name");
    place(diagnostic, position, "import".len())
}

/// Functions of one name and as many parameters in two files, each of which calls its own. Rhai remembers what such a call
/// means by name and parameters alone, and would call one for the other.
fn ambiguous(script: &AST, text: &str, libraries: &[Loaded]) -> Vec<Diagnostic> {
    let source = Source::new(text);
    let of_libraries = libraries.iter().map(|loaded| (format!("`{}`", loaded.path), &*loaded.library.script));
    let mut known: BTreeMap<(&str, usize), String> = BTreeMap::new();
    let mut found = Vec::new();
    for (file, script) in of_libraries.chain([("the policy".to_owned(), script)]) {
        let called = called(script);
        for function in script.iter_fn_def() {
            let (name, count) = (function.name.as_str(), function.params.len());
            if !called.contains(name) && (name, count) != (ENTRY, 2) {
                continue;
            }
            if let Some(other) = known.insert((name, count), file.clone()) {
                let message = format!("{other} and {file} each have and call a function `{name}`");
                let place = source.head(name, function.body.start_position()).filter(|_| file == "the policy");
                let diagnostic = Diagnostic::new(Code::DuplicateName, message).at_place(place);
                found.push(diagnostic.help("give one of them another name"));
            }
        }
    }
    found
}

/// The names of the functions that a script calls without naming a library.
fn called(script: &AST) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    script.walk(&mut |path| {
        if let Some(
            ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _)) | ASTNode::Stmt(Stmt::FnCall(call, _)),
        ) = path.last()
        {
            names.extend((!call.is_qualified()).then(|| call.name.to_string()));
        }
        true
    });
    names
}

/// An import in a function would be made whenever that runs.
fn only_at_top(script: &AST) -> Result<(), Diagnostic> {
    let mut inside = None;
    let mut count = 0;
    script.walk(&mut |path| {
        if let Some(ASTNode::Stmt(statement @ Stmt::Import(_, position))) = path.last() {
            count += 1;
            if !script.statements().iter().any(|top| std::ptr::eq(top, *statement)) {
                inside.get_or_insert(*position);
            }
        }
        true
    });
    if let Some(position) = inside {
        let message = "imports stand at the top of the file, outside functions";
        return Err(place(Diagnostic::new(Code::BadImport, message), position, "import".len()));
    }
    if count > MAX_LIBRARIES {
        return Err(Diagnostic::new(
            Code::BadImport,
            format!("there are {count} imports; at most {MAX_LIBRARIES} are allowed"),
        ));
    }
    Ok(())
}

/// What an import looks like.
const EXAMPLE: &str = "write `import \"lib/owners\" as owners;` for `lib/owners.rhai` beside the policy";

/// The file of a library; none where the path leads elsewhere.
fn file_of(folder: &Path, path: &str) -> Option<PathBuf> {
    let relative = Path::new(path);
    let is_below = !path.is_empty()
        && !path.contains(['\\', '\0'])
        && relative.components().all(|component| matches!(component, Component::Normal(_)));
    is_below.then(|| folder.join(format!("{path}.rhai")))
}
