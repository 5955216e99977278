//! The paper's figures, one a file, from runs of ours and with what was published beside them.

mod activity;
mod cut_offs;
mod epochs;
mod features;
mod scatter;
mod surface;
mod two_vectors;

pub use surface::weights;

use crate::config::Phase;
use crate::metrics::{Estimate, Metric};
use crate::paper::published::{Published, published};
use crate::plot::{Figure, Point};
use crate::run::{Results, Run, Tested, at_kept_rate, gains, mean_gain, per_user};
use crate::{Error, Result};

/// What the figures measure by.
const METRIC: Metric = Metric::ndcg(100);
/// The data set that the published figures beside ours are of.
const PUBLISHED: &str = "ml-20m";

/// A figure of the paper.
pub struct FigureEntry {
    /// Its number.
    pub number: u8,
    /// What it shows.
    pub title: &'static str,
    /// The experiments that it is drawn from, by their names in the data set's folder.
    pub experiments: &'static [&'static str],
    /// Whether it needs what a run folder holds beside its results: each user's metrics, or the networks.
    pub needs_folders: bool,
    /// Draws it from results that hold these experiments.
    pub draw: fn(&Results, String) -> Result<Figure>,
}

/// All of them.
pub const FIGURES: [FigureEntry; 7] = [
    two_vectors::ENTRY,
    epochs::ENTRY,
    features::ENTRY,
    scatter::ENTRY,
    activity::ENTRY,
    cut_offs::ENTRY,
    surface::ENTRY,
];

/// The runs of an experiment, by seed.
fn runs<'a>(results: &'a Results, name: &str) -> Result<Vec<&'a Run>> {
    let runs: Vec<&Run> = results.runs.iter().filter(|run| run.name == name).collect();
    if runs.is_empty() { Err(Error::Failed(format!("there is no finished run of {name}"))) } else { Ok(runs) }
}

fn users(run: &Run) -> Result<Tested> {
    per_user::read(&run.folder.join("per_user.csv"))
}

fn elsewhere() -> Result<Published> {
    published(PUBLISHED)
}

/// The validation metric of a phase by epoch, at the step size that it kept; mean over the runs, from epoch `first` on.
fn curve(runs: &[&Run], phase: Phase, first: f64) -> Vec<(f64, f64)> {
    let of_run = |run: &Run| -> Vec<f64> {
        let records = at_kept_rate(&run.history, phase);
        records.iter().filter_map(|record| record.validation.get(&METRIC).copied()).collect()
    };
    let curves: Vec<_> = runs.iter().map(|run| of_run(run)).collect();
    let epochs = curves.iter().map(Vec::len).min().unwrap_or_default();
    let mean = |epoch: usize| curves.iter().map(|curve| curve[epoch]).sum::<f64>() / curves.len() as f64;
    (0..epochs).map(|epoch| (first + epoch as f64, mean(epoch))).collect()
}

/// Mean over the runs of a gain and of its standard error over the users.
fn gain(runs: &[&Run], of: &str, metric: Metric) -> Option<Estimate> {
    gains(runs, of, metric).map(|gains| mean_gain(&gains))
}

fn point(x: usize, estimate: Estimate) -> Point {
    Point { x: x as f64, y: estimate.mean, error: estimate.se }
}
