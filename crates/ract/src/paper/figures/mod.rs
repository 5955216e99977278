//! The paper's figures, one per file, with our results beside the published ones. To add a figure, write a file beside
//! this one and add a line to [`FIGURES`]. Which experiments a figure shows is written in `experiments/index.toml`.

mod activity;
mod cut_offs;
mod epochs;
mod features;
mod scatter;
mod surface;
mod two_vectors;

pub use surface::weights;

use super::index::Shown;
use crate::config::{Phase, Role};
use crate::metrics::{Metric, Pooled};
use crate::paper::published::{Published, published};
use crate::plot::{Figure, Point};
use crate::run::{Results, Run, Tested, at_kept_rate};
use crate::{Error, Result};

/// The metric of the figures.
const METRIC: Metric = Metric::ndcg(100);
/// The data set of the published figures, which are shown beside ours.
const PUBLISHED: &str = "ml-20m";

/// A figure of the paper.
pub struct FigureEntry {
    /// Its number.
    pub number: u8,
    /// What it shows.
    pub title: &'static str,
    /// What it needs of a run.
    pub needs: Needs,
    /// Draws it.
    pub draw: fn(&FigureInput<'_>) -> Result<Figure>,
}

/// What is needed of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Its results, in the run folder or kept.
    Results,
    /// The values of each user, in the run folder or kept.
    Values,
    /// Its networks, which only the run folder has.
    Networks,
}

/// The input of a figure.
pub struct FigureInput<'a> {
    /// The runs of the experiments that the figure shows.
    pub results: &'a Results,
    /// The series to show, in order.
    pub shown: &'a [Shown],
    /// Its title, with the data set.
    pub title: String,
}

impl<'a> FigureInput<'a> {
    /// For each series that is shown: its runs, ordered by seed, and its role.
    fn runs(&self) -> Result<Vec<(&'a Shown, Vec<&'a Run>, Role)>> {
        let of = |shown: &'a Shown| {
            let missing = || Error::Usage(format!("experiments/index.toml: {} needs a role", shown.experiment));
            Ok((shown, self.runs_of(&shown.experiment)?, shown.role.ok_or_else(missing)?))
        };
        let runs = self.shown.iter().map(of).collect::<Result<Vec<_>>>()?;
        if runs.is_empty() {
            Err(Error::Usage("experiments/index.toml: the figure shows nothing".to_owned()))
        } else {
            Ok(runs)
        }
    }

    fn runs_of(&self, experiment: &str) -> Result<Vec<&'a Run>> {
        let runs: Vec<&Run> = self.results.runs.iter().filter(|run| run.name == experiment).collect();
        if runs.is_empty() { Err(Error::Failed(format!("there is no finished run of {experiment}"))) } else { Ok(runs) }
    }
}

/// All figures.
pub static FIGURES: &[FigureEntry] = &[
    two_vectors::ENTRY,
    epochs::ENTRY,
    features::ENTRY,
    scatter::ENTRY,
    activity::ENTRY,
    cut_offs::ENTRY,
    surface::ENTRY,
];

fn users(run: &Run) -> Result<Tested> {
    run.path.read_per_user()
}

fn elsewhere() -> Result<Published> {
    published(PUBLISHED)
}

/// The validation metric of a phase by epoch, at the step size that the phase kept: the mean over the runs. The epochs
/// are counted from `first`.
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

/// The phase whose outcome has this role.
fn phase_of(role: Role) -> Option<Phase> {
    Phase::all().find(|phase| phase.role() == Some(role))
}

/// A point with the standard error over the users, if that is known.
fn point(x: usize, pooled: Pooled) -> Point {
    Point { x: x as f64, y: pooled.mean, error: pooled.se.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_numbered_from_1_and_without_runs_the_error_says_what_is_missing() {
        for (place, figure) in FIGURES.iter().enumerate() {
            assert_eq!(usize::from(figure.number), place + 1);
            let input = FigureInput { results: &Results::default(), shown: &[], title: String::new() };
            match (figure.draw)(&input) {
                Ok(drawn) => assert!(!drawn.panels.is_empty()),
                Err(error) => assert!(error.to_string().contains("the figure shows nothing"), "{error}"),
            }
        }
    }
}
