//! `keysweep scan`.

use std::sync::Arc;

use keysweep_aws::Aws;
use keysweep_files::shown;
use keysweep_model::ScanResult;
use keysweep_scan::Progress;

use super::saved::{self, Saving};
use crate::{
    config::{Config, Format},
    edge::{self, Edge},
    exit::{Exit, Failure},
    interrupt::Graceful,
    output::Destination,
    progress::ProgressLine,
    settings::{Output, Settings, Source},
    terminal::{self, View},
};

/// Scans AWS and writes the result.
pub(super) async fn run(config: &Config, edge: &Edge) -> Result<Exit, Failure> {
    let settings = Settings::resolve(config, edge.clock.now())?;
    let destination = Destination::open(settings.output.file.as_deref(), &edge.interrupts.drafts)?;
    if let Source::Inventory(path) = &settings.source {
        let result = saved::judge(path, &settings, &edge.clock)?;
        deliver(destination, &result, &settings.output, edge)?;
        return Ok(saved::exit(path, &result, settings.fail_on));
    }
    let aws = Aws::connect(settings.connect_options(settings.connection.endpoint(), edge.clock.clone())).await;
    let (output, fail_on) = (settings.output.clone(), settings.fail_on);
    let (result, _graceful) = scan(&aws, settings, edge).await?;
    deliver(destination, &result, &output, edge)?;
    Ok(Exit::of_scan(&result, fail_on))
}

/// Scans, with a line of progress, and saves what is read where `settings` ask for that. From its first call on the work
/// shuts down gracefully, until the value beside the result is dropped.
pub(super) async fn scan(aws: &Aws, mut settings: Settings, edge: &Edge) -> Result<(ScanResult, Graceful), Failure> {
    let saving = Saving::start(&mut settings, edge)?;
    let graceful = edge.interrupts.graceful();
    let progress = Arc::new(Progress::default());
    let line = ProgressLine::start(edge.progress, Arc::clone(&progress), aws.calls().clone());
    let result = keysweep_scan::scan(aws, edge::new_run_id(), &settings.scan, &progress, &edge.interrupts.stop).await?;
    drop(line);
    // The inventory ends when nothing can be added to it any more.
    drop(settings);
    if let Some(saving) = saving {
        saving.finish(&result).await?;
    }
    Ok((result, graceful))
}

/// Writes the result where it is to go. With a file, stderr says in a line what is in it.
pub(super) fn deliver(
    destination: Destination,
    result: &ScanResult,
    output: &Output,
    edge: &Edge,
) -> Result<(), Failure> {
    let is_file = destination.is_file();
    let view = View { all: output.all, color: edge.stdout.color && !is_file, ..edge.stdout };
    match output.format {
        Format::Json => destination.deliver(|mut out| keysweep_report::json::write(result, &mut out))?,
        Format::Text => destination.print(&terminal::scan(result, &view), view.color)?,
    }
    if let (true, Some(path)) = (is_file, &output.file) {
        edge::say(&format!("{}\nwritten to {}", terminal::totals(result, &view).trim_end(), shown(path)));
    }
    Ok(())
}
