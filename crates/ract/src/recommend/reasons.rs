//! Why an item is recommended: by which item of the user's history.

use super::Recommender;
use crate::Result;
use ndarray::ArrayView1;
use ract_data::Interactions;

/// So many of a history's items, the last ones, are asked.
const ASKED: usize = 30;

impl Recommender<'_> {
    /// For each of `recommended`, the item of `history` that alone would recommend it most: the one whose scores put it most
    /// standard deviations above their mean. Of a longer history, the last 30 items are asked. `None` without a history.
    ///
    /// # Errors
    /// When the actor computes something that is not finite.
    pub fn reasons(&mut self, history: &[u32], recommended: &[u32]) -> Result<Vec<Option<u32>>> {
        let asked = &history[history.len().saturating_sub(ASKED)..];
        if asked.is_empty() {
            return Ok(vec![None; recommended.len()]);
        }
        let alone = Interactions::from_rows(self.n_items, asked.iter().map(|&item| [item]));
        let scores = self.scores(&alone)?;
        let spread: Vec<(f32, f32)> = scores.rows().into_iter().map(mean_and_deviation).collect();
        let lift = |row: usize, item: u32| {
            let (mean, deviation) = spread[row];
            (scores[[row, item as usize]] - mean) / deviation
        };
        let nearest = |&item: &u32| {
            let best = (0..asked.len()).max_by(|&one, &other| lift(one, item).total_cmp(&lift(other, item)));
            best.map(|row| asked[row])
        };
        Ok(recommended.iter().map(nearest).collect())
    }
}

fn mean_and_deviation(scores: ArrayView1<'_, f32>) -> (f32, f32) {
    let mean = scores.mean().unwrap_or(0.0);
    (mean, scores.std(0.0).max(f32::MIN_POSITIVE))
}
