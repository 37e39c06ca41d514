//! The edge of the program: arguments, environment, terminal, signals, randomness. Nothing inside reaches for these; it
//! gets them from here as values.

use std::{
    env,
    fs::File,
    io::{IsTerminal, Write},
    num::NonZero,
    path::PathBuf,
    process::ExitCode,
};

use keysweep_aws::Clock;
use keysweep_model::{escaped, is_unseen};
use tracing::Level;
use tracing_subscriber::{filter::Targets, layer::SubscriberExt, util::SubscriberInitExt};

use crate::{
    cli::{self, Cli, Global, When},
    exit::{Exit, Failure},
    interrupt::Interrupts,
    output::printable,
    terminal::View,
};

/// The width of text that goes to no terminal.
const WIDTH_WITHOUT_TERMINAL: usize = 120;

/// What the outside world is like, for those inside.
#[derive(Debug)]
pub struct Edge {
    /// How text for stdout is rendered.
    pub stdout: View,
    /// Whether progress is shown on stderr.
    pub progress: bool,
    /// What an interrupt does.
    pub interrupts: Interrupts,
    /// The time.
    pub clock: Clock,
    /// The folder of temporary files.
    pub temporary: PathBuf,
    /// How many threads the machine runs at once.
    pub threads: usize,
    /// This process, for others who wait for it: its number and its machine, such as `1234 on build-7`.
    pub process: String,
}

/// The arguments, or the exit code where there is nothing more to do: help was asked for, or they are wrong.
pub(crate) fn arguments() -> Result<Cli, ExitCode> {
    let error = match cli::parse(env::args_os()) {
        Ok(cli) => return Ok(cli),
        Err(error) => error,
    };
    // What is wrong is quoted in the error, and cannot be told from the error's own lines and colours any more.
    let values = env::args_os().chain(env::vars_os().map(|(_, value)| value));
    let values = values.map(|value| value.to_string_lossy().into_owned());
    let unseen: Vec<String> = values.filter(|value| value.contains(is_unseen)).collect();
    if !error.use_stderr() || unseen.is_empty() {
        // There is no other place to report that stderr is closed.
        let _ = error.print();
    } else {
        say(&cli::error_text(&error, &unseen));
    }
    Err(ExitCode::from(if error.use_stderr() { Exit::Usage as u8 } else { Exit::Clean as u8 }))
}

impl Edge {
    pub(crate) fn of(global: &Global) -> Self {
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
            interrupts: Interrupts::default(),
            clock: Clock::system(),
            temporary: env::temp_dir(),
            threads: std::thread::available_parallelism().map_or(1, NonZero::get),
            process: format!("{} on {}", std::process::id(), rustix::system::uname().nodename().to_string_lossy()),
        }
    }
}

impl Edge {
    /// An empty file in the folder of temporary files, which has no name and goes with the program.
    ///
    /// # Errors
    /// When none can be made there.
    pub fn temporary_file(&self) -> Result<File, Failure> {
        tempfile::tempfile_in(&self.temporary).map_err(|error| {
            let message = format!("could not make a temporary file in `{}`: {error}", self.temporary.display());
            Failure::could_not_start(message).hint("set TMPDIR to a folder that can be written to")
        })
    }
}

/// A new id for a run: unique, and sorted by time among the others.
#[must_use]
pub fn new_run_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// An id for a store that is made.
#[must_use]
pub fn new_store_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Writes a line for people to stderr. Text from outside may be in it, so it cannot steer the terminal.
pub fn say(text: &str) {
    // There is no other place to report that stderr is closed.
    let _ = writeln!(std::io::stderr(), "{}", printable(text));
}

/// Source: no-color.org
fn no_color() -> bool {
    env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Room for evaluating policies without making a stack for each evaluation. Only what is used takes memory.
        .thread_stack_size(keysweep_policy::EVALUATION_STACK)
        .build()
        .map_err(|error| Failure::could_not_start(format!("could not start the runtime: {error}")))
}

/// Logs to stderr what Keysweep itself says. The libraries are not heard, however much the user asks for: the AWS SDK
/// puts raw answers into its messages, and some hold credentials.
pub(crate) fn start_log(global: &Global) {
    let level = match global.verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let own = ["keysweep", "keysweep_aws", "keysweep_policy", "keysweep_scan", "keysweep_store", "orgsim"]
        .map(|name| (name, level));
    let log = tracing_subscriber::fmt::layer().with_writer(|| Log).with_ansi(false).with_target(false);
    let filter = Targets::new().with_targets(own);
    tracing_subscriber::registry().with(log).with(filter).init();
}

/// Where the log goes: stderr, one line for each event whatever is in it.
struct Log;

impl Write for Log {
    /// The logger hands over one event at a time.
    fn write(&mut self, event: &[u8]) -> std::io::Result<usize> {
        say(&escaped(String::from_utf8_lossy(event).trim_end_matches('\n')));
        Ok(event.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Watches for interrupts in a thread of its own, so that no work keeps them from being seen.
pub(crate) fn watch_interrupts(interrupts: Interrupts) -> Result<(), Failure> {
    let failed = |error| Failure::could_not_start(format!("could not watch for signals: {error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().map_err(failed)?;
    // Registered before any work begins, which a signal would otherwise end without a word.
    let signals = {
        let _entered = runtime.enter();
        Signals::new().map_err(failed)?
    };
    let watch = move || runtime.block_on(each_interrupt(signals, &interrupts));
    std::thread::Builder::new().name("signals".to_owned()).spawn(watch).map(drop).map_err(failed)
}

/// Ends the program at an interrupt that no work answers gracefully, with the exit code by which shells report it.
async fn each_interrupt(mut signals: Signals, interrupts: &Interrupts) {
    loop {
        let number = signals.next().await;
        // Said first: the work may be over before the next line is.
        if interrupts.is_graceful() {
            say("interrupted: shutting down; interrupt again to stop at once");
        }
        if !interrupts.take() {
            std::process::exit(128 + number);
        }
    }
}

/// The signals that stop a program: Ctrl-C, and the one by which schedulers and containers do it.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for the next one, and tells its number.
    async fn next(&mut self) -> i32 {
        use tokio::signal::unix::SignalKind;
        tokio::select! {
            Some(()) = self.interrupt.recv() => SignalKind::interrupt().as_raw_value(),
            Some(()) = self.terminate.recv() => SignalKind::terminate().as_raw_value(),
            else => std::future::pending().await,
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    /// Waits for it, and tells its number.
    async fn next(&mut self) -> i32 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        2
    }
}
