//! The gap between the mean score of the user's items and the score at the last rank that the metric looks at.

use super::{FeatureEntry, FeatureInput, Width};
use crate::boundary::{at_items, boundaries};
use ndarray::Axis;
use ract_autodiff::{Mat, Sparse, Var};

pub(super) const ENTRY: FeatureEntry = FeatureEntry {
    name: "score-gap",
    about: "the mean score of the user's items minus the score at the last rank that the metric looks at",
    has_gradient: true,
    width: Width::One,
    of,
};

fn of<'t>(input: &FeatureInput<'_, 't>) -> Var<'t, f32> {
    match input.scored.output.scores().value() {
        Ok(scores) => {
            let weights = input.tape.constant(gap_weights(scores, input.items, input.depth));
            (input.scored.output.scores() * weights).sum_axis(Axis(1))
        }
        Err(_) => input.scored.loss, // the tape remembers the error
    }
}

/// Weights, B x I, such that the gap is the sum of the scores times the weights. Each of the user's n items adds 1 / n;
/// the item at rank `depth` of all items adds -1.
fn gap_weights(scores: &Mat<f32>, items: &Sparse<f32>, depth: usize) -> Mat<f32> {
    let mut weights = at_items(items);
    let boundaries = boundaries(scores, depth, None);
    for ((mut weights, items), boundary) in weights.rows_mut().into_iter().zip(items.outer_iterator()).zip(boundaries) {
        weights /= items.nnz().max(1) as f32;
        if let Some(weight) = weights.get_mut(boundary.item) {
            *weight -= 1.0;
        }
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_score_gap_is_the_mean_score_of_the_users_items_minus_the_score_at_the_depth() {
        let scores = array![[0.5_f32, 3.0, 2.0, 1.0], [4.0, 1.0, 2.0, 3.0]];
        let items = Sparse::new((2, 4), vec![0, 2, 3], vec![1, 3, 2], vec![1.0; 3]);
        let gaps = |depth| (&scores * &gap_weights(&scores, &items, depth)).sum_axis(Axis(1));
        assert_eq!(gaps(1), array![2.0 - 3.0, 2.0 - 4.0]);
        assert_eq!(gaps(3), array![2.0 - 1.0, 2.0 - 2.0]);
        assert_eq!(gaps(100), array![2.0 - 0.5, 2.0 - 1.0]);
    }
}
