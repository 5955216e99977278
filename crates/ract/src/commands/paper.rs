//! The results that a table or figure of the paper needs. Missing runs are trained.

use super::terminal::Terminal;
use super::{baseline, run};
use crate::config::AnyConfig;
use crate::paper::figures::Needs;
use crate::paper::index::{Index, Page, Shown};
use crate::run::layout::{kept_of_data, run_of_seed, runs_of, runs_of_data};
use crate::run::{Experiment, Results, RunPath};
use crate::{Result, experiment};
use std::path::Path;

/// The data set of a table or figure when neither the command line nor the index names one.
pub(super) const ML_1M: &str = "ml-1m";

#[derive(clap::Args)]
pub(super) struct Source {
    /// The data set: the folder of its files in experiments/, and of their runs in runs/ and experiments/results/
    /// [default: ml-1m; for table 3: ncf-ml-100k]
    #[arg(long)]
    data: Option<String>,
    /// Train nothing: use only the runs that exist
    #[arg(long)]
    existing: bool,
    /// Train nothing: use only the results that the repository keeps, in experiments/results/
    #[arg(long)]
    pub(super) kept: bool,
}

/// The input of a table or figure.
pub(super) struct Drawn {
    pub(super) data: String,
    pub(super) shown: Vec<Shown>,
    pub(super) results: Results,
}

impl Source {
    /// The experiments that `page` shows, and their results, from runs/ or experiments/results/. Runs that lack what is
    /// needed are trained in runs/.
    ///
    /// # Errors
    /// When a run fails.
    pub(super) fn results(&self, index: &Index, page: &Page, needs: Needs) -> Result<Drawn> {
        let data = self.data.clone().or(page.data.clone()).unwrap_or_else(|| ML_1M.to_owned());
        let shown = index.shown(page);
        let mut names: Vec<&str> = shown.iter().map(|shown| shown.experiment.as_str()).collect();
        names.dedup();
        if !self.existing && !self.kept {
            for name in &names {
                let experiment = Experiment { data: data.clone(), name: (*name).to_owned() };
                if experiment.file().exists() {
                    complete(&experiment, needs)?;
                }
            }
        }
        let mut results = if self.kept { Results::default() } else { read(&runs_of_data(&data))? };
        if needs != Needs::Networks {
            results.add(read(&kept_of_data(&data))?);
        }
        results.runs.retain(|run| names.contains(&run.name.as_str()));
        results.baselines.retain(|baseline| names.contains(&baseline.name.as_str()));
        Ok(Drawn { data, shown, results })
    }
}

fn read(folder: &Path) -> Result<Results> {
    if folder.is_dir() { Results::read(folder) } else { Ok(Results::default()) }
}

fn complete(experiment: &Experiment, needs: Needs) -> Result<()> {
    let (runs, kept) = (experiment.runs(), experiment.kept());
    let config = match AnyConfig::read(&experiment.file(), &[])? {
        AnyConfig::Run(config) => config,
        AnyConfig::Baseline(config) => {
            let is_missing = [&runs, &kept].into_iter().all(|folder| !RunPath::at(folder).is_finished());
            return if is_missing { baseline::fit(&config, &runs).map(drop) } else { Ok(()) };
        }
    };
    for ((seed, run), (_, kept_run)) in runs_of(&runs, &config).iter().zip(runs_of(&kept, &config)) {
        // Some runs were kept in the folder of their seed although their file lists no `seeds`.
        let is_kept = [kept_run, run_of_seed(&kept, *seed)].iter().any(|kept| match needs {
            Needs::Results => kept.is_finished(),
            Needs::Values => kept.is_finished() && kept.has_per_user(),
            Needs::Networks => false,
        });
        let folder = run.folder().display();
        if run.is_finished() && needs == Needs::Values && !run.has_per_user() && !is_kept {
            Terminal::new().line(&format!("{folder}: testing each user again"));
            let (config, data, run) = experiment::open(run.folder())?;
            experiment::evaluate(&config, &data, &run)?.unkept.map_or(Ok(()), Err)?;
        } else if !run.is_finished() && !is_kept {
            Terminal::new().line(&format!("missing: {folder}"));
            run::train(&config.of_seed(*seed), run, &run::Watch::default())?;
        }
    }
    Ok(())
}
