//! The listwise WARP loss (Weston, Bengio and Usunier, IJCAI 2011), over all negatives instead of sampled ones.

use super::listwise;
use crate::{Scalar, Sparse, Var};
use std::sync::Arc;

/// Of one user, in O(I log I): `sum_i s_i c_i` with weights `c`, constants that follow from the ranking alone. A positive at
/// rank r, with v negatives above it, has `-v L(r)`, `L(r) = sum_(j <= r) 1 / j`; each of those negatives gets `L(r)` from it.
fn warp<T: Scalar>(scores: &[T], positives: &[usize], weights: &mut [T]) -> T {
    let mut is_positive = vec![false; scores.len()];
    positives.iter().for_each(|&item| is_positive[item] = true);
    let (mut negatives_above, mut rank_weight, mut total) = (T::zero(), T::zero(), T::zero());
    for (item, rank) in T::by_score(scores).into_iter().zip(1_u32..) {
        rank_weight += T::one() / T::of(rank.into());
        let item = item as usize;
        if is_positive[item] {
            weights[item] = -negatives_above * rank_weight;
            total += rank_weight;
        } else {
            weights[item] = -total; // what the positives above it would have given
            negatives_above += T::one();
        }
    }
    for (weight, _) in weights.iter_mut().zip(&is_positive).filter(|(_, is_positive)| !**is_positive) {
        *weight += total;
    }
    scores.iter().zip(&*weights).map(|(&s, &c)| s * c).sum()
}

impl<T: Scalar> Var<'_, T> {
    /// Listwise WARP loss of these scores (B x I) for the items that are there in `positives` (B x I), margin 0. The
    /// weights of the items are constants, found by ranking them: O(I log I) per user. One value per user: B x 1.
    #[must_use]
    pub fn warp(self, positives: &Arc<Sparse<T>>) -> Self {
        listwise::apply("warp", warp, self, positives)
    }
}
