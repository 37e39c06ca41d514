//! `keysweep completions` and `keysweep man`: made from the definition of the command line.

use std::path::Path;

use clap::CommandFactory;
use clap_complete::Shell;

use crate::{
    cli::Cli,
    exit::{Exit, Failure},
    output::{Destination, Drafts, make_folder},
};

/// Prints the completion script for `shell`.
pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "keysweep", &mut script);
    Destination::Stdout.deliver(|out| out.write_all(&script))?;
    Ok(Exit::Clean)
}

/// Writes a manual page for each command to `folder`.
pub(super) fn manual(folder: &Path, drafts: &Drafts) -> Result<Exit, Failure> {
    make_folder(folder)?;
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    pages(&command, folder, drafts)?;
    Ok(Exit::Clean)
}

/// The page of a command, and those of its own commands.
fn pages(command: &clap::Command, folder: &Path, drafts: &Drafts) -> Result<(), Failure> {
    let mut visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    visible.try_for_each(|command| pages(command, folder, drafts))?;
    let page = clap_mangen::Man::new(command.clone());
    let path = folder.join(page.get_filename());
    Destination::open(Some(&path), drafts)?.deliver(|mut out| page.render(&mut out))
}
