//! `ract evaluate`: test metrics of finished or interrupted runs.

use ract::config::Config;
use ract::published::published;
use ract::result::Evaluation;
use ract::run_folder::RunFolder;
use ract::{Error, Result, experiment, table};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The run folder; of several, such as one per seed, the mean is printed
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let runs = args.runs.iter().map(|run| evaluate(run)).collect::<Result<Vec<_>>>()?;
    let (configs, evaluations): (Vec<_>, Vec<_>) = runs.into_iter().unzip();
    let (metrics, published) = (super::columns(&configs[0]), published(&configs[0].dataset)?);
    if let Some(other) = configs.iter().find(|config| config.dataset != configs[0].dataset) {
        let (one, other) = (&configs[0].dataset, &other.dataset);
        return Err(Error::Usage(format!("the runs are of different data sets, {one} and {other}")));
    }
    super::print(&match &evaluations[..] {
        [evaluation] => table::results(evaluation, &metrics, &published),
        several => table::over_runs(several, &metrics, &published),
    });
    Ok(())
}

fn evaluate(run: &Path) -> Result<(Config, Evaluation)> {
    let (folder, config) = RunFolder::existing(run)?;
    let data = experiment::load_data(&config)?;
    let evaluation = experiment::evaluate(&config, &data, &folder)?;
    if !evaluation.test.contains_key("actor") {
        let message = format!("{} has finished no phase yet: go on with `ract run`", run.display());
        return Err(Error::Failed(message));
    }
    Ok((config, evaluation))
}
