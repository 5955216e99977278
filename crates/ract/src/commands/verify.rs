//! `ract verify`: whether the files of finished runs agree, and whether measuring again gives the recorded values.

use crate::experiment::verify::{Verified, verify};
use crate::run::layout::all_finished_runs;
use crate::{Error, Result};
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A run folder, or a folder with run folders in it
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let (mut all, mut failed) = (0, 0);
    for folder in &args.runs {
        let runs = all_finished_runs(folder)?;
        if runs.is_empty() {
            return Err(Error::Usage(format!("{} has no finished run in it", folder.display())));
        }
        for run in runs {
            all += 1;
            let found = match verify(&run) {
                Ok(Some(Verified { values, largest_difference })) => {
                    format!("{values} values measured again, largest difference {largest_difference}")
                }
                Ok(None) => "its files agree; without checkpoints nothing is measured again".to_owned(),
                Err(problem) => {
                    failed += 1;
                    format!("FAILED: {problem}")
                }
            };
            super::print(&format!("{}: {found}", run.folder().display()))?;
        }
    }
    if failed == 0 { Ok(()) } else { Err(Error::Failed(format!("{failed} of {all} runs failed"))) }
}
