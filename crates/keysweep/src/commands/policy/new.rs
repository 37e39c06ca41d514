//! `keysweep policy new`: a policy to begin with, and cases that it passes.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::Path,
};

use keysweep_policy::template;

use crate::{
    cli::policy::NewArgs,
    edge,
    exit::{Exit, Failure},
};

/// Writes the policy and its cases, and never over a file that is there.
pub(super) fn run(args: &NewArgs) -> Result<Exit, Failure> {
    let template = template::of(&args.name, args.resource);
    let policy = args.folder.join(format!("{}.rhai", args.name));
    let cases = args.folder.join(format!("{}.test.yaml", args.name));
    if let Some(there) = [&policy, &cases].into_iter().find(|path| path.exists()) {
        let message = format!("`{}` is there already", there.display());
        return Err(Failure::usage(message).hint("choose another name or another --folder"));
    }
    fs::create_dir_all(&args.folder)
        .map_err(|error| Failure::lost(format!("could not make `{}`: {error}", args.folder.display())))?;
    write(&policy, &template.policy)?;
    write(&cases, &template.cases)?;
    let folder = args.folder.display();
    edge::say(&format!(
        "wrote {} and {}\nnext: edit both, then  keysweep policy check {folder}  and  keysweep policy test {folder}",
        policy.display(),
        cases.display(),
    ));
    Ok(Exit::Clean)
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Failure::lost(format!("could not write `{}`: {error}", path.display())))
}
