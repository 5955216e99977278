//! What the critic predicts for users of whom only a history is known.

use super::Recommender;
use super::ranking::Form;
use crate::metrics::{Candidates, Metric, RankingMetric, correlation, score_users};
use crate::training::Trainer;
use crate::{Error, Result};
use ract_data::{Batch, Dataset, HeldOut, Interactions};
use ract_models::{Output, Scored};
use std::fmt::{self, Display};

/// The features that do not depend on which items are held out, but at most on how many.
const OF_A_HISTORY: [&str; 6] = ["loss", "seen", "unseen", "entropy", "scores", "score-gap"];

/// How the critic's output for a history becomes an expected metric.
///
/// In training the critic sees the loss on all items of a user, and how many of them are held out. Of a new user only the history
/// is known. So the number of held-out items is taken in proportion to the history, as it is among the validation users,
/// the loss on the history is scaled up in the same way, and a straight line, fitted on the validation users, corrects the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Calibration {
    /// Held-out items for each item of a history.
    ratio: f64,
    intercept: f64,
    slope: f64,
    /// The largest value that the metric can have.
    most: f64,
}

/// How good predictions are on the test users, whom neither the critic nor the line has seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    /// The predicted metric.
    pub metric: Metric,
    /// Number of test users.
    pub users: usize,
    /// Correlation of the prediction with the metric.
    pub correlation: f64,
    /// The share of the metric's variance that the prediction explains, compared with predicting the validation users' mean.
    pub explained: f64,
}

impl Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "correlation {:.2}, {:.0} % of the variance explained", self.correlation, 100.0 * self.explained)
    }
}

impl Calibration {
    /// The expected metric for the critic's output.
    fn expected(self, output: f64) -> f64 {
        (self.intercept + self.slope * output).clamp(0.0, self.most)
    }

    /// The expected metric of each user of a batch of histories.
    pub(super) fn of<'t>(
        self,
        trainer: &'t Trainer<'_>,
        batch: &Batch<f32>,
        output: Output<'t, f32>,
    ) -> Result<Vec<f64>> {
        Ok(critic_outputs(trainer, batch, output, self.ratio)?
            .into_iter()
            .map(|output| self.expected(output))
            .collect())
    }
}

fn critic_outputs<'t>(
    trainer: &'t Trainer<'_>,
    batch: &Batch<f32>,
    output: Output<'t, f32>,
    ratio: f64,
) -> Result<Vec<f64>> {
    let n_items = batch.seen.n_items();
    // Which items they are does not matter to these features.
    let unseen = (0..batch.n_users()).map(|user| {
        let number = (ratio * batch.seen.items(user).len() as f64).round().max(1.0) as u32;
        (0..number.min(n_items as u32)).collect::<Vec<_>>()
    });
    let batch = Batch { unseen: Interactions::from_rows(n_items, unseen), ..batch.clone() };
    let loss = trainer.actor.loss().of(output.own, &batch.items).scale((1.0 + ratio) as f32);
    let features = trainer.features(&trainer.tape, &batch, &Scored { output, loss });
    Ok(trainer.critic.predict(features.together).value()?.iter().map(|&output| output.into()).collect())
}

impl Recommender<'_> {
    /// From now on, lists have the metric that the critic expects of them.
    ///
    /// # Errors
    /// When the recommender has no critic, or its critic sees which items are held out.
    pub fn predict(&mut self, data: &Dataset) -> Result<Quality> {
        let (calibration, quality) = self.calibrate(data, None)?;
        self.calibration = Some(calibration);
        Ok(quality)
    }

    /// How the critic's output becomes an expected metric, and how good that is: of the recommender's own scores, or of rankings
    /// in that form.
    pub(super) fn calibrate(&mut self, data: &Dataset, form: Option<Form>) -> Result<(Calibration, Quality)> {
        let users_at_once = self.users_at_once();
        let Some(trainer) = self.with_critic() else {
            let problem =
                "only the recommenders actor and ract of a run have a critic that predicts: leave out --predict";
            return Err(Error::Usage(problem.to_owned()));
        };
        if let Some(feature) = trainer.config.critic.inputs.iter().find(|input| !OF_A_HISTORY.contains(&input.name())) {
            let problem =
                format!("the critic sees {}, which is not known of new users: leave out --predict", feature.name());
            return Err(Error::Usage(problem));
        }
        let metric = trainer.config.critic.metric;
        let ratio = data.validation.held_out.len() as f64 / data.validation.fold_in.len().max(1) as f64;
        let (outputs, values) = measured(trainer, &data.validation, metric, ratio, form, users_at_once)?;
        let (intercept, slope) = line(&outputs, &values);
        let most = if metric.is_unbounded() { f64::MAX } else { 1.0 };
        let calibration = Calibration { ratio, intercept, slope, most };

        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let (outputs, values) = measured(trainer, &data.test, metric, ratio, form, users_at_once)?;
        let expected: Vec<f64> = outputs.into_iter().map(|output| calibration.expected(output)).collect();
        let squares = |predicted: &dyn Fn(usize) -> f64| {
            (0..values.len()).map(|user| (values[user] - predicted(user)).powi(2)).sum::<f64>()
        };
        let explained = 1.0 - squares(&|user| expected[user]) / squares(&|_| mean).max(f64::MIN_POSITIVE);
        let correlation = correlation(expected.into_iter(), &values);
        Ok((calibration, Quality { metric, users: values.len(), correlation, explained }))
    }
}

/// The critic's output for the fold-in of each user, and the metric of the user's ranking.
fn measured(
    trainer: &mut Trainer<'_>,
    of: &HeldOut,
    metric: Metric,
    ratio: f64,
    form: Option<Form>,
    users_at_once: usize,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let users: Vec<u32> =
        (0..of.n_users() as u32).filter(|&user| !of.held_out.items(user as usize).is_empty()).collect();
    let (mut outputs, mut values) = (Vec::new(), Vec::new());
    for users in users.chunks(users_at_once) {
        let batch = Batch::evaluation(of, users);
        {
            let output = trainer.output(&batch);
            let output = match form {
                Some(form) => form.of(&trainer.tape, output)?,
                None => output,
            };
            let scores = output.scores().value()?;
            outputs.extend(critic_outputs(trainer, &batch, output, ratio)?);
            let found =
                score_users(|user| scores.row(user), Candidates::of(&batch), &batch.unseen, &[metric], &trainer.facts);
            values.extend(found);
        }
        trainer.tape.reset();
    }
    Ok((outputs, values))
}

/// Intercept and slope of the line with the least squared error; flat when the inputs do not vary.
fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len().max(1) as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (xy, xx) = x
        .iter()
        .zip(y)
        .fold((0.0, 0.0), |(xy, xx), (x, y)| (xy + (x - mean_x) * (y - mean_y), xx + (x - mean_x).powi(2)));
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    (mean_y - slope * mean_x, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_through_its_points_and_is_flat_where_nothing_varies() {
        assert_eq!(line(&[1.0, 2.0, 3.0], &[3.0, 5.0, 7.0]), (1.0, 2.0));
        assert_eq!(line(&[2.0, 2.0], &[0.0, 1.0]), (0.5, 0.0));
    }
}
