//! Reports: one self-contained HTML file about a run, or about all runs and baselines in a folder.

mod curves;
mod parts;
mod recommendations;
mod sections;
pub mod speed;
pub mod tensorboard;

use crate::config::{AnyConfig, Config, Data};
use crate::recommend::Titles;
use crate::run::{Baseline, BaselineResult, EpochRecord, Results, Run, RunPath, RunResult};
use crate::{Error, Result};
use parts::Page;
use ract_data::atomic_file;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What a report shows of a run. Without a result, the run is not finished.
#[derive(Clone, Copy)]
struct RunView<'a> {
    path: &'a RunPath,
    config: &'a Config,
    result: Option<&'a RunResult>,
    history: &'a [EpochRecord],
}

/// Whether a report shows what is recommended to some of the test users. For that, the data and the checkpoints are read, and a
/// baseline is fitted again.
#[derive(Clone, Copy, Debug)]
pub enum Lists<'a> {
    /// It does not.
    None,
    /// It does, by the items' ids.
    Ids,
    /// It does, by the items' titles.
    Titles(&'a Titles),
}

/// The report of the run in `path`, finished or not, or of the finished baseline in `path`. Another process may write
/// to the folder at the same time.
///
/// # Errors
/// When there is no run in `path`, or it is damaged.
pub fn of_run(path: &Path, lists: Lists<'_>) -> Result<String> {
    let run = RunPath::at(path);
    if run.is_finished() {
        run.check_agreement()?;
    }
    let config = match run.read_any_config()? {
        AnyConfig::Run(config) => config,
        AnyConfig::Baseline(config) => return of_baseline(path, &config.data, &run.read_finished()?, lists),
    };
    let (result, history) = (run.read_result()?, run.read_epochs()?);
    let view = RunView { path: &run, config: &config, result: result.as_ref(), history: &history };
    let title = format!("{} on {}, seed {}", config.actor_label(), config.dataset, config.seed);
    let mut parts = sections::of_run(view)?;
    // After the test and the curves, before the settings.
    if result.is_some() {
        let shown = recommendations::of_test_users(path, &config.data, lists)?;
        shown.into_iter().for_each(|part| parts.insert(2, part));
    }
    Page { title, lead: sections::lead(&view), parts }.html()
}

fn of_baseline(path: &Path, data: &Data, baseline: &BaselineResult, lists: Lists<'_>) -> Result<String> {
    let title = format!("{} on {}", baseline.baseline.label, baseline.dataset);
    let lead = format!(
        "A baseline. Its parameters are the best of {} combinations on the validation users.",
        baseline.trials.len()
    );
    let mut parts = sections::of_baseline(baseline);
    recommendations::of_test_users(path, data, lists)?.into_iter().for_each(|part| parts.insert(1, part));
    Page { title, lead, parts }.html()
}

/// Writes the report of the run or baseline in `path` to its `report.html`. Returns the path of the report.
///
/// # Errors
/// As for [`of_run`], and when the file cannot be written.
pub fn write_run(path: &Path, lists: Lists<'_>) -> Result<PathBuf> {
    let file = RunPath::at(path).report();
    atomic_file::save(&file, of_run(path, lists)?)?;
    Ok(file)
}

/// The report of all runs and baselines in a folder, with one chapter per data set.
///
/// # Errors
/// When a configuration cannot be written as TOML, or when there are no results.
pub fn of_results(results: &Results) -> Result<String> {
    let of_runs = results.runs.iter().map(|run| run.result.dataset.as_str());
    let datasets: BTreeSet<&str> =
        of_runs.chain(results.baselines.iter().map(|baseline| baseline.result.dataset.as_str())).collect();
    if datasets.is_empty() {
        return Err(Error::Usage("there is no result.json: name a folder with finished runs".to_owned()));
    }
    let chapter = |dataset: &&str| {
        let mut runs: Vec<Run> = results.runs.iter().filter(|run| run.result.dataset == **dataset).cloned().collect();
        let mut baselines: Vec<Baseline> =
            results.baselines.iter().filter(|r| r.result.dataset == **dataset).cloned().collect();
        // The chapter names the data set, so its folder is left out of the names.
        let names =
            runs.iter_mut().map(|run| &mut run.name).chain(baselines.iter_mut().map(|baseline| &mut baseline.name));
        names.for_each(|name| {
            if let Some(beneath) = name.strip_prefix(&format!("{dataset}/")) {
                *name = beneath.to_owned();
            }
        });
        sections::of_dataset(dataset, &Results { runs, baselines })
    };
    let parts = datasets.iter().map(chapter).collect::<Result<Vec<_>>>()?;
    let (runs, baselines) = (results.runs.len(), results.baselines.len());
    let lead = format!("{runs} runs and {baselines} baselines on {} data sets.", datasets.len());
    Page { title: "Ranking-critical training: what was measured".to_owned(), lead, parts }.html()
}
