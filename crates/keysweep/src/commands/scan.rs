//! `keysweep scan`.

use std::{io::Write, sync::Arc};

use keysweep_aws::Aws;
use keysweep_files::shown;
use keysweep_scan::Progress;

use super::{
    kept::{Kept, Scanned},
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
    terminal::{self, View},
};

/// Scans AWS and writes the result.
pub(super) async fn run(config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let settings = Settings::resolve(config, edge.clock.now())?;
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    if let Source::Inventory(path) = &settings.source {
        let scanned = saved::judge(path, &settings, edge)?;
        deliver(destination, &scanned, &settings.output, edge)?;
        return Ok(saved::exit(path, &scanned.result, settings.fail_on));
    }
    let aws = Aws::connect(settings.connect_options(settings.connection.endpoint(), edge.clock.clone())).await;
    let (scanned, _graceful) = scan(&aws, &settings, edge).await?;
    deliver(destination, &scanned, &settings.output, edge)?;
    Ok(Exit::of_scan(&scanned.result, settings.fail_on))
}

/// Scans, with a line of progress, and saves what is read where `settings` ask for that. From its first call on the work
/// shuts down gracefully, until the value beside the result is dropped.
pub(super) async fn scan(aws: &Aws, settings: &Settings, edge: &Edge) -> Result<(Scanned, Graceful), Failure> {
    let kept = Kept::open(settings, edge)?;
    let graceful = edge.interrupts.graceful();
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::start(edge.progress, Arc::clone(&progress), aws.calls().clone());
    let (run, stop) = (edge::new_run_id(), &edge.interrupts.stop);
    let (result, kept) = keysweep_scan::scan(aws, run, &settings.scan, &progress, stop, kept).await?;
    drop(line);
    Ok((kept.finish(result)?, graceful))
}

/// Writes the result where it is to go. With a file, stderr says in a line what is in it.
pub(super) fn deliver(
    destination: Destination,
    Scanned { result, findings }: &Scanned,
    output: &Output,
    edge: &Edge,
) -> Result<(), Failure> {
    let is_file = destination.is_file();
    let view = View { all: output.all, color: edge.stdout.color && !is_file, ..edge.stdout };
    let text = |out: &mut dyn Write| terminal::scan(result, findings, &view, &mut print(out, view.color));
    destination.deliver(|out| output.format.scan(result, findings, out, text))?;
    if let (true, Some(path)) = (is_file, &output.file) {
        edge::say(&format!("{}\nwritten to {}", terminal::totals(result, &view).trim_end(), shown(path)));
    }
    Ok(())
}
