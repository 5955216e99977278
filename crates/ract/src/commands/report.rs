//! `ract report`: what was found, as an HTML file that needs nothing else.

use crate::report::tensorboard::EventFiles;
use crate::run::{Results, RunPath};
use crate::{Error, Result, report};
use ract_data::atomic_file;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder, finished or not; its report.html is written
    #[arg(required_unless_present = "results", conflicts_with = "results")]
    run: Option<PathBuf>,
    /// Write its scalars for TensorBoard too, beneath this folder
    #[arg(long, value_name = "DIR", requires = "run")]
    tensorboard: Option<PathBuf>,
    /// All runs and baselines beneath a folder, in one report
    #[arg(long, value_name = "DIR", requires = "out")]
    results: Option<PathBuf>,
    /// The HTML file to write instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let file = match (&args.run, &args.results, args.out) {
        (Some(run), _, None) => report::write_run(run)?,
        (Some(run), _, Some(out)) => {
            atomic_file::save(&out, report::of_run(run)?)?;
            out
        }
        (None, Some(results), Some(out)) => {
            atomic_file::save(&out, report::of_results(&Results::read(results)?)?)?;
            out
        }
        _ => return Err(Error::Usage("name a run, or --results DIR with --out FILE".to_owned())),
    };
    super::print(&file.display());
    if let (Some(run), Some(folder)) = (&args.run, &args.tensorboard) {
        let run = RunPath::at(run);
        let config = run.read_config()?;
        EventFiles::create(folder, &config, &run.read_history()?)?.finish()?;
    }
    Ok(())
}
