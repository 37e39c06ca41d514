//! Reads `keysweep.yaml`.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Display,
    path::{Path, PathBuf},
    sync::Arc,
};

use keysweep_files::{
    FileKind, Found, InvalidFile, UserFile,
    yaml::{Scalar, Spanned, error_at, parse_file},
};
use keysweep_model::Severity;
use keysweep_scan::Entry;
use schemars::JsonSchema;
use serde::Deserialize;

use super::{Config, Keys, Text};
use crate::exit::Failure;

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "keysweep.yaml";

/// What the configuration file says of one policy.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    /// Whether the policy runs; by default it does.
    pub enabled: Option<bool>,
    /// The severity of its findings, in place of its own.
    pub severity: Option<Text<Severity>>,
    /// The values of its parameters; their types are checked against the policy's declarations.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub params: HashMap<Spanned<String>, Spanned<Scalar>>,
}

/// The exemptions in a configuration file.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Exemptions(pub Vec<Entry>);

impl PartialEq for Exemptions {
    /// Two lists of as many exemptions with the same text are the same.
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.0) == format!("{:?}", other.0)
    }
}

/// The configuration file itself, for errors that show up after it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    name: String,
    file: UserFile,
    folder: PathBuf,
    /// The files that it names.
    names: Vec<PathBuf>,
}

impl SourceFile {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        Path::new(&self.name)
    }

    /// The file as the user named it, and its text.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        (&self.name, &self.file.text)
    }

    /// The error, without anything of the file where nothing of it is to be shown.
    #[must_use]
    pub fn error(&self, error: InvalidFile) -> Failure {
        Failure::listing(self.file.error(error))
    }

    /// The error that `value` of this file is wrong.
    pub fn error_at<T>(&self, value: &Spanned<T>, message: impl Display) -> Failure {
        self.error(error_at(&self.name, &self.file.text, value, message.to_string()))
    }
}

/// The settings of the configuration file: of `named`, or of `keysweep.yaml` in the working directory where there is
/// one. Relative paths in it are relative to the file.
///
/// # Errors
/// When a file that was named does not exist, or any file cannot be read or understood: with line, column and the line.
pub fn read(named: Option<&Path>) -> Result<Config, Failure> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let found = match named {
        None if !keysweep_files::is_there(path) => return Ok(Config::default()),
        None => Found::In(keysweep_files::folder_of(path)),
        Some(_) => Found::Named,
    };
    let file = keysweep_files::read(FileKind::Config, path, found).map_err(Failure::usage)?;
    let name = path.display().to_string();
    let keys: Keys = parse_file(&name, &file.text).map_err(|error| Failure::listing(file.error(error)))?;
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let mut config = Config::from(keys);
    for path in config.paths() {
        *path = folder.join(&path);
    }
    if let Some(store) = config.store.store.as_mut().filter(|store| !store.contains("://")) {
        *store = folder.join(&*store).to_string_lossy().into_owned();
    }
    let names = [&config.organization.accounts_file, &config.judging.exemptions_file];
    let names = names.into_iter().flatten().cloned().collect();
    config.source = Some(Arc::new(SourceFile { name, file, folder, names }));
    Ok(config)
}

impl Config {
    /// How the file at `path` was found: the configuration file and what it names may be untrusted.
    #[must_use]
    pub fn found(&self, path: &Path) -> Found<'_> {
        match &self.source {
            Some(source) if source.names.iter().any(|name| name == path) => Found::NamedIn(&source.folder),
            Some(_) | None => Found::Named,
        }
    }

    /// The paths that it holds.
    pub(super) fn paths(&mut self) -> impl Iterator<Item = &mut PathBuf> {
        let files = [
            &mut self.organization.accounts_file,
            &mut self.reading.save_inventory,
            &mut self.judging.exemptions_file,
            &mut self.scan.inventory,
            &mut self.output.output,
        ];
        files.into_iter().flatten().chain(self.policy.policy_folders.iter_mut().flatten())
    }
}
