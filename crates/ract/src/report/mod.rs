//! Reports: one HTML file that needs nothing else, of a run or of all that lie beneath a folder.

mod curves;
mod parts;
mod sections;

use crate::config::Config;
use crate::result::RunResult;
use crate::results::{Results, Rival, Run};
use crate::rival::{RivalResult, label_of};
use crate::run_folder::{EpochRecord, RunFolder};
use crate::{Error, Result, atomic_file};
use parts::Page;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What there is to tell of a run: without a result it is not finished.
#[derive(Clone, Copy)]
struct Told<'a> {
    config: &'a Config,
    result: Option<&'a RunResult>,
    history: &'a [EpochRecord],
}

/// The report of the run in `path`, finished or not, or of the finished rival; another process may have it open.
///
/// # Errors
/// When there is no run in it, or it is damaged.
pub fn of_run(path: &Path) -> Result<String> {
    if let Ok(Some(rival)) = RunFolder::result_of::<RivalResult>(path) {
        return of_rival(&rival);
    }
    let config = RunFolder::config(path)?;
    let (result, history) = (RunFolder::result_of(path)?, RunFolder::history_of(path)?);
    let told = Told { config: &config, result: result.as_ref(), history: &history };
    let title = format!("{} on {}, seed {}", config.actor_label(), config.dataset, config.seed);
    Page { title, lead: sections::lead(&told), parts: sections::of_runs(&[told])? }.html()
}

fn of_rival(rival: &RivalResult) -> Result<String> {
    let title = format!("{} on {}", label_of(&rival.rival), rival.dataset);
    let lead = format!("A rival, of {} tried the one that did best on the validation users.", rival.trials.len());
    Page { title, lead, parts: sections::of_rival(rival) }.html()
}

/// Writes the report of the run or rival in `path` to its `report.html`, and returns where that is.
///
/// # Errors
/// As for [`of_run`], and when the file cannot be written.
pub fn write_run(path: &Path) -> Result<PathBuf> {
    let file = path.join("report.html");
    atomic_file::save(&file, of_run(path)?)?;
    Ok(file)
}

/// The report of all runs and rivals beneath a folder, a chapter per data set.
///
/// # Errors
/// When a configuration cannot be written as TOML, or nothing lies there.
pub fn of_results(results: &Results) -> Result<String> {
    let of_runs = results.runs.iter().map(|run| run.result.dataset.as_str());
    let datasets: BTreeSet<&str> =
        of_runs.chain(results.rivals.iter().map(|rival| rival.result.dataset.as_str())).collect();
    if datasets.is_empty() {
        return Err(Error::Usage("there is no result.json: name a folder with finished runs".to_owned()));
    }
    let chapter = |dataset: &&str| {
        let mut runs: Vec<Run> = results.runs.iter().filter(|run| run.result.dataset == **dataset).cloned().collect();
        let mut rivals: Vec<Rival> = results.rivals.iter().filter(|r| r.result.dataset == **dataset).cloned().collect();
        // In the data set's own chapter its folder goes without saying.
        let names = runs.iter_mut().map(|run| &mut run.name).chain(rivals.iter_mut().map(|rival| &mut rival.name));
        names.for_each(|name| {
            if let Some(beneath) = name.strip_prefix(&format!("{dataset}/")) {
                *name = beneath.to_owned();
            }
        });
        sections::of_dataset(dataset, &Results { runs, rivals })
    };
    let parts = datasets.iter().map(chapter).collect::<Result<Vec<_>>>()?;
    let (runs, rivals) = (results.runs.len(), results.rivals.len());
    let lead = format!("{runs} runs and {rivals} rivals on {} data sets.", datasets.len());
    Page { title: "Ranking-critical training: what was measured".to_owned(), lead, parts }.html()
}
