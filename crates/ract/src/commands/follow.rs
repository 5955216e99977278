//! `ract follow`: the validation curves of a run that another process trains.

use crate::commands::terminal::Terminal;
use crate::config::Phase;
use crate::run::{EpochRecord, RunPath};
use crate::training::Progress;
use crate::{Error, Result};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::Duration;

/// The time between two reads of the history.
const EVERY: Duration = Duration::from_millis(500);

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder
    run: PathBuf,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let run = RunPath::at(&args.run);
    let config = run.read_config()?;
    let mut terminal = Terminal::following();
    let mut seen = BTreeSet::new();
    let mut phase: Option<Phase> = None;
    loop {
        // Both are checked before the history is read, so that no epoch is missed.
        let is_in_use = run.is_in_use();
        let is_finished = run.is_finished();
        for record in run.read_history::<EpochRecord>()? {
            // After a stop, the epochs since the last checkpoint are trained again, with the same results bit for bit.
            if !seen.insert((record.phase, record.epoch)) {
                continue;
            }
            if phase != Some(record.phase) {
                phase = Some(record.phase);
                terminal.phase(record.phase, record.epoch - 1, record.phase.epochs(&config), 1);
            }
            terminal.batch();
            terminal.epoch(&record);
        }
        if is_finished {
            terminal.clear();
            return Ok(());
        }
        if !is_in_use {
            terminal.clear();
            let run = args.run.display();
            return Err(Error::Failed(format!(
                "no process trains {run}, and it is not finished: go on with `ract run`"
            )));
        }
        sleep(EVERY);
    }
}
