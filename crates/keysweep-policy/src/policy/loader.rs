//! Where policies come from: the library that is shipped inside the program, and folders of the user.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use keysweep_files::{FileKind, Found, InvalidFile, ReadError, shown};
use keysweep_model::PolicyId;

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

/// Why a folder of policies cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", .problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))]
pub struct LoadError {
    /// What is wrong with the folder and with each of its files; never empty.
    pub problems: Vec<LoadProblem>,
}

/// One thing that is wrong with a folder of policies.
#[derive(Debug, thiserror::Error)]
pub enum LoadProblem {
    /// The folder could not be read.
    #[error("could not read `{}`: {source}", shown(.path))]
    Read {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder has no policy in it.
    #[error("`{}` holds no policy: a policy is a file whose name ends in `.rhai`", shown(.path))]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file cannot be used.
    #[error(transparent)]
    Unusable(#[from] ReadError),
    /// Two files have the same policy id.
    #[error("`{}` has the id `{id}`, which `{}` has already", shown(.second), shown(.first))]
    DuplicateId {
        /// The id.
        id: PolicyId,
        /// The file that had it first.
        first: PathBuf,
        /// The file that has it too.
        second: PathBuf,
    },
    /// A file is no policy.
    #[error(transparent)]
    File(#[from] InvalidFile),
}

/// Every policy of a folder, by file name: its `*.rhai` files, not those of folders within.
///
/// # Errors
/// When the folder cannot be read or holds no policy, and when any of its policies is wrong: everything that is wrong
/// with all of them. A policy that is left out would look like one that everything passes.
pub fn load_folder(compiler: &Compiler, folder: &Path) -> Result<Vec<Policy>, LoadError> {
    let compiler = &compiler.in_folder(folder);
    let paths = policy_files(folder).map_err(|problem| LoadError { problems: vec![problem] })?;
    let mut problems = Vec::new();
    let mut loaded: Vec<(PathBuf, Policy)> = Vec::new();
    for path in paths {
        match load(compiler, folder, &path) {
            Ok(policy) => match loaded.iter().find(|(_, other)| other.id() == policy.id()) {
                Some((first, _)) => {
                    let (id, first) = (policy.id().clone(), first.clone());
                    problems.push(LoadProblem::DuplicateId { id, first, second: path });
                }
                None => loaded.push((path, policy)),
            },
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(loaded.into_iter().map(|(_, policy)| policy).collect())
    } else {
        Err(LoadError { problems })
    }
}

/// The files of the policies in a folder, by name.
///
/// # Errors
/// When the folder cannot be read, or has no policy in it.
pub fn policy_files(folder: &Path) -> Result<Vec<PathBuf>, LoadProblem> {
    let unreadable = |source| LoadProblem::Read { path: folder.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension == "rhai") && !path.is_dir() {
            paths.push(path);
        }
    }
    paths.sort();
    if paths.is_empty() { Err(LoadProblem::Empty { path: folder.to_owned() }) } else { Ok(paths) }
}

pub(crate) fn load(compiler: &Compiler, folder: &Path, path: &Path) -> Result<Policy, LoadProblem> {
    let file = keysweep_files::read(FileKind::Policy, path, Found::In(folder))?;
    Ok(compiler.compile(&path.display().to_string(), &file.text)?)
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
