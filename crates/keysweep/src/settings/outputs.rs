//! No output may take the place of what the run reads, nor two outputs that of one file.

use std::path::{Path, PathBuf};

use keysweep_store::Place;

use super::{exemptions, store};
use crate::{config::Config, exit::Failure, output::check_apart};

/// Checks the outputs that `config` names, before anything is read.
///
/// # Errors
/// When one would overwrite an input or another output.
pub(super) fn check(config: &Config) -> Result<(), Failure> {
    let named = [("--output", &config.output.output), ("--save-inventory", &config.reading.save_inventory)];
    let store = store_files(config)?;
    let outputs = named.iter().filter_map(|(option, path)| Some((*option, path.as_deref()?)));
    // A store is read too, which makes no difference: nothing else may be in its place.
    let outputs: Vec<(&str, &Path)> = outputs.chain(store.iter().map(|path| ("--store", path.as_path()))).collect();
    let files = [&config.organization.accounts_file, &config.scan.inventory].into_iter().flatten().cloned();
    let found = exemptions::file(config).map(|(path, _)| path);
    let source = config.source.as_ref().map(|source| source.path().to_owned());
    let folders = config.policy.policy_folders.iter().flatten();
    let policies = folders.flat_map(|folder| policy_files(folder, &outputs));
    let inputs: Vec<PathBuf> = files.chain(found).chain(source).chain(policies).collect();
    check_apart(&outputs, inputs.iter().map(PathBuf::as_path))
}

/// The files of the store, where it is one: its own, and beside that those that SQLite keeps, and the lock.
/// Source: sqlite.org/walformat.html
fn store_files(config: &Config) -> Result<Vec<PathBuf>, Failure> {
    let path = match store::place(config)? {
        Some(Place::File(path)) => path,
        Some(Place::Server(_)) | None => return Ok(Vec::new()),
    };
    // The others are beside the file that a link leads to.
    let real = path.canonicalize().ok().filter(|_| path.is_symlink()).unwrap_or_else(|| path.clone());
    let beside = |end: &str| {
        let mut name = real.clone().into_os_string();
        name.push(end);
        PathBuf::from(name)
    };
    Ok(vec![path, beside("-wal"), beside("-shm"), beside("-lock")])
}

/// The policies of a folder. Their libraries and cases may lie in any folder in it: what an output would overwrite there
/// is one of them if its name says so.
fn policy_files(folder: &Path, outputs: &[(&str, &Path)]) -> Vec<PathBuf> {
    // A folder that cannot be read is an error when its policies are loaded.
    let mut files = keysweep_policy::policy_files(folder).unwrap_or_default();
    let is_of_policies = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let inside = path.canonicalize().is_ok_and(|real| folder.canonicalize().is_ok_and(|it| real.starts_with(it)));
        inside && (name.ends_with(".rhai") || name.ends_with(".test.yaml"))
    };
    files.extend(outputs.iter().filter(|(_, path)| is_of_policies(path)).map(|(_, path)| path.to_path_buf()));
    files
}
