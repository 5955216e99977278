//! What the critic expects of rankings that any system made.

use super::prediction::Calibration;
use super::{Quality, Recommender, batch_of};
use crate::metrics::best_items;
use crate::{Error, Result};
use ndarray::{Array2, ArrayViewMut1};
use ract_autodiff::Tape;
use ract_data::{Dataset, Interactions};
use ract_models::Output;

/// A ranking of some items, the best first, each with a score. Other items rank below them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking(pub Vec<(u32, f32)>);

/// What rankings look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// How many items they name.
    pub len: usize,
    /// Whether the items have scores, or only an order. In that case the item at rank r gets the score -ln r, so that its share
    /// of the softmax is 1 / r (Zipf's law).
    pub has_scores: bool,
}

impl Form {
    /// The ranking of the scores' best items in this form.
    fn ranking(self, best: &[(u32, f32)]) -> Ranking {
        let with_rank = best.iter().zip(1_u32..);
        let score = |score: f32, rank: u32| if self.has_scores { score } else { score_of_rank(rank) };
        Ranking(with_rank.map(|(&(item, of_item), rank)| (item, score(of_item, rank))).collect())
    }

    /// The output as if only this much of it were known.
    pub(super) fn of<'t>(self, tape: &'t Tape<f32>, output: Output<'t, f32>) -> Result<Output<'t, f32>> {
        let scores = output.scores.value()?;
        let all = |user: usize| (scores.row(user).to_slice().unwrap_or(&[]), Vec::new(), None);
        let best = best_items(scores.nrows(), self.len, all);
        let rankings: Vec<Ranking> = best.iter().map(|best| self.ranking(best)).collect();
        Ok(Output::of(tape.constant(matrix(&rankings, scores.ncols())), output.kl))
    }
}

/// The score of an item of which only the rank is known, from 1.
pub(super) fn score_of_rank(rank: u32) -> f32 {
    -(rank as f32).ln()
}

/// Scores of all items, users x items. Items that a ranking does not name get its lowest score, or a lower one.
fn matrix(rankings: &[Ranking], n_items: usize) -> Array2<f32> {
    let mut scores = Array2::zeros((rankings.len(), n_items));
    scores.rows_mut().into_iter().zip(rankings).for_each(|(row, ranking)| fill(row, ranking));
    scores
}

fn fill(mut row: ArrayViewMut1<'_, f32>, Ranking(items): &Ranking) {
    let lowest = items.iter().map(|&(_, score)| score).min_by(f32::total_cmp);
    // The next number below, so that every named item ranks above the others.
    row.fill(lowest.unwrap_or(0.0).next_down());
    items.iter().for_each(|&(item, score)| row[item as usize] = score);
}

/// How the critic's output for rankings of a form becomes an expected metric.
#[derive(Clone, Copy, Debug)]
pub struct Scoring(Calibration);

impl Recommender<'_> {
    /// Fits how the critic judges rankings of this form, on the validation users' rankings by this recommender, and measures
    /// on the test users' how good that is.
    ///
    /// # Errors
    /// When the recommender has no critic, or its critic sees which items are held out.
    pub fn scoring(&mut self, data: &Dataset, form: Form) -> Result<(Scoring, Quality)> {
        let (calibration, quality) = self.calibrate(data, Some(form))?;
        Ok((Scoring(calibration), quality))
    }

    /// The metric that the critic expects of each user's ranking. The users' histories are users x items.
    ///
    /// # Errors
    /// When there are not as many rankings as users, or the recommender has no critic.
    pub fn score(
        &mut self,
        Scoring(calibration): Scoring,
        histories: &Interactions,
        rankings: &[Ranking],
    ) -> Result<Vec<f64>> {
        if histories.n_users() != rankings.len() {
            let problem = format!("{} histories and {} rankings", histories.n_users(), rankings.len());
            return Err(Error::Usage(problem));
        }
        let n_items = self.n_items;
        let Some(trainer) = self.with_critic() else {
            return Err(Error::Usage("a recommender without a critic cannot judge rankings".to_owned()));
        };
        let batch = batch_of(histories, n_items);
        let expected = {
            let kl = trainer.output(&batch).kl;
            let given = Output::of(trainer.tape.constant(matrix(rankings, n_items)), kl);
            calibration.of(trainer, &batch, given)?
        };
        trainer.tape.reset();
        Ok(expected)
    }
}
