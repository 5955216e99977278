//! `ract report`: results as a self-contained HTML file.

use crate::recommend::Titles;
use crate::report::Lists;
use crate::report::tensorboard::EventFiles;
use crate::run::{Results, RunPath};
use crate::{Error, Result, report};
use ract_data::atomic_file;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder, finished or not; the report is written to its report.html
    #[arg(required_unless_present = "results", conflicts_with = "results")]
    run: Option<PathBuf>,
    /// A CSV file of items and their titles, such as movies.csv of MovieLens, for the lists of some test users
    #[arg(long, value_name = "FILE", requires = "run")]
    titles: Option<PathBuf>,
    /// Also write the run's scalars for TensorBoard, in this folder
    #[arg(long, value_name = "DIR", requires = "run")]
    tensorboard: Option<PathBuf>,
    /// Report on all runs and baselines in a folder, in one file
    #[arg(long, value_name = "DIR", requires = "out")]
    results: Option<PathBuf>,
    /// Write the report to this file instead
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let titles = args.titles.as_deref().map(Titles::read).transpose()?;
    let lists = titles.as_ref().map_or(Lists::Ids, Lists::Titles);
    let file = match (&args.run, &args.results, args.out) {
        (Some(run), _, None) => report::write_run(run, lists)?,
        (Some(run), _, Some(out)) => {
            atomic_file::save(&out, report::of_run(run, lists)?)?;
            out
        }
        (None, Some(results), Some(out)) => {
            atomic_file::save(&out, report::of_results(&Results::read(results)?)?)?;
            out
        }
        _ => return Err(Error::Usage("name a run, or --results DIR with --out FILE".to_owned())),
    };
    super::print(&file.display())?;
    if let (Some(run), Some(folder)) = (&args.run, &args.tensorboard) {
        let run = RunPath::at(run);
        let config = run.read_config()?;
        EventFiles::create(folder, &config, &run.read_epochs()?)?.finish()?;
    }
    Ok(())
}
