//! `ract show`: the test results of finished runs, from their small files.

use super::output::Output;
use crate::metrics::Metric;
use crate::paper::published::published;
use crate::paper::table::{self, Captioned};
use crate::run::{OverSeeds, Results, Run};
use crate::{Error, Result};
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run folders, or folders with one run folder per seed, in runs/ or in experiments/results/; of several, one table
    /// shows every recommender by one metric
    #[arg(value_name = "RUN", required = true)]
    runs: Vec<PathBuf>,
    /// The metric to show of several runs
    #[arg(long, default_value = "ndcg@100")]
    metric: Metric,
    #[command(flatten)]
    output: Output,
}

pub(crate) fn run(args: Args) -> Result<()> {
    let shown = match &args.runs[..] {
        [one] => show(one)?,
        several => side_by_side(several, args.metric)?,
    };
    args.output.print(&shown)
}

/// The table that `ract run` printed.
fn show(folder: &Path) -> Result<Captioned> {
    let results = read(folder)?;
    if let [baseline, ..] = &results.baselines[..] {
        let measured: Vec<_> = baseline.result.test.values().flat_map(|test| test.keys().copied()).collect();
        return Ok(table::baseline(&baseline.result, &super::columns(&measured)));
    }
    let runs: Vec<&Run> = results.runs.iter().collect();
    let config = &runs[0].config;
    let published = published(&config.dataset)?;
    let metrics = super::columns(&config.evaluation.metrics);
    Ok(table::of_runs(&OverSeeds::of_runs(&runs)?, config.actor_label(), &metrics, &published.rows))
}

fn side_by_side(folders: &[PathBuf], metric: Metric) -> Result<Captioned> {
    let mut beside = Vec::new();
    for folder in folders {
        let results = read(folder)?;
        let runs: Vec<&Run> = results.runs.iter().collect();
        let label = runs.first().map(|run| run.config.actor_label());
        let label = label.ok_or_else(|| Error::Usage(format!("{} is a baseline: show it alone", folder.display())))?;
        beside.push((folder.display().to_string(), label, OverSeeds::of_runs(&runs)?));
    }
    Ok(table::side_by_side(&beside, metric))
}

/// The runs or the baseline in `folder`.
fn read(folder: &Path) -> Result<Results> {
    let results = Results::read(folder)?;
    if results.runs.is_empty() && results.baselines.is_empty() {
        return Err(Error::Usage(format!("{}: no finished run is there", folder.display())));
    }
    if results.over_seeds()?.len() + results.baselines.len() > 1 {
        let message = format!("{} holds runs of several experiments: name their folders", folder.display());
        return Err(Error::Usage(message));
    }
    Ok(results)
}
