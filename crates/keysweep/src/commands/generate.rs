//! `keysweep completions` and `keysweep man`: made from the definition of the command line.

use std::path::Path;

use clap_complete::Shell;

use crate::{
    cli,
    exit::{Exit, Failure},
    output::Destination,
};

/// Prints the completion script for `shell`.
pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::command(), "keysweep", &mut script);
    Destination::Stdout.deliver(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// Writes a manual page for each command to `folder`.
pub(super) fn manual(folder: &Path) -> Result<Exit, Failure> {
    let written = std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(cli::command(), folder));
    written.map_err(|error| Failure::lost(format!("could not write to `{}`: {error}", folder.display())))?;
    Ok(Exit::Clean)
}
