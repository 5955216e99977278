//! LambdaRank for NDCG (Burges, Ragno and Le, NIPS 2006).

use super::listwise;
use crate::kernels::pairs::Negatives;
use crate::{Scalar, Sparse, Var};
use std::sync::Arc;

/// Of one user, in O(P I) and memory of O(I): `sum_(p, n) w_pn log(1 + exp(s_n - s_p))` over pairs of a positive and a
/// negative. The weight is the change of NDCG when the two change places,
/// `w_pn = |1 / log2(1 + rank_p) - 1 / log2(1 + rank_n)| / IDCG`, a constant. With `lambda_pn = w_pn / (1 + exp(s_p - s_n))`:
/// `ds_p = -sum_n lambda_pn`, `ds_n = sum_p lambda_pn`.
fn lambda_rank<T: Scalar>(scores: &[T], positives: &[usize], lambdas: &mut [T]) -> T {
    let mut discounts = vec![T::zero(); scores.len()];
    for (item, rank) in T::by_score(scores).into_iter().zip(1..) {
        discounts[item as usize] = discount(rank);
    }
    let mut is_positive = vec![false; scores.len()];
    positives.iter().for_each(|&item| is_positive[item] = true);
    let negatives: Vec<usize> = (0..scores.len()).filter(|&item| !is_positive[item]).collect();
    let of_negatives = |values: &[T]| negatives.iter().map(|&item| values[item]).collect::<Vec<_>>();
    let (their_scores, their_discounts) = (of_negatives(scores), of_negatives(&discounts));
    let mut push = vec![T::zero(); negatives.len()];
    let mut against = Negatives { scores: &their_scores, discounts: &their_discounts, push: &mut push };

    let ideal: T = (1..=positives.len() as u32).map(discount::<T>).sum();
    let per_ideal = if positives.is_empty() { T::zero() } else { T::one() / ideal };
    let mut sum = T::zero();
    for &p in positives {
        let [pushed, loss] = against.against(scores[p], discounts[p]);
        lambdas[p] = -pushed * per_ideal;
        sum += loss * per_ideal;
    }
    for (item, push) in negatives.into_iter().zip(push) {
        lambdas[item] = push * per_ideal;
    }
    sum
}

fn discount<T: Scalar>(rank: u32) -> T {
    T::of(1.0 / libm::log2(f64::from(1 + rank)))
}

impl<T: Scalar> Var<'_, T> {
    /// LambdaRank loss of these scores (B x I) for the items that are there in `positives` (B x I): its gradient is that of
    /// LambdaRank for NDCG. O(P I) per user who has P items, users in parallel. One value per user: B x 1.
    #[must_use]
    pub fn lambda_rank(self, positives: &Arc<Sparse<T>>) -> Self {
        listwise::apply("lambda_rank", lambda_rank, self, positives)
    }
}
