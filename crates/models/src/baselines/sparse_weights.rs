//! Item-item weights, almost all of which are zero.

use super::Baseline;
use ndarray::{Array2, Axis};
use ract_data::Interactions;
use rayon::prelude::*;

/// Sparse item-item weights: the score of an item is the sum of the weights with which the user's items recommend it.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseWeights {
    /// For each item, the items that it recommends, and the weights.
    recommends: Vec<Vec<(u32, f32)>>,
}

impl SparseWeights {
    /// Builds the weights from the items that recommend each item, and their weights.
    pub(crate) fn from_recommended_by(recommended_by: &[Vec<(u32, f32)>]) -> Self {
        let mut recommends = vec![Vec::new(); recommended_by.len()];
        for (item, by) in (0..).zip(recommended_by) {
            by.iter().for_each(|&(other, weight)| recommends[other as usize].push((item, weight)));
        }
        Self { recommends }
    }

    /// Number of items.
    pub fn n_items(&self) -> usize {
        self.recommends.len()
    }

    /// The items that `item` recommends, ascending, and the weights.
    pub fn of(&self, item: usize) -> &[(u32, f32)] {
        &self.recommends[item]
    }
}

impl Baseline for SparseWeights {
    fn scores(&self, fold_in: &Interactions) -> Array2<f32> {
        let mut scores = Array2::zeros((fold_in.n_users(), self.recommends.len()));
        scores.axis_iter_mut(Axis(0)).into_par_iter().enumerate().for_each(|(user, mut scores)| {
            for &item in fold_in.items(user) {
                self.of(item as usize).iter().for_each(|&(other, weight)| scores[other as usize] += weight);
            }
        });
        scores
    }
}
