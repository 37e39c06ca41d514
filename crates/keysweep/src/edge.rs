//! The edge of the program: arguments, environment, terminal, signals, randomness. Nothing inside reaches for these; it
//! gets them from here as values.

use std::{
    env,
    io::{IsTerminal, Write},
    process::ExitCode,
};

use clap::FromArgMatches;
use tokio_util::sync::CancellationToken;
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    cli::{self, Cli, Global, When},
    commands,
    exit::Failure,
    terminal::{self, View},
};

/// The width of text that goes to no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// The exit code of a process that a second interrupt ends, as shells report it: 128 + SIGINT.
const KILLED_BY_INTERRUPT: i32 = 130;

/// What the outside world is like, for those inside.
#[derive(Debug)]
pub struct Edge {
    /// How text for stdout is rendered.
    pub stdout: View,
    /// Whether progress is shown on stderr.
    pub progress: bool,
    /// Cancelled at the first interrupt.
    pub stop: CancellationToken,
}

/// The program: runs the command that the arguments name, and says how it went.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::from_arg_matches(&cli::command().get_matches()).unwrap_or_else(|error| error.exit());
    start_log(&cli.global);
    let edge = Edge::of(&cli.global);
    let outcome = runtime().and_then(|runtime| {
        runtime.block_on(async {
            tokio::spawn(watch_interrupts(edge.stop.clone()));
            commands::run(cli, &edge).await
        })
    });
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            say(&failure.to_string());
            failure.exit.into()
        }
    }
}

impl Edge {
    fn of(global: &Global) -> Self {
        let stdout = std::io::stdout();
        let color = match global.color {
            When::Always => true,
            When::Never => false,
            When::Auto => stdout.is_terminal() && !no_color(),
        };
        let width = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        Self {
            stdout: View { width: width.unwrap_or(WIDTH_WITHOUT_TERMINAL), color, all: false },
            progress: !global.no_progress && std::io::stderr().is_terminal(),
            stop: CancellationToken::new(),
        }
    }
}

/// A new id for a run: unique, and sorted by time among the others.
#[must_use]
pub fn new_run_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Writes a line for people to stderr. Text from outside may be in it, so it cannot steer the terminal.
pub fn say(text: &str) {
    // Whoever closed stderr does not want to know.
    let _ = writeln!(std::io::stderr(), "{}", terminal::printable(text));
}

/// Source: no-color.org
fn no_color() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Room for evaluating policies without making a stack for each evaluation. Only what is used takes memory.
        .thread_stack_size(keysweep_policy::EVALUATION_STACK)
        .build()
        .map_err(|error| Failure::could_not_start(format!("could not start the runtime: {error}")))
}

/// Logs to stderr what Keysweep itself says. The libraries are not heard, however much the user asks for: the AWS SDK
/// puts raw answers into its messages, and some hold credentials.
fn start_log(global: &Global) {
    let level = match global.verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let own = ["keysweep", "keysweep_aws", "keysweep_policy", "keysweep_scan", "orgsim"].map(|name| (name, level));
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && !no_color())
        .with_target(false);
    let filter = Targets::new().with_targets(own);
    tracing_subscriber::registry().with(log).with(filter).init();
}

/// The first interrupt stops the work in good order, the second at once.
async fn watch_interrupts(stop: CancellationToken) {
    interrupt().await;
    say("interrupted: stopping in good order; interrupt again to stop at once");
    stop.cancel();
    interrupt().await;
    std::process::exit(KILLED_BY_INTERRUPT);
}

/// Waits for Ctrl-C, or for the signal by which schedulers and containers stop a process.
#[cfg(unix)]
async fn interrupt() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        Ok(()) = tokio::signal::ctrl_c() => {}
        Some(()) = terminate.recv() => {}
        else => std::future::pending().await,
    }
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
