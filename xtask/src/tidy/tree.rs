//! The repository as the rules see it: its files, the text of those that rules read, and its manifests.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::code::{TEST_ATTRIBUTE, code_only, is_word, without_tests};
use super::manifest::{self, Manifest};

/// What the paths of files hold that are no part of the product.
const TESTS: [&str; 5] = ["/tests/", "/tests.rs", "/fuzz/", "/examples/", "/benches/"];

/// Read once, looked at by every rule.
#[derive(Default)]
pub(super) struct Tree {
    /// In the order of their paths.
    files: Vec<File>,
    /// Of the packages of the workspace, in the order of their paths.
    pub(super) manifests: Vec<Manifest>,
    /// The files and folders at the top.
    pub(super) top: Vec<String>,
}

/// A file of the repository.
pub(super) struct File {
    /// From the root of the repository, with `/`.
    pub(super) path: String,
    /// Read of Rust, Markdown, TOML, Rhai and YAML only; empty otherwise.
    pub(super) text: String,
    /// Of Rust: the text with comments and literals blanked, so that lines and columns stay what they were.
    pub(super) code: String,
    /// Of Rust: the code without tests; empty where the whole file is of tests, fuzz targets or examples.
    pub(super) product: String,
}

impl File {
    /// Numbered from 1: the lines of the code alone.
    pub(super) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.code)
    }

    /// The text without code: comments and literals of Rust, everything elsewhere.
    pub(super) fn prose(&self) -> String {
        if self.code.is_empty() {
            return self.text.clone();
        }
        let shown = |(written, code): (char, char)| if code == ' ' || written == '\n' { written } else { ' ' };
        self.text.chars().zip(self.code.chars()).map(shown).collect()
    }

    /// Numbered from 1: the lines as written.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        numbered(&self.text)
    }
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(index, line)| (index + 1, line))
}

impl Tree {
    /// Reads what is below `root`, but for build output, the history and what Python leaves behind.
    ///
    /// # Errors
    /// Where a folder or a text cannot be read, or a manifest is not TOML.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let mut tree = Self { top: names(root)?, ..Self::default() };
        for name in tree.top.clone() {
            if name != "target" && name != ".git" {
                tree.add(root, &name)?;
            }
        }
        let tests: Vec<String> = tree.sources().flat_map(test_modules).collect();
        let is_test = |path: &str| {
            TESTS.iter().any(|part| format!("/{path}").contains(part))
                || tests.iter().any(|test| path.strip_prefix(test).is_some_and(|rest| rest.starts_with(['.', '/'])))
        };
        for file in tree.files.iter_mut().filter(|file| !is_test(&file.path)) {
            file.product = without_tests(&file.code);
        }
        let workspace = tree.text("Cargo.toml").unwrap_or_default();
        let renamed = manifest::renamed(workspace).context("could not read `Cargo.toml`")?;
        for file in tree.files.iter().filter(|file| is_package_manifest(&file.path)) {
            let manifest = Manifest::read(&file.path, &file.text, &renamed);
            tree.manifests.push(manifest.with_context(|| format!("could not read `{}`", file.path))?);
        }
        Ok(tree)
    }

    fn add(&mut self, root: &Path, path: &str) -> Result<()> {
        let full = root.join(path);
        // Cargo marks its build output, wherever that is. Source: bford.info/cachedir
        if full.join("CACHEDIR.TAG").exists() {
            return Ok(());
        }
        if full.is_dir() {
            for name in names(&full)?.iter().filter(|name| *name != "__pycache__") {
                self.add(root, &format!("{path}/{name}"))?;
            }
            return Ok(());
        }
        let text = match full.extension().and_then(|extension| extension.to_str()) {
            Some("rs" | "md" | "toml" | "rhai" | "yaml") => {
                fs::read_to_string(&full).with_context(|| format!("could not read `{path}`"))?
            }
            Some(_) | None => String::new(),
        };
        let code = if path.ends_with(".rs") { code_only(&text) } else { String::new() };
        self.files.push(File { path: path.to_owned(), text, code, product: String::new() });
        Ok(())
    }

    /// The paths of all files.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.path.as_str())
    }

    /// All files.
    pub(super) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// All files of Rust.
    pub(super) fn sources(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.path.ends_with(".rs"))
    }

    /// Whether there is a file of this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths().any(|other| other == path)
    }

    /// The text of a file, where there is one of this path.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The folders in `crates/`, each a crate.
    pub(super) fn crates(&self) -> impl Iterator<Item = &str> {
        self.manifests.iter().filter_map(|manifest| manifest.folder().strip_prefix("crates/"))
    }
}

/// The modules that the file declares for tests alone: their paths without the ending.
fn test_modules(file: &File) -> impl Iterator<Item = String> {
    let folder = file.path.trim_end_matches(".rs").trim_end_matches("/lib").trim_end_matches("/main");
    let folder = folder.trim_end_matches("/mod");
    file.code.split(TEST_ATTRIBUTE).skip(1).filter_map(move |item| {
        let (name, _) = item.trim_start().strip_prefix("mod ")?.split_once(';')?;
        name.chars().all(is_word).then(|| format!("{folder}/{name}"))
    })
}

fn names(folder: &Path) -> Result<Vec<String>> {
    let unread = || format!("could not read `{}`", folder.display());
    let entries = fs::read_dir(folder).with_context(unread)?.collect::<Result<Vec<_>, _>>().with_context(unread)?;
    let mut names: Vec<_> = entries.iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// The members of the workspace: `crates/*`, `tests` and `xtask`.
fn is_package_manifest(path: &str) -> bool {
    match path.strip_suffix("/Cargo.toml") {
        Some("tests" | "xtask") => true,
        Some(folder) => folder.strip_prefix("crates/").is_some_and(|name| !name.contains('/')),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::tree;

    #[test]
    fn build_output_history_and_caches_are_not_read() {
        let tree = tree(&[
            (".git/config.toml", "= ="),
            ("target/debug/build/out.rs", ""),
            ("tests/moto/__pycache__/a.rs", ""),
            ("crates/a/src/target/b.rs", ""),
            ("crates/a/fuzz/target/CACHEDIR.TAG", ""),
            ("crates/a/fuzz/target/debug/c.rs", ""),
        ]);
        assert_eq!(tree.paths().collect::<Vec<_>>(), ["crates/a/src/target/b.rs"]);
        assert_eq!(tree.top, [".git", "crates", "target", "tests"]);
    }

    #[test]
    fn only_members_of_the_workspace_are_packages() {
        let tree = tree(&[
            ("crates/a/Cargo.toml", "package.name = 'a'"),
            ("crates/a/tests/fixture/Cargo.toml", "package.name = 'fixture'"),
            ("tests/Cargo.toml", "package.name = 'tests'"),
        ]);
        let names: Vec<_> = tree.manifests.iter().map(|manifest| manifest.name.as_str()).collect();
        assert_eq!(names, ["a", "tests"]);
        assert_eq!(tree.crates().collect::<Vec<_>>(), ["a"]);
    }
}
