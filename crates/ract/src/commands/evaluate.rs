//! `ract evaluate`: test metrics of finished or interrupted runs.

use super::output::Output;
use super::terminal::Terminal;
use crate::config::{Config, Settings};
use crate::experiment::Evaluation;
use crate::paper::published::published;
use crate::paper::table;
use crate::run::{OverSeeds, RunPath, TestSummary};
use crate::{Error, Result, experiment};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder; for several run folders, such as one per seed, the mean is printed
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let runs = args.runs.iter().map(|run| evaluate(run)).collect::<Result<Vec<_>>>()?;
    let (configs, evaluations): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
    let first = &configs[0];
    for (config, run) in configs.iter().zip(&args.runs).skip(1) {
        if let Some(difference) = first.difference(&Config { seed: first.seed, ..config.clone() })? {
            let (first, run) = (args.runs[0].display(), run.display());
            let message = format!("{first} and {run} differ in more than the seed ({difference}): they have no mean");
            return Err(Error::Usage(message));
        }
    }
    let seeds: BTreeSet<u64> = configs.iter().map(|config| config.seed).collect();
    if seeds.len() < configs.len() {
        return Err(Error::Usage("two of the runs have the same seed: name each run once".to_owned()));
    }
    let (actor, metrics, published) =
        (first.actor_label(), super::columns(&first.evaluation.metrics), published(&first.dataset)?);
    let paths: Vec<_> = args.runs.iter().map(RunPath::at).collect();
    let over_seeds = OverSeeds::read(paths.iter().zip(&evaluations))?;
    args.output.print(&table::of_runs(&over_seeds, actor, &metrics, &published.rows))
}

fn evaluate(run: &Path) -> Result<(Config, TestSummary)> {
    let (config, data, run) = experiment::open(run)?;
    let Evaluation { summary, unkept } = experiment::evaluate(&config, &data, &run)?;
    if let Some(error) = unkept {
        let run = run.folder().display();
        Terminal::new().line(&format!("{run} is read-only, so the values of each user are not kept there: {error}"));
    }
    Ok((config, summary))
}
