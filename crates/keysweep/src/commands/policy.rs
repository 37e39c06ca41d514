//! `keysweep policy`: for those who write policies. None of its commands contacts anything.

mod check;
mod definitions;
mod eval;
mod list;
mod new;
mod show;
mod test;

pub use eval::Name;

use std::path::{Path, PathBuf};

use keysweep_policy::{
    Compiler, Policy,
    files::{self, Found, Kind, folder_of},
};

use crate::{
    cli::PolicyCommand,
    config::Config,
    edge::Edge,
    exit::{Exit, Failure},
    output::Destination,
};

/// Runs a command for policies. `layered` lays flags over the configuration file.
pub(super) fn run(
    command: PolicyCommand,
    layered: impl Fn(Config) -> Result<Config, Failure>,
    edge: &Edge,
) -> Result<Exit, Failure> {
    match command {
        PolicyCommand::Check(args) => check::run(&args, &layered(Config::default())?),
        PolicyCommand::Test(args) => test::run(&args, &layered(Config::default())?),
        PolicyCommand::New(args) => new::run(&args, edge),
        PolicyCommand::List(args) => list::run(args.format, &layered(args.source.into_config())?, edge),
        PolicyCommand::Show(args) => show::run(&args.id, &layered(args.source.into_config())?, edge),
        PolicyCommand::Eval(args) => eval::run(&args, &layered(Config::default())?, edge),
        PolicyCommand::Diff(args) => eval::diff(&args, &layered(Config::default())?, edge),
        PolicyCommand::Definitions { folder } => definitions::run(&folder, edge),
        PolicyCommand::Reference => print(&keysweep_policy::reference::markdown(), false),
    }
}

/// The policy of the file at `path`, with the libraries beside it.
fn compile_file(compiler: &Compiler, path: &Path) -> Result<Policy, Failure> {
    let folder = folder_of(path);
    let file = files::read(Kind::Policy, path, Found::In(folder)).map_err(Failure::usage)?;
    compiler.in_folder(folder).compile(&path.display().to_string(), &file.text).map_err(Failure::listing)
}

/// The policy files at these paths, each with the folder that it imports from: files as they are, and those of folders.
fn policy_files(paths: &[PathBuf]) -> Result<Vec<(PathBuf, PathBuf)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let names = keysweep_policy::policy_files(path).map_err(Failure::usage)?;
            files.extend(names.into_iter().map(|file| (path.clone(), file)));
        } else {
            files.push((folder_of(path).to_owned(), path.clone()));
        }
    }
    Ok(files)
}

fn print(text: &str, color: bool) -> Result<Exit, Failure> {
    Destination::Stdout.print(text, color)?;
    Ok(Exit::Clean)
}
