//! `keysweep scan`.

use std::{io::Write, sync::Arc};

use jiff::Timestamp;
use keysweep_aws::Aws;
use keysweep_files::shown;
use keysweep_scan::Progress;

use super::{
    kept::{Kept, Scanned},
    recording::{Recording, Times},
    saved,
};
use crate::{
    config::Config,
    edge::{self, Edge},
    exit::{Exit, Failure},
    interrupt::Graceful,
    output::{Destination, print},
    progress::ProgressLine,
    settings::{Output, Settings, Source},
    terminal::{self, Recorded, View},
};

/// Scans AWS and writes the result.
pub(super) async fn run(config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let settings = Settings::resolve(config, edge.clock.now())?;
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    if let Source::Inventory(path) = &settings.source {
        let scanned = saved::judge(path, &settings, edge)?;
        deliver(destination, &scanned, &settings.output, edge)?;
        return Ok(exit(&scanned, saved::exit(path, &scanned.result, judged(&scanned, &settings))));
    }
    let kept = keep(&settings, edge.clock.now(), edge)?;
    let aws = Aws::connect(settings.connect_options(settings.connection.endpoint(), edge.clock.clone())).await;
    let (scanned, _graceful) = scan(&aws, &settings, kept, edge.progress, edge).await?;
    deliver(destination, &scanned, &settings.output, edge)?;
    Ok(exit(&scanned, judged(&scanned, &settings)))
}

/// Prepares to keep what a scan at the time `now` gives, and opens the store: before anything is contacted.
pub(super) fn keep(settings: &Settings, now: Timestamp, edge: &Edge) -> Result<Kept, Failure> {
    let kept = Kept::open(settings, edge)?;
    let times = Times { read_at: now, as_of: settings.scan.as_of.unwrap_or(now) };
    Ok(kept.recorded(Recording::open(settings, times, edge)?))
}

/// Scans, with a line of progress where that is `shown`, and keeps what is read in `kept`. From its first call on the work
/// shuts down gracefully, until the value beside the result is dropped.
pub(super) async fn scan(
    aws: &Aws,
    settings: &Settings,
    kept: Kept,
    shown: bool,
    edge: &Edge,
) -> Result<(Scanned, Graceful), Failure> {
    let graceful = edge.interrupts.graceful();
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::start(shown, Arc::clone(&progress), aws.calls().clone());
    let (run, stop) = (edge::new_run_id(), &edge.interrupts.stop);
    let (result, kept) = keysweep_scan::scan(aws, run, &settings.scan, &progress, stop, kept).await?;
    drop(line);
    Ok((kept.finish(result)?, graceful))
}

/// The exit code by the result of a scan.
fn judged(scanned: &Scanned, settings: &Settings) -> Exit {
    Exit::of_scan(&scanned.result, scanned.recorded().and_then(Recorded::result), settings.threshold)
}

/// The exit code of a scan, which is `exit` unless it could not be recorded. Then stderr says why.
pub(super) fn exit(scanned: &Scanned, exit: Exit) -> Exit {
    let Err(error) = &scanned.recorded else { return exit };
    let failure = Failure::lost(format!("the run could not be recorded: {error}"));
    let failure = match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    };
    edge::say(&failure.to_string());
    failure.exit
}

/// Writes the result where it is to go. With a file, stderr says in a few lines what is in it.
pub(super) fn deliver(
    destination: Destination,
    scanned: &Scanned,
    output: &Output,
    edge: &Edge,
) -> Result<(), Failure> {
    let is_file = destination.is_file();
    let view = View { all: output.all, color: edge.stdout.color && !is_file, ..edge.stdout };
    let (Scanned { result, findings, .. }, recorded) = (scanned, scanned.recorded());
    let text = |out: &mut dyn Write| terminal::scan(result, findings, recorded, &view, &mut print(out, view.color));
    destination.deliver(|out| output.format.scan(result, findings, out, text))?;
    if let (true, Some(path)) = (is_file, &output.file) {
        edge::say(&format!("{}\nwritten to {}", terminal::totals(result, recorded, &view).trim_end(), shown(path)));
    }
    Ok(())
}
