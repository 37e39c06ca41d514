//! `keysweep policy definitions`: what editors complete by.

use std::path::Path;

use keysweep_files::shown;

use crate::{
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::{Destination, make_folder},
};

/// Writes the definition files to `folder`.
pub(super) fn run(folder: &Path, edge: &Edge) -> Result<Exit, Failure> {
    let files = keysweep_policy::definitions::files();
    make_folder(folder)?;
    for (name, text) in &files {
        let destination = Destination::open(Some(&folder.join(name)), &edge.interrupts.drafts)?;
        destination.deliver(|out| out.write_all(text.as_bytes()))?;
    }
    edge::say(&format!("{} files written to {}", files.len(), shown(folder)));
    Ok(Exit::Clean)
}
