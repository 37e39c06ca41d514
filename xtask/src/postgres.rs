//! The PostgreSQL server of the tests: `cargo xtask postgres` runs it for a developer to try Keysweep's store with, and
//! `cargo xtask bench store` measures on it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::python;

const SCRIPT: &str = "tests/postgres/server.py";

/// The engines that a store runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// A server until it is dropped.
pub(crate) struct Server {
    script: Child,
    url: String,
}

impl Server {
    /// Starts one by the Python of the tests, which is made where it is missing.
    ///
    /// # Errors
    /// Where that or the server cannot be made.
    pub(crate) fn start(root: &Path, target: &Path) -> Result<Self> {
        let python = python::environment(root, target)?;
        let mut command = Command::new(python);
        command.arg("-B").arg(root.join(SCRIPT)).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut script = command.spawn().context("could not start Python")?;
        let mut line = String::new();
        if let Some(stdout) = script.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).context("could not read what the server says")?;
        }
        let url = line.split('"').find(|part| part.starts_with("postgres")).map(str::to_owned);
        let url = url.with_context(|| format!("the server says no URL, but `{}`", line.trim_end()))?;
        Ok(Self { script, url })
    }

    /// How it is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The script stops its server when its input closes, which `wait` does.
        let _ = self.script.wait();
    }
}

/// Runs a server until it is interrupted. The line of JSON that holds its URL goes where our output goes.
///
/// # Errors
/// Where the server cannot be started, or ends by itself.
pub(crate) fn run(root: &Path, python: &Path) -> Result<()> {
    serve(Command::new(python).arg("-B").arg(root.join(SCRIPT)))
}

fn serve(script: &mut Command) -> Result<()> {
    let mut script = script.stdin(Stdio::piped()).spawn().context("could not start Python")?;
    // The script stops its server when this closes, as it also does where we are killed. `wait` alone would close it.
    let _until_closed = script.stdin.take();
    let status = script.wait().context("could not wait for the server")?;
    if !status.success() {
        bail!("the server ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_where_it_is_looked_for() {
        assert!(crate::repository_root().join(SCRIPT).is_file());
    }

    #[cfg(unix)]
    #[test]
    fn the_input_of_the_script_stays_open_until_it_ends() {
        // `read` fails at the end of the input.
        let shell = |text: &str| serve(Command::new("sh").args(["-c", text]));
        shell("(sleep 0.2; kill $$) & read line; exit 0").unwrap_err();
        shell("exit 0").unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_server_that_fails_is_an_error() {
        let error = serve(Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        insta::assert_snapshot!(error, @"the server ended with exit status: 3");
    }
}
