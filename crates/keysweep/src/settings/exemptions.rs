//! The register of exemptions of a run: from a file of its own, or from the configuration file.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use keysweep_files::{FileKind, Found};
use keysweep_scan::{ExemptionOptions, Register};

use crate::{config::Config, exit::Failure};

/// The file that is read where none is named.
const DEFAULT_FILE: &str = "exemptions.yaml";

/// The register of a scan, and when an exemption of it is to be looked at.
pub(super) fn options(config: &Config, now: Timestamp) -> Result<ExemptionOptions, Failure> {
    let max_share = config.judging.exemption_max_share();
    if max_share > 100 {
        return Err(Failure::usage(format!("`exemption_max_share` is {max_share}, and must be at most 100")));
    }
    let register = register(config, now)?.unwrap_or_default();
    Ok(ExemptionOptions { register, max_share: Some(max_share) })
}

/// The register that `config` names, as of the time of day `now`; none where there is none.
///
/// # Errors
/// When it cannot be read or is wrong, or when there are two.
pub fn register(config: &Config, now: Timestamp) -> Result<Option<Register>, Failure> {
    let max_term = config.judging.exemption_max_term_days();
    match (&config.judging.exemptions, file(config)) {
        (None, None) => Ok(None),
        (None, Some((path, found))) => {
            let file = keysweep_files::read(FileKind::Exemptions, &path, found).map_err(Failure::usage)?;
            let register = Register::parse(&path.display().to_string(), &file.text, now, max_term);
            register.map(Some).map_err(|error| Failure::listing(file.error(error)))
        }
        (Some(entries), None) => {
            let source = config.source.as_ref();
            let (name, text) = source.map_or(("keysweep.yaml", ""), |source| source.parts());
            let register = Register::new(name, text, &entries.0, now, max_term);
            register.map(Some).map_err(|error| source.map_or(Failure::listing(&error), |it| it.error(error.clone())))
        }
        (Some(_), Some((path, _))) => {
            let message = format!("there are exemptions in the configuration file and in `{}`", path.display());
            Err(Failure::usage(message).hint("keep all of them in one place"))
        }
    }
}

/// The file of the register: the one that was named, or the usual one where it is there.
pub(super) fn file(config: &Config) -> Option<(PathBuf, Found<'_>)> {
    match &config.judging.exemptions_file {
        Some(path) => Some((path.clone(), config.found(path))),
        None => {
            let path = PathBuf::from(DEFAULT_FILE);
            keysweep_files::is_there(&path).then_some((path, Found::In(Path::new("."))))
        }
    }
}
