//! `cargo xtask bench`: measurements.
//!
//! What Keysweep is compared with is built here alone: `xtask/bench` is a workspace of its own, so that neither the
//! product nor its lock file has those engines.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::postgres;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One rule on 100,000 access keys: Keysweep, plain Rust and other policy engines
    Policy {
        /// What the program of the comparison is given, such as `--keys 10000 --rounds 3`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Registers of 5,000 exemptions on 100,000 violations
    Exemptions,
    /// The history of an organization with a million access keys and 300,000 findings, on SQLite and PostgreSQL
    Store {
        /// How many nights are recorded
        #[arg(long, default_value_t = 4)]
        nights: u32,
        /// How many accounts there are, each with 200 access keys
        #[arg(long, default_value_t = 5_000)]
        accounts: u32,
        /// Measure only on this engine: sqlite or postgres
        #[arg(long)]
        only: Option<postgres::Engine>,
    },
}

/// Builds and runs a measurement; its output goes where ours goes.
///
/// # Errors
/// Where it cannot be built, or ends with an error, such as engines that disagree.
pub(crate) fn run(root: &Path, target: &Path, arguments: &Arguments) -> Result<()> {
    // Cargo names itself to what it runs, so that a chosen toolchain stays chosen.
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--locked", "--release"]);
    match &arguments.what {
        What::Store { nights, accounts, only } => return store(root, target, (*nights, *accounts), *only),
        What::Policy { arguments } => {
            cargo.arg("--manifest-path").arg(root.join("xtask/bench/Cargo.toml"));
            cargo.arg("--target-dir").arg(target.join("bench")).arg("--");
            if has_valgrind() {
                cargo.arg("--callgrind");
            } else {
                println!("Without valgrind no instructions are counted.");
            }
            cargo.args(arguments);
        }
        What::Exemptions => {
            cargo.current_dir(root).args(["--package", "keysweep-scan", "--example", "exemptions"]);
        }
    }
    succeed(&mut cargo)
}

/// Measures the store on both engines, one after the other, each in a new place that goes afterwards.
fn store(root: &Path, target: &Path, (nights, accounts): (u32, u32), only: Option<postgres::Engine>) -> Result<()> {
    let run = |place: &str| {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(root).args(["run", "--quiet", "--locked", "--release", "--package", "keysweep-store"]);
        cargo.args(["--example", "history", "--", place, &nights.to_string(), &accounts.to_string()]);
        succeed(&mut cargo)
    };
    if only != Some(postgres::Engine::Postgres) {
        let folder = target.join("bench-store");
        std::fs::create_dir_all(&folder).context("could not make a folder for the store")?;
        let measured = run(&folder.join("keysweep.db").to_string_lossy());
        std::fs::remove_dir_all(&folder).ok();
        measured?;
    }
    if only != Some(postgres::Engine::Sqlite) {
        let server = postgres::Server::start(root, target)?;
        run(server.url())?;
    }
    Ok(())
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().context("could not start cargo")?;
    if !status.success() {
        bail!("the measurement ended with {status}");
    }
    Ok(())
}

fn has_valgrind() -> bool {
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--version").stdout(Stdio::null()).stderr(Stdio::null());
    valgrind.status().is_ok_and(|status| status.success())
}
