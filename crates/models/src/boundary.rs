//! The K-th largest score of a user: the boundary between the items that a metric at K looks at and the others.

use ract_autodiff::{Mat, Scalar, Sparse};
use ract_data::Interactions;
use rayon::prelude::*;
use std::cmp::Ordering;

/// The item at the boundary of each user's ranking, and its score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Boundary<T> {
    /// The item with the K-th largest score, or with the smallest one if fewer are ranked.
    pub item: usize,
    /// Its score.
    pub score: T,
    /// The largest score.
    pub top: T,
}

/// The boundary at rank `k` of each user's `scores`, B x I, among all items but those that the user has in `without`. O(I) per user,
/// users in parallel. A user without any ranked item has item 0 with the score 0.
pub fn boundaries<T: Scalar>(scores: &Mat<T>, k: usize, without: Option<&Interactions>) -> Vec<Boundary<T>> {
    let of_user = |user: usize| {
        let mut left_out = without.map_or(&[][..], |without| without.items(user)).iter().peekable();
        let ranked = scores.row(user).into_iter().enumerate();
        let ranked = ranked.filter(|(item, _)| left_out.next_if(|&&out| out as usize == *item).is_none());
        let mut ranked: Vec<(T, u32)> = ranked.map(|(item, &score)| (score, item as u32)).collect();
        if ranked.is_empty() {
            return Boundary { item: 0, score: T::zero(), top: T::zero() };
        }
        let falling = |a: &(T, u32), b: &(T, u32)| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal);
        let last = k.clamp(1, ranked.len()) - 1;
        let (above, &mut (score, item), _) = ranked.select_nth_unstable_by(last, falling);
        let top = above.iter().fold(score, |top, &(score, _)| top.max(score));
        Boundary { item: item as usize, score, top }
    };
    (0..scores.nrows()).into_par_iter().map(of_user).collect()
}

/// The values of `items` at the items that a user has there; 0 elsewhere: B x I.
pub(crate) fn at_items<T: Scalar>(items: &Sparse<T>) -> Mat<T> {
    let mut dense = Mat::zeros((items.rows(), items.cols()));
    for (mut row, items) in dense.rows_mut().into_iter().zip(items.outer_iterator()) {
        items.iter().for_each(|(item, &value)| row[item] = value);
    }
    dense
}

/// `1 / n` at each of the n items that a user has in `items`; 0 elsewhere: B x I. A sum of values times these weights is their mean.
pub(crate) fn mean_weights<T: Scalar>(items: &Interactions) -> Mat<T> {
    let mut weights = Mat::zeros((items.n_users(), items.n_items()));
    for (user, mut row) in weights.rows_mut().into_iter().enumerate() {
        let items = items.items(user);
        items.iter().for_each(|&item| row[item as usize] = T::of(1.0 / items.len() as f64));
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_boundary_is_the_kth_largest_score_of_the_items_that_are_ranked() {
        let scores = array![[0.5_f32, 3.0, 2.0, 1.0], [4.0, 1.0, 2.0, 3.0]];
        let seen = Interactions::from_rows(4, [vec![1], vec![0, 1, 2, 3]]);
        let at = |k| boundaries(&scores, k, None).iter().map(|b| (b.item, b.score, b.top)).collect::<Vec<_>>();
        assert_eq!(at(1), [(1, 3.0, 3.0), (0, 4.0, 4.0)]);
        assert_eq!(at(3), [(3, 1.0, 3.0), (2, 2.0, 4.0)]);
        assert_eq!(at(100), [(0, 0.5, 3.0), (1, 1.0, 4.0)], "fewer items than K");
        let unseen = boundaries(&scores, 2, Some(&seen));
        assert_eq!((unseen[0].item, unseen[0].score, unseen[0].top), (3, 1.0, 2.0));
        assert_eq!((unseen[1].score, unseen[1].top), (0.0, 0.0), "nothing is left to rank");
    }
}
