//! Progress on stderr: accounts done, failed and throttled, calls, rate. Only on a terminal.

use std::{sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use keysweep_aws::Calls;
use keysweep_scan::Progress;
use tokio::task::JoinHandle;

const EVERY: Duration = Duration::from_millis(200);

/// A line that is redrawn while the scan runs, and is gone when this value is.
pub(crate) struct ProgressLine {
    bar: ProgressBar,
    task: JoinHandle<()>,
}

impl ProgressLine {
    /// Starts to show `progress` and `calls`; shows nothing where `shown` is false.
    pub(crate) fn start(shown: bool, progress: Arc<Progress>, calls: Calls) -> Self {
        let target = if shown { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        let task = tokio::spawn({
            let bar = bar.clone();
            async move {
                let mut before = 0;
                loop {
                    let total = calls.total();
                    bar.set_message(line(&progress, calls.throttled_accounts(), total, rate(total - before)));
                    bar.tick();
                    before = total;
                    tokio::time::sleep(EVERY).await;
                }
            }
        });
        Self { bar, task }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.task.abort();
        self.bar.finish_and_clear();
    }
}

fn rate(calls: u64) -> u64 {
    calls * 1000 / u64::try_from(EVERY.as_millis()).unwrap_or(u64::MAX)
}

fn line(progress: &Progress, throttled: usize, calls: u64, rate: u64) -> String {
    let more = if progress.listing_done() { "" } else { "+" };
    let done = progress.scanned() + progress.failed() + progress.skipped();
    let (listed, failed) = (progress.listed(), progress.failed());
    format!("{done}/{listed}{more} accounts, {failed} failed, {throttled} throttled, {calls} calls, {rate}/s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_the_scan_is() {
        insta::assert_snapshot!(line(&Progress::default(), 3, 830, rate(42)), @"0/0+ accounts, 0 failed, 3 throttled, 830 calls, 210/s");
    }
}
