//! `keysweep policy new`: a policy to begin with, and cases that it passes.

use keysweep_files::{is_there, shown};
use keysweep_policy::template;

use crate::{
    cli::policy::NewArgs,
    edge::{self, Edge},
    exit::{Exit, Failure},
    output::{create, make_folder},
};

/// Writes the policy and its cases, and never over a file that is there.
pub(super) fn run(args: &NewArgs, edge: &Edge) -> Result<Exit, Failure> {
    let template = template::of(&args.name, args.resource);
    let policy = args.folder.join(format!("{}.rhai", args.name));
    let cases = args.folder.join(format!("{}.test.yaml", args.name));
    if let Some(there) = [&policy, &cases].into_iter().find(|path| is_there(path)) {
        let message = format!("`{}` already exists", there.display());
        return Err(Failure::usage(message).hint("choose another name or another --folder"));
    }
    make_folder(&args.folder)?;
    create(&policy, &template.policy, &edge.interrupts.drafts)?;
    create(&cases, &template.cases, &edge.interrupts.drafts)?;
    let folder = shown(&args.folder);
    edge::say(&format!(
        "wrote {} and {}\nnext: edit both, then  keysweep policy check {folder}  and  keysweep policy test {folder}",
        shown(&policy),
        shown(&cases),
    ));
    Ok(Exit::Clean)
}
