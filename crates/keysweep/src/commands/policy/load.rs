//! The policy files that a command names.

use std::path::{Path, PathBuf};

use keysweep_files::{FileKind, Found, folder_of};
use keysweep_policy::{Compiler, Policy};

use crate::exit::Failure;

/// Compiles the policy of the file at `path`, with the libraries beside it.
pub(super) fn compile_file(compiler: &Compiler, path: &Path) -> Result<Policy, Failure> {
    let folder = folder_of(path);
    let file = keysweep_files::read(FileKind::Policy, path, Found::In(folder)).map_err(Failure::usage)?;
    compiler.in_folder(folder).compile(&path.display().to_string(), &file.text).map_err(Failure::listing)
}

/// The policy files at these paths, each with the folder that it imports from: files as they are, and those of folders.
pub(super) fn policy_files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let names = keysweep_policy::policy_files(path).map_err(Failure::usage)?;
            files.extend(names.into_iter().map(|file| (path.clone(), file)));
        } else {
            files.push((folder_of(path).to_owned(), path.clone()));
        }
    }
    Ok(files)
}
