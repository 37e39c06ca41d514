//! Where policies come from: the library that is shipped inside the program, and folders of the user.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use keysweep_files::{Code, Diagnostic, FileKind, Found, InvalidFile, folder_of};

use super::{Policy, compiler::Compiler};

/// The name and the text of every shipped policy.
const SHIPPED: [(&str, &str); 26] = [
    ("access-key-inactive-too-long", include_str!("../../../../policies/access-key-inactive-too-long.rhai")),
    ("access-key-made-with-user", include_str!("../../../../policies/access-key-made-with-user.rhai")),
    ("access-key-max-age", include_str!("../../../../policies/access-key-max-age.rhai")),
    ("access-key-never-used", include_str!("../../../../policies/access-key-never-used.rhai")),
    ("access-key-of-administrator", include_str!("../../../../policies/access-key-of-administrator.rhai")),
    ("access-key-of-console-user", include_str!("../../../../policies/access-key-of-console-user.rhai")),
    ("access-key-quarantined", include_str!("../../../../policies/access-key-quarantined.rhai")),
    ("access-key-unused", include_str!("../../../../policies/access-key-unused.rhai")),
    ("console-user-without-mfa", include_str!("../../../../policies/console-user-without-mfa.rhai")),
    ("password-max-age", include_str!("../../../../policies/password-max-age.rhai")),
    ("password-policy-length", include_str!("../../../../policies/password-policy-length.rhai")),
    ("password-policy-reuse", include_str!("../../../../policies/password-policy-reuse.rhai")),
    ("password-unused", include_str!("../../../../policies/password-unused.rhai")),
    ("root-access-key", include_str!("../../../../policies/root-access-key.rhai")),
    ("root-hardware-mfa", include_str!("../../../../policies/root-hardware-mfa.rhai")),
    ("root-mfa", include_str!("../../../../policies/root-mfa.rhai")),
    ("root-used", include_str!("../../../../policies/root-used.rhai")),
    ("service-credential-max-age", include_str!("../../../../policies/service-credential-max-age.rhai")),
    ("service-credential-without-expiry", include_str!("../../../../policies/service-credential-without-expiry.rhai")),
    ("signing-certificate-max-age", include_str!("../../../../policies/signing-certificate-max-age.rhai")),
    ("single-active-access-key", include_str!("../../../../policies/single-active-access-key.rhai")),
    ("ssh-key-max-age", include_str!("../../../../policies/ssh-key-max-age.rhai")),
    ("stale-access-key-share", include_str!("../../../../policies/stale-access-key-share.rhai")),
    ("user-policies-through-groups", include_str!("../../../../policies/user-policies-through-groups.rhai")),
    ("user-without-owner-tag", include_str!("../../../../policies/user-without-owner-tag.rhai")),
    ("virtual-mfa-of-administrator", include_str!("../../../../policies/virtual-mfa-of-administrator.rhai")),
];

/// The shipped policies, by id.
///
/// # Errors
/// When the compiler's limits are too narrow for one of them. Under the usual limits all compile.
pub fn shipped(compiler: &Compiler) -> Result<Vec<Policy>, InvalidFile> {
    SHIPPED.iter().map(|(_, text)| compiler.compile("shipped", text)).collect()
}

/// Policies that were loaded, and what is wrong with those that could not be.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The policies that can be used, in the order of the paths and then of the file names.
    pub policies: Vec<Policy>,
    /// How many policy files there are, including those that cannot be used.
    pub files: usize,
    /// Everything that is wrong, in the order of the files.
    pub problems: Vec<InvalidFile>,
}

/// Why policies cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
pub struct LoadError {
    /// What is wrong with the folders and the files; never empty.
    pub problems: Vec<InvalidFile>,
}

/// Loads every policy at these paths, each a policy file or a folder: see [`load_folder`].
pub fn load<P: AsRef<Path>>(compiler: &Compiler, paths: &[P]) -> Loaded {
    let mut loaded = Loaded::default();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.is_dir() {
            loaded.add_folder(compiler, path);
        } else {
            loaded.add_file(&compiler.in_folder(folder_of(path)), folder_of(path), path);
        }
    }
    loaded
}

/// Loads every policy of a folder, by file name: its `*.rhai` files, not those of folders within.
///
/// # Errors
/// When the folder cannot be read or has no policy in it, when any of its policies is wrong or lies outside of it, and
/// when two have the same id: everything that is wrong with all of them. A policy that is left out would look like one
/// that everything passes.
pub fn load_folder(compiler: &Compiler, folder: &Path) -> Result<Vec<Policy>, LoadError> {
    let mut loaded = Loaded::default();
    loaded.add_folder(compiler, folder);
    loaded.all()
}

/// Loads the policy of a file, with the libraries in its folder.
///
/// # Errors
/// When it cannot be read or is wrong.
pub fn load_file(compiler: &Compiler, path: &Path) -> Result<Policy, InvalidFile> {
    compile(&compiler.in_folder(folder_of(path)), folder_of(path), path)
}

/// The files of the policies in a folder, by name.
///
/// # Errors
/// When the folder cannot be read, or has no policy in it.
pub fn policy_files(folder: &Path) -> Result<Vec<PathBuf>, InvalidFile> {
    let unreadable =
        |error: io::Error| invalid(folder, Code::Unreadable, format!("could not read `{}`: {error}", folder.display()));
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "rhai") && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() {
        let message = "the folder has no policy in it: a policy is a file whose name ends in `.rhai`";
        return Err(invalid(folder, Code::NoPolicy, message));
    }
    Ok(paths)
}

impl Loaded {
    /// The policies, where nothing is wrong.
    ///
    /// # Errors
    /// When anything is.
    pub fn all(self) -> Result<Vec<Policy>, LoadError> {
        if self.problems.is_empty() { Ok(self.policies) } else { Err(LoadError { problems: self.problems }) }
    }

    fn add_folder(&mut self, compiler: &Compiler, folder: &Path) {
        let compiler = &compiler.in_folder(folder);
        match policy_files(folder) {
            Ok(paths) => paths.iter().for_each(|path| self.add_file(compiler, folder, path)),
            Err(problem) => self.problems.push(problem),
        }
    }

    /// Adds the policy of a file, unless it is here already.
    fn add_file(&mut self, compiler: &Compiler, folder: &Path, path: &Path) {
        let in_folder = |other: &&Policy| folder_of(Path::new(other.source_name())) == folder_of(path);
        if self.policies.iter().any(|other| Path::new(other.source_name()) == path) {
            return;
        }
        self.files += 1;
        match compile(compiler, folder, path) {
            Ok(policy) => match self.policies.iter().filter(in_folder).find(|other| other.id() == policy.id()) {
                Some(first) => {
                    let message = format!("`{}` already has the id `{}`", first.source_name(), policy.id());
                    self.problems.push(invalid(path, Code::DuplicateId, message));
                }
                None => self.policies.push(policy),
            },
            Err(problem) => self.problems.push(problem),
        }
    }
}

fn compile(compiler: &Compiler, folder: &Path, path: &Path) -> Result<Policy, InvalidFile> {
    let file = keysweep_files::read(FileKind::Policy, path, Found::In(folder))
        .map_err(|error| invalid(path, Code::Unreadable, error.to_string()))?;
    compiler.compile(&path.display().to_string(), &file.text)
}

/// The error that a file or a folder as a whole cannot be used.
fn invalid(path: &Path, code: Code, message: impl Into<String>) -> InvalidFile {
    InvalidFile::new(&path.display().to_string(), "", vec![Diagnostic::new(code, message)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_policy_compiles_under_the_name_of_its_file() {
        let policies = shipped(&Compiler::default()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(
            policies.iter().map(|policy| policy.id().as_str()).collect::<Vec<_>>(),
            SHIPPED.map(|(name, _)| name)
        );
    }
}
