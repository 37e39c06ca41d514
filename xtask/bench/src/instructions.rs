//! Instructions per evaluation: unlike times they are nearly the same on every machine and in every run.
//!
//! This program runs itself under callgrind twice, with each key judged once and judged three times. The difference
//! holds neither the start of the program nor the making of keys and of prebuilt inputs.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use clap::ValueEnum as _;

use crate::engines::{Mode, Name};

const KEYS: u64 = 400;

/// The instructions that `engine` takes for one key.
///
/// # Errors
/// Where valgrind cannot be run.
pub(crate) fn per_evaluation(engine: Name, mode: Mode) -> Result<u64> {
    let once = collected(engine, mode, 1)?;
    let thrice = collected(engine, mode, 3)?;
    Ok(thrice.saturating_sub(once) / (2 * KEYS))
}

fn collected(engine: Name, mode: Mode, passes: u32) -> Result<u64> {
    let [engine, mode] = [engine.to_possible_value(), mode.to_possible_value()];
    let argument = |value: Option<clap::builder::PossibleValue>| value.map(|value| value.get_name().to_owned());
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
        .args(["run", "--keys", &KEYS.to_string(), "--passes", &passes.to_string()])
        .args(["--engine", &argument(engine).unwrap_or_default(), "--mode", &argument(mode).unwrap_or_default()])
        .output()
        .context("could not start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "valgrind failed:\n{said}");
    let count = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim().parse());
    count.context("valgrind named no count")?.context("valgrind's count is not a number")
}
