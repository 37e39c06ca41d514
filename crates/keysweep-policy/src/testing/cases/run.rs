//! Runs the cases of policy files and of folders of them.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use keysweep_files::{FileKind, Found, InvalidFile, ReadError, UserFile, folder_of, shown};
use keysweep_model::escaped;

use super::{
    judge, parse,
    report::{CaseReport, Report},
    run, with_params,
};
use crate::{
    Compiler, LoadError, Policy, load,
    testing::coverage::{Coverage, Covered, NotCovered},
};

/// Why cases could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// A policy could not be loaded.
    #[error(transparent)]
    Policies(#[from] LoadError),
    /// A folder could not be read.
    #[error("could not read the cases in `{}`: {source}", shown(.path))]
    Read {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file of cases cannot be used.
    #[error(transparent)]
    Unusable(#[from] ReadError),
    /// A file of cases belongs to no policy.
    #[error("could not read the cases in `{}`: there is no policy of that name beside it", shown(.path))]
    Orphan {
        /// The file.
        path: PathBuf,
    },
    /// A path is neither a policy nor its cases.
    #[error("`{}` is neither a policy (`NAME.rhai`), nor its cases (`NAME.test.yaml`), nor a folder of them", shown(.path))]
    Other {
        /// The path.
        path: PathBuf,
    },
    /// A file is not a list of cases.
    #[error(transparent)]
    File(#[from] InvalidFile),
    /// What the cases reach could not be measured.
    #[error(transparent)]
    Coverage(#[from] NotCovered),
    /// No case has the text that was asked for.
    #[error("no case of the {cases} has `{}` in its policy's id or its name", escaped(.filter))]
    NoneChosen {
        /// What was asked for.
        filter: String,
        /// How many cases there are.
        cases: usize,
    },
}

/// What to run, and what to find out.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Only the cases whose policy's id or whose name has this text.
    pub filter: Option<String>,
    /// Whether to find out what the cases reach of the scripts.
    pub coverage: bool,
}

/// Runs the cases of every policy of a folder, with libraries from that folder.
///
/// # Errors
/// As [`run_paths`].
pub fn run_folder(folder: &Path) -> Result<Report, CasesError> {
    run_paths(&Compiler::default(), &[folder.to_owned()], &Options::default())
}

/// Runs the cases of policies: of files `NAME.rhai` or `NAME.test.yaml`, and of all in folders. A policy that has no
/// cases is a failure of the report.
///
/// # Errors
/// When a path cannot be read or is not a policy, a policy cannot be loaded, or a file is not a list of cases or belongs to
/// no policy. Cases that fail are no error: the report has them.
pub fn run_paths(compiler: &Compiler, paths: &[PathBuf], options: &Options) -> Result<Report, CasesError> {
    let coverage = options.coverage.then(Coverage::default);
    let mut runner = Runner { options, done: BTreeSet::new(), cases: Vec::new(), skipped: 0, coverage };
    for path in paths {
        let policies = policy_path(path).ok_or_else(|| CasesError::Other { path: path.clone() })?;
        for policy in load(compiler, &[policies]).all()? {
            runner.policy(&policy)?;
        }
        if path.is_dir() {
            runner.orphans(path)?;
        }
    }
    match &options.filter {
        Some(filter) if runner.cases.is_empty() => {
            Err(CasesError::NoneChosen { filter: filter.clone(), cases: runner.skipped })
        }
        Some(_) | None => Ok(Report { cases: runner.cases, coverage: runner.coverage }),
    }
}

struct Runner<'a> {
    options: &'a Options,
    /// The files of cases that were run: none runs twice.
    done: BTreeSet<PathBuf>,
    cases: Vec<CaseReport>,
    /// The cases that were not chosen.
    skipped: usize,
    coverage: Option<Coverage>,
}

impl Runner<'_> {
    fn policy(&mut self, policy: &Policy) -> Result<(), CasesError> {
        let path = Path::new(policy.source_name()).with_extension("test.yaml");
        if !self.done.insert(path.clone()) {
            return Ok(());
        }
        let covered = self.coverage.is_some().then(|| Covered::new(policy)).transpose()?;
        let text = read(&path)?.map(|file| file.text);
        if let Some(text) = text {
            self.cases(policy, &path, &text, covered.as_ref())?;
        } else {
            let failure = Some(format!("there is no such file: write the policy's cases into `{}`", path.display()));
            let policy = policy.id().clone();
            self.cases.push(CaseReport { policy, path, line: 1, name: "has cases".to_owned(), failure });
        }
        if let (Some(coverage), Some(covered)) = (&mut self.coverage, &covered) {
            coverage.add(covered);
        }
        Ok(())
    }

    fn cases(&mut self, policy: &Policy, path: &Path, text: &str, covered: Option<&Covered>) -> Result<(), CasesError> {
        for case in parse(&path.display().to_string(), text, policy.metadata().resource)? {
            if !self.is_chosen(policy, &case.name) {
                self.skipped += 1;
                continue;
            }
            let failure = run(policy, &case).err().map(|error| error.to_string());
            if let Some(covered) = covered.and_then(|covered| with_params(covered.policy(), &case).ok()) {
                // Only what it reaches matters: the verdict is that of the policy without probes.
                let _ = judge(&covered, &case);
            }
            let (policy, path) = (policy.id().clone(), path.to_owned());
            self.cases.push(CaseReport { policy, path, line: case.line, name: case.name, failure });
        }
        Ok(())
    }

    fn is_chosen(&self, policy: &Policy, name: &str) -> bool {
        let filter = self.options.filter.as_deref();
        filter.is_none_or(|filter| policy.id().as_str().contains(filter) || name.contains(filter))
    }

    /// Cases of a folder that belong to no policy: a misspelt name would leave a policy untested.
    fn orphans(&mut self, folder: &Path) -> Result<(), CasesError> {
        let unreadable = |source| CasesError::Read { path: folder.to_owned(), source };
        let mut orphans = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let path = entry.map_err(unreadable)?.path();
            let is_cases = path.file_name().and_then(OsStr::to_str).is_some_and(|name| name.ends_with(".test.yaml"));
            if is_cases && !self.done.contains(&path) {
                orphans.push(path);
            }
        }
        orphans.sort();
        match orphans.into_iter().next() {
            Some(path) => Err(CasesError::Orphan { path }),
            None => Ok(()),
        }
    }
}

/// The policy that a path means, or the folder that it is; none where it is neither.
fn policy_path(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        return Some(path.to_owned());
    }
    let name = path.file_name()?.to_str()?;
    match name.strip_suffix(".test.yaml") {
        Some(stem) => Some(path.with_file_name(format!("{stem}.rhai"))),
        None => name.ends_with(".rhai").then(|| path.to_owned()),
    }
}

/// A file of cases, which is in the folder of its policy; none where there is no such file.
fn read(path: &Path) -> Result<Option<UserFile>, ReadError> {
    if !keysweep_files::is_there(path) {
        return Ok(None);
    }
    keysweep_files::read(FileKind::Cases, path, Found::In(folder_of(path))).map(Some)
}
