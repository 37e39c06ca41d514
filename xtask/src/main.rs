//! The developer's tool of this repository: `cargo xtask test` is the one test command, `cargo xtask tidy` holds the
//! repository to its written rules, `cargo xtask docs` writes what Keysweep prints, `cargo xtask bench` measures.
//!
//! It must not know how Keysweep works: it depends on none of the other crates and sees them as files and commands.
#![expect(clippy::print_stdout, reason = "a developer's tool talks to the terminal")]
#![expect(clippy::print_stderr, reason = "a developer's tool talks to the terminal")]

mod bench;
mod docs;
mod postgres;
mod python;
mod test;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Keysweep's developer tool")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Check format, lints and tidiness and that the comparison compiles, then run every test, those against moto included
    Test,
    /// Check that the repository keeps its written rules
    Tidy,
    /// Write the documents, and the parts of documents, that Keysweep prints
    Docs,
    /// Compare Keysweep with other programs of its kind
    Bench(bench::Arguments),
    /// Make the tests' Python environment, where it is missing or outdated, and print the path of its interpreter
    Python,
    /// Run the tests' PostgreSQL server until interrupted, and print its URL
    Postgres,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            exit_code(&error)
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    let root = repository_root();
    let target = target_directory(&root)?;
    match task {
        Task::Test => test::run(&root, &target),
        Task::Tidy => tidy::run(&root),
        Task::Docs => docs::run(&root),
        Task::Bench(arguments) => bench::run(&root, &target, &arguments),
        Task::Python => {
            println!("{}", python::environment(&root, &target)?.display());
            Ok(())
        }
        Task::Postgres => postgres::run(&root, &python::environment(&root, &target)?),
    }
}

/// 2 where this machine lacks something that its owner has to install, 1 where the repository is at fault.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(if error.is::<python::Missing>() { 2 } else { 1 })
}

fn repository_root() -> PathBuf {
    let package = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    package.parent().map(PathBuf::from).unwrap_or(package)
}

/// Where cargo builds. A relative `CARGO_TARGET_DIR` counts from the working directory, as it does for cargo.
fn target_directory(root: &Path) -> std::io::Result<PathBuf> {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(directory) => std::path::absolute(directory),
        None => Ok(root.join("target")),
    }
}
