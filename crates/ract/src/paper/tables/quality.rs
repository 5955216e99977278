//! Table 7, not in the paper: how well critics predict the metric of test users.

use super::{Drawn, TableEntry, TableInput};
use crate::Result;
use crate::config::Role;
use crate::metrics::{Metric, correlation};
use crate::paper::table::Captioned;
use crate::run::{PerUser, Run};
use crate::tabular::{Cell, Column, Table};

pub(super) const ENTRY: TableEntry =
    TableEntry { number: 7, about: "how well critics predict the metric of test users", draw };

/// How well one critic predicts, means over the seeds.
#[derive(Default)]
struct Quality {
    seeds: usize,
    metric: f64,
    predicted: f64,
    correlation: f64,
    explained: f64,
    slope: f64,
}

impl Quality {
    /// Adds the predictions of a run, of which there is at least one.
    fn add(&mut self, users: &PerUser, metric: Metric) {
        let values = users.column(metric).to_vec();
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len().max(1) as f64;
        let (of_metric, of_predicted) = (mean(&values), mean(&users.predicted));
        let pairs = || values.iter().zip(&users.predicted);
        let errors: f64 = pairs().map(|(value, predicted)| (value - predicted).powi(2)).sum();
        let variance: f64 = values.iter().map(|value| (value - of_metric).powi(2)).sum();
        let spread: f64 = users.predicted.iter().map(|predicted| (predicted - of_predicted).powi(2)).sum();
        let together: f64 = pairs().map(|(value, predicted)| (value - of_metric) * (predicted - of_predicted)).sum();
        self.seeds += 1;
        self.metric += of_metric;
        self.predicted += of_predicted;
        self.correlation += correlation(users.predicted.iter().copied(), &values);
        self.explained += 1.0 - errors / variance;
        self.slope += together / spread;
    }

    fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let Self { seeds, metric, predicted, correlation, explained, slope } = *self;
        let mean = move |sum: f64| sum / seeds as f64;
        let shown = move |sum: f64| Cell::of(format!("{:.3}", mean(sum)), mean(sum));
        std::iter::once(Cell::number(seeds)).chain([metric, predicted, correlation, explained, slope].map(shown))
    }
}

/// Two rows per critic: after its own phase, and after the actor-critic phase.
fn draw(input: &TableInput<'_>) -> Result<Drawn> {
    let columns =
        [Column::keyed("critic", "name"), "of".into(), "after the phase".into(), "seeds".into(), "metric".into()];
    let rest = ["predicted", "correlation", "explained variance", "slope"].map(Column::from);
    let mut table = Table::new(columns.into_iter().chain(rest)).right(3..);
    for shown in input.shown {
        let runs: Vec<&Run> = input.results.runs.iter().filter(|run| run.name == shown.experiment).collect();
        for (role, phase) in [(Role::Actor, "critic"), (Role::Ract, "actor-critic")] {
            let (mut quality, mut of) = (Quality::default(), None);
            for run in &runs {
                let metric = run.config.critic.metric;
                let tested = run.path.read_per_user()?;
                let users =
                    tested.get(&role).filter(|users| !users.predicted.is_empty() && users.metrics.contains(&metric));
                if let Some(users) = users {
                    quality.add(users, metric);
                    of = Some(metric);
                }
            }
            if let Some(metric) = of {
                let names = [shown.label.clone().into(), metric.title().into(), phase.into()];
                table.add_row(names.into_iter().chain(quality.cells()));
            }
        }
    }
    let caption = "On the test users, of whom a critic has seen none; means over the seeds. Explained variance: 1 - the mean squared error / the \
                   variance of the metric; 0 is what predicting the mean of the test users gives. Slope: of the metric on the prediction; 1 \
                   where the critic is calibrated. In training an actor sees half of a user's items, in the test four fifths.";
    Ok(Drawn(vec![Captioned { table, caption: caption.to_owned() }]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn a_critic_that_is_right_explains_all_and_one_that_says_the_mean_nothing() {
        let ndcg = Metric::ndcg(100);
        let users = |predicted: Vec<f64>| PerUser {
            predicted,
            metrics: vec![ndcg],
            values: array![[0.2], [0.4], [0.6]],
            ..PerUser::default()
        };
        let of = |predicted| {
            let mut quality = Quality::default();
            quality.add(&users(predicted), ndcg);
            quality
        };
        let right = of(vec![0.2, 0.4, 0.6]);
        assert!((right.explained - 1.0).abs() < 1e-12 && (right.slope - 1.0).abs() < 1e-12);
        let flat = of(vec![0.4, 0.4, 0.4]);
        assert!(flat.explained.abs() < 1e-12);
        let half = of(vec![0.1, 0.2, 0.3]);
        assert!((half.correlation - 1.0).abs() < 1e-12 && (half.slope - 2.0).abs() < 1e-12 && half.explained < 0.0);
    }
}
