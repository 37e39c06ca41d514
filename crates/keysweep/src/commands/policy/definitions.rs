//! `keysweep policy definitions`: what editors complete by.

use std::path::Path;

use crate::{
    edge,
    exit::{Exit, Failure},
};

/// Writes the definition files to `folder`.
pub(super) fn run(folder: &Path) -> Result<Exit, Failure> {
    let files = keysweep_policy::definitions::files();
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text)));
    written.map_err(|error| Failure::lost(format!("could not write to `{}`: {error}", folder.display())))?;
    edge::say(&format!("{} files written to {}", files.len(), folder.display()));
    Ok(Exit::Clean)
}
