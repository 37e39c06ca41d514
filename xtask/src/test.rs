//! `cargo xtask test`: every check of the repository, one after the other, up to the first that fails.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::{python, tidy};

const FORMAT: &[&str] = &["fmt", "--all", "--", "--check"];
const LINTS: &[&str] = &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
/// The features of the program itself stay as they are, so that its build serves the tests too.
const TESTS: &[&str] = &["test", "--workspace", "--features", "keysweep-tests/moto,keysweep-store/postgres-tests"];

/// The tests against moto and PostgreSQL find their interpreter by this variable.
const PYTHON_VARIABLE: &str = "KEYSWEEP_TEST_PYTHON";

/// Runs all steps; the output of each goes where ours goes.
///
/// # Errors
/// The first step that fails ends the run. The error names it, its reason and the command that repeats it alone.
pub(crate) fn run(root: &Path, target: &Path) -> Result<()> {
    let mut steps = Steps::default();
    steps.run("format", &shell(FORMAT), || cargo(FORMAT, None))?;
    steps.run("clippy", &shell(LINTS), || cargo(LINTS, None))?;
    // The comparison is a workspace of its own, which nothing above compiles.
    let (manifest, output) = (root.join("xtask/bench/Cargo.toml"), target.join("bench"));
    let (manifest, output) = (manifest.to_string_lossy(), output.to_string_lossy());
    let bench = ["check", "--locked", "--manifest-path", &*manifest, "--target-dir", &*output];
    steps.run("bench", &shell(&bench), || cargo(&bench, None))?;
    steps.run("tidy", "cargo xtask tidy", || tidy::run(root))?;
    let python = steps.run("python", "cargo xtask python", || python::environment(root, target))?;
    let repeat = format!("{PYTHON_VARIABLE}='{}' {}", python.display(), shell(TESTS));
    steps.run("tests", &repeat, || cargo(TESTS, Some(python.as_os_str())))?;
    println!("{}", steps.summary());
    Ok(())
}

/// What has passed so far, and how long each took.
#[derive(Default)]
struct Steps {
    passed: Vec<(&'static str, Duration)>,
}

impl Steps {
    fn run<T>(&mut self, name: &'static str, repeat: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("xtask test: {name}: {repeat}");
        let began = Instant::now();
        let result = work().with_context(|| format!("step `{name}` failed (repeat just it by `{repeat}`)"))?;
        self.passed.push((name, began.elapsed()));
        Ok(result)
    }

    fn summary(&self) -> String {
        let total: Duration = self.passed.iter().map(|(_, took)| took).sum();
        let each: Vec<String> = self.passed.iter().map(|(name, took)| format!("{name} {}", seconds(*took))).collect();
        format!("xtask test: all steps passed in {} ({})", seconds(total), each.join(", "))
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn shell(arguments: &[&str]) -> String {
    format!("cargo {}", arguments.join(" "))
}

fn cargo(arguments: &[&str], python: Option<&OsStr>) -> Result<()> {
    // Cargo names itself to what it runs, so that a chosen toolchain stays chosen.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(python) = python {
        command.env(PYTHON_VARIABLE, python);
    }
    succeed(&mut command)
}

fn succeed(command: &mut Command) -> Result<()> {
    let status = command.status().context("could not start cargo")?;
    if !status.success() {
        bail!("cargo ended with {status}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::process::Stdio;

    use super::*;

    #[test]
    fn a_failed_step_names_itself_its_reason_and_how_to_repeat_it() {
        let error =
            Steps::default().run("tidy", "cargo xtask tidy", || -> Result<()> { bail!("3 problems") }).unwrap_err();
        insta::assert_snapshot!(format!("{error:#}"), @"step `tidy` failed (repeat just it by `cargo xtask tidy`): 3 problems");
    }

    #[test]
    fn the_summary_holds_the_time_of_each_step() {
        let steps =
            Steps { passed: vec![("format", Duration::from_millis(1_240)), ("tests", Duration::from_secs(61))] };
        insta::assert_snapshot!(steps.summary(), @"xtask test: all steps passed in 62.2 s (format 1.2 s, tests 61.0 s)");
    }

    #[test]
    fn a_step_that_failed_is_not_counted_as_passed() {
        let mut steps = Steps::default();
        steps.run("format", "cargo fmt", || Ok(())).unwrap();
        steps.run("clippy", "cargo clippy", || -> Result<()> { bail!("no") }).unwrap_err();
        assert_eq!(steps.passed.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["format"]);
    }

    #[test]
    fn a_cargo_that_fails_is_an_error() {
        let quietly =
            |argument| succeed(Command::new("cargo").arg(argument).stdout(Stdio::null()).stderr(Stdio::null()));
        quietly("--version").unwrap();
        quietly("--no-such-option").unwrap_err();
    }
}
