//! Rankings that any system made, and what they look like.

use crate::Result;
use crate::metrics::best_items;
use ndarray::{Array2, ArrayViewMut1};
use ract_autodiff::Tape;
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
        let scores = output.scores().value()?;
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
pub(super) fn matrix(rankings: &[Ranking], n_items: usize) -> Array2<f32> {
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
