//! Keysweep's policies against plain Rust and the other policy engines: the same access keys, the same rule, one run.
//!
//! Before anything is measured, every engine must come to the verdict and the message of plain Rust on every key. Run
//! it by `cargo xtask bench policy`.

mod engines;
mod instructions;
mod keys;
mod table;

use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Parser, Subcommand, ValueEnum as _};

use engines::{Contestant, Judged, Mode, Name};
use keys::Key;
use table::{Cost, Row};

#[derive(Parser)]
#[command(about = "Compare Keysweep's policies with other policy engines on the same keys and the same rule")]
struct Arguments {
    #[command(subcommand)]
    only: Option<Only>,
    /// How many access keys
    #[arg(long, default_value_t = 100_000)]
    keys: usize,
    /// How often each engine judges all of them in each mode; the median counts
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Count instructions too, by valgrind's callgrind
    #[arg(long)]
    callgrind: bool,
}

#[derive(Clone, Copy, Subcommand)]
enum Only {
    /// Judge with one engine and print nothing: what callgrind looks at
    Run {
        #[arg(long)]
        engine: Name,
        #[arg(long)]
        mode: Mode,
        /// How many access keys
        #[arg(long)]
        keys: usize,
        /// How often each key is judged
        #[arg(long)]
        passes: u32,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    match arguments.only {
        Some(Only::Run { engine, mode, keys, passes }) => {
            engine.make()?.time(&keys::make(keys)?, mode, passes)?;
            Ok(())
        }
        None => compare(&arguments),
    }
}

fn compare(arguments: &Arguments) -> Result<()> {
    let keys = keys::make(arguments.keys)?;
    let made = |name: &Name| Ok((*name, name.make()?));
    let engines = Name::value_variants().iter().map(made).collect::<Result<Vec<_>>>()?;
    println!("{}", agreement(&keys, &engines)?);
    println!(
        "Cedar only decides and cannot make a message; all others make the same one for each key.\n\
         Times are medians of {} rounds in which the engines take turns.",
        arguments.rounds
    );
    for mode in Mode::value_variants() {
        let times = times(&keys, &engines, *mode, arguments.rounds)?;
        let mut rows = Vec::new();
        for ((name, _), time) in engines.iter().zip(times) {
            let instructions = match arguments.callgrind {
                true => Some(instructions::per_evaluation(*name, *mode)?),
                false => None,
            };
            rows.push(Row { name: *name, cost: Cost { time, instructions } });
        }
        println!("\n{}", table::render(*mode, &rows));
    }
    Ok(())
}

/// Holds every engine to plain Rust's verdict on every key, and says how many there are of each.
fn agreement(keys: &[Key], engines: &[(Name, Box<dyn Contestant>)]) -> Result<String> {
    let expected = Name::PlainRust.make()?.verdicts(keys, Mode::Whole)?;
    for (name, engine) in engines {
        for mode in Mode::value_variants() {
            let verdicts = engine.verdicts(keys, *mode)?;
            if let Some(key) = (0..keys.len()).find(|key| !verdicts[*key].agrees_with(&expected[*key])) {
                let (ours, theirs) = (&expected[key], &verdicts[key]);
                bail!("{} says {theirs:?} of key {key}, plain Rust {ours:?}", name.title());
            }
        }
    }
    let count = |wanted: fn(&Judged) -> bool| expected.iter().filter(|verdict| wanted(verdict)).count();
    Ok(format!(
        "{} access keys: {} pass, {} are exempt, {} fail. All engines agree on each.",
        keys.len(),
        count(|verdict| *verdict == Judged::Pass),
        count(|verdict| *verdict == Judged::Exempt),
        count(|verdict| matches!(verdict, Judged::Fail(_))),
    ))
}

/// The median time of one evaluation by each engine, in the order of `engines`.
fn times(keys: &[Key], engines: &[(Name, Box<dyn Contestant>)], mode: Mode, rounds: usize) -> Result<Vec<Duration>> {
    let mut times = vec![Vec::new(); engines.len()];
    for _ in 0..rounds {
        for ((_, engine), times) in engines.iter().zip(&mut times) {
            times.push(engine.time(keys, mode, 1)?);
        }
    }
    Ok(times.into_iter().map(|times| median(times) / u32::try_from(keys.len()).unwrap_or(u32::MAX)).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
