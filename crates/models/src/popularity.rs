//! The baseline that knows no user.

use ract_autodiff::Scalar;
use ract_data::Interactions;

/// Scores an item by the number of training users who have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Popularity<T> {
    scores: Vec<T>,
}

impl<T: Scalar> Popularity<T> {
    /// Counts the users of each item.
    pub fn fit(train: &Interactions) -> Self {
        let mut scores = vec![T::zero(); train.n_items()];
        for user in 0..train.n_users() {
            for &item in train.items(user) {
                scores[item as usize] += T::one();
            }
        }
        Self { scores }
    }

    /// One score per item, the same for every user.
    pub fn scores(&self) -> &[T] {
        &self.scores
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_scores_its_number_of_users() {
        let train = Interactions::from_rows(3, [vec![0, 2], vec![2]]);
        assert_eq!(Popularity::<f32>::fit(&train).scores(), [1.0, 0.0, 2.0]);
    }
}
