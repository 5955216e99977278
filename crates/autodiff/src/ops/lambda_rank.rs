//! LambdaRank for NDCG (Burges, Ragno and Le, NIPS 2006).

use super::listwise;
use crate::kernels::pairs::{self, Items, REACH, Sums};
use crate::{Scalar, Sparse, Var};
use std::sync::Arc;

/// Of one user, in O(P I) and memory of O(I): `sum_(p, n) w_pn log(1 + exp(s_n - s_p))` over pairs of a positive and a
/// negative. The weight is the change of NDCG when the two change places,
/// `w_pn = |1 / log2(1 + rank_p) - 1 / log2(1 + rank_n)| / IDCG`, a constant. With `lambda_pn = w_pn / (1 + exp(s_p - s_n))`:
/// `ds_p = -sum_n lambda_pn`, `ds_n = sum_p lambda_pn`.
fn lambda_rank<T: Scalar>(scores: &[T], positives: &[usize], of_ranks: &[T], lambdas: &mut [T]) -> T {
    let order = T::by_score(scores);
    let mut discounts = vec![T::zero(); scores.len()];
    order.iter().zip(of_ranks).for_each(|(&item, &of_rank)| discounts[item as usize] = of_rank);
    let mut is_positive = vec![false; scores.len()];
    positives.iter().for_each(|&item| is_positive[item] = true);
    let negatives: Vec<usize> = (0..scores.len()).filter(|&item| !is_positive[item]).collect();
    let middle = order.first().map_or(T::zero(), |&best| scores[best as usize] - T::of(REACH));
    let [these, others] = [positives, &negatives].map(|items| Items::new(items, scores, &discounts, middle));
    let Sums { pushed, push, loss } = pairs::sums(&these, &others, middle);

    let ideal: T = of_ranks[..positives.len()].iter().copied().sum();
    let per_ideal = if positives.is_empty() { T::zero() } else { T::one() / ideal };
    for (&item, pushed) in positives.iter().zip(pushed) {
        lambdas[item] = -pushed * per_ideal;
    }
    for (item, push) in negatives.into_iter().zip(push) {
        lambdas[item] = push * per_ideal;
    }
    loss * per_ideal
}

fn discount<T: Scalar>(rank: u32) -> T {
    T::of(1.0 / libm::log2(f64::from(1 + rank)))
}

impl<T: Scalar> Var<'_, T> {
    /// LambdaRank loss of these scores (B x I) for the items that are there in `positives` (B x I): its gradient is that of
    /// LambdaRank for NDCG. O(P I) per user who has P items, users in parallel. One value per user: B x 1.
    #[must_use]
    pub fn lambda_rank(self, positives: &Arc<Sparse<T>>) -> Self {
        let of_ranks: Vec<T> = (1..=self.shape().cols as u32).map(discount).collect();
        let of_user = move |scores: &[T], positives: &[usize], lambdas: &mut [T]| {
            lambda_rank(scores, positives, &of_ranks, lambdas)
        };
        listwise::apply("lambda_rank", of_user, self, positives)
    }
}
