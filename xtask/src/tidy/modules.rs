//! The modules of a crate and what each takes from which other, read from imports and paths alone.

use std::collections::BTreeMap;

use super::code::{Token, tokens};
use super::tree::{File, Tree};

/// Follows this many imports of imports; more is a mistake that the compiler reports.
const MAX_IMPORTS: usize = 16;

/// A module: its path below the root of its crate, which itself is empty.
pub(super) type Name = Vec<String>;

/// The modules of one crate, without those of tests.
pub(super) struct Modules<'a> {
    modules: BTreeMap<Name, Module<'a>>,
}

/// A file of a crate.
struct Module<'a> {
    file: &'a File,
    /// Every path in the code, imports first.
    paths: Vec<Path<'a>>,
    /// What an import gives a name here: the name and the place of its path in `paths`.
    imports: BTreeMap<&'a str, usize>,
}

/// `a::b::C` as it stands in the code.
struct Path<'a> {
    segments: Vec<&'a str>,
    line: usize,
}

/// One module takes an item from another.
#[derive(Clone, Debug)]
pub(super) struct Use<'a> {
    /// The path of the file that takes it.
    pub(super) path: &'a str,
    /// From 1.
    pub(super) line: usize,
    /// The module that takes it.
    pub(super) from: Name,
    /// The module that defines it.
    pub(super) to: Name,
    /// The item, or `*` for all of them.
    pub(super) item: &'a str,
}

/// What a path means: a module, or an item that a module defines.
enum Meaning<'a> {
    Module(Name),
    Item(Name, &'a str),
}

impl<'a> Modules<'a> {
    /// The modules of each crate of the tree.
    pub(super) fn of_crates(tree: &'a Tree) -> Vec<Self> {
        let roots = tree.paths().filter_map(|path| {
            let source = path.strip_suffix("/lib.rs").or_else(|| path.strip_suffix("/main.rs"))?;
            (source.ends_with("/src") && !(path.ends_with("/main.rs") && tree.has(&format!("{source}/lib.rs"))))
                .then_some((source, path))
        });
        roots.map(|(source, root)| Self::of_crate(tree, source, root)).collect()
    }

    fn of_crate(tree: &'a Tree, source: &str, root: &str) -> Self {
        let named = |file: &'a File| {
            let name = match file.path.as_str() {
                path if path == root => "",
                path => path.strip_prefix(source)?.strip_prefix('/')?.strip_suffix(".rs")?,
            };
            let name = name.strip_suffix("/mod").unwrap_or(name);
            let name: Name = name.split('/').filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect();
            Some((name, Module::read(file)))
        };
        Self { modules: tree.sources().filter_map(named).collect() }
    }

    /// Every use of an item of another module, in the order of the modules.
    pub(super) fn uses(&self) -> Vec<Use<'a>> {
        let of_module = |(name, module): (&Name, &Module<'a>)| -> Vec<Use<'a>> {
            let used = module.paths.iter().filter_map(|path| match self.meaning(name, &path.segments, 0)? {
                Meaning::Item(to, item) if to != *name => {
                    Some(Use { path: &module.file.path, line: path.line, from: name.clone(), to, item })
                }
                Meaning::Item(..) | Meaning::Module(_) => None,
            });
            used.collect()
        };
        self.modules.iter().flat_map(of_module).collect()
    }

    /// What the path means in the module; nothing where it leads out of the crate.
    fn meaning(&self, module: &[String], path: &[&'a str], depth: usize) -> Option<Meaning<'a>> {
        let mut at = module.to_vec();
        for (index, segment) in path.iter().enumerate() {
            match *segment {
                "crate" => at.clear(),
                "self" => {}
                "super" => drop(at.pop()?),
                segment => match self.member(&at, segment, depth) {
                    Some(Meaning::Module(inner)) => at = inner,
                    Some(item @ Meaning::Item(..)) => return Some(item),
                    // A name that nothing gives here is that of another crate, or of what the prelude holds.
                    None if index == 0 => return None,
                    None => return Some(Meaning::Item(at, segment)),
                },
            }
        }
        Some(Meaning::Module(at))
    }

    /// What a module or an import gives the name to, in the module.
    fn member(&self, module: &[String], name: &str, depth: usize) -> Option<Meaning<'a>> {
        let inner: Name = module.iter().cloned().chain([name.to_owned()]).collect();
        if self.modules.contains_key(&inner) {
            return Some(Meaning::Module(inner));
        }
        let module_read = self.modules.get(module)?;
        let import = &module_read.paths[*module_read.imports.get(name)?];
        if depth == MAX_IMPORTS {
            return None;
        }
        self.meaning(module, &import.segments, depth + 1)
    }
}

impl<'a> Module<'a> {
    fn read(file: &'a File) -> Self {
        let tokens: Vec<Token<'a>> = tokens(&file.product).collect();
        let mut module = Self { file, paths: Vec::new(), imports: BTreeMap::new() };
        let mut others = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let follows = |text| tokens.get(at + 1).is_some_and(|next| next.text == text);
            let before = at.checked_sub(1).map_or("", |before| tokens[before].text);
            if token.text == "use" && !follows("<") {
                at = module.add_imports(&tokens, at + 1, &[]);
            } else if token.is_word() && follows("::") && before != "::" {
                let mut segments = vec![token.text];
                while let [separator, next, ..] = &tokens[at + 1..]
                    && separator.text == "::"
                    && next.is_word()
                {
                    segments.push(next.text);
                    at += 2;
                }
                others.push(Path { segments, line: token.line });
            }
            at += 1;
        }
        module.paths.extend(others);
        module
    }

    /// Adds the imports of the tree that begins at `at`, and gives the place of what follows it.
    fn add_imports(&mut self, tokens: &[Token<'a>], mut at: usize, prefix: &[&'a str]) -> usize {
        let mut segments = prefix.to_vec();
        let mut name = None;
        while let Some(token) = tokens.get(at) {
            match token.text {
                "::" => {}
                "{" => {
                    at += 1;
                    while tokens.get(at).is_some_and(|token| token.text != "}") {
                        at = self.add_imports(tokens, at, &segments);
                        at += usize::from(tokens.get(at).is_some_and(|token| token.text == ","));
                    }
                    return at + 1;
                }
                "as" => {
                    name = tokens.get(at + 1).map(|token| token.text);
                    at += 1;
                }
                "," | ";" | "}" => break,
                "self" if !segments.is_empty() => {}
                segment => segments.push(segment),
            }
            at += 1;
        }
        if let Some(name) = name.or(segments.last().copied()) {
            let line = tokens.get(at.saturating_sub(1)).map_or(1, |token| token.line);
            self.imports.insert(name, self.paths.len());
            self.paths.push(Path { segments, line });
        }
        at
    }
}
