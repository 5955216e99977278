//! The popularity baseline, which recommends the same items to every user.

use super::{Baseline, Fitted, Parameters};
use ndarray::{Array1, Array2};
use ract_data::Interactions;

/// Scores an item by the number of training users who have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Popularity {
    scores: Array1<f32>,
}

impl Popularity {
    /// Counts the users of each item.
    pub fn fit(train: &Interactions) -> Self {
        let scores = train.item_counts().into_iter().map(|users| users as f32).collect::<Array1<f32>>();
        Self { scores }
    }
}

impl Baseline for Popularity {
    fn scores(&self, fold_in: &Interactions) -> Array2<f32> {
        let shape = (fold_in.n_users(), self.scores.len());
        self.scores.broadcast(shape).map_or_else(|| Array2::zeros(shape), |scores| scores.to_owned())
    }
}

pub(super) fn fit(train: &Interactions, _: &Parameters) -> Fitted {
    Ok(Box::new(Popularity::fit(train)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_score_of_an_item_is_its_number_of_users() {
        let train = Interactions::from_rows(3, [vec![0, 2], vec![2]]);
        let scores = Popularity::fit(&train).scores(&Interactions::from_rows(3, [[0], [1]]));
        assert_eq!(scores, array![[1.0, 0.0, 2.0], [1.0, 0.0, 2.0]]);
    }
}
